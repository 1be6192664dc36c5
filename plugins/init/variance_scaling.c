/* variance_scaling - variance scale / fan, so that signals keep their size
 *
 *   σ² = scale / max (1, n)    n = fan_in, fan_out or their mean
 *
 *   truncated_normal     w = σ / .8796 z    z ~ N (0, 1) within ±2
 *   untruncated_normal   w = σ z            z ~ N (0, 1)
 *   uniform              w = √3 σ (2 u - 1) u ~ U [0, 1)
 *
 * All three have the variance σ²: a normal distribution cut at ±2 has the
 * standard deviation .8796.  `normal` is another name of truncated_normal.
 * The common form of Glorot, Bengio: Understanding the difficulty of training
 * deep feedforward neural networks, AISTATS 2010, eq. 12 and 16, and He,
 * Zhang, Ren, Sun: Delving deep into rectifiers, ICCV 2015, eq. 10 and 14.
 */
#include <dnn/plugin.h>
#include <math.h>

#define TRUNCATED_STDDEV .87962566103423978 /* of N (0, 1) within ±2 */

typedef struct {
  double scale;
  int32_t mode;
  int32_t distribution;
} VarianceScaling;

enum { TRUNCATED_NORMAL, UNTRUNCATED_NORMAL, UNIFORM, NORMAL };

static const DnnParam params[] = {
  DNN_FLOAT (VarianceScaling, scale, "1", 0, 1e6, "factor",
             "variance times the number of connections"),
  DNN_ENUM (VarianceScaling, mode, "fan_in", "fan_in fan_out fan_avg",
            "which connections count"),
  DNN_ENUM (VarianceScaling, distribution, "truncated_normal",
            "truncated_normal untruncated_normal uniform normal",
            "shape of the distribution"),
};

enum { MAX_REDRAWS = 64 }; /* .0455⁶⁴: never reached by chance */

/* Numbers past 2 are drawn again, each from further streams at its own place,
 * so that the bits do not depend on its neighbours. */
static void
fill_truncated (const DnnHost *host, DnnFill *f, float *z, int64_t n)
{
  host->random (f, 0, DNN_NORMAL, 0, n, z);
  for (int64_t i = 0; i < n; i++) {
    for (uint32_t k = 1; fabsf (z[i]) > 2 && k <= MAX_REDRAWS; k++)
      host->random (f, k, DNN_NORMAL, i, 1, &z[i]);
    z[i] = fminf (fmaxf (z[i], -2), 2);
  }
}

static int32_t
fill (const void *self, const DnnHost *host, DnnFill *f)
{
  const VarianceScaling *scaling = self;
  const double fans[] = { f->fan_in, f->fan_out, (f->fan_in + f->fan_out) / 2 };
  const double sigma = sqrt (scaling->scale / fmax (1, fans[scaling->mode]));
  float *w = dnn_f32 (f->w);
  int64_t n = dnn_count (f->w);

  switch (scaling->distribution) {
  case UNTRUNCATED_NORMAL:
    host->random (f, 0, DNN_NORMAL, 0, n, w);
    for (int64_t i = 0; i < n; i++)
      w[i] = (float) sigma * w[i];
    break;
  case UNIFORM:
    host->random (f, 0, DNN_UNIFORM, 0, n, w);
    for (int64_t i = 0; i < n; i++)
      w[i] = (float) (sqrt (3) * sigma) * (2 * w[i] - 1);
    break;
  default:
    fill_truncated (host, f, w, n);
    for (int64_t i = 0; i < n; i++)
      w[i] = (float) (sigma / TRUNCATED_STDDEV) * w[i];
  }
  return 0;
}

static const DnnInitializerOps ops = {
  DNN_INITIALIZER_OPS,
  .fill = fill,
};

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .kind = DNN_KIND_INITIALIZER,
  .name = "variance_scaling",
  .title = "VarianceScaling",
  .version = "1.0",
  .summary = "variance scale / fan, so that signals keep their size",
  .reference = "He, Zhang, Ren, Sun: Delving deep into rectifiers, ICCV 2015",
  .self_size = sizeof (VarianceScaling),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
};
