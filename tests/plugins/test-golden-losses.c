/* test-golden-losses.c - losses and their gradients as Keras computed them */
#include "dnn-test.h"

#include "dnn-host.h"

#include <string.h>

static DnnTensor
tensor_of (JsonObject *array)
{
  const DnnShape shape = dnn_golden_shape (array);
  DnnTensor t = { .n_dims = shape.n_dims };
  size_t n;

  memcpy (t.dims, shape.dims, sizeof t.dims);
  t.data = dnn_golden_numbers (array, &n);
  return t;
}

static void
test_case (JsonObject *golden)
{
  g_autoptr (DnnComponent) loss = dnn_golden_component (golden, DNN_KIND_LOSS);
  const DnnLossOps *ops = loss->code->ops;
  DnnTensor y_true =
      tensor_of (json_object_get_object_member (golden, "y_true"));
  DnnTensor y_pred =
      tensor_of (json_object_get_object_member (golden, "y_pred"));
  DnnTensor dy_pred =
      tensor_of (json_object_get_object_member (golden, "dy_pred"));
  const size_t n = (size_t) y_pred.dims[0];
  const size_t count = (size_t) dnn_count (&y_pred);
  g_autofree float *value = g_new0 (float, n), *scale = g_new0 (float, n);
  g_autofree float *expected = g_memdup2 (dy_pred.data, count * sizeof (float));
  const float mean = (float) json_object_get_double_member (golden, "loss");
  DnnContext context = { 0 };
  DnnLossPass pass = {
    .call = { DNN_END_OF (DnnLossPass, dy_pred), 0, &context },
    .y_true = &y_true,
    .y_pred = &y_pred,
    .value = value,
  };
  double sum = 0;
  float actual;

  for (size_t i = 0; i < n; i++)
    scale[i] = 1 / (float) n;
  g_assert_cmpint (ops->value (loss->self, &dnn_host, &pass), ==, 0);
  for (size_t i = 0; i < n; i++)
    sum += (double) value[i];
  actual = (float) (sum / (double) n);
  pass.value = NULL;
  pass.scale = scale;
  pass.dy_pred = &dy_pred;
  g_assert_cmpint (ops->gradient (loss->self, &dnn_host, &pass), ==, 0);

  dnn_test_assert_close ("loss", &actual, &mean, 1);
  dnn_test_assert_close ("dy_pred", dy_pred.data, expected, count);
  g_free (y_true.data);
  g_free (y_pred.data);
  g_free (dy_pred.data);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  dnn_test_add_golden ("losses", DNN_KIND_LOSS, test_case);
  dnn_test_add_golden ("more-losses", DNN_KIND_LOSS, test_case);
  dnn_test_add_golden ("shelf-losses", DNN_KIND_LOSS, test_case);

  return g_test_run ();
}
