/* dnn-context.h - what a call to a plugin knows
 *
 * Every call struct that goes to a plugin carries a DnnContext in its
 * host_data; the host's services find it there.
 */
#pragma once

#include <dnn/plugin.h>

#include "dnn-conv.h"
#include "dnn-declared.h"
#include "dnn-instance.h"
#include "dnn-pool.h"
#include "dnn-random.h"

DNN_BEGIN_DECLS

/* A weight gradient that is still to be computed: dw[index] = aT d, or of the
 * windows over `a`. */
typedef struct DnnProduct {
  uint32_t index;
  const DnnTensor *a;
  const DnnTensor *d;
  const DnnConv *conv; /* NULL: `a` as it is */
} DnnProduct;

typedef struct DnnContext {
  const DnnHost *host;
  DnnPool *pool;              /* NULL in build: no parallel work */
  char *message;              /* (owned) what the plugin said in fail */
  bool no_column;             /* that: there is no such column */
  GString *told;              /* (owned) in a callback: lines; or NULL */
  DnnKey key;                 /* seed, owner, step */
  uint64_t epoch;             /* in a layer's pass */
  DnnBuilt *built;            /* in build */
  struct DnnDecoded *decoded; /* in decode */

  /* An elementwise activation that affine may apply to every tile of y[0]
   * while it is hot, where to, and whether it did.  NULL: none. */
  const DnnInstance *activation;
  float *activated;
  bool did_activate;

  /* Weight gradients declared in backward. */
  DnnProduct products[DNN_MAX_DECLARED];
  uint32_t n_products;

  float *const *worker_scratch; /* one block for each index */
  const int64_t *worker_stride; /* floats from a worker's to the next */

  /* In step_all: runs the batch again.  NULL at any other time. */
  int32_t (*evaluate) (void *data, DnnStepAll *a);
  void *evaluate_data;

  const DnnConv *convs; /* of the layer's windows; NULL: it has none */
  float *windows_room;  /* of all workers together */
} DnnContext;

/* The windows that build has added, made ready, by number; NULL: none.
 * Returns: (transfer full): to be freed by g_free. */
DnnConv *dnn_convs_new (const DnnBuilt *built);

/* Room for a call on windows of this context's layer. */
DnnConvCall dnn_context_conv_call (const DnnContext *self);

/* dw = At d, now. */
void dnn_context_convolve_gradient (const DnnContext *self,
                                    const DnnProduct *product, DnnTensor *dw);

/* Moves the message of a failed call into `error` as `code`, behind "who: ".
 * A plugin that failed without a word is quoted as such. */
void dnn_context_take_error (DnnContext *self, const char *who, int code,
                             GError **error);
void dnn_context_clear (DnnContext *self);

DNN_END_DECLS
