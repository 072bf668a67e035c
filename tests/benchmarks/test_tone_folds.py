"""The one split of labelled mentions, and what training takes from upstream; the labelled sets themselves lie in ../shared."""

import struct
from collections import Counter, defaultdict
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.tone.folds import DATA, Mention, _split, mentions
from benchmarks.tone.train_upstream import Q4, Upstream, opened, read
from benchmarks.tone.train_vocabulary import kept

ONE = Mention("newsmtsc", "en", "doc_1", "The mayor of Aldoria opened the new bridge over the river on Monday.", 13, 20, 1)


@pytest.fixture(scope="module")
def labelled():
    if not (DATA / "newsmtsc").is_dir():
        pytest.skip("the labelled sets are not here: ../shared/data")
    return mentions()


def test_no_sentence_and_no_document_is_in_two_folds(labelled):
    folds = defaultdict(set)
    for mention in labelled:
        folds["text", " ".join(mention.sentence.split())].add(mention.fold)
        folds["group", mention.dataset, mention.group].add(mention.fold)
    assert {len(found) for found in folds.values()} == {1}


def test_a_fifth_is_held_out_and_every_target_is_in_its_sentence(labelled):
    for dataset in ("newsmtsc", "rusentne", "ruopinionne"):
        counts = Counter(mention.fold for mention in labelled if mention.dataset == dataset)
        assert 0.17 < counts["held_out"] / counts.total() < 0.23 and 0.07 < counts["calibration"] / counts.total() < 0.13
    assert all(0 <= mention.start < mention.end <= len(mention.sentence) for mention in labelled)
    assert all(mention.sentence[mention.start : mention.end].strip() for mention in labelled)


def test_near_duplicates_of_other_documents_go_together():
    rows = [ONE, replace(ONE, group="doc_2", sentence=ONE.sentence.replace("Monday", "Tuesday"))]
    rows += [replace(ONE, group=f"doc_{number}", sentence=f"Sentence {number} has words of its own, {number * 7} of them, and no others at all.") for number in range(3, 60)]
    found = _split(rows)
    assert found[0].fold == found[1].fold and len({mention.fold for mention in found}) == 3


def test_the_split_does_not_depend_on_the_order_of_rows():
    rows = [replace(ONE, group=f"doc_{number // 2}", sentence=f"{ONE.sentence} {number} {number * number}") for number in range(40)]
    forward, backward = _split(rows), _split(rows[::-1])
    assert forward == backward[::-1]


def test_four_bit_blocks_of_upstream_open():
    blocks = np.zeros((2, 1), dtype=Q4)
    blocks["scale"], blocks["halves"] = 2.0, 0x97     # low 7 less 8, high 9 less 8
    assert opened(blocks, 32).tolist() == [[-2.0] * 16 + [2.0] * 16] * 2


def test_another_file_is_no_model(tmp_path):
    (tmp_path / "model.bin").write_bytes(b"GGUF" + struct.pack("<7i", *range(7)))
    with pytest.raises(ValueError, match="packed e5"):
        read(tmp_path / "model.bin")


def test_a_vocabulary_keeps_special_pieces_letters_and_what_texts_use():
    pieces = ["<s>", "<pad>", "</s>", "<unk>", "a", "▁Tok", "yo", "▁Toky", "я", "の", "긴", "▁sjælden", "東京"]
    upstream = Upstream(384, 12, 12, 1536, 1e-12, pieces, np.array([0.0] * 4 + [-float(place) for place in range(1, 10)]), 0, 2, 3, {})
    found = kept(upstream, ["Tokyo Tokyo"], 10)
    assert {0, 1, 2, 3, 4, 5, 6, 8, 9} <= set(found) and 10 not in found and 11 not in found and found == sorted(found)
