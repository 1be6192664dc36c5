/* dnn-data-step.c - what all steps have in common; rows to learn from */
#include "dnn-data-step.h"

#include "dnn-shape.h"

void
dnn_data_step_init (DnnDataStep *self, const DnnDataStepType *type)
{
  self->type = type;
  g_atomic_ref_count_init (&self->refs);
}

DnnDataStep *
dnn_data_step_ref (DnnDataStep *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
dnn_data_step_unref (DnnDataStep *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->refs))
    return;
  if (self->type->clear != NULL)
    self->type->clear (self);
  g_free (self);
}

int64_t
dnn_data_step_count (const DnnShape *row)
{
  int64_t n = 0;

  return dnn_shape_count (row, &n) ? n : 0;
}

DnnShape
dnn_data_step_shape (const DnnDataStep *self, const DnnShape *row)
{
  return self->type->shape != NULL ? self->type->shape (self, row) : *row;
}

/* --- rows to learn from -------------------------------------------------- */

/* Numbers of a block, about: it stays in the cache. */
enum { BLOCK = 8192 };

struct DnnDataStepRows {
  DnnDataStep *const *steps;
  guint n_steps;
  const DnnSplit *split;
  const DnnSource *source; /* the input of the split */
  DnnShape shape;          /* of a row after the steps */
  int64_t at;              /* the next row of the split */
  int64_t most;            /* rows of a block */
  int64_t *rows;           /* (owned) their numbers in the source */
  int64_t widest;          /* numbers of a row at its longest */
  float *single;           /* (owned) a block, for what takes float32 */
  float *other;            /* (owned) the same, where a step changes the size */
  double *block;           /* (owned) */
};

DnnDataStepRows *
dnn_data_step_rows_new (DnnDataStep *const *steps, guint n_steps,
                        const DnnSplit *split, uint32_t input)
{
  DnnDataStepRows *self = g_new0 (DnnDataStepRows, 1);
  gsize n;

  self->steps = steps;
  self->n_steps = n_steps;
  self->split = split;
  self->source = split->inputs.at[input];
  self->shape = dnn_source_row_shape (self->source);
  self->widest = dnn_data_step_count (&self->shape);
  for (guint i = 0; i < n_steps; i++) {
    self->shape = dnn_data_step_shape (steps[i], &self->shape);
    self->widest = MAX (self->widest, dnn_data_step_count (&self->shape));
  }
  self->most = MAX (BLOCK / self->widest, 1);
  n = (gsize) (self->most * self->widest);
  self->rows = g_new (int64_t, (gsize) self->most);
  self->single = g_new (float, n);
  self->other = g_new (float, n);
  self->block = g_new (double, n);
  return self;
}

void
dnn_data_step_rows_free (DnnDataStepRows *self)
{
  if (self == NULL)
    return;
  g_free (self->block);
  g_free (self->other);
  g_free (self->single);
  g_free (self->rows);
  g_free (self);
}

int64_t
dnn_data_step_rows_size (const DnnDataStepRows *self)
{
  return dnn_data_step_count (&self->shape);
}

int64_t
dnn_data_step_rows_count (const DnnDataStepRows *self)
{
  return self->split->n;
}

static void
to_double (const float *x, int64_t n, double *y)
{
  for (int64_t i = 0; i < n; i++)
    y[i] = x[i];
}

static void
to_float (const double *x, int64_t n, float *y)
{
  for (int64_t i = 0; i < n; i++)
    y[i] = (float) x[i];
}

const DnnSource *
dnn_data_step_rows_source (const DnnDataStepRows *self)
{
  return self->source;
}

/* The block after the step; its rows had this shape, and `ret_shape` then. */
static void
apply (DnnDataStepRows *self, const DnnDataStep *step, int64_t n,
       DnnShape *shape)
{
  const int64_t size = dnn_data_step_count (shape);

  *shape = dnn_data_step_shape (step, shape);
  if (step->type->apply_exact != NULL) {
    step->type->apply_exact (step, self->block, n, size);
    return;
  }
  if (step->type->convert_exact != NULL) {
    step->type->convert_exact (step, self->block, n, size, self->single);
    to_double (self->single, n * dnn_data_step_count (shape), self->block);
    return;
  }
  to_float (self->block, n * size, self->single);
  if (step->type->apply != NULL) {
    step->type->apply (step, self->single, n, size);
    to_double (self->single, n * size, self->block);
  } else {
    step->type->convert (step, self->single, n, size, self->other);
    to_double (self->other, n * dnn_data_step_count (shape), self->block);
  }
}

/* A step that takes doubles comes first, and learns from them. */
static bool
is_exact (const DnnDataStepRows *self)
{
  return self->n_steps == 0 || self->steps[0]->type->convert_exact != NULL;
}

const double *
dnn_data_step_rows_next (DnnDataStepRows *self, int64_t *ret_n)
{
  const DnnSource *source = self->source;
  const int64_t n = MIN (self->most, self->split->n - self->at);
  DnnShape shape = dnn_source_row_shape (source);

  *ret_n = n;
  if (n == 0) {
    self->at = 0;
    return NULL;
  }
  for (int64_t i = 0; i < n; i++)
    self->rows[i] = dnn_split_row (self->split, self->at + i);
  if (is_exact (self)) {
    dnn_source_gather_exact (source, self->rows, n, self->block);
  } else {
    dnn_source_gather (source, self->rows, n, self->single);
    to_double (self->single, n * source->row, self->block);
  }
  dnn_source_release_behind (source, self->at, n);
  for (guint i = 0; i < self->n_steps; i++)
    apply (self, self->steps[i], n, &shape);
  self->at += n;
  return self->block;
}
