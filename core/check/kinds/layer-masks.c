/* layer-masks.c - a layer behind masks: padding changes nothing that is real */
#include "dnn-check-layer.h"

#include "dnn-kind-checks.h"
#include "dnn-masks.h"

#include <string.h>

/* --- what mask an output has --------------------------------------------- */

static DnnMask
mask_of (const DnnCheckLayer *self, uint32_t output)
{
  const DnnBuilt *built = self->built;
  const uint64_t flags = self->checker->component->code->flags;

  if (output < built->own_masks.n && built->own_masks.at[output].set)
    return DNN_MASK_OWN;
  if (built->says_mask)
    return (DnnMask) built->mask;
  return (flags & DNN_FLAG_KEEPS_MASK) != 0 ? DNN_MASK_OF_ALL : DNN_MASK_NONE;
}

/* True if element i of n of an output is real by that mask. */
static bool
is_real_by (const DnnTensor *mask, int64_t i, int64_t n)
{
  return mask->data == NULL ||
         dnn_f32 (mask)[i / MAX (n / dnn_count (mask), 1)] != 0;
}

static bool
is_real (const DnnCheckLayer *self, uint32_t output, int64_t i)
{
  const int64_t n = dnn_count (&self->y.at[output]);
  const DnnMask how = mask_of (self, output);
  bool real = true;

  if (how == DNN_MASK_OWN)
    return is_real_by (&self->y_masks.at[output], i, n);
  for (uint32_t k = 0; k < self->masks.n; k++)
    if (how == DNN_MASK_OF_ALL || (how == DNN_MASK_OF_X0 && k == 0))
      real = real && is_real_by (&self->masks.at[k], i, n);
  return real;
}

/* --- shapes -------------------------------------------------------------- */

static bool
check_shape (DnnCheckLayer *self, uint32_t output)
{
  const DnnShape *y = &self->built->outputs.at[output].shape;
  const DnnMask how = mask_of (self, output);
  const bool own = output < self->built->own_masks.n &&
                   self->built->own_masks.at[output].set;

  if (how == DNN_MASK_OWN && !own)
    dnn_checker_fail (self->checker,
                      "build says that output %u has a mask of its own, and "
                      "does not call add_mask",
                      output);
  else if (own && !dnn_mask_fits (&self->built->own_masks.at[output].shape, y))
    dnn_checker_fail (self->checker,
                      "the mask of output %u has other sizes than the output's "
                      "first",
                      output);
  else
    return true;
  return false;
}

static bool
check_shapes (DnnCheckLayer *self)
{
  bool ok = true;

  for (uint32_t i = 0; i < self->y.n; i++)
    ok = (self->y.pointer[i] == NULL || check_shape (self, i)) && ok;
  return ok;
}

/* --- values -------------------------------------------------------------- */

static void
check_written (DnnCheckLayer *self)
{
  for (uint32_t i = 0; i < self->y_masks.n; i++) {
    const DnnTensor *mask = &self->y_masks.at[i];

    for (int64_t k = 0; mask->data != NULL && k < dnn_count (mask); k++) {
      const float m = dnn_f32 (mask)[k];
      g_autofree char *place = NULL;

      if (m == 0 || m == 1)
        continue;
      place = dnn_check_place ("mask of y", mask, k);
      dnn_checker_fail (self->checker, "%s is %g, and must be 1 or 0", place,
                        (double) m);
      return;
    }
  }
}

/* Other numbers where inputs are padding. */
static void
change_padding (DnnCheckLayer *self)
{
  for (uint32_t i = 0; i < self->x.n; i++) {
    const DnnExpected *expected = &self->built->expected[i];
    float *x = self->x.at[i].data;

    for (int64_t k = 0; k < dnn_count (&self->x.at[i]); k++)
      if (!is_real_by (&self->masks.at[i], k, dnn_count (&self->x.at[i])))
        x[k] = expected->set
                   ? (float) (x[k] > (float) expected->lo ? expected->lo
                                                          : expected->hi)
                   : 3 - 2 * x[k];
  }
}

/* No gradient comes to what is padding. */
static void
clear_gradients (DnnCheckLayer *self)
{
  for (uint32_t i = 0; i < self->dy.n; i++)
    for (int64_t k = 0;
         self->y.pointer[i] != NULL && k < dnn_count (&self->dy.at[i]); k++)
      if (!is_real (self, i, k))
        ((float *) self->dy.at[i].data)[k] = 0;
}

static void
compare (DnnCheckLayer *self, const DnnCheckMode *mode, const DnnTensor *a,
         const DnnTensor *b, int64_t k, const char *what)
{
  g_autofree char *place = dnn_check_place (what, a, k);

  dnn_checker_fail (
      self->checker, "%s: %s is %g, and %g where padding holds other numbers",
      mode->name, place, (double) dnn_f32 (b)[k], (double) dnn_f32 (a)[k]);
}

/* Real elements are the same as `before`. */
static bool
check_outputs (DnnCheckLayer *self, const DnnCheckMode *mode,
               const DnnCheckList *before)
{
  for (uint32_t i = 0; i < self->y.n; i++)
    for (int64_t k = 0;
         self->y.pointer[i] != NULL && k < dnn_count (&self->y.at[i]); k++)
      if (is_real (self, i, k) &&
          dnn_f32 (&self->y.at[i])[k] != dnn_f32 (&before->at[i])[k]) {
        compare (self, mode, &self->y.at[i], &before->at[i], k, "y");
        return false;
      }
  return true;
}

static void
check_gradients (DnnCheckLayer *self, const DnnCheckMode *mode,
                 const DnnCheckList *before)
{
  for (uint32_t i = 0; i < self->dw.n; i++)
    for (int64_t k = 0;
         self->pass.dw[i] != NULL && k < dnn_count (&self->dw.at[i]); k++) {
      const float a = dnn_f32 (&self->dw.at[i])[k];
      const float b = dnn_f32 (&before->at[i])[k];
      g_autofree char *name = dnn_check_layer_dw_name (self, i);

      if (a == b)
        continue;
      compare (self, mode, &self->dw.at[i], &before->at[i], k, name);
      return;
    }
}

static void
check_leaks (DnnCheckLayer *self, const DnnCheckMode *mode)
{
  DnnCheckList x, y, dw, masks;

  if (!dnn_check_layer_forward (self, mode))
    return;
  check_written (self);
  clear_gradients (self);
  dnn_check_layer_backward (self, mode);
  dnn_check_list_copy (&x, &self->x);
  dnn_check_list_copy (&y, &self->y);
  dnn_check_list_copy (&dw, &self->dw);
  dnn_check_list_copy (&masks, &self->y_masks);
  change_padding (self);
  if (dnn_check_layer_run (self, mode)) {
    dnn_check_layer_same (self, "mask of y", &self->y_masks,
                          self->y_masks.pointer, "where padding is other",
                          &masks, "before");
    if (check_outputs (self, mode, &y))
      check_gradients (self, mode, &dw);
  }
  dnn_check_list_restore (&self->x, &x);
  dnn_check_list_clear (&x);
  dnn_check_list_clear (&y);
  dnn_check_list_clear (&dw);
  dnn_check_list_clear (&masks);
}

/* A mask of ones is as none. */
static void
check_ones (DnnCheckLayer *masked, DnnChecker *checker)
{
  const DnnCheckMode *mode = &dnn_check_modes[2];
  g_autoptr (DnnCheckLayer) plain = dnn_check_layer_new (checker, 1);

  for (uint32_t i = 0; i < masked->masks.n; i++)
    for (int64_t k = 0; masked->masks.pointer[i] != NULL &&
                        k < dnn_count (&masked->masks.at[i]);
         k++)
      ((float *) masked->masks.at[i].data)[k] = 1;
  if (plain == NULL || !dnn_check_layer_forward (plain, mode) ||
      !dnn_check_layer_forward (masked, mode))
    return;
  for (uint32_t i = 0; i < plain->y.n; i++)
    if (plain->y.pointer[i] != NULL)
      dnn_checker_close (checker, "y", &masked->y.at[i], "with masks of ones",
                         &plain->y.at[i], "without masks", 1e-6);
}

static bool
knows_masks (const DnnChecker *checker, const DnnBuilt *built)
{
  const uint64_t flags = checker->component->code->flags;

  return (flags & (DNN_FLAG_KEEPS_MASK | DNN_FLAG_READS_MASK)) != 0 ||
         built->says_mask || built->own_masks.n > 0;
}

void
dnn_check_layer_masks (DnnChecker *checker)
{
  DnnChecker behind = *checker;
  g_autofree DnnBuilt *built = NULL;
  g_autoptr (DnnCheckLayer) self = NULL;
  DnnCheckList masks;

  behind.masked = true;
  /* A layer may refuse masks of these axes. */
  built = dnn_checker_build (&behind, 1, NULL);
  if (built == NULL || !knows_masks (checker, built))
    return;
  self = dnn_check_layer_new (&behind, 1);
  if (self == NULL || !check_shapes (self))
    return;
  dnn_check_list_copy (&masks, &self->masks);
  for (int i = 0; i < DNN_CHECK_MODES; i++)
    check_leaks (self, &dnn_check_modes[i]);
  dnn_check_layer_same (self, "mask", &self->masks, self->masks.pointer,
                        "after", &masks, "before");
  dnn_check_list_clear (&masks);
  check_ones (self, checker);
}
