#!/usr/bin/env python3
"""test-new - dnnrun new: for every kind a project that compiles, passes and
trains as it was written.

    test-new.py DNNRUN LIBRARY PLUGINS INCLUDE CC

Here one line of the compiler builds them; build-aux/ci.sh does it with meson
and nothing but an install.  Prints TAP.
"""
import csv
import importlib.util
import json
import pathlib
import re
import shlex
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True


def load(name, path):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
t = load('dnnrun_test', HERE / 'test-dnnrun.py')
style = load('check_style', ROOT / 'build-aux/check-style.py')
symbols = load('check_symbols', ROOT / 'build-aux/check-symbols.py')

FILES = {'meson.build', 'train.dnn', 'README.md', '.gitignore', 'inputs.npy',
         'targets.npy'}
STRICT = ['-std=c11', '-Wall', '-Wextra', '-Werror', '-pedantic', '-O2',
          '-shared', '-fPIC', '-fvisibility=hidden', '-I', t.INCLUDE]


def compile_plugin(folder, name):
    """build/NAME.so, by the compiler alone."""
    plugin = folder / 'build' / f'{name}.so'
    plugin.parent.mkdir(mode=0o755)
    return plugin, subprocess.run(
        [*shlex.split(t.CC), *STRICT, '-o', plugin, folder / f'{name}.c',
         '-lm'], capture_output=True, text=True)


def last_loss(history):
    with open(history, newline='') as file:
        rows = list(csv.DictReader(file))
    return float(rows[0]['val_loss']), float(rows[-1]['val_loss'])


def check_source(name, path):
    text = path.read_text(encoding='utf-8')
    faults = list(style.check(f'examples/{name}.c', text))
    if shutil.which('clang-format'):
        shutil.copy(ROOT / '.clang-format', '.')
        faults += style.check_format(pathlib.Path.cwd(), [path])
    t.check(f'{name}: the source is in the house style', not faults,
            '\n'.join(faults))
    t.check(f'{name}: no word of a template is left over', all(
        '@' not in file.read_text(encoding='utf-8')
        for file in path.parent.iterdir()
        if file.is_file() and file.suffix != '.npy'))


def check_cpp(name, path):
    """Ops and descriptors compile as C++20, where members are named in order
    or not at all."""
    text = path.read_text(encoding='utf-8')
    tables = '\n'.join(block[0] for block in re.finditer(
        r'^(?:static )?const Dnn(?:\w+Ops|Plugin)\b.*?;$', text, re.M | re.S))
    functions = set(re.findall(r'^(\w+) \(', text, re.M))
    tables = re.sub(r'= (\w+),', lambda m: '= nullptr,'
                    if m[1] in functions else m[0], tables)
    structs = set(re.findall(r'sizeof \((\w+)\)', tables))
    rows = set(re.findall(r'\.params = (\w+),', tables))
    source = path.with_suffix('.cc')
    source.write_text(
        '#include <dnn/plugin.h>\nenum { N_SLOTS = 1 };\n'
        + ''.join(f'struct {s} {{}};\n' for s in sorted(structs))
        + ''.join(f'static const DnnParam {r}[1] = {{}};\n'
                  for r in sorted(rows)) + tables, encoding='utf-8')
    result = subprocess.run(
        ['c++', '-std=c++20', '-pedantic-errors', '-Wall', '-Werror',
         '-fsyntax-only', '-I', t.INCLUDE, source],
        capture_output=True, text=True)
    source.unlink()
    t.check(f'{name}: its {tables.count(".magic = DNN_MAGIC")} descriptors are '
            'C++20', result.returncode == 0 and '.magic = DNN_MAGIC' in tables,
            t.show(result))


def build_and_check(name, folder):
    """True if NAME.c of the folder compiles; its plugin is checked then."""
    plugin, result = compile_plugin(folder, name)
    if not t.check(f'{name}: compiles without a warning',
                   result.returncode == 0, t.show(result)):
        return False
    faults = list(symbols.find_faults(plugin))
    t.check(f'{name}: one symbol, libc and libm', not faults,
            '\n'.join(faults))
    result = t.run('check', '--tap', str(plugin))
    lines = [line for line in result.stdout.splitlines() if line[0] != '#']
    t.check(f'{name}: passes dnnrun check, in lines of one plan',
            result.returncode == 0 and lines[-1] == f'1..{len(lines) - 1}'
            and all(line.startswith(f'ok {i} - ')
                    for i, line in enumerate(lines[:-1], 1)), t.show(result))
    return True


# Kinds that no experiment names yet, or of which there is none of ours.
IDLE = {'callback', 'decoder', 'communicator'}


def check_kind(kind):
    name = 'bundled' if kind == 'bundle' else f'acme.my_{kind}'
    folder = pathlib.Path(name).absolute()
    result = t.run('new', kind, name)
    t.good(f'new {kind}', result)
    t.check(f'{name}: every file, each told', all(
        (folder / file).is_file() and f'{name}/{file}\n' in result.stdout
        for file in ({'meson.build', 'README.md', '.gitignore'}
                     if kind in IDLE else FILES) | {f'{name}.c'}),
        t.show(result))
    check_source(name, folder / f'{name}.c')
    check_cpp(name, folder / f'{name}.c')
    if not build_and_check(name, folder) or kind in IDLE:
        return
    result = subprocess.run(
        [t.DNNRUN, 'train', 'train.dnn', '--plugin-path', 'build', '--quiet',
         '--threads', '1'], cwd=folder, capture_output=True, text=True)
    t.good(f'{name}: trains unmodified', result)
    if result.returncode == 0:
        first, last = last_loss(folder / 'runs/train/history.csv')
        t.check(f'{name}: and learns', last < 0.75 * first, (first, last))


def test_kinds():
    """The kinds that are listed, so that one without a template is found."""
    result = t.run('inspect')
    kinds = re.findall(r'^(\w+)$', result.stdout, re.M)
    t.check('the kinds are listed', len(kinds) >= 7, t.show(result))
    for kind in sorted({*kinds, *IDLE, 'bundle'}):
        check_kind(kind)


# --- the folder and what is printed -----------------------------------------

def test_folder():
    result = t.run('new', 'layer', 'acme.gated_linear-unit', 'deep/er')
    t.good('new in a folder of another name', result)
    source = pathlib.Path('deep/er/acme.gated_linear-unit.c').read_text()
    t.check('the title is the name in capitals, without the prefix',
            '.title = "GatedLinearUnit",' in source, source)
    t.check('what to do next', 'next:\n    cd deep/er\n' in result.stdout,
            t.show(result))
    result = t.run('new', 'loss', 'acme.x', "with 'blank", '--json')
    t.good('new --json', result)
    t.check('--json: kind, name, folder, files',
            json.loads(result.stdout) == {
                'kind': 'loss', 'name': 'acme.x', 'folder': "with 'blank",
                'files': ['acme.x.c', 'meson.build', 'train.dnn', 'README.md',
                          '.gitignore', 'inputs.npy', 'targets.npy']},
            result.stdout)
    result = t.run('new', 'metric', 'acme.y', '--quiet')
    t.check('--quiet says nothing', result.stdout == '' == result.stderr,
            t.show(result))


def test_refusals():
    pathlib.Path('taken').mkdir()
    pathlib.Path('file').write_text('mine')
    for name in ['taken', 'file']:
        t.bad(f'{name} is there already', 2, f"'{name}' is there already",
              args=['new', 'layer', 'acme.a', name])
    t.check('and stays as it was', pathlib.Path('file').read_text() == 'mine'
            and not list(pathlib.Path('taken').iterdir()))
    t.bad('no kind', 2, "there is no kind 'layr'; did you mean 'layer'?",
          args=['new', 'layr', 'acme.a'])
    for name in ['', 'Acme.swish', 'acme.', 'a..b', '../x', 'a b', '1st',
                 'acme/swish', 'ä', 'acme.' + 'x' * 200]:
        t.bad(f'no name: "{name[:12]}"', 2, 'a plugin is named by', f"'{name}'",
              args=['new', 'layer', name])
    t.bad('a name of ours', 2, "'acme.dense'", args=['new', 'layer', 'dense'])
    t.bad('a bundle with a dot', 2, "named by the prefix", "'acme.all'",
          args=['new', 'bundle', 'acme.all'])
    t.bad('no kind and name', 2, 'usage: dnnrun new', args=['new', 'layer'])
    t.bad('a folder that cannot be made', 4, 'file/below',
          args=['new', 'layer', 'acme.a', 'file/below'])
    t.check('none of them left a folder', not pathlib.Path('acme.a').exists())


# --- the examples -----------------------------------------------------------

def build_examples(name):
    """All plugins of a folder of examples, in one."""
    together = pathlib.Path(f'all-of-{name}').absolute()
    together.mkdir(mode=0o755)
    for source in sorted((ROOT / 'examples' / name).glob('*.c')):
        folder = pathlib.Path(name, source.stem).absolute()
        folder.mkdir(parents=True)
        shutil.copy(source, folder)
        if build_and_check(source.stem, folder):
            shutil.copy(folder / f'build/{source.stem}.so', together)
    listed = set(re.findall(r"^  '(acme[\w.]*)': '", (
        ROOT / 'examples' / name / 'meson.build').read_text(), re.M))
    t.check(f'examples/{name}: all are in its meson.build',
            listed == {path.stem for path in together.glob('*.so')}, listed)
    return together


# Words 1 to 8, and 0 behind the last; three classes.
USES = {
    'masks and weights': (
        'embedding input_dim=9 output_dim=8 mask_zero=true '
        'embeddings_initializer=random_normal(stddev=1) '
        '! acme.gradient_reversal lambda=0 ! acme.masked_average '
        '! dense units=16 kernel_parametrization=acme.weight_norm '
        'activation=tanh ! dense units=3 kernel_parametrization=acme.int8 '
        'activation=softmax', 'sparse_categorical_crossentropy'),
    'sequences': (
        'embedding input_dim=9 output_dim=8 ! acme.attention heads=2 '
        '! acme.lstm units=8 return_sequences=true '
        '! acme.lstm units=8 go_backwards=true '
        '! dense units=3 activation=softmax',
        'sparse_categorical_crossentropy'),
    'terms of the loss': (
        'embedding input_dim=9 output_dim=4 name=words ! flatten '
        '! dense units=8 ! acme.vae_sample weight=0.01 '
        '! acme.moe units=16 experts=3 activation=tanh ! dense units=3 activation=softmax',
        'sparse_categorical_crossentropy'),
    'pairs': ('embedding input_dim=9 output_dim=8 ! flatten ! dense units=4',
              'acme.triplet'),
}
# A label and a number of each row, cut out of one file of targets.
TWO_HEADS = """[data]
inputs = words.npy
targets = both.npy
[layer columns]
type = reshape
target_shape = 2,1
input = target
[layer label]
type = cropping1d
cropping = 0,1
[layer value]
type = cropping1d
cropping = 1,0
input = columns
[layer words]
type = embedding
input_dim = 9
output_dim = 8
input = input
[layer body]
type = flatten
[layer number]
type = dense
units = 1
[layer class]
type = dense
units = 3
input = body
[layer cost]
type = acme.two_heads
input = class, label, number, value
[train]
loss = none
epochs = 40
batch_size = 20
[optimizer]
type = adam
learning_rate = 0.02
"""
EXPERIMENT = """[data]
inputs = words.npy
targets = classes.npy
[model]
layers = {}
[train]
loss = {}
epochs = 40
batch_size = 20
[optimizer]
type = adam
learning_rate = 0.02
"""


def test_examples():
    build_examples('third-party')
    plugins = build_examples('plugins')
    rows = [[1 + (i * 5 + s) % 8 if s < 2 + i % 4 else 0 for s in range(5)]
            for i in range(60)]
    t.write_npy('words.npy', [w for row in rows for w in row], (60, 5))
    t.write_npy('classes.npy', [row[0] % 3 for row in rows], (60,))
    t.write_npy('both.npy', [v for row in rows for v in
                             (row[0] % 3, row[1] / 8)], (60, 2))
    uses = {name: EXPERIMENT.format(*use) for name, use in USES.items()}
    for name, text in {**uses, 'two heads': TWO_HEADS}.items():
        pathlib.Path('use.dnn').write_text(text)
        result = t.run('train', 'use.dnn', '--plugin-path', str(plugins),
                       '--quiet', '--overwrite')
        if t.good(f'examples/plugins: {name} train', result):
            with open('runs/use/history.csv', newline='') as file:
                losses = [float(row['loss']) for row in csv.DictReader(file)]
            t.check(f'examples/plugins: {name} learn',
                    losses[-1] < 0.8 * losses[0], losses)


TESTS = [test_kinds, test_folder, test_refusals, test_examples]

if __name__ == '__main__':
    sys.exit(t.run_tests(TESTS))
