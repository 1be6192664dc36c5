/* test-objective.c - which metrics there are, and what they are called */
#include "dnn-assert.h"
#include "dnn-objective.h"
#include "dnn-test.h"

static DnnObjective *
make (const char *metrics, const char *weighted)
{
  const DnnShape input = DNN_SHAPE (4), target = DNN_SHAPE (1);
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnModel) model = dnn_model_new_from_chain (
      dnn_test_registry (), "dense units=3 activation=softmax", &input, &error);
  g_autoptr (DnnObjective) self = dnn_objective_new (
      dnn_test_registry (), "sparse_categorical_crossentropy", metrics,
      (DnnPlace){ 0 }, &error);

  g_assert_no_error (error);
  g_assert_true (dnn_objective_add_weighted (self, dnn_test_registry (),
                                             weighted, &error));
  g_assert_true (dnn_objective_check (self, model, &target, NULL, &error));
  g_assert_no_error (error);
  return g_steal_pointer (&self);
}

static void
assert_labels (const DnnObjective *self, const char *const *labels)
{
  g_assert_cmpuint (dnn_objective_n_metrics (self), ==,
                    g_strv_length ((char **) labels));
  for (size_t i = 0; labels[i] != NULL; i++)
    g_assert_cmpstr (dnn_objective_metric (self, i)->label, ==, labels[i]);
}

static void
test_labels (void)
{
  g_autoptr (DnnObjective) self =
      make ("accuracy, precision(class_id=1), precision(class_id=2)",
            "accuracy, recall, recall(top_k=1)");

  g_test_summary ("Every metric has a name of its own");

  assert_labels (
      self, (const char *const[]){ "accuracy", "precision_class_id_1",
                                   "precision_class_id_2", "weighted_accuracy",
                                   "recall", "recall_top_k_1", NULL });
  g_assert_false (dnn_objective_metric (self, 0)->weighted);
  g_assert_true (dnn_objective_metric (self, 3)->weighted);
}

static void
test_tables (void)
{
  g_autoptr (DnnObjective) self =
      make ("confusion_matrix, accuracy, f1(average=none), f1", "");

  g_test_summary ("What has several numbers is a table, beside the history");

  assert_labels (self, (const char *const[]){ "accuracy", "f1", NULL });
  g_assert_cmpuint (dnn_objective_n_tables (self), ==, 2);
  g_assert_cmpstr (dnn_objective_table (self, 0)->label, ==,
                   "confusion_matrix");
  g_assert_cmpuint (dnn_objective_table (self, 0)->result.n_dims, ==, 2);
  g_assert_cmpint (dnn_objective_table (self, 1)->result.dims[0], ==, 3);
}

static void
test_loss (void)
{
  g_autoptr (DnnObjective) self = make ("sparse_categorical_crossentropy", "");

  g_test_summary ("A loss is a metric, too, and less of it is better");

  assert_labels (
      self, (const char *const[]){ "sparse_categorical_crossentropy", NULL });
  g_assert_cmpint (dnn_metric_better (dnn_objective_metric (self, 0)), ==, -1);
}

static void
test_unknown (void)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A name that is neither metric nor loss is an error");

  g_assert_null (dnn_objective_new (dnn_test_registry (), "huber", "acuracy",
                                    (DnnPlace){ 0 }, &error));
  dnn_assert_error (error, DNN_ERROR_NAME, "metrics: ");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/objective/labels", test_labels);
  g_test_add_func ("/objective/tables", test_tables);
  g_test_add_func ("/objective/loss", test_loss);
  g_test_add_func ("/objective/unknown", test_unknown);

  return g_test_run ();
}
