/* dnn-decoders.c - asks every decoder, in the order of their names */
#include "dnn-decoders.h"

DnnDecoders *
dnn_decoders_new (DnnRegistry *registry, GError **error)
{
  g_autoptr (DnnDecoders) self = g_new0 (DnnDecoders, 1);
  g_auto (GStrv) names = dnn_registry_names (registry, DNN_KIND_DECODER);

  self->registry = dnn_registry_ref (registry);
  self->all =
      g_ptr_array_new_with_free_func ((GDestroyNotify) dnn_component_free);
  for (size_t i = 0; names[i] != NULL; i++) {
    DnnComponent *decoder =
        dnn_component_parse (registry, DNN_KIND_DECODER, names[i], error);

    if (decoder == NULL)
      return NULL;
    g_ptr_array_add (self->all, decoder);
  }
  return g_steal_pointer (&self);
}

void
dnn_decoders_free (DnnDecoders *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->all);
  dnn_registry_unref (self->registry);
  g_free (self);
}

/* "jpeg, png"; "none is installed". */
static char *
list_names (const DnnDecoders *self)
{
  GString *names = g_string_new (NULL);

  for (guint i = 0; i < self->all->len; i++) {
    const DnnComponent *decoder = g_ptr_array_index (self->all, i);

    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "",
                            decoder->plugin->name);
  }
  if (names->len == 0)
    g_string_append (names, "none is installed");
  return g_string_free (names, FALSE);
}

bool
dnn_decoders_decode (const DnnDecoders *self, const char *name, GBytes *bytes,
                     uint32_t channels, DnnDecoded *decoded, GError **error)
{
  g_autofree char *names = NULL;
  size_t n;
  const uint8_t *data = g_bytes_get_data (bytes, &n);

  for (guint i = 0; n > 0 && i < self->all->len; i++) {
    const DnnComponent *decoder = g_ptr_array_index (self->all, i);

    if (dnn_decoder_recognizes (decoder, data, (int64_t) n))
      return dnn_decode (decoder, name, data, (int64_t) n, channels, decoded,
                         error);
  }
  names = list_names (self);
  if (n == 0)
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "%s: is empty, and no picture", name);
  else
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "%s: starts with the byte '0x%02x', and is no picture that a "
                 "decoder knows (%s)",
                 name, data[0], names);
  return false;
}
