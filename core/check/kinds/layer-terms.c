/* layer-terms.c - the check of a layer that adds terms to the loss */
#include "dnn-check-layer.h"

#include "dnn-build.h"
#include "dnn-kind-checks.h"

static bool
has_term (const DnnCheckLayer *self)
{
  bool any = false;

  for (uint32_t i = 0; i < self->built->outputs.n; i++)
    any = any || self->built->outputs.at[i].is_term;
  return any;
}

/* Every output that is no term is as it is in `whole`. */
static void
compare_rest (DnnCheckLayer *self, const DnnCheckList *whole, const char *so,
              const char *but)
{
  for (uint32_t i = 0; i < self->y.n; i++) {
    g_autofree char *name = dnn_check_layer_name (&self->y, "y", i);

    if (!self->built->outputs.at[i].is_term && self->y.pointer[i] != NULL)
      dnn_checker_same (self->checker, name, &self->y.at[i], so, &whole->at[i],
                        but);
  }
}

/* The room of a term may be missing if nothing trains. */
static void
check_without_room (DnnCheckLayer *self, const DnnCheckList *whole)
{
  for (uint32_t i = 0; i < self->y.n; i++)
    if (self->built->outputs.at[i].is_term)
      self->y.pointer[i] = NULL;
  if (dnn_check_layer_forward (self, &dnn_check_modes[2]))
    compare_rest (self, whole, "with a term of NULL", "with room for it");
  for (uint32_t i = 0; i < self->y.n; i++)
    self->y.pointer[i] = &self->y.at[i];
}

/* The same weights and outputs where targets are missing. */
static bool
check_build (DnnCheckLayer *self)
{
  DnnChecker *checker = self->checker;
  g_autoptr (GError) error = NULL;
  g_autofree DnnBuilt *built =
      dnn_build (checker->component, checker->component->plugin->name,
                 (const DnnTensor *const *) self->x.pointer, self->x.n, &error);

  if (built == NULL)
    dnn_checker_fail (checker, "without the input that may be missing: %s",
                      error->message);
  else if (!dnn_declared_list_equal (&built->weights, &self->built->weights) ||
           built->outputs.n != self->built->outputs.n)
    dnn_checker_fail (checker,
                      "its weights or outputs are others without the input "
                      "that may be missing");
  else
    return true;
  return false;
}

/* Inputs beyond the least may be targets, which are not there in predict. */
static void
check_without_targets (DnnCheckLayer *self, const DnnCheckList *whole)
{
  for (uint32_t i = self->ops->min_inputs; i < self->x.n; i++)
    self->x.pointer[i] = NULL;
  if (self->x.n > self->ops->min_inputs && check_build (self)) {
    if (dnn_check_layer_forward (self, &dnn_check_modes[2]))
      compare_rest (self, whole, "with an input of NULL", "with all of them");
    dnn_check_layer_run (self, &dnn_check_modes[0]);
  }
}

void
dnn_check_layer_terms (DnnChecker *checker)
{
  g_autoptr (DnnCheckLayer) self = dnn_check_layer_new (checker, 1);
  DnnCheckList whole;

  if (self == NULL || !has_term (self) ||
      !dnn_check_layer_forward (self, &dnn_check_modes[2]))
    return;
  dnn_check_list_copy (&whole, &self->y);
  check_without_room (self, &whole);
  check_without_targets (self, &whole);
  dnn_check_list_clear (&whole);
}
