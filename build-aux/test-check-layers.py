#!/usr/bin/env python3
"""test-check-layers - each rule finds what is planted for it, and nothing else

    test-check-layers.py CC AR NM
"""
import importlib.util
import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
CC, AR, NM = sys.argv[1:4]


def load():
    spec = importlib.util.spec_from_file_location(
        'check_layers', HERE / 'check-layers.py')
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


layers = load()
ROWS = {'low': set(), 'high': {'low'}}
GOOD = {
    'low': {'dnn-a.c': 'int dnn_a (void) { return 1; }',
            'b.c': 'int dnn_a (void); int dnn_b (void) { return dnn_a (); }'},
    'high': {'dnn-c.c': 'int dnn_b (void); int dnn_c (void) '
                        '{ return dnn_b (); }'},
}


def build(folder, sources):
    """Libraries of these sources, as the build names members."""
    libraries = []
    for layer, files in sources.items():
        objects = []
        for name, text in files.items():
            source = folder / name
            source.write_text(text)
            objects.append(folder / f'{layer}_{name}.o')
            subprocess.run([CC, '-c', source, '-o', objects[-1]], check=True)
        libraries.append(folder / f'libdnn-{layer}.a')
        subprocess.run([AR, 'csr', libraries[-1], *objects], check=True)
    return libraries


class Objects(unittest.TestCase):
    def find(self, low):
        with tempfile.TemporaryDirectory() as folder:
            libraries = build(pathlib.Path(folder),
                              {**GOOD, 'low': {**GOOD['low'], **low}})
            uses = layers.find_uses(*layers.read_symbols(NM, libraries))
        return [*layers.climbing(uses, ROWS), *layers.circles(uses)]

    def test_good(self):
        self.assertEqual(self.find({}), [])

    def test_climbs(self):
        faults = self.find({'d.c': 'int dnn_c (void); int dnn_d (void) '
                                   '{ return dnn_c (); }'})
        self.assertEqual(len(faults), 1, faults)
        self.assertIn('core/low/d.c: uses dnn_c of core/high/dnn-c.c',
                      faults[0])

    def test_climbs_to_a_variable(self):
        with tempfile.TemporaryDirectory() as folder:
            libraries = build(pathlib.Path(folder), {
                'low': {'a.c': 'extern int dnn_v; int dnn_a (void) '
                               '{ return dnn_v; }'},
                'high': {'b.c': 'int dnn_v = 1;'}})
            uses = layers.find_uses(*layers.read_symbols(NM, libraries))
        self.assertEqual(len(list(layers.climbing(uses, ROWS))), 1)

    def test_circle(self):
        faults = self.find({
            'd.c': 'int dnn_e (void); int dnn_d (void) { return dnn_e (); }',
            'e.c': 'int dnn_f (void); int dnn_e (void) { return dnn_f (); }',
            'f.c': 'int dnn_d (void); int dnn_f (void) { return dnn_d (); }'})
        self.assertEqual(len(faults), 1, faults)
        for arrow in ('d.c -> e.c', 'e.c -> f.c', 'f.c -> d.c'):
            self.assertIn(arrow, faults[0])


class Sources(unittest.TestCase):
    FILES = {
        'core/low/meson.build': "headers = files(\n  'dnn-a.h',\n)\n",
        'core/low/dnn-a.h': '', 'core/low/dnn-b.h': '',
        'core/low/dnn-a-private.h': '',
        'core/low/a.c': '#include "dnn-a-private.h"\n',
        'examples/embed/x.c': '#include <dnn-a.h>\n#include <math.h>\n',
    }

    def find(self, rule, **planted):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name, text in {**self.FILES, **planted.get('files', {})}.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text)
            return list(rule(root))

    def one(self, rule, piece, files):
        self.assertEqual(self.find(rule), [])
        faults = self.find(rule, files=files)
        self.assertEqual(len(faults), 1, faults)
        self.assertIn(piece, faults[0])

    def test_private(self):
        self.one(layers.strangers, 'tests/x.c: includes dnn-a-private.h',
                 {'tests/x.c': '#include "dnn-a-private.h"\n'})

    def test_uninstalled(self):
        self.one(layers.uninstalled, 'includes dnn-b.h',
                 {'examples/embed/y.c': '#include <dnn-b.h>\n'})

    def test_crowded(self):
        layers.LEAST_SOURCES = 0
        self.one(layers.crowded, 'has its name', {'core/high/a.c': ''})
        self.one(layers.crowded, 'stands in no folder', {'core/z.c': ''})
        self.one(layers.crowded, 'files, and 35',
                 {f'core/wide/w{i}.c': '' for i in range(36)})

    def test_wrong_place(self):
        layers.LEAST_SOURCES = 200
        faults = self.find(layers.crowded)
        self.assertEqual(len(faults), 1, faults)
        self.assertIn('looked in the wrong place', faults[0])


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1], verbosity=2)
