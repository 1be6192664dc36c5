/* child.c - this program again, in a process of its own */
#include "child.h"

#include "dnn-child.h"

#include <string.h>

/* Why the child did not print what it should; NULL: it did. */
static char *
fault_of (const DnnChild *child, unsigned seconds)
{
  const char *text = child->err != NULL ? child->err : "it cannot be loaded";

  if (child->fault != NULL)
    return g_strdup (child->fault);
  if (child->timed_out)
    return g_strdup_printf ("it does not come back from loading within %u s",
                            seconds);
  if (child->signal != 0)
    return g_strdup_printf ("it crashes when it is loaded (%s)",
                            g_strsignal (child->signal));
  if (child->status == 0) {
    /* A library's initializer may call exit. */
    return child->out != NULL && *child->out != '\0'
               ? NULL
               : g_strdup ("it ends the program when it is loaded");
  }
  if (g_str_has_prefix (text, "dnnrun: "))
    text += strlen ("dnnrun: ");
  return g_strstrip (g_strdup (text));
}

static DnnChild *
make_child (const char *const *arguments, GError **error)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", error);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  if (self == NULL)
    return NULL;
  g_strv_builder_add (builder, self);
  g_strv_builder_addv (builder, (const char **) arguments);
  return dnn_child_new (g_strv_builder_end (builder));
}

bool
child_run (const char *const *arguments, unsigned seconds, char **ret_out,
           char **ret_fault)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnChild) child = make_child (arguments, &error);
  g_autoptr (GPtrArray) all = g_ptr_array_new ();
  char *fault;

  if (child == NULL) {
    *ret_fault = g_strdup (error->message);
    return false;
  }
  g_ptr_array_add (all, child);
  dnn_child_run_all (all, 1, seconds);
  fault = fault_of (child, seconds);
  if (fault == NULL)
    *ret_out = g_steal_pointer (&child->out);
  else
    *ret_fault = fault;
  return fault == NULL;
}
