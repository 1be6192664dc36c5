#!/usr/bin/env python3
"""check-layers - the folders of core/ hold.

    check-layers.py ROOT NM LAYER=BELOW,BELOW... LIBRARY...

Of each libdnn-LAYER.a or libdnn-LAYER-PART.a, whose members are the objects of
a folder:

* an object uses names of its own folder and of those that its row has;
* no two objects of core/ use one another, nor do longer circles.

Of the sources:

* a *-private.h is included by files of its own folder only;
* examples/ and bindings/ include installed headers only;
* a file's name stands once in core/.

The compiler holds includes to the rows; it does not see a header that declares
what a higher folder defines.
"""
import pathlib
import re
import subprocess
import sys

INCLUDE = re.compile(r'^#\s*include\s+[<"]([^>"]+)[>"]', re.M)
INSTALLED = re.compile(r"^headers = files\((.*?)\)", re.M | re.S)
MEMBER = re.compile(r'^(.*)\[(.*)\.o\]: (\S+) (\w)')
# Fewer objects or files than these: it looked in the wrong place.
LEAST_OBJECTS, LEAST_SOURCES = 100, 200
MOST_FILES = 35


# --- objects -----------------------------------------------------------------

def layer_of(library):
    return pathlib.Path(library).name.removeprefix('libdnn-').split('.')[0] \
        .split('-')[0]


def read_symbols(nm, libraries):
    """{object: names it defines}, {object: names it wants}; an object is
    (folder, file)."""
    defines, wants = {}, {}
    for library in libraries:
        lines = subprocess.run([nm, '-A', '-P', library], check=True,
                               capture_output=True, text=True).stdout
        for match in map(MEMBER.match, lines.splitlines()):
            if match:
                layer = layer_of(library)
                name = pathlib.Path(match[2]).name.removeprefix(layer + '_')
                kind = wants if match[4] in 'Uvw' else defines
                kind.setdefault((layer, name), set()).add(match[3])
    return defines, wants


def find_uses(defines, wants):
    """{object: {object it uses: a name}}"""
    owner = {symbol: obj for obj, symbols in defines.items()
             for symbol in symbols if symbol.isidentifier()}
    return {obj: {owner[s]: s for s in sorted(symbols)
                  if s in owner and owner[s] != obj}
            for obj, symbols in wants.items()}


def climbing(uses, rows):
    for (layer, name), used in sorted(uses.items()):
        for (other, file), symbol in sorted(used.items()):
            if other != layer and other not in rows[layer]:
                yield (f'core/{layer}/{name}: uses {symbol} of '
                       f'core/{other}/{file}, and {layer} may not use {other}')


def components(uses):
    """Groups of objects that reach one another (Tarjan 1972)."""
    index, low, stack, groups = {}, {}, [], []

    def visit(obj):
        index[obj] = low[obj] = len(index)
        stack.append(obj)
        for other in uses.get(obj, ()):
            if other not in index:
                visit(other)
            if other in stack:
                low[obj] = min(low[obj], low[other])
        if low[obj] == index[obj]:
            group = [stack.pop()]
            while group[-1] != obj:
                group.append(stack.pop())
            groups.append(sorted(group))

    for obj in sorted(uses):
        if obj not in index:
            visit(obj)
    return groups


def circles(uses):
    for group in components(uses):
        if len(group) > 1:
            arrows = [f'{a[1]} -> {b[1]} ({symbol})' for a in group
                      for b, symbol in sorted(uses.get(a, {}).items())
                      if b in group]
            yield f'a circle of files: {", ".join(arrows)}'


# --- sources -----------------------------------------------------------------

def includes_of(path):
    return INCLUDE.findall(path.read_text(encoding='utf-8'))


def find_sources(root, folders):
    return [path for folder in folders
            for path in sorted((root / folder).rglob('*'))
            if path.suffix in ('.c', '.h', '.cc')]


def strangers(root):
    """Private headers that are included from elsewhere."""
    home = {path.name: path.parent
            for path in find_sources(root, ['core'])
            if path.name.endswith('-private.h')}
    for path in find_sources(root, ['core', 'tools', 'tests', 'bench', 'fuzz',
                                    'examples', 'bindings']):
        for name in includes_of(path):
            if name in home and home[name] != path.parent:
                yield (f'{path.relative_to(root)}: includes {name} of '
                       f'{home[name].relative_to(root)}')


def public_headers(root):
    return {pathlib.Path(name).name for build in (root / 'core').glob('*/meson.build')
            for block in INSTALLED.findall(build.read_text(encoding='utf-8'))
            for name in re.findall(r"'([^']+)'", block)}


def uninstalled(root):
    known = {path.name for path in find_sources(root, ['core'])}
    public = public_headers(root)
    for path in find_sources(root, ['examples', 'bindings']):
        for name in includes_of(path):
            if pathlib.Path(name).name in known - public:
                yield f'{path.relative_to(root)}: includes {name}, which no ' \
                      'one installs'


def crowded(root):
    sources = find_sources(root, ['core'])
    seen = {}
    for path in sources:
        if path.name in seen:
            yield f'{path.relative_to(root)}: {seen[path.name]} has its name'
        seen[path.name] = path.relative_to(root)
        if path.parent == root / 'core':
            yield f'{path.relative_to(root)}: stands in no folder'
    for folder in sorted({path.parent for path in sources}):
        n = sum(path.parent == folder for path in sources)
        if n > MOST_FILES:
            yield f'{folder.relative_to(root)}: {n} files, and {MOST_FILES} ' \
                  'are the most'
    if len(sources) < LEAST_SOURCES:
        yield f'{len(sources)} sources in core/: looked in the wrong place'


def main():
    root, nm, *rest = sys.argv[1:]
    root = pathlib.Path(root)
    rows = {name: set(filter(None, below.split(',')))
            for name, below in (row.split('=') for row in rest if '=' in row)}
    defines, wants = read_symbols(nm, [a for a in rest if '=' not in a])
    uses = find_uses(defines, wants)
    faults = [*climbing(uses, rows), *circles(uses), *strangers(root),
              *uninstalled(root), *crowded(root)]
    if len(defines) < LEAST_OBJECTS or {o[0] for o in defines} != set(rows):
        faults.append(f'{len(defines)} objects of {len(rows)} folders: looked '
                      'in the wrong place')
    print('\n'.join(faults + [f'{len(defines)} objects, {len(faults)} faults']))
    return 1 if faults else 0


if __name__ == '__main__':
    sys.exit(main())
