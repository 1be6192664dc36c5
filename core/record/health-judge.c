/* health-judge.c - findings from the numbers of an epoch
 *
 * What each criterion is, and why: dnn-health.h.
 */
#include "dnn-health.h"

#include <math.h>

/* Falls and growths of the gradient between the last hidden layer and another
 * that are a finding. */
static const double FALL = 1e-3, GROWTH = 1e3;
/* The same of every layer in a row, of MIN_STEPS or more. */
static const double STEP_FALL = 1.0 / 2, MEAN_FALL = 1.0 / 3;
enum { MIN_STEPS = 3 };
/* Shares of dead units and saturated elements. */
static const double SHARE = 0.5;

static void
add (DnnHealthEpoch *self, DnnFindingKind kind, const DnnLayerHealth *layer,
     char *text)
{
  DnnFinding *finding = g_new0 (DnnFinding, 1);

  *finding = (DnnFinding){ kind, layer, text };
  g_ptr_array_add (self->findings, finding);
}

/* The last hidden layer that a gradient comes by; NULL: there is none. */
static const DnnLayerHealth *
find_last_hidden (const DnnHealthEpoch *self)
{
  for (size_t i = self->n_layers; i-- > 0;)
    if (!self->layers[i].is_output && !isnan (self->layers[i].gradient.rms))
      return &self->layers[i];
  return NULL;
}

/* --- vanishing ----------------------------------------------------------- */

/* The first layer below `top` whose gradient is less than FALL of its. */
static const DnnLayerHealth *
find_fall (const DnnHealthEpoch *self, const DnnLayerHealth *top)
{
  for (const DnnLayerHealth *row = top; row >= self->layers; row--)
    if (row->gradient.rms < top->gradient.rms * FALL)
      return row;
  return NULL;
}

/* The lowest of the first MIN_STEPS or more layers in a row over which the
 * gradient falls geometrically; where that begins is in ret_top. */
static const DnnLayerHealth *
find_geometric_fall (const DnnHealthEpoch *self, const DnnLayerHealth *last,
                     const DnnLayerHealth **ret_top)
{
  const DnnLayerHealth *top = NULL, *above = NULL;
  int steps = 0;

  for (const DnnLayerHealth *row = last; row >= self->layers; row--) {
    if (!row->has_weights || isnan (row->gradient.rms))
      continue;
    if (above != NULL && row->gradient.rms <= above->gradient.rms * STEP_FALL) {
      steps++;
    } else {
      steps = 0;
      top = row;
    }
    above = row;
    if (steps >= MIN_STEPS &&
        row->gradient.rms <= top->gradient.rms * pow (MEAN_FALL, steps)) {
      *ret_top = top;
      return row;
    }
  }
  return NULL;
}

/* No gradient at all below a dead layer: that layer is the finding. */
static bool
is_cut_off (const DnnHealthEpoch *self, const DnnLayerHealth *row)
{
  bool dead_above = false;

  for (size_t i = 0; i < self->n_layers; i++)
    dead_above =
        dead_above || (&self->layers[i] > row && self->layers[i].dead > SHARE);
  return dead_above && row->gradient.rms <= 0;
}

static void
judge_vanishing (DnnHealthEpoch *self, const DnnLayerHealth *last)
{
  const DnnLayerHealth *top = last, *row;

  if (!isfinite (last->gradient.rms) || last->gradient.rms <= 0)
    return;
  row = find_fall (self, last);
  if (row == NULL)
    row = find_geometric_fall (self, last, &top);
  if (row == NULL || is_cut_off (self, row))
    return;
  add (self, DNN_FINDING_VANISHING, row,
       g_strdup_printf (
           "vanishing gradient: at layer '%s' the RMS of dL/dy is %.1e, and "
           "%.1e at '%s' above it: the layers from there down hardly learn; "
           "what usually helps: an initializer that goes with the activation, "
           "an activation that does not flatten on both sides, normalization "
           "between the layers",
           row->layer, row->gradient.rms, top->gradient.rms, top->layer));
}

/* --- exploding ----------------------------------------------------------- */

static const char explosion_help[] =
    "what usually helps: a smaller learning_rate, clipping (clipnorm), weights "
    "that begin smaller, by an initializer that goes with the activation, "
    "normalization between the layers";

static bool
judge_not_finite (DnnHealthEpoch *self)
{
  const DnnLayerHealth *bad = NULL;
  const char *what = "y";

  for (size_t i = 0; i < self->n_layers && bad == NULL; i++)
    if (isinf (self->layers[i].activation.rms))
      bad = &self->layers[i];
  for (size_t i = self->n_layers; i-- > 0 && bad == NULL;)
    if (isinf (self->layers[i].gradient.rms)) {
      bad = &self->layers[i];
      what = "dL/dy";
    }
  if (bad == NULL)
    return false;
  add (self, DNN_FINDING_EXPLODING, bad,
       g_strdup_printf ("exploding: %s of layer '%s' is no longer finite; %s",
                        what, bad->layer, explosion_help));
  return true;
}

static bool
judge_growth (DnnHealthEpoch *self, const DnnLayerHealth *last)
{
  double limit = last->gradient.rms * GROWTH;

  for (const DnnLayerHealth *row = last; row >= self->layers; row--)
    if (limit > 0 && row->gradient.rms > limit) {
      add (self, DNN_FINDING_EXPLODING, row,
           g_strdup_printf (
               "exploding gradient: towards the input the RMS of dL/dy grows "
               "from %.1e at layer '%s' to %.1e at '%s'; %s",
               last->gradient.rms, last->layer, row->gradient.rms, row->layer,
               explosion_help));
      return true;
    }
  return false;
}

static void
judge_update (DnnHealthEpoch *self)
{
  const DnnLayerHealth *worst = NULL;

  for (size_t i = 0; i < self->n_layers; i++) {
    const DnnLayerHealth *row = &self->layers[i];

    if (row->update_ratio > (worst != NULL ? worst->update_ratio : 1))
      worst = row;
  }
  if (worst != NULL)
    add (self, DNN_FINDING_EXPLODING, worst,
         g_strdup_printf ("exploding update: one step moved the weights of "
                          "layer '%s' by %.1f times their own size; %s",
                          worst->layer, worst->update_ratio, explosion_help));
}

static void
judge_exploding (DnnHealthEpoch *self, const DnnLayerHealth *last)
{
  if (!judge_not_finite (self) && (last == NULL || !judge_growth (self, last)))
    judge_update (self);
}

/* --- flat activations ---------------------------------------------------- */

static double
dead_share (const DnnLayerHealth *row)
{
  return row->dead;
}

static double
saturated_share (const DnnLayerHealth *row)
{
  return row->is_gate ? NAN : row->saturated;
}

/* The layer with the largest share above SHARE; how many others are above it
 * is in ret_others, a phrase. */
static const DnnLayerHealth *
find_worst (const DnnHealthEpoch *self,
            double (*share) (const DnnLayerHealth *row), char **ret_others)
{
  const DnnLayerHealth *worst = NULL;
  int n = 0;

  for (size_t i = 0; i < self->n_layers; i++) {
    const DnnLayerHealth *row = &self->layers[i];

    n += share (row) > SHARE;
    if (share (row) > (worst != NULL ? share (worst) : SHARE))
      worst = row;
  }
  *ret_others = n > 1 ? g_strdup_printf (" (and more than %.0f %% in %d other "
                                         "layer%s)",
                                         SHARE * 100, n - 1, n > 2 ? "s" : "")
                      : g_strdup ("");
  return worst;
}

static void
judge_dead (DnnHealthEpoch *self)
{
  g_autofree char *others = NULL;
  const DnnLayerHealth *row = find_worst (self, dead_share, &others);

  if (row != NULL)
    add (self, DNN_FINDING_DEAD, row,
         g_strdup_printf (
             "dead units: %.0f %% of the units of layer '%s'%s let no gradient "
             "through for any row; what usually helps: a smaller "
             "learning_rate, inputs near 1 (standardize = true), biases that "
             "begin at 0, an activation with a slope below 0, normalization "
             "before it",
             row->dead * 100, row->layer, others));
}

static void
judge_saturated (DnnHealthEpoch *self)
{
  g_autofree char *others = NULL;
  const DnnLayerHealth *row = find_worst (self, saturated_share, &others);

  if (row != NULL)
    add (self, DNN_FINDING_SATURATED, row,
         g_strdup_printf (
             "saturation: %.0f %% of the outputs of layer '%s'%s lie where its "
             "activation is flat; what usually helps: weights that begin "
             "smaller, by an initializer that goes with the activation, scaled "
             "inputs, normalization before it, another activation",
             row->saturated * 100, row->layer, others));
}

void
dnn_health_epoch_judge (DnnHealthEpoch *self)
{
  const DnnLayerHealth *last = find_last_hidden (self);

  g_ptr_array_set_size (self->findings, 0);
  if (last != NULL)
    judge_vanishing (self, last);
  judge_exploding (self, last);
  judge_dead (self);
  judge_saturated (self);
}
