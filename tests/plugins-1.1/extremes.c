/* extremes - the largest element of a row and, where wanted, the smallest
 *
 * Remembers places as int32 and counts, as int64, how often each was the
 * largest; one byte per row says whether all its elements are the same.
 */
#include <dnn/plugin.h>
#include <stdbool.h>
#include <string.h>

typedef struct {
  bool both;
} Extremes;

enum { LARGEST, SMALLEST }; /* outputs, and saved places */
enum { FLAT };              /* scratch */

static const DnnParam params[] = {
  DNN_BOOL (Extremes, both, "false", "the smallest, too, as output 1"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const Extremes *extremes = self;
  const int64_t rows = dnn_rows (b->x[0]);
  DnnShape shape = dnn_shape_of (b->x[0]);

  if (shape.n_dims < 2)
    return host->fail (b, "input must be rows, not a batch of numbers");
  shape.dims[shape.n_dims - 1] = 1;
  for (uint32_t j = 0; j < (extremes->both ? 2u : 1u); j++) {
    host->set_output (b, j, shape);
    host->add_saved (b, j, DNN_SHAPE (rows));
    host->set_dtype (b, DNN_SAVED, j, DNN_INT32);
  }
  host->add_scratch (b, FLAT, DNN_SHAPE (rows));
  host->set_dtype (b, DNN_SCRATCH, FLAT, DNN_UINT8);
  host->add_buffer (b, 0, "wins", DNN_SHAPE (dnn_columns (b->x[0])),
                    "constant(value=2)");
  host->set_dtype (b, DNN_BUFFER, 0, DNN_INT64);
  host->backward_reads (b, DNN_READS_NOTHING);
  return 0;
}

static int64_t
find (const float *x, int64_t n, float sign)
{
  int64_t at = 0;

  for (int64_t i = 1; i < n; i++)
    if (sign * x[i] > sign * x[at])
      at = i;
  return at;
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const int64_t rows = dnn_rows (pass->x[0]), n = dnn_columns (pass->x[0]);
  uint8_t *flat = pass->scratch[FLAT]->data;
  int64_t *wins = pass->buffers[0]->data;

  (void) self;
  (void) host;
  for (uint32_t j = 0; j < 2 && pass->y[j] != NULL; j++)
    for (int64_t i = 0; i < rows; i++) {
      const float *x = dnn_f32 (pass->x[0]) + i * n;
      const int64_t at = find (x, n, j == LARGEST ? 1 : -1);

      ((int32_t *) pass->saved[j]->data)[i] = (int32_t) at;
      dnn_f32 (pass->y[j])[i] = x[at];
    }
  for (int64_t i = 0; i < rows; i++) {
    const float *x = dnn_f32 (pass->x[0]) + i * n;

    flat[i] = x[find (x, n, 1)] == x[find (x, n, -1)];
    if (pass->training && !pass->frozen && !flat[i])
      wins[((int32_t *) pass->saved[LARGEST]->data)[i]]++;
  }
  return 0;
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  float *dx = dnn_f32 (pass->dx[0]);
  const int64_t rows = dnn_rows (pass->x[0]), n = dnn_columns (pass->x[0]);

  (void) self;
  (void) host;
  if (dx == NULL)
    return 0;
  memset (dx, 0, (size_t) (rows * n) * sizeof *dx);
  for (uint32_t j = 0; j < 2; j++)
    for (int64_t i = 0; pass->dy[j] != NULL && i < rows; i++)
      dx[i * n + ((const int32_t *) pass->saved[j]->data)[i]] +=
          dnn_f32 (pass->dy[j])[i];
  return 0;
}

static const DnnLayerOps ops = {
  .struct_size = DNN_END_OF (DnnLayerOps, min_outputs),
  .min_inputs = 1,
  .max_inputs = 1,
  .n_outputs = 2,
  .build = build,
  .forward = forward,
  .backward = backward,
  .min_outputs = 1,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  DNN_KIND_LAYER,
  .name = "extremes",
  .title = "Extremes",
  .version = "1.0",
  .summary = "largest and smallest of a row",
  .reference = "",
  .flags = DNN_FLAG_TRAINING_DIFFERS,
  .self_size = sizeof (Extremes),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
  .example = "both=true",
  .example_inputs = "6",
};
