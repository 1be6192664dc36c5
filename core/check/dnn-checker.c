/* dnn-checker.c - what a check reports, and on which inputs */
#include "dnn-checker.h"

#include "dnn-kind.h"

/* An example may set keys that are the host's, and so may a base's defaults. */
DnnComponent *
dnn_check_component (const DnnCheckSubject *subject, GError **error)
{
  g_autoptr (DnnSpec) spec =
      dnn_spec_parse (subject->spec, (DnnPlace){ 0 }, error);
  g_autofree const char **keys = dnn_kind_key_names (subject->kind);

  if (spec == NULL)
    return NULL;
  return dnn_component_new (subject->registry, subject->kind, spec, keys,
                            error);
}

DnnChecker
dnn_checker_with (const DnnChecker *self, const DnnCheckSubject *subject)
{
  DnnChecker other = *self;

  other.subject = subject;
  return other;
}

/* --- sentences ----------------------------------------------------------- */

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
