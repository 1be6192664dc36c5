/* evaluate.c - dnnrun evaluate */
#include "command.h"
#include "input.h"
#include "json.h"
#include "run-model.h"

#include <dnn-evaluator.h>
#include <dnn-fold.h>
#include <dnn-other-table.h>
#include <dnn-table-choice.h>
#include <dnn-text.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct {
  const char *table; /* instead of [data]; NULL: not given */
  char *data;        /* (owned) */
  char *data_table;  /* (owned) what --data named, where that is a table */
  char *split;       /* (owned) */
  char *metrics;     /* (owned) */
  char *tta;         /* (owned) */
  gboolean fold;
  gint64 threads;
} Options;

static void
options_clear (Options *self)
{
  g_free (self->data);
  g_free (self->data_table);
  g_free (self->split);
  g_free (self->metrics);
  g_free (self->tta);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* --- tables -------------------------------------------------------------- */

/* Of element i of a dimension of n: the class's name, or its number. */
static char *
name_of (const DnnEvaluation *result, int64_t n, int64_t i)
{
  if (result->class_names != NULL &&
      (int64_t) g_strv_length (result->class_names) == n)
    return g_strdup (result->class_names[i]);
  return g_strdup_printf ("%" G_GINT64_FORMAT, i);
}

/* Counts are whole numbers; anything else gets four places. */
static char *
number_to_text (double value)
{
  return value == floor (value) && fabs (value) < 1e15
             ? g_strdup_printf ("%.0f", value)
             : dnn_format_value (value);
}

static int
width_of (const DnnEvaluation *result, const DnnEvaluationTable *table,
          int64_t rows, int64_t columns)
{
  int width = 0;

  for (int64_t i = 0; i < rows * columns; i++) {
    g_autofree char *text = number_to_text (table->values[i]);

    width = MAX (width, (int) g_utf8_strlen (text, -1));
  }
  for (int64_t j = 0; table->shape.n_dims > 1 && j < columns; j++) {
    g_autofree char *name = name_of (result, columns, j);

    width = MAX (width, (int) g_utf8_strlen (name, -1));
  }
  return width;
}

static void
print_padded (const char *text, int width)
{
  printf ("  %*s%s", width - (int) g_utf8_strlen (text, -1), "", text);
}

/* The first dimension is rows, all others columns. */
static void
print_table (const DnnEvaluation *result, const DnnEvaluationTable *table)
{
  const DnnShape *shape = &table->shape;
  const int64_t rows = shape->dims[0];
  int64_t columns = 1;
  int width, head = 0;

  for (uint32_t i = 1; i < shape->n_dims; i++)
    columns *= shape->dims[i];
  width = width_of (result, table, rows, columns);
  for (int64_t i = 0; i < rows; i++) {
    g_autofree char *name = name_of (result, rows, i);

    head = MAX (head, (int) g_utf8_strlen (name, -1));
  }
  printf ("%s: %s\n", table->name, table->summary);
  if (shape->n_dims > 1)
    print_padded ("", head);
  for (int64_t j = 0; shape->n_dims > 1 && j < columns; j++) {
    g_autofree char *name = name_of (result, columns, j);

    print_padded (name, width);
  }
  if (shape->n_dims > 1)
    printf ("\n");
  for (int64_t i = 0; i < rows; i++) {
    g_autofree char *name = name_of (result, rows, i);

    print_padded (name, head);
    for (int64_t j = 0; j < columns; j++) {
      g_autofree char *text = number_to_text (table->values[i * columns + j]);

      print_padded (text, width);
    }
    printf ("\n");
  }
}

/* Arrays within arrays, as the shape has dimensions. */
static const double *
add_json_array (JsonBuilder *b, const DnnShape *shape, uint32_t dim,
                const double *values)
{
  if (dim == shape->n_dims) {
    if (isfinite (*values))
      json_builder_add_double_value (b, *values);
    else
      json_builder_add_null_value (b);
    return values + 1;
  }
  json_builder_begin_array (b);
  for (int64_t i = 0; i < shape->dims[dim]; i++)
    values = add_json_array (b, shape, dim + 1, values);
  json_builder_end_array (b);
  return values;
}

static void
print_result (const DnnEvaluation *result, bool json)
{
  JsonBuilder *b;

  if (!json) {
    printf ("split: %s (%" G_GINT64_FORMAT " rows)\n", result->split,
            result->n_rows);
    print_value ("", "loss", result->loss);
    for (size_t i = 0; result->metrics[i] != NULL; i++)
      print_value ("", result->metrics[i], result->values[i]);
    for (guint i = 0; i < result->tables->len; i++)
      print_table (result, g_ptr_array_index (result->tables, i));
    return;
  }
  b = json_builder_new ();
  json_builder_begin_object (b);
  json_builder_set_member_name (b, "split");
  json_builder_add_string_value (b, result->split);
  json_builder_set_member_name (b, "rows");
  json_builder_add_int_value (b, result->n_rows);
  add_json_number (b, "loss", result->loss);
  for (size_t i = 0; result->metrics[i] != NULL; i++)
    add_json_number (b, result->metrics[i], result->values[i]);
  for (guint i = 0; i < result->tables->len; i++) {
    const DnnEvaluationTable *table = g_ptr_array_index (result->tables, i);

    json_builder_set_member_name (b, table->name);
    add_json_array (b, &table->shape, 0, table->values);
  }
  json_builder_end_object (b);
  print_json (b);
}

/* --- the verb ------------------------------------------------------------ */

/* The data that are named beside the model; NULL without an error where none
 * are, and its own count. */
static DnnExperiment *
other_data (const DnnModelFile *file, const Options *options, GError **error)
{
  if (options->data != NULL)
    return dnn_experiment_load (options->data, error);
  if (options->table == NULL)
    return NULL;
  return dnn_other_table_new (file->experiment, options->table,
                              file->preprocess->columns != NULL);
}

static bool
evaluate (const char *path, const Options *options, const Common *common,
          GError **error)
{
  g_autoptr (DnnRegistry) registry = common_registry (common);
  g_autoptr (DnnModelFile) file = dnn_model_file_load (registry, path, error);
  g_autoptr (DnnExperiment) other = NULL;
  g_autoptr (DnnEvaluation) result = NULL;
  const DnnEvaluationOptions how = { options->split, options->metrics,
                                     (unsigned) options->threads,
                                     options->tta != NULL };

  common_print_notes (common, registry);
  if (file == NULL)
    return false;
  if (options->fold && !dnn_model_file_fold (file, error))
    return false;
  other = other_data (file, options, error);
  if (other == NULL && options->data != NULL)
    return false;
  result = dnn_evaluate (file, other, &how, error);
  if (result == NULL) {
    g_prefix_error (error, "%s: ", path);
    return false;
  }
  print_data_notes (common, g_steal_pointer (&result->notes));
  if (options->table != NULL)
    result->split = options->table;
  print_result (result, common->json);
  if (result->fault != NULL)
    g_set_error (error, DNN_ERROR, DNN_ERROR_DIVERGED,
                 "%s: the loss is not finite: %s", path, result->fault);
  return result->fault == NULL;
}

/* --data may name a table, too. */
static bool
take_data (Options *options, GError **error)
{
  if (options->data == NULL || !dnn_table_is_named (options->data))
    return true;
  if (options->split != NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                 "'%s' is a table, of which all rows count; --split is not for "
                 "it",
                 options->data);
    return false;
  }
  options->data_table = g_steal_pointer (&options->data);
  options->table = input_open (options->data_table, error);
  return options->table != NULL;
}

/* A second word is an experiment, or a table, whose rows all count. */
static bool
take_words (Options *options, int argc, char **argv, GError **error)
{
  if (argc < 3)
    return take_data (options, error);
  if (options->data != NULL ||
      (options->split != NULL && !g_str_has_suffix (argv[2], ".dnn"))) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                 "'%s' is what to evaluate on, all its rows; --%s is not for "
                 "it",
                 argv[2], options->data != NULL ? "data" : "split");
    return false;
  }
  if (g_str_has_suffix (argv[2], ".dnn"))
    options->data = g_strdup (argv[2]);
  else
    options->table = input_open (argv[2], error);
  return options->data != NULL || options->table != NULL;
}

static bool
check_tta (const char *tta, GError **error)
{
  if (tta == NULL || strcmp (tta, "flip") == 0)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
               "--tta must be flip, not '%s'", tta);
  return false;
}

bool
cmd_evaluate (const Command *self, int *argc, char ***argv, GError **error)
{
  g_auto (Options) options = { 0 };
  g_auto (Common) common = { 0 };
  g_autofree char *model = NULL;
  const GOptionEntry entries[] = {
    { "data", 0, 0, G_OPTION_ARG_FILENAME, &options.data,
      "File with a section [data], or a table (default: the model's own)",
      "FILE.dnn|TABLE.csv" },
    { "split", 0, 0, G_OPTION_ARG_STRING, &options.split,
      "Which rows (default: test if there are any)", "test|validation|train" },
    { "metrics", 0, 0, G_OPTION_ARG_STRING, &options.metrics,
      "Metrics, separated by commas (default: those of the training)", "LIST" },
    { "fold", 0, 0, G_OPTION_ARG_NONE, &options.fold,
      "Fold batch normalization into the layers before it", NULL },
    { "tta", 0, 0, G_OPTION_ARG_STRING, &options.tta,
      "Predict each picture as the mean of it and its mirror image", "flip" },
    { "threads", 0, 0, G_OPTION_ARG_INT64, &options.threads,
      "Threads to use (default: one a processor)", "N" },
    { NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
  };

  if (!command_parse (self, argc, argv, entries, &common, error) ||
      !check_threads (options.threads, error) ||
      !check_tta (options.tta, error) ||
      !take_words (&options, *argc, *argv, error))
    return false;
  model = find_model ((*argv)[1], &common, error);
  return model != NULL && evaluate (model, &options, &common, error);
}
