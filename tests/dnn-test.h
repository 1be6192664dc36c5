/* dnn-test.h - the vocabulary of plugin tests
 *
 * A DnnTest is a model of a layer or a few, run by the real host: plan, arena
 * (filled with NaN before each forward) and executor.  Tensors go by their
 * names on paper: "x", "y", "dy", "dx", a weight's name ("kernel", or in a
 * model of several layers "dense/kernel") and "d" before it for its gradient.
 * Every failure ends the program, as g_assert does.
 */
#pragma once

#include "dnn-check.h"
#include "dnn-error.h"
#include "dnn-example.h"
#include "dnn-optimizer.h"
#include "dnn-param.h"

#include <json-glib/json-glib.h>

typedef struct DnnTest DnnTest;

/* V (1, 2, 3): the two arguments "numbers, how many". */
#define V(...)                                                                 \
  (const float[]){ __VA_ARGS__ },                                              \
      sizeof ((const float[]){ __VA_ARGS__ }) / sizeof (float)

/* One layer; `params` as in a chain, "units=2 use_bias=false"; then the
 * input's sizes, batch first. */
#define dnn_test_layer(type, params, ...)                                      \
  dnn_test_new (type " " params, DNN_SHAPE (__VA_ARGS__))

/* A chain of layers, "dense units=2 ! relu". */
DnnTest *dnn_test_new (const char *chain, DnnShape input);
void dnn_test_free (DnnTest *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnTest, dnn_test_free)

/* The tests' registry; one for the whole program. */
DnnRegistry *dnn_test_registry (void);
DnnModel *dnn_test_model (DnnTest *self);

/* Threads of the host from the next pass on; 1 to begin with. */
void dnn_test_threads (DnnTest *self, unsigned n);
/* True (at first): passes are of training; false: of inference. */
void dnn_test_training (DnnTest *self, bool training);
/* No layer is trainable any more. */
void dnn_test_freeze (DnnTest *self);
/* The step of the run, from 0: random layers draw by it. */
void dnn_test_step (DnnTest *self, uint64_t step);

/* The epoch, from 0, and the rows of the samples in the data (borrowed; NULL:
 * none, to begin with): random layers of pictures draw by them. */
void dnn_test_epoch (DnnTest *self, uint64_t epoch, const uint64_t *rows);

void dnn_test_set (DnnTest *self, const char *name, const float *values,
                   size_t n);
/* Normal numbers in x, dy and all weights. */
void dnn_test_randomize (DnnTest *self, uint64_t seed);
void dnn_test_forward (DnnTest *self);
/* Runs forward first, where it has not been run since the last backward. */
void dnn_test_backward (DnnTest *self);

/* Numbers of a tensor, borrowed until the next pass. */
const float *dnn_test_get (DnnTest *self, const char *name, size_t *ret_n);
/* |a - b| <= 1e-5 max (|b|, 0.05) */
void dnn_test_assert (DnnTest *self, const char *name, const float *expected,
                      size_t n);
/* Nobody computed a gradient for it. */
void dnn_test_assert_no_gradient (DnnTest *self, const char *weight);
/* Every derivative of the model, by the host, is the numerical one. */
void dnn_test_assert_gradients (DnnTest *self);
/* Making the model fails with `code`, and the message starts with `type`. */
void dnn_test_assert_rejects (const char *type, const char *params, int code,
                              DnnShape input);

void dnn_test_assert_close (const char *what, const float *actual,
                            const float *expected, size_t n);

/* The example of a plugin of the tests' registry, for 5 samples. */
DnnExample *dnn_test_example (DnnKind kind, const char *name);
/* "dense(units=3)" as a chain writes it, "dense units=3". */
char *dnn_test_chain (const char *spec);

/* Runs all checks of dnn-check.h, each as a test path
 * /<prefix>/<name>/<check>. */
void dnn_test_add_checks (const char *prefix, DnnKind kind, const char *spec,
                          const DnnShape *inputs, uint32_t n_inputs);

/* --- golden files -------------------------------------------------------- */

typedef void (*DnnGoldenTest) (JsonObject *golden);

/* A test path for every case of golden/<file>.json.  A case whose plugin is
 * not there is skipped; `kind` 0: cases are of no plugin. */
void dnn_test_add_golden (const char *file, DnnKind kind, DnnGoldenTest test);
/* The plugin of a case, with its parameters.  Returns: (transfer full). */
DnnComponent *dnn_golden_component (JsonObject *golden, DnnKind kind);
/* The same as written in a chain, "adam learning_rate=0.01". */
DnnSpec *dnn_golden_spec (JsonObject *golden);
/* The parameters of a case, "units=5 activation=selu". */
char *dnn_golden_params (JsonObject *golden);
DnnShape dnn_golden_shape (JsonObject *array);
/* Returns: (transfer full): {"shape": ..., "data": ...} as numbers. */
float *dnn_golden_numbers (JsonObject *array, size_t *ret_n);
