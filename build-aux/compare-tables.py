#!/usr/bin/env python3
"""compare-tables - `dnnrun train TABLE.csv --target y` beside scikit-learn.

    compare-tables.py DNNRUN [SPLITS]

Each table is split SPLITS times (default 10) into four fifths and one fifth.
dnnrun gets the first as it is, chooses everything, and is evaluated on the
second; MLPClassifier or MLPRegressor of the same rows has its defaults, behind
StandardScaler, with one-hot words and filled cells.  Prints a table in Markdown:
accuracy or mean absolute error, means and the standard error of the paired
differences.  A difference to the worse that is larger than two of these and than
0.01 (accuracy) or 3 % (error) is named, and the exit code is 1.  Needs
scikit-learn, and of palmerpenguins and vega_datasets the files (pip install
--no-deps).
"""
import csv
import importlib.util
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import warnings

import numpy as np
from sklearn import datasets
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

warnings.filterwarnings('ignore')
DNNRUN = os.path.abspath(sys.argv[1])
SPLITS = int(sys.argv[2]) if len(sys.argv) > 2 else 10


def from_sklearn(load):
    bunch = load()
    names = [str(name).replace(',', ' ') for name in bunch.feature_names]
    words = len(set(bunch.target)) < 20 and hasattr(bunch, 'target_names')
    target = [f'c{t}' if words else t for t in bunch.target]
    return names, bunch.data.astype(object), np.array(target, object)


def file_of(package, *names):
    """A file of a package, which is not imported."""
    spec = importlib.util.find_spec(package)
    if spec is None:
        sys.exit(f'{package} is missing: pip install --no-deps {package}')
    return pathlib.Path(spec.origin).parent.joinpath(*names)


def penguins():
    path = file_of('palmerpenguins', 'data', 'penguins.csv')
    rows = list(csv.reader(path.open()))
    names = rows[0][1:]
    cells = np.array([row[1:] for row in rows[1:]], object)
    return names, cells, np.array([row[0] for row in rows[1:]], object)


def miles_per_gallon():
    """A car's name is all but its key, and is left out; six have no power."""
    cars = json.loads(file_of('vega_datasets', '_data', 'cars.json').read_text())
    names = ['Cylinders', 'Displacement', 'Horsepower', 'Weight_in_lbs',
             'Acceleration', 'Year', 'Origin']
    rows = [[int(car[name][:4]) if name == 'Year' else
             'NA' if car[name] is None else car[name] for name in names]
            for car in cars if car['Miles_per_Gallon'] is not None]
    return names, np.array(rows, object), np.array(
        [car['Miles_per_Gallon'] for car in cars
         if car['Miles_per_Gallon'] is not None], object)


def is_words(column):
    return any(isinstance(cell, str) and cell != 'NA' and
               re.search('[A-Za-z]', cell) for cell in column)


def pipeline(cells, classes, seed):
    words = [j for j in range(cells.shape[1]) if is_words(cells[:, j])]
    numbers = [j for j in range(cells.shape[1]) if j not in words]
    columns = make_column_transformer(
        (make_pipeline(SimpleImputer(strategy='most_frequent'),
                       OneHotEncoder(handle_unknown='ignore',
                                     sparse_output=False)), words),
        (make_pipeline(SimpleImputer(), StandardScaler()), numbers))
    kind = MLPClassifier if classes else MLPRegressor
    return make_pipeline(columns, kind(random_state=seed))


def clean(cells):
    words = [is_words(cells[:, j]) for j in range(cells.shape[1])]
    return np.array([[(np.nan if c == 'NA' else c) if word else
                      (np.nan if c == 'NA' else float(c))
                      for c, word in zip(row, words)] for row in cells], object)


def write(path, names, cells, target):
    with open(path, 'w', newline='') as file:
        csv.writer(file).writerows(
            [[*names, 'y'], *([*row, y] for row, y in zip(cells, target))])


def run(*args):
    return subprocess.run([DNNRUN, *args], check=True, capture_output=True,
                          text=True).stdout


def ours(names, train, test, metric):
    write('train.csv', names, *train)
    write('test.csv', names, *test)
    pathlib.Path('test.dnn').write_text('[data]\ninputs = test.csv\n')
    run('train', 'train.csv', '--target', 'y', '--set', 'data.test_split=0',
        '--overwrite', '--quiet')
    text = run('evaluate', 'runs/train/model.safetensors', '--data', 'test.dnn',
               '--split', 'train', '--quiet')
    return float(re.search(rf'^{metric}: (\S+)$', text, re.M).group(1))


def theirs(train, test, classes, seed):
    both = clean(np.concatenate([train[0], test[0]]))
    n = len(train[0])
    kind = str if classes else float
    model = pipeline(both, classes, seed)
    model.fit(both[:n], train[1].astype(kind))
    y = model.predict(both[n:])
    want = test[1].astype(kind)
    return float(np.mean(y == want) if classes else np.mean(np.abs(y - want)))


def compare(name, table):
    names, cells, target = table
    classes = isinstance(target[0], str)
    metric = 'accuracy' if classes else 'mean_absolute_error'
    pairs = []
    for seed in range(SPLITS):
        rows = train_test_split(np.arange(len(target)), test_size=0.2,
                                random_state=seed,
                                stratify=target if classes else None)
        train, test = ((cells[part], target[part]) for part in rows)
        pairs.append((ours(names, train, test, metric),
                      theirs(train, test, classes, seed)))
    error = statistics.stdev(a - b for a, b in pairs) / SPLITS ** 0.5
    a, b = (statistics.mean(column) for column in zip(*pairs))
    print(f'| {name} | {len(target)} | {metric} | {a:.4f} | {b:.4f} | '
          f'{a - b:+.4f} ± {error:.4f} |', flush=True)
    worse = b - a if classes else a - b
    return worse <= max(2 * error, 0.01 if classes else 0.03 * b)


def main():
    print('| table | rows | | dnnrun | scikit-learn | difference |\n'
          '|---|---|---|---|---|---|')
    tables = {'iris': datasets.load_iris, 'wine': datasets.load_wine,
              'breast cancer': datasets.load_breast_cancer,
              'digits': datasets.load_digits,
              'diabetes': lambda: datasets.load_diabetes(scaled=False)}
    tables = {name: from_sklearn(load) for name, load in tables.items()}
    tables['penguins'] = penguins()
    tables['miles per gallon'] = miles_per_gallon()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        behind = [name for name, table in tables.items()
                  if not compare(name, table)]
        os.chdir('/')
    for name in behind:
        print(f'{name}: dnnrun is behind')
    return 1 if behind else 0


sys.exit(main())
