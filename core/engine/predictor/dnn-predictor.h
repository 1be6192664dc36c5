/* dnn-predictor.h - runs a trained model on new inputs
 *
 * Allocates once; a call of `run` allocates nothing.  Holds the model, copies
 * nothing of it.
 */
#pragma once

#include "dnn-model.h"
#include "dnn-preprocess.h"

DNN_BEGIN_DECLS

typedef struct DnnPredictor DnnPredictor;

typedef struct DnnSampling {
  int64_t samples; /* at least 1 */
  uint64_t seed;
  unsigned threads; /* 0: one a processor */
} DnnSampling;

/* `batch`: the most rows of one call.  `threads`: 0 is one a processor. */
DnnPredictor *dnn_predictor_new (DnnModel *model, int64_t batch,
                                 unsigned threads, GError **error);
/* A predictor to which sequences come bit by bit: each run takes the next steps
 * of `batch` sequences, and layers with a state (add_state) go on where they
 * were. */
DnnPredictor *dnn_predictor_new_stream (DnnModel *model, int64_t batch,
                                        unsigned threads, GError **error);
/* Other sequences begin: states are zero. */
void dnn_predictor_begin (DnnPredictor *self);
void dnn_predictor_free (DnnPredictor *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnPredictor, dnn_predictor_free)

/* Where the inputs of `batch` rows are to be written, row after row: the first
 * input, and input number i. */
float *dnn_predictor_input (DnnPredictor *self);
float *dnn_predictor_input_at (DnnPredictor *self, uint32_t i);
/* Runs the model on what is there: `batch` rows of predictions of the first
 * output, borrowed and valid until the next call; NULL with an error. */
const float *dnn_predictor_run (DnnPredictor *self, GError **error);
/* The predictions of output number i of the last run, likewise. */
const float *dnn_predictor_output_at (const DnnPredictor *self, uint32_t i);

/* The label of a row of n predictions of those scores: the place of the
 * largest; of one number 1 where it is above the cut, else 0, or -1 with
 * margins. */
int64_t dnn_scores_label (DnnScores scores, const float *row, int64_t n);

/* How many inputs and outputs the model has, and numbers of one row: of the
 * first input and output, and of number i. */
uint32_t dnn_predictor_n_inputs (const DnnPredictor *self);
uint32_t dnn_predictor_n_outputs (const DnnPredictor *self);
int64_t dnn_predictor_input_size (const DnnPredictor *self);
int64_t dnn_predictor_output_size (const DnnPredictor *self);
int64_t dnn_predictor_input_size_at (const DnnPredictor *self, uint32_t i);
int64_t dnn_predictor_output_size_at (const DnnPredictor *self, uint32_t i);

/* Predictions for every row of these sources, one for each input of the model,
 * preprocessed (`preprocess` may be NULL), in the units of the targets: for
 * each output rows x output size numbers.  Rows of a stream are steps of
 * `batch` sequences in turn.  An input that is not finite is DNN_ERROR_DATA, a
 * prediction DNN_ERROR_DIVERGED; both name the row, and the latter the layer.
 * Returns: (transfer full): an array of float *; NULL with an error. */
GPtrArray *dnn_predictor_run_sources (DnnPredictor *self,
                                      const DnnPreprocess *preprocess,
                                      const DnnSources *inputs, GError **error);
/* The same by a predictor of its own. */
GPtrArray *dnn_predict_sources (DnnModel *model,
                                const DnnPreprocess *preprocess,
                                const DnnSources *inputs, unsigned threads,
                                GError **error);
/* The same for a model with one input, of its first output.
 * Returns: (transfer full). */
float *dnn_predict_source (DnnModel *model, const DnnPreprocess *preprocess,
                           const DnnSource *inputs, unsigned threads,
                           GError **error);
/* The same of an array. */
float *dnn_predict_array (DnnModel *model, const DnnPreprocess *preprocess,
                          const DnnArray *inputs, unsigned threads,
                          GError **error);

/* Predictions of all sources `samples` times with layers that draw random
 * numbers doing so, as dropout does in training, and everything else as in
 * inference (Gal, Ghahramani: Dropout as a Bayesian approximation, ICML 2016):
 * for every number the mean of the samples, and behind all of these its
 * standard deviation (that of the samples, their squares' mean, not / (samples
 * - 1)).  A model that draws nothing is DNN_ERROR_PARAM.  Same seed, same bits.
 * Returns: (transfer full): for each output 2 x rows x output size numbers. */
GPtrArray *dnn_predict_sources_sampled (DnnModel *model,
                                        const DnnPreprocess *preprocess,
                                        const DnnSources *inputs,
                                        const DnnSampling *sampling,
                                        GError **error);
/* The same for a model with one input, of its first output.
 * Returns: (transfer full). */
float *dnn_predict_samples (DnnModel *model, const DnnPreprocess *preprocess,
                            const DnnSource *inputs,
                            const DnnSampling *sampling, GError **error);

DNN_END_DECLS
