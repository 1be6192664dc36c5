#!/usr/bin/env python3
"""augment - writes tests/golden/augment.json: Keras' layers of augmentation for
draws that are given, with their gradients.

    python3 -m venv v && v/bin/pip install keras==3.15.1 jax
    KERAS_BACKEND=jax v/bin/python build-aux/golden/augment.py

Keras' own code computes, on JAX and in float64.  A factor of two equal numbers
leaves nothing to draw.  Contrast is 1 - lower at least and 1 + upper at most:
-0.3, 0.3 is 1.3.  Shifts are no multiples of half a pixel, where float32 and
float64 may round to either side.
"""
import itertools
import json
import os
import pathlib

os.environ.setdefault('KERAS_BACKEND', 'jax')
os.environ.setdefault('JAX_ENABLE_X64', '1')

import jax
import jax.numpy as jnp
import keras
import numpy as np

keras.config.set_floatx('float64')
L = keras.layers
GOLDEN = pathlib.Path(__file__).resolve().parents[2] / 'tests/golden'
FILLS = ('reflect', 'wrap', 'constant', 'nearest', 'mirror')
RNG = np.random.default_rng(20261201)


def array(values):
    """Shape and numbers, with the 9 digits that keep a float32."""
    values = np.asarray(values)
    return {'shape': list(values.shape),
            'data': [float(f'{v:.9g}') for v in values.ravel()]}


def single(values):
    """As float32 has them, in float64."""
    return np.asarray(values, np.float32).astype(np.float64)


def flat(value):
    return list(value) if isinstance(value, tuple) else value


def case(name, function, x, training=True, **params):
    x = jnp.asarray(single(x))
    y, back = jax.vjp(function, x)
    dy = single(RNG.standard_normal(y.shape))
    return {'name': name, 'params': {k: flat(v) for k, v in params.items()},
            'training': training, 'weights': {}, 'x': array(x), 'y': array(y),
            'dy': array(dy), 'dx': array(back(jnp.asarray(dy))[0]),
            'grads': {}, 'weights_after': {}}


def pictures(height=5, width=6, channels=2):
    return RNG.standard_normal((2, height, width, channels))


def layer_case(name, layer, x, training=True, **params):
    return case(name, lambda x: layer(x, training=training), x, training,
                **params)


def affine(name, kind, x, fill='reflect', linear='bilinear', value=0.0,
           **factors):
    """A layer that Keras builds for fills that it takes; `mirror` its affine
    transform knows, and the layers do not."""
    layer = kind(**factors, fill_mode=fill if fill != 'mirror' else 'reflect',
                 interpolation=linear, fill_value=value)
    layer.fill_mode = fill
    params = dict(factors)
    for key, given, usual in (('fill_mode', fill, 'reflect'),
                              ('interpolation', linear, 'bilinear'),
                              ('fill_value', value, 0.0)):
        if given != usual:
            params[key] = given
    return layer_case(name, layer, x, **params)


def affine_cases():
    kinds = (('random_translation', L.RandomTranslation,
              {'height_factor': (0.33, 0.33), 'width_factor': (-0.71, -0.71)}),
             ('random_rotation', L.RandomRotation, {'factor': (0.13, 0.13)}),
             ('random_zoom', L.RandomZoom,
              {'height_factor': (0.47, 0.47), 'width_factor': (0.81, 0.81)}))
    for (name, kind, factors), fill, linear in itertools.product(
            kinds, FILLS, ('bilinear', 'nearest')):
        yield affine(name, kind, pictures(), fill, linear,
                     1.5 if fill == 'constant' else 0.0, **factors)
    for height, width in ((1, 7), (4, 1), (1, 1)):
        for fill in FILLS:
            yield affine('random_translation', L.RandomTranslation,
                         pictures(height, width), fill,
                         height_factor=(0.23, 0.23), width_factor=(-0.9, -0.9))
    yield affine('random_translation', L.RandomTranslation, pictures(6, 4),
                 height_factor=(0.5, 0.5), width_factor=(0.25, 0.25))
    yield affine('random_rotation', L.RandomRotation, pictures(3, 8),
                 factor=(-0.29, -0.29))
    yield affine('random_zoom', L.RandomZoom, pictures(7, 5),
                 height_factor=(-0.4, -0.4))


def crop_cases():
    """Pictures that are not larger along both axes, and inference: Keras' page
    says that the largest part of those proportions is resized.  Its code cuts a
    part of y's size where that part begins, and leaves pictures as they are in
    inference; ours does what the page says."""
    for height, width in ((5, 6), (7, 4), (9, 3), (2, 6)):
        yield middle_case(height, width, True)
    for height, width in ((3, 4), (2, 5)):
        yield middle_case(height, width, False)


def middle_case(height, width, training):
    x = pictures()
    top, left = L.RandomCrop(height, width).get_random_transformation(
        x, training=False)
    size = (min(x.shape[1], x.shape[2] * height // width),
            min(x.shape[2], x.shape[1] * width // height))

    def function(x):
        return keras.ops.image.resize(
            x[:, top:top + size[0], left:left + size[1]], (height, width))

    return case('random_crop', function, x, training, height=height,
                width=width)


def color_cases():
    for factor in (0.3, -0.45):
        layer = L.RandomContrast(0.5, value_range=(-0.8, 0.9))
        f = jnp.full((2, 1, 1, 1), 1 + factor)
        yield case('random_contrast',
                   lambda x, layer=layer, f=f: layer.transform_images(
                       x, {'contrast_factor': f}), pictures(),
                   factor=(-factor, factor), value_range=(-0.8, 0.9))
    for factor, value_range in ((0.2, (-0.8, 0.9)), (-0.35, (0, 255))):
        layer = L.RandomBrightness((factor, factor), value_range=value_range)
        x = pictures() if value_range[1] < 1 else 128 + 90 * pictures()
        yield layer_case('random_brightness', layer, x,
                         factor=(factor, factor), value_range=value_range)


def main():
    cases = [*affine_cases(), *crop_cases(), *color_cases()]
    oracle = f'keras {keras.__version__}, {keras.backend.backend()}'
    rows = ',\n'.join(json.dumps(c, allow_nan=False) for c in cases)
    (GOLDEN / 'augment.json').write_text(
        f'{{"oracle": "{oracle}",\n "cases": [\n{rows}\n]}}\n',
        encoding='utf-8')
    print(len(cases))


main()
