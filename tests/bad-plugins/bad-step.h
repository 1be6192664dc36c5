/* bad-step.h - gradient descent without a fault, for plugins that add one */
#pragma once

#include <dnn/plugin.h>

typedef struct {
  double learning_rate;
} Bad;

static const DnnParam params[] = {
  DNN_FLOAT_SCHEDULABLE (Bad, learning_rate, "lr", "0.01", 0, 1e6, "",
                         "step size"),
};

static inline void
descend (const void *self, const DnnStep *s)
{
  for (int64_t i = 0; i < s->n; i++)
    s->w[i] -= (float) ((const Bad *) self)->learning_rate * s->g[i];
}

#define BAD_STEP(plugin)                                                       \
  DNN_PLUGIN_V1_1, .kind = DNN_KIND_OPTIMIZER, .name = plugin, .title = "Bad", \
                   .version = "1.0", .summary = "for a test", .reference = "", \
                   .self_size = sizeof (Bad),                                  \
                   .params = DNN_PARAM_TABLE (params), .ops = &ops
