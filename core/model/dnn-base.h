/* dnn-base.h - a model that begins with the layers of a trained one
 *
 * [model] base = FILE, drop_last = 1 or drop = GLOB, then layers = ...: the
 * layers that are kept are cloned with their names and, bit for bit, their
 * weights.  The file is only read.
 */
#pragma once

#include "dnn-model-file.h"

DNN_BEGIN_DECLS

typedef struct DnnBase {
  DnnModelFile *file; /* (owned) */
  GPtrArray *kept;    /* (owned) of DnnSpec, each with its name */
  GHashTable *names;  /* those names */
} DnnBase;

/* Options of loading a base. */
typedef struct DnnBaseOptions {
  const char *path;
  int64_t drop_last;
  const char *drop; /* a glob over layer names, or "" */
  /* "lora(rank=4)", or "": what the layers that are kept have for their weights
   * of 2 dimensions or more; and a glob over the names of these weights. */
  const char *parametrization;
  const char *parametrized;
} DnnBaseOptions;

DnnBase *dnn_base_load (DnnRegistry *registry, const DnnBaseOptions *options,
                        GError **error);
void dnn_base_free (DnnBase *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnBase, dnn_base_free)

/* Copies the weights and buffers of the layers that were kept.  `ret_report`
 * (may be NULL): a line for each tensor: copied, fresh or dropped. */
bool dnn_base_copy_weights (const DnnBase *self, DnnModel *model,
                            char **ret_report, GError **error);

DNN_END_DECLS
