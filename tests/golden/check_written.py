#!/usr/bin/env python3
"""check_written - ONNX' own libraries judge a file that dnn wrote.

    check_written.py written.onnx

Needs onnx and onnxruntime; made with onnx 1.23.2 and onnxruntime 1.32.
written.onnx is what tests/foreign/test-onnx-write.c builds: y = elu (x W), elu
as a function of the model, whose alpha is 0.
"""
import sys

import numpy
import onnx
import onnxruntime


def main():
    model = onnx.load(sys.argv[1])
    onnx.checker.check_model(model, full_check=True)
    x = numpy.array([[1, -2, 3], [0.5, 0, -1]], numpy.float32)
    weight = numpy.array([[1, 2], [3, -4], [5, 0.5]], numpy.float32)
    session = onnxruntime.InferenceSession(sys.argv[1],
                                           providers=['CPUExecutionProvider'])
    y, = session.run(None, {'x': x})
    assert numpy.array_equal(y, numpy.maximum(x @ weight, 0)), y
    print(sys.argv[1], 'is right')


if __name__ == '__main__':
    main()
