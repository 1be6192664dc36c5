/* dnn-test-run.h - experiments carried out in the current folder, for tests
 *
 * dnn_test_run_main makes a folder of its own for the tests and goes there,
 * with x.npy and y.npy: DNN_RUN_ROWS rows of DNN_RUN_COLUMNS normal numbers,
 * three classes.
 */
#pragma once

#include "dnn-run.h"

enum { DNN_RUN_ROWS = 40, DNN_RUN_COLUMNS = 4 };

/* Thirty rows train, in four batches of 8 at most; sections and keys to be
 * put together. */
#define DNN_RUN_DATA                                                           \
  "[data]\ninputs = x.npy\ntargets = y.npy\nvalidation_first = 10\n"
#define DNN_RUN_MODEL                                                          \
  "[model]\nlayers = dense units=8 ! relu ! dense units=3 "                    \
  "activation=softmax\n"
#define DNN_RUN_TRAIN                                                          \
  "[train]\nmetrics = accuracy\nbatch_size = 8\nepochs = 2\nthreads = 1\n"
#define DNN_RUN_SGD "[optimizer]\ntype = sgd\nlearning_rate = 0.1\n"

/* The experiment of that text, called "run.dnn". */
DnnExperiment *dnn_test_experiment (const char *text);
/* Its run; plugins of tests/bad-plugins are found, too. */
DnnRun *dnn_test_run_new (const char *text, GError **error);
DnnRun *dnn_test_run_good (const char *text);
/* Carries it out.  Returns: (transfer full): the messages, a line each. */
char *dnn_test_run_train (DnnRun *run);
/* Carries it out in that folder. */
void dnn_test_run_train_in (DnnRun *run, const char *folder);

/* Goes on with the run in that folder; `text` may be NULL. */
DnnRun *dnn_test_run_resume (const char *folder, const char *text,
                             GError **error);
DnnRun *dnn_test_run_resume_good (const char *folder, const char *text);
/* Trains on until that step of the run, or to the end. */
void dnn_test_run_train_until (DnnRun *run, uint64_t step);
/* The bytes of a file there.  Returns: (transfer full). */
char *dnn_test_read_file (const char *folder, const char *name, gsize *ret_n);
/* Both folders have the same models and experiment, byte for byte, and the same
 * history but for its seconds. */
void dnn_test_assert_same_run (const char *a, const char *b);

/* The same model weights, bit for bit. */
void dnn_test_assert_same_model (DnnModel *a, DnnModel *b);
/* A weight's bits, kept and compared. */
GBytes *dnn_test_keep_weight (DnnModel *model, const char *name);
bool dnn_test_is_still (DnnModel *model, const char *name, GBytes *before);

/* Runs the tests in a folder of their own; `prepare`, NULL or not, is called
 * there first. */
int dnn_test_run_main (void (*prepare) (void));
