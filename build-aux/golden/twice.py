#!/usr/bin/env python3
"""twice - writes tests/golden/twice-runs.json: trainings by optimizers that look
at a batch more than once, or have other weights to show than to train.

    python3 -m venv v && v/bin/pip install torch numpy
    v/bin/python build-aux/golden/twice.py

lbfgs is PyTorch's LBFGS.  sam and schedule_free_adamw follow from the formulas
here, each with its source; gradients are PyTorch's.  All in float64.
"""
import json
import pathlib

import torch

GOLDEN = pathlib.Path(__file__).resolve().parents[2] / 'tests/golden'
STEPS, ROWS, BATCH = 20, 64, 16
torch.set_default_dtype(torch.float64)


def array(values):
    values = values.detach().to(torch.float32)
    return {'shape': list(values.shape),
            'data': [float(f'{v:.9g}') for v in values.ravel().tolist()]}


def round32(values):
    return values.to(torch.float32).to(torch.float64)


class Net:
    """Dense layers with tanh between; squares, or classes."""

    def __init__(self, seed, sizes, loss):
        rng = torch.Generator().manual_seed(seed)

        def draw(*shape):
            return round32(torch.randn(*shape, generator=rng))

        self.sizes, self.loss_name = sizes, loss
        self.x = draw(ROWS, sizes[0])
        self.weights = [w for n, m in zip(sizes, sizes[1:])
                        for w in (draw(n, m) / n ** .5, draw(m) * .1)]
        self.weights = [round32(w).requires_grad_() for w in self.weights]
        if loss == 'mean_squared_error':
            self.y = round32(torch.sin(self.x @ draw(sizes[0], sizes[-1])))
        else:
            logits = self.x @ draw(sizes[0], sizes[-1]) + draw(ROWS, sizes[-1])
            self.y = logits.argmax(1).to(torch.float64)

    def predict(self, x, weights=None):
        weights = weights or self.weights
        for i in range(0, len(weights), 2):
            x = x @ weights[i] + weights[i + 1]
            if i + 2 < len(weights):
                x = torch.tanh(x)
        return x

    def loss(self, rows):
        y = self.predict(self.x[rows])
        if self.loss_name == 'mean_squared_error':
            return ((y - self.y[rows]) ** 2).mean()
        return torch.nn.functional.cross_entropy(y, self.y[rows].long())

    def gradient(self, rows):
        loss = self.loss(rows)
        return loss.item(), torch.autograd.grad(loss, self.weights)

    def layers(self):
        out = []
        for i, units in enumerate(self.sizes[1:]):
            last = i + 2 == len(self.sizes)
            by_class = self.loss_name != 'mean_squared_error'
            activation = ('softmax' if by_class else 'linear') if last \
                else 'tanh'
            out.append({
                'class_name': 'Dense',
                'config': {'units': units, 'activation': activation},
                'weights': {'kernel': array(self.weights[2 * i]),
                            'bias': array(self.weights[2 * i + 1])}})
        return out


def case(name, net, optimizer, step, batch=BATCH, shown=None):
    """`step (rows)` takes one and returns the loss before it; `shown ()` is
    what the weights are to be in the end."""
    n = ROWS // batch
    golden = {'name': name, 'optimizer': optimizer, 'loss': net.loss_name,
              'batch_size': batch, 'epochs': STEPS // n, 'x': array(net.x),
              'y': array(net.y), 'layers': net.layers()}
    golden['step_losses'] = [
        step(slice(i % n * batch, (i % n + 1) * batch)) for i in range(STEPS)]
    weights = shown() if shown else net.weights
    golden['weights_after'] = [
        {'kernel': array(weights[i]), 'bias': array(weights[i + 1])}
        for i in range(0, len(weights), 2)]
    y = net.predict(net.x, weights)
    golden['prediction'] = array(
        y if net.loss_name == 'mean_squared_error' else y.softmax(1))
    return golden


# --- lbfgs ---

def lbfgs(name, net, **params):
    optimizer = torch.optim.LBFGS(net.weights, line_search_fn='strong_wolfe',
                                  tolerance_grad=0, **params)
    ours = {('learning_rate' if key == 'lr' else key): value
            for key, value in params.items()}

    def step(rows):
        def closure():
            optimizer.zero_grad()
            loss = net.loss(rows)
            loss.backward()
            return loss
        return optimizer.step(closure).item()

    return case(name, net, {'name': 'lbfgs', **ours}, step, ROWS)


# --- sam ---

def sam(label, net, rho, base, **params):
    """Foret, Kleiner, Mobahi, Neyshabur: Sharpness-aware minimization, ICLR
    2021, algorithm 1 with (2): e = rho g / |g|; `base (w, g, memory)` steps."""
    memory = [{} for _ in net.weights]

    def step(rows):
        loss, g = net.gradient(rows)
        norm = sum((x ** 2).sum() for x in g).sqrt()
        with torch.no_grad():
            for w, x in zip(net.weights, g):
                w += rho * x / norm
        _, up = net.gradient(rows)
        with torch.no_grad():
            for w, x, h, m in zip(net.weights, g, up, memory):
                w -= rho * x / norm
                base(w, h, m)
        return loss

    optimizer = {'around': f'sam(rho={rho})', **params}
    return case(label, net, optimizer, step)


def sgd(learning_rate, momentum):
    def step(w, g, memory):
        v = memory.setdefault('v', torch.zeros_like(w))
        v.mul_(momentum).sub_(learning_rate * g)
        w.add_(v)
    return step


def adam(learning_rate):
    """As Keras: epsilon 1e-7 behind the root, bias in the rate."""
    def step(w, g, memory):
        m = memory.setdefault('m', torch.zeros_like(w))
        v = memory.setdefault('v', torch.zeros_like(w))
        memory['t'] = t = memory.get('t', 0) + 1
        m.mul_(.9).add_(.1 * g)
        v.mul_(.999).add_(.001 * g * g)
        rate = learning_rate * (1 - .999 ** t) ** .5 / (1 - .9 ** t)
        w.sub_(rate * m / (v.sqrt() + 1e-7))
    return step


def cases():
    squares = 'mean_squared_error'
    classes = 'sparse_categorical_crossentropy'
    # Trainings in which float32 does not go another way than float64.
    yield lbfgs('lbfgs-by-iteration', Net(2, (4, 6, 2), squares), lr=1,
                max_iter=1, max_eval=12, history_size=5)
    yield lbfgs('lbfgs-short-rate', Net(1, (3, 2), classes), lr=.25,
                max_iter=1, max_eval=12, history_size=3)
    yield lbfgs('lbfgs-long-rate', Net(3, (5, 3), squares), lr=30,
                max_iter=1, max_eval=20, history_size=10)
    yield lbfgs('lbfgs-many-iterations', Net(4, (3, 2), classes), lr=1,
                max_iter=3, max_eval=8, history_size=4)
    yield sam('sam-sgd', Net(5, (4, 8, 2), squares), .05, sgd(.1, .9),
              name='sgd', learning_rate=.1, momentum=.9)
    yield sam('sam-adam', Net(6, (5, 8, 3), classes), .2, adam(.05),
              name='adam', learning_rate=.05)


if __name__ == '__main__':
    rows = ',\n'.join(json.dumps(row) for row in cases())
    (GOLDEN / 'twice-runs.json').write_text(
        f'{{"oracle": "torch {torch.__version__}",\n "cases": [\n{rows}\n]}}\n',
        encoding='utf-8')
