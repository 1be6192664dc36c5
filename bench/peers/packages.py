"""Versions and sizes of what pip installed; prints JSON.

    packages.py '{"jax": ["jax"], ...}'

Bytes of the named packages ("own"), and of these with all that they require.
"""
import importlib.metadata as metadata
import json
import pathlib
import re
import sys


def requirements(dist):
    """Names that `dist` requires here, extras left out."""
    for text in dist.requires or ():
        name, _, marker = text.partition(";")
        if "extra" not in marker:
            yield re.match(r"[\w.-]+", name)[0]


def find(name):
    try:
        return metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return None


def size(dist):
    paths = (pathlib.Path(dist.locate_file(file)) for file in dist.files or ())
    return sum(path.stat().st_size for path in paths if path.is_file())


def closure(names):
    seen, todo = {}, list(names)
    while todo:
        dist = find(todo.pop())
        if dist is None:
            continue  # for another system, or another way to install it
        key = re.sub(r"[-_.]+", "-", dist.metadata["Name"].lower())
        if key not in seen:
            seen[key] = dist
            todo += requirements(dist)
    return seen.values()


def tell(names):
    own = [dist for dist in map(find, names) if dist]
    return {"version": ", ".join(f"{d.metadata['Name']} {d.version}"
                                 for d in own),
            "own": sum(map(size, own)),
            "all": sum(map(size, closure(names)))}


print(json.dumps({peer: tell(names) for peer, names
                  in json.loads(sys.argv[1]).items()}))
