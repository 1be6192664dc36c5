/* half_picture - a decoder that writes every other element */
#include <dnn/plugin.h>

static int32_t
recognizes (const uint8_t *bytes, int64_t n)
{
  return n > 0 && bytes[0] == 'R';
}

static int32_t
decode (const void *self, const DnnHost *host, DnnDecode *d)
{
  uint8_t *y;

  (void) self;
  if (d->n_bytes < 2)
    return host->fail (d, "it has '%lld' bytes, not 2 or more",
                       (long long) d->n_bytes);
  y = host->set_array (d, DNN_UINT8, DNN_SHAPE (d->n_bytes - 1));
  for (int64_t i = 0; y != NULL && i < d->n_bytes - 1; i += 2)
    y[i] = d->bytes[1 + i];
  return 0;
}

static const DnnDecoderOps ops = { DNN_DECODER_OPS, recognizes, decode };

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1, DNN_KIND_DECODER, .name = "half_picture",
  .title = "Bad",  .version = "1.0", .summary = "for a test",
  .reference = "", .ops = &ops,      .example_inputs = "UgRhYmNk",
};
