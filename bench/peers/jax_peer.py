"""JAX: the whole epoch is one compiled call, a scan over its batches.

With --steps as its last argument it is one compiled call a step instead.
"""
import os
import sys

# The size of its pool is the number of processors it may use.
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:int(sys.argv[1])])
os.environ["JAX_PLATFORMS"] = "cpu"

import functools  # noqa: E402

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
import numpy as np  # noqa: E402
import peer  # noqa: E402

ACTIVATIONS = {"relu": jax.nn.relu, "selu": jax.nn.selu,
               "leaky_relu": lambda x: jnp.where(x >= 0, x, 0.3 * x)}
MOMENTUM, EPSILON = 0.99, 1e-3


def start(network):
    """Trained (a list of dicts) and moving statistics."""
    dense = iter(peer.initial(network))
    trained, moving, width = [], [], network.inputs
    for name, units in network.body():
        weights, stats = {}, {}
        if name == "dense":
            w, b = next(dense)
            weights, width = {"w": jnp.array(w), "b": jnp.array(b)}, units
        elif name == "batch_normalization":
            weights = {"g": jnp.ones(width), "b": jnp.zeros(width)}
            stats = {"m": jnp.zeros(width), "v": jnp.ones(width)}
        trained.append(weights)
        moving.append(stats)
    return trained, moving


def normalize(w, stats, x):
    m, v = x.mean(0), x.var(0)
    new = {"m": MOMENTUM * stats["m"] + (1 - MOMENTUM) * m,
           "v": MOMENTUM * stats["v"] + (1 - MOMENTUM) * v}
    return w["g"] * (x - m) * jax.lax.rsqrt(v + EPSILON) + w["b"], new


def forward(steps, trained, moving, x):
    after = []
    for (name, _), w, stats in zip(steps, trained, moving):
        if name == "dense":
            x = x @ w["w"] + w["b"]
        elif name == "batch_normalization":
            x, stats = normalize(w, stats, x)
        else:
            x = ACTIVATIONS[name](x)
        after.append(stats)
    return x, after


def loss_of(trained, moving, steps, x, y):
    z, after = forward(steps, trained, moving, x)
    log = jax.nn.log_softmax(z)
    loss = -jnp.take_along_axis(log, y[:, None], axis=1).mean()
    hits = (z.argmax(1) == y).mean()
    return loss, (after, hits)


def step(steps, rate, state, x, y):
    """One step of SGD.  Returns the state, loss and accuracy."""
    trained, moving = state
    (loss, (moving, hits)), gradient = jax.value_and_grad(
        loss_of, has_aux=True)(trained, moving, steps, x, y)
    trained = jax.tree.map(lambda w, g: w - rate * g, trained, gradient)
    return (trained, moving), (loss, hits)


class Peer:
    def __init__(self, threads, whole=True):
        self.random = np.random.default_rng(1)
        self.whole = whole

    def trainer(self, network, x, y, batch, warm=True):
        one = functools.partial(step, tuple(network.body()), network.rate)
        make = self.by_epochs if self.whole else self.by_steps
        epoch = make(one, start(network), x, y, batch)
        if warm:
            epoch()
        return epoch

    def by_epochs(self, one, state, x, y, batch):
        n = len(x) // batch
        x, y = jnp.asarray(x), jnp.asarray(y)

        @functools.partial(jax.jit, donate_argnums=0)
        def run(state, x, y, order):
            def some(state, rows):
                return one(state, x[rows], y[rows])
            return jax.lax.scan(some, state, order.reshape(n, batch))

        def epoch():
            nonlocal state
            order = self.random.permutation(len(x))[:n * batch]
            state, told = run(state, x, y, order.astype(np.int32))
            jax.block_until_ready((state, told))
        return epoch

    def by_steps(self, one, state, x, y, batch):
        run = jax.jit(one, donate_argnums=0)

        def epoch():
            nonlocal state
            order = self.random.permutation(len(x))
            for i in range(0, len(x) - batch + 1, batch):
                rows = order[i:i + batch]
                state, told = run(state, x[rows], y[rows])
            jax.block_until_ready((state, told))
        return epoch

    def predictor(self, network):
        trained, moving = start(network)
        steps = tuple(network.body())

        @jax.jit
        def run(row):
            return jax.nn.softmax(forward(steps, trained, moving, row)[0])
        row = jnp.full((1, network.inputs), 0.5)
        return lambda: run(row).block_until_ready()


whole = sys.argv[-1] != "--steps"
peer.serve(functools.partial(Peer, whole=whole))
