"""tests/golden/ctc.json: CTC by Keras (JAX), and by the sum over all paths.

    python -m venv v && v/bin/pip install keras jax && v/bin/python ctc.py

y_pred: N x T x C logits; steps of -9 are padding.  dy_pred is the gradient of
the mean over samples.
"""
import itertools
import json
import os

os.environ["KERAS_BACKEND"] = "jax"
import jax
import jax.numpy as jnp
import keras
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.join(HERE, "..", "..", "tests", "golden", "ctc.json")
rng = np.random.default_rng(20261202)


def arr(a):
    a = np.asarray(a, np.float32)
    return {"shape": list(a.shape),
            "data": [float("%.9g" % v) for v in a.ravel()]}


def by_keras(y_true, lengths):
    """Right-padded predictions of these lengths."""
    n = np.sum(y_true != 0, axis=-1).astype("int32")

    def loss(x):
        return keras.ops.ctc_loss(y_true.astype("int32"), x, n,
                                  np.asarray(lengths, "int32"), mask_index=0)
    return loss


def collapse(path):
    """The labels of a path: repeats count once, blanks not at all."""
    out = [k for i, k in enumerate(path) if i == 0 or k != path[i - 1]]
    return tuple(k for k in out if k != 0)


def by_paths(y_true, real):
    """-ln of the sum over all paths through the real steps."""
    def one(x, labels, steps):
        log_y = jax.nn.log_softmax(x, axis=-1)
        paths = [p for p in itertools.product(range(x.shape[1]),
                                              repeat=len(steps))
                 if collapse(p) == labels]
        terms = [sum((log_y[t, k] for t, k in zip(steps, p)), 0.0)
                 for p in paths]
        return -jax.scipy.special.logsumexp(jnp.stack(terms))

    def loss(x):
        return jnp.stack([
            one(x[i], tuple(int(k) for k in y_true[i] if k != 0),
                np.flatnonzero(real[i])) for i in range(len(y_true))])
    return loss


def case(name, make, y_pred, y_true, real):
    x = np.where(real[:, :, None], y_pred, -9).astype(np.float32)
    loss = make(x)
    values = loss(x)
    gradient = jax.grad(lambda z: jnp.mean(loss(z)))(jnp.asarray(x))
    gradient = np.where(real[:, :, None], gradient, 0)
    return dict(name="ctc", params={}, what=name, masked=bool(not real.all()),
                y_pred=arr(x), y_true=arr(y_true), values=arr(values),
                dy_pred=arr(gradient))


def labels(rows, most):
    out = np.zeros((len(rows), most), np.float32)
    for i, row in enumerate(rows):
        out[i, :len(row)] = row
    return out


def lengths_to_real(lengths, t):
    return np.arange(t)[None, :] < np.asarray(lengths)[:, None]


cases = []
# Keras, whole sequences: repeats, none, as many labels as steps allow.
y = labels([[1, 2, 3], [2, 2], [], [3, 1, 3, 1]], 4)
for scale in (1, 6):
    p = scale * rng.standard_normal((4, 9, 4))
    real = lengths_to_real([9] * 4, 9)
    cases.append(case("keras", lambda x: by_keras(y, [9] * 4), p, y, real))
# Keras, padded.
lengths = [9, 3, 5, 8]
p = rng.standard_normal((4, 9, 4))
cases.append(case("keras-padded", lambda x: by_keras(y, lengths), p, y,
                  lengths_to_real(lengths, 9)))
# All paths, padded at the end, in the middle, and first.
y2 = labels([[1, 2], [2, 2], [1], []], 2)
real = np.array([[1, 1, 1, 1, 1], [1, 0, 1, 1, 0], [0, 0, 1, 1, 1],
                 [1, 1, 0, 0, 0]], bool)
p = 2 * rng.standard_normal((4, 5, 3))
cases.append(case("paths", lambda x: by_paths(y2, real), p, y2, real))
# Far apart: sums of exponentials would be 0.
p = 60 * rng.standard_normal((4, 5, 3))
cases.append(case("paths-far", lambda x: by_paths(y2, real), p, y2, real))

with open(OUT, "w") as f:
    f.write('{"oracle": "keras %s, jax %s",\n "cases": [\n'
            % (keras.__version__, jax.__version__))
    f.write(",\n".join(json.dumps(c) for c in cases) + "\n]}\n")
print(len(cases))
