/* dnn-picture-list.h - which files are pictures, and of which class
 *
 * A folder's classes are the folders in it, by name; a table has a column of
 * paths, which begin at the table's folder, and one of labels.
 */
#pragma once

#include "dnn-data-source.h"

DNN_BEGIN_DECLS

typedef struct DnnPictureList {
  GPtrArray *paths; /* (owned) of char *, sorted by class and name, or in the
                     * table's order */
  GArray *labels;   /* (owned) of float, one per path; NULL: without targets */
  char **classes;   /* (owned) what labels 0, 1, ... mean; NULL: numbers */
} DnnPictureList;

/* True if `inputs` names pictures: a folder, a file whose name ends in .png,
 * .jpg or .jpeg, or a table of such names. */
bool dnn_picture_list_takes (const char *inputs);

/* Pictures and their labels.  `classes` are those that labels must be among,
 * in their order; NULL: any, sorted. */
DnnPictureList *dnn_picture_list_new (const char *inputs,
                                      const DnnDataSettings *settings,
                                      const char *const *classes,
                                      GError **error);
/* Pictures alone: of a folder all, however deep. */
DnnPictureList *dnn_picture_list_new_inputs (const char *inputs,
                                             const DnnDataSettings *settings,
                                             GError **error);
void dnn_picture_list_free (DnnPictureList *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnPictureList, dnn_picture_list_free)

/* Leaves out the pictures of these places, sorted. */
void dnn_picture_list_remove (DnnPictureList *self, const GArray *places);

DNN_END_DECLS
