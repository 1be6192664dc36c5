/* loss-masks.c - a loss that reads masks: padding counts for nothing */
#include "dnn-check-loss.h"

#include "dnn-kind-checks.h"

/* Every `each`th step is padding; 0: none is. */
static void
set_mask (DnnCheckLoss *self, int64_t each)
{
  const DnnTensor shape = dnn_checker_mask_shape (&self->t.at[Y_PRED]);
  const DnnShape sizes = dnn_shape_of (&shape);
  float *real;

  dnn_check_list_clear (&self->mask);
  dnn_check_list_init (&self->mask, 1);
  self->mask.at[0] = dnn_check_tensor (&sizes, 1);
  self->mask.pointer[0] = &self->mask.at[0];
  self->masks[0] = &self->mask.at[0];
  real = self->mask.at[0].data;
  for (int64_t k = 0; k < dnn_count (&shape); k++)
    real[k] = each == 0 || k % each != 1;
}

/* Other predictions where these are padding. */
static void
change_padding (DnnCheckLoss *self)
{
  const float *real = self->mask.at[0].data;
  const int64_t n = dnn_columns (&self->t.at[Y_PRED]);
  float *y = self->t.at[Y_PRED].data;

  for (int64_t k = 0; k < dnn_count (&self->t.at[Y_PRED]); k++)
    y[k] = real[k / n] != 0 ? y[k] : 1 - y[k];
}

static void
check_padding_gradient (DnnCheckLoss *self)
{
  const DnnTensor *dy = &self->t.at[DY_PRED];
  const float *real = self->mask.at[0].data, *d = dnn_f32 (dy);

  for (int64_t k = 0; k < dnn_count (dy); k++) {
    g_autofree char *place = NULL;

    if (real[k / dnn_columns (dy)] != 0 || d[k] == 0)
      continue;
    place = dnn_check_place ("dy_pred", dy, k);
    dnn_checker_fail (self->checker, "%s is %g, and padding must get 0", place,
                      (double) d[k]);
    return;
  }
}

static void
compare_masked (DnnCheckLoss *self, const DnnCheckList *before, const char *so,
                const char *but)
{
  dnn_checker_close (self->checker, "value", &self->t.at[VALUE], so,
                     &before->at[VALUE], but, 1e-6);
  dnn_checker_close (self->checker, "dy_pred", &self->t.at[DY_PRED], so,
                     &before->at[DY_PRED], but, 1e-6);
}

static void
masks (DnnCheckLoss *self)
{
  DnnCheckList before, mask;

  if (!dnn_check_loss_run (self))
    return;
  dnn_check_list_copy (&before, &self->t);
  set_mask (self, 0);
  if (dnn_check_loss_run (self))
    compare_masked (self, &before, "with a mask of ones", "without one");
  dnn_check_list_clear (&before);
  set_mask (self, 3);
  dnn_check_list_copy (&mask, &self->mask);
  if (dnn_check_loss_run (self)) {
    check_padding_gradient (self);
    dnn_check_list_copy (&before, &self->t);
    change_padding (self);
    if (dnn_check_loss_run (self))
      compare_masked (self, &before, "where padding holds other numbers",
                      "before");
    dnn_check_list_clear (&before);
    dnn_checker_same (self->checker, "mask", &self->mask.at[0], "after",
                      &mask.at[0], "before");
  }
  dnn_check_list_clear (&mask);
}

void
dnn_check_loss_masks (DnnChecker *checker)
{
  DnnChecker behind = *checker;
  g_autofree DnnBuilt *built = NULL;

  if ((checker->component->code->flags & DNN_FLAG_READS_MASK) == 0)
    return;
  behind.masked = true;
  /* A loss may refuse masks of these axes. */
  built = dnn_checker_build (&behind, 1, NULL);
  if (built != NULL)
    dnn_check_loss_for_both (checker, masks);
}
