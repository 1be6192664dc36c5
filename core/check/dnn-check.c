/* dnn-check.c - runs the checks of a subject, and reports */
#include "dnn-check.h"

#include "dnn-blas.h"
#include "dnn-check-table.h"
#include "dnn-layer.h"
#include "dnn-optimizer.h"
#include "dnn-param.h"
#include "dnn-schedule.h"
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

/* Takes `text`, unless it was said already, in another mode. */
static void
add_once (GPtrArray *failures, char *text)
{
  if (g_ptr_array_find_with_equal_func (failures, text, g_str_equal, NULL))
    g_free (text);
  else
    g_ptr_array_add (failures, text);
}

void
dnn_checker_fail (DnnChecker *self, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  add_once (self->report->failures,
            g_strdup_printf ("%s: %s%s%s", self->check,
                             self->where != NULL ? self->where : "",
                             self->where != NULL ? ": " : "", text));
}

bool
dnn_checker_status (DnnChecker *self, DnnContext *context, int32_t status,
                    const char *what)
{
  if (status == 0 && context->message == NULL)
    return true;
  dnn_checker_fail (self, "%s: %s", what,
                    context->message != NULL
                        ? context->message
                        : "the plugin failed without a word");
  dnn_context_clear (context);
  return false;
}

/* --- checks -------------------------------------------------------------- */

const char *
dnn_check_name (DnnKind kind, size_t i)
{
  const DnnCheckRow *row = dnn_check_table;

  for (; row->name != NULL; row++)
    if (row->of_kind[kind] != NULL && i-- == 0)
      return row->name;
  return NULL;
}

DnnChecker
dnn_checker_with (const DnnChecker *self, const DnnCheckSubject *subject)
{
  DnnChecker other = *self;

  other.subject = subject;
  return other;
}

typedef struct {
  const DnnComponent *component;
  const DnnTensor **x;
  uint32_t n;
  DnnBuilt *built;
  GError **error;
} Build;

static void
call_build (void *data)
{
  Build *build = data;

  build->built = dnn_build (build->component, build->component->plugin->name,
                            build->x, build->n, build->error);
}

DnnBuilt *
dnn_checker_build (DnnChecker *self, int64_t batch_factor, GError **error)
{
  const DnnCheckSubject *subject = self->subject;
  g_autofree DnnTensor *shapes = g_new0 (DnnTensor, subject->n_inputs + 1);
  g_autofree const DnnTensor **x =
      g_new0 (const DnnTensor *, subject->n_inputs + 1);
  g_autoptr (GError) local = NULL;
  Build build = { self->component, x, subject->n_inputs, NULL, &local };

  for (uint32_t i = 0; i < subject->n_inputs; i++) {
    shapes[i] = dnn_tensor_of (&subject->inputs[i]);
    shapes[i].dims[0] *= batch_factor;
    x[i] = &shapes[i];
  }
  if (!dnn_checker_call (self, "build", NULL, 0, call_build, &build)) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PLUGIN, "%s: build crashes",
                 self->component->plugin->name);
    return NULL;
  }
  if (build.built == NULL) {
    if (local->code == DNN_ERROR_PLUGIN)
      dnn_checker_fail (self, "%s", local->message);
    g_propagate_error (error, g_steal_pointer (&local));
  }
  return build.built;
}

/* The least and the most inputs of a kind. */
static void
count_inputs (const DnnChecker *self, uint32_t *ret_min, uint32_t *ret_max)
{
  const DnnLayerOps *ops = self->component->code->ops;

  *ret_min = *ret_max = 1;
  switch (self->subject->kind) {
  case DNN_KIND_LAYER:
    *ret_min = ops->min_inputs;
    *ret_max = MIN (ops->max_inputs, DNN_MAX_DECLARED);
    break;
  case DNN_KIND_LOSS:
  case DNN_KIND_METRIC:
    *ret_min = *ret_max = 2;
    break;
  case DNN_KIND_SCHEDULE:
    *ret_min = *ret_max = 0;
    break;
  default:
    break;
  }
}

static bool
check_n_inputs (const DnnChecker *self, GError **error)
{
  const uint32_t n = self->subject->n_inputs;
  uint32_t min, max;

  count_inputs (self, &min, &max);
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

/* Whether the plugin takes the subject's shapes, or its parameters together. */
static bool
check_built (DnnChecker *self, GError **error)
{
  g_autofree DnnBuilt *built = NULL;
  g_autoptr (DnnSchedule) schedule = NULL;

  switch (self->subject->kind) {
  case DNN_KIND_LAYER:
  case DNN_KIND_LOSS:
  case DNN_KIND_METRIC:
    built = dnn_checker_build (self, 1, error);
    return built != NULL;
  case DNN_KIND_SCHEDULE:
    schedule = dnn_schedule_parse (self->subject->registry, self->subject->spec,
                                   1, error);
    if (schedule == NULL && error != NULL)
      (*error)->code = DNN_ERROR_SHAPE; /* refused, as build refuses */
    return schedule != NULL;
  default:
    return true;
  }
}

/* Names of the keys that the host has for a kind, NULL-terminated. */
static const char **
host_keys_of (DnnKind kind)
{
  const DnnPlugin *table = kind == DNN_KIND_LAYER       ? dnn_layer_keys ()
                           : kind == DNN_KIND_OPTIMIZER ? dnn_optimizer_keys ()
                                                        : NULL;
  const uint32_t n = table != NULL ? table->n_params : 0;
  const char **keys = g_new0 (const char *, n + 1);

  for (uint32_t i = 0; i < n; i++)
    keys[i] = dnn_param_at (table, i)->name;
  return keys;
}

/* An example may set keys that are the host's, and so may a base's defaults. */
DnnComponent *
dnn_check_component (const DnnCheckSubject *subject, GError **error)
{
  g_autoptr (DnnSpec) spec =
      dnn_spec_parse (subject->spec, (DnnPlace){ 0 }, error);
  g_autofree const char **keys = host_keys_of (subject->kind);

  if (spec == NULL)
    return NULL;
  return dnn_component_new (subject->registry, subject->kind, spec, keys,
                            error);
}

static bool
prepare (DnnChecker *self, GError **error)
{
  const DnnCheckSubject *subject = self->subject;

  self->component = dnn_check_component (subject, error);
  self->check = "example";
  if (self->component == NULL || !check_n_inputs (self, error) ||
      !check_built (self, error))
    return false;
  dnn_blas_init ();
  for (int i = 0; i < DNN_CHECK_POOLS; i++)
    self->pools[i] = dnn_pool_new (pool_sizes[i]);
  return true;
}

/* The plugin's struct is the host's: a value that is written there is lost or,
 * worse, is another instance's. */
static void
run_row (DnnChecker *self, const DnnCheckRow *row)
{
  const DnnComponent *component = self->component;
  const size_t size = component->code->self_size;
  g_autofree void *before = g_memdup2 (component->self, size + 1);

  row->of_kind[self->subject->kind](self);
  if (memcmp (before, component->self, size) != 0)
    dnn_checker_fail (self, "it writes to `self`, which it may only read");
}

static bool
run_rows (DnnChecker *self, const char *name, GError **error)
{
  const DnnKind kind = self->subject->kind;

  for (const DnnCheckRow *row = dnn_check_table; row->name != NULL; row++)
    if (row->of_kind[kind] != NULL &&
        (name == NULL || strcmp (name, row->name) == 0)) {
      self->check = row->name;
      run_row (self, row);
      self->report->n_checks++;
    }
  if (self->report->n_checks > 0)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_NAME, "there is no check '%s'",
               name);
  return false;
}

static DnnCheckReport *
run (const DnnCheckSubject *subject,
     bool (*body) (DnnChecker *self, const char *name, GError **error),
     const char *name, GError **error)
{
  DnnChecker self = { .subject = subject };
  g_autoptr (DnnCheckReport) report = g_new0 (DnnCheckReport, 1);
  bool ran;

  report->failures = g_ptr_array_new_with_free_func (g_free);
  self.report = report;
  ran = prepare (&self, error) && body (&self, name, error);
  for (int i = 0; i < DNN_CHECK_POOLS; i++)
    dnn_pool_free (self.pools[i]);
  dnn_component_free (self.component);
  return ran ? g_steal_pointer (&report) : NULL;
}

DnnCheckReport *
dnn_check_run (const DnnCheckSubject *subject, const char *name, GError **error)
{
  return run (subject, run_rows, name, error);
}

static bool
run_nothing (DnnChecker *self, const char *name, GError **error)
{
  (void) self;
  (void) name;
  (void) error;
  return true;
}

bool
dnn_check_takes (const DnnCheckSubject *subject, GError **error)
{
  g_autoptr (DnnCheckReport) report = run (subject, run_nothing, NULL, error);

  return report != NULL;
}
