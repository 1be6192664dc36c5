/* dnn-check.c - runs the checks of a subject, and reports */
#include "dnn-check.h"

#include "dnn-blas.h"
#include "dnn-check-private.h"

#include <string.h>

static const unsigned pool_sizes[DNN_CHECK_POOLS] = { 1, 2, 4 };

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

void
dnn_checker_fail (DnnChecker *self, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_ptr_array_add (self->report->failures,
                   g_strdup_printf ("%s: %s", self->check, text));
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

static const DnnCheckRow *
rows_of (DnnKind kind)
{
  switch (kind) {
  case DNN_KIND_LAYER:
    return dnn_check_layer_rows;
  case DNN_KIND_ACTIVATION:
    return dnn_check_activation_rows;
  case DNN_KIND_LOSS:
    return dnn_check_loss_rows;
  default:
    return NULL;
  }
}

const char *
dnn_check_name (DnnKind kind, size_t i)
{
  const DnnCheckRow *rows = rows_of (kind);

  for (size_t j = 0; rows != NULL && j < i; j++)
    if (rows[j].name == NULL)
      return NULL;
  return rows != NULL ? rows[i].name : NULL;
}

DnnBuilt *
dnn_checker_build (DnnChecker *self, int64_t batch_factor, GError **error)
{
  const DnnCheckSubject *subject = self->subject;
  g_autofree DnnTensor *shapes = g_new0 (DnnTensor, subject->n_inputs + 1);
  g_autofree const DnnTensor **x =
      g_new0 (const DnnTensor *, subject->n_inputs + 1);

  for (uint32_t i = 0; i < subject->n_inputs; i++) {
    const DnnShape *shape = &subject->inputs[i];

    shapes[i].n_dims = shape->n_dims;
    memcpy (shapes[i].dims, shape->dims, sizeof shape->dims);
    shapes[i].dims[0] *= batch_factor;
    x[i] = &shapes[i];
  }
  return dnn_build (self->component, self->component->plugin->name, x,
                    subject->n_inputs, error);
}

static bool
check_n_inputs (const DnnChecker *self, GError **error)
{
  const DnnLayerOps *ops = self->component->code->ops;
  const uint32_t n = self->subject->n_inputs;
  uint32_t min = 1, max = 1;

  if (self->subject->kind == DNN_KIND_LAYER) {
    min = ops->min_inputs;
    max = MIN (ops->max_inputs, DNN_MAX_DECLARED);
  } else if (self->subject->kind == DNN_KIND_LOSS) {
    min = max = 2;
  }
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

static bool
prepare (DnnChecker *self, GError **error)
{
  const DnnCheckSubject *subject = self->subject;

  self->component = dnn_component_parse (subject->registry, subject->kind,
                                         subject->spec, error);
  if (self->component == NULL || !check_n_inputs (self, error))
    return false;
  if (subject->kind != DNN_KIND_ACTIVATION) {
    g_autofree DnnBuilt *built = dnn_checker_build (self, 1, error);

    if (built == NULL)
      return false;
  }
  dnn_blas_init ();
  for (int i = 0; i < DNN_CHECK_POOLS; i++)
    self->pools[i] = dnn_pool_new (pool_sizes[i]);
  return true;
}

static bool
run_rows (DnnChecker *self, const char *name, GError **error)
{
  const DnnCheckRow *rows = rows_of (self->subject->kind);

  for (size_t i = 0; rows[i].name != NULL; i++)
    if (name == NULL || strcmp (name, rows[i].name) == 0) {
      self->check = rows[i].name;
      rows[i].run (self);
      self->report->n_checks++;
    }
  if (self->report->n_checks > 0)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_NAME, "there is no check '%s'",
               name);
  return false;
}

DnnCheckReport *
dnn_check_run (const DnnCheckSubject *subject, const char *name, GError **error)
{
  DnnChecker self = { .subject = subject };
  g_autoptr (DnnCheckReport) report = g_new0 (DnnCheckReport, 1);
  bool ran;

  report->failures = g_ptr_array_new_with_free_func (g_free);
  self.report = report;
  if (rows_of (subject->kind) == NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                 "%s: there is no check for its kind", subject->spec);
    return NULL;
  }
  ran = prepare (&self, error) && run_rows (&self, name, error);
  for (int i = 0; i < DNN_CHECK_POOLS; i++)
    dnn_pool_free (self.pools[i]);
  dnn_component_free (self.component);
  return ran ? g_steal_pointer (&report) : NULL;
}
