/* fuzz-blocks.h - an experiment's chain, its blocks written out */
#pragma once

#include "dnn-expand.h"

/* Returns: (transfer full): an array of DnnSpec. */
static inline GPtrArray *
fuzz_expand (const DnnExperiment *experiment, GError **error)
{
  const DnnSpec *model = dnn_experiment_find (experiment, "model");
  const DnnArg *layers = model != NULL ? dnn_spec_find (model, "layers") : NULL;
  g_autoptr (DnnBlocks) blocks = dnn_blocks_parse (experiment, error);
  g_autoptr (GPtrArray) specs = NULL;

  if (blocks == NULL)
    return NULL;
  specs = layers != NULL
              ? dnn_spec_parse_chain (layers->value, layers->place, error)
              : dnn_spec_list_new ();
  return specs != NULL ? dnn_expand (blocks, specs, error) : NULL;
}
