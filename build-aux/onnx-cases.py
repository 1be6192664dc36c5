"""onnx-cases.py - ONNX' own test cases through dnnrun import and predict

Run it with onnx and numpy:
  python3 build-aux/onnx-cases.py build/tools/dnnrun [--kind node] [--list]

A case is right (within the case's own tolerance, or 1e-3), refused by a
sentence, or wrong; the exit code is 1 if any is wrong. All inputs of a case but
its first of float32 become constants; axis 0 is the batch.
"""
import argparse
import collections
import json
import os
import subprocess
import sys
import tempfile

import numpy as np
import onnx
from onnx import numpy_helper
from onnx.backend.test.loader import load_model_tests

WAVES = {
    "1 dense": "Gemm MatMul Softmax LogSoftmax BatchNormalization "
    "LayerNormalization RMSNormalization Dropout Flatten Reshape Concat Clip "
    "Gelu Elu Selu LeakyRelu HardSigmoid ThresholdedRelu PRelu Sigmoid Tanh "
    "Softplus Softsign Relu HardSwish Mish Swish Erf Celu Mean Sum Max Min Pow "
    "Mul Sub Div Add Abs Neg Exp Log Sqrt Reciprocal Identity Constant",
    "2 convolutions": "Conv ConvTranspose MaxPool AveragePool "
    "GlobalAveragePool GlobalMaxPool Resize Split ReduceSum ReduceMax "
    "ReduceMin ReduceMean ReduceL2 LpPool Slice Transpose Unsqueeze Squeeze Pad "
    "LpNormalization SpaceToDepth DepthToSpace InstanceNormalization "
    "GroupNormalization LRN Upsample MeanVarianceNormalization",
}


def wave_of(model):
    ops = {node.op_type for node in model.graph.node}
    for wave, names in WAVES.items():
        if ops <= set(names.split()):
            return wave
    return "other"


def last(array, moved):
    return np.moveaxis(array, 1, -1) if moved else array


def read_case(case):
    """Model, inputs and outputs of the first data set."""
    if case.model is not None:
        return case.model, *case.data_sets[0]
    folder = case.model_dir
    model = onnx.load(os.path.join(folder, "model.onnx"))
    values = []
    for what, n in (("input", len(model.graph.input)),
                    ("output", len(model.graph.output))):
        values.append([])
        for i in range(n):
            path = os.path.join(folder, "test_data_set_0", f"{what}_{i}.pb")
            if os.path.exists(path):
                values[-1].append(numpy_helper.to_array(
                    onnx.load_tensor(path)))
    return model, *values


def freeze(model, inputs):
    """Makes all inputs but one constants; None: none is float32."""
    model = onnx.ModelProto.FromString(model.SerializeToString())
    known = {tensor.name for tensor in model.graph.initializer}
    names = [value.name for value in model.graph.input
             if value.name not in known]
    chosen = None
    for name, value in zip(names, inputs):
        if (chosen is None and isinstance(value, np.ndarray)
                and value.dtype == np.float32 and value.ndim >= 2):
            chosen = name, value
        elif isinstance(value, (np.ndarray, np.generic)):
            model.graph.initializer.append(
                numpy_helper.from_array(np.asarray(value), name))
        else:
            return model, None
    kept = [value for value in model.graph.input
            if chosen is not None and value.name == chosen[0]]
    del model.graph.input[:]
    model.graph.input.extend(kept)
    return model, chosen


def run(dnnrun, case, folder):
    model, inputs, outputs = read_case(case)
    model, chosen = freeze(model, inputs)
    if chosen is None:
        return "refused", "no input of float32 with a batch"
    path = os.path.join(folder, "m.onnx")
    onnx.save(model, path)
    made = os.path.join(folder, "m.safetensors")
    result = subprocess.run([dnnrun, "import", path, "--out", made, "--json"],
                            capture_output=True, text=True, timeout=60)
    if result.returncode not in (0, 1):
        return "wrong", f"import ends with {result.returncode}"
    if result.returncode == 1:
        return "refused", result.stderr.strip()[-160:]
    report = json.loads(result.stdout)["report"]
    x = os.path.join(folder, "x.npy")
    y = os.path.join(folder, "y.npy")
    np.save(x, np.ascontiguousarray(
        last(chosen[1], f"input '{chosen[0]}': channels last" in report)))
    result = subprocess.run([dnnrun, "predict", made, "--inputs", x, "--out", y,
                             "--quiet"], capture_output=True, text=True,
                            timeout=60)
    if result.returncode != 0:
        return "wrong", "predict: " + result.stderr.strip()[-160:]
    output = model.graph.output[0].name
    wanted = last(np.asarray(outputs[0]),
                  f"output '{output}': channels last" in report)
    found = np.load(y)
    if found.size != wanted.size or not np.allclose(
            found.reshape(wanted.shape), wanted, rtol=max(case.rtol, 1e-3),
            atol=max(case.atol, 1e-5)):
        return "wrong", f"shape {found.shape}, must be {wanted.shape}"
    return "right", ""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("dnnrun")
    parser.add_argument("--kind", default="node")
    parser.add_argument("--list", action="store_true")
    args = parser.parse_args()
    counts = collections.Counter()
    with tempfile.TemporaryDirectory() as folder:
        for case in load_model_tests(kind=args.kind):
            if case.name.endswith("_expanded") or (
                    case.model is None and case.model_dir is None):
                continue
            wave = "other"
            if case.model is not None:
                wave = wave_of(case.model)
                if args.kind == "node" and wave == "other":
                    continue
            verdict, why = run(args.dnnrun, case, folder)
            counts[wave, verdict] += 1
            if args.list or verdict == "wrong":
                print(f"{verdict}: {case.name}: {why}", flush=True)
    for (wave, verdict), n in sorted(counts.items()):
        print(f"{wave}: {n} {verdict}")
    sys.exit(any(verdict == "wrong" for _, verdict in counts))


if __name__ == "__main__":
    main()
