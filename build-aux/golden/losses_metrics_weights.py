#!/usr/bin/env python3
"""Golden cases of losses, metrics, layers, constraints and weighted training.

    python3 -m venv v && v/bin/pip install keras tensorflow-cpu
    v/bin/python build-aux/golden/losses_metrics_weights.py

Writes more-losses.json, more-layers.json, metrics.json, constraints.json and
weighted-runs.json into tests/golden/, with Keras (TensorFlow) as the oracle.
"""
import json
import os
import pathlib

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
import keras
import numpy as np
import tensorflow as tf

K, M, L = keras.losses, keras.metrics, keras.layers
FOLDER = pathlib.Path(__file__).parents[2] / 'tests' / 'golden'
rng = np.random.default_rng(20261123)


def normal(*shape):
    return rng.standard_normal(shape).astype(np.float32)


def numbers(a):
    """Shape and numbers, with the 9 digits that keep a float32."""
    a = np.asarray(a, np.float32)
    return {'shape': list(a.shape),
            'data': [float(f'{v:.9g}') for v in a.ravel()]}


def save(name, cases):
    cases = list(cases)
    oracle = f'keras {keras.__version__}, tensorflow {tf.__version__}'
    lines = ',\n'.join(json.dumps(case) for case in cases)
    (FOLDER / name).write_text(
        f'{{"oracle": "{oracle}",\n "cases": [\n{lines}\n]}}\n')
    print(name, len(cases))


def shares(*shape):
    p = np.abs(normal(*shape)) + .05
    return (p / p.sum(-1, keepdims=True)).astype(np.float32)


def one_hot(n, classes):
    return np.eye(classes, dtype=np.float32)[rng.integers(0, classes, n)]


def bits(*shape):
    return rng.integers(0, 2, shape).astype(np.float32)


def chances(*shape):
    return (rng.random(shape) * .98 + .01).astype(np.float32)


# --- losses -------------------------------------------------------------------

def loss_case(name, loss, y_true, y_pred, **params):
    y = tf.Variable(y_pred)
    with tf.GradientTape() as tape:
        # In a graph, as in training: there Keras finds a sigmoid's logits.
        value = tf.function(loss)(y_true, y)
    return {'name': name, 'params': params, 'y_true': numbers(y_true),
            'y_pred': numbers(y_pred), 'loss': float(value),
            'dy_pred': numbers(tape.gradient(value, y))}


def loss_cases():
    z, t, c = normal(6, 4), normal(6, 4), one_hot(6, 4)
    counts = rng.integers(0, 9, (6, 4)).astype(np.float32)
    signs = 2 * bits(6, 4) - 1
    some = np.array([[0., 1., 0., 0.]], np.float32)
    edge = np.array([[0., 1., 1e-9, .5]], np.float32)
    alpha = [.1, .5, 1., 2.]
    focal, many = K.BinaryFocalCrossentropy, K.CategoricalFocalCrossentropy
    yield loss_case('kl_divergence', K.KLDivergence(), shares(6, 4),
                    shares(6, 4))
    yield loss_case('kl_divergence', K.KLDivergence(), some, edge)
    yield loss_case('kl_divergence', K.KLDivergence(), shares(2, 3, 4),
                    shares(2, 3, 4))
    yield loss_case('poisson', K.Poisson(), counts, np.abs(z) + .1)
    yield loss_case('poisson', K.Poisson(), counts[:1], edge)
    yield loss_case('log_cosh', K.LogCosh(), t, z)
    yield loss_case('log_cosh', K.LogCosh(), t, 30 * z)
    for name, loss in (('hinge', K.Hinge()),
                       ('squared_hinge', K.SquaredHinge())):
        yield loss_case(name, loss, signs, z)
        yield loss_case(name, loss, bits(6, 4), z)
    yield loss_case('categorical_hinge', K.CategoricalHinge(), c, z)
    yield loss_case('cosine_similarity', K.CosineSimilarity(), t, z)
    yield loss_case('cosine_similarity', K.CosineSimilarity(),
                    normal(2, 3, 4), normal(2, 3, 4))
    yield loss_case('mean_absolute_percentage_error',
                    K.MeanAbsolutePercentageError(), t, z)
    yield loss_case('mean_squared_logarithmic_error',
                    K.MeanSquaredLogarithmicError(), np.abs(t), z)
    for params in ({}, {'gamma': 1.5, 'label_smoothing': .2},
                   {'apply_class_balancing': True, 'alpha': .3}):
        yield loss_case('binary_focal_crossentropy', focal(**params),
                        bits(6, 3), chances(6, 3), **params)
        yield loss_case('binary_focal_crossentropy',
                        focal(from_logits=True, **params), bits(6, 3),
                        normal(6, 3), from_logits=True, **params)
    yield loss_case('binary_focal_crossentropy', focal(),
                    np.array([[1., 0.], [0., 1.]], np.float32),
                    np.array([[0., 1.], [1e-9, .5]], np.float32))
    for params in ({}, {'gamma': 1.5, 'label_smoothing': .1},
                   {'alpha': alpha}):
        yield loss_case('categorical_focal_crossentropy', many(**params), c,
                        shares(6, 4), **params)
        yield loss_case('categorical_focal_crossentropy',
                        many(from_logits=True, **params), c, z,
                        from_logits=True, **params)


# --- metrics ------------------------------------------------------------------

def metric_case(name, metric, y_true, y_pred, weights=None, labels=None,
                **params):
    """Taken in by two batches; with labels, those are what is written."""
    half = len(y_pred) // 2
    for rows in (slice(None, half), slice(half, None)):
        metric.update_state(
            y_true[rows], y_pred[rows],
            sample_weight=None if weights is None else weights[rows])
    case = {'name': name, 'params': params,
            'y_true': numbers(y_true if labels is None else labels),
            'y_pred': numbers(y_pred), 'result': numbers(metric.result())}
    if weights is not None:
        case['weights'] = numbers(weights)
    return case


def metric_cases():
    n, classes = 20, 4
    yes, chance = bits(n, 1), chances(n, 1)
    c, p = one_hot(n, classes), shares(n, classes)
    labels = c.argmax(1)
    t, z = normal(n, 3), normal(n, 3)
    t1 = normal(n, 1)
    z1 = t1 + .3 * normal(n, 1)
    w = rng.random(n).astype(np.float32) * 2
    for name, metric in (('precision', M.Precision), ('recall', M.Recall)):
        for params in ({}, {'thresholds': .3}):
            yield metric_case(name, metric(**params), yes, chance, **params)
            yield metric_case(name, metric(**params), yes, chance, w,
                              **params)
        for params in ({'thresholds': .3}, {'top_k': 2}, {'class_id': 1},
                       {'top_k': 2, 'class_id': 1}):
            yield metric_case(name, metric(**params), c, p, **params)
            yield metric_case(name, metric(**params), c, p, w, labels,
                              **params)
    for average in (None, 'micro', 'macro', 'weighted'):
        params = {'average': average or 'none'}
        yield metric_case('f1', M.F1Score(average=average), c, p, **params)
        yield metric_case('f1', M.F1Score(average=average), c, p, w, labels,
                          **params)
        yield metric_case('f1', M.F1Score(average=average, threshold=.3), c,
                          p, threshold=.3, **params)
    yield metric_case('f1', M.F1Score(average='macro', threshold=.5), yes,
                      chance)
    for curve in ('ROC', 'PR'):
        for method in ('interpolation', 'minoring', 'majoring'):
            params = {'curve': curve, 'summation_method': method}
            yield metric_case('auc', M.AUC(**params), yes, chance, **params)
            yield metric_case('auc', M.AUC(num_thresholds=7, **params), yes,
                              chance, w, num_thresholds=7, **params)
        yield metric_case('auc', M.AUC(curve=curve), c, p, None, labels,
                          curve=curve)
    for how in (None, 'uniform_average', 'variance_weighted_average'):
        params = {'class_aggregation': how or 'none'}
        yield metric_case('r2', M.R2Score(class_aggregation=how), t,
                          t + .5 * z, **params)
        yield metric_case('r2', M.R2Score(class_aggregation=how), t,
                          t + .5 * z, w, **params)
    yield metric_case('r2', M.R2Score(), t1, z1)
    yield metric_case('r2', M.R2Score(num_regressors=4), t1, z1,
                      num_regressors=4)
    for name, metric in (
            ('mean_squared_error', M.MeanSquaredError),
            ('mean_absolute_error', M.MeanAbsoluteError),
            ('root_mean_squared_error', M.RootMeanSquaredError),
            ('cosine_similarity', M.CosineSimilarity)):
        yield metric_case(name, metric(), t, z)
        yield metric_case(name, metric(), t, z, w)
    yield metric_case('accuracy', M.CategoricalAccuracy(), c, p)
    yield metric_case('accuracy', M.SparseCategoricalAccuracy(),
                      labels[:, None], p, w, labels)
    yield metric_case('accuracy', M.BinaryAccuracy(), yes, chance, w)
    yield metric_case('binary_accuracy', M.BinaryAccuracy(threshold=.3), yes,
                      chance, w, threshold=.3)
    yield metric_case('top_k', M.TopKCategoricalAccuracy(k=2), c, p, w, k=2)
    yield metric_case('top_k', M.TopKCategoricalAccuracy(k=2), c, p, None,
                      labels, k=2)
    matrix = tf.math.confusion_matrix(labels, p.argmax(1), classes)
    yield {'name': 'confusion_matrix', 'params': {},
           'y_true': numbers(labels), 'y_pred': numbers(p),
           'result': numbers(matrix)}
    matrix = tf.math.confusion_matrix(yes.ravel(), chance.ravel() > .5, 2,
                                      weights=w, dtype=tf.float32)
    yield {'name': 'confusion_matrix', 'params': {}, 'y_true': numbers(yes),
           'y_pred': numbers(chance), 'weights': numbers(w),
           'result': numbers(matrix)}


# --- layers -------------------------------------------------------------------

def variables(layer):
    return {v.name: numbers(v) for v in layer.variables
            if 'seed' not in v.name}


def layer_case(name, layer, x, **params):
    layer.build(x.shape)
    for v in layer.trainable_variables:
        v.assign(normal(*v.shape))
    before, xv = variables(layer), tf.Variable(x)
    with tf.GradientTape() as tape:
        y = layer(xv)
        dy = normal(*y.shape)
        sum_ = tf.reduce_sum(y * dy)
    names = [v.name for v in layer.trainable_variables]
    dx, *dw = tape.gradient(
        sum_, [xv] + [v.value for v in layer.trainable_variables])
    dw = [tf.convert_to_tensor(g) for g in dw]
    return {'name': name, 'params': params, 'training': False,
            'weights': before, 'x': numbers(x), 'y': numbers(y),
            'dy': numbers(dy),
            'dx': numbers(np.zeros_like(x) if dx is None else dx),
            'grads': dict(zip(names, map(numbers, dw))),
            'weights_after': variables(layer)}


def layer_cases():
    words = rng.integers(0, 6, (4, 3)).astype(np.float32)
    yield layer_case('embedding', L.Embedding(6, 5), words, input_dim=6,
                     output_dim=5)
    yield layer_case('rms_normalization', L.RMSNormalization(), normal(4, 6))
    yield layer_case('rms_normalization', L.RMSNormalization(epsilon=.1),
                     normal(2, 3, 5), epsilon=.1)
    yield layer_case('unit_normalization', L.UnitNormalization(),
                     normal(4, 6))
    yield layer_case('unit_normalization', L.UnitNormalization(),
                     normal(2, 3, 5))
    yield layer_case('gaussian_dropout', L.GaussianDropout(.4), normal(3, 5),
                     rate=.4)


# --- constraints --------------------------------------------------------------

def constraint_cases():
    C = keras.constraints
    for text, constraint in (
            ('max_norm', C.MaxNorm()),
            ('max_norm(max_value=1, axis=1)', C.MaxNorm(1, 1)),
            ('non_neg', C.NonNeg()),
            ('unit_norm', C.UnitNorm()),
            ('unit_norm(axis=1)', C.UnitNorm(1)),
            ('min_max_norm', C.MinMaxNorm()),
            ('min_max_norm(min_value=1.5, max_value=2, rate=0.5, axis=1)',
             C.MinMaxNorm(1.5, 2, .5, 1))):
        w = normal(5, 4)
        yield {'name': text, 'before': numbers(w),
               'after': numbers(constraint(w))}


# --- training with weights ------------------------------------------------------

def run_case(name, targets, loss, fit, settings, weights=None, head=3):
    x = normal(len(targets), 5)
    model = keras.Sequential([
        L.Input((5,)), L.Dense(7, activation='tanh'),
        L.Dense(head, activation='softmax' if head > 1 else 'sigmoid')])
    model.compile(optimizer=keras.optimizers.SGD(.5), loss=loss,
                  metrics=['accuracy'], weighted_metrics=['accuracy'])
    before = [variables(layer) for layer in model.layers]
    history = model.fit(x, targets, batch_size=8, epochs=3, shuffle=False,
                        validation_split=.25, sample_weight=weights,
                        verbose=0, **fit).history
    case = {'name': name, 'loss': loss, 'settings': settings,
            'x': numbers(x), 'y': numbers(targets), 'weights_before': before,
            'weights_after': [variables(layer) for layer in model.layers],
            'history': {key: [float(v) for v in values]
                        for key, values in history.items()}}
    if weights is not None:
        case['sample_weights'] = numbers(weights)
    return case


def run_cases():
    keras.utils.set_random_seed(3)
    n = 36
    labels = rng.integers(0, 3, n).astype(np.float32)
    yes = bits(n, 1)
    w = rng.random(n).astype(np.float32) * 3
    sparse = 'sparse_categorical_crossentropy'
    yield run_case('plain', labels, sparse, {}, {})
    yield run_case('class_weight', labels, sparse,
                   {'class_weight': {0: 1., 1: .5, 2: 4.}},
                   {'class_weight': '1:0.5, 2:4'})
    yield run_case('sample_weights', labels, sparse, {}, {}, w)
    yield run_case('binary', yes, 'binary_crossentropy',
                   {'class_weight': {0: 1., 1: 3.}},
                   {'class_weight': '1:3'}, head=1)
    yield run_case('one_hot', np.eye(3, dtype=np.float32)[labels.astype(int)],
                   'categorical_crossentropy',
                   {'class_weight': {0: 2., 1: 1., 2: .25}},
                   {'class_weight': '0:2, 2:0.25'})


save('more-losses.json', loss_cases())
save('metrics.json', metric_cases())
save('more-layers.json', layer_cases())
save('constraints.json', constraint_cases())
save('weighted-runs.json', run_cases())
