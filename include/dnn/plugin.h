/* plugin.h - the only thing a plugin author needs
 *
 * A plugin is a shared object that exports one constant, dnn_plugin_v1, and
 * links nothing of ours.  ABI 1.0, and a draft of 1.1; docs/plugin-abi.md has
 * all of it.
 *
 *     gcc -shared -fPIC -Iinclude -o swish.so swish.c
 *
 * Structs marked [frozen] never change.  Those marked [grows] begin with
 * struct_size and gain members at their end only.
 */
#pragma once

#include <dnn/abi/activation.h>
#include <dnn/abi/affine.h>
#include <dnn/abi/all_weights.h>
#include <dnn/abi/axes.h>
#include <dnn/abi/axes_pass.h>
#include <dnn/abi/callback.h>
#include <dnn/abi/column_sums.h>
#include <dnn/abi/communicator.h>
#include <dnn/abi/convolution.h>
#include <dnn/abi/convolving.h>
#include <dnn/abi/decoder.h>
#include <dnn/abi/draws.h>
#include <dnn/abi/einsum.h>
#include <dnn/abi/encoding.h>
#include <dnn/abi/foreign.h>
#include <dnn/abi/gain.h>
#include <dnn/abi/initializer.h>
#include <dnn/abi/kind.h>
#include <dnn/abi/layer.h>
#include <dnn/abi/line_search.h>
#include <dnn/abi/loss.h>
#include <dnn/abi/masks.h>
#include <dnn/abi/metric.h>
#include <dnn/abi/optimizer.h>
#include <dnn/abi/param.h>
#include <dnn/abi/penalty.h>
#include <dnn/abi/pooling.h>
#include <dnn/abi/resample.h>
#include <dnn/abi/rows.h>
#include <dnn/abi/samples.h>
#include <dnn/abi/schedule.h>
#include <dnn/abi/sides.h>
#include <dnn/abi/softmax.h>
#include <dnn/abi/sorted.h>
#include <dnn/abi/thresholds.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DNN_MAGIC     0x316e6e64u /* "dnn1" */
#define DNN_ABI_MAJOR 1
#define DNN_ABI_MINOR 1 /* the newest this header knows; a draft */

/* [grows] */
typedef struct DnnPlugin {
  uint32_t magic;        /* DNN_MAGIC */
  uint32_t struct_size;  /* DNN_END_OF (DnnPlugin, c_expression) */
  uint16_t abi_major;    /* DNN_ABI_MAJOR */
  uint16_t abi_minor;    /* the least it needs; 0 unless it uses newer parts */
  uint32_t kind;         /* a DnnKind */
  const char *name;      /* = the file's; third parties: "acme.swish" */
  const char *title;     /* as in summaries: "BatchNormalization" */
  const char *version;   /* the plugin's own */
  const char *summary;   /* one line */
  const char *reference; /* paper or URL; "" where there is none */
  uint64_t flags;        /* DnnFlags */
  uint32_t dtypes;       /* mask of 1 << DnnDtype; 0: float32 only */
  uint32_t self_size;    /* of the struct that holds the parameters */
  const DnnParam *params;
  uint32_t n_params;
  uint32_t param_stride; /* sizeof (DnnParam) */
  const void *ops;       /* the kind's ops */
  /* A plugin that is only another one of its kind under a name of its own:
   * base = "variance_scaling", defaults = "scale=2 mode=fan_in"; it then has
   * no params, no flags and no ops: they are the base's. */
  const char *base;
  const char *defaults;
  /* The example to show and check it with: parameters as a model gives them,
   * "units=3", NULL where the defaults do; and the shape of one sample of each
   * input (layer), or of y_pred and y_true (loss, metric): "4,3; 3". */
  const char *example;
  const char *example_inputs;
  /* minor 1 */
  const DnnForeign *foreign; /* what it is called elsewhere */
  uint32_t n_foreign;
  uint32_t foreign_stride; /* sizeof (DnnForeign) */
  const char
      *onnx_function;       /* the formula as a model-local function, or NULL */
  const char *c_expression; /* one C expression of x (elementwise), or NULL */
} DnnPlugin;

/* The first four members, of a plugin that needs 1.0 or 1.1; and the three that
 * describe `table`. */
#define DNN_PLUGIN_V1                                                          \
  DNN_MAGIC, DNN_END_OF (DnnPlugin, c_expression), DNN_ABI_MAJOR, 0
#define DNN_PLUGIN_V1_1                                                        \
  DNN_MAGIC, DNN_END_OF (DnnPlugin, c_expression), DNN_ABI_MAJOR, 1
#define DNN_PARAM_TABLE(table)                                                 \
  table, (uint32_t) (sizeof (table) / sizeof ((table)[0])),                    \
      (uint32_t) sizeof ((table)[0])

#define DNN_FOREIGN_TABLE(table)                                               \
  table, (uint32_t) (sizeof (table) / sizeof ((table)[0])),                    \
      (uint32_t) sizeof ((table)[0])

#if defined(__GNUC__)
#define DNN_EXPORT __attribute__ ((visibility ("default")))
#else
#define DNN_EXPORT
#endif

/* The one export of a file with one plugin. */
extern DNN_EXPORT const DnnPlugin dnn_plugin_v1;

/* The one export of a file with several (minor 1); NULL ends them.  acme.lstm
 * is looked for as acme.lstm.so, then in acme.so. */
extern DNN_EXPORT const DnnPlugin *const dnn_plugins_v1[];

#ifdef __cplusplus
}
#endif
