/* hard_dropout2 - drops numbers and shakes what is left
 *
 *   training:  y = m x + s ε    m = 0 with probability p, else 1 / (1 - p)
 *   else:      y = x            ε: normal, mean 0, deviation 1
 *
 *   dx = m dy                   or dx = dy
 *
 * Srivastava et al.: Dropout, JMLR 2014, with Gaussian noise added.
 */
#include <dnn/plugin.h>
#include <string.h>

typedef struct {
  double rate;   /* p */
  double stddev; /* s */
} Dropout2;

enum { MASK };                /* saved */
enum { DROP = 0, NOISE = 1 }; /* random streams */
enum { GRAIN = 4096 };

static const DnnParam params[] = {
  DNN_FLOAT (Dropout2, rate, "0.5", 0, 1, "", "share of numbers that drop"),
  DNN_FLOAT (Dropout2, stddev, "0.1", 0, 1e6, "", "deviation of the noise"),
};

/* The data for a range of elements. */
typedef struct {
  const Dropout2 *self;
  const DnnHost *host;
  DnnPass *pass;
} Job;

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const DnnShape shape = dnn_shape_of (b->x[0]);

  (void) self;
  host->set_output (b, 0, shape);
  host->add_saved (b, MASK, shape);
  host->backward_reads (b, DNN_READS_NOTHING);
  return 0;
}

static void
forward_range (void *data, int64_t first, int64_t last, uint32_t worker)
{
  const Job *job = data;
  const float p = (float) job->self->rate, s = (float) job->self->stddev;
  const float keep = p < 1 ? 1 / (1 - p) : 0;
  const float *x = dnn_f32 (job->pass->x[0]);
  float *m = dnn_f32 (job->pass->saved[MASK]), *y = dnn_f32 (job->pass->y[0]);
  const int64_t n = last - first;

  (void) worker;
  job->host->random (job->pass, DROP, DNN_UNIFORM, first, n, m + first);
  job->host->random (job->pass, NOISE, DNN_NORMAL, first, n, y + first);
  for (int64_t i = first; i < last; i++) {
    m[i] = m[i] < p ? 0 : keep;
    y[i] = m[i] * x[i] + s * y[i];
  }
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const int64_t n = dnn_count (pass->x[0]);
  Job job = { self, host, pass };

  if (pass->training)
    host->parallel_for (pass, n, GRAIN, forward_range, &job);
  else
    memcpy (pass->y[0]->data, pass->x[0]->data, (size_t) n * sizeof (float));
  return 0;
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const float *dy = dnn_f32 (pass->dy[0]);
  const int64_t n = dnn_count (pass->dy[0]);
  float *dx = dnn_f32 (pass->dx[0]);

  (void) self;
  (void) host;
  if (dx == NULL)
    return 0;
  if (pass->training) {
    const float *m = dnn_f32 (pass->saved[MASK]);

    for (int64_t i = 0; i < n; i++)
      dx[i] = m[i] * dy[i];
  } else {
    memcpy (dx, dy, (size_t) n * sizeof *dx);
  }
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
  .name = "hard_dropout2",
  .title = "Dropout2",
  .version = "1.0",
  .summary = "drops numbers and shakes what is left",
  .reference = "Srivastava et al.: Dropout, JMLR 2014",
  .flags = DNN_FLAG_RANDOM | DNN_FLAG_TRAINING_DIFFERS,
  .self_size = sizeof (Dropout2),
  .params = params,
  .n_params = sizeof params / sizeof params[0],
  .param_stride = sizeof params[0],
  .ops = &ops,
};
