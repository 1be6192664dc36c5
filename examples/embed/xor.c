/* xor.c - trains from C: arrays in memory, no file
 *
 * Build against an installed dnn: see README.md.
 */
#include <dnn-predictor.h>
#include <dnn-trainer.h>
#include <stdio.h>

static const float inputs[4][2] = { { 0, 0 }, { 0, 1 }, { 1, 0 }, { 1, 1 } };
static const float targets[4][1] = { { 0 }, { 1 }, { 1 }, { 0 } };

static const DnnTrainSettings settings = { .loss = "binary_crossentropy",
                                           .metrics = "",
                                           .batch_size = 4,
                                           .epochs = 300,
                                           .seed = 1,
                                           .shuffle = true };

/* The trained model's predictions for `x`, one per row; NULL with an error. */
static float *
learn (DnnRegistry *registry, DnnArray *x, DnnArray *y, GError **error)
{
  DnnShape sample = DNN_SHAPE (2);
  g_autoptr (DnnData) data = dnn_data_new (x, y, error);
  g_autoptr (DnnModel) model = NULL;
  g_autoptr (DnnTrainer) trainer = NULL;
  g_autoptr (DnnSpec) adam = NULL;

  if (data == NULL)
    return NULL;
  model = dnn_model_new_from_chain (registry,
                                    "dense units=8 activation=tanh ! "
                                    "dense units=1 activation=sigmoid",
                                    &sample, error);
  if (model == NULL || !dnn_model_initialize (model, 1, error))
    return NULL;
  adam = dnn_spec_parse ("adam(learning_rate=0.05)", (DnnPlace){ 0 }, error);
  if (adam != NULL)
    trainer = dnn_trainer_new (model, data, &settings, adam, error);
  if (trainer == NULL || !dnn_trainer_fit (trainer, NULL, error))
    return NULL;
  return dnn_predict_array (model, NULL, x, 0, error);
}

int
main (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);
  g_autoptr (DnnArray) x =
      dnn_array_new_take (DNN_FLOAT32, DNN_SHAPE (4, 2),
                          g_bytes_new_static (inputs, sizeof inputs));
  g_autoptr (DnnArray) y =
      dnn_array_new_take (DNN_FLOAT32, DNN_SHAPE (4, 1),
                          g_bytes_new_static (targets, sizeof targets));
  g_autofree float *p = learn (registry, x, y, &error);

  if (p == NULL) {
    fprintf (stderr, "xor: %s\n", error->message);
    return 1;
  }
  for (int i = 0; i < 4; i++)
    printf ("%g xor %g: %.3f\n", inputs[i][0], inputs[i][1], p[i]);
  return 0;
}
