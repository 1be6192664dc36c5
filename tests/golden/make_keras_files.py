#!/usr/bin/env python3
"""make_keras_files - the files of tests/golden/keras/, as Keras and h5py write
them, and what is in them.

    python -m venv v && v/bin/pip install keras==3.15.1 jax h5py
    v/bin/python make_keras_files.py

Every FILE has a FILE.json beside it, made by h5py: its datasets (type, shape,
numbers) and text attributes.  Numbers are small integers and eighths, so that
JSON keeps them.
"""
import io, json, os, pathlib, shutil, zipfile
os.environ['KERAS_BACKEND'] = 'jax'
import h5py, keras, numpy as np
from keras import layers as L

OUT = pathlib.Path(__file__).resolve().parent / 'keras'


def fill(model):
    """Weights that nobody drew: eighths, another for each place."""
    for i, weight in enumerate(model.weights):
        n = int(np.prod(weight.shape))
        values = (np.arange(n) * 7 + 13 * i) % 101 / 8 - 4
        weight.assign(np.abs(values).reshape(weight.shape)
                      if 'variance' in weight.path else values.reshape(weight.shape))
    return model


def sequential():
    model = keras.Sequential([
        L.Input((8, 8, 1)), L.Conv2D(4, 3, name='c'), L.BatchNormalization(),
        L.PReLU(shared_axes=[1, 2]), L.DepthwiseConv2D(3),
        L.SeparableConv2D(3, 3), L.Flatten(), L.Dense(5, name='out')])
    return model


def functional():
    """Two branches, a shared layer, a nested model, a layer of two cells."""
    ffn = keras.Sequential([L.Input((4,)), L.Dense(6, 'relu'), L.Dense(4)],
                           name='ffn')
    a, b = L.Input((5, 4), name='a'), L.Input((5, 4), name='b')
    shared = L.Dense(4, name='shared')
    x = L.Add()([shared(a), shared(b)])
    x = L.TimeDistributed(ffn)(x)
    x = L.Bidirectional(L.LSTM(3), name='bi')(x)
    return keras.Model([a, b], L.Dense(2, name='out')(x))


def trained():
    model = keras.Sequential([L.Input((3,)), L.Dense(2), L.Dense(1)])
    model.compile('adam', 'mse')
    model.fit(np.ones((4, 3)), np.ones((4, 1)), verbose=0)
    return fill(model)


def write_layers(group, tensors):
    """Lists and weights as Keras 2 wrote them, below model_weights or alone."""
    group.attrs['keras_version'] = b'2.2.4'
    group.attrs['layer_names'] = [name.encode() for name in tensors]
    for name, weights in tensors.items():
        layer = group.create_group(name)
        names = [weight.encode() for weight in weights]
        if name == 'body':
            layer.attrs['weight_names0'] = names[:2]
            layer.attrs['weight_names1'] = names[2:]
        else:
            layer.attrs['weight_names'] = names
        for i, weight in enumerate(weights):
            layer.create_dataset(weight, data=np.arange(6, dtype='<f4')
                                 .reshape(3, 2) / 8 - i)


def keras_2():
    """As Keras 2 wrote them: names end in ':0', the list of a nested model has
    its trainable weights first, a long list of names is cut."""
    config = {'class_name': 'Sequential', 'config': {'name': 's', 'layers': [
        {'class_name': 'Dense', 'config': {
            'name': 'dense_1', 'units': 2, 'batch_input_shape': [None, 3]}},
        {'class_name': 'Model', 'config': {'name': 'body', 'layers': []}}]}}
    tensors = {'dense_1': ['dense_1/kernel:0', 'dense_1/bias:0'],
               'body': ['b/gamma:0', 'a/kernel:0', 'b/moving_mean:0'],
               'dropout_1': []}
    with h5py.File(OUT / 'keras2.h5', 'w') as file:
        file.attrs['keras_version'] = b'2.2.4'
        file.attrs['model_config'] = json.dumps(config).encode()
        write_layers(file.create_group('model_weights'), tensors)
    with h5py.File(OUT / 'keras2.weights.h5', 'w') as file:
        write_layers(file, {'dense_1': tensors['dense_1']})


def types(path, **how):
    """Every type of number, shapes with no axis and no number, chunks, text as
    fixed and as variable strings."""
    with h5py.File(path, 'w', **how) as file:
        for name in ('bool int8 uint8 int16 uint16 int32 uint32 int64 uint64 '
                     'float16 float32 float64').split():
            values = np.arange(6).reshape(2, 3) % (2 if name == 'bool' else 6)
            file[f'{name[0]}/{name}'] = values.astype(name)
        file['scalar'] = np.float32(1.25)
        file['none'] = np.zeros((0, 3), 'f4')
        file.create_group('empty')
        if not how:  # newer versions index them otherwise
            file.create_dataset('chunks', data=np.arange(35, dtype='<f4')
                                .reshape(5, 7), chunks=(2, 3))
        file.attrs['fixed'] = np.array([b'one', b'three', b''])
        file.attrs['variable'] = ['é', 'of any length ' * 9, '']
        file.attrs['text'] = 'one text'
        file.attrs['bytes'] = b'one text'
        file.attrs['longer'] = 'of a heap of its own ' * 250


def compact(path):
    """A compact dataset, and a group with more than a block of attributes."""
    with h5py.File(path, 'w') as file:
        plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        plist.set_layout(h5py.h5d.COMPACT)
        space = h5py.h5s.create_simple((2, 2))
        dataset = h5py.h5d.create(file.id, b'compact', h5py.h5t.IEEE_F32LE,
                                  space, plist)
        h5py.Dataset(dataset)[:] = [[1, 2], [3, 4.5]]
        many = file.create_group('many')
        for i in range(20):
            many.create_group(f'g{i:02}').attrs['name'] = f'group {i}'
            many.attrs[f'a{i}'] = f'attribute {i}'


def refused():
    """Files with one thing each that is not read."""
    def write(name, fill, **how):
        with h5py.File(OUT / 'refused' / f'{name}.h5', 'w', **how) as file:
            fill(file)

    def link(what):
        return lambda file: file.__setitem__('link', what)

    def dataset(**how):
        return lambda file: file.create_dataset('d', **how)

    def cycle(file):
        file.create_group('a')['up'] = file['/']

    def twice(file):
        file['one'] = np.ones(2, 'f4')
        file['other'] = file['one']

    def virtual(file):
        layout = h5py.VirtualLayout((2,), 'f4')
        layout[:] = h5py.VirtualSource('other.h5', 'd', (2,))
        file.create_virtual_dataset('d', layout)

    def many_links(file):
        for i in range(9):
            file.create_group(f'g{i}')

    def many_attributes(file):
        for i in range(9):
            file.attrs[f'a{i}'] = i

    def committed(file):
        file['type'] = np.dtype('f4')

    new = {'libver': 'latest'}
    (OUT / 'refused').mkdir(exist_ok=True)
    write('soft', link(h5py.SoftLink('/d')))
    write('soft-latest', link(h5py.SoftLink('/d')), **new)
    write('external', link(h5py.ExternalLink('other.h5', '/d')))
    write('storage', dataset(shape=(2,), dtype='f4',
                             external=[('other.raw', 0, 8)]), **new)
    write('virtual', virtual, **new)
    write('gzip', dataset(data=np.ones(64, 'f4'), compression='gzip'), **new)
    write('chunks-latest', dataset(data=np.ones(64, 'f4'), chunks=(8,)), **new)
    write('nothing', dataset(shape=(1 << 30,), dtype='f4'), **new)
    write('big-endian', dataset(data=np.ones(2, '>f4')), **new)
    write('strings', dataset(data=['a', 'b']), **new)
    write('complex', dataset(data=np.ones(2, 'c8')), **new)
    write('nine-axes', dataset(data=np.ones((1,) * 9, 'f4')), **new)
    write('links', many_links, **new)
    write('attributes', many_attributes, **new)
    write('committed', committed, **new)
    write('cycle', cycle, **new)
    write('twice', twice, **new)


def texts(value):
    """A text attribute as a list, or None."""
    if isinstance(value, (str, bytes)):
        value = [value]
    if isinstance(value, np.ndarray) and value.dtype.kind in 'OSU':
        value = value.tolist()
    if not isinstance(value, list):
        return None
    return [v.decode() if isinstance(v, bytes) else v for v in value]


def describe(file):
    """The content of a file, as h5py finds it."""
    datasets, attributes, groups = {}, {}, []

    def visit(name, node):
        for key, value in node.attrs.items():
            if texts(value) is not None and len(key) < 8 or 'names' in key:
                attributes[f'{name}@{key}'] = texts(value) or []
        if isinstance(node, h5py.Dataset):
            datasets[name] = {'dtype': str(node.dtype),
                              'shape': list(node.shape),
                              'data': node[()].ravel().tolist()
                              if node.shape else [node[()].tolist()]}
        else:
            groups.append(name)

    visit('', file)
    file.visititems(visit)
    return {'groups': groups, 'attributes': attributes, 'datasets': datasets}


def pack(path):
    """The archive again, with members that are deflated."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def write_expected():
    for path in sorted(OUT.iterdir()):
        if path.suffix == '.json' or path.is_dir():
            continue
        source = path
        if path.suffix == '.keras':
            with zipfile.ZipFile(path) as archive:
                source = io.BytesIO(archive.read('model.weights.h5'))
        with h5py.File(source) as file:
            text = json.dumps(describe(file), separators=(',', ':'))
        pathlib.Path(f'{path}.json').write_text(text + '\n')


def main():
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    for make in sequential, functional:
        keras.utils.clear_session()
        fill(make()).save(OUT / f'{make.__name__}.keras')
    keras.utils.clear_session()
    keras.utils.set_random_seed(1)
    model = trained()
    model.save(OUT / 'trained.h5')
    model.save(OUT / 'packed.keras')
    model.save_weights(OUT / 'layers.weights.h5')
    pack(OUT / 'packed.keras')
    keras_2()
    types(OUT / 'types.h5')
    types(OUT / 'latest.h5', libver='latest')
    compact(OUT / 'compact.h5')
    refused()
    write_expected()


main()
