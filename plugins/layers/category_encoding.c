/* category_encoding - whole numbers as places of a row
 *
 *   x: whole numbers 0 .. K - 1, with K = num_tokens
 *
 *   multi_hot:  y[k] = 1 where a number of the last axis is k
 *   one_hot:    y[..., k] = 1 where the number is k: an axis more, but where
 *               the last axis is 1, which then becomes K
 *   count:      y[k] = how many numbers of the last axis are k
 *
 * It has no slope: dx = 0.  A number out of its range is an error; in Keras
 * nothing comes of it.  Keras' count goes over the first axis after the batch,
 * which is the same for a row of numbers.
 */
#include <dnn/plugin.h>
#include <math.h>
#include <string.h>

typedef struct {
  int64_t num_tokens; /* K */
  int32_t output_mode;
} CategoryEncoding;

/* By output_mode. */
static const int32_t modes[] = { DNN_ENCODE_MULTI_HOT, DNN_ENCODE_ONE_HOT,
                                 DNN_ENCODE_COUNT };

/* A float counts without gaps to 2^24. */
static const DnnParam params[] = {
  DNN_INT_REQUIRED (CategoryEncoding, num_tokens, 1, 1 << 24, "categories",
                    "how many there are"),
  DNN_ENUM (CategoryEncoding, output_mode, "multi_hot",
            "multi_hot one_hot count", "what a number becomes"),
};

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const CategoryEncoding *c = self;

  host->expect_integer (b, 0, 0, c->num_tokens - 1);
  return dnn_encoding_build (host, b, modes[c->output_mode], c->num_tokens);
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const CategoryEncoding *c = self;
  const float *x = dnn_f32 (pass->x[0]);

  dnn_encoding_begin (pass);
  for (int64_t i = 0, n = dnn_count (pass->x[0]); i < n; i++) {
    if (!(x[i] >= 0 && x[i] < (float) c->num_tokens) || x[i] != floorf (x[i]))
      return host->fail (pass,
                         "input element %lld must be a whole number in "
                         "0 .. %lld, not '%g'",
                         (long long) i, (long long) c->num_tokens - 1,
                         (double) x[i]);
    dnn_encode (pass, modes[c->output_mode], c->num_tokens, i, (int64_t) x[i]);
  }
  return 0;
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  (void) self;
  (void) host;
  if (pass->dx[0] != NULL)
    memset (pass->dx[0]->data, 0,
            (size_t) dnn_count (pass->dx[0]) * sizeof (float));
  return 0;
}

static const DnnLayerOps ops = {
  DNN_LAYER_OPS (1),
  .build = build,
  .forward = forward,
  .backward = backward,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_LAYER,
  .name = "category_encoding",
  .title = "CategoryEncoding",
  .version = "1.0",
  .summary = "whole numbers as places of a row",
  .reference = "https://keras.io/api/layers/preprocessing_layers/categorical/"
               "category_encoding/",
  .self_size = sizeof (CategoryEncoding),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
  .example = "num_tokens=5",
  .example_inputs = "3",
};
