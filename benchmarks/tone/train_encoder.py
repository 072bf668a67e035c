"""The encoder in torch, for training alone: upstream's lower layers as they are, the upper ones fitted, a head over the target's pieces."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.tone.train_upstream import Upstream, opened

CLASSES = 3
MIDDLE = 192
MATRICES = {"q": 1, "k": 1, "v": 1, "ao": 1, "fi": 1, "fo": 4}     # columns as multiples of the width
VECTORS = ("q.b", "k.b", "v.b", "ao.b", "fi.b", "fo.b", "aln.w", "aln.b", "oln.w", "oln.b")


class Layer(nn.Module):
    """One post-norm transformer layer of BERT's form (Devlin et al. 2019)."""

    def __init__(self, upstream: Upstream, number: int, dropout: float) -> None:
        super().__init__()
        self.heads, self.epsilon, self.dropout = upstream.heads, upstream.epsilon, dropout
        self.weights = nn.ParameterDict()
        for name, times in MATRICES.items():
            self.weights[f"{name}_w"] = nn.Parameter(torch.from_numpy(opened(upstream.tensors[f"l{number}.{name}.w"], upstream.width * times)))
        for name in VECTORS:
            self.weights[name.replace(".", "_")] = nn.Parameter(torch.from_numpy(upstream.tensors[f"l{number}.{name}"].copy()))

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        weights, (rows, length, width) = self.weights, states.shape
        query, key, value = (
            functional.linear(states, weights[f"{name}_w"], weights[f"{name}_b"]).view(rows, length, self.heads, -1).transpose(1, 2) for name in "qkv"
        )
        # Written out: torch's fused attention took 40 % of a step's time in its backward pass on a CPU, this takes 5 %.
        scores = query @ key.transpose(2, 3) / (width // self.heads) ** 0.5
        seen = functional.softmax(scores.float().masked_fill(~mask[:, None, None, :], -1e9), dim=-1).to(value.dtype) @ value
        seen = seen.transpose(1, 2).reshape(rows, length, width)
        seen = functional.linear(seen, weights["ao_w"], weights["ao_b"])
        states = self._normed(states + functional.dropout(seen, self.dropout, self.training), "aln")
        inner = functional.gelu(functional.linear(states, weights["fi_w"], weights["fi_b"]))
        inner = functional.linear(inner, weights["fo_w"], weights["fo_b"])
        return self._normed(states + functional.dropout(inner, self.dropout, self.training), "oln")

    def _normed(self, states: Tensor, name: str) -> Tensor:
        return functional.layer_norm(states.float(), states.shape[-1:], self.weights[f"{name}_w"], self.weights[f"{name}_b"], self.epsilon)


class Encoder(nn.Module):
    """``below`` frozen layers, ``above`` fitted ones that see a learnt mark on the target's pieces, a head of two layers."""

    def __init__(self, upstream: Upstream, kept: list[int], layers: list[int], frozen: int, dropout: float) -> None:
        super().__init__()
        blocks = upstream.tensors["emb.word"].reshape(-1, upstream.width // 32)[kept]
        self.epsilon = upstream.epsilon
        self.register_buffer("words", torch.from_numpy(opened(blocks, upstream.width)))
        self.register_buffer("places", torch.from_numpy(
            upstream.tensors["emb.pos"].reshape(-1, upstream.width)[:256] + upstream.tensors["emb.type"][: upstream.width]))
        self.register_buffer("norm", torch.from_numpy(np.stack([upstream.tensors["emb.ln.w"], upstream.tensors["emb.ln.b"]])))
        self.below = nn.ModuleList(Layer(upstream, number, 0.0) for number in layers[:frozen])
        self.below.requires_grad_(False)
        self.above = nn.ModuleList(Layer(upstream, number, dropout) for number in layers[frozen:])
        self.mark = nn.Parameter(torch.randn(upstream.width) * 0.02)
        self.first = nn.Linear(2 * upstream.width, MIDDLE)
        self.second = nn.Linear(MIDDLE, CLASSES)
        self.document = nn.Linear(2 * upstream.width, CLASSES)
        self.dropout = dropout

    @torch.no_grad()
    def lower(self, ids: Tensor, mask: Tensor) -> Tensor:
        """States after the frozen layers, rows × length × width."""
        states = self.words[ids] + self.places[: ids.shape[1]]
        states = functional.layer_norm(states, states.shape[-1:], self.norm[0], self.norm[1], self.epsilon)
        for layer in self.below:
            states = layer(states, mask)
        return states

    def upper(self, states: Tensor, mask: Tensor, target: Tensor) -> Tensor:
        """Logits, rows × 3: of the target where ``target`` (rows × length, 0 or 1) marks one, else of the whole text."""
        has_target = target.sum(1) > 0
        states = states + target[..., None] * self.mark
        for layer in self.above:
            states = layer(states, mask)
        whole = (states * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        local = (states * target[..., None]).sum(1) / target.sum(1, keepdim=True).clamp(min=1)
        both = functional.dropout(torch.cat([torch.where(has_target[:, None], local, whole), whole], 1), self.dropout, self.training)
        hidden = functional.gelu(self.first(both))
        return torch.where(has_target[:, None], self.second(functional.dropout(hidden, self.dropout, self.training)), self.document(both))
