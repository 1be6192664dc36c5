#!/usr/bin/env python3
"""test-inspect - dnnrun inspect and dnnrun plugins as their users see them.

    test-inspect.py DNNRUN LIBRARY PLUGINS INCLUDE CC

Prints TAP.
"""
import importlib.util
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
spec = importlib.util.spec_from_file_location(
    'dnnrun_test', pathlib.Path(__file__).with_name('test-dnnrun.py'))
t = importlib.util.module_from_spec(spec)
spec.loader.exec_module(t)

KINDS = ['layer', 'activation', 'initializer', 'optimizer', 'loss', 'metric',
         'schedule', 'regularizer', 'constraint', 'parametrization',
         'callback', 'decoder']


# --- plugins ----------------------------------------------------------------

def build_plugin(path, source):
    """A shared object that nobody else can write."""
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix('.c').write_text(source)
    subprocess.run([t.CC, '-shared', '-fPIC', f'-I{t.INCLUDE}',
                    path.with_suffix('.c'), '-o', path], check=True)
    path.chmod(0o755)


def test_problems():
    atload = '__attribute__ ((constructor)) static void f (void) '
    build_plugin('bad/layers/crashes.so', atload + '{ __builtin_trap (); }')
    build_plugin('bad/layers/quits.so',
                 'void _exit (int);' + atload + '{ _exit (0); }')
    build_plugin('bad/layers/acme.soft.so', t.own_plugin())
    build_plugin('bad/acme.soft.so', t.own_plugin())
    build_plugin('also/acme.soft.so', t.own_plugin())
    found = {o['path']: o for o in t.parse_lines(
        'plugins of bad folders',
        t.run('plugins', '--json', '--plugin-path', 'bad:also'))}
    for path, piece in [
            ('bad/layers/crashes.so', 'it crashes when it is loaded'),
            ('bad/layers/quits.so', 'which ends the program'),
            ('bad/layers/acme.soft.so', 'its folder is for kind layer')]:
        t.check(f'{path}: its reason, and what to do',
                piece in (found[path]['problem'] or '')
                and found[path]['advice'], found[path])
    t.check('of two loose files the second is shadowed',
            not found['bad/acme.soft.so']['shadowed']
            and found['also/acme.soft.so']['shadowed']
            and found['also/acme.soft.so']['kind'] == 'activation', found)
    result = t.run('plugins', '--problems', '--plugin-path', 'bad')
    t.check('--problems has what to do about each',
            result.stdout.count('  to do:   ') == 3
            and 'move it to activations/' in result.stdout, t.show(result))
    t.bad('a loose plugin is among those that could be meant', 1,
          "did you mean 'acme.soft'?", args=[
              'train', '--layers', 'acme.softt', '--data', 'data.dnn', '--out',
              'own', '--quiet', '--plugin-path', 'also'])


# --- inspect ----------------------------------------------------------------

def test_text():
    result = t.run('inspect', 'layer/dense')
    t.good('inspect layer/dense', result)
    for piece in ['layer/dense\n  every output sees every input',
                  r'  Title +Dense\n', r'  Reference +https://',
                  r'  Version +1\.0, needs plugin ABI 1\.0\n',
                  r'  File +\S+layers/dense\.so\n',
                  r'  units +number of outputs\n +whole number \[outputs\], '
                  r'1 to 16777216; must be given\n',
                  r'  use_bias .*\n +true or false; default true\n',
                  r'  Written +dense\(units=3\)\n  Input +\(5, 4\)\n'
                  r'  Output +\(5, 3\)\n  Weights +kernel \(4, 3\), '
                  r'glorot_uniform, fan in 4, fan out 3\n +bias \(3,\), zeros',
                  r'\nKeys of every layer\n  activation ',
                  r'  \*_initializer ']:
        t.check(f'it has {piece!r}', re.search(piece, result.stdout),
                t.show(result))
    wide = [line for name in ('dense', 'adamw', 'he_normal', 'prelu')
            for line in t.run('inspect', name).stdout.splitlines()
            if len(line) > 80 and not re.match(r'  (File|Shadows) ', line)]
    t.check('no line is wider than 80 characters', wide == [], wide)


def test_kinds():
    result = t.run('inspect', 'he_normal')
    t.check('a base is named with what is set of it, and its parameters have '
            'these defaults', re.search(
                r'  Is +variance_scaling with scale=2 mode=fan_in\s',
                result.stdout)
            and '; default 2\n' in result.stdout, t.show(result))
    result = t.run('inspect', 'adam')
    t.check('of an optimizer, slots, schedulable parameters and keys',
            re.search(r'  Slots +gradient_mean \(4, 3\), from 0\n',
                      result.stdout)
            and '; may be scheduled' in result.stdout
            and '\nKeys of every optimizer\n  clipvalue ' in result.stdout,
            t.show(result))
    result = t.run('inspect', 'sparse_categorical_crossentropy')
    t.check('of a loss, which labels it takes and which logits',
            re.search(r'  y_true +\(5, 1\), whole numbers 0 to 3\n',
                      result.stdout)
            and re.search(r'  Logits +.*softmax\n', result.stdout),
            t.show(result))
    result = t.run('inspect', 'mean_squared_error')
    t.good('a name of two kinds', result)
    t.check('both are shown', re.findall(
        r'^(\w+)/mean_squared_error$', result.stdout, re.M)
        == ['loss', 'metric'], t.show(result))
    result = t.run('inspect', 'metric/mean_squared_error')
    t.check('and one where its kind is said', re.findall(
        r'^(\w+)/mean_squared_error$', result.stdout, re.M) == ['metric'],
        t.show(result))


def test_unknown():
    t.bad('an unknown name', 1, "there is no plugin 'desne'",
          "did you mean 'dense'", args=['inspect', 'desne'])
    t.bad('one of another kind', 1, "no activation plugin 'dense'",
          args=['inspect', 'activation/dense'])
    t.bad('an unknown kind', 1, "no kind of plugin 'layr'",
          "did you mean 'layer'", args=['inspect', 'layr/dense'])
    t.bad('two names', 2, 'usage', args=['inspect', 'dense', 'add'])


def test_json():
    one, = t.parse_lines('inspect --json', t.run('inspect', '--json', 'dense'))
    units = one['parameters'][0]
    t.check('--json has the same', one['kind'] == 'layer'
            and one['path'].endswith('layers/dense.so')
            and units['name'] == 'units' and units['required']
            and units['default'] is None and units['max'] == 1 << 24
            and one['inputs'] == [[5, 4]] and one['outputs'] == [[5, 3]]
            and one['weights'][0] == {
                'name': 'kernel', 'shape': [4, 3], 'dtype': 'float32',
                'initializer': 'glorot_uniform', 'fan_in': 4, 'fan_out': 3}
            and 'trainable' in [key['name'] for key in one['keys']], one)
    one, = t.parse_lines('a bound of 1e30', t.run('inspect', '--json',
                                                  'rescaling'))
    t.check('is a number of JSON', one['parameters'][0]['max'] == 1e30, one)


def test_all():
    built = {(path.parent.name, path.stem)
             for path in pathlib.Path(t.PLUGINS).glob('*/*.so')}
    result = t.run('inspect')
    t.good('inspect alone', result)
    t.check('every kind has a heading', re.findall(
        r'^(\w+)$', result.stdout, re.M) == KINDS, t.show(result))
    t.check('every plugin has a row', len(re.findall(
        r'^  [a-z]', result.stdout, re.M)) == len(built), t.show(result))
    build_plugin('bad/layers/crashes.so', '__attribute__ ((constructor)) '
                 'static void f (void) { __builtin_trap (); }')
    # This one loads, and crashes when it is built.
    source = pathlib.Path(t.INCLUDE).parent / 'plugins/layers/flatten.c'
    build_plugin('bad/layers/acme.late.so', source.read_text().replace(
        '"flatten"', '"acme.late"').replace(
        '  (void) self;\n', '  (void) self;\n  __builtin_trap ();\n', 1))
    objects = {o['name']: o for o in t.parse_lines(
        'inspect --json alone', t.run('inspect', '--json', '--plugin-path',
                                      'bad'))}
    t.check('every plugin is an object', len(objects) >= len(
        {name for _, name in built}), sorted(objects))
    t.check('one that crashes when it is loaded or built is an object too',
            'crashes' in objects['crashes']['problem']
            and 'crashes' in objects['acme.late']['problem'], [
                objects['crashes'], objects['acme.late']])


def test_shadows():
    os.makedirs('first/layers')
    shutil.copy(pathlib.Path(t.PLUGINS) / 'layers/dense.so', 'first/layers')
    result = t.run('inspect', 'dense', '--plugin-path', 'first')
    t.check('the file that is used, and the one it shadows', re.search(
        r'  File +first/layers/dense\.so\n  Shadows +\S+layers/dense\.so\n',
        result.stdout), t.show(result))


# --- missing plugins --------------------------------------------------------

def test_missing():
    build_plugin('also/acme.soft.so', t.own_plugin())
    model = 'gone/model.safetensors'
    t.good('a model with a plugin that will be missing', t.run(
        'train', '--layers', 'dense units=6 ! acme.soft ! dense units=3 ! '
        'softmax', '--data', 'data.dnn', '--epochs', '1', '--out', 'gone',
        '--quiet', '--plugin-path', 'also'))
    result = t.run('summary', model)
    t.good('it is summarized without', result)
    t.check('what is missing is marked, and the file\'s weights are counted',
            re.search(r'│ soft \(acme\.soft\) MISSING +│ \? ', result.stdout)
            and re.search(r'│ dense_1 \(Dense\) +│ \? +│ +21 │', result.stdout)
            and "Missing: layer or activation 'acme.soft' of 'soft' (searched"
            in result.stdout, t.show(result))
    one, = t.parse_lines('in JSON', t.run('summary', '--json', model))
    t.check('too', [(layer['output_shape'], layer['missing'])
                    for layer in one['layers'][:2]] == [
                        ([6], None), (None, "layer or activation 'acme.soft'")],
            one)
    for args in (['evaluate', model, '--data', 'data.dnn'],
                 ['predict', model, '--inputs', 'tx.npy', '--out', 'p.npy'],
                 ['train', '--layers', 'dense units=3 ! acme.soft', '--data',
                  'data.dnn', '--out', 'none', '--quiet']):
        t.bad(f'{args[0]} says what to install', 1,
              "there is no layer or activation plugin 'acme.soft'",
              'install it as layers/acme.soft.so or activations/acme.soft.so '
              '(searched: ', t.PLUGINS, args=args)


TESTS = [test_problems, test_text, test_kinds, test_unknown, test_json,
         test_all, test_shadows, test_missing]


def main():
    folder = tempfile.mkdtemp(prefix='dnn-test-')
    try:
        os.chdir(folder)
        t.write_data()
        for test in TESTS:
            print(f'# {test.__name__}')
            test()
    finally:
        os.chdir('/')
        shutil.rmtree(folder)
    return t.finish()


if __name__ == '__main__':
    sys.exit(main())
