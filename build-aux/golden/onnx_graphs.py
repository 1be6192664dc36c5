"""onnx_graphs.py - small networks as ONNX files, with what ONNX Runtime says

Run it with onnx, onnxruntime and numpy:
  python3 build-aux/golden/onnx_graphs.py tests/golden/import

Each NAME.onnx has NAME-x.npy and NAME-y.npy beside it, channels last, as ONNX
Runtime computes y of x.
"""
import os
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

random = np.random.default_rng(21)


class Graph:
    """Nodes and constants, one after another."""

    def __init__(self, *shape):
        self.nodes, self.constants, self.shape = [], [], shape

    def constant(self, name, *shape, value=None):
        data = (random.normal(size=shape) * 0.5).astype(np.float32)
        if value is not None:
            data = np.asarray(value)
        self.constants.append(numpy_helper.from_array(data, name))
        return name

    def node(self, op, inputs, name, **attributes):
        self.nodes.append(helper.make_node(op, inputs, [name + "_y"],
                                           name=name, **attributes))
        return name + "_y"

    def conv(self, x, name, channels, filters, *size, bias=True, **attributes):
        groups = attributes.get("group", 1)
        inputs = [x, self.constant(name + ".weight", filters,
                                   channels // groups, *size)]
        if bias:
            inputs.append(self.constant(name + ".bias", filters))
        return self.node("Conv", inputs, name, **attributes)

    def norm(self, x, name, n):
        mean = self.constant(name + ".mean", n)
        positive = random.uniform(0.5, 2, n).astype(np.float32)
        return self.node("BatchNormalization", [
            x, self.constant(name + ".weight", n),
            self.constant(name + ".bias", n), mean,
            self.constant(name + ".var", value=positive)], name, epsilon=1e-3)

    def gemm(self, x, name, n, units):
        return self.node("Gemm", [x, self.constant(name + ".weight", units, n),
                                  self.constant(name + ".bias", units)],
                         name, transB=1)

    def save(self, path, y, refused=False):
        """`refused`: ONNX Runtime does not run it, and neither do we."""
        graph = helper.make_graph(
            self.nodes, "g",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT,
                                           ("n", *self.shape))],
            [helper.make_tensor_value_info(y, TensorProto.FLOAT, None)],
            self.constants)
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8,
            producer_name="golden")
        onnx.save(model, path + ".onnx")
        if refused:
            return
        x = random.normal(size=(3, *self.shape)).astype(np.float32)
        session = onnxruntime.InferenceSession(path + ".onnx")
        out = session.run(None, {"x": x})[0]
        if len(self.shape) > 1:
            x = np.moveaxis(x, 1, -1)
        if out.ndim > 2:
            out = np.moveaxis(out, 1, -1)
        np.save(path + "-x.npy", np.ascontiguousarray(x))
        np.save(path + "-y.npy", np.ascontiguousarray(out))


def mlp(path):
    """Gemm, MatMul and Add, activations with and without attributes."""
    g = Graph(5)
    y = g.node("LeakyRelu", [g.gemm("x", "/body/0/Gemm", 5, 7)], "act")
    y = g.node("MatMul", [y, g.constant("w", 7, 6)], "/body/2/MatMul")
    y = g.node("Add", [g.constant("b", 6), y], "/body/2/Add")
    y = g.node("Elu", [y], "elu", alpha=0.5)
    y = g.node("Dropout", [y], "drop")
    g.save(path, g.node("Softmax", [g.gemm(y, "head", 6, 4)], "softmax"))


def cnn(path):
    """Batch norm, a residual, pools with pads, rows of Gemm reordered."""
    g = Graph(3, 9, 8)
    y = g.norm(g.conv("x", "stem", 3, 4, 3, 3, bias=False, strides=[2, 2],
                      pads=[1, 1, 1, 1]), "stem.norm", 4)
    y = g.node("Relu", [y], "stem.relu")
    y = g.node("MaxPool", [y], "pool", kernel_shape=[3, 3], strides=[2, 2],
               pads=[1, 1, 1, 1])
    z = g.conv(y, "a", 4, 4, 3, 3, pads=[1, 1, 1, 1])
    z = g.conv(g.node("Sigmoid", [z], "a.act"), "b", 4, 4, 1, 1)
    y = g.node("Add", [y, z], "add")
    z = g.conv(y, "c", 4, 2, 3, 3, pads=[1, 1, 1, 1])
    y = g.node("Concat", [y, z], "concat", axis=1)
    g.save(path, g.gemm(g.node("Flatten", [y], "flatten"), "head",
                        6 * 3 * 2, 5))


def mobile(path):
    """Inverted residual of MobileNetV2: depthwise, relu6, global average."""
    g = Graph(4, 7, 7)
    low = g.constant("low", value=np.float32(0))
    high = g.constant("high", value=np.float32(6))
    y = g.norm(g.conv("x", "expand", 4, 8, 1, 1, bias=False), "expand.norm", 8)
    y = g.node("Clip", [y, low, high], "expand.relu6")
    y = g.conv(y, "depthwise", 8, 8, 3, 3, group=8, pads=[1, 1, 1, 1])
    y = g.node("Clip", [y, low, high], "depthwise.relu6")
    y = g.conv(y, "project", 8, 4, 1, 1)
    y = g.node("Add", ["x", y], "add")
    y = g.conv(y, "grouped", 4, 6, 3, 3, group=2, pads=[0, 0, 1, 1],
               strides=[2, 2])
    y = g.node("GlobalAveragePool", [y], "gap")
    shape = g.constant("shape", value=np.array([0, -1], np.int64))
    y = g.node("Reshape", [y, shape], "reshape")
    g.save(path, g.gemm(y, "head", 6, 3))


def sound(path):
    """Conv1D with dilation, PRelu, an output with axes of space."""
    g = Graph(2, 20)
    y = g.conv("x", "one", 2, 5, 3, dilations=[2], pads=[2, 2])
    y = g.node("PRelu", [y, g.constant("slope", 5, 1)], "prelu")
    y = g.node("AveragePool", [y], "pool", kernel_shape=[2], strides=[2])
    y = g.node("Transpose", [y], "last", perm=[0, 2, 1])
    y = g.node("LayerNormalization",
               [y, g.constant("gamma", 5), g.constant("beta", 5)], "norm")
    y = g.node("Transpose", [y], "first", perm=[0, 2, 1])
    g.save(path, g.conv(y, "two", 5, 3, 4, strides=[2]))


def pad_mode(path):
    """A mode that there is not, which must not be read as zeros."""
    g = Graph(2, 5, 5)
    pads = g.constant("pads", value=np.array([0, 0, 1, 1, 0, 0, 1, 1], np.int64))
    y = g.node("Pad", ["x", pads], "pad", mode="mirror")
    g.save(path, g.conv(y, "conv", 2, 3, 3, 3), refused=True)


def many_inputs(path):
    """Paths through it are 200 to the power of 8; an import visits each once."""
    g = Graph(2, 5, 5)
    y = "x"
    for i in range(9):
        y = g.node("Relu", [y] * 200, f"relu{i}")
    g.save(path, y, refused=True)


if __name__ == "__main__":
    os.makedirs(sys.argv[1], exist_ok=True)
    for make in (mlp, cnn, mobile, sound, pad_mode, many_inputs):
        make(os.path.join(sys.argv[1], make.__name__))
