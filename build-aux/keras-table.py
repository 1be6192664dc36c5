#!/usr/bin/env python3
"""keras-table - writes docs/keras.md: what Keras has in public, and what we
have beside it.

    KERAS_BACKEND=jax v/bin/python build-aux/keras-table.py DNNRUN [--check]

Asks Keras for its names, and `dnnrun inspect --json` for ours.  A name that we
have not needs a reason in the tables here.  With --check it compares instead of
writing.  `v` is made as build-aux/golden/shelf.py says.
"""
import inspect
import json
import os
import pathlib
import re
import subprocess
import sys

os.environ.setdefault('KERAS_BACKEND', 'jax')

import keras

PAGE = pathlib.Path(__file__).resolve().parent.parent / 'docs/keras.md'
HEAD = '''# Keras' names and ours

Made by `build-aux/keras-table.py` from Keras {version} and `dnnrun inspect
--json`: change that script, not this page. A name is Keras' in snake case;
where ours is another one, or there is none, the table says so.

'''
# Where Keras' names are, what ours are called, and the heading.
LISTS = [
    ('layers', ('layer', 'activation'), 'Layers'),
    ('activations', ('activation', 'layer'), 'Activations'),
    ('losses', ('loss',), 'Losses'),
    ('metrics', ('metric', 'loss'), 'Metrics'),
    ('optimizers', ('optimizer',), 'Optimizers'),
    ('optimizers.schedules', ('schedule',), 'Schedules'),
    ('initializers', ('initializer',), 'Initializers'),
    ('regularizers', ('regularizer',), 'Regularizers'),
    ('constraints', ('constraint',), 'Constraints'),
]
# Base classes and functions that are not a thing of their kind.
NO_THINGS = {'Layer', 'InputSpec', 'Wrapper', 'Loss', 'Metric', 'Optimizer',
             'OptimizerMap', 'LearningRateSchedule', 'Initializer',
             'Regularizer', 'Constraint', 'deserialize', 'get', 'serialize'}
# Other names of Keras' for what it also has under its own.
ALIASES = {
    'AvgPool': 'AveragePooling', 'MaxPool': 'MaxPooling',
    'GlobalAvgPool': 'GlobalAveragePooling',
    'GlobalMaxPool': 'GlobalMaxPooling', 'Convolution': 'Conv',
    'SeparableConvolution': 'SeparableConv'}
OURS = {
    'KLDivergence': 'kl_divergence', 'PReLU': 'prelu', 'ReLU': 'relu',
    'LeakyReLU': 'leaky_relu', 'ELU': 'elu', 'Identity': 'linear',
    'AUC': 'auc', 'F1Score': 'f1', 'FBetaScore': 'fbeta', 'R2Score': 'r2',
    'TopKCategoricalAccuracy': 'top_k', 'IoU': 'iou', 'BinaryIoU': 'binary_iou',
    'MeanIoU': 'mean_iou', 'OneHotIoU': 'one_hot_iou',
    'OneHotMeanIoU': 'one_hot_mean_iou',
    'SparseTopKCategoricalAccuracy': 'top_k', 'CategoricalAccuracy':
    'accuracy', 'SparseCategoricalAccuracy': 'accuracy',
    'LogCoshError': 'log_cosh', 'SGD': 'sgd', 'RMSprop': 'rmsprop',
    'AdamW': 'adamw', 'ScheduleFreeAdamW': 'schedule_free_adamw',
    'hard_swish': 'hard_silu', 'swish': 'silu',
    'PiecewiseConstantDecay': 'piecewise_constant',
    'IdentityInitializer': 'identity', 'OrthogonalInitializer': 'orthogonal',
    'RMSNormalization': 'rms_normalization', 'L1L2': 'l1_l2',
    'OrthogonalRegularizer': 'orthogonal'}
IMAGES = 'not yet: images'
SEQUENCES = 'not yet: sequences'
# Patterns of names, and why they are not here; the first counts.
REASONS = [
    (r'.*(1D|2D|3D|Transpose)$|Resizing|CenterCrop|GroupNormalization|Permute|'
     r'RepeatVector|UpSampling.*|ZeroPadding.*', IMAGES),
    (r'Random.*|RandAugment|AugMix|CutMix|MixUp|AutoContrast|Equalization|'
     r'Solarization|ContrastLimited.*|MaxNumBoundingBoxes|Pipeline', IMAGES),
    (r'.*LSTM.*|.*GRU.*|.*RNN.*|.*Attention|Bidirectional|TimeDistributed|'
     r'ReversibleEmbedding', SEQUENCES),
    (r'.*Spectrogram|STFT.*|stft', 'sound is not read'),
    (r'IntegerLookup|StringLookup|TextVectorization|HashedCrossing',
     'not yet: text'),
    (r'Normalization', '`standardize` of the data, or batch_normalization'),
    (r'InputLayer', '`[model] input_shape`'),
    (r'Lambda|FlaxLayer|JaxLayer|TFSMLayer|TorchModuleWrapper',
     'a plugin of one\'s own: docs/write-a-layer.md'),
    (r'ActivityRegularization',
     'not yet: a layer adds nothing to the loss in ABI 1.0'),
    (r'SpectralNormalization',
     '`<weight>_parametrization = spectral_normalization`'),
    (r'Mean|Sum|MeanMetricWrapper', 'a mean is made of any loss or metric'),
    (r'Accuracy', 'Keras\' counts equal numbers; ours goes by the shapes'),
    (r'LossScaleOptimizer', 'weights are float32, which needs no scaling'),
    (r'MultiOptimizer', '`<layer> learning_rate_multiplier`, and phases'),
]


def snake(name):
    """BatchNormalization: batch_normalization."""
    name = re.sub(r'(.)([A-Z][a-z]+)', r'\1_\2', name)
    return re.sub(r'([a-z])([A-Z])', r'\1_\2', name).lower()


def names_of(path):
    """Keras' names of a list: functions of activations, classes of others."""
    module = keras
    for part in path.split('.'):
        module = getattr(module, part)
    wanted = (inspect.isfunction if path == 'activations' else inspect.isclass)
    return [name for name in dir(module) if name not in NO_THINGS
            and name[0] != '_' and wanted(getattr(module, name))
            and (path == 'activations' or name[0].isupper())]


def alias_of(name):
    for short, full in ALIASES.items():
        if re.fullmatch(rf'{short}\d?D?(Transpose|\dDTranspose)?', name):
            return name.replace(short, full)
    return None


def find(name, kinds, ours):
    """Ours as (kind, name), or None."""
    for candidate in (OURS.get(name), name, snake(name)):
        for kind in kinds:
            if candidate is not None and (kind, candidate) in ours:
                return kind, candidate
    return None


def cell_of(path, kinds, name, ours):
    found = find(name, kinds, ours)
    if found:
        kind, own = found
        more = {'activation': ', an activation', 'layer': ', a layer',
                'loss': ', a loss: it serves as a metric, too'}
        more = '' if kind == kinds[0] else more[kind]
        return f'[`{own}`](plugins.md#{own}){more}'
    if alias_of(name):
        return f'{alias_of(name)}, of which it is another name'
    for pattern, why in REASONS:
        if re.fullmatch(pattern, name):
            return why
    sys.exit(f'{path}.{name} is not ours, and there is no reason why')


def page(dnnrun):
    env = {**os.environ, 'DNN_PLUGIN_PATH': '', 'XDG_DATA_HOME': '/nowhere'}
    result = subprocess.run([dnnrun, 'inspect', '--json'], check=True, env=env,
                            stdout=subprocess.PIPE, text=True)
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    ours = {(row['kind'], row['name']) for row in rows}
    text = HEAD.format(version=keras.__version__)
    for path, kinds, heading in LISTS:
        names = names_of(path)
        cells = [cell_of(path, kinds, name, ours) for name in names]
        seen = {find(name, kinds, ours) for name in names}
        text += f'## {heading}\n\n| `keras.{path}` | dnnrun |\n|---|---|\n'
        text += ''.join(f'| {name} | {cell} |\n'
                        for name, cell in zip(names, cells))
        more = sorted(name for kind, name in ours
                      if kinds and kind == kinds[0]
                      and (kind, name) not in seen)
        if more:
            text += '\nOurs alone: ' + ', '.join(f'`{n}`' for n in more) + '.\n'
        text += '\n'
    return text.rstrip('\n') + '\n'


def main():
    text = page(sys.argv[1])
    if '--check' not in sys.argv[2:]:
        PAGE.write_text(text, encoding='utf-8')
    elif PAGE.read_text(encoding='utf-8') != text:
        sys.exit(f'{PAGE} is stale: run {sys.argv[0]} {sys.argv[1]}')


if __name__ == '__main__':
    main()
