"""Layers of the encoder as an ONNX graph of one sentence (pieces × width, in and out), matrices in 8 bits."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

OPERATORS = 20     # the first set with Gelu


class Graph:
    """Nodes as they come; ``constant`` and ``node`` give the names that the next one takes."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, value: np.ndarray) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), f"constant_{len(self.constants)}"))
        return self.constants[-1].name

    def node(self, kind: str, *inputs: str, **attributes: object) -> str:
        self.nodes.append(helper.make_node(kind, list(inputs), [f"states_{len(self.nodes)}"], **attributes))
        return self.nodes[-1].output[0]

    def linear(self, states: str, matrix: np.ndarray, bias: np.ndarray) -> str:
        return self.node("Add", self.node("MatMul", states, self.constant(matrix.T)), self.constant(bias))

    def layer(self, states: str, weights: Mapping[str, np.ndarray], heads: int, epsilon: float) -> str:
        """One post-norm transformer layer, as train_encoder has it."""
        width = len(weights["q_b"])
        split, joined = self.constant(np.array([-1, heads, width // heads])), self.constant(np.array([-1, width]))
        query, key, value = (self.node("Reshape", self.linear(states, weights[f"{name}_w"], weights[f"{name}_b"]), split) for name in "qkv")
        scores = self.node("MatMul", self.node("Transpose", query, perm=[1, 0, 2]), self.node("Transpose", key, perm=[1, 2, 0]))
        shares = self.node("Softmax", self.node("Mul", scores, self.constant(np.float32((width // heads) ** -0.5).reshape(1))), axis=-1)
        seen = self.node("Transpose", self.node("MatMul", shares, self.node("Transpose", value, perm=[1, 0, 2])), perm=[1, 0, 2])
        states = self._normed(self.node("Add", states, self.linear(self.node("Reshape", seen, joined), weights["ao_w"], weights["ao_b"])), weights, "aln", epsilon)
        inner = self.node("Gelu", self.linear(states, weights["fi_w"], weights["fi_b"]))
        return self._normed(self.node("Add", states, self.linear(inner, weights["fo_w"], weights["fo_b"])), weights, "oln", epsilon)

    def _normed(self, states: str, weights: Mapping[str, np.ndarray], name: str, epsilon: float) -> str:
        return self.node("LayerNormalization", states, self.constant(weights[f"{name}_w"]), self.constant(weights[f"{name}_b"]), axis=-1, epsilon=epsilon)


def quantised(layers: Iterable[Mapping[str, np.ndarray]], heads: int, width: int, epsilon: float) -> bytes:
    """The layers, one after another, as a file: weights in 7 of 8 bits, a scale for each output; activations in 8, scaled as they come.

    With the eighth bit, processors without VNNI would cut sums off, and answers would differ between machines.
    """
    graph = Graph()
    states = "states"
    for weights in layers:
        states = graph.layer(states, weights, heads, epsilon)
    shape = ["pieces", width]
    whole = helper.make_graph(
        graph.nodes, "layers", [helper.make_tensor_value_info("states", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(states, TensorProto.FLOAT, shape)], graph.constants,
    )  # fmt: skip
    model = helper.make_model(whole, opset_imports=[helper.make_opsetid("", OPERATORS)], ir_version=9)
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "float.onnx", Path(folder) / "whole.onnx"
        onnx.save(model, source)
        quantize_dynamic(source, target, per_channel=True, reduce_range=True, weight_type=QuantType.QInt8)
        return target.read_bytes()
