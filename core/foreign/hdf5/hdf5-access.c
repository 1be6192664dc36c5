/* hdf5-access.c - bytes at an address, steps that are counted, complaints */
#include "dnn-hdf5-private.h"

bool
dnn_hdf5_fail (const DnnHdf5 *self, GError **error, const char *format, ...)
{
  g_autofree char *sentence = NULL;
  va_list args;

  va_start (args, format);
  sentence = g_strdup_vprintf (format, args);
  va_end (args);
  if (self->place[0] != '\0')
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT, "%s: '%s': %s", self->name,
                 self->place, sentence);
  else
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT, "%s: %s", self->name,
                 sentence);
  return false;
}

bool
dnn_hdf5_spend (DnnHdf5 *self, uint64_t steps, GError **error)
{
  if (steps > self->work)
    return dnn_hdf5_fail (self, error,
                          "its parts overlap: reading them takes more steps "
                          "than a file of '%zu' bytes may need",
                          self->size);
  self->work -= steps;
  return true;
}

bool
dnn_hdf5_at (const DnnHdf5 *self, uint64_t address, uint64_t n,
             const char *what, DnnHdf5Cursor *ret_cursor, GError **error)
{
  if (address > self->size || n > self->size - address)
    return dnn_hdf5_fail (self, error,
                          "%s of %" G_GUINT64_FORMAT
                          " bytes at address '%" G_GUINT64_FORMAT
                          "' must lie within the file's %zu bytes",
                          what, n, address, self->size);
  *ret_cursor = (DnnHdf5Cursor){ .at = self->data + address,
                                 .end = self->data + address + n };
  return true;
}

bool
dnn_hdf5_from (const DnnHdf5 *self, uint64_t address, const char *what,
               DnnHdf5Cursor *ret_cursor, GError **error)
{
  const uint64_t n = address < self->size ? self->size - address : 1;

  return dnn_hdf5_at (self, address, n, what, ret_cursor, error);
}
