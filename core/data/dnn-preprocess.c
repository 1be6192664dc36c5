/* dnn-preprocess.c - steps, one after another */
#include "dnn-preprocess.h"

#include "dnn-data-steps.h"
#include "dnn-parse.h"
#include "dnn-spec.h"

#include <string.h>

static void
step_unref (void *step)
{
  dnn_data_step_unref (step);
}

static DnnPreprocess *
preprocess_new (void)
{
  DnnPreprocess *self = g_new0 (DnnPreprocess, 1);

  self->steps = g_ptr_array_new_with_free_func (step_unref);
  return self;
}

DnnPreprocess *
dnn_preprocess_new (double scale)
{
  DnnPreprocess *self = preprocess_new ();

  g_ptr_array_add (self->steps, dnn_scale_new (scale));
  return self;
}

DnnPreprocess *
dnn_preprocess_new_for (const DnnDataSettings *settings)
{
  DnnPreprocess *self = preprocess_new ();

  for (size_t i = 0; dnn_data_step_types[i] != NULL; i++) {
    DnnDataStep *step = dnn_data_step_types[i]->from_settings (settings);

    if (step != NULL)
      g_ptr_array_add (self->steps, step);
  }
  return self;
}

bool
dnn_preprocess_is_set (const DnnExperiment *experiment)
{
  for (size_t i = 0; dnn_data_step_types[i] != NULL; i++)
    if (dnn_experiment_get (experiment, "data", dnn_data_step_types[i]->name) !=
        NULL)
      return true;
  return false;
}

void
dnn_preprocess_free (DnnPreprocess *self)
{
  if (self == NULL)
    return;
  dnn_target_scale_unref (self->targets);
  g_free (self->kinds);
  g_strfreev (self->columns);
  g_strfreev (self->class_names);
  g_ptr_array_unref (self->steps);
  dnn_preprocess_free (self->next);
  g_free (self);
}

static guint
n_steps (const DnnPreprocess *self)
{
  return self->steps != NULL ? self->steps->len : 0;
}

const DnnPreprocess *
dnn_preprocess_part (const DnnPreprocess *self, uint32_t i)
{
  static const DnnPreprocess none;

  for (; self != NULL && i > 0; i--)
    self = self->next;
  return self != NULL ? self : &none;
}

static DnnDataStep *
step_at (const DnnPreprocess *self, guint i)
{
  return g_ptr_array_index (self->steps, i);
}

void
dnn_preprocess_take_steps (DnnPreprocess *self, const DnnPreprocess *from)
{
  dnn_target_scale_unref (self->targets);
  self->targets = dnn_target_scale_ref (from->targets);
  g_ptr_array_set_size (self->steps, 0);
  for (guint i = 0; i < from->steps->len; i++)
    g_ptr_array_add (self->steps, dnn_data_step_ref (step_at (from, i)));
}

/* A model whose file has no step of columns takes numbers. */
void
dnn_preprocess_take_kinds (DnnPreprocess *self)
{
  const DnnDataStep *step = dnn_preprocess_find (self, &dnn_columns_type);
  const DnnColumns *columns = (const DnnColumns *) step;

  g_free (self->kinds);
  self->kinds = g_strnfill (step != NULL ? (gsize) step->size : 0, 0);
  for (int64_t i = 0; step != NULL && i < step->size; i++)
    self->kinds[i] = columns->at[i].kind;
}

const DnnDataStep *
dnn_preprocess_find (const DnnPreprocess *self, const DnnDataStepType *type)
{
  for (guint i = 0; i < n_steps (self); i++)
    if (step_at (self, i)->type == type)
      return step_at (self, i);
  return NULL;
}

char **
dnn_preprocess_names (const DnnPreprocess *self)
{
  const DnnDataStep *step = dnn_preprocess_find (self, &dnn_columns_type);

  return step != NULL ? dnn_columns_names (step, self->columns)
                      : g_strdupv (self->columns);
}

int64_t
dnn_preprocess_size (const DnnPreprocess *self)
{
  for (guint i = 0; i < n_steps (self); i++)
    if (step_at (self, i)->size > 0)
      return step_at (self, i)->size;
  return 0;
}

/* The steps of one part, from its input. */
static bool
fit_part (DnnPreprocess *self, const DnnSplit *split, uint32_t input,
          GError **error)
{
  DnnDataStep *const *steps = (DnnDataStep *const *) self->steps->pdata;

  for (guint i = 0; i < n_steps (self);) {
    const DnnDataStepType *type = steps[i]->type;
    g_autoptr (DnnDataStepRows) rows = NULL;

    if (type->fit != NULL) {
      rows = dnn_data_step_rows_new (steps, i, split, input);
      if (!type->fit (steps[i], rows, error))
        return false;
    }
    if (type->is_idle != NULL && type->is_idle (steps[i]))
      g_ptr_array_remove_index (self->steps, i);
    else
      i++;
  }
  return true;
}

bool
dnn_preprocess_fit (DnnPreprocess *self, const DnnSplit *split, GError **error)
{
  uint32_t i = 0;

  for (; self != NULL && i < split->inputs.n; self = self->next)
    if (!fit_part (self, split, i++, error))
      return false;
  return true;
}

DnnShape
dnn_preprocess_shape (const DnnPreprocess *self, const DnnShape *row)
{
  DnnShape shape = *row;

  for (guint i = 0; i < n_steps (self); i++)
    shape = dnn_data_step_shape (step_at (self, i), &shape);
  return shape;
}

/* --- rows ---------------------------------------------------------------- */

/* The number of steps up to the last that changes the shape. */
static guint
count_unsteady (const DnnPreprocess *self)
{
  guint n = n_steps (self);

  while (n > 0 && step_at (self, n - 1)->type->apply != NULL)
    n--;
  return n;
}

bool
dnn_preprocess_takes (const DnnPreprocess *self, const DnnShape *row)
{
  DnnShape shape = *row;

  for (guint i = 0; i < n_steps (self); i++) {
    const DnnDataStep *step = step_at (self, i);

    if (step->size > 0 && step->size != dnn_data_step_count (&shape))
      return false;
    shape = dnn_data_step_shape (step, &shape);
  }
  return true;
}

/* True if the first step takes doubles. */
static bool
is_exact (const DnnPreprocess *self)
{
  return n_steps (self) > 0 && step_at (self, 0)->type->convert_exact != NULL;
}

/* Two blocks, each as wide as rows ever are before the last change; doubles
 * take both. */
int64_t
dnn_preprocess_scratch (const DnnPreprocess *self, const DnnShape *row)
{
  const guint n = count_unsteady (self);
  DnnShape shape = *row;
  int64_t widest = 0;

  for (guint i = 0; i < n; i++) {
    widest = MAX (widest, dnn_data_step_count (&shape));
    shape = dnn_data_step_shape (step_at (self, i), &shape);
  }
  /* doubles need half of what lies before them to be even */
  return 2 * (is_exact (self) ? 2 * widest : widest);
}

/* From the source's rows in `x` to rows of another shape in `out`. */
static DnnShape
convert (const DnnPreprocess *self, guint first, DnnShape shape, int64_t n,
         float *x, float *other, float *out)
{
  const guint n_steps = count_unsteady (self);

  for (guint i = first; i < n_steps; i++) {
    const DnnDataStep *step = step_at (self, i);
    const int64_t size = dnn_data_step_count (&shape);
    float *y = i + 1 == n_steps ? out : other;

    shape = dnn_data_step_shape (step, &shape);
    if (step->type->apply != NULL) {
      step->type->apply (step, x, n, size);
      continue;
    }
    step->type->convert (step, x, n, size, y);
    other = x;
    x = y;
  }
  return shape;
}

/* The first step, from doubles in the first half of the scratch. */
static DnnShape
convert_exact (const DnnPreprocess *self, const DnnSource *inputs,
               const int64_t *rows, int64_t n, float *scratch, float *out)
{
  const DnnDataStep *step = step_at (self, 0);
  const DnnShape row = dnn_source_row_shape (inputs);
  double *x = (double *) (void *) scratch;

  dnn_source_gather_exact (inputs, rows, n, x);
  step->type->convert_exact (step, x, n, inputs->row, out);
  return dnn_data_step_shape (step, &row);
}

int64_t
dnn_preprocess_plain_size (const DnnPreprocess *self, const DnnSource *inputs)
{
  DnnShape row = dnn_source_row_shape (inputs);

  if (is_exact (self) && step_at (self, 0)->size == inputs->row)
    row = dnn_data_step_shape (step_at (self, 0), &row);
  return dnn_data_step_count (&row);
}

void
dnn_preprocess_plain_row (const DnnPreprocess *self, const DnnSource *inputs,
                          int64_t row, float *out)
{
  g_autofree double *x = NULL;

  if (!is_exact (self) || step_at (self, 0)->size != inputs->row) {
    dnn_source_gather (inputs, &row, 1, out);
    return;
  }
  x = g_new (double, (gsize) inputs->row);
  convert_exact (self, inputs, &row, 1, (float *) (void *) x, out);
}

/* The first of the late steps at the end. */
static guint
count_early (const DnnPreprocess *self)
{
  guint n = count_unsteady (self);

  while (n < n_steps (self) && !step_at (self, n)->type->late)
    n++;
  return n;
}

void
dnn_preprocess_late (const DnnPreprocess *self, int64_t n, int64_t size,
                     float *rows)
{
  for (guint i = count_early (self); i < n_steps (self); i++)
    step_at (self, i)->type->apply (step_at (self, i), rows, n, size);
}

void
dnn_preprocess_rows (const DnnPreprocess *self, const DnnSource *inputs,
                     const int64_t *rows, int64_t n, float *scratch, float *out)
{
  const DnnShape row = dnn_source_row_shape (inputs);
  const DnnShape shape = dnn_preprocess_shape (self, &row);

  dnn_preprocess_early (self, inputs, rows, n, scratch, out);
  dnn_preprocess_late (self, n, dnn_data_step_count (&shape), out);
}

void
dnn_preprocess_early (const DnnPreprocess *self, const DnnSource *inputs,
                      const int64_t *rows, int64_t n, float *scratch,
                      float *out)
{
  const guint n_unsteady = count_unsteady (self), n_early = count_early (self);
  int64_t size = inputs->row;

  if (n_unsteady > 0) {
    const DnnShape row = dnn_source_row_shape (inputs);
    const int64_t half = n * dnn_preprocess_scratch (self, &row) / 2;
    const guint first = is_exact (self);
    DnnShape shape = row;

    if (first > 0)
      shape = convert_exact (self, inputs, rows, n, scratch,
                             n_unsteady > 1 ? scratch + half : out);
    else
      dnn_source_gather (inputs, rows, n, scratch);
    shape =
        convert (self, first, shape, n, first > 0 ? scratch + half : scratch,
                 first > 0 ? scratch : scratch + half, out);
    size = dnn_data_step_count (&shape);
  } else
    dnn_source_gather (inputs, rows, n, out);
  for (guint i = n_unsteady; i < n_early; i++)
    step_at (self, i)->type->apply (step_at (self, i), out, n, size);
}

void
dnn_preprocess_range (const DnnPreprocess *self, double *x, int64_t n)
{
  for (guint i = 0; i < n_steps (self); i++) {
    const DnnDataStep *step = step_at (self, i);

    if (step->type->apply_exact != NULL && step->size == 0)
      step->type->apply_exact (step, x, n, 1);
  }
}

/* --- in a model's file --------------------------------------------------- */

/* Names of the steps that no key of their own tells. */
static char *
list_steps (const DnnPreprocess *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < n_steps (self); i++) {
    const DnnDataStepType *type = step_at (self, i)->type;

    if (!type->implicit)
      g_string_append_printf (text, "%s%s", text->len > 0 ? "," : "",
                              type->name);
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* A line for each where commas cannot part them. */
static void
add_classes (const DnnPreprocess *self, DnnSafetensors *file)
{
  g_autofree char *names = g_strjoinv (",", self->class_names);
  g_autofree char *lines = g_strjoinv ("\n", self->class_names);
  g_auto (GStrv) again = dnn_split_commas (names);

  if (g_strv_equal ((const char *const *) again,
                    (const char *const *) self->class_names))
    dnn_safetensors_set_metadata (file, "class_names", names);
  else
    dnn_safetensors_set_metadata (file, "class_lines", lines);
}

void
dnn_preprocess_add (const DnnPreprocess *self, DnnSafetensors *file)
{
  g_autofree char *list = list_steps (self);

  if (*list != '\0')
    dnn_safetensors_set_metadata (file, "steps", list);
  for (guint i = 0; i < n_steps (self); i++)
    step_at (self, i)->type->store (step_at (self, i), file);
  if (self->targets != NULL)
    dnn_target_scale_add (self->targets, file);
  if (self->class_names != NULL)
    add_classes (self, file);
  if (self->columns != NULL) {
    g_autofree char *names = g_strjoinv ("\n", self->columns);

    dnn_safetensors_set_metadata (file, "columns", names);
  }
}

/* True if the table has every step of the list. */
static bool
check_steps (char **list, GError **error)
{
  g_autoptr (GString) known = g_string_new (NULL);

  for (size_t i = 0; dnn_data_step_types[i] != NULL; i++)
    g_string_append_printf (known, "%s'%s'", i > 0 ? ", " : "",
                            dnn_data_step_types[i]->name);
  for (size_t i = 0; list[i] != NULL; i++) {
    size_t j = 0;

    while (dnn_data_step_types[j] != NULL &&
           strcmp (dnn_data_step_types[j]->name, list[i]) != 0)
      j++;
    if (dnn_data_step_types[j] != NULL)
      continue;
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "its preprocessing has a step '%s', and the steps known here "
                 "are %s",
                 list[i], known->str);
    return false;
  }
  return true;
}

/* Steps from the last to the first: each tells what the one before leaves. */
static bool
read_steps (DnnPreprocess *self, const DnnSafetensors *file, char **list,
            int64_t size, GError **error)
{
  size_t n = 0;

  while (dnn_data_step_types[n] != NULL)
    n++;
  while (n-- > 0) {
    const DnnDataStepType *type = dnn_data_step_types[n];
    DnnDataStep *step = NULL;

    if (!type->implicit &&
        !g_strv_contains ((const char *const *) list, type->name))
      continue;
    if (!type->read (file, size, &step, error))
      return false;
    if (step == NULL)
      continue;
    g_ptr_array_insert (self->steps, 0, step);
    size = step->size > 0 ? step->size : size;
  }
  return true;
}

DnnPreprocess *
dnn_preprocess_read (const DnnSafetensors *file, int64_t size, GError **error)
{
  const char *steps = dnn_safetensors_get_metadata (file, "steps");
  const char *names = dnn_safetensors_get_metadata (file, "class_names");
  const char *lines = dnn_safetensors_get_metadata (file, "class_lines");
  const char *columns = dnn_safetensors_get_metadata (file, "columns");
  g_auto (GStrv) list = g_strsplit (steps != NULL ? steps : "", ",", -1);
  g_autoptr (DnnPreprocess) self = preprocess_new ();

  if (!check_steps (list, error) ||
      !read_steps (self, file, list, size, error) ||
      !dnn_target_scale_read (file, &self->targets, error))
    return NULL;
  if (names != NULL)
    self->class_names = dnn_split_commas (names);
  else if (lines != NULL)
    self->class_names = g_strsplit (lines, "\n", -1);
  if (columns != NULL)
    self->columns = g_strsplit (columns, "\n", -1);
  dnn_preprocess_take_kinds (self);
  return g_steal_pointer (&self);
}
