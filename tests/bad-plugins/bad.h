/* bad.h - an activation without a fault, for plugins that add one */
#pragma once

#include <dnn/plugin.h>

typedef struct {
  double slope;
} Bad;

static void
eval (const void *self, const DnnHost *host, const float *x, float *y,
      int64_t rows, int64_t length)
{
  const Bad *bad = self;

  (void) host;
  for (int64_t i = 0; i < rows * length; i++)
    y[i] = (float) bad->slope * x[i];
}

static void
grad (const void *self, const DnnHost *host, const float *x, const float *y,
      const float *dy, float *dx, int64_t rows, int64_t length)
{
  (void) x;
  (void) y;
  eval (self, host, dy, dx, rows, length);
}

static const DnnActivationOps ops = {
  DNN_ACTIVATION_OPS (0),
  .eval = eval,
  .grad = grad,
};

#define BAD_REST                                                               \
  .kind = DNN_KIND_ACTIVATION, .title = "Bad", .version = "1.0",               \
  .summary = "for a test", .reference = "", .self_size = sizeof (Bad),         \
  .ops = &ops
#define BAD_PARAMS(table)                                                      \
  .params = table, .n_params = sizeof table / sizeof table[0],                 \
  .param_stride = sizeof table[0]

static const DnnParam good_params[] = {
  DNN_FLOAT (Bad, slope, "1", 0, 10, "", "slope"),
};
