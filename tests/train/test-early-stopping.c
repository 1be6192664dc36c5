/* test-early-stopping.c - when training stops, and with which weights
 *
 * After each epoch the model's one weight is set to the epoch's number, so
 * that it tells which epoch was restored.
 */
#include "dnn-callback.h"

#include "dnn-assert.h"
#include "dnn-test-run.h"
#include "dnn-test.h"

#include <math.h>

static DnnCallback *
make (const char *args, bool validates, GError **error)
{
  const char *const metrics[] = { "accuracy", "mean_absolute_error", NULL };
  const int directions[] = { 1, -1 };
  g_autofree char *text = g_strdup_printf ("early_stopping(%s)", args);
  g_autoptr (DnnSpec) spec = dnn_spec_parse (text, (DnnPlace){ 0 }, NULL);
  g_autoptr (DnnHistory) history = dnn_history_new (metrics, validates);

  return dnn_callback_new (dnn_test_registry (), spec, history, directions,
                           error);
}

/* Shows it an epoch, of a rate that it does not change. */
static void
look (DnnCallback *stopping, int64_t number, const DnnHistoryEpoch *columns,
      const DnnModel *model)
{
  const DnnCallbackEpoch epoch = { number, 0, columns };
  g_autoptr (GError) error = NULL;
  g_autofree char *told = NULL;
  double rate = .5;

  dnn_callback_update (stopping, &epoch, model, &rate, &told, &error);

  g_assert_no_error (error);
  g_assert_null (told);
  g_assert_cmpfloat (rate, ==, .5);
}

static bool
beats_best (DnnCallback *stopping, const DnnHistoryEpoch *mean)
{
  const DnnCallbackEpoch epoch = { 5, 0, mean };
  bool beats = false;

  g_assert_true (dnn_callback_beats_best (stopping, &epoch, .5, &beats, NULL));
  return beats;
}

static float *
weight_of (DnnModel *model)
{
  return dnn_model_weight (model, 0)->tensor.data;
}

/* --- Keras' rules -------------------------------------------------------- */

enum { MOST = 8 };

typedef struct {
  const char *name;
  const char *args;
  double values[MOST]; /* of the column that is watched; 0 ends them */
  int stops;           /* epochs that are trained */
  int weights;         /* of this epoch at the end */
  double start;        /* what the phase begins with; its weights are 99 */
} Case;

#define BEST ", restore_best=true"

static const Case cases[] = {
  { "patience-0", "patience=0" BEST, { 1, .9, .95, .8 }, 3, 2, 0 },
  { "patience-0-second", "patience=0" BEST, { 1, 1.1, .5 }, 2, 1, 0 },
  { "default", "", { 1, .9, .95, .8 }, 3, 3, 0 },
  { "patience-1", "patience=1" BEST, { 1, .9, .95, .8 }, 3, 2, 0 },
  { "patience-2", "patience=2" BEST, { 1, 1.1, 1.2, .5 }, 3, 1, 0 },
  { "patience-2-renewed",
    "patience=2" BEST,
    { 1, 1.1, .9, 1, 1.1, .1 },
    5,
    3,
    0 },
  { "tie", "patience=2" BEST, { 1, 1, 1, 1 }, 3, 1, 0 },
  { "nan", "patience=2" BEST, { 1, NAN, NAN, .1 }, 3, 1, 0 },
  { "nan-at-first", "patience=2" BEST, { NAN, 1, 2, 3 }, 4, 2, 0 },
  { "left-as-it-is", "patience=1", { 1, .5, .6, .1 }, 3, 3, 0 },
  { "alias", "patience=1, restore_best_weights=true", { 1, 2 }, 2, 1, 0 },
  { "not-stopped", "patience=9" BEST, { 1, .5, .6, .7 }, 4, 2, 0 },
  { "min-delta", "patience=2, min_delta=0.1" BEST, { 1, .95, .91 }, 3, 1, 0 },
  { "min-delta-beaten",
    "patience=2, min_delta=0.25" BEST,
    { 1, .8, .7, .6, .6 },
    5,
    3,
    0 },
  { "min-delta-just", "patience=1, min_delta=0.5" BEST, { 1, .5 }, 2, 1, 0 },
  { "start-from",
    "patience=1, start_from_epoch=2" BEST,
    { .1, .2, 1, 2 },
    4,
    3,
    0 },
  { "start-from-1",
    "patience=0, start_from_epoch=1" BEST,
    { .1, .9, .8, .9 },
    4,
    3,
    0 },
  /* An improvement that does not beat the baseline does not renew patience,
   * nor does it stop. */
  { "baseline",
    "patience=2, baseline=0.5" BEST,
    { 1, .9, .8, .85, .1 },
    4,
    3,
    0 },
  { "baseline-beaten",
    "patience=2, baseline=0.5" BEST,
    { 1, .4, .45, .46, .1 },
    4,
    2,
    0 },
  { "baseline-never",
    "patience=3, baseline=0.5" BEST,
    { 1, 1.1, 1.2, .1 },
    3,
    1,
    0 },
  { "baseline-min-delta",
    "patience=2, baseline=0.5, min_delta=0.2" BEST,
    { 1, .4, .4, .1 },
    3,
    2,
    0 },
  { "higher-is-better",
    "monitor=val_accuracy, patience=1" BEST,
    { .5, .6, .55, .9 },
    3,
    2,
    0 },
  { "higher-min-delta",
    "monitor=val_accuracy, patience=2, min_delta=0.25" BEST,
    { .5, .7, .8, .9, .95 },
    5,
    3,
    0 },
  { "higher-baseline",
    "monitor=val_accuracy, patience=2, baseline=0.75" BEST,
    { .5, .6, .5, .9 },
    3,
    2,
    0 },
  { "mode-max", "mode=max, patience=1" BEST, { .5, .6, .55, .9 }, 3, 2, 0 },
  { "mode-min",
    "monitor=val_accuracy, mode=min, patience=1" BEST,
    { .6, .5, .55, .9 },
    3,
    2,
    0 },
  { "mode-auto",
    "monitor=val_accuracy, mode=auto, patience=1" BEST,
    { .5, .6, .55, .9 },
    3,
    2,
    0 },
  { "mode-max-of-start",
    "mode=max, patience=1, include_start=true" BEST,
    { .5, .6, .1 },
    2,
    99,
    .7 },
  { "lower-metric",
    "monitor=val_mean_absolute_error, patience=1" BEST,
    { .5, .6, .1 },
    2,
    1,
    0 },
  { "training-metric", "monitor=accuracy" BEST, { .5, .6, .5 }, 3, 2, 0 },
  { "training-loss", "monitor=loss" BEST, { .5, .6, .1 }, 2, 1, 0 },
  { "start-is-best",
    "patience=2, include_start=true" BEST,
    { .8, .9, .1 },
    2,
    99,
    .7 },
  { "start-is-beaten",
    "patience=2, include_start=true" BEST,
    { .6, .9, .9, .1 },
    3,
    1,
    .7 },
  { "start-not-included", "patience=1" BEST, { .8, .9 }, 2, 1, .7 },
  { "start-patience-0",
    "patience=0, include_start=true" BEST,
    { .8, .6, .7 },
    3,
    2,
    .7 },
  { "start-from-and-start",
    "patience=1, include_start=true, start_from_epoch=1" BEST,
    { .1, .8, .1 },
    2,
    99,
    .7 },
};

/* All columns hold nonsense but the one that is watched. */
static DnnHistoryEpoch
make_epoch (const Case *row, int number, double value, double metrics[2],
            double val_metrics[2])
{
  DnnHistoryEpoch epoch = { .number = number,
                            .loss = 7,
                            .metrics = metrics,
                            .val_loss = 8,
                            .val_metrics = val_metrics };

  if (strstr (row->args, "=val_accuracy") != NULL)
    val_metrics[0] = value;
  else if (strstr (row->args, "=val_mean") != NULL)
    val_metrics[1] = value;
  else if (strstr (row->args, "=accuracy") != NULL)
    metrics[0] = value;
  else if (strstr (row->args, "=loss") != NULL)
    epoch.loss = value;
  else
    epoch.val_loss = value;
  return epoch;
}

static void
test_case (gconstpointer data)
{
  const Case *row = data;
  const DnnShape input = DNN_SHAPE (1);
  g_autoptr (DnnModel) model = dnn_model_new_from_chain (
      dnn_test_registry (), "dense units=1 use_bias=false", &input, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnCallback) stopping = make (row->args, true, &error);
  double metrics[2] = { 5, 5 }, val_metrics[2] = { 6, 6 };
  int n = 0;

  g_assert_no_error (error);
  *weight_of (model) = 99;
  if (row->start != 0) {
    DnnHistoryEpoch start =
        make_epoch (row, 0, row->start, metrics, val_metrics);

    look (stopping, -1, &start, model);
  }
  while (n < MOST && row->values[n] != 0 && !dnn_callback_is_over (stopping)) {
    DnnHistoryEpoch epoch =
        make_epoch (row, n + 1, row->values[n], metrics, val_metrics);

    *weight_of (model) = (float) (n + 1);
    look (stopping, n, &epoch, model);
    n++;
  }
  dnn_callback_restore (stopping, model);

  g_assert_cmpint (n, ==, row->stops);
  g_assert_cmpfloat (*weight_of (model), ==, row->weights);
}

static void
test_average (void)
{
  const Case row = { .args = "", .values = { 1, .5, .7, .4, 9 } };
  const DnnShape input = DNN_SHAPE (1);
  g_autoptr (DnnModel) model = dnn_model_new_from_chain (
      dnn_test_registry (), "dense units=1 use_bias=false", &input, NULL);
  g_autoptr (DnnCallback) stopping =
      make ("patience=9, restore_best=true, average=2", true, NULL);
  double metrics[2] = { 5, 5 }, val_metrics[2] = { 6, 6 };
  DnnHistoryEpoch mean = make_epoch (&row, 6, .3, metrics, val_metrics);

  g_test_summary ("The mean is that of the best epochs, here 2 and 4, and one "
                  "of them alone comes back as it was");

  for (int n = 0; n < 5; n++) {
    DnnHistoryEpoch epoch =
        make_epoch (&row, n + 1, row.values[n], metrics, val_metrics);

    *weight_of (model) = (float) (n + 1);
    look (stopping, n, &epoch, model);
  }

  g_assert_true (dnn_callback_average (stopping, model));
  g_assert_cmpfloat (*weight_of (model), ==, 3);
  g_assert_true (beats_best (stopping, &mean));
  mean.val_loss = .45;
  g_assert_false (beats_best (stopping, &mean));
  g_assert_cmpint (dnn_callback_restore (stopping, model), ==, 4);
  g_assert_cmpfloat (*weight_of (model), ==, 4);
}

/* --- mistakes ------------------------------------------------------------ */

typedef struct {
  const char *name;
  const char *args;
  bool validates;
  int code;
  const char *piece;
} Bad;

static const Bad bad[] = {
  { "monitor", "monitor=val_los", true, DNN_ERROR_NAME,
    "there is no column 'val_los' to monitor; did you mean 'val_loss'" },
  { "monitor-metric", "monitor=val_acuracy", true, DNN_ERROR_NAME,
    "did you mean 'val_accuracy'" },
  { "no-validation", "", false, DNN_ERROR_NAME,
    "(there are no validation rows)" },
  { "no-validation-metric", "monitor=val_accuracy", false, DNN_ERROR_NAME,
    "there is no column 'val_accuracy'" },
  { "key", "patients=2", true, DNN_ERROR_NAME, "did you mean 'patience'" },
  { "patience", "patience=-1", true, DNN_ERROR_PARAM, "'-1'" },
  { "patience-text", "patience=two", true, DNN_ERROR_PARAM, "'two'" },
  { "min-delta", "min_delta=-0.1", true, DNN_ERROR_PARAM, "'-0.1'" },
  { "start-from", "start_from_epoch=-1", true, DNN_ERROR_PARAM, "'-1'" },
  { "restore", "restore_best=maybe", true, DNN_ERROR_PARAM, "'maybe'" },
  { "start-of-training", "monitor=loss, include_start=true" BEST, true,
    DNN_ERROR_PARAM,
    "include_start needs a monitor of the validation rows, not 'loss'" },
  { "average-of-training", "monitor=accuracy, average=3" BEST, true,
    DNN_ERROR_PARAM,
    "average needs a monitor of the validation rows, not 'accuracy'" },
  { "average-not-restored", "average=3", true, DNN_ERROR_PARAM,
    "average needs restore_best=true" },
  { "mode", "mode=lowest", true, DNN_ERROR_PARAM, "'lowest'" },
  { "baseline", "baseline=low", true, DNN_ERROR_PARAM, "'low'" },
};

static void
test_bad (gconstpointer data)
{
  const Bad *row = data;
  g_autoptr (GError) error = NULL;

  g_assert_null (make (row->args, row->validates, &error));

  dnn_assert_error (error, row->code, row->piece);
}

/* Line 10 of the file is [train]. */
static const Bad bad_runs[] = {
  { "callback", "callbacks = early_stoping\n", true, DNN_ERROR_NAME,
    "run.dnn:10: there is no callback plugin 'early_stoping'" },
  { "run-monitor", "callbacks = early_stopping(monitor=val_acc)\n", true,
    DNN_ERROR_NAME, "run.dnn:10: there is no column 'val_acc'" },
  { "run-key", "callbacks = early_stopping(patienc=1)\n", true, DNN_ERROR_NAME,
    "run.dnn:10: " },
};

static void
test_bad_run (gconstpointer data)
{
  const Bad *row = data;
  g_autofree char *text = g_strconcat (
      DNN_RUN_DATA DNN_RUN_MODEL DNN_RUN_SGD DNN_RUN_TRAIN, row->args, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (dnn_test_run_new (text, &error));

  dnn_assert_error (error, row->code, row->piece);
}

/* --- in a run ------------------------------------------------------------ */

/* Steps of a rate of 0 improve nothing; steps that are wild spoil much. */
#define STILL "[optimizer]\ntype = sgd\nlearning_rate = 0\n"
#define WILD  "[optimizer]\ntype = sgd\nlearning_rate = 30\n"

static void
test_phases (void)
{
  g_autoptr (DnnRun) run = dnn_test_run_good (
      DNN_RUN_DATA DNN_RUN_MODEL STILL DNN_RUN_TRAIN
      "callbacks = early_stopping(patience=2)\n"
      "[phase a]\nepochs = 9\n[phase b]\nepochs = 9\n[phase c]\nepochs = 2\n"
      "[phase d]\nepochs = 4\ncallbacks =\n");
  g_autofree G_GNUC_UNUSED char *messages = dnn_test_run_train (run);
  const DnnHistory *history = dnn_trainer_history (dnn_run_trainer (run));
  g_autoptr (GString) phases = g_string_new (NULL);

  g_test_summary ("Every phase has a stopping of its own, that starts anew");

  for (size_t i = 0; i < dnn_history_count (history); i++)
    g_string_append (phases, dnn_history_at (history, i)->phase);

  g_assert_cmpstr (phases->str, ==, "aaabbbccdddd");
}

static void
test_restored (void)
{
  g_autoptr (DnnRun) run = dnn_test_run_good (
      DNN_RUN_DATA DNN_RUN_MODEL WILD DNN_RUN_TRAIN
      "callbacks = early_stopping(patience=3, restore_best=true)\n"
      "[phase a]\nepochs = 12\n");
  g_autofree G_GNUC_UNUSED char *messages = dnn_test_run_train (run);
  DnnTrainer *trainer = dnn_run_trainer (run);
  const DnnHistory *history = dnn_trainer_history (trainer);
  double least = INFINITY, loss, accuracy;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A run ends with the weights of its best epoch");

  for (size_t i = 0; i < dnn_history_count (history); i++)
    least = MIN (least, dnn_history_at (history, i)->val_loss);
  dnn_trainer_evaluate (trainer, dnn_run_data (run)->validation, &loss,
                        &accuracy, &error);

  g_assert_no_error (error);
  g_assert_cmpfloat (loss, ==, least);
  g_assert_cmpfloat (
      loss, <,
      dnn_history_at (history, dnn_history_count (history) - 1)->val_loss);
}

static void
test_start_restored (void)
{
  g_autoptr (DnnRun) run = dnn_test_run_good (
      DNN_RUN_DATA DNN_RUN_MODEL WILD DNN_RUN_TRAIN
      "callbacks = early_stopping(patience=3, restore_best=true, "
      "include_start=true)\n[phase a]\nepochs = 1\n[phase b]\nepochs = 1\n");
  g_autoptr (GBytes) before =
      dnn_test_keep_weight (dnn_run_model (run), "dense/kernel");
  g_autofree G_GNUC_UNUSED char *messages = dnn_test_run_train (run);

  g_test_summary ("Training that makes everything worse changes nothing, "
                  "where the start may be the best, in the first phase, too");

  g_assert_true (
      dnn_test_is_still (dnn_run_model (run), "dense/kernel", before));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    dnn_add_row ("/early-stopping/case", cases[i].name, &cases[i], test_case);
  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++)
    dnn_add_row ("/early-stopping/bad", bad[i].name, &bad[i], test_bad);
  for (size_t i = 0; i < G_N_ELEMENTS (bad_runs); i++)
    dnn_add_row ("/early-stopping/bad", bad_runs[i].name, &bad_runs[i],
                 test_bad_run);
  g_test_add_func ("/early-stopping/phases", test_phases);
  g_test_add_func ("/early-stopping/average", test_average);
  g_test_add_func ("/early-stopping/restored", test_restored);
  g_test_add_func ("/early-stopping/start-restored", test_start_restored);

  return dnn_test_run_main (NULL);
}
