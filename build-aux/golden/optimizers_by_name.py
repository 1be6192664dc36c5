#!/usr/bin/env python3
"""optimizers_by_name - writes tests/golden/named-optimizers.json: muon, and
what goes by the names of weights.

    python3 -m venv v && v/bin/pip install keras jax
    KERAS_BACKEND=jax v/bin/python build-aux/golden/optimizers_by_name.py

Keras computes in float32.  Names of weights are those of the test's model.
"""
import json
import os
import pathlib

os.environ.setdefault('KERAS_BACKEND', 'jax')

import keras
import numpy as np

GOLDEN = pathlib.Path(__file__).resolve().parents[2] / 'tests/golden'
STEPS = 20
rng = np.random.default_rng(20261201)


def draw(shape):
    return rng.standard_normal(shape).astype(np.float32)


def array(values):
    values = np.asarray(values, np.float32)
    return {'shape': list(values.shape),
            'data': [float(f'{v:.9g}') for v in values.ravel()]}


def variables(weights):
    """dense/kernel and prelu/alpha."""
    with keras.name_scope('dense'):
        kernel = keras.Variable(weights[0], name='kernel')
    with keras.name_scope('prelu'):
        alpha = keras.Variable(weights[1], name='alpha')
    return [kernel, alpha]


def run(name, params, optimizer, shape=(3, 2), exclude=()):
    shapes = (shape, (4,))
    weights = [draw(s) for s in shapes]
    held = variables(weights)
    if exclude:
        optimizer.exclude_from_weight_decay(var_names=list(exclude))
        params = {**params, 'exclude_from_weight_decay': ','.join(exclude)}
    optimizer.build(held)
    case = {'name': name, 'params': params,
            'initial': [array(w) for w in weights], 'steps': []}
    for _ in range(STEPS):
        gradients = [draw(s) for s in shapes]
        optimizer.apply([keras.ops.convert_to_tensor(g) for g in gradients])
        case['steps'].append({
            'grads': [array(g) for g in gradients],
            'weights': [array(keras.ops.convert_to_numpy(v)) for v in held]})
    return case


def muon(shape=(3, 2), **params):
    """Ours has one decay, and 0 where Keras has None and a list of one."""
    theirs = dict(params)
    if 'exclude_layers' in theirs:
        theirs['exclude_layers'] = [theirs['exclude_layers']]
    if 'rms_rate' in theirs:
        theirs['rms_rate'] = theirs['rms_rate'] or None
    if 'weight_decay' in theirs:
        theirs['adam_weight_decay'] = theirs['weight_decay']
    return run('muon', params, keras.optimizers.Muon(**theirs), shape)


def cases():
    o = keras.optimizers
    yield muon()
    yield muon(learning_rate=0.02, weight_decay=0.1)
    yield muon((3, 5), learning_rate=0.02, momentum=0.8, nesterov=False)
    yield muon((7, 3), learning_rate=0.02, ns_steps=3, rms_rate=0)
    yield muon((4, 4), learning_rate=0.02, muon_a=3.0, muon_b=-3.2,
               muon_c=1.2, adam_lr_ratio=0.1)
    yield muon(learning_rate=0.02, exclude_layers='dense', adam_beta_1=0.8,
               adam_beta_2=0.9, epsilon=1e-3)
    for exclude in (['alpha'], ['kernel'], ['alpha', 'bias']):
        yield run('adamw', {'learning_rate': 0.01, 'weight_decay': 0.1},
                  o.AdamW(learning_rate=0.01, weight_decay=0.1),
                  exclude=exclude)
    yield run('sgd', {'learning_rate': 0.1, 'weight_decay': 0.1},
              o.SGD(learning_rate=0.1, weight_decay=0.1), exclude=['alpha'])
    # With weight_decay Keras' z begins before the first decay, ours behind it;
    # its 1 - beta_2 ** t is exact to 1e-5 only, but for such as 0.875.
    for params in ({'learning_rate': 0.0005},
                   {'learning_rate': 0.02, 'beta_2': 0.875},
                   {'learning_rate': 0.05, 'beta_1': 0.75, 'beta_2': 0.75,
                    'epsilon': 1e-3, 'warmup_steps': 6}):
        yield run('schedule_free_adamw', params, o.ScheduleFreeAdamW(**params))


if __name__ == '__main__':
    rows = ',\n'.join(json.dumps(case) for case in cases())
    oracle = f'keras {keras.__version__}, {keras.backend.backend()}'
    (GOLDEN / 'named-optimizers.json').write_text(
        f'{{"oracle": "{oracle}",\n "cases": [\n{rows}\n]}}\n',
        encoding='utf-8')
