/* test-services.c - every service of the host is there, and refuses by a
 * sentence if it is called at the wrong time
 */
#include "dnn-build.h"
#include "dnn-context.h"
#include "dnn-host.h"

#include <string.h>

/* A host ends with its last member: what struct_size covers is all there. */
static void
test_table (void)
{
  typedef void (*Service) (void);
  const size_t first = offsetof (DnnHost, fail);

  g_test_summary ("no service that struct_size covers is NULL");
  g_assert_cmpuint (dnn_host.struct_size, ==, sizeof (DnnHost));
  for (size_t at = first; at < dnn_host.struct_size; at += sizeof (Service)) {
    Service service;

    memcpy (&service, (const char *) &dnn_host + at, sizeof service);
    if (service == NULL)
      g_test_message ("member at offset %zu", at);
    g_assert_true (service != NULL);
  }
}

/* --- called at the wrong time -------------------------------------------- */

/* Structs of all calls, as a plugin that mistakes the time has them. */
typedef struct {
  DnnContext context;
  DnnBuilt built;
  DnnBuild build;
  DnnSlots slots;
  DnnPass pass;
  DnnStepAll all;
  DnnDecode decode;
  DnnTensor t;
  float numbers[4];
} Calls;

typedef void (*Mistake) (Calls *c);

static const DnnShape shape = { .n_dims = 1, .dims = { 2 } };

static void
set_output (Calls *c)
{
  dnn_host.set_output (&c->build, 0, shape);
}
static void
add_weight (Calls *c)
{
  dnn_host.add_weight (&c->build, 0, "kernel", shape, "zeros");
}
static void
set_fans (Calls *c)
{
  dnn_host.set_fans (&c->build, 0, 1, 1);
}
static void
add_buffer (Calls *c)
{
  dnn_host.add_buffer (&c->build, 0, "mean", shape, "zeros");
}
static void
add_saved (Calls *c)
{
  dnn_host.add_saved (&c->build, 0, shape);
}
static void
add_scratch (Calls *c)
{
  dnn_host.add_scratch (&c->build, 0, shape);
}
static void
add_worker_scratch (Calls *c)
{
  dnn_host.add_worker_scratch (&c->build, 0, shape);
}
static void
backward_reads (Calls *c)
{
  dnn_host.backward_reads (&c->build, 0);
}
static void
expect_integer (Calls *c)
{
  dnn_host.expect_integer (&c->build, 0, 0, 1);
}
static void
same_shape (Calls *c)
{
  g_assert_cmpint (dnn_host.same_shape (&c->build), !=, 0);
}
static void
match_targets (Calls *c)
{
  g_assert_cmpint (dnn_host.match_targets (&c->build, DNN_TARGET_VALUES), !=,
                   0);
}
static void
set_state (Calls *c)
{
  dnn_host.set_state (&c->build, 1);
}
static void
add_slot (Calls *c)
{
  dnn_host.add_slot (&c->slots, 0, "m", shape, 0);
}
static void
add_windows (Calls *c)
{
  const DnnWindows windows = { 0 };

  dnn_host.add_windows (&c->build, 0, &windows, 1);
}
static void
expect_range (Calls *c)
{
  dnn_host.expect_range (&c->build, 0, 0, 1, 0);
}
static void
scores (Calls *c)
{
  dnn_host.scores (&c->build, DNN_LOGITS);
}
static void
set_mask (Calls *c)
{
  dnn_host.set_mask (&c->build, DNN_MASK_NONE);
}
static void
add_mask (Calls *c)
{
  dnn_host.add_mask (&c->build, 0, shape);
}
static void
add_state (Calls *c)
{
  dnn_host.add_state (&c->build, 0, shape);
}
static void
set_dtype (Calls *c)
{
  dnn_host.set_dtype (&c->build, DNN_SAVED, 0, DNN_INT8);
}
static void
loss_output (Calls *c)
{
  dnn_host.loss_output (&c->build, 0);
}
static void
add_step_scratch (Calls *c)
{
  dnn_host.add_step_scratch (&c->slots, 0, shape);
}
static void
evaluate (Calls *c)
{
  g_assert_cmpint (dnn_host.evaluate (&c->all), !=, 0);
}
static void
set_array (Calls *c)
{
  g_assert_null (dnn_host.set_array (&c->decode, DNN_FLOAT32, shape));
}
static void
worker_scratch (Calls *c)
{
  g_assert_null (dnn_host.worker_scratch (&c->pass, 0, 0));
}
static void
affine (Calls *c)
{
  dnn_host.affine (&c->pass, &c->t, &c->t, NULL);
}
static void
weight_gradient (Calls *c)
{
  dnn_host.weight_gradient (&c->pass, 0, &c->t, &c->t);
}
static void
gemm (Calls *c)
{
  const DnnGemm none = { 0 };

  dnn_host.gemm (&c->pass, &none);
}
static void
sum_rows (Calls *c)
{
  dnn_host.sum_rows (&c->pass, &c->t, &c->t);
}
static void
dot_rows (Calls *c)
{
  dnn_host.dot_rows (&c->pass, &c->t, &c->t, &c->t);
}
static void
body (void *data, int64_t first, int64_t last, uint32_t worker)
{
  (void) data, (void) first, (void) last, (void) worker;
  g_assert_not_reached ();
}
static void
parallel_for (Calls *c)
{
  dnn_host.parallel_for (&c->pass, 1, 1, body, NULL);
}
static void
random_numbers (Calls *c)
{
  dnn_host.random (&c->pass, 0, DNN_UNIFORM, 0, 1, c->numbers);
}
static void
convolve (Calls *c)
{
  dnn_host.convolve (&c->pass, 0, &c->t, &c->t, NULL, &c->t);
}
static void
convolve_back (Calls *c)
{
  dnn_host.convolve_back (&c->pass, 0, &c->t, &c->t, NULL, &c->t);
}
static void
convolve_gradient (Calls *c)
{
  dnn_host.convolve_gradient (&c->pass, 0, 0, &c->t, &c->t);
}
static void
window_rows (Calls *c)
{
  dnn_host.window_rows (&c->pass, 0, 0, c->numbers, 0, 1, c->numbers);
}
static void
scatter_rows (Calls *c)
{
  dnn_host.scatter_rows (&c->pass, 0, 0, c->numbers, 0, 1, c->numbers);
}

typedef struct {
  const char *service;
  Mistake make;
  bool in_build; /* where it is called; else in a step */
} Row;

#define OUTSIDE(service)                                                       \
  {                                                                            \
#service, service, false                                                   \
  }
#define INSIDE(service)                                                        \
  {                                                                            \
#service, service, true                                                    \
  }

static const Row rows[] = {
  OUTSIDE (set_output),
  OUTSIDE (add_weight),
  OUTSIDE (set_fans),
  OUTSIDE (add_buffer),
  OUTSIDE (add_saved),
  OUTSIDE (add_scratch),
  OUTSIDE (add_worker_scratch),
  OUTSIDE (backward_reads),
  OUTSIDE (expect_integer),
  OUTSIDE (same_shape),
  OUTSIDE (match_targets),
  OUTSIDE (set_state),
  OUTSIDE (add_slot),
  OUTSIDE (add_windows),
  OUTSIDE (expect_range),
  OUTSIDE (scores),
  OUTSIDE (set_mask),
  OUTSIDE (add_mask),
  OUTSIDE (add_state),
  OUTSIDE (set_dtype),
  OUTSIDE (loss_output),
  OUTSIDE (add_step_scratch),
  OUTSIDE (evaluate),
  OUTSIDE (set_array),
  INSIDE (worker_scratch),
  INSIDE (affine),
  INSIDE (weight_gradient),
  INSIDE (gemm),
  INSIDE (sum_rows),
  INSIDE (dot_rows),
  INSIDE (parallel_for),
  { "random", random_numbers, true },
  INSIDE (convolve),
  INSIDE (convolve_back),
  INSIDE (convolve_gradient),
  INSIDE (window_rows),
  INSIDE (scatter_rows),
  INSIDE (evaluate),
  INSIDE (set_array),
};

static void
test_mistake (gconstpointer data)
{
  const Row *row = data;
  g_autofree Calls *calls = g_new0 (Calls, 1);
  const DnnCall call = { sizeof (DnnCall), 0, &calls->context };

  g_test_summary ("a service called at the wrong time says its name");
  calls->context.host = &dnn_host;
  calls->context.built = row->in_build ? &calls->built : NULL;
  calls->build.call = calls->slots.call = calls->pass.call = call;
  calls->all.call = calls->decode.call = call;

  row->make (calls);

  g_assert_nonnull (calls->context.message);
  if (strstr (calls->context.message, row->service) == NULL)
    g_test_fail_printf ("'%s' is not in '%s'", row->service,
                        calls->context.message);
  dnn_context_clear (&calls->context);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/services/table", test_table);
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *path = g_strdup_printf (
        "/services/%s/%s-%zu", rows[i].in_build ? "build" : "step",
        rows[i].service, i);

    g_test_add_data_func (g_strdelimit (path, " ", '-'), &rows[i],
                          test_mistake);
  }
  return g_test_run ();
}
