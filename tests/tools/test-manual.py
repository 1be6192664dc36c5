#!/usr/bin/env python3
"""test-manual - every verb and option is in the man pages and completed.

    test-manual.py DNNRUN LIBRARY PLUGINS INCLUDE CC

What there is is read from --help, not from what the pages are made of.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]
                       / 'build-aux'))
from testing import check, finish

DNNRUN = pathlib.Path(sys.argv[1]).resolve()
FOLDER = DNNRUN.parent
BASH = FOLDER / 'dnnrun.bash'


def run(*args, **more):
    return subprocess.run(list(map(str, args)), capture_output=True, text=True,
                          timeout=60, **more)


def complete(*words, folder='.'):
    """The words that bash offers for the last of these."""
    quoted = ' '.join("'" + word.replace("'", "'\\''") + "'"
                      for word in (DNNRUN, *words)
                      for word in [str(word)])
    script = (f'source {BASH}; COMP_WORDS=({quoted}); '
              'COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _dnnrun; '
              'printf "%s\\n" "${COMPREPLY[@]}"')
    result = run('bash', '-c', script, cwd=folder)
    if result.stderr:
        return {result.stderr}
    return set(result.stdout.splitlines()) - {''}


def find_verbs():
    text = run(DNNRUN, '--help').stdout.split('Verbs:')[1]
    return re.findall(r'^  ([a-z-]+) ', text, re.M)


def find_options(verb):
    text = run(DNNRUN, verb, '--help').stdout
    return re.findall(r'^  (?:-\w, )?(--[a-z-]+)', text, re.M)


def check_page(name, pieces):
    path = FOLDER / f'{name}.1'
    text = path.read_text() if path.exists() else ''
    plain = text.replace('\\-', '-')
    missing = [piece for piece in pieces
               if not re.search(re.escape(piece) + r'(?![a-z-])', plain)]
    check(f'{name}.1 names everything', text and not missing, missing)
    if shutil.which('groff'):
        result = run('groff', '-man', '-Tutf8', '-ww', '-z', path)
        check(f'{name}.1 is a page that groff takes',
              result.returncode == 0 and not result.stderr, result.stderr)


def check_verb(verb):
    options = find_options(verb)
    check(f'{verb} has options', '--help' in options and '--json' in options,
          options)
    offered = complete(verb, '--')
    check(f'{verb}: options are completed', offered == set(options),
          offered ^ set(options))
    check_page(f'dnnrun-{verb}', [o for o in options if o != '--help'])


def check_values():
    check('a test of rows is one of three',
          complete('evaluate', '--split', 't') == {'test', 'train'},
          complete('evaluate', '--split', 't'))
    check('--split=v is, too', complete('evaluate', '--split', '=', 'v') ==
          {'validation'}, complete('evaluate', '--split', '=', 'v'))
    found = complete('transfer', '--optimizer', 'ada')
    check('optimizers by name', {'adam', 'adamw'} <= found and
          all(name.startswith('ada') for name in found), found)
    found = complete('inspect', 'layer/den')
    check('plugins by kind and name', found == {'layer/dense'}, found)
    found = complete('train', '--layers', "'flatten ! dense units=3 ! leaky")
    check('the last word of a chain',
          found == {'flatten ! dense units=3 ! leaky_relu'}, found)


def check_files():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / 'sub folder').mkdir()
        for file in ('a b.dnn', 'a.safetensors', 'a.txt'):
            (folder / file).touch()
        found = complete('train', '', folder=folder)
        check('experiments and folders, blanks in their names',
              found == {'sub folder', 'a b.dnn'}, found)
        found = complete('summary', 'a', folder=folder)
        check('experiments and models', found == {'a b.dnn', 'a.safetensors'},
              found)


def main():
    # A user's shell finds plugins as the tests do.
    verbs = find_verbs()
    check('there are verbs', len(verbs) > 5, verbs)
    check('verbs are completed',
          complete('') == {*verbs, '--help', '--version'}, complete(''))
    check('a verb is completed', complete('trai') == {'train'})
    check_page('dnnrun', [*(f'dnnrun-{verb}' for verb in verbs),
                          '--version', '--plugin-path', 'DNN_PLUGIN_PATH'])
    for verb in verbs:
        check_verb(verb)
    check_values()
    check_files()
    return finish()


os.environ.pop('COMP_WORDS', None)
sys.exit(main())
