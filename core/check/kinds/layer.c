/* layer.c - the checks of a layer */
#include "dnn-check-layer.h"

#include "dnn-guard.h"
#include "dnn-kind-checks.h"

#include <math.h>
#include <string.h>

/* --- all entries --------------------------------------------------------- */

void
dnn_check_layer_written (DnnCheckLayer *self, const DnnCheckList *list,
                         DnnTensor *const *present, const char *what,
                         const DnnCheckMode *mode)
{
  for (uint32_t i = 0; i < list->n; i++) {
    g_autofree char *entry = list == &self->dw
                                 ? dnn_check_layer_dw_name (self, i)
                                 : dnn_check_layer_name (list, what, i);
    g_autofree char *name = g_strdup_printf ("%s: %s", mode->name, entry);

    if (present[i] != NULL)
      dnn_checker_written (self->checker, name, present[i]);
  }
}

void
dnn_check_layer_overwrite (DnnChecker *checker)
{
  g_autoptr (DnnCheckLayer) self = dnn_check_layer_new (checker, 1);

  for (int i = 0; self != NULL && i < DNN_CHECK_MODES; i++) {
    const DnnCheckMode *mode = &dnn_check_modes[i];

    if (!dnn_check_layer_forward (self, mode))
      return;
    dnn_check_layer_written (self, &self->y, self->pass.y, "y", mode);
    if (!dnn_check_layer_backward (self, mode))
      return;
    dnn_check_layer_written (self, &self->dx, self->pass.dx, "dx", mode);
    dnn_check_layer_written (self, &self->dw, self->pass.dw, "dw", mode);
  }
}

void
dnn_check_layer_same (DnnCheckLayer *self, const char *what,
                      const DnnCheckList *list, DnnTensor *const *present,
                      const char *so, const DnnCheckList *expected,
                      const char *but)
{
  for (uint32_t i = 0; i < list->n; i++) {
    g_autofree char *name = list == &self->dw
                                ? dnn_check_layer_dw_name (self, i)
                                : dnn_check_layer_name (list, what, i);

    if (present[i] != NULL)
      dnn_checker_same (self->checker, name, present[i], so, &expected->at[i],
                        but);
  }
}

/* --- gradients ----------------------------------------------------------- */

typedef struct {
  DnnCheckLayer *layer;
  const DnnCheckMode *mode;
  const DnnCheckList *dy;
} Objective;

static double
objective (void *data, double *ret_noise)
{
  const Objective *self = data;
  double sum = 0, squares = 0;

  if (!dnn_check_layer_forward (self->layer, self->mode))
    return NAN;
  for (uint32_t i = 0; i < self->layer->y.n; i++)
    sum += dnn_check_dot (&self->dy->at[i], &self->layer->y.at[i], &squares);
  *ret_noise = sqrt (squares);
  return sum;
}

static void
compare_slopes (Objective *data, const DnnCheckList *variables,
                const DnnCheckList *gradients, DnnTensor *const *present)
{
  DnnCheckLayer *self = data->layer;
  const bool weights = variables == &self->w;

  for (uint32_t i = 0; i < variables->n; i++) {
    g_autofree char *entry = weights
                                 ? dnn_check_layer_dw_name (self, i)
                                 : dnn_check_layer_name (variables, "dx", i);
    g_autofree char *name = g_strdup_printf ("%s: %s", data->mode->name, entry);
    DnnCheckSlope slope = {
      .what = name,
      .objective = objective,
      .data = data,
      .variable = variables->pointer[i],
      .gradient = &gradients->at[i],
    };

    if (present[i] == NULL || (!weights && self->built->expected[i].set))
      continue;
    dnn_check_slope (self->checker->report, self->checker->check, &slope);
  }
}

void
dnn_check_layer_gradients (DnnChecker *checker)
{
  g_autoptr (DnnCheckLayer) self = NULL;

  if ((checker->component->code->flags & DNN_FLAG_OTHER_GRADIENT) != 0)
    return;
  self = dnn_check_layer_new (checker, 1);
  for (int i = 0; self != NULL && i < DNN_CHECK_MODES; i++) {
    Objective data = { self, &dnn_check_modes[i], &self->dy };

    if (!dnn_check_layer_run (self, data.mode))
      return;
    compare_slopes (&data, &self->x, &self->dx, self->pass.dx);
    compare_slopes (&data, &self->w, &self->dw, self->pass.dw);
  }
}

/* --- entries that are NULL ----------------------------------------------- */

/* Whatever is left out, the rest is the same. */
static void
check_without (DnnCheckLayer *self, const DnnCheckMode *mode,
               const DnnCheckList *dx, const DnnCheckList *dw)
{
  if (!dnn_check_layer_run (self, mode))
    return;
  dnn_check_layer_same (self, "dx", &self->dx, self->pass.dx, mode->name, dx,
                        "when every entry is wanted");
  dnn_check_layer_same (self, "dw", &self->dw, self->pass.dw, mode->name, dw,
                        "when every entry is wanted");
}

/* dy[j] = NULL is the same as zeros. */
static void
check_without_dy (DnnCheckLayer *self, uint32_t j)
{
  DnnCheckMode mode = dnn_check_modes[0];
  DnnCheckList dx, dw, dy;

  dnn_check_list_copy (&dy, &self->dy);
  memset (self->dy.at[j].data, 0,
          (size_t) dnn_count (&self->dy.at[j]) * sizeof (float));
  dnn_check_layer_run (self, &mode);
  dnn_check_list_copy (&dx, &self->dx);
  dnn_check_list_copy (&dw, &self->dw);
  mode.dy = ~(1u << j);
  if (dnn_check_layer_run (self, &mode)) {
    for (uint32_t i = 0; i < dx.n; i++)
      dnn_checker_close (self->checker, "dx", &self->dx.at[i],
                         "with a dy of NULL", &dx.at[i], "with zeros", 1e-6);
    for (uint32_t i = 0; i < dw.n; i++)
      if (dw.pointer[i] != NULL)
        dnn_checker_close (self->checker, "dw", &self->dw.at[i],
                           "with a dy of NULL", &dw.at[i], "with zeros", 1e-6);
  }
  dnn_check_list_restore (&self->dy, &dy);
  dnn_check_list_clear (&dx);
  dnn_check_list_clear (&dw);
  dnn_check_list_clear (&dy);
}

void
dnn_check_layer_null_entries (DnnChecker *checker)
{
  g_autoptr (DnnCheckLayer) self = dnn_check_layer_new (checker, 1);
  DnnCheckMode mode = dnn_check_modes[0];
  DnnCheckList dx, dw;

  if (self == NULL || !dnn_check_layer_run (self, &mode))
    return;
  dnn_check_list_copy (&dx, &self->dx);
  dnn_check_list_copy (&dw, &self->dw);
  for (uint32_t i = 0; i < dx.n + dw.n; i++) {
    mode = dnn_check_modes[0];
    mode.name = i < dx.n ? "with a dx of NULL" : "with a dw of NULL";
    if (i < dx.n)
      mode.dx = ~(1u << i);
    else
      mode.dw = ~(1u << (i - dx.n));
    check_without (self, &mode, &dx, &dw);
  }
  mode = dnn_check_modes[0];
  mode.name = "without any dw";
  mode.dw = 0;
  check_without (self, &mode, &dx, &dw);
  mode.name = "without any dx";
  mode.dx = 0;
  mode.dw = ~0u;
  check_without (self, &mode, &dx, &dw);
  for (uint32_t j = 0; self->dy.n > 1 && j < self->dy.n; j++)
    check_without_dy (self, j);
  dnn_check_list_clear (&dx);
  dnn_check_list_clear (&dw);
}

/* --- state --------------------------------------------------------------- */

/* Frozen, or not training: nothing moves, and dx is there. */
void
dnn_check_layer_frozen (DnnChecker *checker)
{
  g_autoptr (DnnCheckLayer) self = dnn_check_layer_new (checker, 1);
  DnnCheckList w;

  if (self == NULL)
    return;
  dnn_check_list_copy (&w, &self->w);
  for (int i = 1; i < DNN_CHECK_MODES; i++) {
    const DnnCheckMode *mode = &dnn_check_modes[i];

    if (!dnn_check_layer_run (self, mode))
      break;
    dnn_check_layer_same (self, "buffer", &self->buffers, self->buffers.pointer,
                          mode->name, &self->first_buffers, "before");
    dnn_check_layer_same (self, "weight", &self->w, self->w.pointer, mode->name,
                          &w, "before");
    dnn_check_layer_written (self, &self->dx, self->pass.dx, "dx", mode);
  }
  dnn_check_list_clear (&w);
}

void
dnn_check_layer_read_only (DnnChecker *checker)
{
  g_autoptr (DnnCheckLayer) self = dnn_check_layer_new (checker, 1);
  DnnCheckList x, w, dy;

  if (self == NULL)
    return;
  dnn_check_list_copy (&x, &self->x);
  dnn_check_list_copy (&w, &self->w);
  dnn_check_list_copy (&dy, &self->dy);
  for (int i = 0; i < DNN_CHECK_MODES; i++) {
    if (!dnn_check_layer_run (self, &dnn_check_modes[i]))
      break;
    dnn_check_layer_same (self, "x", &self->x, self->x.pointer, "after", &x,
                          "before");
    dnn_check_layer_same (self, "w", &self->w, self->w.pointer, "after", &w,
                          "before");
    dnn_check_layer_same (self, "dy", &self->dy, self->dy.pointer, "after", &dy,
                          "before");
  }
  dnn_check_list_clear (&x);
  dnn_check_list_clear (&w);
  dnn_check_list_clear (&dy);
}

/* --- in place ------------------------------------------------------------ */

/* y[0] over x[0], then dx[0] over dy[0]. */
static void
check_shared (DnnChecker *checker, DnnCheckLayer *apart,
              const DnnCheckMode *mode)
{
  g_autoptr (DnnCheckLayer) self = dnn_check_layer_new (checker, 1);

  if (self == NULL || !dnn_check_layer_run (apart, mode))
    return;
  dnn_guard_free (self->y.at[0].data);
  self->y.at[0].data = self->x.at[0].data;
  dnn_guard_free (self->dx.at[0].data);
  self->dx.at[0].data = self->dy.at[0].data;
  if (dnn_check_layer_forward (self, mode)) {
    dnn_check_layer_same (self, "y", &self->y, self->pass.y, "in place",
                          &apart->y, "apart");
    if (dnn_check_layer_backward (self, mode)) {
      dnn_check_layer_same (self, "dx", &self->dx, self->pass.dx, "in place",
                            &apart->dx, "apart");
      dnn_check_layer_same (self, "dw", &self->dw, self->pass.dw, "in place",
                            &apart->dw, "apart");
    }
  }
  self->y.at[0].data = NULL;
  self->dx.at[0].data = NULL;
}

void
dnn_check_layer_in_place (DnnChecker *checker)
{
  g_autoptr (DnnCheckLayer) apart = NULL;

  if ((checker->component->code->flags & DNN_FLAG_IN_PLACE) == 0)
    return;
  apart = dnn_check_layer_new (checker, 1);
  if (apart == NULL ||
      dnn_count (&apart->x.at[0]) != dnn_count (&apart->y.at[0]))
    return;
  for (int i = 0; i < DNN_CHECK_MODES; i++)
    check_shared (checker, apart, &dnn_check_modes[i]);
}

/* --- its ops ------------------------------------------------------------- */

void
dnn_check_layer_ops (const void *ops, GPtrArray *failures)
{
  const DnnLayerOps *layer = ops;

  if (layer->min_inputs < 1 || layer->min_inputs > layer->max_inputs)
    g_ptr_array_add (failures,
                     g_strdup_printf ("it takes '%u' to '%u' inputs; the least "
                                      "must be 1 or more, and the most no less",
                                      layer->min_inputs, layer->max_inputs));
  if (layer->n_outputs > DNN_MAX_DECLARED)
    g_ptr_array_add (
        failures, g_strdup_printf ("it has '%u' outputs, and %d are the most",
                                   layer->n_outputs, DNN_MAX_DECLARED));
  if (layer->struct_size >= DNN_END_OF (DnnLayerOps, min_outputs) &&
      layer->min_outputs > MAX (layer->n_outputs, 1))
    g_ptr_array_add (failures,
                     g_strdup_printf ("its min_outputs is '%u', more than its "
                                      "outputs, %u",
                                      layer->min_outputs,
                                      MAX (layer->n_outputs, 1)));
}
