#!/usr/bin/env python3
"""plugins-doc - writes docs/plugins.md from what the plugins say themselves.

    plugins-doc.py DNNRUN [--check]

Asks `dnnrun inspect --json` for every plugin of the build tree.  With --check
it compares instead of writing, so that a page that is stale is seen.
"""
import itertools
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / 'docs/plugins.md'
FLAGS = {'in_place': 'in place', 'random': 'random in training',
         'training_differs': 'training and inference differ',
         'not_per_sample': 'samples of a batch depend on each other',
         'elementwise': 'elementwise',
         'gives_value': 'gradient gives the value, too',
         'other_gradient': 'backward is not the derivative',
         'pattern': 'values go by their place',
         'around': 'goes around another, which steps',
         'keeps_mask': 'padding stays padding',
         'reads_mask': 'knows what is padding'}
HEAD = '''# Plugins

Made by `build-aux/plugins-doc.py` from `dnnrun inspect --json`: change a
plugin's descriptor, not this page. `dnnrun inspect NAME` tells the same, and
also of plugins that are not ours. Shapes of examples are of a batch of 5.

'''
# From here on a bound is none.
ENDLESS = 1e30


def inspect(dnnrun):
    """Every plugin, sorted by kind and name."""
    env = {**os.environ, 'DNN_PLUGIN_PATH': '', 'XDG_DATA_HOME': '/nowhere'}
    result = subprocess.run([dnnrun, 'inspect', '--json'], check=True, env=env,
                            stdout=subprocess.PIPE, text=True)
    return [json.loads(line) for line in result.stdout.splitlines()]


def cell(text):
    return text.replace('|', r'\|')


def shape(sizes):
    return '(' + ', '.join(map(str, sizes)) + (',)' if len(sizes) == 1
                                               else ')')


def number(value):
    return f'{value:.15g}'


def range_of(parameter):
    if parameter['type'] == 'bool':
        return 'true, false'
    if parameter['type'] == 'enum':
        return ', '.join(parameter['nicks'])
    if parameter['type'] == 'text':
        return ''
    low, high = parameter['min'], parameter['max']
    low = None if low is None or low <= -ENDLESS else number(low)
    high = None if high is None or high >= ENDLESS else number(high)
    if low is None and high is None:
        return 'any'
    if high is None:
        return f'{low} or more'
    return f'{high} or less' if low is None else f'{low} to {high}'


def default_of(parameter):
    if parameter['required']:
        return '**required**'
    if parameter['start'] and parameter['default'] is None:
        return 'of what it drives'
    return f'`{parameter["default"]}`' if parameter['default'] else ''


def row(parameter):
    names = [parameter['name'], *parameter['aliases']]
    notes = [parameter['help']]
    if parameter['schedulable']:
        notes.append('a schedule may drive it')
    return '| ' + ' | '.join([
        ', '.join(f'`{name}`' for name in names),
        parameter['type'],
        default_of(parameter),
        cell(range_of(parameter)),
        cell(parameter['unit']),
        cell('; '.join(notes))]) + ' |\n'


def table(parameters):
    if not parameters:
        return ''
    return ('\n| parameter | type | default | range | unit | |\n'
            '|---|---|---|---|---|---|\n' + ''.join(map(row, parameters)))


def tensors(plugin):
    """The tensors that it declares for its example, one phrase per kind."""
    for key in ('weights', 'buffers', 'slots'):
        listed = [f'`{t["name"]}` {shape(t["shape"])}'
                  + (f' {t["initializer"]}' if 'initializer' in t else '')
                  for t in plugin.get(key, [])]
        if listed:
            yield f'{key}: {", ".join(listed)}'


def example(plugin):
    text = f'Example: `{plugin["example"]}`'
    if plugin['inputs']:
        text += ' on ' + ' and '.join(map(shape, plugin['inputs']))
    if plugin.get('outputs'):
        text += ' gives ' + ' and '.join(map(shape, plugin['outputs']))
    return '; '.join([text, *tensors(plugin)]) + '.\n'


def section(plugin):
    text = f'\n### {plugin["name"]}\n\n{plugin["summary"]}'
    if plugin['base']:
        text += f'; `{plugin["base"]}`'
        if plugin['defaults']:
            text += f' with `{plugin["defaults"]}`'
    text += '.\n'
    if plugin['flags']:
        text += ('\nFlags: ' + ', '.join(FLAGS[f] for f in plugin['flags'])
                 + '.\n')
    text += table(plugin['parameters']) + '\n' + example(plugin)
    if plugin['reference']:
        text += f'\nSee: {plugin["reference"]}\n'
    return text


def heading(kind):
    """layer: Layers; loss: Losses."""
    return kind.capitalize() + ('es' if kind.endswith('s') else 's')


def page(plugins):
    text = HEAD
    for kind, group in itertools.groupby(plugins, lambda p: p['kind']):
        group = list(group)
        keys = group[0]['keys']
        text += f'## {heading(kind)}\n'
        for plugin in group:
            text += section(plugin)
        if keys:
            text += f'\n### Keys of every {kind}\n' + table(keys)
        text += '\n'
    return text.rstrip() + '\n'


def main():
    plugins = inspect(sys.argv[1])
    faults = [p for p in plugins if p['problem'] is not None]
    for plugin in faults:
        print(f'{plugin["kind"]}/{plugin["name"]}: {plugin["problem"]}')
    if faults:
        return 1
    text = page(plugins)
    if '--check' not in sys.argv[2:]:
        PAGE.write_text(text, encoding='utf-8')
        return 0
    if PAGE.read_text(encoding='utf-8') == text:
        return 0
    print('docs/plugins.md is stale: run build-aux/plugins-doc.py DNNRUN')
    return 1


if __name__ == '__main__':
    sys.exit(main())
