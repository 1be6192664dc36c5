/* dnn-test-optimizer.c - an optimizer at work on two weights */
#include "dnn-test-optimizer.h"

#include <string.h>

DnnTestOptimizer *
dnn_test_optimizer (const char *spec, int64_t rows, int64_t columns,
                    unsigned n_threads)
{
  DnnTestOptimizer *self = g_new0 (DnnTestOptimizer, 1);
  g_autofree char *chain = g_strdup_printf (
      "dense units=%d bias_initializer=random_normal", (int) columns);
  GError *error = NULL;
  g_autoptr (GPtrArray) specs =
      dnn_spec_parse_chain (spec, (DnnPlace){ 0 }, &error);

  g_assert_no_error (error);
  self->test = dnn_test_new (chain, DNN_SHAPE (1, rows));
  self->pool = dnn_pool_new (n_threads);
  self->optimizer = dnn_optimizer_new (dnn_test_registry (),
                                       g_ptr_array_index (specs, 0), &error);
  g_assert_no_error (error);
  dnn_optimizer_prepare (self->optimizer, dnn_test_model (self->test),
                         self->pool, &error);
  g_assert_no_error (error);
  return self;
}

void
dnn_test_optimizer_free (DnnTestOptimizer *self)
{
  if (self == NULL)
    return;
  dnn_optimizer_free (self->optimizer);
  dnn_pool_free (self->pool);
  dnn_test_free (self->test);
  g_free (self);
}

/* The sink takes the gradient of weight `i`, which it may change. */
static void
take (DnnTestOptimizer *self, size_t i, DnnTensor *dw)
{
  const DnnSink sink = dnn_optimizer_sink (self->optimizer);

  sink.gradient (sink.data, dnn_model_weight (dnn_test_model (self->test), i),
                 dw);
}

/* Hands w - 1 of every weight; `kept` owns the numbers. */
static void
hand_gradients (DnnTestOptimizer *self, GPtrArray *kept)
{
  const DnnModel *model = dnn_test_model (self->test);

  for (size_t i = 0; i < dnn_model_n_weights (model); i++) {
    const DnnTensor *w = &dnn_model_weight (model, i)->tensor;
    float *g = g_new (float, dnn_count (w));
    DnnTensor *dw = g_new (DnnTensor, 1);

    *dw = *w;
    dw->data = g;
    for (int64_t j = 0; j < dnn_count (w); j++)
      g[j] = ((const float *) w->data)[j] - 1;
    g_ptr_array_add (kept, g);
    g_ptr_array_add (kept, dw);
    take (self, i, dw);
  }
}

typedef struct {
  DnnTestOptimizer *optimizer;
  GPtrArray *kept;
} Look;

static bool
look_again (void *data, double *ret_loss, GError **error)
{
  const Look *look = data;

  (void) error;
  hand_gradients (look->optimizer, look->kept);
  *ret_loss = dnn_test_optimizer_loss (look->optimizer);
  return true;
}

void
dnn_test_optimizer_descend (DnnTestOptimizer *self)
{
  g_autoptr (GPtrArray) kept = g_ptr_array_new_with_free_func (g_free);
  Look look = { self, kept };

  if (dnn_optimizer_looks_again (self->optimizer))
    dnn_optimizer_set_batch (self->optimizer, dnn_test_optimizer_loss (self),
                             look_again, &look);
  dnn_optimizer_begin_step (self->optimizer, self->step, self->step);
  hand_gradients (self, kept);
  dnn_optimizer_end_step (self->optimizer);
  self->step++;
}

void
dnn_test_optimizer_step (DnnTestOptimizer *self, const float *g, size_t n)
{
  DnnTensor dw = dnn_model_weight (dnn_test_model (self->test), 0)->tensor;
  g_autofree float *copy = g_memdup2 (g, n * sizeof *g);

  g_assert_cmpint (dnn_count (&dw), ==, n);
  dw.data = copy;
  dnn_optimizer_begin_step (self->optimizer, self->step, self->step);
  take (self, 0, &dw);
  dnn_optimizer_end_step (self->optimizer);
  self->step++;
}

float *
dnn_test_optimizer_weights (DnnTestOptimizer *self, size_t *ret_n)
{
  const DnnModel *model = dnn_test_model (self->test);
  GArray *all = g_array_new (FALSE, FALSE, sizeof (float));

  for (size_t i = 0; i < dnn_model_n_weights (model); i++) {
    const DnnTensor *w = &dnn_model_weight (model, i)->tensor;

    g_array_append_vals (all, w->data, (guint) dnn_count (w));
  }
  *ret_n = all->len;
  return (float *) g_array_free (all, FALSE);
}

double
dnn_test_optimizer_loss (DnnTestOptimizer *self)
{
  size_t n;
  g_autofree float *w = dnn_test_optimizer_weights (self, &n);
  double sum = 0;

  for (size_t i = 0; i < n; i++)
    sum += ((double) w[i] - 1) * ((double) w[i] - 1) / 2;
  return sum;
}
