"""tests/golden/masked-*.json: losses and metrics of padded sequences, by Keras (JAX).

    python -m venv v && v/bin/pip install keras jax && v/bin/python masks.py

masking, then dense: x is N x T x F with steps of -9.  Weights: none, one a
sample, or one a step.
"""
import json
import os

os.environ["KERAS_BACKEND"] = "jax"
import jax
import keras
import numpy as np
from keras import losses, metrics

HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.join(HERE, "..", "..", "tests", "golden", "masks.json")
rng = np.random.default_rng(20261201)
N, T, F, C = 4, 6, 3, 4
LENGTHS = [6, 2, 0, 4]


def arr(a):
    a = np.asarray(a, np.float32)
    return {"shape": list(a.shape),
            "data": [float("%.9g" % v) for v in a.ravel()]}


def inputs():
    x = rng.standard_normal((N, T, F)).astype(np.float32)
    for i, length in enumerate(LENGTHS):
        x[i, length:] = -9
    x[0, 3] = -9  # and a step in the middle
    return x


def labels():
    return rng.integers(0, C, (N, T)).astype(np.float32)


def one_hot():
    return np.eye(C, dtype=np.float32)[labels().astype(int)]


def values():
    return rng.uniform(0, 1, (N, T, C)).astype(np.float32)


def yes_or_no():
    return rng.integers(0, 2, (N, T, C)).astype(np.float32)


LOSSES = [
    ("sparse_categorical_crossentropy", {}, "softmax", labels,
     losses.SparseCategoricalCrossentropy()),
    ("sparse_categorical_crossentropy", {"ignore_class": "1"}, "softmax",
     labels, losses.SparseCategoricalCrossentropy(ignore_class=1)),
    ("categorical_crossentropy", {}, "softmax", one_hot,
     losses.CategoricalCrossentropy()),
    ("binary_crossentropy", {}, "sigmoid", yes_or_no,
     losses.BinaryCrossentropy()),
    ("mean_squared_error", {}, "linear", values, losses.MeanSquaredError()),
    ("huber", {}, "tanh", values, losses.Huber()),
    ("kl_divergence", {}, "softmax", one_hot, losses.KLDivergence()),
    ("cosine_similarity", {}, "linear", values, losses.CosineSimilarity()),
    ("poisson", {}, "sigmoid", values, losses.Poisson()),
]
METRICS = [
    ("accuracy", {}, "softmax", labels, metrics.SparseCategoricalAccuracy),
    ("accuracy", {}, "softmax", one_hot, metrics.CategoricalAccuracy),
    ("binary_accuracy", {}, "sigmoid", yes_or_no, metrics.BinaryAccuracy),
    ("mean_absolute_error", {}, "linear", values, metrics.MeanAbsoluteError),
    ("mean_squared_error", {}, "linear", values, metrics.MeanSquaredError),
    ("cosine_similarity", {}, "linear", values, metrics.CosineSimilarity),
]
WEIGHTS = [("none", lambda: None),
           ("samples", lambda: rng.uniform(0, 2, N).astype(np.float32)),
           ("steps", lambda: rng.uniform(0, 2, (N, T)).astype(np.float32))]


def make_model(activation):
    x = keras.Input((T, F))
    y = keras.layers.Masking(-9)(x)
    y = keras.layers.Dense(C, activation=activation, name="out")(y)
    return keras.Model(x, y)


def weight_for(kind, w):
    """Keras wants one a step wherever there is a mask."""
    return np.repeat(w[:, None], T, 1) if kind == "samples" else w


def case(row, kind, make_weights, is_loss):
    name, params, activation, targets, oracle = row
    model = make_model(activation)
    kernel = rng.standard_normal((F, C)).astype(np.float32)
    bias = rng.standard_normal(C).astype(np.float32)
    model.get_layer("out").set_weights([kernel, bias])
    x, y, w = inputs(), targets(), make_weights()
    ntv = [v.value for v in model.non_trainable_variables]
    out = dict(name=name, params=params, activation=activation, x=arr(x),
               y=arr(y), kernel=arr(kernel), bias=arr(bias), weights_by=kind)
    if w is not None:
        out["weights"] = arr(w)

    def loss(tv):
        y_pred, _ = model.stateless_call(tv, ntv, x)
        return oracle(y, y_pred, sample_weight=weight_for(kind, w))

    if is_loss:
        tv = [v.value for v in model.trainable_variables]
        value, (dkernel, dbias) = jax.value_and_grad(loss)(tv)
        out.update(loss=float(value), dkernel=arr(dkernel), dbias=arr(dbias))
    else:
        m = oracle()
        m.update_state(y, model(x), sample_weight=weight_for(kind, w))
        out.update(result=float(m.result()))
    return out


def save(name, rows, is_loss):
    cases = [case(row, kind, make, is_loss) for row in rows
             for kind, make in WEIGHTS]
    with open(os.path.join(os.path.dirname(OUT), name), "w") as f:
        f.write('{"oracle": "keras %s, jax %s",\n "cases": [\n'
                % (keras.__version__, jax.__version__))
        f.write(",\n".join(json.dumps(c) for c in cases) + "\n]}\n")
    print(name, len(cases))


save("masked-losses.json", LOSSES, True)
save("masked-metrics.json", METRICS, False)
