#!/usr/bin/env python3
"""test-abi-pins - what may change after a minor was frozen, and what not."""
import importlib.util
import pathlib
import sys
import unittest

sys.dont_write_bytecode = True


def load(name):
    path = pathlib.Path(__file__).with_name(f'{name}.py')
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


pins, next_abi = load('abi-pins'), load('next-abi')
FROZEN = '''\
SIZE (Fixed, 16),
AT (Fixed, a, 0),
SIZE (Growing, 16),
AT (Growing, a, 8),
VALUE (KIND, 1),
'''
HEADER = '''\
/* Those marked [grows] gain members. */

typedef enum Kind { KIND = 1 } Kind;

/* [frozen] */
typedef struct Fixed {
  int a;
} Fixed;

/* [grows] One
 * call. */
typedef struct Growing {
  struct {
    int b;
  } a;
} Growing;
'''


class Pins(unittest.TestCase):
    def breaks(self, old, new):
        return list(pins.find_breaks(FROZEN, FROZEN.replace(old, new),
                                     {'Growing'}))

    def test_same(self):
        self.assertEqual(self.breaks('', ''), [])

    def test_more(self):
        self.assertEqual(self.breaks(
            'SIZE (Growing, 16),',
            'SIZE (Growing, 24),\nAT (Growing, b, 16),'), [])

    def test_growing_shrinks(self):
        self.assertEqual(self.breaks('(Growing, 16)', '(Growing, 8)'),
                         ['SIZE (Growing) is 8, and was 16'])

    def test_fixed_grows(self):
        self.assertEqual(self.breaks('(Fixed, 16)', '(Fixed, 24)'),
                         ['SIZE (Fixed) is 24, and was 16'])

    def test_moved(self):
        self.assertEqual(self.breaks('(Growing, a, 8)', '(Growing, a, 16)'),
                         ['AT (Growing, a) is 16, and was 8'])

    def test_gone(self):
        self.assertEqual(self.breaks('AT (Growing, a, 8),\n', ''),
                         ['AT (Growing, a) is gone'])

    def test_renumbered(self):
        self.assertEqual(self.breaks('(KIND, 1)', '(KIND, 2)'),
                         ['VALUE (KIND) is 2, and was 1'])


class Growth(unittest.TestCase):
    def test_found(self):
        self.assertEqual(next_abi.find_growing(HEADER), ['Growing'])

    def test_grown(self):
        text, n = next_abi.grow(HEADER, 3)
        self.assertEqual(n, 1)
        self.assertTrue(text.endswith(
            '  } a;\n  uint64_t since_minor_3; /* ABI 1.3 */\n} Growing;\n'))

    def test_all(self):
        """Every struct of the headers is marked one way or the other."""
        for path in (pins.ROOT / 'include/dnn').rglob('*.h'):
            text = path.read_text(encoding='utf-8')
            self.assertEqual(text.count('\ntypedef struct'),
                             len(next_abi.find_growing(text))
                             + text.count('/* [frozen]'), path)


if __name__ == '__main__':
    unittest.main()
