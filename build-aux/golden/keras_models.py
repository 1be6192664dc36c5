"""keras_models.py - small models as Keras writes them, and what Keras says

Run it with Keras (any backend) and numpy:
  python3 build-aux/golden/keras_models.py tests/golden/import
"""
import os
import sys

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(21)
random = np.random.default_rng(21)


def stir(model):
    """Weights as training leaves them: none is 0 or 1."""
    for weight in model.weights:
        value = random.normal(size=weight.shape) * 0.5
        if "variance" in weight.name:
            value = random.uniform(0.5, 2, weight.shape)
        weight.assign(value.astype(np.float32))
    return model


def sequential():
    return keras.Sequential([
        layers.Input((9, 8, 3)),
        layers.Conv2D(4, 3, strides=2, padding="same", activation="relu"),
        layers.BatchNormalization(scale=False),
        layers.DepthwiseConv2D(3, padding="same", use_bias=False),
        layers.PReLU(shared_axes=[1, 2]),
        layers.SeparableConv2D(5, 2), layers.ReLU(max_value=6.0),
        layers.ZeroPadding2D(((1, 0), (0, 2))), layers.MaxPooling2D(2),
        layers.Flatten(), layers.Dropout(0.5), layers.LayerNormalization(),
        layers.Dense(4, activation="softmax", name="head")])


def functional():
    """Two branches, and a layer that both use."""
    x = layers.Input((6,), name="x")
    shared = layers.Dense(6, activation="tanh", name="shared")
    a = layers.LeakyReLU(negative_slope=0.1)(shared(x))
    b = shared(layers.Dense(6, activation="gelu")(x))
    y = layers.Add()([a, b, x])
    y = layers.Concatenate()([y, layers.Dense(3)(a)])
    return keras.Model(x, layers.Activation("sigmoid")(layers.Dense(2)(y)))


def inputs():
    """Layers with names that begin as the model's input does."""
    x = layers.Input((3,), name="x")
    y = layers.Dense(3, activation="tanh", name="input")(x)
    return keras.Model(x, layers.Dense(2, name="input_again")(y))


def sound():
    return keras.Sequential([
        layers.Input((20, 2)), layers.Conv1D(4, 3, dilation_rate=2),
        layers.ELU(), layers.AveragePooling1D(2),
        layers.GlobalAveragePooling1D(), layers.Dense(3)])


if __name__ == "__main__":
    os.makedirs(sys.argv[1], exist_ok=True)
    for make, ends in ((sequential, (".keras", ".h5")),
                       (functional, (".keras", ".h5")), (sound, (".keras",)),
                       (inputs, (".keras",))):
        model = stir(make())
        x = random.normal(size=(3, *model.input_shape[1:])).astype(np.float32)
        name = os.path.join(sys.argv[1], "keras-" + make.__name__)
        for end in ends:
            model.save(name + end)
        np.save(name + "-x.npy", x)
        np.save(name + "-y.npy", np.asarray(model(x)))
