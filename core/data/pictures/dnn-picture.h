/* dnn-picture.h - a file of a picture, to bytes of one size
 *
 * Rows are height x width x channels of 0 .. 255.
 */
#pragma once

#include "dnn-decoders.h"

DNN_BEGIN_DECLS

/* Values of the key `resize`. */
typedef enum DnnResize {
  DNN_RESIZE_STRETCH, /* both sides by themselves */
  DNN_RESIZE_CROP,    /* its middle, of those proportions */
  DNN_RESIZE_PAD      /* all of it, between bars of 0 */
} DnnResize;

/* Size and channels that pictures are brought to. */
typedef struct DnnPictureForm {
  int64_t height, width; /* 0: as they are */
  uint32_t channels;     /* 1: gray; 3: RGB; 4: and alpha */
  DnnResize resize;
} DnnPictureForm;

static inline size_t
dnn_picture_form_bytes (const DnnPictureForm *self)
{
  return (size_t) (self->height * self->width) * self->channels;
}

/* Height, width and channels, as its header says. */
bool dnn_picture_measure (const DnnDecoders *decoders, const char *path,
                          DnnShape *ret_shape, GError **error);

/* Writes a picture of this form.  The error begins with the path. */
bool dnn_picture_read (const DnnDecoders *decoders, const char *path,
                       const DnnPictureForm *form, uint8_t *out,
                       GError **error);

/* The picture `in`, height x width x channels of the form, to the form's size:
 * each pixel is the mean of those below it, by a triangle as wide as two pixels
 * of the coarser side (antialiased where it shrinks, bilinear where it grows).
 * Where there is no memory for it: DNN_ERROR_IO. */
bool dnn_picture_resize (const uint8_t *in, int64_t height, int64_t width,
                         const DnnPictureForm *form, uint8_t *out,
                         GError **error);

DNN_END_DECLS
