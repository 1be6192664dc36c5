#!/usr/bin/env python3
"""shelf - writes tests/golden/shelf-*.json: Keras' activations, losses, metrics,
layers and optimizers that the older golden files leave out.

    python3 -m venv v && v/bin/pip install keras==3.15.1 jax scikit-learn
    KERAS_BACKEND=jax v/bin/python build-aux/golden/shelf.py

Keras' own code computes, on JAX and in float64 wherever it can be asked to, so
that the digits which float32 loses are not taken for the truth.  What Keras has
wrong or has not is a formula here or scikit-learn's, and says so.
"""
import json
import os
import pathlib

os.environ.setdefault('KERAS_BACKEND', 'jax')
os.environ.setdefault('JAX_ENABLE_X64', '1')

import jax
import jax.numpy as jnp
import keras
import numpy as np

GOLDEN = pathlib.Path(__file__).resolve().parents[2] / 'tests/golden'


def seeded(part):
    """Random numbers of a part by itself: another part may grow."""
    return np.random.default_rng([20261201, *part.encode()])


def array(values):
    """Shape and numbers, with the 9 digits that keep a float32."""
    values = np.asarray(values)
    return {'shape': list(values.shape),
            'data': [float(f'{v:.9g}') for v in values.ravel()]}


def save(part, cases):
    oracle = f'keras {keras.__version__}, {keras.backend.backend()}'
    rows = ',\n'.join(json.dumps(case, allow_nan=False) for case in cases)
    (GOLDEN / f'shelf-{part}.json').write_text(
        f'{{"oracle": "{oracle}",\n "cases": [\n{rows}\n]}}\n',
        encoding='utf-8')
    print(part, len(cases))


def single(values):
    """As float32 has them, in float64."""
    return np.asarray(values, np.float32).astype(np.float64)


# --- activations ---

A = keras.activations
GRID = single(np.concatenate([
    np.linspace(-6, 6, 41), [-300, 300, -30, 30, -1, 1, -.5, .5, 0, -0.,
                             1e-3, -1e-3, 1e-12, -1e-12, .49, -.51]]))


def sparse_sigmoid(x):
    """Keras' but at the bounds, where its formula says 0 and 1."""
    return jnp.where(x <= -1, 0, jnp.where(x >= 1, 1, .5 * (x + 1)))


def tanh_shrink(x):
    """Keras', which has no digits left near 0 even in float64: x^3 / 3."""
    return jnp.where(jnp.abs(x) < 1e-4, x ** 3 / 3, x - jnp.tanh(x))


def sparsemax(x):
    """As in the paper; Keras 3.15.1 adds up the cumulated sums of all that are
    in the support, so that its rows come to 1 only where one is."""
    z = -jnp.sort(-x, axis=-1)
    sums = jnp.cumsum(z, axis=-1)
    k = jnp.sum(1 + jnp.arange(1, x.shape[-1] + 1) * z > sums, axis=-1)[:, None]
    tau = (jnp.take_along_axis(sums, k - 1, axis=-1) - 1) / k
    return jnp.maximum(x - tau, 0)


def activation_case(rng, name, function, x, **params):
    x = single(x)
    dy = single(rng.standard_normal(x.shape))
    y, back = jax.vjp(function, jnp.asarray(x))
    return {'name': name, 'params': params, 'x': array(x), 'y': array(y),
            'dy': array(dy), 'dx': array(back(jnp.asarray(dy))[0])}


def activation_cases():
    rng = seeded('activations')
    for name in ('hard_tanh', 'squareplus', 'sparse_plus'):
        yield activation_case(rng, name, getattr(A, name), GRID)
    yield activation_case(rng, 'sparse_sigmoid', sparse_sigmoid, GRID)
    yield activation_case(rng, 'tanh_shrink', tanh_shrink, GRID)
    for b in (.25, 0):
        yield activation_case(rng, 'squareplus',
                              lambda x: A.squareplus(x, b),
                              GRID[GRID != 0], b=b)
    for name in ('soft_shrink', 'hard_shrink'):
        for threshold in (.5, 0, 1):
            yield activation_case(
                rng, name, lambda x: getattr(A, name)(x, threshold), GRID,
                threshold=threshold)
    for threshold, value in ((.5, -1), (0, 0), (-1, 20)):
        yield activation_case(
            rng, 'threshold', lambda x: A.threshold(x, threshold, value), GRID,
            threshold=threshold, default_value=value)
    ties = [[0, 0, 0, 0], [1, 1, -1, -1], [5, 4.5, 4.5, -9], [-3, -3, -3, 7],
            [300, 299.5, -300, 0]]
    for x in (rng.standard_normal((5, 7)), ties,
              1e-3 * rng.standard_normal((3, 9)), [[2.], [-2.]]):
        yield activation_case(rng, 'sparsemax', sparsemax, x)


PARTS = {'activations': activation_cases}

if __name__ == '__main__':
    for part, cases in PARTS.items():
        save(part, list(cases()))
