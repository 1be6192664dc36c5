/* dnn-names.h - names of layers: what one may be, and which are taken
 *
 * A name is of parts between slashes.  A tensor is called `<layer>/<weight>`,
 * and a weight's name has no slash, so that the last slash divides.
 */
#pragma once

#include "dnn-error.h"

DNN_BEGIN_DECLS

/* The longest name of a layer, in bytes, and the most layers of a model. */
enum { DNN_NAME_MAX = 1000, DNN_LAYERS_MAX = 10000 };

/* The names of one scope: a model, or the inside of a block. */
typedef struct DnnNames DnnNames;

DnnNames *dnn_names_new (void);
void dnn_names_free (DnnNames *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnNames, dnn_names_free)

/* Takes the name that somebody wrote.  DNN_ERROR_NAME: it cannot be a layer's,
 * or it is taken. */
bool dnn_names_take (DnnNames *self, const char *name, GError **error);
/* Takes the first free one of `stem`, `stem_1`, `stem_2`, ...
 * Returns: (transfer full). */
char *dnn_names_number (DnnNames *self, const char *stem);
/* The stem of names of a plugin's layers: "swish" of a third party's
 * "acme.swish".  Returns: (transfer none). */
const char *dnn_names_stem (const char *plugin);
bool dnn_names_has (const DnnNames *self, const char *name);
/* True if a name that is taken begins with `name` and a slash. */
bool dnn_names_is_folder (const DnnNames *self, const char *name);
/* "there is no layer 'x' above this one; did you mean ...?", where `own`, which
 * asks for it, is not meant; always false. */
bool dnn_names_set_unknown (const DnnNames *self, const char *own,
                            const char *name, GError **error);

DNN_END_DECLS
