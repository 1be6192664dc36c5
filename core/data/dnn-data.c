/* dnn-data.c - splits and labels of a section [data] */
#include "dnn-data.h"

#include "dnn-data-cut.h"
#include "dnn-data-steps.h"
#include "dnn-memory.h"
#include "dnn-parse.h"
#include "dnn-sources.h"

#include <math.h>
#include <string.h>

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
dnn_data_targets (const DnnData *self, const DnnSplit *split,
                  const int64_t *rows, int64_t n, float *out)
{
  dnn_data_targets_at (self, split, 0, rows, n, out);
}

void
dnn_data_targets_at (const DnnData *self, const DnnSplit *split, uint32_t i,
                     const int64_t *rows, int64_t n, float *out)
{
  const DnnSource *targets = split->targets.at[i];
  const int64_t total = n * targets->row;

  dnn_source_gather (targets, rows, n, out);
  if (self->relabel.keep.n > 0 || self->relabel.positive >= 0)
    for (int64_t j = 0; j < total; j++)
      out[j] = relabel (&self->relabel, out[j]);
}

void
dnn_data_loss_targets (const DnnData *self, const DnnSplit *split, uint32_t i,
                       const int64_t *rows, int64_t n, float *out)
{
  const DnnTargetScale *scale =
      dnn_preprocess_part (self->preprocess, i)->targets;

  dnn_data_targets_at (self, split, i, rows, n, out);
  if (scale != NULL)
    dnn_target_scale_apply (scale, out, n * scale->n);
}

/* Rows of a kept class; writes their places where `out` is not NULL. */
static int64_t
list_kept (const DnnRelabel *self, const DnnSplit *split, int64_t *out)
{
  const DnnSource *targets = dnn_split_target (split);
  int64_t n = 0;

  for (int64_t i = 0; i < split->n; i++) {
    const int64_t row = dnn_split_row (split, i);
    float label;

    dnn_source_gather (targets, &row, 1, &label);
    dnn_source_release_behind (targets, i, 1);
    if (!is_kept (self, label))
      continue;
    if (out != NULL)
      out[n] = row;
    n++;
  }
  return n;
}

/* Leaves out the rows whose class is not kept. */
static bool
keep_classes (const DnnRelabel *self, DnnSplit *split, GError **error)
{
  const char *name = dnn_split_target (split)->name;
  const int64_t n = list_kept (self, split, NULL);
  int64_t *rows = dnn_memory_new ((size_t) n * sizeof (int64_t), error);

  if (rows == NULL) {
    g_prefix_error (error, "%s: rows that keep_classes keeps: ", name);
    return false;
  }
  list_kept (self, split, rows);
  g_free (split->rows);
  split->rows = rows;
  split->n = n;
  if (n > 0)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
               "%s: keep_classes leaves no rows", name);
  return false;
}

/* --- making -------------------------------------------------------------- */

static bool
check_pair (const DnnSource *inputs, const DnnSource *targets, GError **error)
{
  const DnnSource *const sources[] = { inputs, targets };

  for (int i = 0; i < 2; i++)
    if (!dnn_source_check (sources[i], error))
      return false;
  if (inputs->shape.dims[0] != targets->shape.dims[0]) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
                 "%s has %" G_GINT64_FORMAT " rows, and %s has "
                 "'%" G_GINT64_FORMAT "'; they must have as many",
                 inputs->name, inputs->shape.dims[0], targets->name,
                 targets->shape.dims[0]);
    return false;
  }
  return true;
}

DnnData *
dnn_data_new_sources (const DnnSources *inputs, const DnnSources *targets,
                      GError **error)
{
  DnnData *self;

  for (uint32_t i = 0; i < inputs->n; i++)
    if (!check_pair (inputs->at[i], targets->at[0], error))
      return NULL;
  for (uint32_t i = 1; i < targets->n; i++)
    if (!check_pair (inputs->at[0], targets->at[i], error))
      return NULL;
  self = g_new0 (DnnData, 1);
  self->train =
      dnn_split_new (inputs, targets, 0, dnn_source_n_rows (inputs->at[0]));
  self->preprocess = dnn_preprocess_new (1);
  self->relabel.positive = -1;
  return self;
}

DnnData *
dnn_data_new (DnnArray *inputs, DnnArray *targets, GError **error)
{
  g_autoptr (DnnSource) x = dnn_source_new_array (inputs, "inputs");
  g_autoptr (DnnSource) y = dnn_source_new_array (targets, "targets");

  DnnData *self = dnn_data_new_sources (&(DnnSources){ &x, 1 },
                                        &(DnnSources){ &y, 1 }, error);

  x->name = y->name = g_intern_static_string ("data");
  return self;
}

static bool
check_like (const DnnData *self, const DnnDataPair *pair, GError **error)
{
  const DnnSource *x, *y;

  if (self->train == NULL)
    return true;
  x = dnn_split_input (self->train);
  y = dnn_split_target (self->train);
  if (pair->inputs->row == x->row && pair->targets->row == y->row)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
               "the rows of %s and %s have other sizes than those of %s and "
               "%s",
               pair->inputs->name, pair->targets->name, x->name, y->name);
  return false;
}

/* All rows of one pair of files to `ret_split`, if there is such a pair.  The
 * first pair's columns and classes are those of the others. */
static bool
load_split (DnnData *self, const DnnDataFiles *files,
            const DnnDataSettings *settings, DnnDataPair *pair,
            DnnSplit **ret_split, GError **error)
{
  DnnPreprocess *names = self->preprocess;

  if (files->inputs == NULL)
    return true;
  if (!dnn_source_find_opener (files->inputs)
           ->open (pair, files, settings, names, error) ||
      !check_pair (pair->inputs, pair->targets, error) ||
      !check_like (self, pair, error))
    return false;
  *ret_split = dnn_split_new (&(DnnSources){ &pair->inputs, 1 },
                              &(DnnSources){ &pair->targets, 1 }, 0,
                              dnn_source_n_rows (pair->inputs));
  if (names->columns == NULL)
    names->columns = g_strdupv (pair->inputs->columns);
  if (names->kinds == NULL)
    names->kinds =
        g_strdup (pair->inputs->kinds != NULL ? pair->inputs->kinds : "");
  if (names->class_names == NULL)
    names->class_names = g_strdupv (pair->targets->classes);
  return true;
}

/* Rows of the training files alone are parted and weighted. */
static bool
load_splits (DnnData *self, const DnnDataSource *source, DnnDataPair *train,
             GError **error)
{
  DnnDataSettings settings = source->settings;
  g_auto (DnnDataPair) validation = { 0 }, test = { 0 };

  settings.reads_extras = true;
  if (!load_split (self, &source->train, &settings, train, &self->train, error))
    return false;
  settings.reads_extras = false;
  return load_split (self, &source->validation, &settings, &validation,
                     &self->validation, error) &&
         load_split (self, &source->test, &settings, &test, &self->test, error);
}

static bool
load_weights (DnnSplit *split, const DnnDataSettings *settings, GError **error)
{
  g_autoptr (DnnArray) weights = dnn_data_file_load (
      settings->weights, (DnnFormat) settings->format, error);

  return weights != NULL &&
         dnn_split_set_weights (split, settings->weights, weights, error);
}

/* Weights from a file, or from a column of the table. */
static bool
take_weights (DnnData *self, const DnnDataSettings *settings,
              const DnnDataPair *pair, GError **error)
{
  DnnArray *column = pair->extras[DNN_CSV_WEIGHT];

  if (*settings->weight_column == '\0')
    return *settings->weights == '\0' ||
           load_weights (self->train, settings, error);
  if (*settings->weights != '\0' || column == NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 *settings->weights != '\0'
                     ? "weights and weight_column cannot both be given"
                     : "weight_column needs a table of inputs and target");
    return false;
  }
  return dnn_split_set_weights (
      self->train, dnn_split_input (self->train)->name, column, error);
}

static bool
select_rows (DnnData *self, const DnnDataSettings *settings, GError **error)
{
  DnnSplit *splits[] = { self->train, self->validation, self->test };
  bool labels = dnn_split_target (self->train)->row == 1;

  self->relabel.keep = settings->keep_classes;
  self->relabel.positive = settings->positive_class;
  if (!labels &&
      (settings->keep_classes.n > 0 || settings->positive_class >= 0)) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "keep_classes and positive_class need targets of one label a "
                 "row");
    return false;
  }
  for (size_t i = 0; i < G_N_ELEMENTS (splits); i++) {
    if (splits[i] != NULL && settings->keep_classes.n > 0 &&
        !keep_classes (&self->relabel, splits[i], error))
      return false;
  }
  if (settings->train_limit > 0)
    self->train->n = MIN (self->train->n, settings->train_limit);
  return true;
}

/* The names of the classes kept, in their new order. */
static char **
name_kept (const DnnInts *keep, char **all)
{
  g_autoptr (GStrvBuilder) kept = g_strv_builder_new ();

  for (int64_t i = 0; i < keep->n; i++)
    g_strv_builder_add (
        kept, keep->at[i] < g_strv_length (all) ? all[keep->at[i]] : "?");
  return g_strv_builder_end (kept);
}

/* From the classes of the files to those that a model sees. */
static void
name_classes (DnnData *self)
{
  g_auto (GStrv) all = g_steal_pointer (&self->preprocess->class_names);
  const DnnInts *keep = &self->relabel.keep;

  if (all == NULL || self->relabel.positive >= 0)
    return; /* one number, a probability: no class to name */
  self->preprocess->class_names =
      keep->n == 0 || g_strv_length (all) == (guint) keep->n
          ? g_steal_pointer (&all)
          : name_kept (keep, all);
}

/* Data read into memory whole must fit into half of the limit. */
static bool
check_memory (const DnnData *self, GError **error)
{
  const DnnSplit *splits[] = { self->train, self->validation, self->test };

  for (size_t i = 0; self->memory_limit > 0 && i < G_N_ELEMENTS (splits); i++) {
    size_t n = 0;

    if (splits[i] == NULL)
      continue;
    for (uint32_t j = 0; j < dnn_split_n_sources (splits[i]); j++)
      n += dnn_split_source (splits[i], j)->resident;
    if (n <= (size_t) self->memory_limit / 2)
      continue;
    g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
                 "%s: takes '%zu' bytes of memory, more than half of the "
                 "memory limit; read in pieces are .npy files in C order and "
                 "IDX files, neither of them packed",
                 dnn_split_input (splits[i])->name, n);
    return false;
  }
  return true;
}

/* Labels have no mean. */
static bool
fit_targets (DnnData *self, const DnnDataSettings *settings, GError **error)
{
  if (!settings->standardize_targets)
    return true;
  if (self->preprocess->class_names != NULL || self->relabel.keep.n > 0 ||
      self->relabel.positive >= 0) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "standardize_targets is for numbers, and the targets of '%s' "
                 "are classes",
                 dnn_split_target (self->train)->name);
    return false;
  }
  self->preprocess->targets = dnn_target_scale_new (self->train);
  return true;
}

static bool
load_all (DnnData *self, const DnnDataSource *source, GError **error)
{
  const DnnDataSettings *s = &source->settings;

  g_auto (DnnDataPair) train = { 0 };

  self->memory_limit = source->memory_limit;
  return load_splits (self, source, &train, error) &&
         take_weights (self, s, &train, error) && check_memory (self, error) &&
         dnn_data_cut (self, s, train.extras, error) &&
         select_rows (self, s, error);
}

/* Steps that are not learnt yet, or those of `like`; what classes and columns
 * are called, as far as that is known before the files are read. */
static DnnPreprocess *
begin_preprocess (const DnnDataSource *source, const DnnPreprocess *like)
{
  DnnPreprocess *self = dnn_preprocess_new_for (&source->settings);

  if (like != NULL) {
    dnn_preprocess_take_steps (self, like);
    self->columns = g_strdupv (like->columns);
    dnn_preprocess_take_kinds (self);
  }
  if (*source->class_names != '\0')
    self->class_names = dnn_split_commas (source->class_names);
  else if (like != NULL && source->settings.keep_classes.n == 0)
    self->class_names = g_strdupv (like->class_names);
  return self;
}

/* Labels count by number, so names must be the model's, in its order. */
static bool
check_classes (const DnnData *self, const DnnPreprocess *like, GError **error)
{
  const char *const *have = (const char *const *) self->preprocess->class_names;
  const char *const *want = (const char *const *) like->class_names;
  g_autofree char *have_text = NULL, *want_text = NULL;

  if (have == NULL || want == NULL || g_strv_equal (have, want))
    return true;
  have_text = g_strjoinv (", ", self->preprocess->class_names);
  want_text = g_strjoinv (", ", like->class_names);
  g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
               "classes are %s in the model and '%s' in %s; labels count by "
               "number, so both must be the same, in one order",
               want_text, have_text, dnn_split_target (self->train)->name);
  return false;
}

/* A model that knows what holes count as takes a table that has some. */
static void
fill_like (DnnDataSource *source, const DnnPreprocess *like)
{
  const DnnDataStep *step =
      like != NULL ? dnn_preprocess_find (like, &dnn_columns_type) : NULL;

  if (step != NULL && ((const DnnColumns *) step)->fills &&
      source->settings.missing == DNN_CSV_MISSING_REFUSE)
    source->settings.missing = DNN_CSV_MISSING_FILL;
}

DnnData *
dnn_data_load_like (const DnnSpec *section, const DnnPreprocess *like,
                    GError **error)
{
  g_autoptr (DnnData) self = g_new0 (DnnData, 1);
  g_autoptr (DnnDataSource) source = dnn_data_source_new (section, error);
  GError *local = NULL;

  if (source == NULL)
    return NULL;
  fill_like (source, like);
  self->preprocess = begin_preprocess (source, like);
  if (!load_all (self, source, &local)) {
    if (g_error_matches (local, DNN_ERROR, DNN_ERROR_PARAM))
      dnn_error_prefix_place (&local, section->place);
    g_propagate_error (error, local);
    return NULL;
  }
  name_classes (self);
  self->augment = source->settings.augment;
  if (*self->augment != '\0')
    self->augment_place = dnn_spec_find (section, "augment")->place;
  if (like != NULL && !check_classes (self, like, error))
    return NULL;
  if (like == NULL &&
      (!dnn_preprocess_fit (self->preprocess, self->train, error) ||
       !fit_targets (self, &source->settings, error)))
    return NULL;
  return g_steal_pointer (&self);
}

DnnData *
dnn_data_load (const DnnSpec *section, GError **error)
{
  return dnn_data_load_like (section, NULL, error);
}

DnnSource *
dnn_data_load_inputs (const char *path, const DnnSpec *section,
                      const DnnPreprocess *like, int64_t n, GError **error)
{
  /* numbers that columns become are not columns */
  const int64_t size = dnn_preprocess_size (like);
  DnnDataSettings settings;

  n = size > 0 ? size : n;
  return dnn_data_settings_parse (section, &settings, error)
             ? dnn_source_find_opener (path)->open_inputs (path, &settings,
                                                           like, n, error)
             : NULL;
}
