/* dnn-table-choice.c - looks at a table, and writes down what suits it */
#include "dnn-table-choice.h"

#include "dnn-csv.h"
#include "dnn-data-file.h"
#include "dnn-data-steps.h"
#include "dnn-data.h"
#include "dnn-file-names.h"
#include "dnn-shape.h"
#include "dnn-table-target.h"

#include <math.h>
#include <string.h>

/* Fewer rows part into nothing that measures. */
enum { LEAST_ROWS = 10 };

void
dnn_table_choice_free (DnnTableChoice *self)
{
  if (self == NULL)
    return;
  g_free (self->report);
  dnn_experiment_free (self->experiment);
  g_free (self);
}

bool
dnn_table_is_named (const char *path)
{
  static const char *const suffixes[] = { ".csv", ".tsv", ".txt", ".npz",
                                          ".npy" };
  g_autofree char *name = g_ascii_strdown (path, -1);

  if (g_str_has_suffix (name, ".gz"))
    name[strlen (name) - strlen (".gz")] = '\0';
  for (size_t i = 0; i < G_N_ELEMENTS (suffixes); i++)
    if (g_str_has_suffix (name, suffixes[i]))
      return true;
  return false;
}

static bool
is_given (const DnnTableChoice *self, const char *section, const char *key)
{
  const DnnSpec *found = dnn_experiment_find (self->experiment, section);
  const DnnArg *arg = found != NULL ? dnn_spec_find (found, key) : NULL;

  return arg != NULL && dnn_arg_is_override (arg);
}

static const char *
get (const DnnTableChoice *self, const char *section, const char *key,
     const char *otherwise)
{
  const char *value = dnn_experiment_get (self->experiment, section, key);

  return value != NULL ? value : otherwise;
}

/* Sets a key that the user has not given. */
static void
set (DnnTableChoice *self, const char *section, const char *key,
     const char *value)
{
  if (!is_given (self, section, key))
    dnn_experiment_set (self->experiment, section, key, value);
}

static void say (GString *report, const char *what, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

static void
say (GString *report, const char *what, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_string_append_printf (report, "%-9s ", what);
  g_string_append_vprintf (report, format, args);
  g_string_append_c (report, '\n');
  va_end (args);
}

/* --- columns ------------------------------------------------------------- */

/* Of an archive, the target is an array, and x the inputs. */
static void
choose_arrays (DnnTableChoice *self, const DnnDataFile *file, const char *path,
               const char *target)
{
  g_autofree char *inputs = g_strconcat (path, ":x", NULL);
  g_autofree char *targets = g_strconcat (path, ":", target, NULL);

  if (target == NULL || file->format != DNN_FORMAT_NPZ || file->member != NULL)
    return;
  set (self, "data", "inputs", inputs);
  set (self, "data", "targets", targets);
}

/* True if the user has given a column something else to do than be an input. */
static bool
has_use (const DnnTableChoice *self, const char *column)
{
  return strcmp (get (self, "data", "group", ""), column) == 0 ||
         strcmp (get (self, "data", "time", ""), column) == 0 ||
         strcmp (get (self, "data", "weight_column", ""), column) == 0;
}

/* Leaves out the columns that are no use, and says why. */
static bool
choose_columns (DnnTableChoice *self, const char *path, const char *target,
                GString *report, GError **error)
{
  const char *categories = get (self, "data", "categories", "auto");
  const char *given = get (self, "data", "ignore_columns", "");
  const char *header = get (self, "data", "header", "auto");
  const DnnCsvOptions options = {
    .target = target != NULL ? target : get (self, "data", "target", NULL),
    .ignore = *given != '\0' ? given : NULL,
    .header = strcmp (header, "false") == 0  ? DNN_CSV_HEADER_FALSE
              : strcmp (header, "true") == 0 ? DNN_CSV_HEADER_TRUE
                                             : DNN_CSV_HEADER_AUTO,
    .categories = categories
  };
  g_autoptr (DnnDataFile) file =
      dnn_data_file_open (path, DNN_FORMAT_AUTO, error);
  g_autoptr (GString) ignored = g_string_new (given);
  g_auto (GStrv) unfit = NULL;

  if (file == NULL)
    return false;
  if (file->format != DNN_FORMAT_CSV) {
    choose_arrays (self, file, path, target);
    return true;
  }
  unfit = dnn_csv_find_unfit (path, file->bytes, &options, error);
  for (size_t i = 0; unfit != NULL && unfit[i] != NULL; i += 2) {
    if (has_use (self, unfit[i]))
      continue;
    say (report, "left out", "column '%s': %s", unfit[i], unfit[i + 1]);
    g_string_append_printf (ignored, "%s%s", ignored->len > 0 ? ", " : "",
                            unfit[i]);
  }
  set (self, "data", "missing", "fill");
  if (target != NULL)
    set (self, "data", "target", target);
  if (ignored->len > 0)
    dnn_experiment_set (self->experiment, "data", "ignore_columns",
                        ignored->str);
  return unfit != NULL;
}

static void
say_columns (GString *report, const DnnData *data)
{
  const DnnDataStep *step =
      dnn_preprocess_find (data->preprocess, &dnn_columns_type);
  const DnnColumns *columns = (const DnnColumns *) step;
  const DnnShape shape = dnn_data_input_shape (data);
  g_autofree char *text = dnn_shape_to_list (&shape);
  g_autoptr (GString) kinds = g_string_new (NULL);
  int64_t n_words = 0, n_dates = 0;

  if (step == NULL || !dnn_split_input (data->train)->columnar) {
    say (report, "inputs", "rows of %s numbers, standardized", text);
    return;
  }
  for (int64_t i = 0; i < step->size; i++) {
    n_words += columns->at[i].kind == DNN_CSV_WORDS;
    n_dates += columns->at[i].kind == DNN_CSV_DATES;
  }
  if (n_words > 0)
    g_string_append_printf (kinds, ", %" G_GINT64_FORMAT " of words (one-hot)",
                            n_words);
  if (n_dates > 0)
    g_string_append_printf (kinds, ", %" G_GINT64_FORMAT " of dates", n_dates);
  say (report, "inputs",
       "%" G_GINT64_FORMAT " columns%s: %" G_GINT64_FORMAT
       " numbers, standardized",
       step->size, kinds->str, columns->width);
  say (report, "holes",
       "empty cells count as the mean, or the most frequent word");
}

/* --- the target ---------------------------------------------------------- */

static bool
check_target (const DnnData *data, const DnnTableTarget *target, GError **error)
{
  const char *name = dnn_split_target (data->train)->name;

  if (data->train->n < LEAST_ROWS) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
                 "%s: has '%" G_GINT64_FORMAT "' rows, and %d at least are "
                 "needed to train, validate and test",
                 name, data->train->n, LEAST_ROWS);
    return false;
  }
  if (target->named && 2 * target->n_classes > data->train->n) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
                 "%s: the target has '%" G_GINT64_FORMAT "' different words in "
                 "%" G_GINT64_FORMAT " rows, too many to be classes; --target "
                 "names another column",
                 name, target->n_classes, data->train->n);
    return false;
  }
  if (target->n_classes != 1)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
               "%s: the target is '%s' in every row, so there is nothing to "
               "learn; --target names another column",
               name, target->named ? data->preprocess->class_names[0] : "one");
  return false;
}

static void
choose_labels (DnnTableChoice *self, const DnnData *data,
               const DnnTableTarget *target, GString *report)
{
  g_autoptr (GString) list = g_string_new (NULL);

  for (int64_t i = 0; i < target->n_classes; i++) {
    g_string_append (list, i > 0 ? ", " : "");
    if (target->named)
      g_string_append (list, data->preprocess->class_names[i]);
    else
      g_string_append_printf (list, "%" G_GINT64_FORMAT, target->labels[i]);
  }
  if (!target->named && !target->in_order)
    set (self, "data", "keep_classes", list->str);
  say (report, "target", "%" G_GINT64_FORMAT " classes: %.60s%s",
       target->n_classes, list->str, list->len > 60 ? " ..." : "");
}

/* --- the split ----------------------------------------------------------- */

static void
choose_split (DnnTableChoice *self, const DnnTableTarget *target)
{
  const bool given = is_given (self, "data", "validation_inputs") ||
                     is_given (self, "data", "validation_first") ||
                     is_given (self, "data", "folds");

  set (self, "data", "split",
       is_given (self, "data", "group")  ? "random"
       : is_given (self, "data", "time") ? "time"
       : target->n_classes > 0           ? "stratified"
                                         : "random");
  if (!given)
    set (self, "data", "validation_split", "0.2");
  set (self, "data", "test_split", "0.2");
  set (self, "data", "standardize", "true");
}

static void
say_split (const DnnTableChoice *self, GString *report, const DnnData *data)
{
  say (report, "split",
       "%s: %" G_GINT64_FORMAT " rows train, %" G_GINT64_FORMAT
       " validate, %" G_GINT64_FORMAT " test",
       get (self, "data", "split", "last"), data->train->n,
       data->validation != NULL ? data->validation->n : 0,
       data->test != NULL ? data->test->n : 0);
}

/* --- the model ----------------------------------------------------------- */

/* Puts a number where the chain has `name`. */
static void
put (GString *chain, const char *name, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (text, sizeof text, "%.6g", value);
  g_string_replace (chain, name, text, 0);
}

/* Mean and deviation of the training targets: Welford, as everywhere. */
static void
put_scale (GString *chain, const DnnData *data, int64_t size)
{
  const DnnSplit *split = data->train;
  g_autofree float *y = g_new (float, (gsize) size);
  double mean = 0, squares = 0, deviation;
  int64_t n = 0;

  for (int64_t i = 0; i < split->n; i++) {
    const int64_t row = dnn_split_row (split, i);

    dnn_data_targets (data, split, &row, 1, y);
    for (int64_t j = 0; j < size; j++) {
      const double before = y[j] - mean;

      mean += before / (double) ++n;
      squares += before * (y[j] - mean);
    }
  }
  deviation = sqrt (squares / (double) n);
  put (chain, "$scale", deviation > 0 ? deviation : 1);
  put (chain, "$offset", mean);
}

static void
choose_layers (DnnTableChoice *self, const DnnData *data,
               const DnnTableTarget *target, const char *layers,
               GString *report)
{
  const int64_t n = data->train->n;
  const double wide = n < 1000 ? 64 : n < 10000 ? 128 : 256;
  const DnnShape shape = dnn_data_input_shape (data);
  g_autoptr (GString) chain = g_string_new (layers);

  if (layers == NULL) {
    g_string_assign (chain, shape.n_dims > 1 ? "flatten ! " : "");
    g_string_append (chain,
                     dnn_experiment_get (self->experiment, "model", "layers"));
    put (chain, "$wide", wide);
    put (chain, "$narrow", wide / 2);
    put (chain, "$outputs",
         (double) (target->n_classes > 0 ? target->n_classes : target->size));
    put_scale (chain, data, target->size);
  }
  set (self, "model", "layers", chain->str);
  say (report, "layers", "%s", get (self, "model", "layers", ""));
}

/* All that the template says of the model and its training. */
static void
take_template (DnnTableChoice *self, const DnnExperiment *template)
{
  for (size_t i = 0; i < dnn_experiment_n_sections (template); i++) {
    const DnnSpec *section = dnn_experiment_section (template, i);

    for (guint j = 0; j < section->args->len; j++) {
      const DnnArg *arg = g_ptr_array_index (section->args, j);

      set (self, section->name, arg->key, arg->value);
    }
  }
}

static void
say_training (const DnnTableChoice *self, GString *report)
{
  say (report, "loss", "%s; metric: %s", get (self, "train", "loss", "none"),
       get (self, "train", "metrics", "none"));
  say (report, "training", "%s, learning rate %s; %s epochs at most, %s",
       get (self, "optimizer", "type", "none"),
       get (self, "optimizer", "learning_rate", "none"),
       get (self, "train", "epochs", "none"),
       get (self, "train", "callbacks", "none"));
}

/* --- all of it ----------------------------------------------------------- */

static DnnData *
load (const DnnTableChoice *self, GError **error)
{
  return dnn_data_load (dnn_experiment_find (self->experiment, "data"), error);
}

/* All rows, however they are to be split. */
static DnnData *
load_whole (const DnnTableChoice *self, GError **error)
{
  static const char *const parts[] = { "split",
                                       "validation_split",
                                       "validation_first",
                                       "test_split",
                                       "group",
                                       "time",
                                       "folds" };
  g_autoptr (DnnSpec) section =
      dnn_spec_copy (dnn_experiment_find (self->experiment, "data"));
  const char *group = get (self, "data", "group", "");
  g_autofree char *ignored =
      g_strjoin (", ", group, get (self, "data", "ignore_columns", NULL), NULL);

  if (*group != '\0')
    dnn_spec_set (section, "ignore_columns", ignored, (DnnPlace){ 0 });
  for (size_t i = 0; i < G_N_ELEMENTS (parts); i++)
    dnn_spec_remove (section, parts[i]);
  return dnn_data_load (section, error);
}

/* The same for the first time: what is left out may be all there is, and keys
 * that help are said where there is no file to write them to. */
static DnnData *
load_columns (const DnnTableChoice *self, const char *report, GError **error)
{
  g_autoptr (GError) cause = NULL;
  DnnData *data = load_whole (self, &cause);
  const char *line = strstr (report, "left out  ");

  if (data != NULL)
    return data;
  if (line != NULL && strstr (cause->message, "none is left") != NULL)
    g_set_error (error, cause->domain, cause->code, "%s; left out is %.*s",
                 cause->message, (int) strcspn (line + 10, "\n"), line + 10);
  else
    g_set_error (error, cause->domain, cause->code, "%s%s", cause->message,
                 strstr (cause->message, "'ignore_columns = ") != NULL
                     ? " (--set data.KEY=VALUE)"
                     : "");
  return NULL;
}

static bool
choose (DnnTableChoice *self, const char *path, const DnnTableOptions *options,
        GString *report, GError **error)
{
  g_autoptr (DnnData) all = NULL, data = NULL;
  DnnTableTarget found;

  set (self, "data", "inputs", path);
  if (!choose_columns (self, path, options->target, report, error))
    return false;
  all = load_columns (self, report->str, error);
  if (all == NULL)
    return false;
  found = dnn_table_target_find (all);
  if (!check_target (all, &found, error))
    return false;
  if (found.n_classes > 0)
    choose_labels (self, all, &found, report);
  else
    say (report, "target", "a number");
  choose_split (self, &found);
  data = load (self, error);
  if (data == NULL)
    return false;
  say_columns (report, data);
  say_split (self, report, data);
  take_template (self,
                 found.n_classes > 0 ? options->classes : options->number);
  choose_layers (self, data, &found, options->layers, report);
  if (data->train->n >= 10000)
    set (self, "train", "batch_size", "128");
  say_training (self, report);
  return true;
}

DnnTableChoice *
dnn_table_choice_new (const char *path, const DnnTableOptions *options,
                      GError **error)
{
  g_autoptr (DnnTableChoice) self = g_new0 (DnnTableChoice, 1);
  g_autoptr (GString) report = g_string_new (NULL);

  self->experiment = dnn_experiment_new ();
  for (size_t i = 0; options->sets != NULL && options->sets[i] != NULL; i++)
    if (!dnn_experiment_override (self->experiment, options->sets[i], error))
      return NULL;
  say (report, "data", "%s", path);
  if (!dnn_file_check_name (path, error) ||
      !choose (self, path, options, report, error))
    return NULL;
  self->report = g_string_free (g_steal_pointer (&report), FALSE);
  return g_steal_pointer (&self);
}
