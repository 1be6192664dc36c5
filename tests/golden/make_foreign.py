#!/usr/bin/env python3
"""make_foreign - files of ONNX and PyTorch, and what is in them.

    make_foreign.py FOLDER

Needs onnx and torch; made with onnx 1.23.2 and torch 2.15.0.  Each file with
tensors has a twin NAME.safetensors with the numbers that its own library reads
from it (bfloat16 as float32).
"""
import collections
import hashlib
import json
import pathlib
import struct
import sys

import numpy
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

DTYPES = {'float32': 'F32', 'float64': 'F64', 'float16': 'F16', 'uint8': 'U8',
          'int8': 'I8', 'uint16': 'U16', 'int16': 'I16', 'uint32': 'U32',
          'int32': 'I32', 'uint64': 'U64', 'int64': 'I64', 'bool': 'BOOL'}


def write_safetensors(path, arrays):
    """In the order of the names' data, without a library."""
    head, data = {}, b''
    for name, array in arrays.items():
        if array.dtype.name == 'bfloat16':
            array = array.astype(numpy.float32)
        block = numpy.ascontiguousarray(array).tobytes()
        head[name] = {'dtype': DTYPES[array.dtype.name],
                      'shape': list(array.shape),
                      'data_offsets': [len(data), len(data) + len(block)]}
        data += block
    text = json.dumps(head).encode()
    path.write_bytes(struct.pack('<Q', len(text)) + text + data)


# --- ONNX --------------------------------------------------------------------

TYPES = {TensorProto.FLOAT: [1.5, -0.0, 3e38], TensorProto.UINT8: [0, 7, 255],
         TensorProto.INT8: [-128, 0, 127], TensorProto.UINT16: [0, 1, 65535],
         TensorProto.INT16: [-32768, 0, 32767],
         TensorProto.INT32: [-2**31, -1, 2**31 - 1],
         TensorProto.INT64: [-2**63, 5, 2**63 - 1],
         TensorProto.BOOL: [True, False, True],
         TensorProto.FLOAT16: [0.5, -2.0, 65504.0],
         TensorProto.DOUBLE: [0.1, -1e300, 4.0],
         TensorProto.UINT32: [0, 9, 2**32 - 1],
         TensorProto.UINT64: [0, 9, 2**64 - 1],
         TensorProto.BFLOAT16: [1.0, -3.0, 0.15625]}


def make_types():
    """Each element type, its numbers as bytes and as numbers."""
    tensors = []
    for code, values in TYPES.items():
        name = TensorProto.DataType.Name(code).lower()
        typed = helper.make_tensor(name + '_typed', code, [3], values)
        array = numpy_helper.to_array(typed)
        raw = helper.make_tensor(name + '_raw', code, [3, 1], array.tobytes(),
                                 raw=True)
        tensors += [typed, raw]
    tensors += [helper.make_tensor('scalar', TensorProto.FLOAT, [], [2.5]),
                helper.make_tensor('empty', TensorProto.FLOAT, [0, 4], [])]
    return tensors


def to_arrays(tensors):
    return {t.name: numpy_helper.to_array(t) for t in tensors}


def write_types(folder):
    tensors = make_types()
    texts = helper.make_tensor('texts', TensorProto.STRING, [2],
                               [b'one', b'zwei \xc3\xa4'])
    eight = helper.make_tensor('eight_bits', TensorProto.FLOAT8E4M3FN, [2],
                               [1.0, 2.0])
    node = helper.make_node('Identity', ['float_raw'], ['y'], 'same')
    out = helper.make_tensor_value_info('y', TensorProto.FLOAT, [3, 1])
    graph = helper.make_graph([node], 'types', [], [out],
                              tensors + [texts, eight])
    save(graph, folder / 'types.onnx', ir=10, opset=21)
    write_safetensors(folder / 'types.safetensors', to_arrays(tensors))


def save(graph, path, ir, opset, functions=(), domains=(), **more):
    opsets = [helper.make_opsetid('', opset)]
    opsets += [helper.make_opsetid(name, 1) for name in domains]
    model = helper.make_model(graph, ir_version=ir, opset_imports=opsets,
                              functions=list(functions), producer_name='maker',
                              producer_version='7')
    for key, value in more.items():
        model.metadata_props.add(key=key, value=value)
    path.write_bytes(model.SerializeToString())


def make_branch(name, factor):
    """A graph that uses x of the graph around it."""
    constant = helper.make_tensor(name + '_c', TensorProto.FLOAT, [], [factor])
    node = helper.make_node('Mul', ['x', name + '_c'], [name], name)
    out = helper.make_tensor_value_info(name, TensorProto.FLOAT, None)
    return helper.make_graph([node], name, [], [out], [constant])


def write_graph(folder):
    """Attributes of each type, a subgraph, a function, names of sizes."""
    tensor = helper.make_tensor('t', TensorProto.INT64, [2], [3, 4])
    nodes = [
        helper.make_node('Gemm', ['x', 'w', ''], ['g'], 'dense', alpha=0.5,
                         transB=1),
        helper.make_node('Special', ['g'], ['s', ''], 'special',
                         domain='acme', a_float=1.25, an_int=-7, a_text='text',
                         a_tensor=tensor, floats=[1.0, 2.0], ints=[1, -2, 3],
                         texts=['a', 'bc'], zero=0),
        helper.make_node('snake', ['s'], ['n'], 'snake', domain='acme',
                         alpha=3.0),
        helper.make_node('If', ['flag'], ['y'], 'choice',
                         then_branch=make_branch('then', 2.0),
                         else_branch=make_branch('other', 3.0)),
        helper.make_node('Add', ['n', 'y'], ['z'], 'sum', domain='ai.onnx'),
    ]
    body = [helper.make_node('Elu', ['a'], ['b'])]
    reference = body[0].attribute.add()
    reference.name, reference.ref_attr_name = 'alpha', 'alpha'
    reference.type = onnx.AttributeProto.FLOAT
    snake = helper.make_function(
        'acme', 'snake', ['a'], ['b'], body, [helper.make_opsetid('', 17)],
        attributes=['alpha'])
    inputs = [helper.make_tensor_value_info('x', TensorProto.FLOAT,
                                            ['batch', 4]),
              helper.make_tensor_value_info('flag', TensorProto.BOOL, [])]
    outputs = [helper.make_tensor_value_info('z', TensorProto.FLOAT, None)]
    values = [helper.make_tensor_value_info('g', TensorProto.FLOAT,
                                            ['batch', None])]
    weight = numpy.arange(8, dtype=numpy.float32).reshape(2, 4)
    graph = helper.make_graph(nodes, 'main', inputs, outputs,
                              [numpy_helper.from_array(weight, 'w')],
                              value_info=values)
    save(graph, folder / 'graph.onnx', ir=8, opset=17, functions=[snake],
         domains=['acme'], author='somebody', licence='none')


def write_versions(folder):
    node = helper.make_node('Relu', ['x'], ['y'])
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1])
            for name in 'xy']
    graph = helper.make_graph([node], 'g', ends[:1], ends[1:])
    save(graph, folder / 'oldest.onnx', ir=3, opset=7)
    save(graph, folder / 'newest.onnx', ir=14, opset=28)


def write_external(folder):
    """Two tensors in another file, in a folder, with gaps between them."""
    arrays = {'a': numpy.arange(6, dtype=numpy.float32).reshape(2, 3),
              'b': numpy.array([-1, 2**40], numpy.int64)}
    data = b'..' + arrays['a'].tobytes() + b'...' + arrays['b'].tobytes()
    (folder / 'parts').mkdir(exist_ok=True)
    (folder / 'parts' / 'external.data').write_bytes(data)
    tensors = [numpy_helper.from_array(v, k) for k, v in arrays.items()]
    for tensor, offset, size in zip(tensors, [2, 29], [24, 16]):
        onnx.external_data_helper.set_external_data(
            tensor, 'parts/external.data', offset, size,
            hashlib.sha1(data).hexdigest())
        tensor.ClearField('raw_data')
    node = helper.make_node('Identity', ['a'], ['y'])
    out = helper.make_tensor_value_info('y', TensorProto.FLOAT, [2, 3])
    graph = helper.make_graph([node], 'external', [], [out], tensors)
    save(graph, folder / 'external.onnx', ir=8, opset=17)
    write_safetensors(folder / 'external.safetensors', arrays)


# --- PyTorch -----------------------------------------------------------------

def flatten(value, path=''):
    """{name: array} of all tensors, as dnn-torch-file.h names them."""
    if isinstance(value, torch.Tensor):
        value = value.detach()
        if value.dtype == torch.bfloat16:
            value = value.float()
        return {path: value.numpy()}
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, (list, tuple)):
        items = enumerate(value)
    else:
        return {}
    found = {}
    for key, item in items:
        found.update(flatten(item, f'{path}.{key}' if path else str(key)))
    return found


def make_checkpoint():
    base = torch.arange(24.0).reshape(2, 3, 4)
    parts = collections.OrderedDict()
    for dtype in ['float32', 'float64', 'float16', 'bfloat16', 'int64', 'int32',
                  'int16', 'int8', 'uint8', 'bool']:
        parts[dtype] = torch.tensor([0, 1, 3]).to(getattr(torch, dtype))
    return {
        'epoch': 3, 'loss': 0.25, 'best': None, 'done': True, 'big': 2**40,
        'note': 'text', 'size': torch.Size([2, 3]), 'names': ['a', 'b'],
        'dtypes': parts,
        'views': [base, base.permute(2, 0, 1), base[1], base[:, ::2, 1],
                  base[0, 0, :1].expand(5), torch.tensor(7.0),
                  torch.zeros(0, 3), base.bfloat16().transpose(0, 2)],
        'parameter': torch.nn.Parameter(torch.tensor([[1.0], [2.0]])),
        'state': {0: {'step': torch.tensor(4.0)}},
    }


def write_torch(folder):
    torch.manual_seed(1)
    network = torch.nn.Sequential(
        torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2), torch.nn.Flatten(),
        torch.nn.Linear(2, 3))
    state, checkpoint = network.state_dict(), make_checkpoint()
    torch.save(state, folder / 'state.pth')
    torch.save(state, folder / 'state-old.pth',
               _use_new_zipfile_serialization=False)
    torch.save(state, folder / 'state-protocol-4.pth', pickle_protocol=4)
    torch.save(checkpoint, folder / 'checkpoint.pth')
    torch.save(checkpoint, folder / 'checkpoint-old.pth',
               _use_new_zipfile_serialization=False)
    torch.save(network, folder / 'network.pth')
    write_safetensors(folder / 'state.safetensors', flatten(state))
    write_safetensors(folder / 'checkpoint.safetensors', flatten(checkpoint))


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(exist_ok=True)
    for write in (write_types, write_graph, write_versions, write_external,
                  write_torch):
        write(folder)


if __name__ == '__main__':
    main()
