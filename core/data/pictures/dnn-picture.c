/* dnn-picture.c - one file, read, decoded and brought to its form */
#include "dnn-picture.h"

#include "dnn-file.h"

#include <string.h>

/* Only numbers of 8 bits in three dimensions are a picture. */
static bool
check_picture (const DnnDecoded *decoded, const char *path, uint32_t channels,
               GError **error)
{
  const DnnShape *shape = &decoded->shape;

  if (shape->n_dims != 3 || decoded->dtype != DNN_UINT8 || shape->dims[2] > 4) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "%s: holds an array of '%u' dimensions, and a picture has 3, "
                 "of up to 4 channels of 8 bits",
                 path, shape->n_dims);
    return false;
  }
  if (channels == 0 || shape->dims[2] == channels)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
               "%s: its decoder made '%d' channels of it, not %u", path,
               (int) shape->dims[2], channels);
  return false;
}

static bool
decode (const DnnDecoders *decoders, const char *path, uint32_t channels,
        DnnDecoded *decoded, GError **error)
{
  g_autoptr (GBytes) bytes = dnn_file_read (path, error);

  return bytes != NULL &&
         dnn_decoders_decode (decoders, path, bytes, channels, decoded,
                              error) &&
         check_picture (decoded, path, channels, error);
}

bool
dnn_picture_measure (const DnnDecoders *decoders, const char *path,
                     DnnShape *ret_shape, GError **error)
{
  DnnDecoded decoded = { .shape_only = true };

  if (!decode (decoders, path, 0, &decoded, error))
    return false;
  *ret_shape = decoded.shape;
  return true;
}

bool
dnn_picture_read (const DnnDecoders *decoders, const char *path,
                  const DnnPictureForm *form, uint8_t *out, GError **error)
{
  DnnDecoded decoded = { 0 };
  bool done = decode (decoders, path, form->channels, &decoded, error);

  if (done)
    done = dnn_picture_resize (decoded.data, decoded.shape.dims[0],
                               decoded.shape.dims[1], form, out, error);
  g_free (decoded.data);
  return done;
}
