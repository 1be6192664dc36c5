#!/usr/bin/env python3
"""optimizers - writes tests/golden/more-optimizers.json and
more-schedules.json: what tests/golden/make_golden.py leaves out.

    python3 -m venv v && v/bin/pip install keras jax
    KERAS_BACKEND=jax v/bin/python build-aux/golden/optimizers.py

Keras computes in float32.  What it has not (rprop, radam, one_cycle) follows
from the formulas here, in float64, each with its source.
"""
import json
import math
import os
import pathlib

os.environ.setdefault('KERAS_BACKEND', 'jax')

import keras
import numpy as np

GOLDEN = pathlib.Path(__file__).resolve().parents[2] / 'tests/golden'
SHAPES = ((3, 2), (4,))
STEPS = 8
rng = np.random.default_rng(20261123)


def draw(shape, scale=1.0):
    return (rng.standard_normal(shape) * scale).astype(np.float32)


def array(values):
    values = np.asarray(values, np.float32)
    return {'shape': list(values.shape),
            'data': [float(f'{v:.9g}') for v in values.ravel()]}


def save(name, cases):
    oracle = f'keras {keras.__version__}, {keras.backend.backend()}'
    rows = ',\n'.join(json.dumps(case) for case in cases)
    (GOLDEN / name).write_text(
        f'{{"oracle": "{oracle}",\n "cases": [\n{rows}\n]}}\n',
        encoding='utf-8')
    print(name, len(cases))


# --- optimizers ---

def run(name, params, apply, scale=1.0):
    """A case: `apply (weights, gradients)` gives the weights after a step and,
    where there are any, the averages."""
    weights = [draw(shape) for shape in SHAPES]
    case = {'name': name, 'params': params,
            'initial': [array(w) for w in weights], 'steps': []}
    for _ in range(STEPS):
        gradients = [draw(shape, scale) for shape in SHAPES]
        weights, averages = apply(weights, gradients)
        step = {'grads': [array(g) for g in gradients],
                'weights': [array(w) for w in weights]}
        if averages:
            step['averages'] = [array(a) for a in averages]
        case['steps'].append(step)
    return case


class InKeras:
    """An optimizer of Keras', which holds the weights itself."""

    def __init__(self, optimizer):
        self.optimizer = optimizer
        self.variables = None

    def __call__(self, weights, gradients):
        if self.variables is None:
            self.variables = [keras.Variable(w, name=f'w{i}')
                              for i, w in enumerate(weights)]
            self.optimizer.build(self.variables)
        self.optimizer.apply([keras.ops.convert_to_tensor(g)
                              for g in gradients])
        averages = getattr(self.optimizer,
                           '_model_variables_moving_average', [])
        return ([keras.ops.convert_to_numpy(v) for v in self.variables],
                [keras.ops.convert_to_numpy(a) for a in averages])


class ByFormula:
    """An optimizer that is a function of (w, g, t, memory)."""

    def __init__(self, function, params):
        self.function = function
        self.params = params
        self.memory = [{} for _ in SHAPES]
        self.weights = None
        self.t = 0

    def __call__(self, weights, gradients):
        if self.weights is None:
            self.weights = [w.astype(np.float64) for w in weights]
        self.t += 1
        self.weights = [
            self.function(w, g.astype(np.float64), self.t, memory,
                          **self.params)
            for w, g, memory in zip(self.weights, gradients, self.memory)]
        return self.weights, None


def rprop(w, g, t, memory, learning_rate=0.01, eta_minus=0.5, eta_plus=1.2,
          step_size_min=1e-6, step_size_max=50.0):
    """Rprop without weight backtracking: Igel, Huesken: Improving the Rprop
    learning algorithm, 2000 (iRprop-); as PyTorch's Rprop."""
    size = memory.setdefault('size', np.full_like(w, learning_rate))
    before = memory.setdefault('before', np.zeros_like(w))
    product = np.sign(g * before)
    factor = np.where(product > 0, eta_plus,
                      np.where(product < 0, eta_minus, 1.0))
    size[:] = np.clip(size * factor, step_size_min, step_size_max)
    g = np.where(product < 0, 0.0, g)
    before[:] = g
    return w - np.sign(g) * size


def radam(w, g, t, memory, learning_rate=0.001, beta_1=0.9, beta_2=0.999,
          epsilon=1e-7):
    """Liu and others: On the variance of the adaptive learning rate and
    beyond, ICLR 2020, algorithm 2; from rho_t > 5 on, as PyTorch's RAdam."""
    m = memory.setdefault('m', np.zeros_like(w))
    v = memory.setdefault('v', np.zeros_like(w))
    m[:] = beta_1 * m + (1 - beta_1) * g
    v[:] = beta_2 * v + (1 - beta_2) * g * g
    mean = m / (1 - beta_1 ** t)
    longest = 2 / (1 - beta_2) - 1
    length = longest - 2 * t * beta_2 ** t / (1 - beta_2 ** t)
    if length <= 5:
        return w - learning_rate * mean
    r = math.sqrt((length - 4) * (length - 2) * longest
                  / ((longest - 4) * (longest - 2) * length))
    return w - (learning_rate * r * math.sqrt(1 - beta_2 ** t) * mean
                / (np.sqrt(v) + epsilon))


def optimizer_cases():
    o = keras.optimizers
    rows = [
        ('adadelta', o.Adadelta, {}),
        ('adadelta', o.Adadelta, {'learning_rate': 1.0, 'rho': 0.9}),
        ('adamax', o.Adamax, {'learning_rate': 0.1, 'beta_1': 0.8}),
        ('lion', o.Lion, {}),
        ('lion', o.Lion, {'learning_rate': 0.01, 'beta_1': 0.5,
                          'beta_2': 0.6, 'weight_decay': 0.1}),
        ('ftrl', o.Ftrl, {}),
        ('ftrl', o.Ftrl, {'learning_rate': 0.1}),
        ('ftrl', o.Ftrl, {'learning_rate': 0.1,
                          'l1_regularization_strength': 0.5,
                          'l2_regularization_strength': 0.1,
                          'l2_shrinkage_regularization_strength': 0.05,
                          'beta': 0.2}),
        ('ftrl', o.Ftrl, {'learning_rate': 0.1, 'learning_rate_power': -0.7,
                          'initial_accumulator_value': 0.3}),
        ('lamb', o.Lamb, {}),
        ('lamb', o.Lamb, {'learning_rate': 0.1, 'weight_decay': 0.01}),
        # Options that the host applies to every optimizer.
        ('sgd', o.SGD, {'learning_rate': 0.1, 'use_ema': True,
                        'ema_momentum': 0.9}),
        ('adam', o.Adam, {'learning_rate': 0.1, 'use_ema': True,
                          'ema_momentum': 0.8,
                          'ema_overwrite_frequency': 3}),
        ('sgd', o.SGD, {'learning_rate': 0.1,
                        'gradient_accumulation_steps': 2}),
        # A small rate: Keras' own 1 - beta ** t is exact to 1e-5 only.
        ('adam', o.Adam, {'learning_rate': 0.01,
                          'gradient_accumulation_steps': 3}),
        ('sgd', o.SGD, {'learning_rate': 0.1, 'clipvalue': 0.5,
                        'weight_decay': 0.1,
                        'gradient_accumulation_steps': 2}),
        ('sgd', o.SGD, {'learning_rate': 0.1, 'momentum': 0.9,
                        'clipnorm': 0.5, 'gradient_accumulation_steps': 2}),
        ('rmsprop', o.RMSprop, {'learning_rate': 0.1, 'global_clipnorm': 0.5,
                                'gradient_accumulation_steps': 3}),
        ('adam', o.Adam, {'learning_rate': 0.01, 'use_ema': True,
                          'ema_momentum': 0.7,
                          'ema_overwrite_frequency': 2,
                          'gradient_accumulation_steps': 2}),
        ('sgd', o.SGD, {'learning_rate': 0.1, 'global_clipnorm': 0.5,
                        'use_ema': True, 'ema_momentum': 0.9}),
    ]
    cases = [run(name, params, InKeras(make(**params)))
             for name, make, params in rows]
    for name, function, params in (
            ('rprop', rprop, {}),
            ('rprop', rprop, {'learning_rate': 0.1, 'eta_minus': 0.4,
                              'eta_plus': 1.5, 'step_size_min': 0.08,
                              'step_size_max': 0.2}),
            ('radam', radam, {'learning_rate': 0.1}),
            ('radam', radam, {'learning_rate': 0.1, 'beta_1': 0.8,
                              'beta_2': 0.9, 'epsilon': 1e-3})):
        cases.append(run(name, params, ByFormula(function, params)))
    return cases


# --- schedules ---

def one_cycle(step, max, total_steps, pct_start=0.3, div_factor=25.0,
              final_div_factor=1e4, anneal='cos'):
    """Smith, Topin: Super-convergence, 2018; as PyTorch's OneCycleLR."""
    first, last = max / div_factor, max / div_factor / final_div_factor
    top, end = pct_start * total_steps - 1, total_steps - 1
    if step <= top:
        a, b, share = first, max, step / top
    else:
        a, b, share = max, last, (min(step, end) - top) / (end - top)
    if anneal == 'linear':
        return a + (b - a) * share
    return b + (a - b) / 2 * (1 + math.cos(math.pi * share))


def schedule_cases():
    s = keras.optimizers.schedules
    rows = [
        ('exponential_decay', s.ExponentialDecay,
         {'initial_learning_rate': 0.5, 'decay_steps': 7, 'decay_rate': 0.9}),
        ('polynomial_decay', s.PolynomialDecay,
         {'initial_learning_rate': 0.1, 'decay_steps': 15,
          'end_learning_rate': 0.01, 'cycle': True}),
        ('polynomial_decay', s.PolynomialDecay,
         {'initial_learning_rate': 0.1, 'decay_steps': 40}),
        ('inverse_time_decay', s.InverseTimeDecay,
         {'initial_learning_rate': 0.1, 'decay_steps': 10, 'decay_rate': 0.5,
          'staircase': True}),
        ('inverse_time_decay', s.InverseTimeDecay,
         {'initial_learning_rate': 0.1, 'decay_steps': 10,
          'decay_rate': 0.5}),
        ('cosine_decay', s.CosineDecay,
         {'initial_learning_rate': 0.0, 'decay_steps': 25,
          'warmup_target': 0.2, 'warmup_steps': 20}),
        ('cosine_decay_restarts', s.CosineDecayRestarts,
         {'initial_learning_rate': 0.1, 'first_decay_steps': 10}),
        ('cosine_decay_restarts', s.CosineDecayRestarts,
         {'initial_learning_rate': 0.1, 'first_decay_steps': 10,
          't_mul': 1.0, 'm_mul': 0.9, 'alpha': 0.1}),
        ('cosine_decay_restarts', s.CosineDecayRestarts,
         {'initial_learning_rate': 0.1, 'first_decay_steps': 9,
          't_mul': 1.5, 'm_mul': 0.5, 'alpha': 0.05}),
    ]
    cases = [{'name': name, 'params': params,
              'learning_rate': [float(make(**params)(i)) for i in range(61)]}
             for name, make, params in rows]
    cycles = [{'max': 0.1, 'total_steps': 50},
              {'max': 2.0, 'total_steps': 40, 'pct_start': 0.5,
               'div_factor': 10.0, 'final_div_factor': 100.0,
               'anneal': 'linear'}]
    cases += [{'name': 'one_cycle', 'params': params,
               'learning_rate': [one_cycle(i, **params) for i in range(61)]}
              for params in cycles]
    return cases


if __name__ == '__main__':
    save('more-optimizers.json', optimizer_cases())
    save('more-schedules.json', schedule_cases())
