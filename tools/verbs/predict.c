/* predict.c - dnnrun predict */
#include "command.h"

#include <dnn-data-notes.h>
#include <dnn-diagnosis.h>
#include <dnn-evaluator.h>
#include <dnn-file.h>
#include <dnn-model-file.h>
#include <dnn-npy.h>
#include <dnn-predictor.h>
#include <dnn-shape.h>
#include <string.h>

typedef struct {
  char *inputs; /* (owned) */
  char *out;    /* (owned) */
  gboolean labels, raw;
  gint64 samples; /* 0: one prediction, without chance */
  gint64 seed;
  gint64 threads;
} Options;

static void
options_clear (Options *self)
{
  g_free (self->inputs);
  g_free (self->out);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* In quotes where RFC 4180 wants them. */
static void
append_name (GString *text, const char *name)
{
  g_auto (GStrv) pieces = g_strsplit (name, "\"", -1);
  g_autofree char *doubled = g_strjoinv ("\"\"", pieces);

  if (strpbrk (name, ",\"") != NULL)
    g_string_append_printf (text, "\"%s\"\n", doubled);
  else
    g_string_append_printf (text, "%s\n", name);
}

static void
append_label (GString *text, const DnnPreprocess *preprocess, int64_t label)
{
  char **names = preprocess->class_names;

  if (names != NULL && label >= 0 && label < (int64_t) g_strv_length (names))
    append_name (text, names[label]);
  else
    g_string_append_printf (text, "%" G_GINT64_FORMAT "\n", label);
}

static void
append_numbers (GString *text, const float *row, int64_t n)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  for (int64_t i = 0; i < n; i++)
    g_string_append_printf (
        text, "%s%s", i > 0 ? "," : "",
        g_ascii_formatd (buffer, sizeof buffer, "%.9g", (double) row[i]));
}

/* What predict came to: `parts` arrays of rows x n numbers, the prediction or
 * the mean and the standard deviation of samples. */
typedef struct {
  const float *y;
  int64_t parts, rows, n;
  DnnShape sample;  /* a row's shape */
  DnnScores scores; /* what its numbers mean to the loss that trained */
} Result;

static int64_t
label_of (const Result *result, int64_t row)
{
  return dnn_scores_label (result->scores, result->y + row * result->n,
                           result->n);
}

static void
append_row (GString *text, const Result *result, int64_t row)
{
  for (int64_t part = 0; part < result->parts; part++) {
    g_string_append (text, part > 0 ? "," : "");
    append_numbers (text, result->y + (part * result->rows + row) * result->n,
                    result->n);
  }
  g_string_append_c (text, '\n');
}

static bool
write_csv (const Options *options, const DnnPreprocess *preprocess,
           const Result *result, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (DnnFile) file = dnn_file_open (options->out, error);

  if (file == NULL)
    return false;
  for (int64_t i = 0; i < result->rows; i++) {
    if (options->labels)
      append_label (text, preprocess, label_of (result, i));
    else
      append_row (text, result, i);
  }
  return dnn_file_write (file, text->str, text->len, error) &&
         dnn_file_commit (file, error);
}

static bool
write_npy (const Options *options, const Result *result, GError **error)
{
  const bool many = result->parts > 1;
  const DnnShape *sample = &result->sample;
  DnnShape shape = { sample->n_dims + 1 + many, 0, { result->parts } };
  g_autofree int64_t *labels = g_new (int64_t, (gsize) result->rows + 1);

  shape.dims[many] = result->rows;
  memcpy (&shape.dims[many + 1], sample->dims,
          sample->n_dims * sizeof sample->dims[0]);
  if (!options->labels)
    return dnn_npy_write (options->out, DNN_FLOAT32, result->y, shape, error);
  for (int64_t i = 0; i < result->rows; i++)
    labels[i] = label_of (result, i);
  return dnn_npy_write (options->out, DNN_INT64, labels,
                        (DnnShape){ 1, 0, { result->rows } }, error);
}

static float *
run (DnnModelFile *file, const Options *options, const DnnSource *inputs,
     GError **error)
{
  const DnnPreprocess *preprocess = options->raw ? NULL : file->preprocess;
  const DnnSampling sampling = { options->samples, (uint64_t) options->seed,
                                 (unsigned) options->threads };

  return options->samples > 0
             ? dnn_predict_samples (file->model, preprocess, inputs, &sampling,
                                    error)
             : dnn_predict_source (file->model, preprocess, inputs,
                                   (unsigned) options->threads, error);
}

static DnnSource *
load_inputs (const DnnModelFile *file, const char *path, GError **error)
{
  const DnnShape shape = dnn_model_input_shape (file->model);
  int64_t n = 0;

  return dnn_shape_count (&shape, &n)
             ? dnn_data_load_inputs (
                   path, dnn_experiment_find (file->experiment, "data"),
                   file->preprocess, n, error)
             : NULL;
}

static bool
predict (const char *path, const Options *options, const Common *common,
         GError **error)
{
  g_autoptr (DnnRegistry) registry = common_registry (common);
  g_autoptr (DnnModelFile) file = dnn_model_file_load (registry, path, error);
  g_autoptr (DnnSource) inputs = NULL;
  g_autofree float *y = NULL;
  Result result = { .parts = options->samples > 0 ? 2 : 1, .n = 1 };

  common_print_notes (common, registry);
  if (file == NULL)
    return false;
  if (!dnn_diagnosis_check_model (file->model, error)) {
    g_prefix_error (error, "%s: ", path);
    return false;
  }
  result.scores = dnn_evaluate_scores (file);
  inputs = load_inputs (file, options->inputs, error);
  if (inputs == NULL)
    return false;
  print_data_notes (common, dnn_source_notes (file->preprocess, inputs));
  y = run (file, options, inputs, error);
  if (y == NULL) {
    g_prefix_error (error, "%s: ", options->inputs);
    return false;
  }
  result.y = y;
  result.rows = dnn_source_n_rows (inputs);
  result.sample = dnn_model_output_shape (file->model);
  for (uint32_t i = 0; i < result.sample.n_dims; i++)
    result.n *= result.sample.dims[i];
  return g_str_has_suffix (options->out, ".csv")
             ? write_csv (options, file->preprocess, &result, error)
             : write_npy (options, &result, error);
}

static bool
check_options (const Options *options, GError **error)
{
  if (options->inputs == NULL || options->out == NULL ||
      (!g_str_has_suffix (options->out, ".npy") &&
       !g_str_has_suffix (options->out, ".csv"))) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                 "predict needs --inputs X.npy and --out Y.npy or Y.csv");
    return false;
  }
  if (options->samples < 0 || options->seed < 0) {
    g_set_error (
        error, DNN_ERROR, DNN_ERROR_USAGE,
        "--samples and --seed must be 0 or more, not '%" G_GINT64_FORMAT "'",
        MIN (options->samples, options->seed));
    return false;
  }
  return true;
}

bool
cmd_predict (const Command *self, int *argc, char ***argv, GError **error)
{
  g_auto (Options) options = { .seed = 1 };
  g_auto (Common) common = { 0 };
  const GOptionEntry entries[] = {
    { "inputs", 0, 0, G_OPTION_ARG_FILENAME, &options.inputs,
      "Inputs: .npy, .npz (FILE:NAME), IDX or CSV", "X" },
    { "out", 0, 0, G_OPTION_ARG_FILENAME, &options.out, "Where predictions go",
      "Y.npy|Y.csv" },
    { "labels", 0, 0, G_OPTION_ARG_NONE, &options.labels,
      "Write the class of each row, by name where names are known", NULL },
    { "raw", 0, 0, G_OPTION_ARG_NONE, &options.raw,
      "Inputs are as the model takes them: no scaling", NULL },
    { "samples", 0, 0, G_OPTION_ARG_INT64, &options.samples,
      "Predict this often with dropout at work: mean and spread", "N" },
    { "seed", 0, 0, G_OPTION_ARG_INT64, &options.seed,
      "Of the random numbers of --samples (default: 1)", "N" },
    { "threads", 0, 0, G_OPTION_ARG_INT64, &options.threads,
      "Threads to use (default: one a processor)", "N" },
    { NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
  };

  if (!command_parse (self, argc, argv, entries, &common, error) ||
      !check_threads (options.threads, error) ||
      !check_options (&options, error))
    return false;
  return predict ((*argv)[1], &options, &common, error);
}
