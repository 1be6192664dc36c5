/* test-golden-initializers.c - samples are distributed as those of Keras
 *
 * As many as Keras drew: 20 tensors.  Their mean, deviation and kurtosis are
 * within 3 standard errors of a difference of two samples; the sixth moment
 * that the error of the kurtosis needs is taken as the normal's, which is
 * larger than that of what is bounded.
 */
#include "dnn-test.h"

#include "dnn-build.h"
#include "dnn-host.h"

#include <math.h>
#include <string.h>

enum { N_SEEDS = 20 };

typedef struct {
  double mean, std, min, max, kurtosis;
} Moments;

static Moments
moments_of (const float *w, size_t n)
{
  Moments m = { 0, 0, INFINITY, -INFINITY, 0 };
  double square = 0, fourth = 0;

  for (size_t i = 0; i < n; i++) {
    m.mean += (double) w[i] / (double) n;
    m.min = fmin (m.min, (double) w[i]);
    m.max = fmax (m.max, (double) w[i]);
  }
  for (size_t i = 0; i < n; i++) {
    const double d = (double) w[i] - m.mean;

    square += d * d / (double) n;
    fourth += d * d * d * d / (double) n;
  }
  m.std = sqrt (square);
  m.kurtosis = fourth / (square * square);
  return m;
}

/* Draws all tensors, one after another. */
static float *
draw (JsonObject *golden, size_t *ret_n)
{
  g_autoptr (DnnComponent) initializer =
      dnn_golden_component (golden, DNN_KIND_INITIALIZER);
  const DnnInitializerOps *ops;
  const DnnShape shape = dnn_golden_shape (golden);
  DnnTensor w = { .n_dims = shape.n_dims };
  DnnFill fill = { .w = &w };
  float *all;

  ops = initializer->code->ops;
  memcpy (w.dims, shape.dims, sizeof w.dims);
  dnn_fans_of (&shape, &fill.fan_in, &fill.fan_out);
  *ret_n = (size_t) dnn_count (&w) * N_SEEDS;
  all = g_new0 (float, *ret_n);
  for (size_t i = 0; i < N_SEEDS; i++) {
    DnnContext context = { .key = { .seed = i } };

    fill.call = (DnnCall){ DNN_END_OF (DnnFill, fan_out), 0, &context };
    w.data = all + i * (size_t) dnn_count (&w);
    g_assert_cmpint (ops->fill (initializer->self, &dnn_host, &fill), ==, 0);
  }
  return all;
}

static void
test_case (JsonObject *golden)
{
  size_t n;
  g_autofree float *w = draw (golden, &n);
  const Moments ours = moments_of (w, n);
  const Moments keras = {
    json_object_get_double_member (golden, "mean"),
    json_object_get_double_member (golden, "std"),
    json_object_get_double_member (golden, "min"),
    json_object_get_double_member (golden, "max"),
    json_object_get_double_member (golden, "kurtosis"),
  };
  const double se = sqrt (2 / (double) n); /* of two samples' difference */
  const double spread = sqrt ((keras.kurtosis - 1) / 4);

  g_assert_cmpfloat_with_epsilon (ours.mean, keras.mean, 3 * keras.std * se);
  g_assert_cmpfloat_with_epsilon (ours.std, keras.std,
                                  3 * keras.std * spread * se);
  g_assert_cmpfloat_with_epsilon (ours.kurtosis, keras.kurtosis,
                                  3 * sqrt (24) * se);
  if (keras.kurtosis < 2.5) { /* bounded: some come close to the bound */
    g_assert_cmpfloat_with_epsilon (ours.min, keras.min, 1e-3 * keras.max);
    g_assert_cmpfloat_with_epsilon (ours.max, keras.max, 1e-3 * keras.max);
  } else {
    g_assert_cmpfloat (ours.max, >, 4 * keras.std);
    g_assert_cmpfloat (ours.max, <, 7 * keras.std);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  dnn_test_add_golden ("initializers", DNN_KIND_INITIALIZER, test_case);

  return g_test_run ();
}
