/* dnn-check-loss.h - a loss with all its tensors, called by hand */
#pragma once

#include "dnn-checker.h"

DNN_BEGIN_DECLS

enum { Y_PRED, Y_TRUE, SCALE, VALUE, DY_PRED, N_TENSORS };

typedef struct DnnCheckLoss {
  DnnChecker *checker;
  const DnnLossOps *ops;
  bool logits;
  DnnCheckList t;            /* the enum above */
  DnnCheckList mask;         /* of y_pred; empty: none */
  const DnnTensor *masks[2]; /* as it is handed */
  DnnCheckRoom room;
  DnnContext context;
} DnnCheckLoss;

/* Value, then gradient, over NaN.  False: the plugin failed, which is then in
 * the report. */
bool dnn_check_loss_run (DnnCheckLoss *self);
/* Runs `body` on predictions and, where the loss knows them, on logits. */
void dnn_check_loss_for_both (DnnChecker *checker,
                              void (*body) (DnnCheckLoss *self));

DNN_END_DECLS
