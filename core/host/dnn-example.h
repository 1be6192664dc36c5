/* dnn-example.h - what a plugin is shown and checked with
 *
 * Its descriptor's `example` and `example_inputs`, or else its base's, or else
 * what most of its kind take.  An example owns its spec.
 */
#pragma once

#include "dnn-registry.h"

DNN_BEGIN_DECLS

enum { DNN_EXAMPLE_INPUTS = 8 };

typedef struct DnnExample {
  char *spec; /* (owned) "dense(units=3)" */
  /* Batch included.  A layer's inputs; y_pred and y_true of a loss or metric;
   * none of another kind. */
  DnnShape inputs[DNN_EXAMPLE_INPUTS];
  uint32_t n_inputs;
} DnnExample;

/* The example of a plugin that `registry` found, for `batch` samples.  One
 * that is no example (words that are no key=value, sizes that are none) is
 * DNN_ERROR_PLUGIN; whether the plugin takes it is not asked. */
DnnExample *dnn_example_new (DnnRegistry *registry, const DnnPlugin *plugin,
                             int64_t batch, GError **error);
void dnn_example_free (DnnExample *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnExample, dnn_example_free)

DNN_END_DECLS
