/* test-golden-activations.c - activations as Keras computed them
 *
 * Where Keras itself is inexact, the float64 formula is the judge: elu and
 * selu near 0 (it takes exp (x) - 1), the tails of gelu by tanh (1 + tanh is a
 * small difference of large numbers), and celu at 0 (TensorFlow adds the
 * gradients of both sides of its max and min).  At the kinks of elu and selu
 * Keras says which side counts.
 */
#include "dnn-test.h"

#include "dnn-host.h"

#include <math.h>
#include <string.h>

/* y and dy/dx at x, with the case's alpha. */
typedef struct {
  const char *name;
  void (*formula) (double x, double alpha, double *y, double *slope);
} Exact;

static void
elu (double x, double alpha, double *y, double *slope)
{
  *y = x > 0 ? x : alpha * expm1 (x);
  *slope = x > 0 ? 1 : alpha * exp (x);
}

static void
selu (double x, double alpha, double *y, double *slope)
{
  const double scale = 1.0507009873554804934193349852946;

  (void) alpha;
  elu (x, 1.6732632423543772848170429916717, y, slope);
  *y *= scale;
  *slope *= scale;
}

static void
celu (double x, double alpha, double *y, double *slope)
{
  *y = x > 0 ? x : alpha * expm1 (x / alpha);
  *slope = x > 0 ? 1 : exp (x / alpha);
}

/* By tanh: 1 + tanh (u) = 2 / (1 + exp (-2u)), which keeps its digits. */
static void
gelu (double x, double alpha, double *y, double *slope)
{
  const double k = sqrt (2 / G_PI);
  const double u = k * (x + 0.044715 * x * x * x);
  const double s = 1 / (1 + exp (-2 * u));

  (void) alpha;
  *y = x * s;
  *slope = s + x * 2 * s * (1 - s) * k * (1 + 3 * 0.044715 * x * x);
}

static const Exact exact[] = {
  { "elu", elu },
  { "selu", selu },
  { "celu", celu },
  { "gelu", gelu },
};

/* Puts the formula's numbers in the place of Keras', where there is one. */
static void
correct (JsonObject *golden, const float *x, const float *dy, float *y,
         float *dx, size_t n)
{
  const char *name = json_object_get_string_member (golden, "name");
  JsonObject *params = json_object_get_object_member (golden, "params");
  const double alpha =
      json_object_get_double_member_with_default (params, "alpha", 1);

  if (strcmp (name, "gelu") == 0 &&
      !json_object_get_boolean_member (params, "approximate"))
    return;
  for (size_t i = 0; i < G_N_ELEMENTS (exact); i++)
    for (size_t j = 0; strcmp (exact[i].name, name) == 0 && j < n; j++) {
      double value, slope;

      if (x[j] == 0 && exact[i].formula != celu)
        continue;
      exact[i].formula ((double) x[j], alpha, &value, &slope);
      y[j] = (float) value;
      dx[j] = (float) ((double) dy[j] * slope);
    }
}

static void
test_case (JsonObject *golden)
{
  g_autoptr (DnnComponent) activation =
      dnn_golden_component (golden, DNN_KIND_ACTIVATION);
  const DnnActivationOps *ops = activation->code->ops;
  JsonObject *array = json_object_get_object_member (golden, "x");
  const DnnShape shape = dnn_golden_shape (array);
  const int64_t length = shape.dims[shape.n_dims - 1];
  size_t n;
  g_autofree float *x = dnn_golden_numbers (array, &n);
  g_autofree float *dy =
      dnn_golden_numbers (json_object_get_object_member (golden, "dy"), &n);
  g_autofree float *y =
      dnn_golden_numbers (json_object_get_object_member (golden, "y"), &n);
  g_autofree float *dx =
      dnn_golden_numbers (json_object_get_object_member (golden, "dx"), &n);
  g_autofree float *our_y = g_new0 (float, n), *our_dx = g_new0 (float, n);

  correct (golden, x, dy, y, dx, n);

  ops->eval (activation->self, &dnn_host, x, our_y, (int64_t) n / length,
             length);
  ops->grad (activation->self, &dnn_host, x, our_y, dy, our_dx,
             (int64_t) n / length, length);

  dnn_test_assert_close ("y", our_y, y, n);
  dnn_test_assert_close ("dx", our_dx, dx, n);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  dnn_test_add_golden ("activations", DNN_KIND_ACTIVATION, test_case);
  dnn_test_add_golden ("shelf-activations", DNN_KIND_ACTIVATION, test_case);

  return g_test_run ();
}
