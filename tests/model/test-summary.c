/* test-summary.c - the table of a model, as Keras 3 prints it */
#include "dnn-assert.h"
#include "dnn-summary.h"

static DnnModel *
make (const char *chain, DnnShape input)
{
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);
  g_autoptr (GError) error = NULL;
  DnnModel *model = dnn_model_new_from_chain (registry, chain, &input, &error);

  g_assert_no_error (error);
  return model;
}

/* With batch normalization before and after every hidden layer. */
static DnnModel *
make_normalized (void)
{
  return make ("flatten ! batch_normalization ! "
               "dense units=300 kernel_initializer=he_normal activation=relu ! "
               "batch_normalization ! "
               "dense units=100 kernel_initializer=he_normal activation=relu ! "
               "batch_normalization ! dense units=10 activation=softmax",
               DNN_SHAPE (28, 28));
}

static const char normalized[] =
    "Model: \"sequential\"\n"
    "┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━━━━━━"
    "┳━━━━━━━━━━━━━━━━━┓\n"
    "┃ Layer (type)                         ┃ Output Shape                "
    "┃         Param # ┃\n"
    "┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━━━━━━"
    "╇━━━━━━━━━━━━━━━━━┩\n"
    "│ flatten (Flatten)                    │ (None, 784)                 "
    "│               0 │\n"
    "├──────────────────────────────────────┼─────────────────────────────"
    "┼─────────────────┤\n"
    "│ batch_normalization                  │ (None, 784)                 "
    "│           3,136 │\n"
    "│ (BatchNormalization)                 │                             "
    "│                 │\n"
    "├──────────────────────────────────────┼─────────────────────────────"
    "┼─────────────────┤\n"
    "│ dense (Dense)                        │ (None, 300)                 "
    "│         235,500 │\n"
    "├──────────────────────────────────────┼─────────────────────────────"
    "┼─────────────────┤\n"
    "│ batch_normalization_1                │ (None, 300)                 "
    "│           1,200 │\n"
    "│ (BatchNormalization)                 │                             "
    "│                 │\n"
    "├──────────────────────────────────────┼─────────────────────────────"
    "┼─────────────────┤\n"
    "│ dense_1 (Dense)                      │ (None, 100)                 "
    "│          30,100 │\n"
    "├──────────────────────────────────────┼─────────────────────────────"
    "┼─────────────────┤\n"
    "│ batch_normalization_2                │ (None, 100)                 "
    "│             400 │\n"
    "│ (BatchNormalization)                 │                             "
    "│                 │\n"
    "├──────────────────────────────────────┼─────────────────────────────"
    "┼─────────────────┤\n"
    "│ dense_2 (Dense)                      │ (None, 10)                  "
    "│           1,010 │\n"
    "└──────────────────────────────────────┴─────────────────────────────"
    "┴─────────────────┘\n"
    " Total params: 271,346 (1.04 MB)\n"
    " Trainable params: 268,978 (1.03 MB)\n"
    " Non-trainable params: 2,368 (9.25 KB)\n";

static void
test_table (void)
{
  g_autoptr (DnnModel) model = make_normalized ();
  g_autofree char *text = dnn_summary (model, 0, false);

  g_test_summary ("The whole table, byte by byte");

  g_assert_cmpstr (text, ==, normalized);
}

static void
test_optimizer (void)
{
  g_autoptr (DnnModel) model = make_normalized ();
  g_autofree char *text = dnn_summary (model, 1234, false);
  g_autofree char *expect =
      g_strconcat (normalized, " Optimizer params: 1,234 (4.82 KB)\n", NULL);

  g_test_summary ("What the optimizer remembers is a line of its own, and in "
                  "no total");

  g_assert_cmpstr (text, ==, expect);
}

static void
test_frozen (void)
{
  g_autoptr (DnnModel) model = make_normalized ();
  DnnCounts counts;

  g_test_summary ("A frozen layer's weights do not train; that is live");

  dnn_model_find_layer (model, "dense")->trainable = false;
  counts = dnn_model_count (model);
  g_assert_cmpint (counts.trainable, ==, 268978 - 235500);
  g_assert_cmpint (counts.non_trainable, ==, 2368 + 235500);

  dnn_model_find_layer (model, "dense")->trainable = true;
  counts = dnn_model_count (model);
  g_assert_cmpint (counts.trainable, ==, 268978);
  g_assert_cmpint (counts.non_trainable, ==, 2368);
}

static void
test_shared (void)
{
  g_autoptr (DnnModel) model =
      make ("dense units=4 name=a ! dense units=4 weights=a", DNN_SHAPE (4));
  DnnCounts counts = dnn_model_count (model);

  g_test_summary ("Shared weights count once in the total");

  g_assert_cmpint (counts.trainable, ==, 20);
}

static void
test_long_names (void)
{
  static const char *const lines[] = {
    "│ a-name-that-is-much-too-long-for-the │ (None, 2)",
    "│ -column (Dense)                      │          ",
  };
  g_autoptr (DnnModel) model =
      make ("dense units=2 name=a-name-that-is-much-too-long-for-the-column",
            DNN_SHAPE (4));
  g_autofree char *text = dnn_summary (model, 0, false);

  g_test_summary ("A long name is cut into lines, and the table keeps its "
                  "width");

  for (size_t i = 0; i < G_N_ELEMENTS (lines); i++)
    if (strstr (text, lines[i]) == NULL)
      g_test_fail_printf ("'%s' is not in\n%s", lines[i], text);
}

static void
test_masks (void)
{
  g_autoptr (DnnModel) none = make ("dense units=2", DNN_SHAPE (4));
  g_autoptr (DnnModel) taken = make (
      "masking ! dense units=2 ! global_average_pooling1d", DNN_SHAPE (4, 3));
  g_autoptr (DnnModel) kept =
      make ("masking ! dense units=2 name=out", DNN_SHAPE (4, 3));
  g_autofree char *of_none = dnn_summary (none, 0, false);
  g_autofree char *of_taken = dnn_summary (taken, 0, false);
  g_autofree char *of_kept = dnn_summary (kept, 0, false);

  g_test_summary ("Below the table: which layers' outputs have a mask");

  g_assert_null (strstr (of_none, "Mask"));
  g_assert_nonnull (strstr (
      of_taken, "\n Mask: masking, dense; the loss counts everything\n"));
  g_assert_nonnull (strstr (
      of_kept, "\n Mask: masking, out; the loss counts what is real\n"));
}

static void
test_variables (void)
{
  g_autoptr (DnnModel) model = make (
      "dense units=300 trainable=false ! batch_normalization", DNN_SHAPE (4));
  g_autofree char *text = dnn_summary_variables (model);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  static const char *const expect[][4] = {
    { "dense/kernel", "(4, 300)", "1,200", "non-trainable" },
    { "dense/bias", "(300,)", "300", "non-trainable" },
    { "batch_normalization/gamma", "(300,)", "300", "trainable" },
    { "batch_normalization/beta", "(300,)", "300", "trainable" },
    { "batch_normalization/moving_mean", "(300,)", "300", "non-trainable" },
    { "batch_normalization/moving_variance", "(300,)", "300", "non-trainable" },
  };

  g_test_summary ("One line a variable: name, shape, count, whether it trains");

  g_assert_cmpuint (g_strv_length (lines), ==, G_N_ELEMENTS (expect) + 1);
  for (size_t i = 0; i < G_N_ELEMENTS (expect); i++) {
    const char *at = lines[i];

    for (size_t j = 0; j < G_N_ELEMENTS (expect[i]); j++) {
      g_autofree char *word = g_strconcat (" ", expect[i][j], NULL);

      at = strstr (at, word);
      if (at == NULL) {
        g_test_fail_printf ("'%s' is not in '%s'", word, lines[i]);
        break;
      }
    }
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/summary/table", test_table);
  g_test_add_func ("/summary/optimizer", test_optimizer);
  g_test_add_func ("/summary/frozen", test_frozen);
  g_test_add_func ("/summary/shared", test_shared);
  g_test_add_func ("/summary/long-names", test_long_names);
  g_test_add_func ("/summary/masks", test_masks);
  g_test_add_func ("/summary/variables", test_variables);

  return g_test_run ();
}
