/* dnn-shares.c - predictions and targets as metrics of classes read them */
#include "dnn-shares.h"

#include "dnn-host.h"
#include "dnn-param.h"

#include <math.h>

struct DnnShares {
  DnnScores scores;
  DnnComponent *activation; /* (owned) of logits; NULL: the host's sigmoid */
  DnnTensor y_pred, y_true; /* of the batch */
  float *pred, *truth;      /* (owned) room for n_pred and n_true numbers */
  int64_t n_pred, n_true;
};

void
dnn_shares_free (DnnShares *self)
{
  if (self == NULL)
    return;
  dnn_component_free (self->activation);
  g_free (self->pred);
  g_free (self->truth);
  g_free (self);
}

bool
dnn_shares_new (DnnRegistry *registry, const DnnComponent *loss,
                const DnnBuilt *built, DnnShares **ret_shares, GError **error)
{
  const DnnLossOps *ops = loss->code->ops;
  const char *name = built->scores == DNN_LOGITS ? ops->logits_of : NULL;
  g_autoptr (DnnShares) self = NULL;

  if (built->scores == DNN_PROBABILITIES) {
    *ret_shares = NULL;
    return true;
  }
  self = g_new0 (DnnShares, 1);
  self->scores = (DnnScores) built->scores;
  if (name != NULL)
    self->activation =
        dnn_component_parse (registry, DNN_KIND_ACTIVATION, name, error);
  if (name != NULL && self->activation == NULL)
    return false;
  *ret_shares = g_steal_pointer (&self);
  return true;
}

/* --- which metrics ------------------------------------------------------- */

/* `threshold`, `thresholds`. */
static bool
is_threshold (const DnnParam *param)
{
  return param != NULL && g_str_has_prefix (param->name, "thresh");
}

bool
dnn_shares_are_for (const DnnComponent *metric, const DnnBuilt *built)
{
  bool is_for = (built->targets & DNN_TARGET_LABELS) != 0;

  for (uint32_t i = 0; i < metric->code->n_params; i++)
    is_for = is_for || is_threshold (dnn_param_at (metric->code, i));
  for (guint i = 0; i < metric->spec->args->len; i++) {
    const DnnArg *arg = g_ptr_array_index (metric->spec->args, i);

    if (is_threshold (dnn_param_find (metric->code, arg->key)))
      return false;
  }
  return is_for && metric->code->kind == DNN_KIND_METRIC;
}

/* --- a batch ------------------------------------------------------------- */

static float *
reserve (float **block, int64_t *room, int64_t n)
{
  if (n > *room) {
    g_free (*block);
    *block = g_new (float, (gsize) n);
    *room = n;
  }
  return *block;
}

/* The share of a number above 0 stays above 0.5, if rounding makes it that. */
static void
keep_side (const float *from, float *to, int64_t n)
{
  const float above = nextafterf (0.5f, 1);

  for (int64_t i = 0; i < n; i++)
    if (from[i] > 0 && to[i] < above)
      to[i] = above;
}

static bool
is_by_rows (const DnnShares *self)
{
  return self->activation != NULL &&
         (self->activation->code->flags & DNN_FLAG_ELEMENTWISE) == 0;
}

static void
set_predictions (DnnShares *self, const DnnTensor *y)
{
  const int64_t n = dnn_count (y);
  const int64_t length =
      is_by_rows (self) && y->n_dims > 1 ? dnn_columns (y) : n;

  self->y_pred = *y;
  self->y_pred.data = reserve (&self->pred, &self->n_pred, n);
  if (n == 0)
    return;
  if (self->activation == NULL)
    dnn_host.sigmoid (y->data, self->pred, n);
  else
    ((const DnnActivationOps *) self->activation->code->ops)
        ->eval (self->activation->self, &dnn_host, y->data, self->pred,
                n / length, length);
  if (!is_by_rows (self))
    keep_side (y->data, self->pred, n);
}

/* Classes -1 and 1 are 0 and 1. */
static void
set_targets (DnnShares *self, const DnnTensor *t)
{
  const int64_t n = dnn_count (t);
  const float *from = t->data;

  self->y_true = *t;
  if (self->scores != DNN_MARGINS)
    return;
  self->y_true.data = reserve (&self->truth, &self->n_true, n);
  for (int64_t i = 0; i < n; i++)
    self->truth[i] = from[i] > 0;
}

void
dnn_shares_set (DnnShares *self, const DnnTensor *y_pred,
                const DnnTensor *y_true)
{
  set_predictions (self, y_pred);
  set_targets (self, y_true);
}

const DnnTensor *
dnn_shares_predictions (const DnnShares *self)
{
  return &self->y_pred;
}

const DnnTensor *
dnn_shares_targets (const DnnShares *self)
{
  return &self->y_true;
}
