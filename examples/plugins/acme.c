/* acme - long short-term memory, and the initializer of its bias, in one file
 *
 *   acme.lstm        N×T×D to N×T×H, or to N×H
 *   acme.lstm_bias   1 for the forget gate, 0 for the others: (i f g o) × H
 *
 *   z = x_t W + h_{t-1} U + b      z: i f g o side by side, W: D×4H  U: H×4H
 *   i, f, o = σ (z)    g = tanh z    c_t = f c_{t-1} + i g    h_t = o tanh c_t
 *
 * Back through time, with dh = dy_t + dz_{t+1} Uᵀ and dc = dc_{t+1} f_{t+1} +
 * dh o (1 - tanh² c_t):
 *
 *   dz_o = dh tanh c o (1 - o)      dz_f = dc c_{t-1} f (1 - f)
 *   dz_i = dc g i (1 - i)           dz_g = dc i (1 - g²)
 *   dW = Σ xᵀ dz    dU = Σ h_{t-1}ᵀ dz    db = Σ dz    dx = dz Wᵀ
 *
 * A sequence may come bit by bit: h and c are the layer's state.
 * Hochreiter, Schmidhuber: Long short-term memory, 1997; gates as Keras'.
 */
#include <dnn/plugin.h>
#include <stdbool.h>

/* --- the bias ------------------------------------------------------------ */

static int32_t
fill (const void *self, const DnnHost *host, DnnFill *f)
{
  const int64_t n = dnn_count (f->w), h = n / 4;

  (void) self;
  (void) host;
  for (int64_t i = 0; i < n; i++)
    dnn_f32 (f->w)[i] = i >= h && i < 2 * h;
  return 0;
}

static const DnnInitializerOps bias_ops = { DNN_INITIALIZER_OPS, .fill = fill };

static const DnnPlugin bias = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_INITIALIZER,
  .name = "acme.lstm_bias",
  .title = "LSTMBias",
  .version = "2.0",
  .summary = "1 for the forget gate, 0 for the others",
  .reference = "Jozefowicz, Zaremba, Sutskever: Recurrent networks, ICML 2015",
  .flags = DNN_FLAG_PATTERN,
  .ops = &bias_ops,
};

/* --- the layer ----------------------------------------------------------- */

typedef struct {
  int64_t units;
  bool return_sequences, go_backwards;
} Lstm;

static const DnnParam params[] = {
  DNN_INT_REQUIRED (Lstm, units, 1, 1 << 16, "outputs", "numbers remembered"),
  DNN_BOOL (Lstm, return_sequences, "false", "every output, not the last"),
  DNN_BOOL (Lstm, go_backwards, "false",
            "read from the end; sequences keep the input's order"),
};

enum { KERNEL, RECURRENT, BIAS };
enum { GATES, CELL, TANH, BEFORE }; /* saved: N×T×4H, N×T×H; h_{t-1} */
enum { DZ, DH, DC };                /* scratch */
enum { H_NOW, C_NOW };              /* state, N×H */

typedef struct {
  const Lstm *self;
  const DnnHost *host;
  DnnPass *pass;
  int64_t n, t, h, step; /* step: of the sequence now at work */
} Loop;

/* Row of sample i's step number `step`, as it is read. */
static int64_t
row_of (const Loop *l, int64_t i, int64_t step)
{
  return i * l->t + (l->self->go_backwards ? l->t - 1 - step : step);
}

static int32_t
build (const void *self, const DnnHost *host, DnnBuild *b)
{
  const int64_t h = ((const Lstm *) self)->units, *x = b->x[0]->dims;
  const DnnShape all = DNN_SHAPE (x[0], x[1], h), last = DNN_SHAPE (x[0], h);

  if (b->x[0]->n_dims != 3)
    return host->fail (b, "input must be a sequence of steps x features");
  host->add_weight (b, KERNEL, "kernel", DNN_SHAPE (x[2], 4 * h),
                    "glorot_uniform");
  host->add_weight (b, RECURRENT, "recurrent_kernel", DNN_SHAPE (h, 4 * h),
                    "orthogonal");
  host->add_weight (b, BIAS, "bias", DNN_SHAPE (4 * h), "acme.lstm_bias");
  host->add_saved (b, GATES, DNN_SHAPE (x[0], x[1], 4 * h));
  host->add_scratch (b, DZ, DNN_SHAPE (x[0], x[1], 4 * h));
  for (uint32_t i = CELL; i <= BEFORE; i++)
    host->add_saved (b, i, all);
  for (uint32_t i = 0; i < 2; i++) {
    host->add_scratch (b, DH + i, last);
    host->add_state (b, i, last);
  }
  host->set_output (b, 0, ((const Lstm *) self)->return_sequences ? all : last);
  host->backward_reads (b, DNN_READS_X);
  return 0;
}

/* State number `which` of sample i; NULL: a sequence begins. */
static float *
state_of (const Loop *l, uint32_t which, int64_t i)
{
  return l->pass->states != NULL ? dnn_f32 (l->pass->states[which]) + i * l->h
                                 : NULL;
}

/* One step of samples first .. last - 1: z is there, c and h follow. */
static void
forward_samples (void *data, int64_t first, int64_t last, uint32_t worker)
{
  const Loop *l = data;
  const int64_t h = l->h;
  const bool more = l->step + 1 < l->t, all = l->self->return_sequences;

  (void) worker;
  for (int64_t i = first; i < last; i++) {
    const int64_t at = row_of (l, i, l->step);
    float *z = dnn_f32 (l->pass->saved[GATES]) + at * 4 * h;
    float *c = dnn_f32 (l->pass->saved[CELL]), *now = c + at * h;
    float *th = dnn_f32 (l->pass->saved[TANH]) + at * h;
    float *before = dnn_f32 (l->pass->saved[BEFORE]);
    float *next = before + row_of (l, i, l->step + 1) * h;
    const float *old = l->step > 0 ? c + row_of (l, i, l->step - 1) * h
                                   : state_of (l, C_NOW, i);
    float *y = dnn_f32 (l->pass->y[0]) + (all ? at : i) * h;

    l->host->sigmoid (z, z, 2 * h);
    l->host->tanh (z + 2 * h, z + 2 * h, h);
    l->host->sigmoid (z + 3 * h, z + 3 * h, h);
    for (int64_t j = 0; j < h; j++)
      now[j] = (old != NULL ? z[h + j] * old[j] : 0) + z[j] * z[2 * h + j];
    l->host->tanh (now, th, h);
    for (int64_t j = 0; j < h; j++) {
      const float out = z[3 * h + j] * th[j];

      if (more)
        next[j] = out;
      if (all || !more)
        y[j] = out;
      if (!more && l->pass->states != NULL)
        state_of (l, H_NOW, i)[j] = out, state_of (l, C_NOW, i)[j] = now[j];
    }
  }
}

static int32_t
forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const int64_t *size = pass->saved[CELL]->dims, h = size[2];
  Loop l = { self, host, pass, size[0], size[1], h, 0 };
  DnnTensor *gates = pass->saved[GATES];
  float *before = dnn_f32 (pass->saved[BEFORE]), *z = dnn_f32 (gates);
  const float *U = dnn_f32 (pass->w[RECURRENT]);

  for (int64_t i = 0; i < dnn_count (gates); i++)
    z[i] = dnn_f32 (pass->w[BIAS])[i % (4 * h)];
  for (int64_t i = 0; i < l.n * h; i++)
    before[row_of (&l, i / h, 0) * h + i % h] =
        pass->states != NULL ? state_of (&l, H_NOW, 0)[i] : 0;
  dnn_multiply (host, pass, (DnnGemm){ DNN_GEMM (0, 0), .alpha = 1, .beta = 1 },
                pass->x[0], pass->w[KERNEL],
                gates); /* z = x W + b, of all steps at once */
  for (l.step = 0; l.step < l.t; l.step++) {
    const int64_t at = row_of (&l, 0, l.step) * h;

    host->gemm (pass, &(DnnGemm){ DNN_GEMM (0, 0), l.n, 4 * h, h, 1, 1,
                                  before + at, U, z + 4 * at, .lda = l.t * h,
                                  .ldc = l.t * 4 * h });
    host->parallel_for (pass, l.n, 8, forward_samples, &l);
  }
  return 0;
}

/* dz of one step of samples first .. last - 1, from dh and dc. */
static void
backward_samples (void *data, int64_t first, int64_t last, uint32_t worker)
{
  const Loop *l = data;
  const int64_t h = l->h;
  const bool top = l->step + 1 == l->t, all = l->self->return_sequences;

  (void) worker;
  for (int64_t i = first; i < last; i++) {
    const int64_t at = row_of (l, i, l->step);
    const float *z = dnn_f32 (l->pass->saved[GATES]) + at * 4 * h;
    const float *th = dnn_f32 (l->pass->saved[TANH]) + at * h;
    const float *old =
        dnn_f32 (l->pass->saved[CELL]) + row_of (l, i, l->step - 1) * h;
    const float *dy = dnn_f32 (l->pass->dy[0]) + (all ? at : i) * h;
    float *dz = dnn_f32 (l->pass->scratch[DZ]) + at * 4 * h;
    float *dh = dnn_f32 (l->pass->scratch[DH]) + i * h;
    float *dc = dnn_f32 (l->pass->scratch[DC]) + i * h;

    for (int64_t j = 0; j < h; j++) {
      const float in = z[j], f = z[h + j], g = z[2 * h + j], o = z[3 * h + j];
      const float s = (top ? 0 : dh[j]) + (all || top ? dy[j] : 0);
      const float d = (top ? 0 : dc[j]) + s * o * (1 - th[j] * th[j]);

      dz[j] = d * g * in * (1 - in);
      dz[h + j] = l->step > 0 ? d * old[j] * f * (1 - f) : 0;
      dz[2 * h + j] = d * in * (1 - g * g);
      dz[3 * h + j] = s * th[j] * o * (1 - o);
      dc[j] = d * f;
    }
  }
}

static int32_t
backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  const int64_t *size = pass->saved[CELL]->dims, h = size[2];
  Loop l = { self, host, pass, size[0], size[1], h, 0 };
  const DnnTensor *dz = pass->scratch[DZ];
  const float *U = dnn_f32 (pass->w[RECURRENT]);

  for (l.step = l.t - 1; l.step >= 0; l.step--) {
    host->parallel_for (pass, l.n, 8, backward_samples, &l);
    host->gemm (pass,
                &(DnnGemm){ DNN_GEMM (0, 1), l.n, h, 4 * h, 1, 0,
                            dnn_f32 (dz) + row_of (&l, 0, l.step) * 4 * h, U,
                            dnn_f32 (pass->scratch[DH]), .lda = l.t * 4 * h });
  }
  host->sum_rows (pass, dz, pass->dw[BIAS]);
  host->weight_gradient (pass, KERNEL, pass->x[0], dz);
  host->weight_gradient (pass, RECURRENT, pass->saved[BEFORE], dz);
  if (pass->dx[0] != NULL)
    dnn_matmul (host, pass, 0, dz, 1, pass->w[KERNEL], pass->dx[0]);
  return 0;
}

static const DnnLayerOps ops = { DNN_LAYER_OPS (1), .build = build,
                                 .forward = forward, .backward = backward };

static const DnnPlugin lstm = {
  DNN_PLUGIN_V1_1,
  .kind = DNN_KIND_LAYER,
  .name = "acme.lstm",
  .title = "LSTM",
  .version = "2.0",
  .summary = "long short-term memory over a sequence",
  .reference = "Hochreiter, Schmidhuber: Long short-term memory, 1997",
  .self_size = sizeof (Lstm),
  .params = DNN_PARAM_TABLE (params),
  .ops = &ops,
  .example = "units=3",
  .example_inputs = "4,2",
};

const DnnPlugin *const dnn_plugins_v1[] = { &lstm, &bias, NULL };
