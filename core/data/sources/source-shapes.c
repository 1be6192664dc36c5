/* source-shapes.c - shapes of a sample of all sources, as a model sees it */
#include "dnn-data.h"

DnnShapes
dnn_data_input_shapes (const DnnData *self)
{
  const DnnSources *inputs = &self->train->inputs;
  DnnShapes shapes = { .n = inputs->n };

  for (uint32_t i = 0; i < inputs->n; i++) {
    const DnnShape row = dnn_source_row_shape (inputs->at[i]);

    shapes.at[i] =
        dnn_preprocess_shape (dnn_preprocess_part (self->preprocess, i), &row);
  }
  return shapes;
}

DnnShapes
dnn_data_target_shapes (const DnnData *self)
{
  const DnnSources *targets = &self->train->targets;
  DnnShapes shapes = { .n = targets->n };

  for (uint32_t i = 0; i < targets->n; i++)
    shapes.at[i] = dnn_source_row_shape (targets->at[i]);
  return shapes;
}

DnnShape
dnn_data_input_shape (const DnnData *self)
{
  return dnn_data_input_shapes (self).at[0];
}

DnnShape
dnn_data_target_shape (const DnnData *self)
{
  return dnn_data_target_shapes (self).at[0];
}

bool
dnn_data_takes_rows (const DnnData *self)
{
  const DnnSources *inputs = &self->train->inputs;
  bool takes = true;

  for (uint32_t i = 0; i < inputs->n; i++) {
    const DnnShape row = dnn_source_row_shape (inputs->at[i]);

    takes = takes && dnn_preprocess_takes (
                         dnn_preprocess_part (self->preprocess, i), &row);
  }
  return takes;
}
