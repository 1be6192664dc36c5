/* ppm - binary portable pixmaps: "P6 WIDTH HEIGHT 255", then three bytes a
 * pixel
 *
 * https://netpbm.sourceforge.net/doc/ppm.html
 */
#include <dnn/plugin.h>

static int32_t
recognizes (const uint8_t *bytes, int64_t n)
{
  return n >= 3 && bytes[0] == 'P' && bytes[1] == '6' && bytes[2] <= ' ';
}

/* The whole number behind blanks and comments at *at; -1: there is none. */
static int64_t
read_number (const DnnDecode *d, int64_t *at)
{
  int64_t number = 0, i = *at;

  for (; i < d->n_bytes && (d->bytes[i] <= ' ' || d->bytes[i] == '#'); i++)
    while (d->bytes[i] == '#' && i + 1 < d->n_bytes && d->bytes[i + 1] != '\n')
      i++, i += d->bytes[i] == '\n';
  if (i == d->n_bytes || d->bytes[i] < '0' || d->bytes[i] > '9')
    return -1;
  for (; i < d->n_bytes && d->bytes[i] >= '0' && d->bytes[i] <= '9'; i++) {
    number = 10 * number + (d->bytes[i] - '0');
    if (number > 1 << 20)
      return -1;
  }
  *at = i;
  return number;
}

static int32_t
decode (const void *self, const DnnHost *host, DnnDecode *d)
{
  int64_t at = 2, width, height, most;
  uint8_t *y;

  (void) self;
  if (!recognizes (d->bytes, d->n_bytes))
    return host->fail (d, "it does not begin with 'P6'");
  if (d->channels != 0 && d->channels != 3)
    return host->fail (d, "it has 3 channels, not '%u'", d->channels);
  width = read_number (d, &at);
  height = width > 0 ? read_number (d, &at) : -1;
  most = height > 0 ? read_number (d, &at) : -1;
  if (most != 255)
    return host->fail (d, "its head is not 'P6 WIDTH HEIGHT 255'");
  at++; /* one blank */
  if (d->n_bytes - at < 3 * width * height)
    return host->fail (d, "it has '%lld' bytes for %lld x %lld pixels of 3",
                       (long long) (d->n_bytes - at), (long long) width,
                       (long long) height);
  y = host->set_array (d, DNN_UINT8, DNN_SHAPE (height, width, 3));
  for (int64_t i = 0; y != NULL && i < 3 * width * height; i++)
    y[i] = d->bytes[at + i];
  return 0;
}

static const DnnDecoderOps ops = { DNN_DECODER_OPS, recognizes, decode };

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  DNN_KIND_DECODER,
  .name = "ppm",
  .title = "PPM",
  .version = "1.0",
  .summary = "portable pixmaps, binary",
  .reference = "https://netpbm.sourceforge.net/doc/ppm.html",
  .ops = &ops,
  /* P6, 2 x 1, 255: (0, 1, 2), (3, 4, 5) */
  .example_inputs = "UDYKMiAxCjI1NQoAAQIDBAU=",
};
