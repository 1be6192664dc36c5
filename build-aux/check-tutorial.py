#!/usr/bin/env python3
"""check-tutorial - does what docs/write-a-layer.md says, as its reader would.

    check-tutorial.py PAGE DNNRUN INCLUDE

```sh blocks are run, one after another, in a folder that is removed at the
end.  ```c blocks are, together, the source file that the first of them names.
A ```diff block is a mistake: with it the check of the derivatives must fail.
Exit code 77: there is something missing to try it with.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

BLOCK = re.compile(r'^```(\w+)\n(.*?)^```$', re.M | re.S)
SKIPPED = 77
PKG_CONFIG = '''\
Name: dnn-plugin-1
Description: the header of the source tree
Version: 1
Cflags: -I{include}
'''


class Reader:
    """Works through a page in a folder, with dnnrun and the header at hand."""

    def __init__(self, folder, dnnrun, include):
        self.folder = self.start = pathlib.Path(folder)
        (self.start / 'dnn-plugin-1.pc').write_text(
            PKG_CONFIG.format(include=include))
        self.env = {
            **os.environ,
            'PATH': f'{pathlib.Path(dnnrun).parent}:{os.environ["PATH"]}',
            'PKG_CONFIG_PATH': folder,
        }
        self.source = ''
        self.compile = None

    def shell(self, script, good=True):
        """Runs it where the last one ended; the output."""
        where = self.start / 'where'
        result = subprocess.run(
            ['sh', '-eu', '-c', f'{script}\npwd >"{where}"'], cwd=self.folder,
            env=self.env, text=True, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)
        if (result.returncode == 0) != good:
            sys.exit(f'$ {script.strip()}\n{result.stdout}\nexit code '
                     f'{result.returncode}')
        if good:
            self.folder = pathlib.Path(where.read_text().rstrip('\n'))
        return result.stdout

    def name(self):
        return re.match(r'/\* (\S+) - ', self.source)[1]

    def write(self, source):
        (self.folder / f'{self.name()}.c').write_text(source, encoding='utf-8')

    def c(self, text):
        self.source += text

    def sh(self, text):
        if self.source:
            self.write(self.source)
        print(self.shell(text))
        compiling = re.search(r'^gcc .*', text, re.M)
        self.compile = compiling[0] if compiling else self.compile

    def diff(self, text):
        """A block of lines to take out and the lines to put there."""
        old = ''.join(re.findall(r'^-(.*\n)', text, re.M))
        new = ''.join(re.findall(r'^\+(.*\n)', text, re.M))
        if self.source.count(old) != 1:
            sys.exit(f'the mistake is not in the source:\n{text}')
        self.write(self.source.replace(old, new))
        self.shell(self.compile)
        said = self.shell(f'dnnrun check build/{self.name()}.so', good=False)
        if not re.search(r'^fail +gradients', said, re.M):
            sys.exit(f'the check failed for another reason:\n{said}')
        self.write(self.source)
        self.shell(self.compile)


def main():
    page, dnnrun, include = map(os.path.abspath, sys.argv[1:4])
    for tool in ('gcc', 'pkg-config'):
        if shutil.which(tool) is None:
            print(f'skipped: there is no {tool}')
            return SKIPPED
    if subprocess.run([dnnrun, 'check', '--help'],
                      capture_output=True).returncode != 0:
        print('skipped: dnnrun has no verb check yet')
        return SKIPPED
    blocks = BLOCK.findall(pathlib.Path(page).read_text(encoding='utf-8'))
    kinds = {kind for kind, _ in blocks}
    if not {'c', 'sh', 'diff'} <= kinds:
        sys.exit(f'{page} has blocks of {kinds}, not of c, sh and diff')
    with tempfile.TemporaryDirectory(prefix='dnn-test-') as folder:
        reader = Reader(folder, dnnrun, include)
        for kind, text in blocks:
            getattr(reader, kind)(text)
    return 0


if __name__ == '__main__':
    sys.exit(main())
