/* test-all-losses.c - every loss there is keeps the contract */
#include "dnn-test.h"

#include <string.h>

typedef struct {
  const char *name;
  const char *spec;
  DnnShape y_pred, y_true;
} Row;

#define SHAPE(...)                                                             \
  {                                                                            \
    DNN_ARGS_COUNT (__VA_ARGS__), 0,                                           \
    {                                                                          \
      __VA_ARGS__                                                              \
    }                                                                          \
  }

/* Other shapes and parameters than in the examples. */
static const Row rows[] = {
  { "binary_crossentropy", "binary_crossentropy", SHAPE (7, 1), SHAPE (7) },
  { "binary_crossentropy", "binary_crossentropy(label_smoothing=0.2)",
    SHAPE (4, 3), SHAPE (4, 3) },
  { "binary_focal_crossentropy",
    "binary_focal_crossentropy(apply_class_balancing=true, gamma=1.5)",
    SHAPE (4, 3), SHAPE (4, 3) },
  { "binary_focal_crossentropy",
    "binary_focal_crossentropy(label_smoothing=0.2, gamma=0)", SHAPE (4, 3),
    SHAPE (4, 3) },
  { "categorical_crossentropy", "categorical_crossentropy(label_smoothing=0.1)",
    SHAPE (4, 5), SHAPE (4, 5) },
  { "categorical_crossentropy", "categorical_crossentropy", SHAPE (2, 3, 4),
    SHAPE (2, 3, 4) },
  { "categorical_focal_crossentropy",
    "categorical_focal_crossentropy(alpha=0.1,0.5,1,2, gamma=1.5)",
    SHAPE (5, 4), SHAPE (5, 4) },
  { "categorical_focal_crossentropy",
    "categorical_focal_crossentropy(label_smoothing=0.1)", SHAPE (2, 3, 4),
    SHAPE (2, 3, 4) },
  { "cosine_similarity", "cosine_similarity", SHAPE (2, 3, 4),
    SHAPE (2, 3, 4) },
  { "huber", "huber(delta=0.3)", SHAPE (4, 5), SHAPE (4, 5) },
  { "sparse_categorical_crossentropy", "sparse_categorical_crossentropy",
    SHAPE (6, 4), SHAPE (6) },
  { "sparse_categorical_crossentropy", "sparse_categorical_crossentropy",
    SHAPE (2, 3, 4), SHAPE (2, 3) },
};

static void
add_loss (const char *name)
{
  g_autoptr (DnnExample) example = dnn_test_example (DNN_KIND_LOSS, name);

  dnn_test_add_checks ("all-losses", DNN_KIND_LOSS, example->spec,
                       example->inputs, example->n_inputs);
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++) {
    const DnnShape inputs[] = { rows[i].y_pred, rows[i].y_true };

    if (strcmp (rows[i].name, name) == 0)
      dnn_test_add_checks ("all-losses", DNN_KIND_LOSS, rows[i].spec, inputs,
                           2);
  }
}

int
main (int argc, char *argv[])
{
  g_auto (GStrv) names = NULL;

  g_test_init (&argc, &argv, NULL);

  names = dnn_registry_names (dnn_test_registry (), DNN_KIND_LOSS);
  g_assert_cmpuint (g_strv_length (names), >, 0);
  for (size_t i = 0; names[i] != NULL; i++)
    add_loss (names[i]);

  return g_test_run ();
}
