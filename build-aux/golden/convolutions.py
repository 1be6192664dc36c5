#!/usr/bin/env python3
"""convolutions - writes tests/golden/convolutions.json: Keras' convolutions,
forward and backward.

    python3 -m venv v && v/bin/pip install keras==3.15.1 jax
    v/bin/python build-aux/golden/convolutions.py

Keras' own code computes, on JAX and in float64.
"""
import itertools
import json
import os
import pathlib

os.environ.setdefault('KERAS_BACKEND', 'jax')
os.environ.setdefault('JAX_ENABLE_X64', '1')

import jax
import jax.numpy as jnp
import keras
import numpy as np

OUT = pathlib.Path(__file__).resolve().parents[2] / 'tests/golden'
RNG = np.random.default_rng(20261201)


def single(values):
    return np.asarray(values, np.float32).astype(np.float64)


def array(values):
    values = np.asarray(values)
    return {'shape': list(values.shape),
            'data': [float(f'{v:.9g}') for v in values.ravel()]}


def text(value):
    if isinstance(value, (list, tuple)):
        return ','.join(map(str, value))
    return value


def case(kind, name, shape, **params):
    """x of `shape`, with its batch; y, and the gradients of a random dy."""
    layer = getattr(keras.layers, kind)(dtype='float64', **params)
    x = single(RNG.standard_normal(shape))
    layer.build(shape)
    weights = [single(RNG.standard_normal(w.shape)) for w in layer.weights]

    def call(values, x):
        return layer.stateless_call(values, [], x)[0]

    values = [jnp.asarray(w) for w in weights]
    y, back = jax.vjp(call, values, jnp.asarray(x))
    dy = single(RNG.standard_normal(y.shape))
    dws, dx = back(jnp.asarray(dy))
    names = [w.name for w in layer.weights]
    return {'name': name, 'training': True,
            'params': {k: text(v) for k, v in params.items()},
            'weights': dict(zip(names, map(array, weights))),
            'x': array(x), 'y': array(y), 'dy': array(dy), 'dx': array(dx),
            'grads': dict(zip(names, map(array, dws))),
            'weights_after': {}}


def lines():
    for k, s, padding, d in itertools.product(
            (1, 2, 3, 4, 5), (1, 2, 3), ('valid', 'same', 'causal'), (1, 2)):
        if s > 1 and d > 1:
            continue
        n = (5, 7, 8)[(k + s) % 3] + (4 if d > 1 else 0)
        c, f = ((1, 4), (3, 1), (2, 3))[(k + s + d) % 3]
        if padding == 'valid' and n < (k - 1) * d + 1:
            continue
        yield case('Conv1D', 'conv1d', (2, n, c), filters=f, kernel_size=k,
                   strides=s, padding=padding, dilation_rate=d)
    yield case('Conv1D', 'conv1d', (2, 9, 17), filters=33, kernel_size=3,
               padding='same')
    yield case('Conv1D', 'conv1d', (2, 9, 6), filters=4, kernel_size=3,
               groups=2, use_bias=False)


def images():
    for k, s, padding, d in itertools.product(
            ((1, 1), (2, 3), (3, 3), (5, 4)), ((1, 1), (2, 2), (3, 1)),
            ('valid', 'same'), ((1, 1), (2, 1))):
        if max(s) > 1 and max(d) > 1:
            continue
        c, f = ((1, 3), (3, 1), (2, 2))[(sum(k) + sum(s)) % 3]
        yield case('Conv2D', 'conv2d', (2, 9, 7, c), filters=f,
                   kernel_size=k, strides=s, padding=padding,
                   dilation_rate=d)
    for groups, c, f in ((2, 4, 6), (3, 3, 3), (4, 8, 32)):
        for s in (1, 2):
            yield case('Conv2D', 'conv2d', (2, 5, 6, c), filters=f,
                       kernel_size=3, strides=s, padding='same',
                       groups=groups)
    yield case('Conv2D', 'conv2d', (2, 6, 5, 16), filters=33, kernel_size=3,
               padding='same')
    yield case('Conv2D', 'conv2d', (1, 8, 8, 1), filters=32, kernel_size=3)


def volumes():
    for k, s, padding, d in (
            (2, 1, 'valid', 1), (3, 1, 'same', 1), ((1, 2, 3), 1, 'same', 1),
            (2, 2, 'same', 1), (3, (1, 2, 3), 'valid', 1), (2, 1, 'same', 2)):
        yield case('Conv3D', 'conv3d', (2, 5, 4, 6, 2), filters=3,
                   kernel_size=k, strides=s, padding=padding,
                   dilation_rate=d)
    yield case('Conv3D', 'conv3d', (1, 4, 4, 4, 4), filters=2, kernel_size=2,
               groups=2)


def depthwise():
    for k, s, padding, d, m in (
            (3, 1, 'same', 1, 1), (3, 2, 'same', 1, 1), (2, 1, 'valid', 2, 1),
            (3, 1, 'valid', 1, 2), ((5, 3), 1, 'same', 1, 1),
            (3, 2, 'valid', 1, 3)):
        yield case('DepthwiseConv2D', 'depthwise_conv2d', (2, 7, 6, 3),
                   kernel_size=k, strides=s, padding=padding,
                   dilation_rate=d, depth_multiplier=m)
    for k, s, padding, m in ((3, 1, 'same', 1), (4, 2, 'valid', 2)):
        yield case('DepthwiseConv1D', 'depthwise_conv1d', (2, 9, 4),
                   kernel_size=k, strides=s, padding=padding,
                   depth_multiplier=m)
    for k, s, padding, m in ((3, 1, 'same', 1), (3, 2, 'valid', 2)):
        yield case('SeparableConv2D', 'separable_conv2d', (2, 7, 6, 3),
                   filters=4, kernel_size=k, strides=s, padding=padding,
                   depth_multiplier=m)
        yield case('SeparableConv1D', 'separable_conv1d', (2, 9, 3),
                   filters=4, kernel_size=k, strides=s, padding=padding,
                   depth_multiplier=m)


def transposed():
    for n, k, s, padding in itertools.product((3, 5, 6), (1, 2, 3, 4, 5),
                                              (1, 2, 3), ('valid', 'same')):
        if n != 5 and (k, s) not in ((3, 2), (4, 2), (2, 3), (5, 1)):
            continue
        yield case('Conv1DTranspose', 'conv1d_transpose', (2, n, 2),
                   filters=3, kernel_size=k, strides=s, padding=padding)
    for k, s, padding, p in itertools.product(
            (2, 3, 4, 5), (2, 3), ('valid', 'same'), (0, 1)):
        yield case('Conv1DTranspose', 'conv1d_transpose', (2, 5, 2),
                   filters=2, kernel_size=k, strides=s, padding=padding,
                   output_padding=p)
    for k, s, padding in ((3, 2, 'same'), ((2, 3), (1, 2), 'valid'),
                          (4, 2, 'same'), (2, 2, 'valid')):
        yield case('Conv2DTranspose', 'conv2d_transpose', (2, 4, 3, 2),
                   filters=3, kernel_size=k, strides=s, padding=padding)
    yield case('Conv2DTranspose', 'conv2d_transpose', (2, 4, 3, 2), filters=2,
               kernel_size=3, dilation_rate=2)
    yield case('Conv3DTranspose', 'conv3d_transpose', (1, 3, 2, 3, 2),
               filters=2, kernel_size=3, strides=2, padding='same')


def main():
    cases = [*lines(), *images(), *volumes(), *depthwise(), *transposed()]
    oracle = f'keras {keras.__version__}, {keras.backend.backend()}'
    rows = ',\n'.join(json.dumps(c, allow_nan=False) for c in cases)
    (OUT / 'convolutions.json').write_text(
        f'{{"oracle": "{oracle}",\n "cases": [\n{rows}\n]}}\n',
        encoding='utf-8')
    print(len(cases), 'cases')


if __name__ == '__main__':
    main()
