/* dnn-data-steps.c - the table of steps */
#include "dnn-data-steps.h"

const DnnDataStepType *const dnn_data_step_types[] = {
  &dnn_columns_type,
  &dnn_scale_type,
  &dnn_standardize_type,
  &dnn_discretize_type,
  NULL,
};
