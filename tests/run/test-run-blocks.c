/* test-run-blocks.c - a residual network of three blocks, from training to
 * transfer
 *
 * The tests run in a folder with x.npy and y.npy.
 */
#include "dnn-assert.h"
#include "dnn-diff.h"
#include "dnn-model-file.h"
#include "dnn-summary.h"
#include "dnn-test-run.h"
#include "dnn-verify.h"

#define BLOCK                                                                  \
  "[block residual]\nunits = required\n"                                       \
  "layers = dense units=$units use_bias=false ! batch_normalization ! relu\n"  \
  "       ! dense units=$units use_bias=false ! batch_normalization "          \
  "name=long\n       ! add input=long,input ! relu\n"
#define BLOCKS                                                                 \
  BLOCK "[model]\nlayers = dense units=8 ! residual units=8 repeat=3 ! dense " \
        "units=3 activation=softmax\n"
/* One block by hand: `s` is its name, `x` what it is given. */
#define BY_HAND(s, x)                                                          \
  " ! dense name=" s "/dense units=8 use_bias=false ! batch_normalization "    \
  "name=" s "/batch_normalization ! relu name=" s "/relu ! dense name=" s      \
  "/dense_1 units=8 use_bias=false ! batch_normalization name=" s              \
  "/long ! add name=" s "/add input=" s "/long," x " ! relu name=" s "/relu_1"
#define WRITTEN                                                                \
  "[model]\nlayers = dense name=dense units=8" BY_HAND ("residual", "dense")   \
      BY_HAND ("residual_1", "residual/relu_1") BY_HAND (                      \
          "residual_2", "residual_1/relu_1") " ! dense name=dense_1 units=3 "  \
                                             "activation=softmax\n"
#define REST DNN_RUN_TRAIN "[optimizer]\ntype = adam\n"
#define TEXT DNN_RUN_DATA BLOCKS REST

static DnnModelFile *
load (const char *path)
{
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);
  g_autoptr (GError) error = NULL;
  DnnModelFile *file = dnn_model_file_load (registry, path, &error);

  g_assert_no_error (error);
  return file;
}

static void
train (const char *text, const char *folder)
{
  g_autoptr (DnnRun) run = dnn_test_run_good (text);

  dnn_test_run_train_in (run, folder);
}

static void
test_written_out (void)
{
  g_autoptr (DnnModelFile) a = NULL, b = NULL;
  g_autofree char *chain_a = NULL, *chain_b = NULL;

  g_test_summary ("The same network written out is trained to the same bits");

  train (TEXT, "blocks");
  train (DNN_RUN_DATA WRITTEN REST, "written");
  a = load ("blocks/model.safetensors");
  b = load ("written/model.safetensors");
  chain_a = dnn_model_to_chain (a->model);
  chain_b = dnn_model_to_chain (b->model);

  g_assert_cmpstr (chain_a, ==, chain_b);
  g_assert_cmpuint (dnn_model_n_layers (a->model), ==, 23);
  dnn_test_assert_same_model (a->model, b->model);
}

static void
test_resume (void)
{
  g_autoptr (DnnRun) run = dnn_test_run_good (TEXT), again = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A run of blocks is gone on with to the same bits");

  train (TEXT, "whole");
  dnn_run_open (run, "parts", false, &error);
  g_assert_no_error (error);
  dnn_test_run_train_until (run, 3);
  g_clear_pointer (&run, dnn_run_free);
  again = dnn_test_run_resume_good ("parts", NULL);
  g_free (dnn_test_run_train (again));

  dnn_test_assert_same_run ("whole", "parts");
}

static void
test_verify (void)
{
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnVerification) found = NULL;

  g_test_summary ("A file whose names have slashes is verified");

  train (TEXT, "verified");
  found = dnn_verify (registry, "verified/model.safetensors", &error);

  g_assert_no_error (error);
  g_assert_cmpuint (found->faults->len, ==, 0);
}

static void
test_diff (void)
{
  g_autoptr (DnnModelFile) a = NULL, b = NULL;
  const DnnDiffOptions options = { .model_only = true };
  g_autoptr (DnnDiff) diff = NULL;

  g_test_summary ("Files of blocks and of the chain written out differ in "
                  "text only");

  train (TEXT, "diff-a");
  train (DNN_RUN_DATA WRITTEN REST, "diff-b");
  a = load ("diff-a/model.safetensors");
  b = load ("diff-b/model.safetensors");
  diff = dnn_diff_new (a->file, b->file, &options);

  for (guint i = 0; i < diff->rows->len; i++) {
    const DnnDiffRow *row = dnn_diff_row (diff, i);

    g_assert_true (g_str_equal (dnn_diff_kind_name (row->kind), "equal") ||
                   g_str_equal (row->name, "experiment") ||
                   g_str_equal (row->name, "blocks"));
  }
}

static void
test_frozen (void)
{
  g_autoptr (DnnRun) run =
      dnn_test_run_good (DNN_RUN_DATA BLOCKS DNN_RUN_TRAIN
                         "frozen = residual*\ntrainable = residual_1/long\n"
                         "[optimizer]\ntype = adam\n");
  static const char *const still[] = { "residual/dense/kernel",
                                       "residual/long/gamma",
                                       "residual_1/dense/kernel",
                                       "residual_2/dense_1/kernel" };
  static const char *const moved[] = { "dense/kernel", "residual_1/long/gamma",
                                       "dense_1/kernel" };
  GBytes *kept[G_N_ELEMENTS (still)], *left[G_N_ELEMENTS (moved)];

  g_test_summary ("A glob goes over the names of a block's layers");

  for (size_t i = 0; i < G_N_ELEMENTS (still); i++)
    kept[i] = dnn_test_keep_weight (dnn_run_model (run), still[i]);
  for (size_t i = 0; i < G_N_ELEMENTS (moved); i++)
    left[i] = dnn_test_keep_weight (dnn_run_model (run), moved[i]);
  dnn_test_run_train_in (run, "frozen");

  for (size_t i = 0; i < G_N_ELEMENTS (still); i++)
    g_assert_true (dnn_test_is_still (dnn_run_model (run), still[i], kept[i]));
  for (size_t i = 0; i < G_N_ELEMENTS (moved); i++)
    g_assert_false (dnn_test_is_still (dnn_run_model (run), moved[i], left[i]));
}

static void
test_summary (void)
{
  g_autoptr (DnnModelFile) file = NULL;
  g_autofree char *folded = NULL, *expanded = NULL;

  g_test_summary ("A model's file knows its blocks");

  train (TEXT, "folded");
  file = load ("folded/model.safetensors");
  folded = dnn_summary (file->model, 0, false);
  expanded = dnn_summary (file->model, 0, true);

  g_assert_nonnull (strstr (folded, "residual_2 (residual, 7 layers)"));
  g_assert_null (strstr (folded, "residual_2/long"));
  g_assert_nonnull (strstr (expanded, "residual_2/long"));
}

static void
test_base (void)
{
  g_autoptr (DnnRun) run = NULL;
  g_autoptr (DnnModelFile) base = NULL, file = NULL;
  DnnModel *model;
  g_autofree char *folded = NULL;

  g_test_summary ("On a base with blocks new ones get the next numbers");

  train (TEXT, "base");
  run = dnn_test_run_good (DNN_RUN_DATA BLOCK
                           "[model]\nbase = base/model.safetensors\ndrop_last "
                           "= 1\nlayers = residual units=8 ! dense units=3 "
                           "activation=softmax\n" DNN_RUN_TRAIN
                           "frozen = residual/*, residual_?/*\n"
                           "trainable = residual_3/*\n" DNN_RUN_SGD);
  dnn_test_run_train_in (run, "on-base");
  base = load ("base/model.safetensors");
  file = load ("on-base/model.safetensors");
  model = file->model;
  folded = dnn_summary (model, 0, false);

  g_assert_nonnull (dnn_model_find_layer (model, "residual_3/relu_1"));
  g_assert_nonnull (strstr (folded, "residual_1 (residual, 7 layers)"));
  g_assert_nonnull (strstr (folded, "residual_3 (residual, 7 layers)"));
  g_assert_cmpmem (
      dnn_model_find_weight (model, "residual_1/dense/kernel")->tensor.data,
      256,
      dnn_model_find_weight (base->model, "residual_1/dense/kernel")
          ->tensor.data,
      256);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/run-blocks/written-out", test_written_out);
  g_test_add_func ("/run-blocks/resume", test_resume);
  g_test_add_func ("/run-blocks/verify", test_verify);
  g_test_add_func ("/run-blocks/diff", test_diff);
  g_test_add_func ("/run-blocks/frozen", test_frozen);
  g_test_add_func ("/run-blocks/summary", test_summary);
  g_test_add_func ("/run-blocks/base", test_base);

  return dnn_test_run_main (NULL);
}
