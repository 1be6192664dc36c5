/* test-aliases.c - plugins by the names that Keras has for them */
#include "dnn-assert.h"
#include "dnn-folder.h"
#include "dnn-kind.h"
#include "dnn-registry.h"

typedef struct {
  const char *alias;
  DnnKind kind;
  const char *name;
} Row;

static const Row rows[] = {
  { "mse", DNN_KIND_LOSS, "mean_squared_error" },
  { "MSE", DNN_KIND_LOSS, "mean_squared_error" },
  { "mae", DNN_KIND_LOSS, "mean_absolute_error" },
  { "mape", DNN_KIND_LOSS, "mean_absolute_percentage_error" },
  { "msle", DNN_KIND_LOSS, "mean_squared_logarithmic_error" },
  { "bce", DNN_KIND_LOSS, "binary_crossentropy" },
  { "kld", DNN_KIND_LOSS, "kl_divergence" },
  { "KLDivergence", DNN_KIND_LOSS, "kl_divergence" },
  { "MeanSquaredError", DNN_KIND_LOSS, "mean_squared_error" },
  { "acc", DNN_KIND_METRIC, "accuracy" },
  { "mae", DNN_KIND_METRIC, "mean_absolute_error" },
  { "rmse", DNN_KIND_METRIC, "root_mean_squared_error" },
  { "AUC", DNN_KIND_METRIC, "auc" },
  { "R2Score", DNN_KIND_METRIC, "r2" },
  { "ReLU", DNN_KIND_ACTIVATION, "relu" },
  { "LeakyReLU", DNN_KIND_ACTIVATION, "leaky_relu" },
  { "swish", DNN_KIND_ACTIVATION, "silu" },
  { "Dense", DNN_KIND_LAYER, "dense" },
  { "BatchNormalization", DNN_KIND_LAYER, "batch_normalization" },
  { "Adam", DNN_KIND_OPTIMIZER, "adam" },
  { "RMSprop", DNN_KIND_OPTIMIZER, "rmsprop" },
  { "GlorotUniform", DNN_KIND_INITIALIZER, "glorot_uniform" },
  { "zero", DNN_KIND_INITIALIZER, "zeros" },
  { "CosineDecay", DNN_KIND_SCHEDULE, "cosine_decay" },
  { "PiecewiseConstantDecay", DNN_KIND_SCHEDULE, "piecewise_constant" },
  { "cosine", DNN_KIND_SCHEDULE, "cosine_decay" },
  { "SparseCategoricalCrossentropy", DNN_KIND_LOSS,
    "sparse_categorical_crossentropy" },
  { "cross_entropy", DNN_KIND_LOSS, "categorical_crossentropy" },
  { "scce", DNN_KIND_LOSS, "sparse_categorical_crossentropy" },
  { "LogCoshError", DNN_KIND_LOSS, "log_cosh" },
  { "FBetaScore", DNN_KIND_METRIC, "fbeta" },
  { "TopKCategoricalAccuracy", DNN_KIND_METRIC, "top_k" },
  { "MeanIoU", DNN_KIND_METRIC, "mean_iou" },
  { "batchnorm", DNN_KIND_LAYER, "batch_normalization" },
  { "BatchNorm", DNN_KIND_LAYER, "batch_normalization" },
  { "LayerNorm", DNN_KIND_LAYER, "layer_normalization" },
  { "concat", DNN_KIND_LAYER, "concatenate" },
  { "Identity", DNN_KIND_ACTIVATION, "linear" },
  { "AdamW", DNN_KIND_OPTIMIZER, "adamw" },
  { "xavier", DNN_KIND_INITIALIZER, "glorot_uniform" },
  { "kaiming_normal", DNN_KIND_INITIALIZER, "he_normal" },
  { "OrthogonalInitializer", DNN_KIND_INITIALIZER, "orthogonal" },
  { "OrthogonalRegularizer", DNN_KIND_REGULARIZER, "orthogonal" },
  { "L1L2", DNN_KIND_REGULARIZER, "l1_l2" },
  { "MaxNorm", DNN_KIND_CONSTRAINT, "max_norm" },
  { "NonNeg", DNN_KIND_CONSTRAINT, "non_neg" },
};

static void
test_alias (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);
  g_autoptr (GError) error = NULL;
  const DnnPlugin *plugin =
      dnn_registry_find (registry, row->kind, row->alias, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (plugin->name, ==, row->name);
  g_assert_true (dnn_registry_has (registry, row->kind, row->alias));
}

static void
test_own_file (void)
{
  static const char text[] = "losses/l2 = mean_squared_error # ours\n"
                             "losses/broken\n= nothing\n"
                             "losses/loop = loop\n";
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  g_autoptr (DnnRegistry) registry = NULL;
  g_autoptr (GError) loop = NULL, broken = NULL;
  g_autofree char *path =
      dnn_folder_write (folder, "aliases", text, sizeof text - 1);
  g_autofree char *dir = g_path_get_dirname (path);

  g_test_summary ("Whoever brings plugins can bring other names for them");

  registry = dnn_registry_new (dir);
  g_assert_cmpstr (
      dnn_registry_find (registry, DNN_KIND_LOSS, "L2", NULL)->name, ==,
      "mean_squared_error");
  g_assert_null (dnn_registry_find (registry, DNN_KIND_LOSS, "loop", &loop));
  dnn_assert_error (loop, DNN_ERROR_NAME, "no loss plugin 'loop'");
  g_assert_null (
      dnn_registry_find (registry, DNN_KIND_LOSS, "broken", &broken));
  dnn_assert_error (broken, DNN_ERROR_NAME, "no loss plugin 'broken'");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *name = g_strdup_printf (
        "%s-%s", dnn_kind_folder (rows[i].kind), rows[i].alias);

    dnn_add_row ("/aliases", name, &rows[i], test_alias);
  }
  g_test_add_func ("/aliases/own-file", test_own_file);

  return g_test_run ();
}
