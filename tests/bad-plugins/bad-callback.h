/* bad-callback.h - a callback without a fault, for plugins that add one */
#pragma once

#include <dnn/plugin.h>

#define BAD_CALLBACK(plugin)                                                   \
  DNN_PLUGIN_V1_1, .kind = DNN_KIND_CALLBACK, .name = plugin, .title = "Bad",  \
                   .version = "1.0", .summary = "for a test", .reference = "", \
                   .ops = &ops
