#!/usr/bin/env python3
"""discretize - writes tests/golden/discretize.json: boundaries of bins as Keras'
Discretization learns them.

    python3 -m venv v && v/bin/pip install keras jax numpy
    KERAS_BACKEND=jax v/bin/python build-aux/golden/discretize.py

Its three functions are asked, in the order in which `adapt` calls them: the
layer itself wants TensorFlow.
"""
import json
import os
import pathlib

os.environ.setdefault('KERAS_BACKEND', 'jax')

import keras
import numpy as np
from keras.src.layers.preprocessing import discretization

GOLDEN = pathlib.Path(__file__).resolve().parents[2] / 'tests/golden'
rng = np.random.default_rng(22)


def case(name, x, bins, epsilon):
    x = np.asarray(x, 'float32')
    empty = np.array([[], []], 'float32')
    summary = discretization.merge_summaries(
        discretization.summarize(x, epsilon), empty, epsilon)
    at = discretization.get_bin_boundaries(summary, bins)
    return {'name': name, 'bins': bins, 'epsilon': epsilon,
            'x': [float(f'{v:.9g}') for v in x.ravel().tolist()],
            'columns': x.shape[1],
            'boundaries': [float(f'{v:.9g}') for v in at.tolist()],
            'y': np.digitize(x, at).ravel().tolist()}


cases = [
    case('normal', rng.standard_normal((60, 4)), 5, 0.01),
    case('many', rng.standard_normal((500, 3)), 10, 0.01),
    case('coarse', rng.standard_normal((100, 3)), 4, 0.1),
    case('skewed', np.exp(2 * rng.standard_normal((70, 2))), 7, 0.01),
    case('ties', rng.integers(0, 4, (50, 2)), 6, 0.01),
    case('constant', np.full((20, 2), 3.5), 4, 0.01),
    case('few', rng.standard_normal((3, 2)), 8, 0.01),
    case('two', rng.standard_normal((40, 1)), 2, 0.05),
    case('one-bin', rng.standard_normal((30, 2)), 1, 0.01),
]
(GOLDEN / 'discretize.json').write_text(json.dumps(
    {'oracle': f'keras {keras.__version__}', 'cases': cases},
    separators=(',', ':')) + '\n')
