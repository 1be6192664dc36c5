#!/usr/bin/env python3
"""terms - writes tests/golden/terms-runs.json: trainings of models whose layers
add terms to the loss, or take the targets.

    python3 -m venv v && v/bin/pip install keras jax numpy
    KERAS_BACKEND=jax v/bin/python build-aux/golden/terms.py

activity_regularization is Keras' layer in a Keras model.  arcface, center_loss,
triplet and the divergence of gaussian_sampling are the papers' formulas, in float64;
gradients are JAX's.  Steps are plain SGD.
"""
import json
import os
import pathlib

os.environ.setdefault('KERAS_BACKEND', 'jax')

import jax
import jax.numpy as jnp
import keras
import numpy as np

GOLDEN = pathlib.Path(__file__).resolve().parents[2] / 'tests/golden'
ROWS, BATCH, EPOCHS, RATE = 24, 8, 3, 0.05
jax.config.update('jax_enable_x64', True)
keras.config.set_floatx('float64')
rng = np.random.default_rng(16)


def draw(*shape, scale=1.0):
    return (rng.standard_normal(shape) * scale).astype('float32') \
        .astype('float64')


def array(values):
    values = np.asarray(values, 'float32')
    return {'shape': list(values.shape),
            'data': [float(f'{v:.9g}') for v in values.ravel().tolist()]}


def case(name, chain, loss_name, weights, x, y, loss, predict):
    """`loss (w, x, y)` is all that trains; `predict (w, x)` the output."""
    start = {key: array(value) for key, value in weights.items()}
    step = jax.jit(jax.value_and_grad(loss))
    losses = []
    for i in range(EPOCHS * ROWS // BATCH):
        rows = slice(i * BATCH % ROWS, i * BATCH % ROWS + BATCH)
        value, gradient = step(weights, x[rows], y[rows])
        losses.append(float(value))
        weights = {key: w - RATE * gradient[key]
                   for key, w in weights.items()}
    return {'name': name, 'chain': chain, 'loss': loss_name,
            'optimizer': {'name': 'sgd', 'learning_rate': RATE},
            'batch_size': BATCH, 'epochs': EPOCHS, 'x': array(x),
            'y': array(y), 'weights': start, 'step_losses': losses,
            'weights_after': {k: array(w) for k, w in weights.items()},
            'prediction': array(predict(weights, x))}


def dense(weights, name, x):
    return x @ weights[f'{name}/kernel'] + weights[f'{name}/bias']


def dense_weights(sizes):
    return {key: value for name, n, m in sizes
            for key, value in ((f'{name}/kernel', draw(n, m, scale=n ** -.5)),
                               (f'{name}/bias', draw(m, scale=.1)))}


def activity(l1, l2):
    inputs = keras.Input((5,))
    first = keras.layers.Dense(4)
    last = keras.layers.Dense(2)
    regularized = keras.layers.ActivityRegularization(l1, l2)(first(inputs))
    model = keras.Model(inputs, last(keras.layers.Activation('tanh')(
        regularized)))
    weights = dense_weights([('a', 5, 4), ('b', 4, 2)])
    names = ['a/kernel', 'a/bias', 'b/kernel', 'b/bias']

    def call(w, x):
        y, _, losses = model.stateless_call(
            [w[name] for name in names], [], x, return_losses=True)
        return y, sum(losses)

    def loss(w, x, y):
        predicted, terms = call(w, x)
        return jnp.mean((predicted - y) ** 2) + terms

    return case(
        f'activity_l1_{l1}_l2_{l2}',
        f'dense name=a units=4 ! activity_regularization l1={l1} l2={l2} ! '
        'tanh ! dense name=b units=2', 'mean_squared_error', weights,
        draw(ROWS, 5), draw(ROWS, 2), loss, lambda w, x: call(w, x)[0])


def divergence(kl):
    """Of the middle of a VAE alone: what is drawn is in no loss."""
    weights = dense_weights([('body', 5, 6), ('mean', 6, 3), ('v', 6, 3)])

    def ends(w, x):
        body = jnp.tanh(dense(w, 'body', x))
        return dense(w, 'mean', body), dense(w, 'v', body)

    def loss(w, x, _):
        mean, v = ends(w, x)
        return kl * jnp.mean(
            jnp.sum(mean ** 2 + jnp.exp(v) - 1 - v, axis=1) / 2)

    return case(
        f'divergence_{kl}',
        'dense name=body units=6 activation=tanh ! '
        'dense name=mean units=3 input=body ! '
        'dense name=v units=3 input=body ! '
        f'gaussian_sampling input=mean,v kl={kl}', 'none', weights,
        draw(ROWS, 5), draw(ROWS, 3), loss, lambda w, x: ends(w, x)[0])


def arc_scores(w, name, x, scale):
    kernel = w[f'{name}/kernel']
    unit = x / jnp.linalg.norm(x, axis=1, keepdims=True)
    return scale * unit @ (kernel / jnp.linalg.norm(kernel, axis=0))


def arc_loss(scores, y, scale, margin):
    label = y.astype(int)
    rows = jnp.arange(len(y))
    angle = jnp.arccos(scores[rows, label] / scale)
    logits = scores.at[rows, label].set(scale * jnp.cos(angle + margin))
    return jax.nn.logsumexp(logits, axis=1) - logits[rows, label]


def faces(scale, margin, center):
    """ArcFace, and centers beside it where `center` is not 0."""
    weights = dense_weights([('e', 5, 4)])
    weights['face/kernel'] = draw(4, 3)
    chain = 'dense name=e units=4 ! '
    if center:
        weights['centers/centers'] = draw(3, 4)
        chain += (f'center_loss name=centers classes=3 weight={center} '
                  'input=e,target ! ')
    chain += (f'arcface name=face units=3 scale={scale} margin={margin} '
              'input=e,target')

    def loss(w, x, y):
        e = dense(w, 'e', x)
        each = arc_loss(arc_scores(w, 'face', e, scale), y, scale, margin)
        if center:
            each += center * jnp.sum(
                (e - w['centers/centers'][y.astype(int)]) ** 2, axis=1) / 2
        return jnp.mean(each)

    return case(f'arcface_{scale}_{margin}_{center}', chain, 'none', weights,
                draw(ROWS, 5), rng.integers(0, 3, ROWS).astype('float64'),
                loss,
                lambda w, x: arc_scores(w, 'face', dense(w, 'e', x), scale))


def triplet(margin):
    weights = dense_weights([('e', 5, 4)])

    def loss(w, x, y):
        e = dense(w, 'e', x)
        apart = jnp.sqrt(jnp.sum((e[:, None] - e) ** 2, axis=2) + 1e-12)
        same = y[:, None] == y
        other = same & ~jnp.eye(len(y), dtype=bool)
        far = jnp.max(jnp.where(other, apart, 0), axis=1)
        near = jnp.min(jnp.where(same, jnp.inf, apart), axis=1)
        each = jnp.maximum(margin + far - near, 0)
        return jnp.mean(jnp.where(other.any(1) & ~same.all(1), each, 0))

    return case(f'triplet_{margin}', 'dense name=e units=4',
                f'triplet(margin={margin})', weights, draw(ROWS, 5),
                rng.integers(0, 3, ROWS).astype('float64'), loss,
                lambda w, x: dense(w, 'e', x))


cases = [activity(0.02, 0), activity(0, 0.03), activity(0.01, 0.02),
         divergence(1), divergence(0.1), faces(4, 0.5, 0), faces(8, 0.2, 0.3),
         faces(2, 0, 0), triplet(1), triplet(0.2)]
(GOLDEN / 'terms-runs.json').write_text(json.dumps(
    {'oracle': f'keras {keras.__version__}, jax {jax.__version__}',
     'cases': cases}, indent=None, separators=(',', ':')) + '\n')
