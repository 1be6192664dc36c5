/* keras-entry.c - groups of weights, put together and added once each */
#include "dnn-keras-file-private.h"

DnnKerasEntry *
dnn_keras_entry_new (const char *name, const char *layer)
{
  DnnKerasEntry *self = g_new0 (DnnKerasEntry, 1);

  self->name = g_strdup (name);
  self->layer = g_strdup (layer);
  self->weights = g_array_new (FALSE, FALSE, sizeof (DnnNamedTensor));
  return self;
}

void
dnn_keras_entry_free (DnnKerasEntry *self)
{
  g_array_unref (self->weights);
  g_strfreev (self->names);
  g_free (self->layer);
  g_free (self->name);
  g_free (self);
}

bool
dnn_keras_add_group (DnnKerasFile *self, DnnKerasEntry *entry, GError **error)
{
  entry->group =
      (DnnKerasGroup){ .name = entry->name,
                       .layer = entry->layer,
                       .weights = (const DnnNamedTensor *) entry->weights->data,
                       .n_weights = entry->weights->len };
  if (entry->weights->len == 0) {
    dnn_keras_entry_free (entry);
    return true;
  }
  g_ptr_array_add (self->entries, entry);
  return g_hash_table_insert (self->by_name, entry->name, entry) ||
         dnn_set_format_error (self->name, error, "has the layer '%s' twice",
                               entry->name);
}
