#!/usr/bin/env python3
"""Golden trainings of convolutional networks: LeNet and ResNet-8 with batch
normalization, the loss of every step and what the weights become.

    python3 -m venv v && v/bin/pip install keras jax
    v/bin/python build-aux/golden/image_runs.py

Writes tests/golden/image-runs.json.  Images, labels and first weights are made
by a formula of place and salt, which the test has too: the file holds what
Keras computes from them, and nothing else.
"""
import json
import os
import pathlib

os.environ['KERAS_BACKEND'] = 'jax'
import jax
import keras
import numpy as np

FILE = (pathlib.Path(__file__).parents[2] / 'tests/golden/image-runs.json')
L = keras.layers
PLACES = 12  # numbers that are kept of each weight


def draw(n, salt):
    """n numbers in [0, 1), by place and salt."""
    h = (np.arange(n, dtype=np.uint64) + np.uint64(salt * 1000003)) \
        * np.uint64(2654435761) & np.uint64(0xffffffff)
    h ^= h >> np.uint64(16)
    h = h * np.uint64(0x45d9f3b) & np.uint64(0xffffffff)
    h ^= h >> np.uint64(16)
    return h.astype(np.float64) / 2**32


class Chain:
    """A Keras model and our chain of it, layer by layer."""

    def __init__(self, shape):
        self.input = self.last = keras.Input(shape)
        self.text, self.outputs, self.previous = [], {}, None

    def add(self, name, text, layer, *inputs):
        given = [self.outputs[i] for i in inputs] or [self.last]
        where = f' input={",".join(inputs)}' if inputs else ''
        self.text.append(f'{text} name={name}{where}')
        self.last = layer(given if len(given) > 1 else given[0])
        self.outputs[name] = self.last
        return name

    def conv(self, name, filters, size, stride=1, padding='same', bias=False,
             activation=None, inputs=()):
        text = (f'conv2d filters={filters} kernel_size={size} '
                f'strides={stride} padding={padding} '
                f'use_bias={str(bias).lower()}')
        if activation:
            text += f' activation={activation}'
        return self.add(name, text, L.Conv2D(
            filters, size, strides=stride, padding=padding, use_bias=bias,
            activation=activation, name=name), *inputs)

    def norm(self, name):
        return self.add(name, 'batch_normalization momentum=0.9',
                        L.BatchNormalization(momentum=.9, name=name))

    def relu(self, name):
        return self.add(name, 'relu', L.Activation('relu', name=name))

    def dense(self, name, units, activation):
        return self.add(name, f'dense units={units} activation={activation}',
                        L.Dense(units, activation=activation, name=name))

    def model(self):
        return keras.Model(self.input, self.last)


def lenet():
    c = Chain((28, 28, 1))
    c.conv('first', 32, 3, padding='valid', bias=True, activation='relu')
    c.add('pool', 'max_pooling2d', L.MaxPooling2D(name='pool'))
    c.conv('second', 64, 3, padding='valid', bias=True, activation='relu')
    c.add('pool_2', 'max_pooling2d', L.MaxPooling2D(name='pool_2'))
    c.add('flat', 'flatten', L.Flatten(name='flat'))
    c.dense('wide', 128, 'relu')
    c.dense('classes', 10, 'softmax')
    return c


def block(c, name, before, filters, stride):
    c.conv(f'{name}.a', filters, 3, stride, inputs=(before,))
    c.norm(f'{name}.an')
    c.relu(f'{name}.ar')
    c.conv(f'{name}.b', filters, 3)
    long = c.norm(f'{name}.bn')
    short = before
    if stride > 1:
        c.conv(f'{name}.s', filters, 1, stride, inputs=(before,))
        short = c.norm(f'{name}.sn')
    c.add(f'{name}.sum', 'add', L.Add(name=f'{name}.sum'), long, short)
    return c.relu(f'{name}.r')


def resnet():
    c = Chain((32, 32, 3))
    c.conv('stem', 16, 3)
    c.norm('stem.n')
    last = c.relu('stem.r')
    for name, filters, stride in (('one', 16, 1), ('two', 32, 2),
                                  ('three', 64, 2)):
        last = block(c, name, last, filters, stride)
    c.add('mean', 'global_average_pooling2d',
          L.GlobalAveragePooling2D(name='mean'))
    c.dense('classes', 10, 'softmax')
    return c


def start(weight, salt):
    """The first values of a weight; returns how to make them again."""
    kind = weight.path.split('/')[-1]
    shape = tuple(weight.shape)
    scale, offset = .2, {'gamma': 1., 'moving_variance': 1.}.get(kind, 0.)
    if kind == 'kernel':
        field = int(np.prod(shape[:-2]))
        scale = 2 * (6 / (field * (shape[-2] + shape[-1])))**.5
    n = int(np.prod(shape))
    values = ((draw(n, salt) - .5) * scale + offset).astype(np.float32)
    weight.assign(values.reshape(shape))
    return {'name': weight.path, 'salt': salt, 'scale': scale,
            'offset': offset, 'n': n}


def finish(row, weight):
    flat = np.asarray(weight.numpy(), np.float64).ravel()
    at = np.unique(np.linspace(0, flat.size - 1, PLACES).astype(int))
    return row | {'norm': float(np.linalg.norm(flat)), 'at': at.tolist(),
                  'values': [float(f'{v:.9g}') for v in flat[at]]}


def run(name, chain, optimizer, text, batch, steps):
    model = chain.model()
    rows = [start(w, 100 + i) for i, w in enumerate(model.weights)]
    shape = model.input_shape[1:]
    n = batch * steps
    x = draw(n * int(np.prod(shape)), 1).astype(np.float32)
    x = x.reshape(n, *shape)
    y = (draw(n, 2) * 10).astype(np.int64)
    model.compile(optimizer, 'sparse_categorical_crossentropy')
    losses = []
    for i in range(steps):
        model.reset_metrics()
        part = slice(i * batch, (i + 1) * batch)
        losses.append(float(model.train_on_batch(x[part], y[part])))
    some = model.predict(x[:4], verbose=0)
    return {'name': name, 'chain': ' ! '.join(chain.text),
            'input': list(shape), 'rows': n, 'batch_size': batch,
            'optimizer': text, 'losses': losses,
            'weights': [finish(*both) for both in zip(rows, model.weights)],
            'predictions': [float(f'{v:.9g}') for v in some.ravel()]}


def main():
    O = keras.optimizers
    cases = [
        run('lenet', lenet(), O.SGD(.01, momentum=.9),
            'sgd learning_rate=0.01 momentum=0.9', 32, 20),
        run('lenet-adam', lenet(), O.Adam(.001), 'adam learning_rate=0.001',
            16, 10),
        run('resnet-8', resnet(), O.SGD(.002, momentum=.9, nesterov=True),
            'sgd learning_rate=0.002 momentum=0.9 nesterov=true', 16, 8),
        run('resnet-8-odd-batch', resnet(), O.SGD(.005),
            'sgd learning_rate=0.005', 7, 6),
    ]
    oracle = f'keras {keras.__version__}, jax {jax.__version__}'
    lines = ',\n'.join(json.dumps(case) for case in cases)
    FILE.write_text(f'{{"oracle": "{oracle}",\n "cases": [\n{lines}\n]}}\n')
    print(FILE.name, len(cases))


main()
