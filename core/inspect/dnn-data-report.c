/* dnn-data-report.c - one pass over the numbers, one over what was found */
#include "dnn-data-report.h"

#include "dnn-data-notes.h"
#include "dnn-data-repeats.h"
#include "dnn-data-steps.h"
#include "dnn-model-section.h"
#include "dnn-objectives.h"
#include "dnn-trainer.h"
#include "dnn-usual-loss.h"

#include <math.h>
#include <string.h>

/* One pass over a split. */
typedef struct Pass {
  const DnnData *data;
  const DnnExpected *expected;
  int64_t n_inputs, n_targets;
  float *row, *target; /* (owned) */
  float *least, *most; /* (owned) of each input column of the training rows */
} Pass;

static void
pass_clear (Pass *self)
{
  g_free (self->row);
  g_free (self->target);
  g_free (self->least);
  g_free (self->most);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Pass, pass_clear)

static void
finding_free (void *data)
{
  DnnDataFinding *self = data;

  g_free (self->text);
  g_free (self);
}

void
dnn_data_report_free (DnnDataReport *self)
{
  if (self == NULL)
    return;
  for (size_t i = 0; i < self->n_splits; i++)
    g_free (self->splits[i].classes);
  g_free (self->constant);
  g_ptr_array_unref (self->findings);
  g_free (self);
}

/* --- numbers ------------------------------------------------------------- */

/* `mean` is the sum until the end of the pass. */
static void
range_add (DnnDataRange *self, const float *x, int64_t n)
{
  double sum = 0;
  float least = INFINITY, most = -INFINITY;
  int64_t n_bad = 0;

  for (int64_t i = 0; i < n; i++) {
    const bool good = isfinite (x[i]);

    n_bad += !good;
    sum += good ? (double) x[i] : 0;
    least = good && x[i] < least ? x[i] : least;
    most = good && x[i] > most ? x[i] : most;
  }
  self->n_bad += n_bad;
  self->mean += sum;
  self->least = fmin (self->least, (double) least);
  self->most = fmax (self->most, (double) most);
}

static void
range_finish (DnnDataRange *self, int64_t n)
{
  n -= self->n_bad;
  if (n > 0)
    self->mean /= (double) n;
  else
    self->least = self->most = self->mean = 0;
}

static bool
is_label (float y)
{
  return y == rintf (y) && y >= 0 && y < (float) DNN_REPORT_MOST_CLASSES;
}

static void
add_target (Pass *self, DnnSplitReport *report, int64_t row)
{
  dnn_data_targets (self->data, report->split, &row, 1, self->target);
  range_add (&report->targets, self->target, self->n_targets);
  for (int64_t i = 0; i < self->n_targets; i++)
    report->n_unexpected +=
        isfinite (self->target[i]) &&
        !dnn_expected_takes (self->expected, self->target[i]);
  report->n_unexpected += dnn_expected_find_sum (self->expected, self->target,
                                                 self->n_targets) >= 0;
  if (report->classes == NULL)
    return;
  if (is_label (self->target[0]))
    report->classes[(int) self->target[0]]++;
  else if (isfinite (self->target[0]))
    g_clear_pointer (&report->classes, g_free);
}

/* The range of each column of the training rows. */
static void
add_columns (Pass *self)
{
  for (int64_t i = 0; i < self->n_inputs; i++) {
    self->least[i] = MIN (self->least[i], self->row[i]);
    self->most[i] = MAX (self->most[i], self->row[i]);
  }
}

static void
look_at_split (Pass *self, DnnSplitReport *report, bool trains)
{
  const DnnSplit *split = report->split;
  const DnnSource *inputs = dnn_split_input (split);

  report->inputs = report->targets =
      (DnnDataRange){ INFINITY, -INFINITY, 0, 0 };
  report->n_repeated = -1;
  if (self->n_targets == 1)
    report->classes = g_new0 (int64_t, DNN_REPORT_MOST_CLASSES);
  for (int64_t i = 0; i < split->n; i++) {
    const int64_t row = dnn_split_row (split, i);

    dnn_preprocess_plain_row (self->data->preprocess, inputs, row, self->row);
    range_add (&report->inputs, self->row, self->n_inputs);
    if (trains)
      add_columns (self);
    add_target (self, report, row);
    dnn_source_release_behind (inputs, i, 1);
    dnn_source_release_behind (dnn_split_target (split), i, 1);
  }
  range_finish (&report->inputs, split->n * self->n_inputs);
  range_finish (&report->targets, split->n * self->n_targets);
}

/* --- what follows from them ---------------------------------------------- */

static void add (DnnDataReport *self, const char *kind, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

static void
add (DnnDataReport *self, const char *kind, const char *format, ...)
{
  DnnDataFinding *finding = g_new0 (DnnDataFinding, 1);
  va_list args;

  va_start (args, format);
  finding->kind = kind;
  finding->text = g_strdup_vprintf (format, args);
  va_end (args);
  g_ptr_array_add (self->findings, finding);
}

/* True if a loss is known and its targets are numbers of any size. */
static bool
takes_numbers (const DnnExpected *expected)
{
  const bool bounded = expected->ranged && isfinite (expected->least) &&
                       isfinite (expected->most);

  return expected->who != NULL && !expected->set && !bounded;
}

/* All splits have labels: their number. */
static void
count_classes (DnnDataReport *self, const DnnExpected *expected)
{
  int64_t n =
      expected->set ? MIN (expected->hi + 1, DNN_REPORT_MOST_CLASSES) : 0;

  for (size_t i = 0; i < self->n_splits && takes_numbers (expected); i++)
    g_clear_pointer (&self->splits[i].classes, g_free);
  for (size_t i = 0; i < self->n_splits; i++) {
    if (self->splits[i].classes == NULL)
      return;
    for (int64_t j = n; j < DNN_REPORT_MOST_CLASSES; j++)
      if (self->splits[i].classes[j] > 0)
        n = j + 1;
  }
  self->n_classes = n;
}

static void
find_constant (DnnDataReport *self, const Pass *pass)
{
  self->constant = g_new (int64_t, (gsize) pass->n_inputs + 1);
  for (int64_t i = 0; i < pass->n_inputs; i++)
    if (pass->least[i] == pass->most[i])
      self->constant[self->n_constant++] = i;
  if (self->n_constant > 0)
    add (self, "constant_columns",
         "%" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " input columns are the "
         "same in every training row, column %" G_GINT64_FORMAT " first: they "
         "teach nothing",
         self->n_constant, pass->n_inputs, self->constant[0] + 1);
}

static void
find_repeats (DnnDataReport *self, const DnnData *data)
{
  g_autoptr (DnnRepeats) repeats = dnn_repeats_new (data);

  for (size_t i = 0; repeats != NULL && i < self->n_splits; i++) {
    DnnSplitReport *report = &self->splits[i];

    report->n_repeated = i == 0 ? dnn_repeats_within (repeats)
                                : dnn_repeats_shared (repeats, report->split);
    if (report->n_repeated > 0 && i > 0)
      add (self, "shared_rows",
           "%" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " %s rows have the "
           "inputs of a training row: what they measure is memory, in part",
           report->n_repeated, report->split->n, report->name);
    else if (report->n_repeated > 0)
      add (self, "repeated_rows",
           "%" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " training rows have "
           "the inputs of an earlier one",
           report->n_repeated, report->split->n);
  }
}

/* One sentence, however many they are. */
static void
find_missing (DnnDataReport *self)
{
  enum { MOST = 10 };
  g_autoptr (GString) list = g_string_new (NULL);
  int64_t n = 0;

  for (int64_t i = 0; i < self->n_classes; i++) {
    if (self->splits[0].classes[i] > 0)
      continue;
    if (n++ < MOST)
      g_string_append_printf (list, "%s%" G_GINT64_FORMAT, n > 1 ? ", " : "",
                              i);
  }
  if (n == 1)
    add (self, "missing_class",
         "no training row has class %s: it cannot be learnt", list->str);
  else if (n > 1)
    add (self, "missing_class",
         "no training row has one of %" G_GINT64_FORMAT
         " classes, %s%s: they cannot be learnt",
         n, list->str, n > MOST ? ", ..." : "");
}

static void
find_classes (DnnDataReport *self)
{
  const int64_t *classes = self->splits[0].classes;
  int64_t least = INT64_MAX, most = 0;

  find_missing (self);
  for (int64_t i = 0; i < self->n_classes; i++) {
    if (classes[i] > 0)
      least = MIN (least, classes[i]);
    most = MAX (most, classes[i]);
  }
  if (self->n_classes > 1 && least < INT64_MAX && 10 * least < most)
    add (self, "imbalance",
         "the largest class has %" G_GINT64_FORMAT
         " training rows and the smallest %" G_GINT64_FORMAT
         ": accuracy says little of the small ones",
         most, least);
}

static void
find_wrong (DnnDataReport *self, const DnnExpected *expected)
{
  g_autofree char *range = dnn_expected_to_string (expected);
  g_autofree char *words =
      *range != '\0'
          ? g_strdup_printf (": it takes %s%s", range,
                             expected->sums_to_1 ? ", and rows that sum to 1"
                                                 : "")
          : g_strdup ("");

  for (size_t i = 0; i < self->n_splits; i++) {
    const DnnSplitReport *report = &self->splits[i];

    if (report->inputs.n_bad > 0)
      add (self, "not_finite", "%" G_GINT64_FORMAT " %s inputs are not finite",
           report->inputs.n_bad, report->name);
    if (report->n_unexpected > 0 || report->targets.n_bad > 0)
      add (self, "bad_targets",
           "%" G_GINT64_FORMAT " %s targets are not what the loss takes%s",
           MAX (report->n_unexpected, report->targets.n_bad), report->name,
           words);
  }
}

static void
find_notes (DnnDataReport *self, const DnnData *data)
{
  g_autoptr (GPtrArray) notes = dnn_data_notes (data);

  for (guint i = 0; i < notes->len; i++) {
    const DnnDataNote *note = g_ptr_array_index (notes, i);

    add (self, note->kind, "%s", note->text);
  }
}

/* Inputs far from 1 make steps of any usual rate too large. */
static void
find_scale (DnnDataReport *self, const DnnData *data)
{
  const DnnDataRange *range = &self->splits[0].inputs;
  double ends[] = { range->least, range->most }, size;

  if (dnn_preprocess_find (data->preprocess, &dnn_standardize_type) != NULL)
    return;
  dnn_preprocess_range (data->preprocess, ends, G_N_ELEMENTS (ends));
  size = fmax (fabs (ends[0]), fabs (ends[1]));
  if (size > 20)
    add (self, "large_inputs",
         "inputs reach %g: 'standardize = true', or a 'scale', brings them "
         "near 1, where training is well-behaved",
         size);
}

/* So do errors of that size. */
static void
find_target_scale (DnnDataReport *self, const DnnData *data,
                   const DnnDataExpected *expected)
{
  const DnnDataRange *range = &self->splits[0].targets;
  const double size = fmax (fabs (range->least), fabs (range->most));

  if (!expected->scaled && takes_numbers (expected->targets) &&
      data->preprocess->targets == NULL && size > 100)
    add (self, "large_targets",
         "targets reach %g: 'standardize_targets = true' lets the model learn "
         "numbers near 1, and predicts in their own unit",
         size);
}

DnnDataReport *
dnn_data_report_new (const DnnData *data, const DnnDataExpected *expected)
{
  const DnnExpected *targets = expected->targets;
  DnnDataReport *self = g_new0 (DnnDataReport, 1);
  const DnnSplit *splits[] = { data->train, data->validation, data->test };
  const char *const names[] = { "train", "validation", "test" };
  g_auto (Pass) pass = { .data = data, .expected = targets };

  self->findings = g_ptr_array_new_with_free_func (finding_free);
  pass.n_inputs = dnn_preprocess_plain_size (data->preprocess,
                                             dnn_split_input (data->train));
  pass.n_targets = dnn_split_target (data->train)->row;
  pass.row = g_new (float, (gsize) pass.n_inputs);
  pass.target = g_new (float, (gsize) pass.n_targets);
  pass.least = g_new (float, (gsize) pass.n_inputs);
  pass.most = g_new (float, (gsize) pass.n_inputs);
  for (int64_t i = 0; i < pass.n_inputs; i++) {
    pass.least[i] = INFINITY;
    pass.most[i] = -INFINITY;
  }
  for (size_t i = 0; i < G_N_ELEMENTS (splits); i++)
    if (splits[i] != NULL) {
      DnnSplitReport *report = &self->splits[self->n_splits++];

      report->name = names[i];
      report->split = splits[i];
      look_at_split (&pass, report, i == 0);
    }
  count_classes (self, targets);
  find_wrong (self, targets);
  find_constant (self, &pass);
  find_classes (self);
  find_repeats (self, data);
  if (!expected->indices)
    find_scale (self, data);
  find_target_scale (self, data, expected);
  find_notes (self, data);
  return self;
}

/* --- what is expected ---------------------------------------------------- */

static bool
has_model (const DnnExperiment *experiment)
{
  for (size_t i = 0; i < dnn_experiment_n_sections (experiment); i++) {
    const char *name = dnn_experiment_section (experiment, i)->name;

    if (strcmp (name, "model") == 0 || g_str_has_prefix (name, "layer "))
      return true;
  }
  return false;
}

/* True if a layer that the first input goes into wants whole numbers. */
static bool
takes_indices (const DnnModel *model, const DnnShape *input)
{
  DnnTensor x = { .n_dims = input->n_dims + 1, .dims = { DNN_NOMINAL_BATCH } };
  const DnnTensor *const list[] = { &x };
  bool found = false;

  for (uint32_t i = 0; i < input->n_dims; i++)
    x.dims[i + 1] = input->dims[i];
  for (size_t i = 0; i < dnn_model_n_layers (model) && !found; i++) {
    const DnnLayer *layer = dnn_model_layer (model, i);
    g_autofree DnnBuilt *built = NULL;

    if (layer->n_inputs != 1 || layer->inputs[0].layer >= 0 ||
        layer->inputs[0].output != 0)
      continue;
    built = dnn_layer_build (layer, list, NULL, NULL);
    found = built != NULL && built->expected[0].set;
  }
  return found;
}

static bool
ends_in_fixed (const DnnModel *model)
{
  const DnnLayer *last =
      dnn_model_layer (model, dnn_model_n_layers (model) - 1);

  return last->component != NULL && !dnn_layer_has_weights (last);
}

bool
dnn_data_report_expect (DnnRegistry *registry, const DnnExperiment *experiment,
                        const DnnData *data, DnnDataExpected *ret_expected,
                        GError **error)
{
  const DnnShapes inputs = dnn_data_input_shapes (data);
  const DnnShapes targets = dnn_data_target_shapes (data);
  DnnObjectiveTexts texts = {
    .loss = dnn_experiment_get (experiment, "train", "loss"),
  };
  g_autoptr (DnnModel) model = NULL;
  g_autoptr (DnnObjectives) objective = NULL;

  memset (ret_expected, 0, sizeof *ret_expected);
  if (!has_model (experiment))
    return true;
  model = dnn_experiment_build_model (registry, experiment, &inputs, &targets,
                                      error);
  if (model != NULL && texts.loss == NULL)
    texts.loss = dnn_find_loss (model, &targets, error);
  if (model == NULL || texts.loss == NULL)
    return false;
  ret_expected->scaled = ends_in_fixed (model);
  ret_expected->indices = takes_indices (model, &inputs.at[0]);
  objective = dnn_objectives_new (model, &texts, error);
  return objective != NULL &&
         dnn_objectives_check (objective, &targets, ret_expected->targets,
                               error);
}
