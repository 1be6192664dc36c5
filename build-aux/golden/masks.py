"""tests/golden/masked-*.json: losses, metrics and normalizations of padded
sequences, by Keras (JAX).

    python -m venv v && v/bin/pip install keras jax && v/bin/python masks.py

masking, then dense: x is N x T x F with steps of -9.  Weights: none, one per
sample, or one per step.
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
    """Keras wants one per step if there is a mask."""
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


# --- normalizations ----------------------------------------------------------

def norm_model(layer):
    x = keras.Input((T, F))
    y = layer(keras.layers.Masking(-9)(x))
    return keras.Model(x, keras.layers.Dense(C, name="out")(y))


def batch_loss(model, x, y, training):
    """And the weights that do not train, after it."""
    ntv = [v.value for v in model.non_trainable_variables]

    def loss(tv):
        pred, after = model.stateless_call(tv, ntv, x, training=training)
        return losses.MeanSquaredError()(y, pred), after
    return loss


def alone_loss(model, x, y, training):
    """Of each sequence by itself, without its padding: Keras counts padding in
    the statistics of a group."""
    def loss(tv):
        total = count = 0
        for xi, yi in zip(x, y):
            real = [t for t in range(T) if (xi[t] != -9).any()]
            if not real:
                continue
            gn, out = model.layers[2], model.layers[3]
            hidden, _ = gn.stateless_call(tv[:2], [], xi[None, real])
            pred, _ = out.stateless_call(tv[2:], [], hidden)
            total += ((pred - yi[None, real]) ** 2).mean(-1).sum()
            count += len(real)
        return total / count, []
    return loss


def norm_case(name, params, layer, make_loss, training=True):
    model = norm_model(layer)
    for v in model.weights:
        v.assign(rng.uniform(.5, 1.5, v.shape))
    x, y = inputs(), values()
    loss = make_loss(model, x, y, training)
    tv = [v.value for v in model.trainable_variables]
    before = {f"{v.path.split('/')[0]}/{v.name}": arr(v)
              for v in model.weights}
    (value, after), grads = jax.value_and_grad(loss, has_aux=True)(tv)

    def by_name(variables, arrays):
        return {f"{v.path.split('/')[0]}/{v.name}": arr(a)
                for v, a in zip(variables, arrays)}
    chain = " ".join([name, *(f"{k}={v}" for k, v in params.items())])
    return dict(name=name, params=params, chain=chain, training=training,
                x=arr(x), y=arr(y), weights=before, loss=float(value),
                grads=by_name(model.trainable_variables, grads),
                after=by_name(model.non_trainable_variables, after))


def save_norms():
    bn, gn = keras.layers.BatchNormalization, keras.layers.GroupNormalization
    cases = [
        norm_case("batch_normalization", {}, bn(name="norm"), batch_loss),
        norm_case("batch_normalization", {"momentum": 0.5, "epsilon": 0.1},
                  bn(momentum=.5, epsilon=.1, name="norm"), batch_loss),
        norm_case("batch_normalization", {}, bn(name="norm"), batch_loss,
                  training=False),
        norm_case("group_normalization", {"groups": 1},
                  gn(1, name="norm"), alone_loss),
        norm_case("group_normalization", {"groups": 3},
                  gn(3, name="norm"), alone_loss),
    ]
    with open(os.path.join(os.path.dirname(OUT), "masked-norms.json"),
              "w") as f:
        f.write('{"oracle": "keras %s, jax %s",\n "cases": [\n'
                % (keras.__version__, jax.__version__))
        f.write(",\n".join(json.dumps(c) for c in cases) + "\n]}\n")
    print("masked-norms.json", len(cases))


save("masked-losses.json", LOSSES, True)
save("masked-metrics.json", METRICS, False)
save_norms()
