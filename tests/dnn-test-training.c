/* dnn-test-training.c - models in training */
#include "dnn-test-training.h"

#include "dnn-test-data.h"
#include "dnn-test.h"

#include <string.h>

const DnnTrainSettings dnn_test_labels = {
  .loss = "sparse_categorical_crossentropy",
  .metrics = "accuracy",
  .batch_size = 16,
  .epochs = 3,
  .seed = 9,
  .threads = 1,
  .shuffle = true,
};

const DnnTrainSettings dnn_test_squares = {
  .loss = "mean_squared_error",
  .metrics = "",
  .batch_size = DNN_TEST_ROWS,
  .epochs = 1,
  .seed = 9,
  .threads = 1,
};

void
dnn_test_training_free (DnnTestTraining *self)
{
  if (self == NULL)
    return;
  dnn_trainer_free (self->trainer);
  dnn_model_unref (self->model);
  dnn_data_free (self->data);
  g_free (self);
}

static DnnSpec *
parse_optimizer (const char *text)
{
  g_autoptr (GPtrArray) specs =
      dnn_spec_parse_chain (text, (DnnPlace){ 0 }, NULL);

  return dnn_spec_copy (g_ptr_array_index (specs, 0));
}

DnnTestTraining *
dnn_test_training_new (const char *chain, const char *optimizer,
                       const DnnTrainSettings *settings, GError **error)
{
  const bool labels = strstr (settings->loss, "sparse") != NULL;
  const DnnShape input = DNN_SHAPE (DNN_TEST_COLUMNS);
  g_autoptr (DnnTestTraining) self = g_new0 (DnnTestTraining, 1);
  g_autoptr (DnnSpec) spec = parse_optimizer (optimizer);
  g_autoptr (GError) local = NULL;

  self->data = dnn_test_data (DNN_TEST_ROWS, DNN_TEST_COLUMNS, labels ? 3 : 0);
  self->data->validation = dnn_split_new_part (self->data->train, 0, 7);
  self->model =
      dnn_model_new_from_chain (dnn_test_registry (), chain, &input, &local);
  g_assert_no_error (local);
  g_assert_true (dnn_model_initialize (self->model, 5, NULL));
  self->trainer =
      dnn_trainer_new (self->model, self->data, settings, spec, error);
  return self->trainer != NULL ? g_steal_pointer (&self) : NULL;
}

DnnTestTraining *
dnn_test_training_good (const char *chain, const char *optimizer,
                        const DnnTrainSettings *settings)
{
  g_autoptr (GError) error = NULL;
  DnnTestTraining *self =
      dnn_test_training_new (chain, optimizer, settings, &error);

  g_assert_no_error (error);
  return self;
}

void
dnn_test_training_fit (DnnTestTraining *self)
{
  g_autoptr (GError) error = NULL;

  dnn_trainer_fit (self->trainer, NULL, &error);
  g_assert_no_error (error);
}

static DnnWeight *
find (const DnnTestTraining *self, const char *name)
{
  DnnWeight *weight = dnn_model_find_weight (self->model, name);

  g_assert_nonnull (weight);
  return weight;
}

const float *
dnn_test_training_weight (const DnnTestTraining *self, const char *name)
{
  return find (self, name)->tensor.data;
}

GBytes *
dnn_test_training_keep (const DnnTestTraining *self, const char *name)
{
  const DnnWeight *weight = find (self, name);

  return g_bytes_new (weight->tensor.data, dnn_weight_bytes (weight));
}

bool
dnn_test_training_is_still (const DnnTestTraining *self, const char *name,
                            GBytes *before)
{
  g_autoptr (GBytes) now = dnn_test_training_keep (self, name);

  return g_bytes_equal (before, now);
}
