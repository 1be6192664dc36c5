#!/usr/bin/env python3
"""images - writes tests/golden/images-pools.json: Keras' pools, frames, resized
pictures and group normalization, with their gradients.

    python3 -m venv v && v/bin/pip install keras==3.15.1 jax
    KERAS_BACKEND=jax v/bin/python build-aux/golden/images.py [PART...]

Keras' own code computes, on JAX and in float64.  Numbers are rounded so that
windows have ties: a maximum's gradient goes where Keras' goes.
"""
import concurrent.futures
import itertools
import json
import multiprocessing
import os
import pathlib
import sys

os.environ.setdefault('KERAS_BACKEND', 'jax')
os.environ.setdefault('JAX_ENABLE_X64', '1')

import jax
import jax.numpy as jnp
import keras
import numpy as np

keras.config.set_floatx('float64')
L = keras.layers
GOLDEN = pathlib.Path(__file__).resolve().parents[2] / 'tests/golden'
SIZES = {1: (7,), 2: (5, 6), 3: (4, 5, 3)}


def seeded(part):
    """Random numbers of a part by itself: another part may grow."""
    return np.random.default_rng([20261201, *part.encode()])


def array(values):
    """Shape and numbers, with the 9 digits that keep a float32."""
    values = np.asarray(values)
    return {'shape': list(values.shape),
            'data': [float(f'{v:.9g}') for v in values.ravel()]}


def single(values):
    """As float32 has them, in float64."""
    return np.asarray(values, np.float32).astype(np.float64)


def save(part, cases):
    cases = list(cases)
    oracle = f'keras {keras.__version__}, {keras.backend.backend()}'
    rows = ',\n'.join(json.dumps(case, allow_nan=False) for case in cases)
    (GOLDEN / f'images-{part}.json').write_text(
        f'{{"oracle": "{oracle}",\n "cases": [\n{rows}\n]}}\n',
        encoding='utf-8')
    print(part, len(cases))


def flat(value):
    """((1, 2), (0, 1)) is 1,2,0,1 here."""
    return np.ravel(value).tolist() if isinstance(value, tuple) else value


def case(rng, name, layer, x, **params):
    x = jnp.asarray(single(x))
    layer.build(x.shape)
    for v in layer.trainable_variables:
        v.assign(single(rng.standard_normal(v.shape)))
    trained = layer.trainable_variables
    y, back = jax.vjp(
        lambda w, x: layer.stateless_call(
            w, [v.value for v in layer.non_trainable_variables], x)[0],
        [v.value for v in trained], x)
    dy = single(rng.standard_normal(y.shape))
    grads, dx = back(jnp.asarray(dy, y.dtype))
    weights = {v.name: array(v) for v in trained}
    return {'name': name, 'params': {k: flat(v) for k, v in params.items()},
            'training': False, 'weights': weights, 'x': array(x),
            'y': array(y), 'dy': array(dy), 'dx': array(dx),
            'grads': {v.name: array(g) for v, g in zip(trained, grads)},
            'weights_after': weights}


def numbers(rng, rank, channels=3, ties=False, sizes=None):
    x = rng.standard_normal((2, *(sizes or SIZES[rank]), channels))
    return np.round(x) if ties else x


def window_cases(rng):
    for rank, kind in itertools.product((1, 2, 3), ('max', 'average')):
        name = f'{kind}_pooling{rank}d'
        layer = getattr(L, f'{kind.capitalize()}Pooling{rank}D')
        for size, strides, padding in itertools.product(
                (2, 3), (None, 1), ('valid', 'same')):
            if rank == 3 and (size == 3 or strides == 1):
                continue
            params = {'pool_size': size, 'padding': padding}
            if strides is not None:
                params['strides'] = strides
            yield case(rng, name, layer(**params),
                       numbers(rng, rank, ties=kind == 'max'), **params)
        # One size for each axis; a window larger than x; many channels.
        for params, channels in (
                ({'pool_size': (3, 2, 1)[:rank], 'strides': (1, 2, 2)[:rank],
                  'padding': 'same'}, 2),
                ({'pool_size': 9, 'padding': 'same'}, 1),
                ({'pool_size': 2}, 67)):
            if rank == 3 and channels != 2 or rank == 2 and channels == 67:
                continue
            yield case(rng, name, layer(**params),
                       numbers(rng, rank, channels, ties=kind == 'max'),
                       **params)


def global_cases(rng):
    for rank, kind in itertools.product((1, 2, 3), ('max', 'average')):
        name = f'global_{kind}_pooling{rank}d'
        layer = getattr(L, f'Global{kind.capitalize()}Pooling{rank}D')
        for keepdims, ties in ((False, True), (True, False)):
            yield case(rng, name, layer(keepdims=keepdims),
                       numbers(rng, rank, ties=ties), keepdims=keepdims)
        if rank == 1:
            yield case(rng, name, layer(), numbers(rng, rank, 67))


def adaptive_cases(rng):
    for rank, kind in itertools.product((1, 2, 3), ('max', 'average')):
        name = f'adaptive_{kind}_pooling{rank}d'
        layer = getattr(L, f'Adaptive{kind.capitalize()}Pooling{rank}D')
        for size in (2, (3, 2, 2)[:rank]):
            yield case(rng, name, layer(size), numbers(rng, rank),
                       output_size=size)


def frame_cases(rng):
    for rank in (1, 2, 3):
        pairs = ((1, 2), (0, 1), (2, 0))
        forms = [2, pairs[:rank] if rank > 1 else pairs[0]]
        if rank > 1:
            forms.append((1, 0, 2)[:rank])
        for form in forms:
            name = f'zero_padding{rank}d'
            yield case(rng, name, getattr(L, f'ZeroPadding{rank}D')(form),
                       numbers(rng, rank), padding=form)
        for form in [1, *forms[1:]]:
            name = f'cropping{rank}d'
            yield case(rng, name, getattr(L, f'Cropping{rank}D')(form),
                       numbers(rng, rank, sizes=(6, 5, 7)[:rank]),
                       cropping=form)
        yield case(rng, name, getattr(L, f'Cropping{rank}D')(),
                   numbers(rng, rank))


def size_cases(rng):
    for rank in (1, 2, 3):
        layer = getattr(L, f'UpSampling{rank}D')
        for size in (2, *([(2, 3, 1)[:rank]] if rank > 1 else [])):
            yield case(rng, f'up_sampling{rank}d', layer(size),
                       numbers(rng, rank, sizes=(3, 2, 2)[:rank]), size=size)
    for size in (2, (3, 2)):
        params = {'size': size, 'interpolation': 'bilinear'}
        yield case(rng, 'up_sampling2d', L.UpSampling2D(**params),
                   numbers(rng, 2, sizes=(3, 4)), **params)
    for (height, width), interpolation, crop in itertools.product(
            ((5, 6), (2, 3), (7, 4), (3, 11)), ('nearest', 'bilinear'), (False, True)):
        params = {'height': height, 'width': width,
                  'interpolation': interpolation,
                  'crop_to_aspect_ratio': crop}
        yield case(rng, 'resizing', L.Resizing(**params), numbers(rng, 2),
                   **params)
    for height, width in ((5, 6), (2, 3), (7, 3), (4, 9)):
        params = {'height': height, 'width': width}
        yield case(rng, 'center_crop', L.CenterCrop(**params),
                   numbers(rng, 2), **params)


def order_cases(rng):
    for dims in ((1,), (2, 1), (1, 2), (2, 3, 1), (3, 1, 2), (4, 2, 1, 3)):
        sizes = (2, 3, 4, 2)[:len(dims)]
        yield case(rng, 'permute', L.Permute(dims),
                   rng.standard_normal((2, *sizes)), dims=dims)
    for n in (1, 5):
        yield case(rng, 'repeat_vector', L.RepeatVector(n),
                   rng.standard_normal((3, 4)), n=n)
    for rank in (1, 2, 3):
        yield case(rng, f'spatial_dropout{rank}d',
                   getattr(L, f'SpatialDropout{rank}D')(.4),
                   numbers(rng, rank), rate=.4)


def group_cases(rng):
    for groups, sizes in itertools.product(
            (1, 2, -1), ((6,), (3, 2, 6))):
        yield case(rng, 'group_normalization', L.GroupNormalization(groups),
                   rng.standard_normal((2, *sizes)) + 2, groups=groups)
    for params in ({}, {'groups': 4, 'epsilon': .5},
                   {'groups': 8, 'center': False},
                   {'groups': 8, 'scale': False},
                   {'groups': 16, 'scale': False, 'center': False}):
        yield case(rng, 'group_normalization', L.GroupNormalization(**params),
                   rng.standard_normal((2, 3, 64)) - 1, **params)
    yield case(rng, 'group_normalization', L.GroupNormalization(2),
               rng.standard_normal((2, 3, 140)), groups=2)


PARTS = {'pools': (window_cases, global_cases, adaptive_cases, frame_cases,
                   size_cases, order_cases, group_cases)}


def run(part):
    return list(part(seeded(part.__name__)))


if __name__ == '__main__':
    spawn = multiprocessing.get_context('spawn')
    with concurrent.futures.ProcessPoolExecutor(
            max_workers=7, mp_context=spawn) as pool:
        for name in sys.argv[1:] or PARTS:
            save(name, itertools.chain(*pool.map(run, PARTS[name])))
