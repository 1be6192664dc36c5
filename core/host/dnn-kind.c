/* dnn-kind.c - the table of plugin kinds */
#include "dnn-kind.h"

#include <string.h>

typedef struct {
  const char *name;
  size_t offset;
} Op;

enum { MAX_OPS = 4 };

typedef struct {
  const char *name;
  const char *folder;
  uint32_t ops_size;
  Op required[MAX_OPS];
} Kind;

#define OP(S, member)                                                          \
  {                                                                            \
#member, offsetof(S, member)                                               \
  }

static const Kind kinds[DNN_N_KINDS + 1] = {
  [DNN_KIND_LAYER] = { "layer",
                       "layers",
                       DNN_END_OF (DnnLayerOps, backward),
                       { OP (DnnLayerOps, build), OP (DnnLayerOps, forward),
                         OP (DnnLayerOps, backward) } },
  [DNN_KIND_ACTIVATION] = { "activation",
                            "activations",
                            DNN_END_OF (DnnActivationOps, grad),
                            { OP (DnnActivationOps, eval),
                              OP (DnnActivationOps, grad) } },
  [DNN_KIND_INITIALIZER] = { "initializer",
                             "init",
                             DNN_END_OF (DnnInitializerOps, fill),
                             { OP (DnnInitializerOps, fill) } },
  [DNN_KIND_OPTIMIZER] = { "optimizer",
                           "optimizers",
                           DNN_END_OF (DnnOptimizerOps, step),
                           { OP (DnnOptimizerOps, step) } },
  [DNN_KIND_LOSS] = { "loss",
                      "losses",
                      DNN_END_OF (DnnLossOps, gradient),
                      { OP (DnnLossOps, build), OP (DnnLossOps, value),
                        OP (DnnLossOps, gradient) } },
  [DNN_KIND_METRIC] = { "metric",
                        "metrics",
                        DNN_END_OF (DnnMetricOps, result),
                        { OP (DnnMetricOps, build), OP (DnnMetricOps, update),
                          OP (DnnMetricOps, result) } },
  [DNN_KIND_SCHEDULE] = { "schedule",
                          "schedules",
                          DNN_END_OF (DnnScheduleOps, value),
                          { OP (DnnScheduleOps, value) } },
};

const char *
dnn_kind_name (DnnKind kind)
{
  return kinds[kind].name;
}

const char *
dnn_kind_folder (DnnKind kind)
{
  return kinds[kind].folder;
}

DnnKind
dnn_kind_from_name (const char *name)
{
  for (int kind = 1; kind <= DNN_N_KINDS; kind++)
    if (strcmp (kinds[kind].name, name) == 0)
      return (DnnKind) kind;
  return (DnnKind) 0;
}

uint32_t
dnn_kind_ops_size (DnnKind kind)
{
  return kinds[kind].ops_size;
}

const char *
dnn_kind_missing_op (DnnKind kind, const void *ops)
{
  for (size_t i = 0; i < MAX_OPS && kinds[kind].required[i].name; i++) {
    const Op *op = &kinds[kind].required[i];
    void *function;

    memcpy (&function, (const char *) ops + op->offset, sizeof function);
    if (function == NULL)
      return op->name;
  }
  return NULL;
}
