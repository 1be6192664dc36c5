/* bad-penalty.h - what regularizers and constraints with a fault share */
#pragma once

#include <dnn/plugin.h>

#define BAD_PENALTY(called, flags_)                                            \
  static const DnnRegularizerOps ops = {                                       \
    DNN_REGULARIZER_OPS,                                                       \
    .penalty = penalty,                                                        \
  };                                                                           \
                                                                               \
  const DnnPlugin dnn_plugin_v1 = {                                            \
    DNN_PLUGIN_V1_1,  .kind = DNN_KIND_REGULARIZER,                            \
    .name = called,   .title = "Bad",                                          \
    .version = "1.0", .summary = "for a test",                                 \
    .reference = "",  .flags = flags_,                                         \
    .ops = &ops,                                                               \
  }
