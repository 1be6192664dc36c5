#!/usr/bin/env python3
"""freeze-abi - keeps plugin ABI 1.MINOR as it is now, for ever.

    freeze-abi.py MINOR [--into FOLDER]

Copies to tests/abi/1.MINOR/ the headers, their pins, and sources of plugins of
every kind: those that `dnnrun new` writes, called frozen.KIND, and the hard
cases.  They are compiled against these headers from then on, and tested with
every later host.  As long as a text calls the ABI a draft, the lines are listed
instead.  --into writes to FOLDER/1.MINOR instead and changes nothing
else: a trial.
"""
import argparse
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
# A released minor never changes.
FROZEN = re.compile(r'^tests/abi/1\.\d+/')
DRAFT = re.compile(r'1\.\d+-draft|is a draft|a draft')
BUILD = '''\
# Plugins made for the headers beside this file, which never change.
frozen_modules = []
foreach source : @SOURCES@
  frozen_modules += shared_module(fs.stem(source), source,
    c_args: plugin_args,
    name_prefix: '',
    include_directories: 'include',
    dependencies: m_dep,
    gnu_symbol_visibility: 'hidden',
  )
endforeach
frozen_path = meson.current_build_dir()
'''


def current_minor():
    text = (ROOT / 'include/dnn/plugin.h').read_text(encoding='utf-8')
    return int(re.search(r'#define DNN_ABI_MINOR (\d+)', text)[1])


def write_plugins(folder):
    """One of every kind, as `dnnrun new` would write it, and the hard ones."""
    for template in sorted((ROOT / 'tools/templates').glob('*.c.in')):
        kind = template.name.removesuffix('.c.in')
        text = template.read_text(encoding='utf-8')
        # A file with several plugins is named by what stands before the dot.
        name = 'frozen' if kind == 'bundle' else f'frozen.{kind}'
        text = text.replace('@NAME@', name)
        text = text.replace('@TITLE@', kind.capitalize())
        (folder / f'{name}.c').write_text(text, encoding='utf-8')
    for source in sorted((ROOT / 'tests/abi').glob('hard_*.c')):
        shutil.copy(source, folder)


def write_build(folder):
    names = sorted(path.name for path in folder.glob('*.c'))
    rows = ''.join(f"  '{name}',\n" for name in names)
    (folder / 'meson.build').write_text(
        BUILD.replace('@SOURCES@', f'[\n{rows}]'), encoding='utf-8')


def freeze(minor, parent):
    folder = parent / f'1.{minor}'
    folder.mkdir(parents=True)
    shutil.copytree(ROOT / 'include/dnn', folder / 'include/dnn')
    shutil.copy(ROOT / 'tests/abi/abi-pins.h', folder)
    write_plugins(folder)
    write_build(folder)
    return folder


def add_to_build(minor):
    """Its line in the list of tests/abi/meson.build."""
    path = ROOT / 'tests/abi/meson.build'
    text = path.read_text(encoding='utf-8')
    changed = re.sub(r'(frozen_minors = \[[^\]]*)\]', rf"\1  '1.{minor}',\n]",
                     text)
    if changed == text:
        sys.exit(f'{path} has no list frozen_minors')
    path.write_text(changed, encoding='utf-8')


def find_drafts():
    """Lines that still call it a draft."""
    for folder in ('include', 'docs', 'core', 'tests/abi', 'build-aux', '.'):
        pattern = '*' if folder == '.' else '**/*'
        for path in sorted((ROOT / folder).glob(pattern)):
            if path.suffix not in ('.h', '.c', '.md', '.py'):
                continue
            if (path == pathlib.Path(__file__).resolve()
                    or FROZEN.search(str(path.relative_to(ROOT)))):
                continue
            text = path.read_text(encoding='utf-8')
            for number, line in enumerate(text.splitlines(), 1):
                if DRAFT.search(line):
                    yield f'{path.relative_to(ROOT)}:{number}: {line.strip()}'


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('minor', type=int)
    parser.add_argument('--into', type=pathlib.Path)
    args = parser.parse_args()
    parent = args.into or ROOT / 'tests/abi'
    if args.minor != current_minor():
        sys.exit(f'include/dnn/plugin.h is of minor {current_minor()}, not '
                 f'{args.minor}')
    if (parent / f'1.{args.minor}').exists():
        sys.exit(f'{parent / f"1.{args.minor}"} is there already; a frozen '
                 'minor never changes')
    drafts = list(find_drafts())
    if args.into is None and drafts:
        sys.exit('say anew what still calls it a draft:\n' + '\n'.join(drafts))
    subprocess.run([sys.executable, ROOT / 'build-aux/abi-pins.py', '--check'],
                   check=True)
    print(freeze(args.minor, parent))
    if args.into is None:
        add_to_build(args.minor)
    return 0


if __name__ == '__main__':
    sys.exit(main())
