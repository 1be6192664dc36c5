#!/usr/bin/env python3
"""make-tables - excerpts of well-known tables, for tests.

    make-tables.py FOLDER

Writes iris.csv (scikit-learn's: 20 rows of each kind, sorted by kind) and
penguins.csv (palmerpenguins': every third row, with its words and NA).  Needs
both packages.  Rows of iris are Fisher's (1936, public domain), penguins those
of Gorman, Williams and Fraser (2014, CC0).
"""
import csv
import pathlib
import sys
from importlib import resources

from sklearn import datasets


def write(path, rows):
    with open(path, 'w', newline='') as file:
        csv.writer(file, lineterminator='\n').writerows(rows)


def main():
    folder = pathlib.Path(sys.argv[1])
    iris = datasets.load_iris()
    names = [name.removesuffix(' (cm)').replace(' ', '_')
             for name in iris.feature_names]
    rows = [[*map(float, x), iris.target_names[y]]
            for x, y in zip(iris.data, iris.target)]
    write(folder / 'iris.csv', [names + ['species']] + [
        row for i, row in enumerate(rows) if i % 50 < 20])
    text = resources.files('palmerpenguins').joinpath(
        'data/penguins.csv').read_text()
    rows = list(csv.reader(text.splitlines()))
    write(folder / 'penguins.csv', rows[:1] + rows[1::3])


main()
