/* dnn-check.c - runs the checks of a subject, and reports */
#include "dnn-check.h"

#include "dnn-blas.h"
#include "dnn-build.h"
#include "dnn-kind-checks.h"
#include "dnn-kind-row.h"
#include "dnn-kind.h"
#include "dnn-shape.h"

#include <string.h>

static const unsigned pool_sizes[DNN_CHECK_POOLS] = { 1, 2, 7 };

/* --- reports ------------------------------------------------------------- */

void
dnn_check_report_free (DnnCheckReport *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->failures);
  g_free (self->worst_at);
  g_free (self);
}

bool
dnn_check_report_passes (const DnnCheckReport *self, const char *who,
                         GError **error)
{
  if (self->failures->len == 0)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_PLUGIN, "%s: %s", who,
               (const char *) g_ptr_array_index (self->failures, 0));
  return false;
}

/* --- checks -------------------------------------------------------------- */

/* The first of a kind's checks, which end where a name is NULL. */
static const DnnKindChecks *
find_kind (DnnKind kind)
{
  static const DnnKindChecks none = { 0 };

  for (size_t i = 0; dnn_kind_checks[i] != NULL; i++)
    if (dnn_kind_checks[i]->kind == kind)
      return dnn_kind_checks[i];
  return &none;
}

/* Check number `i`; NULL: there are no more. */
static const DnnKindCheck *
check_at (const DnnKindChecks *checks, size_t i)
{
  return i < DNN_KIND_MAX_CHECKS && checks->checks[i].name != NULL
             ? &checks->checks[i]
             : NULL;
}

const char *
dnn_check_name (DnnKind kind, size_t i)
{
  const DnnKindCheck *check = check_at (find_kind (kind), i);

  return check != NULL ? check->name : NULL;
}

bool
dnn_check_is_for (const char *name, DnnKind kind)
{
  const char *own;

  for (size_t i = 0; (own = dnn_check_name (kind, i)) != NULL; i++)
    if (strcmp (own, name) == 0)
      return true;
  return false;
}

static bool
check_n_inputs (const DnnChecker *self, GError **error)
{
  const uint32_t n = self->subject->n_inputs;
  uint32_t min, max;

  dnn_kind_inputs (dnn_kind_row (self->subject->kind),
                   self->component->code->ops, &min, &max);
  max = MIN (max, DNN_MAX_DECLARED);
  for (uint32_t i = 0; i < n; i++)
    if (self->subject->inputs[i].n_dims == 0)
      max = 0;
  if (n >= min && n <= max)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_SHAPE,
               "%s: it takes %u to %u inputs of one dimension or more, not "
               "'%u'",
               self->component->plugin->name, min, max, n);
  return false;
}

/* The tensors of a check may have 4 GiB in all. */
static const double most_numbers = 1 << 30;

/* That there is room for what is declared, for tensors of a check lie apart. */
static bool
check_room (const DnnChecker *self, const DnnBuilt *built, GError **error)
{
  const DnnDeclaredList *lists[] = { &built->outputs, &built->weights,
                                     &built->buffers, &built->saved,
                                     &built->scratch, &built->worker_scratch };
  double n = 0;

  for (size_t j = 0; j < G_N_ELEMENTS (lists); j++)
    for (uint32_t i = 0; i < lists[j]->n; i++) {
      const DnnTensor t = dnn_tensor_of (&lists[j]->at[i].shape);

      n += lists[j]->at[i].set ? (double) dnn_count (&t) : 0;
    }
  if (n <= most_numbers)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_SHAPE,
               "%s: it declares tensors of %.3g numbers, and a check has room "
               "for %.3g; give a smaller example",
               self->component->plugin->name, n, most_numbers);
  return false;
}

/* True if the plugin takes the subject's shapes, or its parameters together. */
static bool
check_built (DnnChecker *self, GError **error)
{
  const DnnKind kind = self->subject->kind;
  const DnnKindChecks *checks = find_kind (kind);
  g_autofree DnnBuilt *built = NULL;

  if (checks->takes != NULL)
    return checks->takes (self, error);
  if (dnn_kind_row (kind)->build == 0)
    return true;
  built = dnn_checker_build (self, 1, error);
  return built != NULL && check_room (self, built, error);
}

static bool
prepare (DnnChecker *self, GError **error)
{
  const DnnCheckSubject *subject = self->subject;

  self->report = g_new0 (DnnCheckReport, 1);
  self->report->failures = g_ptr_array_new_with_free_func (g_free);
  self->component = dnn_check_component (subject, error);
  self->check = "example";
  if (self->component == NULL || !check_n_inputs (self, error) ||
      !check_built (self, error) || !dnn_blas_init (error))
    return false;
  for (int i = 0; i < DNN_CHECK_POOLS; i++)
    self->pools[i] = dnn_pool_new (pool_sizes[i]);
  return true;
}

/* The plugin's struct is the host's: a value that is written there is lost or,
 * worse, is another instance's. */
static void
run_one (DnnChecker *self, const DnnKindCheck *check)
{
  const DnnComponent *component = self->component;
  const size_t size = component->code->self_size;
  g_autofree void *before = g_memdup2 (component->self, size + 1);

  self->check = check->name;
  check->run (self);
  if (memcmp (before, component->self, size) != 0)
    dnn_checker_fail (self, "it writes to `self`, which it may only read");
  self->report->n_checks++;
}

static bool
run_checks (DnnChecker *self, const char *name, GError **error)
{
  const DnnKindChecks *checks = find_kind (self->subject->kind);
  const DnnKindCheck *check;

  for (size_t i = 0; (check = check_at (checks, i)) != NULL; i++)
    if (name == NULL || strcmp (name, check->name) == 0)
      run_one (self, check);
  if (name == NULL || self->report->n_checks > 0)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_NAME, "there is no check '%s'",
               name);
  return false;
}

static void
checker_clear (DnnChecker *self)
{
  for (int i = 0; i < DNN_CHECK_POOLS; i++)
    dnn_pool_free (self->pools[i]);
  dnn_component_free (self->component);
  dnn_check_report_free (self->report);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DnnChecker, checker_clear)

const char *
dnn_check_trial (DnnKind kind)
{
  return find_kind (kind)->trial;
}

void
dnn_check_ops (const DnnPlugin *plugin, GPtrArray *failures)
{
  const DnnKindChecks *checks = find_kind ((DnnKind) plugin->kind);

  if (checks->ops != NULL)
    checks->ops (plugin->ops, failures);
}

DnnCheckReport *
dnn_check_run (const DnnCheckSubject *subject, const char *name, GError **error)
{
  g_auto (DnnChecker) self = { .subject = subject };

  if (!prepare (&self, error) || !run_checks (&self, name, error))
    return NULL;
  return g_steal_pointer (&self.report);
}

bool
dnn_check_takes (const DnnCheckSubject *subject, GError **error)
{
  g_auto (DnnChecker) self = { .subject = subject };

  return prepare (&self, error);
}
