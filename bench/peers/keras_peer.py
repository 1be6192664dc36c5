"""Keras on TensorFlow: `compile` and `fit`, as the study has it."""
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras  # noqa: E402
import numpy as np  # noqa: E402
import peer  # noqa: E402
import tensorflow as tf  # noqa: E402


def build(network):
    layers = [keras.layers.Input((network.inputs,))]
    for name, units in network.steps():
        if name == "dense":
            layers.append(keras.layers.Dense(units))
        elif name == "batch_normalization":
            layers.append(keras.layers.BatchNormalization())
        elif name == "leaky_relu":
            layers.append(keras.layers.LeakyReLU(0.3))
        else:
            layers.append(keras.layers.Activation(name))
    return keras.Sequential(layers)


class Peer:
    def __init__(self, threads):
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)

    def trainer(self, network, x, y, batch, warm=True):
        model = build(network)
        model.compile(loss="sparse_categorical_crossentropy",
                      optimizer=keras.optimizers.SGD(network.rate),
                      metrics=["accuracy"])

        def train(n):
            model.fit(x[:n], y[:n], batch_size=batch, epochs=1, verbose=0)
        if warm:
            # A whole batch and the short last one: both are compiled.
            train(min(batch + len(x) % batch, len(x)))
        return lambda: train(len(x))

    def predictor(self, network):
        """A compiled call: `predict` takes some hundred times as long."""
        model = build(network)
        run = tf.function(lambda row: model(row, training=False))
        row = tf.constant(np.full((1, network.inputs), 0.5, np.float32))
        return lambda: run(row).numpy()


peer.serve(Peer)
