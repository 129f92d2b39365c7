"""MiniLM's file: where its weights stand in it, and how they are corrected for another task.

The file is an ONNX graph whose matrices are rounded to 8 bits. A low-rank correction is added to them and they are
rounded again, so that every engine that runs the graph runs the corrected network. This module does not know how the
network is run, nor what it is corrected for.

Source: Hu et al. 2021, "LoRA: Low-Rank Adaptation of Large Language Models".
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx

PREFIX = "inner."
"""Before the names that the tensors were trained under."""

_TOP = 127


def read_file(path: Path) -> onnx.ModelProto:
    """The graph with its weights."""
    return onnx.load(str(path))


def name_matrices(file: onnx.ModelProto) -> dict[str, str]:
    """Layer -> the name that its matrix, (inputs, outputs), has in the graph.

    A matrix stands there as numbers in 8 bits and a scale for each output, without the layer's name; the layer's bias,
    added to its product, has one.
    """
    graph = file.graph
    stored = {t.name for t in graph.initializer}
    maker = {output: node for node in graph.node for output in node.output}
    names = {}
    for node in graph.node:
        biases = [i for i in node.input if node.op_type == "Add" and i.endswith(".bias") and i in stored]
        products = [i for i in node.input if i in maker and maker[i].op_type == "MatMul"]
        if biases and products:
            names[biases[0].removeprefix(PREFIX).removesuffix(".bias")] = maker[products[0]].input[1]
    return names


def correct(
    file: onnx.ModelProto, factors: Mapping[str, tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]]
) -> None:
    """Add `a.T @ b.T` to the matrix of each layer, whose factors are `a` (rank, inputs) and `b` (outputs, rank).

    Raises:
        KeyError: the file has no such layer.
    """
    stored = {t.name: t for t in file.graph.initializer}
    matrices = name_matrices(file)
    for layer, (a, b) in factors.items():
        rounded, scale = (stored[f"{matrices[layer]}_{part}"] for part in ("q", "scale"))
        old = onnx.numpy_helper.to_array(scale)
        weight = onnx.numpy_helper.to_array(rounded) * old.reshape(1, -1) + a.T @ b.T
        new = np.maximum(np.abs(weight).max(axis=0), 1e-12) / _TOP
        _fill(rounded, np.rint(weight / new).astype(np.int8))
        _fill(scale, new.reshape(old.shape).astype(old.dtype))


def _fill(tensor: onnx.TensorProto, numbers: npt.NDArray[np.generic]) -> None:
    tensor.CopyFrom(onnx.numpy_helper.from_array(numbers, tensor.name))
