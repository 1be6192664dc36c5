#!/usr/bin/env python3
"""shelf - writes tests/golden/shelf-*.json: Keras' activations, losses, metrics,
layers and optimizers that the older golden files leave out.

    python3 -m venv v && v/bin/pip install keras==3.15.1 jax scikit-learn
    KERAS_BACKEND=jax v/bin/python build-aux/golden/shelf.py [PART...]

Keras' own code computes, on JAX and in float64 wherever it can be asked to, so
that the digits which float32 loses are not taken for the truth.  What Keras has
wrong or has not is a formula here or scikit-learn's, and says so.
"""
import json
import os
import pathlib
import sys

os.environ.setdefault('KERAS_BACKEND', 'jax')
os.environ.setdefault('JAX_ENABLE_X64', '1')

import jax
import jax.numpy as jnp
import keras
from keras.src.utils.numerical_utils import encode_categorical_inputs
import numpy as np
from sklearn.metrics import roc_auc_score

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


# --- metrics ---

M = keras.metrics


def metric_case(name, metric, y_true, y_pred, weights=None, labels=None,
                **params):
    """Taken in by two batches; with labels, those are what is written.  A
    `metric` that is a number is the result."""
    half = len(y_pred) // 2
    if isinstance(metric, M.Metric):
        for rows in (slice(None, half), slice(half, None)):
            metric.update_state(
                y_true[rows], y_pred[rows],
                sample_weight=None if weights is None else weights[rows])
        metric = metric.result()
    case = {'name': name, 'params': params,
            'y_true': array(y_true if labels is None else labels),
            'y_pred': array(y_pred), 'result': array(metric)}
    if weights is not None:
        case['weights'] = array(weights)
    return case


def between(scores):
    """A threshold between every two neighbours: the exact curve."""
    distinct = np.unique(scores)
    return [float(t) for t in (distinct[1:] + distinct[:-1]) / 2]


def mean_of_curves(curve, y_true, y_pred, weights, **params):
    return np.mean([
        float(metric_case('', M.AUC(curve=curve, dtype='float64',
                                    thresholds=between(y_pred[:, j])),
                          y_true[:, j], y_pred[:, j],
                          weights)['result']['data'][0])
        for j in range(y_pred.shape[1])])


def auc_cases(rng):
    n = 24
    yes = single(rng.integers(0, 2, (n, 3)))
    p = single(rng.random((n, 3)) * .98 + .01)
    rough = single(np.round(p * 5) / 5)  # with ties, 0 and 1
    w = single(rng.random(n) * 2)
    marks = [.9, .2, .35, .6]
    weights = [1., .5, 2.]
    one = slice(0, 1)
    for curve in ('ROC', 'PR'):
        for method in ('interpolation', 'minoring', 'majoring'):
            params = dict(curve=curve, summation_method=method)
            yield metric_case('auc', M.AUC(thresholds=marks, **params),
                              yes[:, one], p[:, one], w, thresholds=marks,
                              **params)
            yield metric_case('auc', M.AUC(multi_label=True, **params), yes,
                              p, w, multi_label=True, **params)
            for y in (p[:, one], rough[:, one]):
                exact = M.AUC(thresholds=between(y), dtype='float64', **params)
                yield metric_case('auc', exact, yes[:, one], y, w,
                                  num_thresholds=0, **params)
        yield metric_case(
            'auc', M.AUC(multi_label=True, label_weights=weights, curve=curve),
            yes, p, w, multi_label=True, label_weights=weights, curve=curve)
        yield metric_case('auc', M.AUC(label_weights=weights, curve=curve),
                          yes, p, label_weights=weights, curve=curve)
        yield metric_case(
            'auc', mean_of_curves(curve, yes, rough, w), yes, rough, w,
            num_thresholds=0, multi_label=True, curve=curve)
    logits = single(3 * rng.standard_normal((n, 1)))
    yield metric_case('auc', M.AUC(from_logits=True), yes[:, one], logits,
                      from_logits=True)
    for y in (logits, rough[:, one], np.full((n, 1), .5)):
        yield metric_case('auc', roc_auc_score(yes[:, 0], y[:, 0],
                                               sample_weight=w),
                          yes[:, one], y, w, num_thresholds=0)


def count_cases(rng):
    n, classes = 20, 4
    yes = single(rng.integers(0, 2, (n, 1)))
    p = single(np.round(rng.random((n, 1)), 1))
    c = np.eye(classes)[rng.integers(0, classes, n)]
    q = single(rng.dirichlet(np.ones(classes), n))
    w = single(rng.random(n) * 2)
    labels = c.argmax(1)
    few = [.25, .5, .75]
    for name, metric in (('true_positives', M.TruePositives),
                         ('true_negatives', M.TrueNegatives),
                         ('false_positives', M.FalsePositives),
                         ('false_negatives', M.FalseNegatives)):
        yield metric_case(name, metric(), yes, p)
        yield metric_case(name, metric(), c, q, w, labels)
        yield metric_case(name, metric(thresholds=.3), yes, p, w,
                          thresholds=.3)
        yield metric_case(name, metric(thresholds=few), yes, p, w,
                          thresholds=few)
    for name, metric in (('precision', M.Precision), ('recall', M.Recall)):
        yield metric_case(name, metric(thresholds=few), yes, p, w,
                          thresholds=few)
        yield metric_case(name, metric(thresholds=[.9, .1], top_k=2), c, q, w,
                          labels, thresholds=[.9, .1], top_k=2)
    for average in (None, 'micro', 'macro', 'weighted'):
        for beta in (.5, 2.):
            yield metric_case('fbeta', M.FBetaScore(average, beta), c, q, w,
                              labels, average=average or 'none', beta=beta)
    yield metric_case('fbeta', M.FBetaScore('macro', 2., .3), c, q, None,
                      labels, beta=2., threshold=.3)


def rate_cases(rng):
    n, classes = 30, 3
    yes = single(rng.integers(0, 2, (n, 1)))
    p = single(np.round(np.clip(.4 * yes + .6 * rng.random((n, 1)), 0, 1), 1))
    c = np.eye(classes)[rng.integers(0, classes, n)]
    q = single(rng.dirichlet(np.ones(classes), n))
    w = single(rng.random(n) * 2)
    for name, rate, metric in (
            ('sensitivity_at_specificity', 'specificity',
             M.SensitivityAtSpecificity),
            ('specificity_at_sensitivity', 'sensitivity',
             M.SpecificityAtSensitivity),
            ('precision_at_recall', 'recall', M.PrecisionAtRecall),
            ('recall_at_precision', 'precision', M.RecallAtPrecision)):
        for least in (0., .5, .8, 1.):
            yield metric_case(name, metric(least), yes, p, w, **{rate: least})
        for thresholds in (1, 2, 7):
            yield metric_case(name, metric(.6, num_thresholds=thresholds), yes,
                              p, num_thresholds=thresholds, **{rate: .6})
        yield metric_case(name, metric(.5, class_id=1), c, q, w, c.argmax(1),
                          class_id=1, **{rate: .5})
        # None of what is looked for.
        yield metric_case(name, metric(.5), 0 * yes, p, **{rate: .5})


def iou_cases(rng):
    n, classes = 24, 4
    t = single(rng.integers(0, classes - 1, n))  # one class is not there
    y = single(rng.integers(0, classes - 1, n))
    c, q = np.eye(classes)[t.astype(int)], single(
        rng.dirichlet(np.ones(classes), n))
    wide = single(rng.integers(0, classes, (n, 2, 3)))
    other = single(rng.integers(0, classes, (n, 2, 3)))
    w = single(rng.random(n) * 2)
    f64 = {'dtype': 'float64'}
    for ids in ([0], [1, 2], [3], [0, 3]):
        yield metric_case('iou', M.IoU(classes, ids, **f64), t, y, w,
                          num_classes=classes, target_class_ids=ids)
        yield metric_case('iou', M.IoU(classes, ids, **f64), wide, other,
                          num_classes=classes, target_class_ids=ids)
        yield metric_case('one_hot_iou', M.OneHotIoU(classes, ids, **f64), c,
                          q, w, target_class_ids=ids)
        yield metric_case('one_hot_iou', M.OneHotIoU(classes, ids, **f64), c,
                          q, w, t, target_class_ids=ids)
    yield metric_case('mean_iou', M.MeanIoU(classes, **f64), t, y, w,
                      num_classes=classes)
    yield metric_case('mean_iou', M.MeanIoU(classes, ignore_class=1, **f64), t,
                      y, w, num_classes=classes, ignore_class=1)
    yield metric_case('mean_iou', M.MeanIoU(3, **f64), t - 1, y + 1,
                      num_classes=3)  # what is no class
    yield metric_case('one_hot_mean_iou', M.OneHotMeanIoU(classes, **f64), c,
                      q, w)
    yes, p = single(t > 0), single(np.round(rng.random(n), 1))
    for ids, threshold in (([0, 1], .5), ([1], .3), ([0], .5)):
        yield metric_case('binary_iou', M.BinaryIoU(ids, threshold, **f64),
                          yes, p, w, target_class_ids=ids, threshold=threshold)
    yield metric_case('binary_iou', M.BinaryIoU(**f64), yes, p)


def correlation_cases(rng):
    n = 12
    t, z = single(rng.standard_normal((n, 5))), rng.standard_normal((n, 5))
    y = single(.7 * t + .5 * z + 2)
    w = single(rng.random(n) * 2)
    wide = single(rng.standard_normal((n, 2, 3)))
    for name, metric in (('pearson_correlation', M.PearsonCorrelation),
                         ('concordance_correlation',
                          M.ConcordanceCorrelation)):
        yield metric_case(name, metric(dtype='float64'), t, y)
        yield metric_case(name, metric(dtype='float64'), t, y, w)
        yield metric_case(name, metric(dtype='float64'), t, -3 * t)
        yield metric_case(name, metric(dtype='float64'), wide[:, :, ::-1],
                          wide)
    yield metric_case('concordance_correlation',
                      M.ConcordanceCorrelation(dtype='float64'), t, 0 * t)


def metric_cases():
    for part in (auc_cases, count_cases, rate_cases, iou_cases,
                 correlation_cases):
        yield from part(seeded(part.__name__))


# --- losses ---

K = keras.losses


def loss_case(name, loss, y_true, y_pred, **params):
    y_true, y_pred = np.asarray(y_true), single(y_pred)
    value, gradient = jax.value_and_grad(
        lambda y: loss(jnp.asarray(y_true), y))(jnp.asarray(y_pred))
    return {'name': name, 'params': params, 'y_true': array(y_true),
            'y_pred': array(y_pred), 'loss': float(value),
            'dy_pred': array(gradient)}


def set_cases(rng):
    t = single(rng.integers(0, 2, (4, 3, 2)))
    y = single(rng.random((4, 3, 2)))
    for axis in (None, [1, 2], [-1], [0], [0, 2], [0, 1, 2]):
        given = {'axis': axis} if axis else {}
        yield loss_case('dice', K.Dice(axis=axis, dtype='float64'), t, y,
                        **given)
        yield loss_case(
            'tversky', K.Tversky(.3, .7, axis=axis, dtype='float64'), t, y,
            alpha=.3, beta=.7, **given)
    for name, loss in (('dice', K.Dice(dtype='float64')),
                       ('tversky', K.Tversky(.9, .2, dtype='float64'))):
        params = {} if name == 'dice' else {'alpha': .9, 'beta': .2}
        yield loss_case(name, loss, 0 * t[:, 0, 0], y[:, 0, 0], **params)
        yield loss_case(name, loss, t, t, **params)
        yield loss_case(name, loss, t, 1 - t, **params)
        yield loss_case(name, loss, 0 * t, 0 * t, **params)
        yield loss_case(name, loss, t[:1], y[:1], **params)


def generalized(q):
    """Keras', with the slope of 1e-7 below it, where Keras' is infinite."""
    def loss(t, y):
        p = jnp.take_along_axis(y, t[..., None], axis=-1)[..., 0]
        line = 1 / q - jnp.where(p > 0, p, 0) ** q / q
        below = jax.lax.stop_gradient(line) - 1e-7 ** (q - 1) * (
            p - jax.lax.stop_gradient(p))
        return jnp.mean(jnp.where(p < 1e-7, below, (1 - jnp.where(
            p < 1e-7, 1, p) ** q) / q))
    return loss


def label_cases(rng):
    many = K.CategoricalGeneralizedCrossEntropy
    t = rng.integers(0, 4, 6)
    p = single(rng.dirichlet(np.ones(4), 6))
    z = single(3 * rng.standard_normal((6, 4)))
    name = 'categorical_generalized_cross_entropy'
    yield loss_case(name, many(dtype='float64'), t, p)
    for q in (.1, .7, .999):
        yield loss_case(name, many(q=q, dtype='float64'), t, p, q=q)
        yield loss_case(
            name, lambda t, z: many(q=q, dtype='float64')(
                t, jax.nn.softmax(z)), t, z, q=q, from_logits=True)
    yield loss_case(name, generalized(.5), np.array([0, 1, 2]),
                    [[0, 1, 0], [.5, 1, -.5], [1, 1e-9, 1e-9]])
    wide = rng.integers(0, 3, (4, 2))
    yield loss_case(name, generalized(.5), wide,
                    rng.dirichlet(np.ones(3), (4, 2)))
    name, sparse = ('sparse_categorical_crossentropy',
                    K.SparseCategoricalCrossentropy)
    void = np.where(rng.random((4, 5)) < .4, -1, rng.integers(0, 3, (4, 5)))
    many_p = rng.dirichlet(np.ones(3), (4, 5))
    many_z = 4 * rng.standard_normal((4, 5, 3))
    for ignored in (-1, 0, 255):
        labels = np.where(void == -1, ignored, void)
        yield loss_case(name, sparse(ignore_class=ignored, dtype='float64'),
                        labels, many_p, ignore_class=ignored)
        yield loss_case(
            name, sparse(ignore_class=ignored, from_logits=True,
                         dtype='float64'), labels, many_z,
            ignore_class=ignored, from_logits=True)
        yield loss_case(name, sparse(ignore_class=ignored, dtype='float64'),
                        labels[:, 0], many_p[:, 0], ignore_class=ignored)
    yield loss_case(name, sparse(ignore_class=2, dtype='float64'),
                    np.full(3, 2), many_p[0, :3], ignore_class=2)


def circle_cases(rng):
    def rows(n, d):
        y = rng.standard_normal((n, d))
        return y / np.linalg.norm(y, axis=-1, keepdims=True)

    labels = np.array([0, 1, 0, 2, 1, 0, 1, 2])
    for params in ({}, {'gamma': 2.}, {'gamma': 10., 'margin': .25},
                   {'gamma': 1., 'remove_diagonal': False}):
        loss = K.Circle(dtype='float64', **params)
        yield loss_case('circle', loss, labels, rows(8, 5), **params)
    near = rows(3, 4)[labels % 3] + .05 * rng.standard_normal((8, 4))
    yield loss_case('circle', K.Circle(gamma=4., dtype='float64'), labels,
                    near / np.linalg.norm(near, axis=-1, keepdims=True),
                    gamma=4.)
    # A label that is there once has no neighbour, and does not count.
    yield loss_case('circle', K.Circle(gamma=2., dtype='float64'),
                    np.array([0, 0, 1, 2, 2]), rows(5, 3), gamma=2.)


def loss_cases():
    for part in (set_cases, label_cases, circle_cases):
        yield from part(seeded(part.__name__))


# --- layers ---

L = keras.layers


def layer_case(rng, name, layer, *shapes, training=False, x=None, **params):
    """With random weights; a `layer` that is a function has none.  One that has
    no slope (x is given) gets dx = 0."""
    xs = [single(rng.standard_normal(shape)) for shape in shapes]
    xs = xs if x is None else [single(x)]
    weights, trained = {}, []
    if isinstance(layer, L.Layer):
        layer.build(xs[0].shape if len(xs) == 1 else [a.shape for a in xs])
        for v in layer.variables:
            w = single(.5 * rng.standard_normal(v.shape))
            v.assign(np.abs(w) + .2 if 'variance' in v.name else w)
            weights[v.name] = array(v)
        trained = [v.name for v in layer.trainable_variables]

    def call(train, xs):
        given = xs[0] if len(xs) == 1 else xs
        if not weights:
            return layer(given), []
        return layer.stateless_call(
            train, [v.value for v in layer.non_trainable_variables], given,
            **({'training': training} if name.startswith('batch') else {}))

    train = [jnp.asarray(v) for v in getattr(layer, 'trainable_variables', [])]
    xs = [jnp.asarray(a) for a in xs]
    y, back, after = (
        jax.vjp(call, train, xs, has_aux=True) if x is None else
        (call(train, xs)[0], None, []))
    dy = single(rng.standard_normal(y.shape))
    grads, dx = back(jnp.asarray(dy, y.dtype)) if back else (
        [], [0 * xs[0]])
    new = dict(weights)
    for v, value in zip(getattr(layer, 'non_trainable_variables', []), after):
        new[v.name] = array(value)
    case = {'name': name, 'params': params, 'training': training,
            'weights': weights, 'x': array(xs[0]), 'y': array(y),
            'dy': array(dy), 'dx': array(dx[0]),
            'grads': {n: array(g) for n, g in zip(trained, grads)},
            'weights_after': new}
    for i in range(1, len(xs)):
        case[f'x{i}'], case[f'dx{i}'] = array(xs[i]), array(dx[i])
    return case


class RmsNormalization(L.RMSNormalization):
    """Keras' own stretches `scale` over the last axes, whatever `axis` says, and
    so fails where others are meant."""

    def call(self, x):
        axes = [axis % x.ndim for axis in self.axis]
        shape = [n if k in axes else 1 for k, n in enumerate(x.shape)]
        mean = jnp.mean(x * x, axis=tuple(axes), keepdims=True)
        return x / jnp.sqrt(mean + self.epsilon) * jnp.reshape(
            jnp.asarray(self.scale), shape)


def norm_cases(rng):
    f64 = {'dtype': 'float64'}
    for axis in ([1], [2], [1, 2], [1, 3], [-1]):
        for name, make in (('layer_normalization', L.LayerNormalization),
                           ('rms_normalization', RmsNormalization),
                           ('unit_normalization', L.UnitNormalization)):
            yield layer_case(rng, name, make(axis=list(axis), **f64),
                             (3, 2, 4, 3), axis=axis)
    yield layer_case(rng, 'layer_normalization',
                     L.LayerNormalization(axis=1, center=False, **f64),
                     (2, 5, 3), axis=1, center=False)
    for training in (True, False):
        for axis in (1, 2, -2):
            yield layer_case(
                rng, 'batch_normalization', L.BatchNormalization(axis, **f64),
                (3, 2, 4, 3), training=training, axis=axis)


def einsum_cases(rng):
    for equation, shape, output, bias in (
            ('ab,bc->ac', (3, 4), [5], 'c'),
            ('abc,cd->abd', (2, 3, 4), [None, 5], 'd'),
            ('abc,cd->abd', (2, 3, 4), [3, 5], None),
            ('...x,xy->...y', (2, 3, 2, 4), [3], 'y'),
            ('abc,cde->abde', (2, 3, 4), [3, 2, 5], 'de'),
            ('abcd,cde->abe', (2, 3, 2, 4), [3, 5], 'e'),
            ('abc,bcd->abd', (2, 3, 4), [3, 2], 'bd'),
            ('abc,cdb->adb', (2, 3, 4), [5, 3], 'd'),
            ('abc...,bd->adc...', (2, 3, 2, 2), [4, 2], 'd')):
        yield layer_case(
            rng, 'einsum_dense',
            L.EinsumDense(equation, output, bias_axes=bias, dtype='float64'),
            shape, equation=equation,
            output_shape=[n or 0 for n in output],
            **({'bias_axes': bias} if bias else {}))


def dot_cases(rng):
    for axes, a, b in ((-1, (3, 4), (3, 4)), (1, (3, 4), (3, 4)),
                       (-1, (2, 3, 4), (2, 5, 4)), ([1, 2], (2, 3, 4), (2, 5, 3)),
                       (1, (2, 3, 4), (2, 3, 2)), ([2, 1], (2, 3, 4), (2, 4)),
                       ([1, 2], (2, 4), (2, 3, 4)),
                       ([2, 3], (2, 3, 4, 2), (2, 3, 2, 4))):
        for normalize in (False, True):
            yield layer_case(rng, 'dot',
                             L.Dot(axes, normalize=normalize, dtype='float64'),
                             a, b, axes=axes, normalize=normalize)


def glu_cases(rng):
    for axis, shape in ((-1, (3, 6)), (1, (2, 4, 3)), (2, (2, 3, 2)),
                        (-2, (2, 3, 4, 2))):
        yield layer_case(rng, 'glu', lambda x: A.glu(x, axis), shape, axis=axis)


def coding_cases(rng):
    x = rng.integers(0, 4, (5, 3))
    bounds = [-1., 0., .5]
    edge = np.array([[-2, -1, -.5], [0, .25, .5], [.75, 1e9, -1e9]])
    for mode in ('multi_hot', 'one_hot', 'count'):
        yield layer_case(
            rng, 'category_encoding', L.CategoryEncoding(4, mode), x=x,
            num_tokens=4, output_mode=mode)
        yield layer_case(
            rng, 'category_encoding', L.CategoryEncoding(4, mode), x=x[:, :1],
            num_tokens=4, output_mode=mode)
    for mode in ('int', 'multi_hot', 'one_hot', 'count'):
        yield layer_case(
            rng, 'discretization',
            L.Discretization(bounds, output_mode=mode), x=edge,
            bin_boundaries=bounds, output_mode=mode)
        yield layer_case(
            rng, 'discretization',
            L.Discretization(bounds, output_mode=mode), x=edge[:, :1],
            bin_boundaries=bounds, output_mode=mode)


def fingerprint(s):
    """FarmHash's Fingerprint64 of at most 32 bytes, which Keras takes from
    TensorFlow: Pike, 2014."""
    m = (1 << 64) - 1
    n, k0, k1, k2 = (len(s), 0xc3a5c85c97cb3127, 0xb492b66fbe98f273,
                     0x9ae16a3b2f90404f)
    by = k2 + 2 * n

    def at(i, size=8):
        return int.from_bytes(s[i:i + size], 'little')

    def turn(x, by):
        return (x & m) >> by | x << 64 - by & m

    def mix(u, v):
        a = (u ^ v) * by & m
        a ^= a >> 47
        b = (v ^ a) * by & m
        return (b ^ b >> 47) * by & m

    if n > 16:
        a, b, c, d = at(0) * k1, at(8), at(n - 8) * by, at(n - 16) * k2
        return mix(turn(a + b, 43) + turn(c, 30) + d & m,
                   a + turn(b + k2, 18) + c & m)
    if n >= 8:
        a, b = at(0) + k2, at(n - 8)
        return mix(turn(b, 37) * by + a & m, (turn(a, 25) + b) * by & m)
    if n >= 4:
        return mix(n + (at(0, 4) << 3), at(n - 4, 4))
    c = (s[0] + (s[n // 2] << 8)) * k2 & m ^ (n + (s[-1] << 2)) * k0 & m
    return (c ^ c >> 47) * k2 & m


def sip_hash(s, k0, k1):
    """SipHash-2-4: Aumasson, Bernstein, 2012."""
    m = (1 << 64) - 1
    v = [k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d,
         k0 ^ 0x6c7967656e657261, k1 ^ 0x7465646279746573]

    def turn(x, by):
        return x << by & m | x >> 64 - by

    def rounds(n):
        for _ in range(n):
            v[0], v[2] = v[0] + v[1] & m, v[2] + v[3] & m
            v[1], v[3] = turn(v[1], 13) ^ v[0], turn(v[3], 16) ^ v[2]
            v[0] = turn(v[0], 32)
            v[2], v[0] = v[2] + v[1] & m, v[0] + v[3] & m
            v[1], v[3] = turn(v[1], 17) ^ v[2], turn(v[3], 21) ^ v[0]
            v[2] = turn(v[2], 32)

    whole = s + bytes(7 - len(s) % 8) + bytes([len(s) & 255])
    for i in range(0, len(whole), 8):
        word = int.from_bytes(whole[i:i + 8], 'little')
        v[3] ^= word
        rounds(2)
        v[0] ^= word
    v[2] ^= 255
    rounds(4)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def bins(x, num_bins, mask=None, salt=()):
    n = num_bins - (mask is not None)
    hashes = [sip_hash(str(int(v)).encode(), salt[0], salt[-1]) if salt else
              fingerprint(str(int(v)).encode()) for v in x.ravel()]
    y = np.array([h % n + (mask is not None) for h in hashes]).reshape(x.shape)
    return np.where(x == mask, 0, y) if mask is not None else y


def hashing_cases(rng):
    # Hashes from Keras' page and BigQuery's; Keras has them in TensorFlow only.
    letters = [c.encode() for c in 'ABCDE']
    assert [fingerprint(c) % 3 for c in letters] == [1, 0, 1, 1, 2]
    assert [sip_hash(c, 133, 137) % 3 for c in letters] == [1, 2, 1, 0, 2]
    assert [sip_hash(c, 133, 133) % 3 for c in letters] == [0, 0, 2, 1, 0]
    for text, value in ((b'1footrue', -1541654101129638711),
                        (b'2applefalse', 2794438866806483259),
                        (b'3true', -4880158226897771312)):
        assert fingerprint(text) == value % 2 ** 64
    x = np.array([[0, 1, -1, 12], [123, -1234, 1 << 24, 7],
                  [2.9, -2.9, 2. ** 40, -2. ** 40], [2. ** 62, 5, 5, 6]])
    for params in ({'num_bins': 3}, {'num_bins': 1000},
                   {'num_bins': 5, 'mask': 5.},
                   {'num_bins': 1000, 'salt': [133]},
                   {'num_bins': 1000, 'salt': [133, 137], 'mask': 0.}):
        mask = params.get('mask')
        given = {'num_bins': params['num_bins']}
        if mask is not None:
            given['mask_value'] = int(mask)
        if 'salt' in params:
            given['salt'] = params['salt']
        yield layer_case(rng, 'hashing', lambda x: bins(x, **params), x=x,
                         **given)
    # Keras' layer ends in this function.
    for mode in ('int', 'one_hot', 'multi_hot', 'count'):
        for part in (x, x[:, :1]):
            yield layer_case(
                rng, 'hashing', lambda x: encode_categorical_inputs(
                    bins(x, 4), mode, 4, 'float32'),
                x=part, num_bins=4, output_mode=mode)


def layer_cases():
    for part in (norm_cases, einsum_cases, dot_cases, glu_cases, coding_cases,
                 hashing_cases):
        yield from part(seeded(part.__name__))


# --- optimizers ---

def optimizer_case(rng, **params):
    """Weights of 3x2 and of 4 after each of 8 steps."""
    start = [single(rng.standard_normal(shape)) for shape in ((3, 2), (4,))]
    weights = [keras.Variable(w, dtype='float64') for w in start]
    optimizer = keras.optimizers.Adafactor(**params)
    optimizer.build(weights)
    steps = []
    for _ in range(8):
        grads = [single(rng.standard_normal(w.shape)) for w in start]
        optimizer.apply([jnp.asarray(g) for g in grads])
        steps.append({'grads': [array(g) for g in grads],
                      'weights': [array(w) for w in weights]})
    return {'name': 'adafactor', 'params': params,
            'initial': [array(w) for w in start], 'steps': steps}


def optimizer_cases():
    rng = seeded('optimizers')
    for params in ({}, {'learning_rate': .3}, {'learning_rate': 2.},
                   {'learning_rate': .1, 'beta_2_decay': -.5,
                    'clip_threshold': .3, 'epsilon_2': .5},
                   {'learning_rate': .1, 'epsilon_1': 1e-2},
                   {'learning_rate': .1, 'weight_decay': .1},
                   {'learning_rate': .1, 'global_clipnorm': .5}):
        yield optimizer_case(rng, **params)


PARTS = {'activations': activation_cases, 'layers': layer_cases,
         'losses': loss_cases, 'metrics': metric_cases,
         'optimizers': optimizer_cases}

if __name__ == '__main__':
    for part in sys.argv[1:] or PARTS:
        save(part, list(PARTS[part]()))
