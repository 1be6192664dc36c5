#!/usr/bin/env python3
"""test-check - dnnrun check: every plugin of ours passes, every planted bug is
caught, by the check that is there for it.

    test-check.py DNNRUN LIBRARY PLUGINS INCLUDE CC

DNN_TEST_BAD_PLUGINS names the folder of the bad ones.  Prints TAP.
"""
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]
                       / 'build-aux'))
from testing import check, finish

DNNRUN, PLUGINS = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[3])
BAD = pathlib.Path(os.environ['DNN_TEST_BAD_PLUGINS'])

# Each bad plugin, the check that must catch it, and a piece of its sentence.
CAUGHT = {
    'aborts_on_shape': ('shapes', 'it crashes (Aborted)'),
    'adds_penalty': ('overwrite', 'dw[0, 0]'),
    'adds_result': ('overwrite', 'dx[0, 0]'),
    'another_batch': ('example', 'begin with the batch'),
    'any_peer': ('refuses', "it sends to process '4' of 1"),
    'bad_default': ('load', 'default of slope'),
    'based_on_based': ('load', 'has a base itself'),
    'before_start': ('memory', 'before the first element of y'),
    'bend_floats': ('load', 'the floating-point mode'),
    'bend_locale': ('binary', "it calls 'setlocale'"),
    'bend_signals': ('load', 'a signal handler'),
    'beyond_state': ('decides', 'beyond its 1 numbers of state'),
    'both_exports': ('load', 'a file has one of them'),
    'climbs': ('descends', 'the loss is'),
    'compares_nothing': ('gradients', 'nothing was compared'),
    'counts_calls': ('determinism', 'the value at step'),
    'counts_epochs': ('determinism', 'the next time'),
    'crashes': ('overwrite', 'an entry that is NULL'),
    'declares_in_forward': ('overwrite', 'it calls set_output outside of build'),
    'dtype_of_nothing': ('example', 'set_dtype for saved tensor 1, which was not added'),
    'duplicate_parameter': ('load', "('slope') stands twice"),
    'empty_bundle': ('load', 'its dnn_plugins_v1 has no plugin'),
    'empty_range': ('example', 'numbers from 1 to 0, and there are none'),
    'endless_build': ('example', 'it does not come back within 1 s'),
    'endless_forward': ('overwrite', 'it does not come back within 1 s'),
    'ends_program': ('binary', "it calls 'exit'"),
    'ends_quickly': ('binary', "it calls 'quick_exit'"),
    'executable_stack': ('binary', 'its stack is executable'),
    'exports_two': ('binary', "it exports 'more'"),
    'fast_math': ('load', 'the floating-point mode'),
    'fewer_outputs': ('example', 'did not call set_output for every output'),
    'fills_stack': ('overwrite', 'it crashes'),
    'first_writes_x': ('first', 'writes x[0, 0], which it may only read'),
    'flag_of_layer': ('descriptor', 'some are not for its kind'),
    'flattens_weight': ('example', 'as the weight'),
    'forgets_half': ('split', 'merged from samples'),
    'forgets_mask': ('masks', 'where padding holds other numbers'),
    'forgets_row': ('overwrite', 'y[4, 0]'),
    'forgets_state': ('states', 'in two halves'),
    'gradient_off': ('gradients', 'dw scale['),
    'half_a_mask': ('masks', 'and must be 1 or 0'),
    'half_a_model': ('overwrite', 'model[0, 1]'),
    'half_filled': ('moments', 'in the second'),
    'half_picture': ('decodes', 'every element must be overwritten'),
    'halves_behind_mask': ('masks', 'with masks of ones'),
    'halves_gradient': ('gradients', 'dw['),
    'halves_pairs': ('gradients', 'dy_pred['),
    'hides_training': ('flags', 'no flag TRAINING_DIFFERS'),
    'huge_weight': ('example', 'a weight of 1.1e+12 numbers is too large'),
    'ignores_rate': ('rate', 'after steps of rate 0'),
    'keeps_state': ('save', 'of a run that goes on'),
    'lasso_in_parts': ('split', 'in parts'),
    'leaks_padding': ('masks', 'where padding holds other numbers'),
    'leaves': ('binary', "it calls '_exit'"),
    'loss_of_padding': ('masks', 'padding must get 0'),
    'keeps_in_scratch': ('overwrite', 'with NaN in scratch'),
    'links_blas': ('binary', 'it links '),
    'looks_around': ('split', 'for a sample alone'),
    'looks_in_step': ('overwrite', 'it calls evaluate outside of step_all'),
    'lying_struct_size': ('load', "struct_size is '16'"),
    'makes_thread': ('load', 'it leaves more threads'),
    'mask_of_nothing': ('masks', 'does not call add_mask'),
    'misspells_initializer': ('overwrite', "'zerros'"),
    'more_than_all': ('descriptor', "its min_outputs is '2', more than its outputs, 1"),
    'model_by_pieces': ('split', 'made in pieces'),
    'model_is_kept': ('read-only', 'after model_weight'),
    'moves_frozen_buffer': ('frozen', 'buffer'),
    'multiplies_in_build': ('example', 'it calls gemm in build'),
    'names_path': ('example', "'../../etc/passwd'"),
    'needs_newer_minor': ('load', 'ABI 1.2, and this program has 1.1'),
    'no_descriptor': ('binary', 'it exports no dnn_plugin_v1'),
    'no_example': ('example', 'slope must be given'),
    'other_formula': ('foreign',
                      'c_expression: it is -4 at x = -4, and the activation 0'),
    'other_major': ('load', 'ABI 2, and this program has 1'),
    'other_scores': ('example', "its scores are '7'"),
    'other_value': ('determinism', 'by gradient'),
    'outside_struct': ('load', "lies outside the plugin's struct"),
    'past_end': ('memory', 'touches element 20 of y, which has 20'),
    'past_scratch': ('memory', 'touches element 6 of scratch, which has 6'),
    'rate_of_nan': ('nan', 'its learning rate is'),
    'rate_unasked': ('decides', 'its sets_rate is 0'),
    'reads_behind': ('damaged', 'touches memory that is not its own'),
    'reads_scratch': ('overwrite', 'value[0]'),
    'reads_unsaved': ('saved', 'dw scale['),
    'restores_nothing': ('restores', 'keeps none in 12 epochs'),
    'rests_when_frozen': ('adapter', 'dw scale[0]'),
    'rounds_down': ('overwrite', 'it changes the floating-point mode'),
    'rows_misspelt': ('foreign', "keras Scale: 'scale' has 1 axes, not 2"),
    'shrinks_on': ('settles', 'after a second call'),
    'starts_at_one': ('states', 'with states of zero'),
    'static_state': ('determinism', 'beside another instance'),
    'strangers': ('load',
                  "in strangers.so the names must begin with 'strangers.'"),
    'stays_uphill': ('read-only', 'after step_all'),
    'sums_batch': ('gradients', 'dy_pred[4,'),
    'twins': ('load',
              "two of its plugins of kind layer are named 'twins.scale'"),
    'two_of_a_name': ('example', "of the name 'scale'"),
    'weights_of_batch': ('shapes', 'weights depend on the batch'),
    'writes_columns': ('decides', 'it writes to the columns'),
    'writes_frozen_weight': ('read-only', 'after'),
    'writes_input': ('memory', 'writes x[0, 0], which it may only read'),
    'writes_mask': ('masks', 'mask[0]'),
    'writes_null': ('null-entries', 'an entry that is NULL'),
    'writes_self': ('overwrite', 'it writes to `self`'),
    'wrong_name': ('load', "it calls itself 'other_name'"),
    'needs_room_of_term': ('terms', 'an entry that is NULL'),
    'needs_target': ('terms', 'an entry that is NULL'),
    'other_without_target': ('terms', 'with an input of NULL'),
    'term_in_forward': ('overwrite', 'it calls loss_output outside of build'),
    'term_of_loss': ('example', 'which only a layer may'),
    'term_of_many': ('example', 'it must be one number a sample'),
    'term_of_nothing': ('example', 'for output 1, which there is not'),
}
# Faults that not every environment has: gcc from 13 on, and clang, link nothing
# for -ffast-math.
MAY_PASS = {'fast_math'}
# Faults that a sanitizer reports before the check can, and its words.
SANITIZED = {'writes_null': 'store to null pointer'}


def run(*args):
    return subprocess.run([DNNRUN, 'check', *map(str, args)], text=True,
                          capture_output=True, timeout=300)


def run_all(commands):
    """The results of many commands, two at a time, in their order."""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda args: run(*args), commands))


def show(result):
    return (f'$ {" ".join(map(str, result.args))}\nexit {result.returncode}\n'
            f'{result.stdout}{result.stderr}')


def test_own():
    paths = sorted(pathlib.Path(PLUGINS).glob('*/*.so'))
    check('there are plugins', len(paths) > 50, PLUGINS)
    for path, result in zip(paths, run_all(
            [('--timeout', 60, path) for path in paths])):
        check(f'{path.parent.name}/{path.stem} passes',
              result.returncode == 0 and '\nfail' not in result.stdout,
              show(result))


def test_bad():
    built = {path.stem for path in BAD.glob('*.so')}
    check('every bad plugin is in the table', built == set(CAUGHT),
          built ^ set(CAUGHT))
    rows = sorted(CAUGHT.items())
    results = run_all([('--json', '--only', caught,
                        '--timeout', 1 if name.startswith('endless') else 60,
                        BAD / f'{name}.so') for name, (caught, _) in rows])
    for (name, (caught, piece)), result in zip(rows, results):
        problems = json.loads(result.stdout)['checks'][0]['problems']
        pieces = (piece, SANITIZED.get(name, piece))
        good = result.returncode == 1 and any(
            piece in problem for problem in problems for piece in pieces)
        if name in MAY_PASS and result.returncode == 0:
            good = True
        check(f'{name} is caught by {caught}', good, show(result))


def test_stages():
    result = run('--json', '--timeout', 1, BAD / 'endless_build.so')
    outcomes = {c['check']: c['outcome']
                for c in json.loads(result.stdout)['checks']}
    check('what builds on a check that fails is not run',
          outcomes['example'] == 'fail' and outcomes['gradients'] == 'skip',
          show(result))
    check('a good plugin beside the fault fails in nothing else',
          {c for c, o in outcomes.items() if o == 'fail'} == {'example'},
          show(result))
    result = run(BAD / 'wrong_name.so')
    check('a plugin that cannot be loaded exits 1, and says so',
          result.returncode == 1 and "wrong_name.so' fails" in result.stderr,
          show(result))


def test_output():
    dense = pathlib.Path(PLUGINS) / 'layers' / 'dense.so'
    tap = run('--tap', '--seed', 7, dense)
    lines = tap.stdout.splitlines()
    check('TAP has a plan, and the seed',
          lines[0].endswith('seed 7') and lines[-1] == f'1..{len(lines) - 2}'
          and all(line.startswith('ok ') for line in lines[1:-1]), show(tap))
    listed = run('--list')
    check('--list names every check and its kinds',
          'gradients      derivatives agree with differences of the function '
          '(layer, activation, loss' in listed.stdout, show(listed))
    plain = run('--only', 'gradients', dense)
    check('--only runs one check', plain.stdout.count('pass') == 1
          and '0 of 1 checks fail (seed 1)' in plain.stdout, show(plain))
    left = run('--json', '--skip', 'shapes', '--skip', 'memory', dense)
    names = {c['check'] for c in json.loads(left.stdout)['checks']}
    check('--skip leaves checks out', left.returncode == 0
          and 'gradients' in names and not names & {'shapes', 'memory'},
          show(left))
    for name, args, code, piece in (
            ('an unknown check to skip', ('--skip', 'gradient', dense), 2,
             "did you mean 'gradients'?"),
            ('an unknown check', ('--only', 'gradient', dense), 2,
             "did you mean 'gradients'?"),
            ('a missing file', ('nowhere.so',), 4, "no file 'nowhere.so'"),
            ('no file', (), 2, 'check takes one FILE.so or FILE.dnn'),
            ('a time limit of 0', ('--timeout', 0, dense), 2, '--timeout')):
        result = run(*args)
        check(f'{name} is refused', result.returncode == code
              and piece in result.stderr, show(result))


MODEL = """[model]
input_shape = 4
layers = dense units=3 activation=softmax
[optimizer]
type = sgd
"""
DATA = '[data]\nformat = npy\ninputs = {0}/x.npy\ntargets = {0}/y.npy\n'
EXPERIMENTS = {
    'good': (MODEL, 0, 'no fault is found; it has no [data]'),
    'no-data-there': (DATA + MODEL, 0, "as there is no '"),
    'layer': (MODEL.replace('dense', 'dens'), 1, "'dens'"),
    'parameter': (MODEL.replace('units=3', 'units=0'), 1, ':3: '),
    'optimizer': (MODEL.replace('sgd', 'sdg'), 1, "'sgd'"),
    'key': (MODEL + '[train]\nlosss = huber\n', 1, "did you mean 'loss'"),
    'loss': (MODEL + '[train]\nloss = hubert\n', 1, "'huber'"),
    'section': ('[modle]\n' + MODEL, 1, "there is no section 'modle'"),
    'phase': (MODEL + '[phase one]\nepochs = 2\noptimizer.type = adm\n', 1,
              "'adm'"),
    'needs-data': (DATA + MODEL.replace('input_shape = 4\n', ''), 1,
                   'x.npy: there is no file'),
}


def test_experiments():
    with tempfile.TemporaryDirectory() as folder:
        for name, (text, code, piece) in EXPERIMENTS.items():
            path = pathlib.Path(folder) / f'{name}.dnn'
            path.write_text(text.format(folder))
            result = run(path)
            check(f'experiment: {name}', result.returncode == code
                  and piece in result.stdout + result.stderr, show(result))


def main():
    test_own()
    test_bad()
    test_stages()
    test_output()
    test_experiments()
    return finish()


if __name__ == '__main__':
    sys.exit(main())
