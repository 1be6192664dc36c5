#!/usr/bin/env python3
"""Golden cases of parametrizations: what layers are handed, and gradients.

    python3 -m venv v && v/bin/pip install torch numpy keras jax
    v/bin/python build-aux/golden/parametrizations.py torch
    v/bin/python build-aux/golden/parametrizations.py keras

The first writes tests/golden/parametrizations.json (PyTorch: lora by autograd
of its formula, weight_norm, spectral_norm; pruning by the formulas of
TensorFlow's model optimization toolkit in NumPy); the second
tests/golden/spectral.json (keras.layers.SpectralNormalization).
"""
import json
import os
import pathlib
import sys

import numpy as np

FOLDER = pathlib.Path(__file__).parents[2] / 'tests' / 'golden'
rng = np.random.default_rng(20261202)


def normal(*shape):
    return rng.standard_normal(shape).astype(np.float32)


def numbers(a):
    """Shape and numbers, with the 9 digits that keep a float32."""
    a = np.asarray(a, np.float32)
    return {'shape': list(a.shape),
            'data': [float(f'{v:.9g}') for v in a.ravel()]}


def case(spec, w, dy, y, before, after, step=0):
    """`before`: the parametrization's tensors; `after`: gradients, as
    "dkernel", and buffers."""
    return {'name': spec, 'step': step, 'w': numbers(w), 'dy': numbers(dy),
            'y': numbers(y),
            'before': {k: numbers(v) for k, v in before.items()},
            'after': {k: numbers(v) for k, v in after.items()}}


# --- PyTorch -----------------------------------------------------------------

def lora_case(torch, spec, shape, rank, alpha):
    w, dy = normal(*shape), normal(*shape)
    a, b = normal(shape[0], rank), normal(rank, shape[1])
    tw, ta, tb = (torch.tensor(t, requires_grad=True) for t in (w, a, b))
    y = tw + alpha / rank * ta @ tb
    y.backward(torch.tensor(dy))
    return case(spec, w, dy, y.detach(), {'lora_a': a, 'lora_b': b},
                {'dkernel': tw.grad, 'dlora_a': ta.grad, 'dlora_b': tb.grad})


def weight_norm_case(torch, spec, shape, dim):
    w, dy = normal(*shape), normal(*shape)
    g = np.abs(normal(shape[dim])) + .1
    linear = torch.nn.Linear(shape[1], shape[0], bias=False)
    torch.nn.utils.parametrizations.weight_norm(linear, dim=dim)
    made = linear.parametrizations.weight
    with torch.no_grad():
        made.original0.copy_(torch.tensor(g).reshape(made.original0.shape))
        made.original1.copy_(torch.tensor(w))
    y = linear.weight
    y.backward(torch.tensor(dy))
    return case(spec, w, dy, y.detach(), {'g': g},
                {'dkernel': made.original1.grad,
                 'dg': made.original0.grad.reshape(-1)})


def spectral_case(torch, spec, shape, n):
    """PyTorch begins with the other vector: its u is our v."""
    w, dy, u = normal(*shape), normal(*shape), normal(1, shape[1])
    linear = torch.nn.Linear(shape[1], shape[0], bias=False)
    torch.nn.utils.parametrizations.spectral_norm(
        linear, n_power_iterations=n, eps=1e-12)
    made = linear.parametrizations.weight
    with torch.no_grad():
        made.original.copy_(torch.tensor(w))
        made[0]._v.copy_(torch.tensor(u[0] / np.linalg.norm(u)))
    linear.train()
    y = linear.weight
    y.backward(torch.tensor(dy))
    return case(spec, w, dy, y.detach(), {'vector_u': u},
                {'dkernel': made.original.grad,
                 'vector_u': made[0]._v.reshape(1, -1)})


def sparsity_at(step, schedule, final, initial, begin, end, power):
    if schedule == 'constant':
        return final
    p = min(1., max(0., (step - begin) / (end - begin)))
    return final + (initial - final) * (1 - p) ** power


def pruning_case(spec, shape, step, *schedule):
    """tfmot's pruning_impl: the threshold is the k-th largest size."""
    w, dy = normal(*shape), normal(*shape)
    sparsity = sparsity_at(step, *schedule)
    k = max(int(np.round(w.size * (1 - sparsity))), 1)
    threshold = np.sort(np.abs(w).ravel())[::-1][k - 1]
    mask = (np.abs(w) >= threshold).astype(np.float32)
    return case(spec, w, dy, w * mask, {'mask': np.ones(shape)},
                {'dkernel': dy * mask, 'mask': mask}, step)


def torch_cases():
    import torch
    yield lora_case(torch, 'lora(rank=2)', (5, 4), 2, 2)
    yield lora_case(torch, 'lora(rank=3, alpha=1.5)', (7, 3), 3, 1.5)
    yield weight_norm_case(torch, 'weight_normalization', (5, 4), 1)
    yield weight_norm_case(torch, 'weight_normalization(axis=0)', (5, 4), 0)
    yield spectral_case(torch, 'spectral_normalization', (5, 4), 1)
    yield spectral_case(torch, 'spectral_normalization(power_iterations=3)',
                        (4, 7), 3)
    yield pruning_case('pruning(sparsity=0.75)', (5, 4), 0,
                       'constant', .75, 0, 0, -1, 3)
    yield pruning_case('pruning(sparsity=1)', (5, 4), 100,
                       'constant', 1, 0, 0, -1, 3)
    yield pruning_case(
        'pruning(schedule=polynomial, initial_sparsity=0.2, sparsity=0.8, '
        'begin_step=10, end_step=110, frequency=10)', (9, 8), 60,
        'polynomial', .8, .2, 10, 110, 3)
    yield pruning_case(
        'pruning(schedule=polynomial, sparsity=0.9, begin_step=0, '
        'end_step=200, power=1)', (9, 8), 100,
        'polynomial', .9, 0, 0, 200, 1)


# --- Keras -------------------------------------------------------------------

def keras_cases():
    os.environ['KERAS_BACKEND'] = 'jax'
    import keras
    for n, shape in ((1, (5, 4)), (4, (3, 6))):
        w, u = normal(*shape), normal(1, shape[1]) * .02
        layer = keras.layers.SpectralNormalization(
            keras.layers.Dense(shape[1], use_bias=False), power_iterations=n)
        layer.build((None, shape[0]))
        layer.kernel.assign(w)
        layer.vector_u.assign(u)
        ys, us = [], []
        for _ in range(3):
            ys.append(np.asarray(layer(np.eye(shape[0]), training=True)))
            us.append(np.asarray(layer.vector_u))
        yield {'name': f'spectral_normalization(power_iterations={n})',
               'w': numbers(w), 'u': numbers(u), 'ys': numbers(ys),
               'us': numbers(us)}


def save(name, oracle, cases):
    rows = ',\n'.join(json.dumps(row) for row in cases)
    (FOLDER / name).write_text(
        f'{{"oracle": "{oracle}",\n "cases": [\n{rows}\n]}}\n')


def main():
    if sys.argv[1] == 'torch':
        import torch
        save('parametrizations.json',
             f'torch {torch.__version__}, numpy {np.__version__}',
             list(torch_cases()))
    else:
        rows = list(keras_cases())
        import keras
        save('spectral.json', f'keras {keras.__version__}', rows)


if __name__ == '__main__':
    main()
