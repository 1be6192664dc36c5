/* dnn-train-settings.c - the keys of [train], as a table */
#include "dnn-train-settings.h"

#include "dnn-param.h"

#define TEXT(member, initial, help)                                            \
  DNN_ROW (DnnTrainSettings, member, NULL, DNN_PARAM_TEXT, 0, initial, 0, 0,   \
           "", help, NULL)

static const DnnParam params[] = {
  TEXT (loss, "", "what training makes small"),
  TEXT (metrics, "", "what is measured beside it"),
  TEXT (weighted_metrics, "", "the same, by the weights of rows and classes"),
  TEXT (class_weight, "", "of classes in the loss: '0:1, 6:2.5' or balanced"),
  DNN_INT (DnnTrainSettings, batch_size, "32", 1, 1 << 24, "rows",
           "rows of one step"),
  DNN_INT (DnnTrainSettings, epochs, "1", 1, 1e9, "epochs",
           "passes over the training rows"),
  DNN_INT (DnnTrainSettings, steps, "0", 0, 1e15, "steps",
           "steps, instead of epochs; 0: epochs count"),
  DNN_INT (DnnTrainSettings, ends_after, "0", 0, 1e15, "steps",
           "steps of the phase after which it is broken off; 0: never"),
  DNN_INT (DnnTrainSettings, seed, "1", 0, 9e15, "",
           "of all random numbers of the run"),
  DNN_INT (DnnTrainSettings, threads, "0", 0, 1024, "threads",
           "0: one a processor; results do not depend on it"),
  DNN_BOOL (DnnTrainSettings, shuffle, "true",
            "another order of the rows every epoch"),
  TEXT (save_every, "", "epochs, or '10 minutes', between two checkpoints"),
  TEXT (callbacks, "", "early_stopping(patience=5, restore_best=true)"),
  TEXT (frozen, "", "globs over layer names: these do not train"),
  TEXT (trainable, "", "globs: these do, whatever frozen says"),
};

static const DnnPlugin table = {
  .name = "train",
  .self_size = sizeof (DnnTrainSettings),
  .params = params,
  .n_params = G_N_ELEMENTS (params),
  .param_stride = sizeof params[0],
};

bool
dnn_train_settings_parse (const DnnSpec *section,
                          DnnTrainSettings *ret_settings, GError **error)
{
  DnnTrainSettings settings = { 0 };

  if (!dnn_param_apply (&table, section, NULL, &settings, error))
    return false;
  if (section != NULL && *settings.loss == '\0') {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "[train] loss must be given, for example "
                 "'loss = mean_squared_error'");
    dnn_error_prefix_place (error, section->place);
    return false;
  }
  if (section != NULL && settings.steps > 0 &&
      dnn_spec_find (section, "epochs") != NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "[train] sets both epochs and steps; one of them ends the "
                 "training");
    dnn_error_prefix_place (error, dnn_spec_find (section, "steps")->place);
    return false;
  }
  if (!dnn_save_every_parse (settings.save_every, &settings.saves, error)) {
    g_prefix_error (error, "[train] ");
    dnn_error_prefix_place (error,
                            dnn_spec_find (section, "save_every")->place);
    return false;
  }
  *ret_settings = settings;
  return true;
}
