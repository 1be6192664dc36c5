/* dnn-instance.h - a plugin and its filled struct
 *
 * The plugin itself is borrowed from the registry.
 */
#pragma once

#include <dnn/plugin.h>

#include "dnn-registry.h"
#include "dnn-spec.h"

DNN_BEGIN_DECLS

typedef struct DnnInstance {
  const DnnPlugin *plugin; /* as named: its name and title */
  const DnnPlugin *code;   /* whose ops run: the base, where there is one */
  void *self;              /* (owned) the plugin's struct */
  DnnSpec *spec;           /* (owned) what the user wrote */
  DnnSpec *host_args;      /* (owned) the keys that are the host's */
} DnnInstance;

/* Writes the value `text` into the member of self->self; false sets `error`. */
typedef bool (*DnnInstanceSet) (const DnnInstance *self, const DnnParam *param,
                                const char *text, void *data, GError **error);

/* Finds the plugin; its struct is still all zero. */
DnnInstance *dnn_instance_new (DnnRegistry *registry, DnnKind kind,
                               const DnnSpec *spec, GError **error);
/* Fills the struct: the table's defaults, those of a plugin with a base, and
 * the spec's values, in this order.  `set` (NULL: dnn_param_set) writes the
 * values of both specs and gets `data`.  Keys that match one of the
 * NULL-terminated glob patterns `host_keys` (may be NULL) are not the plugin's
 * and go to host_args. */
bool dnn_instance_fill (DnnInstance *self, const char *const *host_keys,
                        DnnInstanceSet set, void *data, GError **error);
void dnn_instance_free (DnnInstance *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnInstance, dnn_instance_free)

/* The parameters that a plugin with a base sets, "scale=2 mode=fan_in", as the
 * arguments of a spec. */
DnnSpec *dnn_plugin_parse_defaults (const DnnPlugin *plugin, GError **error);

DNN_END_DECLS
