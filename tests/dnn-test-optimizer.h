/* dnn-test-optimizer.h - an optimizer at work on two weights
 *
 * The model is a dense kernel, 3×2 or larger, and a bias.  Gradients are given
 * by hand, or are those of the quadratic ½ Σ (w - target)².
 */
#pragma once

#include "dnn-test.h"

typedef struct DnnTestOptimizer {
  DnnTest *test;           /* (owned) */
  DnnOptimizer *optimizer; /* (owned) */
  DnnPool *pool;           /* (owned) */
  uint64_t step;
} DnnTestOptimizer;

/* `spec` as in a chain: "sgd learning_rate=0.1". */
DnnTestOptimizer *dnn_test_optimizer (const char *spec, int64_t rows,
                                      int64_t columns, unsigned n_threads);
void dnn_test_optimizer_free (DnnTestOptimizer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnTestOptimizer, dnn_test_optimizer_free)

/* One step with g = w - target, the target of every element being 1. */
void dnn_test_optimizer_descend (DnnTestOptimizer *self);
/* One step of the kernel alone with this gradient. */
void dnn_test_optimizer_step (DnnTestOptimizer *self, const float *g, size_t n);
/* ½ Σ (w - 1)² over all weights. */
double dnn_test_optimizer_loss (DnnTestOptimizer *self);
/* All weights, one after another.  Returns: (transfer full). */
float *dnn_test_optimizer_weights (DnnTestOptimizer *self, size_t *ret_n);
