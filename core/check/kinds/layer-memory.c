/* layer-memory.c - what a layer touches, and what it remembers */
#include "dnn-check-layer.h"

#include "dnn-kind-checks.h"

#include <string.h>

void
dnn_check_layer_memory (DnnChecker *checker)
{
  g_autofree DnnBuilt *built = dnn_checker_build (checker, 1, NULL);
  g_autoptr (DnnCheckLayer) self = NULL;

  if (built == NULL || !dnn_check_layer_is_quick (checker, built))
    return;
  self = dnn_check_layer_new (checker, 1);
  checker->strict = true;
  for (int i = 0; self != NULL && i < DNN_CHECK_MODES; i++)
    dnn_check_layer_run (self, &dnn_check_modes[i]);
  checker->strict = false;
}

/* --- between forward and backward ---------------------------------------- */

/* A tensor that build did not name may be overwritten when backward runs. */
static bool
run_poisoned (DnnCheckLayer *self, const DnnCheckMode *mode, uint32_t reads,
              const DnnCheckList *x)
{
  bool done = dnn_check_layer_forward (self, mode);

  if ((reads & DNN_READS_X) == 0)
    dnn_check_list_poison (&self->x);
  if ((reads & DNN_READS_Y) == 0)
    dnn_check_list_poison (&self->y);
  done = done && dnn_check_layer_backward (self, mode);
  dnn_check_list_restore (&self->x, x);
  return done;
}

void
dnn_check_layer_saved (DnnChecker *checker)
{
  const char *so = "when what backward_reads does not name is overwritten";
  g_autoptr (DnnCheckLayer) kept = dnn_check_layer_new (checker, 1);
  g_autoptr (DnnCheckLayer) self = dnn_check_layer_new (checker, 1);

  for (int i = 0; kept != NULL && self != NULL && i < DNN_CHECK_MODES; i++) {
    const DnnCheckMode *mode = &dnn_check_modes[i];

    if (!dnn_check_layer_run (kept, mode) ||
        !run_poisoned (self, mode, self->built->reads, &kept->x))
      return;
    dnn_check_layer_same (self, "dx", &self->dx, self->pass.dx, so, &kept->dx,
                          "when it is kept");
    dnn_check_layer_same (self, "dw", &self->dw, self->pass.dw, so, &kept->dw,
                          "when it is kept");
  }
}

/* --- from one process to the next ---------------------------------------- */

static bool
is_name (const char *name)
{
  return *name != '\0' &&
         strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789_") ==
             strlen (name);
}

/* Files hold weights and buffers by name. */
static void
check_names (DnnChecker *checker, const DnnBuilt *built)
{
  const DnnDeclaredList *lists[] = { &built->weights, &built->buffers };
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);

  for (size_t i = 0; i < G_N_ELEMENTS (lists); i++)
    for (uint32_t j = 0; j < lists[i]->n; j++) {
      const char *name = lists[i]->at[j].name;

      if (!lists[i]->at[j].set)
        continue;
      if (!is_name (name))
        dnn_checker_fail (checker,
                          "a weight or buffer must be named by a-z, "
                          "0-9 and '_', not '%s'",
                          name);
      if (!g_hash_table_add (names, (void *) name))
        dnn_checker_fail (checker, "two weights or buffers are named '%s'",
                          name);
    }
}

/* Trains twice, so that buffers have moved; they then stay where they are. */
static bool
age (DnnCheckLayer *self)
{
  for (int i = 0; i < 2; i++) {
    if (!dnn_check_layer_run (self, &dnn_check_modes[0]))
      return false;
    dnn_check_list_restore (&self->first_buffers, &self->buffers);
  }
  return true;
}

/* A new instance that is given weights and buffers goes on to the same bits. */
static void
compare_with_new (DnnChecker *checker, DnnCheckLayer *old)
{
  DnnCheckSubject subject = *checker->subject;
  DnnChecker other = dnn_checker_with (checker, &subject);
  g_autoptr (DnnComponent) component = dnn_check_component (&subject, NULL);
  g_autoptr (DnnCheckLayer) fresh = NULL;

  subject.seed++;
  other.component = component;
  fresh = dnn_check_layer_new (&other, 1);
  if (fresh == NULL)
    return;
  fresh->context.key = old->context.key;
  dnn_check_list_restore (&fresh->w, &old->w);
  dnn_check_list_restore (&fresh->first_buffers, &old->first_buffers);
  dnn_check_list_restore (&fresh->x, &old->x);
  for (int i = 0; i < DNN_CHECK_MODES; i++) {
    if (!dnn_check_layer_forward (old, &dnn_check_modes[i]) ||
        !dnn_check_layer_forward (fresh, &dnn_check_modes[i]))
      return;
    dnn_check_layer_same (fresh, "y", &fresh->y, fresh->pass.y,
                          "with weights and buffers restored", &old->y,
                          "before");
  }
}

void
dnn_check_layer_save (DnnChecker *checker)
{
  g_autoptr (DnnCheckLayer) self = dnn_check_layer_new (checker, 1);

  if (self == NULL)
    return;
  check_names (checker, self->built);
  if (age (self))
    compare_with_new (checker, self);
}
