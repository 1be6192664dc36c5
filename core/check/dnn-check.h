/* dnn-check.h - one component against its own derivative and its contract
 *
 * Runs a component alone, on random numbers, with the host's services, and
 * looks whether it keeps what plugin.h promises for its kind.  Each check has
 * a name: "gradients", "overwrite", ...  A report owns its sentences; nothing
 * is printed.
 */
#pragma once

#include "dnn-component.h"

DNN_BEGIN_DECLS

/* The subject of a check.  All borrowed. */
typedef struct DnnCheckSubject {
  DnnRegistry *registry;
  DnnKind kind;
  const char *spec; /* "dense(units=3)" */
  /* Batch included: of a layer its inputs, of a loss or metric y_pred and
   * y_true, of an activation x, of an optimizer or initializer the weight; of
   * a schedule none. */
  const DnnShape *inputs;
  uint32_t n_inputs;
  uint64_t seed;
} DnnCheckSubject;

typedef struct DnnCheckReport {
  GPtrArray *failures; /* (owned) of char *: "gradients: dx[3, 1]: ..." */
  unsigned n_checks;   /* that were run */
  unsigned n_compared; /* elements of gradients that were compared */
  unsigned n_slopes; /* tensors of which an element had a slope that is not 0 */
  /* The largest deviation of a gradient from the numerical one, as a share of
   * its tensor's largest element, and where. */
  double worst;
  char *worst_at; /* (owned) NULL: there was none */
} DnnCheckReport;

/* Name of check number `i` for a kind; NULL where there are no more. */
const char *dnn_check_name (DnnKind kind, size_t i);
/* True if there is a check of that name for the kind. */
bool dnn_check_is_for (const char *name, DnnKind kind);
/* The check that a plugin of the kind must pass with any value of a parameter
 * that it takes; NULL: all of them. */
const char *dnn_check_trial (DnnKind kind);
/* Adds a sentence, (owned) char *, per member of the plugin's ops that cannot
 * be. */
void dnn_check_ops (const DnnPlugin *plugin, GPtrArray *failures);

/* Runs the check of that name, or all of them (NULL).  What cannot be checked
 * at all - no such plugin, parameters or shapes that it refuses - is an
 * error. */
DnnCheckReport *dnn_check_run (const DnnCheckSubject *subject, const char *name,
                               GError **error);
/* True if the plugin takes the subject's parameters and shapes at all. */
bool dnn_check_takes (const DnnCheckSubject *subject, GError **error);

void dnn_check_report_free (DnnCheckReport *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnCheckReport, dnn_check_report_free)

/* True if there is no failure; else DNN_ERROR_PLUGIN with the first, behind
 * "who: ". */
bool dnn_check_report_passes (const DnnCheckReport *self, const char *who,
                              GError **error);

DNN_END_DECLS
