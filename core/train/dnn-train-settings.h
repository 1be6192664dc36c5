/* dnn-train-settings.h - the keys of [train], as a struct */
#pragma once

#include "dnn-save-every.h"
#include "dnn-spec.h"

DNN_BEGIN_DECLS

/* How to train.  Texts are interned or live as long as the trainer; "" and
 * NULL are nothing. */
typedef struct DnnTrainSettings {
  const char *loss;             /* "sparse_categorical_crossentropy" */
  const char *metrics;          /* "accuracy, top_k(k=3)" */
  const char *weighted_metrics; /* the same, by the weights of samples */
  const char *class_weight;     /* "0:1, 6:2.5", "balanced" */
  int64_t batch_size;
  int64_t epochs; /* ends a phase ... */
  int64_t steps;  /* ... or this many steps, where not 0 */
  /* Breaks a phase off after this many of its steps, where not 0: schedules go
   * by its planned length, and weights stay as they are. */
  int64_t ends_after;
  int64_t seed;
  int64_t threads; /* 0: one a processor */
  bool shuffle;
  const char *save_every; /* "10 minutes"; results do not depend on it */
  DnnSaveEvery saves;     /* the same, read */
  const char *callbacks;  /* "early_stopping(patience=5)" */
  const char *frozen;     /* globs over layer names: these do not train */
  const char *trainable;  /* globs: these do, whatever `frozen` says */
} DnnTrainSettings;

/* The section [train], or defaults where `section` is NULL. */
bool dnn_train_settings_parse (const DnnSpec *section,
                               DnnTrainSettings *ret_settings, GError **error);

DNN_END_DECLS
