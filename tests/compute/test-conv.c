/* test-conv.c - convolutions against their definition in double */
#include "conv-cases.h"

#include "dnn-conv.h"
#include "dnn-random.h"

#include <math.h>
#include <string.h>

typedef struct {
  DnnConv conv;
  int64_t n_x, n_y, n_W;
  float *x, *y, *W, *b, *c; /* (owned) c: a bias of channels */
  float *workers, *shared;  /* (owned) */
  int64_t n_workers, n_shared;
  double *want, *size; /* (owned) what is right, and how large its terms */
} Problem;

static float *
draw (int64_t n, uint32_t stream)
{
  const DnnKey key = { .seed = 11, .stream = stream };
  float *numbers = g_new (float, n);

  dnn_random_normal (&key, 0, n, numbers);
  return numbers;
}

/* Axes that are used; they are the last ones of a case, and the first ones of
 * windows. */
static uint32_t
rank_of (const Case *c)
{
  uint32_t rank = DNN_MAX_AXES;

  while (rank > 1 && c->axes[DNN_MAX_AXES - rank].size == 1)
    rank--;
  return rank;
}

static Problem *
problem_new (const Case *c, const DnnConvKernel *kernel, unsigned n_workers)
{
  Problem *self = g_new0 (Problem, 1);
  DnnWindows w = { .struct_size = sizeof w,
                   .rank = rank_of (c),
                   .batch = c->batch,
                   .channels = c->channels,
                   .groups = c->groups };
  int64_t most;

  for (uint32_t i = 0; i < DNN_MAX_AXES; i++) {
    const Axis *axis = &c->axes[(i + DNN_MAX_AXES - w.rank) % DNN_MAX_AXES];

    w.size[i] = axis->size;
    w.taps[i] = axis->taps;
    w.stride[i] = axis->stride;
    w.dilation[i] = axis->dilation;
    w.before[i] = axis->before;
    w.positions[i] = axis->positions;
  }
  dnn_conv_init (&self->conv, &w, c->filters, dnn_simd ());
  if (kernel != NULL)
    self->conv.kernel = kernel;
  self->n_x = c->batch * self->conv.n_pixels * c->channels;
  self->n_y = c->batch * self->conv.n_positions * c->filters;
  self->n_W = self->conv.row * c->filters;
  self->x = draw (self->n_x, 1);
  self->y = draw (self->n_y, 2);
  self->W = draw (self->n_W, 3);
  self->b = draw (c->filters, 4);
  self->c = draw (c->channels, 5);
  self->n_workers = self->conv.kernel->worker_room (&self->conv);
  self->n_shared = self->conv.kernel->shared_room (&self->conv);
  self->workers = g_new (float, self->n_workers *n_workers + 1);
  self->shared = g_new (float, self->n_shared + 1);
  most = MAX (MAX (self->n_x, self->n_y), self->n_W);
  self->want = g_new0 (double, most);
  self->size = g_new0 (double, most);
  return self;
}

static void
problem_free (Problem *self)
{
  g_free (self->x);
  g_free (self->y);
  g_free (self->W);
  g_free (self->b);
  g_free (self->c);
  g_free (self->workers);
  g_free (self->shared);
  g_free (self->want);
  g_free (self->size);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Problem, problem_free)

/* A number of x, y and W that belong together: y[y] has a term x[x] W[W]. */
typedef void (*Term) (Problem *self, int64_t x, int64_t y, int64_t W);

static void
add (Problem *self, int64_t at, double term)
{
  self->want[at] += term;
  self->size[at] += fabs (term);
}

static void
add_to_y (Problem *self, int64_t x, int64_t y, int64_t W)
{
  add (self, y, (double) self->x[x] * self->W[W]);
}

static void
add_to_x (Problem *self, int64_t x, int64_t y, int64_t W)
{
  add (self, x, (double) self->y[y] * self->W[W]);
}

static void
add_to_W (Problem *self, int64_t x, int64_t y, int64_t W)
{
  add (self, W, (double) self->x[x] * self->y[y]);
}

/* The filters of one pixel, position and tap. */
static void
walk_filters (Problem *self, int64_t pixel, int64_t position, int64_t tap,
              Term term)
{
  const DnnConv *conv = &self->conv;
  const int64_t C = conv->group_channels, F = conv->group_filters;

  for (int64_t f = 0; f < conv->filters; f++)
    for (int64_t c = 0; c < C; c++)
      term (self, pixel * conv->windows.channels + f / F * C + c,
            position * conv->filters + f, (tap * C + c) * conv->filters + f);
}

/* Where tap `t` of position `p` looks, or -1. */
static int64_t
look (const DnnWindows *w, int axis, int64_t p, int64_t t)
{
  const int64_t at =
      p * w->stride[axis] + t * w->dilation[axis] - w->before[axis];

  return at >= 0 && at < w->size[axis] ? at : -1;
}

/* By the definition: every position, every tap. */
static void
walk (Problem *self, Term term)
{
  const DnnWindows *w = &self->conv.windows;
  const int64_t *P = w->positions, *T = w->taps, *S = w->size;

  for (int64_t i = 0; i < w->batch * self->conv.n_positions; i++) {
    const int64_t p[] = { i / P[2] / P[1] % P[0], i / P[2] % P[1], i % P[2] };
    const int64_t n = i / self->conv.n_positions;

    for (int64_t j = 0; j < self->conv.n_taps; j++) {
      const int64_t t[] = { j / T[2] / T[1], j / T[2] % T[1], j % T[2] };
      int64_t pixel = n;
      bool inside = true;

      for (int axis = 0; axis < DNN_MAX_AXES; axis++) {
        const int64_t at = look (w, axis, p[axis], t[axis]);

        inside = inside && at >= 0;
        pixel = pixel * S[axis] + at;
      }
      if (inside)
        walk_filters (self, pixel, i, j, term);
    }
  }
}

static void
check (const Problem *self, const float *got, int64_t n, const float *bias,
       int64_t n_bias)
{
  for (int64_t i = 0; i < n; i++) {
    const double b = bias != NULL ? bias[i % n_bias] : 0;

    /* Rounding of sums of some thousand terms. */
    g_assert_cmpfloat_with_epsilon (got[i], self->want[i] + b,
                                    1e-6 * (self->size[i] + fabs (b)) + 1e-30);
  }
}

typedef enum { FORWARD, BACK, GRADIENT } What;

/* Runs over NaN.  Returns: (transfer full): what came. */
static float *
run (Problem *self, What what, unsigned n_threads)
{
  g_autoptr (DnnPool) pool = dnn_pool_new (n_threads);
  const int64_t n = what == FORWARD ? self->n_y
                    : what == BACK  ? self->n_x
                                    : self->n_W;
  g_autofree float *out = g_new (float, n);
  DnnConvCall call = { .x = self->x,
                       .W = self->W,
                       .d = self->y,
                       .y = out,
                       .workers = self->workers,
                       .worker_stride = self->n_workers,
                       .shared = self->shared };

  for (int64_t i = 0; i < n; i++)
    out[i] = NAN;
  for (int64_t i = 0; i < self->n_workers * n_threads; i++)
    self->workers[i] = NAN;
  for (int64_t i = 0; i < self->n_shared; i++)
    self->shared[i] = NAN;
  if (what == FORWARD) {
    call.b = self->b;
    dnn_conv_forward (&self->conv, pool, &call);
  } else if (what == BACK) {
    call.b = self->c;
    dnn_conv_back (&self->conv, pool, &call);
  } else {
    dnn_conv_gradient (&self->conv, pool, &call);
  }
  return g_steal_pointer (&out);
}

typedef struct {
  const Case *c;
  const DnnConvKernel *kernel;
} Row;

static void
test_kernel (gconstpointer data)
{
  const Row *row = data;
  const Case *c = row->c;
  Term terms[] = { add_to_y, add_to_x, add_to_W };

  g_test_summary ("A kernel of the list agrees with the definition");

  for (What what = FORWARD; what <= GRADIENT; what++) {
    g_autoptr (Problem) p = problem_new (c, row->kernel, 1);
    g_autofree float *out = run (p, what, 1);

    walk (p, terms[what]);
    if (what == FORWARD)
      check (p, out, p->n_y, p->b, c->filters);
    else if (what == BACK)
      check (p, out, p->n_x, p->c, c->channels);
    else
      check (p, out, p->n_W, NULL, 1);
  }
}

static void
test_threads (gconstpointer data)
{
  const Row *row = data;

  g_test_summary ("Bits do not depend on the number of threads");

  for (What what = FORWARD; what <= GRADIENT; what++) {
    g_autoptr (Problem) p = problem_new (row->c, row->kernel, 4);
    const int64_t n = what == FORWARD ? p->n_y : what == BACK ? p->n_x : p->n_W;
    g_autofree float *one = run (p, what, 1), *two = run (p, what, 2);
    g_autofree float *four = run (p, what, 4);

    g_assert_cmpmem (one, (gsize) n * sizeof *one, two,
                     (gsize) n * sizeof *two);
    g_assert_cmpmem (one, (gsize) n * sizeof *one, four,
                     (gsize) n * sizeof *four);
  }
}

static void
count_row (void *data, int64_t row, int64_t n_rows, int64_t column,
           int64_t n_columns, uint32_t worker)
{
  int *counts = data;

  (void) worker;
  g_assert_cmpint (column, ==, 0);
  g_assert_cmpint (n_columns, >, 0);
  for (int64_t i = row; i < row + n_rows; i++)
    counts[i]++;
}

static void
test_done (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (Problem) p = problem_new (row->c, row->kernel, 1);
  const int64_t n = p->n_y / p->conv.filters;
  g_autofree int *counts = g_new0 (int, n);
  g_autofree float *out = g_new (float, p->n_y);
  const DnnConvCall call = { .x = p->x,
                             .W = p->W,
                             .y = out,
                             .workers = p->workers,
                             .shared = p->shared,
                             .done = count_row,
                             .data = counts };

  g_test_summary ("Each row of y is reported once, when it is complete");

  dnn_conv_forward (&p->conv, NULL, &call);

  for (int64_t i = 0; i < n; i++)
    g_assert_cmpint (counts[i], ==, 1);
}

static void
test_plain (void)
{
  size_t n;
  const DnnConvKernel *last = dnn_conv_kernels (&n)[n - 1];
  g_autoptr (Problem) problem = NULL;

  g_test_summary ("DNN_CONV=plain picks the last row, which takes everything");

  g_setenv ("DNN_CONV", "plain", TRUE);
  problem = problem_new (&cases[0], NULL, 1);
  g_unsetenv ("DNN_CONV");

  g_assert_true (problem->conv.kernel == last);
  g_assert_true (last->takes (&problem->conv));
  g_assert_cmpint (last->simd, ==, DNN_SIMD_PLAIN);
}

/* Every kernel that takes the case. */
static void
add_case (const Case *c)
{
  size_t n;
  const DnnConvKernel *const *kernels = dnn_conv_kernels (&n);
  g_autoptr (Problem) p = problem_new (c, NULL, 1);

  for (size_t i = 0; i < n; i++) {
    Row *row;

    if (kernels[i]->simd > dnn_simd () || !kernels[i]->takes (&p->conv))
      continue;
    row = g_new (Row, 1);
    *row = (Row){ c, kernels[i] };
    for (int t = 0; t < 3; t++) {
      static const char *const names[] = { "values", "same-bits", "done" };
      const GTestDataFunc tests[] = { test_kernel, test_threads, test_done };
      g_autofree char *path = g_strdup_printf ("/conv/%s/%s/%s", c->name,
                                               kernels[i]->name, names[t]);

      g_test_add_data_func_full (path, g_memdup2 (row, sizeof *row), tests[t],
                                 g_free);
    }
    g_free (row);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (dnn_blas_init (NULL));

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    add_case (&cases[i]);
  g_test_add_func ("/conv/plain", test_plain);

  return g_test_run ();
}
