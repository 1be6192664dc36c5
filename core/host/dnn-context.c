/* dnn-context.c - the message of a call that failed */
#include "dnn-context.h"

#include "dnn-error.h"

void
dnn_context_take_error (DnnContext *self, const char *who, int code,
                        GError **error)
{
  g_set_error (error, DNN_ERROR, code, "%s: %s", who,
               self->message != NULL ? self->message
                                     : "the plugin failed without a word");
  dnn_context_clear (self);
}

void
dnn_context_clear (DnnContext *self)
{
  g_clear_pointer (&self->message, g_free);
  if (self->told != NULL)
    g_string_free (g_steal_pointer (&self->told), TRUE);
}
