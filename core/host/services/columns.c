/* columns.c - services of callbacks: columns by name, sentences */
#include "dnn-host-private.h"

#include "dnn-suggest.h"

#include <string.h>

static int32_t
find (const DnnEpoch *e, const char *name)
{
  for (uint32_t i = 0; i < e->n_columns; i++)
    if (strcmp (e->names[i], name) == 0)
      return (int32_t) i;
  return -1;
}

static void
fail_unknown (const DnnEpoch *e, const char *name)
{
  DnnContext *context = dnn_host_context (e);
  g_autofree const char **names = g_new0 (const char *, e->n_columns + 1);
  g_autofree char *nearest = NULL;

  if (context->message != NULL)
    return;
  memcpy (names, e->names, e->n_columns * sizeof *names);
  nearest = dnn_suggest (name, names);
  dnn_host_fail (e, "there is no column '%s' to monitor; %s%s", name, nearest,
                 find (e, "val_loss") < 0 ? " (there are no validation rows)"
                                          : "");
  context->no_column = true;
}

int32_t
dnn_host_column (const DnnEpoch *e, const char *name)
{
  const int32_t column = find (e, name);

  if (column < 0)
    fail_unknown (e, name);
  return column;
}

void
dnn_host_tell (const DnnEpoch *e, const char *format, ...)
{
  DnnContext *context = dnn_host_context (e);
  va_list args;

  if (context->told == NULL)
    context->told = g_string_new (NULL);
  else
    g_string_append_c (context->told, '\n');
  va_start (args, format);
  g_string_append_vprintf (context->told, format, args);
  va_end (args);
}
