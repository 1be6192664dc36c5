/* predict.c - dnnrun predict */
#include "command.h"
#include "input.h"
#include "predict-stream.h"
#include "run-model.h"

#include <dnn-data-file.h>
#include <dnn-data-notes.h>
#include <dnn-data-source.h>
#include <dnn-diagnosis.h>
#include <dnn-fold.h>
#include <dnn-npy.h>
#include <dnn-parse.h>
#include <dnn-predictor.h>
#include <dnn-shape.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct {
  char *inputs;    /* (owned) */
  char *out;       /* (owned) NULL and "-": the standard output */
  char *carry;     /* (owned) NULL: no columns */
  char *threshold; /* (owned) NULL: not given */
  double cut;      /* the same, read */
  gboolean labels, raw, stream, fold;
  gint64 samples; /* 0: one prediction, without chance */
  gint64 seed;
  gint64 threads;
} Options;

static void
options_clear (Options *self)
{
  g_free (self->inputs);
  g_free (self->out);
  g_free (self->carry);
  g_free (self->threshold);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* --- where they go ------------------------------------------------------- */

static bool
is_to_stdout (const Options *options)
{
  return options->out == NULL || strcmp (options->out, "-") == 0;
}

static bool
write_npy (const char *path, const Predictions *result, GError **error)
{
  const bool many = result->parts > 1;
  const DnnShape *sample = &result->sample;
  DnnShape shape = { sample->n_dims + 1 + many, 0, { result->parts } };
  g_autofree int64_t *labels = g_new (int64_t, (gsize) result->rows + 1);

  shape.dims[many] = result->rows;
  memcpy (&shape.dims[many + 1], sample->dims,
          sample->n_dims * sizeof sample->dims[0]);
  if (!result->labels)
    return dnn_npy_write (path, DNN_FLOAT32, result->y, shape, error);
  for (int64_t i = 0; i < result->rows; i++)
    labels[i] = predictions_label (result, i);
  return dnn_npy_write (path, DNN_INT64, labels,
                        (DnnShape){ 1, 0, { result->rows } }, error);
}

static bool
write_file (const char *path, const Predictions *result, GError **error)
{
  g_autofree char *text = NULL;

  if (!g_str_has_suffix (path, ".csv"))
    return write_npy (path, result, error);
  text = predictions_to_csv (result);
  return write_text (path, text, error);
}

static bool
write_result (const Options *options, const Common *common,
              const Predictions *result, GError **error)
{
  g_autofree char *text = NULL;

  if (!is_to_stdout (options)) {
    if (!write_file (options->out, result, error))
      return false;
    if (!common->quiet && isatty (STDERR_FILENO))
      fprintf (stderr, "dnnrun: %" G_GINT64_FORMAT " rows of %s, to %s\n",
               result->rows, options->inputs, options->out);
    return true;
  }
  if (common->json) {
    predictions_print_json (result);
    return true;
  }
  text = isatty (STDOUT_FILENO) ? predictions_to_table (result)
                                : predictions_to_csv (result);
  fputs (text, stdout);
  return true;
}

/* --- what they are ------------------------------------------------------- */

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

static char **
split_targets (const DnnModelFile *file)
{
  const char *list = dnn_experiment_get (file->experiment, "data", "target");

  return list != NULL && *list != '\0' ? dnn_split_commas (list) : NULL;
}

static bool
check_threshold (const Options *options, const Predictions *result,
                 GError **error)
{
  if (options->threshold == NULL ||
      (result->meaning.classes && result->n <= 2 &&
       result->meaning.scores != DNN_MARGINS))
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
               "--threshold '%s' cuts the probability of one class of two, and "
               "this model gives %" G_GINT64_FORMAT " %s a row",
               options->threshold, result->n,
               result->meaning.scores == DNN_MARGINS ? "margins"
               : result->meaning.classes             ? "probabilities"
                                                     : "numbers of no class");
  return false;
}

/* Columns of the table of the inputs, which must then be one. */
static bool
carry_columns (const DnnModelFile *file, const Options *options,
               Predictions *result, GError **error)
{
  g_autoptr (DnnDataFile) table = NULL;
  DnnDataSettings settings;

  if (options->carry == NULL)
    return true;
  table = dnn_data_file_open (options->inputs, DNN_FORMAT_AUTO, error);
  if (table == NULL ||
      !dnn_data_settings_parse (dnn_experiment_find (file->experiment, "data"),
                                &settings, error))
    return false;
  if (table->format != DNN_FORMAT_CSV) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                 "--carry '%s' is for a table, and %s is none", options->carry,
                 options->inputs);
    return false;
  }
  result->carried = dnn_csv_texts_read (table->path, table->bytes,
                                        (DnnCsvHeader) settings.header,
                                        options->carry, error);
  if (result->carried == NULL ||
      result->carried->rows->len == (guint) result->rows)
    return result->carried != NULL;
  g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
               "%s: has '%u' rows, and %" G_GINT64_FORMAT " are predicted",
               options->inputs, result->carried->rows->len, result->rows);
  return false;
}

/* A column of the files that rows were read from, which go away with them. */
static void
name_rows (Predictions *result, const DnnSource *inputs)
{
  DnnCsvTexts *names;

  if (inputs->row_names == NULL || result->carried != NULL)
    return;
  names = g_new0 (DnnCsvTexts, 1);
  names->names = g_strsplit ("file", ",", 1);
  names->n_columns = 1;
  names->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  for (int64_t i = 0; i < result->rows; i++) {
    char *row[] = { inputs->row_names[i], NULL };

    g_ptr_array_add (names->rows, g_strdupv (row));
  }
  result->carried = names;
}

/* All but the numbers. */
static bool
describe_result (const DnnModelFile *file, const Options *options, int64_t rows,
                 char **target_names, Predictions *result, GError **error)
{
  result->parts = options->samples > 0 ? 2 : 1;
  result->rows = rows;
  result->sample = dnn_model_output_shape (file->model);
  result->n = 1;
  for (uint32_t i = 0; i < result->sample.n_dims; i++)
    result->n *= result->sample.dims[i];
  result->meaning = dnn_evaluate_meaning (file, 0);
  result->class_names = file->preprocess->class_names;
  result->target_names = target_names;
  result->threshold = options->cut;
  result->labels = options->labels;
  return check_threshold (options, result, error) &&
         carry_columns (file, options, result, error);
}

static bool
check_places (const Options *options, const char *model, GError **error)
{
  return is_to_stdout (options) ||
         (check_out_is_not (options->out, model, "the model", error) &&
          check_out_is_not (options->out, options->inputs, "the file of inputs",
                            error));
}

static bool
predict_lines (DnnModelFile *file, const Options *options, const Common *common,
               GError **error)
{
  g_auto (GStrv) target_names = split_targets (file);
  g_auto (Predictions) result = { 0 };
  const PredictStream stream = {
    .file = file,
    .preprocess = options->raw ? NULL : file->preprocess,
    .result = &result,
    .json = common->json,
    .threads = (unsigned) options->threads,
    .load = load_inputs,
  };

  return describe_result (file, options, 1, target_names, &result, error) &&
         predict_stream (&stream, error);
}

static bool
predict_all (DnnModelFile *file, const Options *options, const Common *common,
             GError **error)
{
  g_autoptr (DnnSource) inputs = load_inputs (file, options->inputs, error);
  g_auto (GStrv) target_names = NULL;
  g_auto (Predictions) result = { 0 };
  g_autofree float *y = NULL;

  if (inputs == NULL)
    return false;
  print_data_notes (common, dnn_source_notes (file->preprocess, inputs));
  target_names = split_targets (file);
  if (!describe_result (file, options, dnn_source_n_rows (inputs), target_names,
                        &result, error))
    return false;
  name_rows (&result, inputs);
  result.y = y = run (file, options, inputs, error);
  if (y == NULL) {
    g_prefix_error (error, "%s: ", options->inputs);
    return false;
  }
  return write_result (options, common, &result, error);
}

static bool
predict (const char *path, const Options *options, const Common *common,
         GError **error)
{
  g_autoptr (DnnRegistry) registry = common_registry (common);
  g_autoptr (DnnModelFile) file = NULL;

  if (!check_places (options, path, error))
    return false;
  file = dnn_model_file_load (registry, path, error);
  common_print_notes (common, registry);
  if (file == NULL)
    return false;
  if (!dnn_diagnosis_check_model (file->model, error)) {
    g_prefix_error (error, "%s: ", path);
    return false;
  }
  if (options->fold && !dnn_model_file_fold (file, error))
    return false;
  return options->stream ? predict_lines (file, options, common, error)
                         : predict_all (file, options, common, error);
}

/* --- the verb ------------------------------------------------------------ */

static bool
parse_threshold (Options *options, GError **error)
{
  options->cut = NAN;
  if (options->threshold == NULL ||
      dnn_parse_float (options->threshold, 0, 1, &options->cut, NULL))
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
               "--threshold must be a number from 0 to 1, not '%s'",
               options->threshold);
  return false;
}

static bool
check_out (const Options *options, GError **error)
{
  if (is_to_stdout (options) || g_str_has_suffix (options->out, ".npy") ||
      g_str_has_suffix (options->out, ".csv"))
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
               "predict needs --out Y.npy or Y.csv, or - for the standard "
               "output, not '%s'",
               options->out);
  return false;
}

/* A stream takes the place of what is known before the first row. */
static bool
check_stream (Options *options, GError **error)
{
  if (!options->stream)
    return true;
  if (options->inputs == NULL)
    options->inputs = g_strdup ("-");
  if (strcmp (options->inputs, "-") == 0 && is_to_stdout (options) &&
      options->carry == NULL && options->samples == 0)
    return true;
  g_set_error (
      error, DNN_ERROR, DNN_ERROR_USAGE,
      "--stream predicts the lines of the standard input as they come, "
      "to the standard output; inputs '%s', --out, --carry and "
      "--samples are not for it",
      options->inputs);
  return false;
}

static bool
check_options (Options *options, GError **error)
{
  if (!check_stream (options, error))
    return false;
  if (options->inputs == NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                 "predict needs the inputs: predict MODEL TABLE.csv, or "
                 "--inputs X.npy, or - for the standard input");
    return false;
  }
  if (options->samples < 0 || options->seed < 0) {
    g_set_error (
        error, DNN_ERROR, DNN_ERROR_USAGE,
        "--samples and --seed must be 0 or more, not '%" G_GINT64_FORMAT "'",
        MIN (options->samples, options->seed));
    return false;
  }
  return check_out (options, error) && parse_threshold (options, error);
}

/* A second word is the inputs. */
static bool
take_words (Options *options, int argc, char **argv, GError **error)
{
  const char *path;

  if (argc > 2 && options->inputs != NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                 "'%s' and --inputs '%s' are both inputs; predict takes one",
                 argv[2], options->inputs);
    return false;
  }
  if (argc > 2)
    options->inputs = g_strdup (argv[2]);
  if (!check_options (options, error))
    return false;
  path =
      options->stream ? options->inputs : input_open (options->inputs, error);
  if (path != NULL && path != options->inputs) {
    g_free (options->inputs);
    options->inputs = g_strdup (path);
  }
  return path != NULL;
}

bool
cmd_predict (const Command *self, int *argc, char ***argv, GError **error)
{
  g_auto (Options) options = { .seed = 1 };
  g_auto (Common) common = { 0 };
  g_autofree char *model = NULL;
  const GOptionEntry entries[] = {
    { "inputs", 0, 0, G_OPTION_ARG_FILENAME, &options.inputs,
      "Inputs: .npy, .npz (FILE:NAME), IDX or CSV; - is the standard input",
      "X" },
    { "out", 0, 0, G_OPTION_ARG_FILENAME, &options.out,
      "Where predictions go (default: -, the standard output)", "Y.npy|Y.csv" },
    { "labels", 0, 0, G_OPTION_ARG_NONE, &options.labels,
      "Write the class of each row alone, by name where names are known",
      NULL },
    { "carry", 0, 0, G_OPTION_ARG_STRING, &options.carry,
      "Columns of the table to write in front, as they are", "COLUMNS" },
    { "threshold", 0, 0, G_OPTION_ARG_STRING, &options.threshold,
      "Of two classes: the probability above which it is the second", "P" },
    { "stream", 0, 0, G_OPTION_ARG_NONE, &options.stream,
      "A row per line of the standard input, predicted as it comes; layers "
      "with "
      "a state go on from row to row, and an empty line begins anew",
      NULL },
    { "raw", 0, 0, G_OPTION_ARG_NONE, &options.raw,
      "Inputs are as the model takes them: no scaling", NULL },
    { "samples", 0, 0, G_OPTION_ARG_INT64, &options.samples,
      "Predict this often with dropout at work: mean and spread", "N" },
    { "seed", 0, 0, G_OPTION_ARG_INT64, &options.seed,
      "Of the random numbers of --samples (default: 1)", "N" },
    { "fold", 0, 0, G_OPTION_ARG_NONE, &options.fold,
      "Fold batch normalization into the layers before it", NULL },
    { "threads", 0, 0, G_OPTION_ARG_INT64, &options.threads,
      "Threads to use (default: one a processor)", "N" },
    { NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
  };

  if (!command_parse (self, argc, argv, entries, &common, error) ||
      !check_threads (options.threads, error) ||
      !take_words (&options, *argc, *argv, error))
    return false;
  model = find_model ((*argv)[1], &common, error);
  return model != NULL && predict (model, &options, &common, error);
}
