#!/usr/bin/env python3
"""test-check-style - each rule finds what is planted for it, and nothing else"""
import importlib.util
import pathlib
import re
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent


def load(name):
    spec = importlib.util.spec_from_file_location(
        name.replace('-', '_'), HERE / f'{name}.py')
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


style = load('check-style')
HEAD = '/* dnn-x.c - an example */\n'
PLUGIN = '/* x - an example */\n'


def function(lines, parameters='void'):
    return ('static int\nf (' + parameters + ')\n{\n'
            + '  g ();\n' * lines + '}\n')


PLANTED = [
    # rule, file, text, piece of the sentence
    ('line', 'core/text/dnn-x.c', HEAD + '/* ' + 'é' * 78 + ' */\n', '84 characters'),
    ('space', 'core/text/dnn-x.c', HEAD + 'int x; \n', 'white space'),
    ('tab', 'core/text/dnn-x.c', HEAD + '\tint x;\n', 'a tab'),
    ('newline', 'core/text/dnn-x.c', HEAD + 'int x;', 'no newline'),
    ('todo', 'core/text/dnn-x.c', HEAD + '/* TODO: later */\n', 'TODO'),
    ('fixme', 'core/text/dnn-x.c', HEAD + '/* FIXME */\n', 'FIXME'),
    ('xxx', 'core/text/dnn-x.c', HEAD + '/* XXX */\n', 'XXX'),
    ('what', 'core/text/dnn-x.c', HEAD + '/* What it is. */\n',
     'subject first'),
    ('what-numbered', 'examples/x.c', PLUGIN + '/* 1. What it is. */\n',
     'begins with "What"'),
    ('what-beside', 'tests/x.c', PLUGIN + 'int x; // What is left.\n',
     'begins with "What"'),
    ('whether', 'core/text/dnn-x.c', HEAD + '/* Whether it is so. */\n',
     'subject first'),
    ('who', 'core/text/dnn-x.h', '/* dnn-x.h - h */\nint x; /* Who waits. */\n',
     'subject first'),
    ('if-0', 'core/text/dnn-x.c', HEAD + '#if 0\n#endif\n', '#if 0'),
    ('head', 'core/text/dnn-x.c', '#include <glib.h>\n', 'must open with'),
    ('head-name', 'core/text/dnn-x.c', '/* dnn-y.c - other */\n', 'must open with'),
    ('head-plugin', 'plugins/layers/x.c', '/* y - other */\n', 'open with'),
    ('long-core', 'core/text/dnn-x.c', HEAD + '\n' * 500, '501 lines'),
    ('long-plugin', 'plugins/layers/x.c', PLUGIN + '\n' * 250, '251 lines'),
    ('long-sam', 'plugins/optimizers/sam.c',
     '/* sam - an example */\n' + '\n' * 60, '61 lines, and 60 are the most'),
    ('long-rows', 'plugins/layers/x.c', PLUGIN + 'static const DnnForeign '
     'foreign[] = {\n' + '\n' * 250 + '};\n', '253 lines'),
    ('long-header', 'core/text/dnn-x.h', '/* dnn-x.h - h */\n' + '\n' * 150,
     '151 lines'),
    ('function', 'core/text/dnn-x.c', HEAD + function(59), 'function of 61 lines'),
    ('parameters', 'core/text/dnn-x.c',
     HEAD + function(1, 'int a, int b, int c, int d,\n   int e, int f, int g,'
                     ' int h'), '8 parameters'),
    ('plugin-glib', 'plugins/layers/x.c', PLUGIN + '#include <glib.h>\n',
     'a plugin includes'),
    ('plugin-core', 'plugins/layers/x.c', PLUGIN + '#include "dnn-blas.h"\n',
     'a plugin includes'),
    ('plugin-part', 'plugins/layers/x.c', PLUGIN + '#include <dnn/abi/host.h>\n',
     'a plugin includes'),
    ('plugin-stdio', 'plugins/layers/x.c', PLUGIN + '#include <stdio.h>\n',
     'a plugin includes'),
    ('cblas', 'core/text/dnn-x.c', HEAD + '#include <cblas.h>\n', 'gemm-openblas.c'),
    ('cblas-tool', 'tools/dnn-x.c', HEAD + '#include <cblas.h>\n',
     'gemm-openblas.c'),
    ('stdio', 'core/text/dnn-x.c', HEAD + '#include <stdio.h>\n', 'print'),
    ('abi-glib', 'include/dnn/x.h', '/* x.h - h */\n#include <glib.h>\n',
     'the ABI needs'),
    ('goto', 'tests/text/x.c', PLUGIN + 'int\nf (void)\n{\n  goto out;\n}\n',
     'goto'),
]
PLANTED += [
    (f'call-{name}', 'core/text/dnn-x.c',
     HEAD + f'int\nf (void)\n{{\n  {name} (x);\n}}\n', f'"{name}"')
    for name in ('printf', 'fprintf', 'g_print', 'exit', 'abort', 'strcpy',
                 'sprintf', 'system', 'g_warning')]

ALLOWED = [
    ('core/text/dnn-x.c', HEAD + '/* ' + 'é' * 74 + ' */\n'),
    ('core/text/dnn-x.c', HEAD + '/* exit (1), goto out; */\n'),
    ('tools/dnn-x.c', HEAD + '/* Whatever comes.  Whole numbers. */\n'),
    ('tools/dnn-x.c', HEAD + '/* True if it says what it is. */\n'),
    ('core/text/dnn-x.c', HEAD + 'int\nf (void)\n{\n  g ("printf (x)");\n}\n'),
    ('core/text/dnn-x.c', HEAD + 'int\nf (void)\n{\n  g_strdup_printf (x);\n}\n'),
    ('core/text/dnn-x.c', HEAD + function(58)),
    ('core/text/dnn-x.c', HEAD + function(3) * 20),
    ('core/text/dnn-x.c',
     HEAD + function(1, 'int a, void (*b) (int, int, int, int, int, int),\n'
                     '   int c')),
    ('core/compute/gemm-openblas.c', '/* gemm-openblas.c - x */\n#include <cblas.h>\n'),
    ('tools/dnn-x.c', HEAD + '#include <stdio.h>\n'),
    ('plugins/layers/x.c', PLUGIN + '#include <dnn/plugin.h>\n'
                                    '#include <math.h>\n'),
]


class Style(unittest.TestCase):
    def test_planted(self):
        for rule, name, text, piece in PLANTED:
            with self.subTest(rule):
                faults = list(style.check(name, text))
                self.assertEqual(len(faults), 1, faults)
                self.assertIn(piece, faults[0])
                self.assertTrue(faults[0].startswith(f'{name}:'))

    def test_allowed(self):
        for name, text in ALLOWED:
            with self.subTest(text):
                self.assertEqual(list(style.check(name, text)), [])


class Names(unittest.TestCase):
    def test_names(self):
        names = load('check-names')
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for path, text in [('plugins/layers/dense.c', ''),
                               ('plugins/layers/activation.c', ''),
                               ('core/text/a.c', '/* "dense" */\nf ("dense units");'
                                            '\ng ("activation");\n'),
                               ('tools/verbs/b.c', '\nf ("x", "dense");\n')]:
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text, encoding='utf-8')
            known = names.find_names(root)
            self.assertEqual(known, {'dense', 'activation'})
            self.assertEqual(list(names.find_uses(root, known)),
                             ['tools/verbs/b.c:2: knows the plugin "dense"'])


class Symbols(unittest.TestCase):
    GOOD = ('0010 D dnn_plugin_v1', 'U expf@GLIBC_2.27\nw __cxa_finalize',
            '(NEEDED) Shared library: [libm.so.6]')
    BAD = [
        (0, '', 'exports nothing'),
        (0, '0010 D dnn_plugin_v1\n0020 T helper', 'helper'),
        (0, '0010 T foreign', 'exports foreign'),
        (1, 'U dnn_blas_gemm', 'needs dnn_blas_gemm'),
        (1, 'U cblas_sgemm', 'needs cblas_sgemm'),
        (1, 'U g_malloc', 'needs g_malloc'),
        (2, '(NEEDED) Shared library: [libglib-2.0.so.0]', 'links libglib'),
        (2, '(NEEDED) Shared library: [libdnn.so.1]', 'links libdnn.so.1'),
    ]

    def find(self, outputs):
        symbols = load('check-symbols')
        outputs = iter(outputs)
        # nm -A has the file before each line.
        symbols.run = lambda tool, *args: (
            re.sub('^(?=.)', 'x.so:', next(outputs), flags=re.M)
            if tool == 'nm' else next(outputs))
        return list(symbols.find_faults('x.so'))

    def test_symbols(self):
        self.assertEqual(self.find(self.GOOD), [])
        for which, text, piece in self.BAD:
            with self.subTest(piece):
                outputs = list(self.GOOD)
                outputs[which] = text
                faults = self.find(outputs)
                self.assertEqual(len(faults), 1, faults)
                self.assertIn(piece, faults[0])


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1], verbosity=2)
