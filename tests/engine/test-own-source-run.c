/* test-own-source-run.c - a source and steps that the library does not name,
 * trained on, gone on with, evaluated and predicted
 */
#include "dnn-assert.h"
#include "dnn-evaluator.h"
#include "dnn-predictor.h"
#include "dnn-test-data.h"
#include "dnn-test-formula.h"
#include "dnn-test-run.h"
#include "dnn-test.h"

typedef struct {
  const char *name;
  const char *inputs;
} Case;

static const Case cases[] = {
  { "doubled", "formula:3" },
  { "summed", "formula:3:sum" },
};

static char *
text_of (const Case *row)
{
  return g_strconcat ("[data]\ninputs = ", row->inputs,
                      "\nvalidation_first = 10\nstandardize = true\n"
                      "" DNN_RUN_MODEL DNN_RUN_TRAIN DNN_RUN_SGD,
                      NULL);
}

static DnnModelFile *
load (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "model.safetensors", NULL);
  g_autoptr (GError) error = NULL;
  DnnModelFile *file = dnn_model_file_load (dnn_test_registry (), path, &error);

  g_assert_no_error (error);
  return file;
}

static void
test_resume (gconstpointer data)
{
  const Case *row = data;
  g_autofree char *text = text_of (row);
  g_autofree char *whole = g_strconcat ("whole-", row->name, NULL);
  g_autofree char *broken = g_strconcat ("broken-", row->name, NULL);
  g_autoptr (DnnRun) run = dnn_test_run_good (text);
  g_autoptr (DnnRun) first = dnn_test_run_good (text), second = NULL;

  g_test_summary ("A run that is broken off and gone on with has the bits of "
                  "one that was not");

  dnn_test_run_train_in (run, whole);
  g_assert_true (dnn_run_open (first, broken, false, NULL));
  dnn_test_run_train_until (first, 5);
  second = dnn_test_run_resume_good (broken, text);
  dnn_test_run_train_until (second, 0);

  dnn_test_assert_same_run (whole, broken);
}

/* The predictions for the formula's rows, computed step by step by hand. */
static float *
predict_by_hand (const DnnModelFile *file, const DnnSource *source)
{
  const DnnShape shape = dnn_source_row_shape (source);
  const DnnShape input = dnn_model_input_shape (file->model);
  const int64_t n = input.dims[0];
  g_autofree float *scratch =
      g_new (float, (gsize) (FORMULA_ROWS * dnn_preprocess_scratch (
                                                file->preprocess, &shape)));
  g_autofree float *x = g_new (float, (gsize) (FORMULA_ROWS * n));
  g_autoptr (DnnArray) array = NULL;
  int64_t rows[FORMULA_ROWS];

  for (int i = 0; i < FORMULA_ROWS; i++)
    rows[i] = i;
  dnn_preprocess_rows (file->preprocess, source, rows, FORMULA_ROWS, scratch,
                       x);
  array = dnn_test_array (x, DNN_SHAPE (FORMULA_ROWS, n));
  return dnn_predict_array (file->model, NULL, array, 1, NULL);
}

static void
test_predict (gconstpointer data)
{
  const Case *row = data;
  g_autofree char *folder = g_strconcat ("whole-", row->name, NULL);
  g_autoptr (DnnModelFile) file = load (folder);
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnSource) source = dnn_data_load_inputs (
      row->inputs, dnn_experiment_find (file->experiment, "data"),
      file->preprocess, 0, &error);
  g_autofree float *y = NULL, *by_hand = NULL;

  g_test_summary ("A model is applied to rows of the formula, by its file");

  y = dnn_predict_source (file->model, file->preprocess, source, 1, &error);
  g_assert_no_error (error);
  by_hand = predict_by_hand (file, source);

  g_assert_cmpmem (y, FORMULA_ROWS * 3 * sizeof *y, by_hand,
                   FORMULA_ROWS * 3 * sizeof *by_hand);
}

static void
test_evaluate (gconstpointer data)
{
  const Case *row = data;
  const DnnEvaluationOptions options = { .split = "validation", .threads = 1 };
  g_autofree char *text = text_of (row);
  g_autofree char *folder = g_strconcat ("whole-", row->name, NULL);
  g_autoptr (DnnRun) run = dnn_test_run_good (text);
  g_autoptr (DnnModelFile) file = load (folder);
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnEvaluation) evaluation = NULL;
  const DnnHistory *history;

  g_test_summary ("Evaluating gives the validation loss of the training");

  g_free (dnn_test_run_train (run));
  history = dnn_trainer_history (dnn_run_trainer (run));
  evaluation = dnn_evaluate (file, NULL, &options, &error);

  g_assert_no_error (error);
  g_assert_cmpfloat (evaluation->loss, ==,
                     dnn_history_at (history, 1)->val_loss);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++) {
    const Case *row = &cases[i];

    dnn_add_row ("/own-source-run/resume", row->name, row, test_resume);
    dnn_add_row ("/own-source-run/predict", row->name, row, test_predict);
    dnn_add_row ("/own-source-run/evaluate", row->name, row, test_evaluate);
  }

  return dnn_test_run_main (NULL);
}
