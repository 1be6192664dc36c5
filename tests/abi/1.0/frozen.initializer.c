/* frozen.initializer - normal numbers whose size follows from the fan-in
 *
 *   w = γ z / √fan_in        z ~ N (0, 1)
 *
 * so that a sum over fan_in inputs of size 1 has size γ.  Put your formula in
 * its place, and go on from 1 to 4.
 */
#include <dnn/plugin.h>
#include <math.h>

/* 1. What a user can set.  The host makes this struct and fills it; a plugin
 * only reads it. */
typedef struct {
  double gain; /* γ */
} Parameters;

/* 2. A row for each member: its default as text, smallest and largest value,
 * unit, and a line of help.  Rows for other types are in dnn/abi/param.h. */
static const DnnParam params[] = {
  DNN_FLOAT (Parameters, gain, "1", 0, 1e6, "",
             "size of a sum over inputs of size 1"),
};

/* 3. Every element of f->w, from its shape, its fans and the host's random
 * numbers.  These come from a key of weight and seed, so that a run can be
 * repeated: use no others.  A second stream is number 1 instead of 0. */
static int32_t
fill (const void *self, const DnnHost *host, DnnFill *f)
{
  const Parameters *p = self;
  const float size = (float) (p->gain / sqrt (fmax (f->fan_in, 1)));
  const int64_t n = dnn_count (f->w);
  float *w = dnn_f32 (f->w);

  host->random (f, 0, DNN_NORMAL, 0, n, w);
  for (int64_t i = 0; i < n; i++)
    w[i] *= size;
  return 0; /* or host->fail (f, "..."), where the shape is none it can fill */
}

static const DnnInitializerOps ops = {
  DNN_INITIALIZER_OPS,
  .fill = fill,
};

/* 4. What the host reads before it calls anything: the one exported symbol.
 * The name is also the file's. */
const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_INITIALIZER,
  .name = "frozen.initializer",
  .title = "Initializer",
  .version = "0.1",
  .summary = "normal numbers whose size follows from the fan-in",
  .reference = "", /* paper or URL, with the number of the equation */
  .self_size = sizeof (Parameters),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
};
