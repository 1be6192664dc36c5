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

/* Other shapes and parameters than the usual ones. */
static const Row rows[] = {
  { "binary_crossentropy", "binary_crossentropy", SHAPE (7, 1), SHAPE (7, 1) },
  { "binary_crossentropy", "binary_crossentropy", SHAPE (7, 1), SHAPE (7) },
  { "binary_crossentropy", "binary_crossentropy(label_smoothing=0.2)",
    SHAPE (4, 3), SHAPE (4, 3) },
  { "categorical_crossentropy", "categorical_crossentropy(label_smoothing=0.1)",
    SHAPE (4, 5), SHAPE (4, 5) },
  { "categorical_crossentropy", "categorical_crossentropy", SHAPE (2, 3, 4),
    SHAPE (2, 3, 4) },
  { "huber", "huber(delta=0.3)", SHAPE (4, 5), SHAPE (4, 5) },
  { "sparse_categorical_crossentropy", "sparse_categorical_crossentropy",
    SHAPE (6, 4), SHAPE (6) },
  { "sparse_categorical_crossentropy", "sparse_categorical_crossentropy",
    SHAPE (2, 3, 4), SHAPE (2, 3) },
};

/* Targets that most losses take: as many as predictions, or one a row. */
static const Row guesses[] = {
  { NULL, NULL, SHAPE (5, 4), SHAPE (5, 4) },
  { NULL, NULL, SHAPE (5, 4), SHAPE (5, 1) },
};

static bool
add_checks (const char *spec, const Row *row)
{
  const DnnShape inputs[] = { row->y_pred, row->y_true };
  const DnnCheckSubject subject = {
    dnn_test_registry (), DNN_KIND_LOSS, spec, inputs, 2, 1,
  };
  g_autoptr (DnnCheckReport) can = dnn_check_run (&subject, "overwrite", NULL);

  if (can == NULL)
    return false;
  dnn_test_add_checks ("all-losses", DNN_KIND_LOSS, spec, inputs, 2);
  return true;
}

static void
add_loss (const char *name)
{
  bool found = false;

  for (size_t i = 0; !found && i < G_N_ELEMENTS (guesses); i++)
    found = add_checks (name, &guesses[i]);
  if (!found)
    g_error ("loss '%s' takes none of the shapes tried", name);
  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    if (strcmp (rows[i].name, name) == 0 &&
        !add_checks (rows[i].spec, &rows[i]))
      g_error ("'%s' refuses the shapes of row %zu", rows[i].spec, i);
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
