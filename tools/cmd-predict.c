/* cmd-predict.c - dnnrun predict */
#include "command.h"

#include <dnn-file.h>
#include <dnn-model-file.h>
#include <dnn-npy.h>
#include <dnn-predictor.h>
#include <string.h>

typedef struct {
  char *inputs; /* (owned) */
  char *out;    /* (owned) */
  gboolean labels, raw;
  gint64 threads;
} Options;

static void
options_clear (Options *self)
{
  g_free (self->inputs);
  g_free (self->out);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* The class of one row: the largest of several numbers, or whether the only
 * one is above a half. */
static int64_t
class_of (const float *row, int64_t n)
{
  int64_t best = 0;

  if (n == 1)
    return row[0] > 0.5f;
  for (int64_t i = 1; i < n; i++)
    if (row[i] > row[best])
      best = i;
  return best;
}

static void
append_label (GString *text, const DnnPreprocess *preprocess, const float *row,
              int64_t n)
{
  int64_t label = class_of (row, n);
  char **names = preprocess->class_names;

  if (names != NULL && label < (int64_t) g_strv_length (names))
    g_string_append_printf (text, "%s\n", names[label]);
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
  g_string_append_c (text, '\n');
}

static bool
write_csv (const Options *options, const DnnPreprocess *preprocess,
           const float *y, int64_t rows, int64_t n, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (DnnFile) file = dnn_file_open (options->out, error);

  if (file == NULL)
    return false;
  for (int64_t i = 0; i < rows; i++) {
    if (options->labels)
      append_label (text, preprocess, y + i * n, n);
    else
      append_numbers (text, y + i * n, n);
  }
  return dnn_file_write (file, text->str, text->len, error) &&
         dnn_file_commit (file, error);
}

static bool
write_npy (const Options *options, const DnnModel *model, const float *y,
           int64_t rows, int64_t n, GError **error)
{
  DnnShape sample = dnn_model_output_shape (model);
  DnnShape shape = { sample.n_dims + 1, 0, { rows } };
  g_autofree int64_t *labels = g_new (int64_t, (gsize) rows + 1);

  memcpy (&shape.dims[1], sample.dims, sample.n_dims * sizeof sample.dims[0]);
  if (!options->labels)
    return dnn_npy_write (options->out, DNN_FLOAT32, y, shape, error);
  for (int64_t i = 0; i < rows; i++)
    labels[i] = class_of (y + i * n, n);
  return dnn_npy_write (options->out, DNN_INT64, labels,
                        (DnnShape){ 1, 0, { rows } }, error);
}

static bool
predict (const char *path, const Options *options, const Common *common,
         GError **error)
{
  g_autoptr (DnnRegistry) registry = common_registry (common);
  g_autoptr (DnnModelFile) file = dnn_model_file_load (registry, path, error);
  g_autoptr (DnnArray) inputs = NULL;
  g_autofree float *y = NULL;
  DnnShape output;
  int64_t n = 1;

  common_print_notes (common, registry);
  if (file == NULL)
    return false;
  inputs = dnn_array_load (options->inputs, error);
  if (inputs == NULL)
    return false;
  y = dnn_predict_array (file->model, options->raw ? NULL : file->preprocess,
                         inputs, (unsigned) options->threads, error);
  if (y == NULL) {
    g_prefix_error (error, "%s: ", options->inputs);
    return false;
  }
  output = dnn_model_output_shape (file->model);
  for (uint32_t i = 0; i < output.n_dims; i++)
    n *= output.dims[i];
  return g_str_has_suffix (options->out, ".csv")
             ? write_csv (options, file->preprocess, y, inputs->shape.dims[0],
                          n, error)
             : write_npy (options, file->model, y, inputs->shape.dims[0], n,
                          error);
}

bool
cmd_predict (const Command *self, int *argc, char ***argv, GError **error)
{
  g_auto (Options) options = { 0 };
  g_auto (Common) common = { 0 };
  const GOptionEntry entries[] = {
    { "inputs", 0, 0, G_OPTION_ARG_FILENAME, &options.inputs,
      "Inputs, an .npy or IDX file", "X" },
    { "out", 0, 0, G_OPTION_ARG_FILENAME, &options.out, "Where predictions go",
      "Y.npy|Y.csv" },
    { "labels", 0, 0, G_OPTION_ARG_NONE, &options.labels,
      "Write the class of each row, by name where names are known", NULL },
    { "raw", 0, 0, G_OPTION_ARG_NONE, &options.raw,
      "Inputs are as the model takes them: no scaling", NULL },
    { "threads", 0, 0, G_OPTION_ARG_INT64, &options.threads,
      "Threads to use (default: one a processor)", "N" },
    { NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
  };

  if (!command_parse (self, argc, argv, entries, &common, error) ||
      !check_threads (options.threads, error))
    return false;
  if (options.inputs == NULL || options.out == NULL ||
      (!g_str_has_suffix (options.out, ".npy") &&
       !g_str_has_suffix (options.out, ".csv"))) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                 "predict needs --inputs X.npy and --out Y.npy or Y.csv");
    return false;
  }
  return predict ((*argv)[1], &options, &common, error);
}
