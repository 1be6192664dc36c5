/* dnn-component.h - a plugin with its parameters: what a spec becomes
 *
 * An instance and the schedules that drive it.
 */
#pragma once

#include <dnn/plugin.h>

#include "dnn-instance.h"
#include "dnn-schedule.h"

DNN_BEGIN_DECLS

typedef struct DnnComponent {
  DnnInstance *instance; /* (owned) */
  GPtrArray *schedules;  /* (owned) of DnnDriven: parameters that move */

  /* Members of the instance, for those who only read them. */
  const DnnPlugin *plugin;
  const DnnPlugin *code;
  void *self;
  DnnSpec *spec;
  DnnSpec *host_args;
} DnnComponent;

/* A parameter and the schedule that drives it. */
typedef struct DnnDriven {
  const DnnParam *param;
  DnnSchedule *schedule; /* (owned) */
} DnnDriven;

/* Finds the plugin and fills its struct.  Keys that match one of the
 * NULL-terminated glob patterns `host_keys` (may be NULL) are not the plugin's
 * and go to host_args. */
DnnComponent *dnn_component_new (DnnRegistry *registry, DnnKind kind,
                                 const DnnSpec *spec,
                                 const char *const *host_keys, GError **error);
/* The same from text: "huber(delta=0.7)". */
DnnComponent *dnn_component_parse (DnnRegistry *registry, DnnKind kind,
                                   const char *text, GError **error);
void dnn_component_free (DnnComponent *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnComponent, dnn_component_free)

/* A copy of the struct in which every parameter that a schedule drives has its
 * largest value: momentum that starts at 0 needs its slot all the same.
 * Returns: (transfer full). */
void *dnn_component_widest (const DnnComponent *self);

/* The value of float parameter `param` at `step` of a phase of that length:
 * its schedule's, held within the parameter's range, or the one in the struct.
 */
double dnn_component_value_at (const DnnComponent *self, const DnnParam *param,
                               uint64_t step, DnnLength length);

DNN_END_DECLS
