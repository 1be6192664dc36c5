/* test-image-memory.c - what examples/images/mobilenet.dnn takes to train
 *
 * 16 pictures of 224 x 224 x 3 in 1,000 classes; nothing is allocated.
 */
#include "dnn-memory-plan.h"
#include "dnn-model-section.h"
#include "dnn-test.h"

static DnnMemoryPlan *
plan (const char *threads)
{
  g_autofree char *path =
      g_build_filename (g_getenv ("DNN_TEST_DATA"), "..", "examples", "images",
                        "mobilenet.dnn", NULL);
  const DnnDataHead head = {
    .inputs = { 1, { DNN_SHAPE (224, 224, 3) } },
    .targets = { 1, { DNN_SCALAR } },
    .rows = 16,
    .augment = "",
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnExperiment) experiment = dnn_experiment_load (path, &error);
  g_autoptr (DnnModel) model = NULL;
  DnnMemoryPlan *self;

  g_assert_no_error (error);
  dnn_experiment_set (experiment, "train", "threads", threads);
  model = dnn_experiment_build_model (dnn_test_registry (), experiment,
                                      &head.inputs, &head.targets, &error);
  g_assert_no_error (error);
  self = dnn_memory_plan_new (model, experiment, &head, 16, &error);
  g_assert_no_error (error);
  return self;
}

static void
test_arena (void)
{
  g_autoptr (DnnMemoryPlan) self = plan ("2");
  size_t outputs = 0;

  g_test_summary ("The arena of a step is little more than what forward keeps "
                  "for backward");

  for (size_t i = 0; i < self->n_rows; i++)
    outputs += self->rows[i].outputs;
  g_assert_cmpuint (outputs, >, (size_t) 800 << 20);
  g_assert_cmpuint (5 * self->arena, <=, 6 * outputs);
}

static void
test_windows (void)
{
  g_autoptr (DnnMemoryPlan) one = plan ("1"), four = plan ("4");
  size_t most = 0;

  g_test_summary ("A worker's windows are 0.7 MB at most, forward and back");

  /* A row counts the room of either pass. */
  for (size_t i = 0; i < one->n_rows; i++)
    most = MAX (most, (four->rows[i].scratch - one->rows[i].scratch) / 3 / 2);
  g_assert_cmpuint (most, >, 0);
  g_assert_cmpuint (most, <=, 700000);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/image-memory/arena", test_arena);
  g_test_add_func ("/image-memory/windows", test_windows);

  return g_test_run ();
}
