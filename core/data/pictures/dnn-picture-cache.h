/* dnn-picture-cache.h - pictures of one form, decoded once
 *
 * Rows lie side by side as bytes in a file of the user's cache folder
 * (XDG_CACHE_HOME/dnn/pictures), which is mapped: memory holds what is being
 * looked at.  Its name follows from paths, sizes and times of the files, the
 * form and the decoders, so that it is made anew where one of them changes.
 * A few small pictures stay in memory, without a file.
 */
#pragma once

#include "dnn-array.h"
#include "dnn-picture-list.h"
#include "dnn-picture.h"

DNN_BEGIN_DECLS

typedef struct DnnPictures {
  DnnArray *rows; /* (owned reference) uint8, n x height x width x channels */
  GArray *broken; /* (owned) of int64_t: places of files left out, sorted */
  GPtrArray *faults; /* (owned) of char *: a sentence for each of them */
} DnnPictures;

/* All pictures of the list that can be read; an error if none can.  `mapped`:
 * in a file, however few.  `form` is complete. */
DnnPictures *dnn_picture_cache_load (const DnnPictureList *list,
                                     const DnnPictureForm *form, bool mapped,
                                     const DnnDecoders *decoders,
                                     GError **error);
void dnn_pictures_free (DnnPictures *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnPictures, dnn_pictures_free)

DNN_END_DECLS
