/* dnn-predictor-private.h - the inside of a predictor, for its own files */
#pragma once

#include "dnn-predictor.h"

#include "dnn-executor.h"

struct DnnPredictor {
  DnnPool *pool; /* (owned) */
  DnnPlan *plan; /* (owned) */
};

/* `options->training`: room for what layers keep of the numbers that they draw.
 */
DnnPredictor *dnn_predictor_new_for (DnnModel *model,
                                     const DnnPlanOptions *options,
                                     unsigned threads, GError **error);

static inline int64_t
dnn_tensor_row_size (const DnnTensor *t)
{
  return dnn_count (t) / MAX (t->dims[0], 1);
}

/* The subject of a prediction: rows of sources, one for each input. */
typedef struct DnnRows {
  const DnnPreprocess *preprocess; /* or NULL */
  const DnnSources *inputs;
  int64_t n, batch; /* rows, and how many are run at once */
  float *scratch;   /* (owned) of one row of any input */
} DnnRows;

DnnRows dnn_rows_of (const DnnPreprocess *preprocess, const DnnSources *inputs);
void dnn_rows_clear (DnnRows *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DnnRows, dnn_rows_clear)

/* True if there is a source for each input, of its shape, and as many rows. */
bool dnn_predictor_check_inputs (const DnnPredictor *self, const DnnRows *rows,
                                 GError **error);
/* Gathers the batch that begins with row `first`: all inputs must be finite. */
bool dnn_predictor_load (DnnPredictor *self, const DnnRows *rows, int64_t first,
                         GError **error);
/* True if all predictions of that batch are finite.  If not, it is run again,
 * up to the layer that is to blame. */
bool dnn_predictor_check_output (DnnPredictor *self, const DnnRows *rows,
                                 const DnnPassInfo *info, int64_t first,
                                 GError **error);
/* Room for `parts` x rows numbers of every output. */
GPtrArray *dnn_predictor_new_results (const DnnPredictor *self, int64_t n_rows,
                                      int64_t parts, GError **error);
/* From what the loss sees back to the units of the targets. */
void dnn_predictor_to_units (const DnnPredictor *self, const DnnRows *rows,
                             int64_t parts, GPtrArray *all);
/* The results of the first output alone; the others are freed. */
float *dnn_take_first (GPtrArray *all);
