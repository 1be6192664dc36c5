/* dnn-data.c - splits, labels, checks */
#include "dnn-data.h"

#include "dnn-data-source.h"
#include "dnn-file.h"
#include "dnn-sample-weights.h"

#include <math.h>
#include <string.h>

/* --- splits -------------------------------------------------------------- */

DnnSplit *
dnn_split_new (DnnArray *inputs, DnnArray *targets, int64_t first,
               int64_t n_rows)
{
  DnnSplit *self = g_new0 (DnnSplit, 1);

  self->inputs = dnn_array_ref (inputs);
  self->targets = dnn_array_ref (targets);
  self->inputs_name = self->targets_name = "data";
  self->rows = g_new (int64_t, (gsize) n_rows + 1);
  self->n = n_rows;
  for (int64_t i = 0; i < n_rows; i++)
    self->rows[i] = first + i;
  return self;
}

void
dnn_split_free (DnnSplit *self)
{
  if (self == NULL)
    return;
  g_free (self->rows);
  dnn_array_unref (self->weights);
  dnn_array_unref (self->targets);
  dnn_array_unref (self->inputs);
  g_free (self);
}

void
dnn_data_free (DnnData *self)
{
  if (self == NULL)
    return;
  dnn_split_free (self->test);
  dnn_split_free (self->validation);
  dnn_split_free (self->train);
  dnn_preprocess_free (self->preprocess);
  g_free (self);
}

static DnnShape
sample_shape (const DnnArray *array)
{
  DnnShape shape = { .n_dims = array->shape.n_dims - 1 };

  memcpy (shape.dims, &array->shape.dims[1],
          shape.n_dims * sizeof shape.dims[0]);
  return shape;
}

DnnShape
dnn_data_input_shape (const DnnData *self)
{
  return sample_shape (self->train->inputs);
}

DnnShape
dnn_data_target_shape (const DnnData *self)
{
  return sample_shape (self->train->targets);
}

/* --- labels -------------------------------------------------------------- */

static float
relabel (const DnnRelabel *self, float label)
{
  if (!isfinite (label))
    return label; /* for the check to find */
  if (self->positive >= 0)
    return label == (float) self->positive;
  for (int64_t i = 0; i < self->keep.n; i++)
    if (label == (float) self->keep.at[i])
      return (float) i;
  return label;
}

static bool
is_kept (const DnnRelabel *self, float label)
{
  for (int64_t i = 0; i < self->keep.n; i++)
    if (label == (float) self->keep.at[i])
      return true;
  return self->keep.n == 0;
}

void
dnn_data_target (const DnnData *self, const DnnSplit *split, int64_t row,
                 float *out)
{
  const int64_t n = dnn_array_row_size (split->targets);

  dnn_array_to_float (split->targets, row * n, n, out);
  if (self->relabel.keep.n > 0 || self->relabel.positive >= 0)
    for (int64_t i = 0; i < n; i++)
      out[i] = relabel (&self->relabel, out[i]);
}

/* Leaves out the rows whose class is not kept. */
static void
keep_classes (const DnnRelabel *self, DnnSplit *split)
{
  int64_t n = 0;

  for (int64_t i = 0; i < split->n; i++) {
    float label;

    dnn_array_to_float (split->targets, split->rows[i], 1, &label);
    if (is_kept (self, label))
      split->rows[n++] = split->rows[i];
  }
  split->n = n;
}

/* --- checks -------------------------------------------------------------- */

static bool
set_nameless (const DnnSplit *split, int64_t row, float label, guint n_names,
              GError **error)
{
  g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
               "%s: row %" G_GINT64_FORMAT
               ": label '%g' has no name; class_names gives %u, for labels "
               "from 0 on",
               split->targets_name, row + 1, (double) label, n_names);
  return false;
}

static bool
check_target (const DnnData *self, const DnnSplit *split, int64_t row,
              const DnnExpected *expected, float *buffer, GError **error)
{
  const int64_t n = dnn_array_row_size (split->targets);
  char **names = self->preprocess->class_names;
  const guint n_names = names != NULL ? g_strv_length (names) : 0;

  dnn_data_target (self, split, row, buffer);
  for (int64_t i = 0; i < n; i++) {
    float y = buffer[i];

    if (isfinite (y) &&
        (!expected->set || (y == rintf (y) && y >= (float) expected->lo &&
                            y <= (float) expected->hi))) {
      if (expected->set && names != NULL && y >= (float) n_names)
        return set_nameless (split, row, y, n_names, error);
      continue;
    }
    if (expected->set)
      g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
                   "%s: row %" G_GINT64_FORMAT ": label '%g' must be a whole "
                   "number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT,
                   split->targets_name, row + 1, (double) y, expected->lo,
                   expected->hi);
    else
      g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
                   "%s: row %" G_GINT64_FORMAT ": target '%g' is not finite",
                   split->targets_name, row + 1, (double) y);
    return false;
  }
  return true;
}

static bool
can_be_infinite (const DnnArray *array)
{
  return array->dtype == DNN_FLOAT32 || array->dtype == DNN_FLOAT64 ||
         array->dtype == DNN_FLOAT16;
}

static bool
check_inputs (const DnnSplit *split, int64_t row, float *buffer, GError **error)
{
  const int64_t n = dnn_array_row_size (split->inputs);

  dnn_array_to_float (split->inputs, row * n, n, buffer);
  for (int64_t i = 0; i < n; i++)
    if (!isfinite (buffer[i])) {
      g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
                   "%s: row %" G_GINT64_FORMAT ", column %" G_GINT64_FORMAT
                   ": '%g' is not finite",
                   split->inputs_name, row + 1, i + 1, (double) buffer[i]);
      return false;
    }
  return true;
}

static bool
check_split (const DnnData *self, const DnnSplit *split,
             const DnnExpected *expected, GError **error)
{
  g_autofree float *targets = NULL, *inputs = NULL;

  if (split == NULL)
    return true;
  targets = g_new (float, (gsize) dnn_array_row_size (split->targets) + 1);
  inputs = g_new (float, (gsize) dnn_array_row_size (split->inputs) + 1);
  for (int64_t i = 0; i < split->n; i++)
    if (!check_target (self, split, split->rows[i], expected, targets, error) ||
        (can_be_infinite (split->inputs) &&
         !check_inputs (split, split->rows[i], inputs, error)))
      return false;
  return true;
}

bool
dnn_data_check (const DnnData *self, const DnnExpected *expected,
                GError **error)
{
  return check_split (self, self->train, expected, error) &&
         check_split (self, self->validation, expected, error) &&
         check_split (self, self->test, expected, error);
}

/* --- making -------------------------------------------------------------- */

static bool
check_pair (const DnnArray *inputs, const DnnArray *targets,
            const char *inputs_name, const char *targets_name, GError **error)
{
  const DnnArray *const arrays[] = { inputs, targets };
  const char *const names[] = { inputs_name, targets_name };

  for (int i = 0; i < 2; i++)
    if (arrays[i]->shape.n_dims < 1 || arrays[i]->shape.dims[0] < 1 ||
        dnn_array_row_size (arrays[i]) < 1) {
      g_set_error (error, DNN_ERROR, DNN_ERROR_DATA, "%s: it holds no rows",
                   names[i]);
      return false;
    }
  if (inputs->shape.dims[0] != targets->shape.dims[0]) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
                 "%s has %" G_GINT64_FORMAT " rows, and %s has "
                 "'%" G_GINT64_FORMAT "'; they must have as many",
                 inputs_name, inputs->shape.dims[0], targets_name,
                 targets->shape.dims[0]);
    return false;
  }
  return true;
}

DnnData *
dnn_data_new (DnnArray *inputs, DnnArray *targets, GError **error)
{
  DnnData *self;

  if (!check_pair (inputs, targets, "inputs", "targets", error))
    return NULL;
  self = g_new0 (DnnData, 1);
  self->train = dnn_split_new (inputs, targets, 0, inputs->shape.dims[0]);
  self->preprocess = dnn_preprocess_new (1);
  self->relabel.positive = -1;
  return self;
}

/* A file, which must be of the format that was asked for. */
static DnnArray *
load_file (const char *path, int32_t format, GError **error)
{
  g_autoptr (GBytes) bytes = dnn_file_read (path, error);
  gsize n = 0;
  const char *data = bytes != NULL ? g_bytes_get_data (bytes, &n) : NULL;
  bool is_npy = n >= 6 && memcmp (data, "\x93NUMPY", 6) == 0;

  if (bytes == NULL)
    return NULL;
  if ((format == DNN_DATA_NPY && !is_npy) ||
      (format == DNN_DATA_IDX && is_npy)) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "%s: format says '%s', and this file is none", path,
                 format == DNN_DATA_NPY ? "npy" : "idx");
    return NULL;
  }
  return dnn_array_load (path, error);
}

/* All rows of one pair of files; NULL without an error: there is none. */
static DnnSplit *
load_split (const DnnDataFiles *files, int32_t format, const DnnSplit *like,
            GError **error)
{
  g_autoptr (DnnArray) inputs = NULL, targets = NULL;
  DnnSplit *split;

  if (files->inputs == NULL)
    return NULL;
  inputs = load_file (files->inputs, format, error);
  targets = inputs != NULL ? load_file (files->targets, format, error) : NULL;
  if (targets == NULL ||
      !check_pair (inputs, targets, files->inputs, files->targets, error))
    return NULL;
  if (like != NULL &&
      (dnn_array_row_size (inputs) != dnn_array_row_size (like->inputs) ||
       dnn_array_row_size (targets) != dnn_array_row_size (like->targets))) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
                 "the rows of %s and %s have other sizes than those of %s and "
                 "%s",
                 files->inputs, files->targets, like->inputs_name,
                 like->targets_name);
    return NULL;
  }
  split = dnn_split_new (inputs, targets, 0, inputs->shape.dims[0]);
  split->inputs_name = g_intern_string (files->inputs);
  split->targets_name = g_intern_string (files->targets);
  return split;
}

static bool
load_weights (DnnSplit *split, const DnnDataSettings *settings, GError **error)
{
  g_autoptr (DnnArray) weights =
      load_file (settings->weights, settings->format, error);

  return weights != NULL &&
         dnn_split_set_weights (split, settings->weights, weights, error);
}

/* Cuts rows first .. first + n - 1 out of the training rows. */
static bool
cut_validation (DnnData *self, int64_t first, int64_t n, const char *key,
                GError **error)
{
  DnnSplit *train = self->train, *cut;

  if (self->validation != NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "%s cannot be given beside other validation data", key);
    return false;
  }
  if (n < 1 || n >= train->n) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "%s leaves '%" G_GINT64_FORMAT "' of %" G_GINT64_FORMAT
                 " rows to train; both sides must have some",
                 key, train->n - n, train->n);
    return false;
  }
  cut = dnn_split_new (train->inputs, train->targets, first, n);
  cut->weights = train->weights != NULL ? dnn_array_ref (train->weights) : NULL;
  cut->inputs_name = train->inputs_name;
  cut->targets_name = train->targets_name;
  memmove (train->rows + first, train->rows + first + n,
           (gsize) (train->n - first - n) * sizeof *train->rows);
  train->n -= n;
  self->validation = cut;
  return true;
}

static bool
cut_splits (DnnData *self, const DnnDataSettings *settings, GError **error)
{
  if (settings->validation_first > 0 &&
      !cut_validation (self, 0, settings->validation_first, "validation_first",
                       error))
    return false;
  if (settings->validation_split > 0) {
    /* As in Keras: the last rows, taken before shuffling. */
    int64_t at = (int64_t) floor ((double) self->train->n *
                                  (1 - settings->validation_split));

    return cut_validation (self, at, self->train->n - at, "validation_split",
                           error);
  }
  return true;
}

static bool
check_keep (const DnnInts *keep, GError **error)
{
  for (int64_t i = 0; i < keep->n; i++)
    for (int64_t j = 0; j < i; j++)
      if (keep->at[i] == keep->at[j]) {
        g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                     "keep_classes must name every class once, and "
                     "'%" G_GINT64_FORMAT "' is there twice",
                     keep->at[i]);
        return false;
      }
  return true;
}

static bool
select_rows (DnnData *self, const DnnDataSettings *settings, GError **error)
{
  DnnSplit *splits[] = { self->train, self->validation, self->test };
  bool labels = dnn_array_row_size (self->train->targets) == 1;

  self->relabel.keep = settings->keep_classes;
  self->relabel.positive = settings->positive_class;
  if (!labels &&
      (settings->keep_classes.n > 0 || settings->positive_class >= 0)) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "keep_classes and positive_class need targets of one label a "
                 "row");
    return false;
  }
  if (!check_keep (&settings->keep_classes, error))
    return false;
  for (size_t i = 0; i < G_N_ELEMENTS (splits); i++) {
    if (splits[i] == NULL || settings->keep_classes.n == 0)
      continue;
    keep_classes (&self->relabel, splits[i]);
    if (splits[i]->n == 0) {
      g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
                   "%s: keep_classes leaves no rows", splits[i]->targets_name);
      return false;
    }
  }
  if (settings->train_limit > 0)
    self->train->n = MIN (self->train->n, settings->train_limit);
  return true;
}

/* The names of the classes kept, in their new order. */
static char **
name_classes (const DnnData *self, const char *names)
{
  g_auto (GStrv) all = *names != '\0' ? dnn_split_commas (names) : NULL;
  g_autoptr (GStrvBuilder) kept = g_strv_builder_new ();
  const DnnInts *keep = &self->relabel.keep;

  if (all == NULL)
    return NULL;
  if (self->relabel.positive >= 0)
    return NULL; /* one number, a probability: no class to name */
  if (keep->n == 0 || g_strv_length (all) == (guint) keep->n)
    return g_steal_pointer (&all);
  for (int64_t i = 0; i < keep->n; i++)
    g_strv_builder_add (
        kept, keep->at[i] < g_strv_length (all) ? all[keep->at[i]] : "?");
  return g_strv_builder_end (kept);
}

DnnData *
dnn_data_load (const DnnSpec *section, GError **error)
{
  g_autoptr (DnnData) self = g_new0 (DnnData, 1);
  g_autoptr (DnnDataSource) source = dnn_data_source_new (section, error);
  const DnnDataSettings *settings;
  GError *local = NULL;

  if (source == NULL)
    return NULL;
  settings = &source->settings;
  self->train = load_split (&source->train, settings->format, NULL, &local);
  if (local == NULL)
    self->validation =
        load_split (&source->validation, settings->format, self->train, &local);
  if (local == NULL)
    self->test =
        load_split (&source->test, settings->format, self->train, &local);
  if (local == NULL && *settings->weights != '\0')
    load_weights (self->train, settings, &local);
  if (local != NULL || !cut_splits (self, settings, &local) ||
      !select_rows (self, settings, &local)) {
    if (g_error_matches (local, DNN_ERROR, DNN_ERROR_PARAM))
      dnn_error_prefix_place (&local, section->place);
    g_propagate_error (error, local);
    return NULL;
  }
  self->preprocess = dnn_preprocess_new (settings->scale);
  self->preprocess->class_names = name_classes (self, source->class_names);
  if (settings->standardize)
    dnn_preprocess_fit (self->preprocess, self->train->inputs,
                        self->train->rows, self->train->n);
  return g_steal_pointer (&self);
}
