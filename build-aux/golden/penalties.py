#!/usr/bin/env python3
"""Golden cases of regularizers: penalties and their gradients, by Keras.

    python3 -m venv v && v/bin/pip install keras jax
    v/bin/python build-aux/golden/penalties.py

Writes tests/golden/regularizers.json.
"""
import json
import os
import pathlib

os.environ['KERAS_BACKEND'] = 'jax'
import jax
import keras
import numpy as np

FOLDER = pathlib.Path(__file__).parents[2] / 'tests' / 'golden'
rng = np.random.default_rng(20261201)


def numbers(a):
    """Shape and numbers, with the 9 digits that keep a float32."""
    a = np.asarray(a, np.float32)
    return {'shape': list(a.shape),
            'data': [float(f'{v:.9g}') for v in a.ravel()]}


def cases():
    R = keras.regularizers
    for name, regularizer, shape in (
            ('l1', R.L1(), (5, 4)),
            ('l1(l1=0.3)', R.L1(.3), (7,)),
            ('l2', R.L2(), (5, 4)),
            ('l2(l2=0.7)', R.L2(.7), (3, 2, 4)),
            ('l1_l2(l1=0.2, l2=0.5)', R.L1L2(.2, .5), (5, 4)),
            ('orthogonal', R.OrthogonalRegularizer(), (5, 4)),
            ('orthogonal(factor=0.3)', R.OrthogonalRegularizer(.3), (19, 23)),
            ('orthogonal(factor=0.3, mode=columns)',
             R.OrthogonalRegularizer(.3, 'columns'), (5, 4)),
            ('orthogonal(factor=2, mode=columns)',
             R.OrthogonalRegularizer(2., 'columns'), (6, 35))):
        w = rng.standard_normal(shape).astype(np.float32)
        # No weight is 0: JAX' slope of |w| is 1 there, TensorFlow's and ours 0.
        penalty, gradient = jax.value_and_grad(
            lambda x, r=regularizer: r(x).astype('float32'))(jax.numpy.array(w))
        yield {'name': name, 'w': numbers(w), 'penalty': float(penalty),
               'gradient': numbers(gradient)}


def main():
    rows = ',\n'.join(json.dumps(case) for case in cases())
    (FOLDER / 'regularizers.json').write_text(
        f'{{"oracle": "keras {keras.__version__}, jax {jax.__version__}",\n'
        f' "cases": [\n{rows}\n]}}\n')


if __name__ == '__main__':
    main()
