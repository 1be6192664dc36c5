#!/usr/bin/env python3
"""nans - writes tests/golden/nans.json: where Keras' results are NaN, or not, when
one number that it is given is.

    python3 -m venv v && v/bin/pip install keras==3.15.1 jax
    KERAS_BACKEND=jax v/bin/python build-aux/golden/nans.py

Of activations the elements of y that are NaN, of losses the samples, of metrics the
result, where the second row's first number is NaN.
"""
import json
import os
import pathlib

os.environ.setdefault('KERAS_BACKEND', 'jax')

import jax
import keras
import numpy as np

GOLDEN = pathlib.Path(__file__).resolve().parents[2] / 'tests/golden'
A, L, M = keras.activations, keras.losses, keras.metrics
ROWS = np.array([[.2, -.5, 1., .3], [np.nan, 1., -1., .5], [.1, .2, .3, .4]],
                'float32')
SHARES = np.array([[.2, .5, .3], [np.nan, .3, .5], [.1, .2, .7]], 'float32')
CLASSES = np.array([1, 2, 0], 'float32')
ONE_HOT = np.eye(3, dtype='float32')[CLASSES.astype(int)]
CHANCES = np.array([[.2], [np.nan], [.7], [.4]], 'float32')
YES = np.array([[0], [1], [1], [0]], 'float32')
SIGNS = np.array([[-1.], [1.], [1.], [-1.]], 'float32')
VALUES = np.array([[.5], [1.5], [2.], [1.]], 'float32')

# Not hard_shrink and soft_shrink, whose comparisons make 0 of NaN in Keras: ours
# keep it, as PyTorch's, so that a run finds where it began.
ACTIVATIONS = '''linear relu relu6 leaky_relu elu selu celu gelu silu sigmoid
    hard_sigmoid hard_silu hard_tanh tanh tanh_shrink
    softplus softsign softmax log_softmax log_sigmoid exponential mish squareplus
    sparse_plus sparse_sigmoid sparsemax'''.split()
LOSSES = [
    ('mean_squared_error', L.MeanSquaredError, VALUES, CHANCES),
    ('mean_absolute_error', L.MeanAbsoluteError, VALUES, CHANCES),
    ('mean_absolute_percentage_error', L.MeanAbsolutePercentageError, VALUES,
     CHANCES),
    ('mean_squared_logarithmic_error', L.MeanSquaredLogarithmicError, VALUES,
     CHANCES),
    ('log_cosh', L.LogCosh, VALUES, CHANCES),
    ('huber', L.Huber, VALUES, CHANCES),
    ('hinge', L.Hinge, SIGNS, CHANCES),
    ('squared_hinge', L.SquaredHinge, SIGNS, CHANCES),
    ('poisson', L.Poisson, VALUES, CHANCES),
    ('binary_crossentropy', L.BinaryCrossentropy, YES, CHANCES),
    ('binary_focal_crossentropy', L.BinaryFocalCrossentropy, YES, CHANCES),
    ('categorical_crossentropy', L.CategoricalCrossentropy, ONE_HOT, SHARES),
    ('categorical_focal_crossentropy', L.CategoricalFocalCrossentropy, ONE_HOT,
     SHARES),
    ('sparse_categorical_crossentropy', L.SparseCategoricalCrossentropy,
     CLASSES, SHARES),
    ('categorical_hinge', L.CategoricalHinge, ONE_HOT, SHARES),
    ('kl_divergence', L.KLDivergence, ONE_HOT, SHARES),
    ('cosine_similarity', L.CosineSimilarity, ONE_HOT, SHARES),
]
METRICS = [
    ('accuracy', M.SparseCategoricalAccuracy, CLASSES, SHARES),
    ('binary_accuracy', M.BinaryAccuracy, YES, CHANCES),
    ('precision', M.Precision, YES, CHANCES),
    ('recall', M.Recall, YES, CHANCES),
    ('true_positives', M.TruePositives, YES, CHANCES),
    ('false_negatives', M.FalseNegatives, YES, CHANCES),
    ('root_mean_squared_error', M.RootMeanSquaredError, VALUES, CHANCES),
    ('r2', M.R2Score, VALUES, CHANCES),
    ('pearson_correlation', M.PearsonCorrelation, ONE_HOT, SHARES),
    ('concordance_correlation', M.ConcordanceCorrelation, ONE_HOT, SHARES),
]


def array(values):
    """NaN is a name, which JSON has none for."""
    return {'shape': list(values.shape),
            'data': [float(f'{v:.9g}') if v == v else 'nan'
                     for v in values.ravel().tolist()]}


def nans(values):
    return [bool(v) for v in np.isnan(np.asarray(values)).ravel()]


def activation(name):
    function = getattr(A, name)
    return {'name': name, 'params': {}, 'x': array(ROWS),
            'y': nans(function(ROWS))}


def loss(name, make, y_true, y_pred):
    values = make(reduction=None)(y_true, y_pred)
    return {'name': name, 'params': {}, 'y_true': array(y_true),
            'y_pred': array(y_pred), 'value': nans(values)}


def metric(name, make, y_true, y_pred):
    one = make()
    one.update_state(y_true, y_pred)
    result = float(np.asarray(one.result()).ravel()[0])
    return {'name': name, 'params': {}, 'y_true': array(y_true),
            'y_pred': array(y_pred), 'result': nans(result),
            'number': 0 if result != result else float(f'{result:.9g}')}


if __name__ == '__main__':
    (GOLDEN / 'nans.json').write_text(json.dumps(
        {'oracle': f'keras {keras.__version__}, jax {jax.__version__}',
         'activations': [activation(name) for name in ACTIVATIONS],
         'losses': [loss(*row) for row in LOSSES],
         'metrics': [metric(*row) for row in METRICS]},
        allow_nan=False, separators=(',', ':')) + '\n')
