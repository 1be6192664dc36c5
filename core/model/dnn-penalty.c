/* dnn-penalty.c - L1 and L2; limits on norms and signs */
#include "dnn-penalty.h"

#include "dnn-param.h"
#include "dnn-suggest.h"

#include <math.h>
#include <string.h>

/* --- tables -------------------------------------------------------------- */

static const DnnParam l1_params[] = {
  DNN_FLOAT (DnnRegularizer, l1, "0.01", 0, 1e9, "", "factor of the sizes"),
};
static const DnnParam l2_params[] = {
  DNN_FLOAT (DnnRegularizer, l2, "0.01", 0, 1e9, "", "factor of the squares"),
};
static const DnnParam l1_l2_params[] = {
  DNN_FLOAT (DnnRegularizer, l1, "0", 0, 1e9, "", "factor of the sizes"),
  DNN_FLOAT (DnnRegularizer, l2, "0", 0, 1e9, "", "factor of the squares"),
};
#define AXIS                                                                   \
  DNN_INT (DnnConstraint, axis, "0", 0, DNN_MAX_DIMS - 1, "",                  \
           "axis that norms are taken along")
static const DnnParam max_norm_params[] = {
  DNN_FLOAT (DnnConstraint, max_value, "2", 0, 1e9, "", "longest norm"),
  AXIS,
};
static const DnnParam min_max_norm_params[] = {
  DNN_FLOAT (DnnConstraint, min_value, "0", 0, 1e9, "", "shortest norm"),
  DNN_FLOAT (DnnConstraint, max_value, "1", 0, 1e9, "", "longest norm"),
  DNN_FLOAT (DnnConstraint, rate, "1", 0, 1, "",
             "how far a norm goes towards its range at a step"),
  AXIS,
};
static const DnnParam unit_norm_params[] = { AXIS };

#define TABLE(known_as, S, table)                                              \
  {                                                                            \
    .name = known_as, .self_size = sizeof (S), .params = table,                \
    .n_params = G_N_ELEMENTS (table), .param_stride = sizeof (table)[0]        \
  }

static const DnnPlugin regularizers[] = {
  TABLE ("l1", DnnRegularizer, l1_params),
  TABLE ("l2", DnnRegularizer, l2_params),
  TABLE ("l1_l2", DnnRegularizer, l1_l2_params),
};

enum { NONE, MAX_NORM, MIN_MAX_NORM, NON_NEG, UNIT_NORM };

/* By kind - 1. */
static const DnnPlugin constraints[] = {
  TABLE ("max_norm", DnnConstraint, max_norm_params),
  TABLE ("min_max_norm", DnnConstraint, min_max_norm_params),
  { .name = "non_neg", .self_size = sizeof (DnnConstraint) },
  TABLE ("unit_norm", DnnConstraint, unit_norm_params),
};

/* Finds the row of that name and fills `self` by its table; the row's number
 * from 1, or 0 with an error. */
static int32_t
parse_by_table (const DnnPlugin *tables, size_t n, const char *what,
                const char *text, void *self, GError **error)
{
  g_autoptr (DnnSpec) spec = dnn_spec_parse (text, (DnnPlace){ 0 }, error);
  g_autofree const char **names = g_new0 (const char *, n + 1);
  g_autofree char *nearest = NULL;

  if (spec == NULL)
    return 0;
  for (size_t i = 0; i < n; i++) {
    names[i] = tables[i].name;
    if (strcmp (tables[i].name, spec->name) == 0)
      return dnn_param_apply (&tables[i], spec, NULL, self, error)
                 ? (int32_t) i + 1
                 : 0;
  }
  nearest = dnn_suggest (spec->name, names);
  g_set_error (error, DNN_ERROR, DNN_ERROR_NAME, "there is no %s '%s'; %s",
               what, spec->name, nearest);
  return 0;
}

bool
dnn_regularizer_parse (const char *text, DnnRegularizer *ret_regularizer,
                       GError **error)
{
  *ret_regularizer = (DnnRegularizer){ 0 };
  return parse_by_table (regularizers, G_N_ELEMENTS (regularizers),
                         "regularizer", text, ret_regularizer, error) != 0;
}

bool
dnn_constraint_parse (const char *text, DnnConstraint *ret_constraint,
                      GError **error)
{
  DnnConstraint self = { .rate = 1 };

  self.kind = parse_by_table (constraints, G_N_ELEMENTS (constraints),
                              "constraint", text, &self, error);
  if (self.kind == UNIT_NORM)
    self.min_value = self.max_value = 1;
  if (self.kind == NONE)
    return false;
  if (self.min_value > self.max_value) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "min_value must be at most max_value, %g, not '%g'",
                 self.max_value, self.min_value);
    return false;
  }
  *ret_constraint = self;
  return true;
}

/* --- regularizers -------------------------------------------------------- */

bool
dnn_regularizer_is_set (const DnnRegularizer *self)
{
  return self->l1 > 0 || self->l2 > 0;
}

double
dnn_regularizer_loss (const DnnRegularizer *self, const float *w, int64_t n)
{
  double sizes = 0, squares = 0;

  for (int64_t i = 0; i < n; i++) {
    sizes += fabs ((double) w[i]);
    squares += (double) w[i] * w[i];
  }
  return self->l1 * sizes + self->l2 * squares;
}

void
dnn_regularizer_add_gradient (const DnnRegularizer *self, const float *w,
                              float *g, int64_t n)
{
  const float l1 = (float) self->l1, two_l2 = (float) (2 * self->l2);

  for (int64_t i = 0; i < n; i++)
    g[i] += two_l2 * w[i] + l1 * (float) ((w[i] > 0) - (w[i] < 0));
}

/* --- constraints --------------------------------------------------------- */

bool
dnn_constraint_is_set (const DnnConstraint *self)
{
  return self->kind != NONE;
}

/* n elements, `step` apart, to a norm within the range. */
static void
limit_norm (const DnnConstraint *self, float *column, int64_t n, int64_t step)
{
  double squares = 0, norm, wanted;
  float factor;

  for (int64_t k = 0; k < n; k++)
    squares += (double) column[k * step] * column[k * step];
  norm = sqrt (squares);
  wanted = self->rate * CLAMP (norm, self->min_value, self->max_value) +
           (1 - self->rate) * norm;
  factor = (float) (wanted / (1e-7 + norm));
  for (int64_t k = 0; k < n; k++)
    column[k * step] *= factor;
}

void
dnn_constraint_apply (const DnnConstraint *self, DnnTensor *w)
{
  int64_t outer = 1, inner = 1;
  const int64_t n = self->axis < w->n_dims ? w->dims[self->axis] : 1;
  float *data = w->data;

  if (self->kind == NON_NEG) {
    for (int64_t i = 0; i < dnn_count (w); i++)
      data[i] = MAX (data[i], 0);
    return;
  }
  for (uint32_t i = 0; i < w->n_dims; i++) {
    outer *= i < self->axis ? w->dims[i] : 1;
    inner *= i > self->axis ? w->dims[i] : 1;
  }
  for (int64_t i = 0; i < outer; i++)
    for (int64_t j = 0; j < inner; j++)
      limit_norm (self, data + i * n * inner + j, n, inner);
}
