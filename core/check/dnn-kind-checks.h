/* dnn-kind-checks.h - the checks of each kind of plugin
 *
 * A new kind is a row of kind-checks.c, a line of kind-check-list.c and a
 * function per check.  A check that no other kind has is also a row of
 * dnn-check-table.c, which says what it is about.
 *
 * The list is all that there is in kind-check-list.c, as in the host's
 * kind-list.c: a test may define it itself.
 */
#pragma once

#include "dnn-checker.h"

DNN_BEGIN_DECLS

enum { DNN_KIND_MAX_CHECKS = 16 };

typedef struct DnnKindCheck {
  const char *name; /* "gradients": of a row of the table of checks */
  void (*run) (DnnChecker *self);
} DnnKindCheck;

typedef struct DnnKindChecks {
  DnnKind kind;
  /* Adds a sentence, (owned) char *, per member of its ops that cannot be.
   * NULL: any can. */
  void (*ops) (const void *ops, GPtrArray *failures);
  /* True if the plugin takes its parameters together; DNN_ERROR_SHAPE: it
   * refuses them.  NULL: build decides, where its kind has one. */
  bool (*takes) (DnnChecker *self, GError **error);
  const char *trial; /* the check that any value of a parameter must pass;
                      * NULL: all */
  DnnKindCheck checks[DNN_KIND_MAX_CHECKS]; /* as the table orders them; ends
                                             * with a NULL, or is full */
} DnnKindChecks;

extern const DnnKindChecks dnn_layer_checks;
extern const DnnKindChecks dnn_activation_checks;
extern const DnnKindChecks dnn_initializer_checks;
extern const DnnKindChecks dnn_optimizer_checks;
extern const DnnKindChecks dnn_loss_checks;
extern const DnnKindChecks dnn_metric_checks;
extern const DnnKindChecks dnn_schedule_checks;
extern const DnnKindChecks dnn_regularizer_checks;
extern const DnnKindChecks dnn_constraint_checks;
extern const DnnKindChecks dnn_parametrization_checks;
extern const DnnKindChecks dnn_callback_checks;
extern const DnnKindChecks dnn_decoder_checks;
extern const DnnKindChecks dnn_communicator_checks;

/* In no order; ends with a NULL. */
extern const DnnKindChecks *const dnn_kind_checks[];

/* --- the functions ------------------------------------------------------- */

void dnn_check_layer_ops (const void *ops, GPtrArray *failures);
void dnn_check_layer_determinism (DnnChecker *checker);
void dnn_check_layer_first (DnnChecker *checker);
void dnn_check_layer_masks (DnnChecker *checker);
void dnn_check_layer_flags (DnnChecker *checker);
void dnn_check_layer_frozen (DnnChecker *checker);
void dnn_check_layer_gradients (DnnChecker *checker);
void dnn_check_layer_in_place (DnnChecker *checker);
void dnn_check_layer_memory (DnnChecker *checker);
void dnn_check_layer_null_entries (DnnChecker *checker);
void dnn_check_layer_overwrite (DnnChecker *checker);
void dnn_check_layer_read_only (DnnChecker *checker);
void dnn_check_layer_save (DnnChecker *checker);
void dnn_check_layer_saved (DnnChecker *checker);
void dnn_check_layer_shapes (DnnChecker *checker);
void dnn_check_layer_states (DnnChecker *checker);
void dnn_check_layer_terms (DnnChecker *checker);

void dnn_check_activation_ops (const void *ops, GPtrArray *failures);
void dnn_check_activation_determinism (DnnChecker *checker);
void dnn_check_activation_gradients (DnnChecker *checker);
void dnn_check_activation_in_place (DnnChecker *checker);
void dnn_check_activation_memory (DnnChecker *checker);
void dnn_check_activation_overwrite (DnnChecker *checker);
void dnn_check_activation_read_only (DnnChecker *checker);
void dnn_check_activation_shapes (DnnChecker *checker);
void dnn_check_activation_split (DnnChecker *checker);

void dnn_check_initializer_determinism (DnnChecker *checker);
void dnn_check_initializer_memory (DnnChecker *checker);
void dnn_check_initializer_moments (DnnChecker *checker);
void dnn_check_initializer_overwrite (DnnChecker *checker);
void dnn_check_initializer_shapes (DnnChecker *checker);

void dnn_check_optimizer_ops (const void *ops, GPtrArray *failures);
void dnn_check_optimizer_descends (DnnChecker *checker);
void dnn_check_optimizer_determinism (DnnChecker *checker);
void dnn_check_optimizer_memory (DnnChecker *checker);
void dnn_check_optimizer_overwrite (DnnChecker *checker);
void dnn_check_optimizer_rate (DnnChecker *checker);
void dnn_check_optimizer_read_only (DnnChecker *checker);
void dnn_check_optimizer_save (DnnChecker *checker);
void dnn_check_optimizer_shapes (DnnChecker *checker);
void dnn_check_optimizer_split (DnnChecker *checker);

void dnn_check_loss_determinism (DnnChecker *checker);
void dnn_check_loss_gradients (DnnChecker *checker);
void dnn_check_loss_memory (DnnChecker *checker);
void dnn_check_loss_overwrite (DnnChecker *checker);
void dnn_check_loss_read_only (DnnChecker *checker);
void dnn_check_loss_shapes (DnnChecker *checker);
void dnn_check_loss_masks (DnnChecker *checker);
void dnn_check_loss_split (DnnChecker *checker);

void dnn_check_metric_ops (const void *ops, GPtrArray *failures);
void dnn_check_metric_determinism (DnnChecker *checker);
void dnn_check_metric_memory (DnnChecker *checker);
void dnn_check_metric_shapes (DnnChecker *checker);
void dnn_check_metric_split (DnnChecker *checker);
void dnn_check_metric_weights (DnnChecker *checker);

bool dnn_check_schedule_takes (DnnChecker *checker, GError **error);
void dnn_check_schedule_determinism (DnnChecker *checker);
void dnn_check_schedule_finite (DnnChecker *checker);

void dnn_check_regularizer_determinism (DnnChecker *checker);
void dnn_check_regularizer_gradients (DnnChecker *checker);
void dnn_check_regularizer_memory (DnnChecker *checker);
void dnn_check_regularizer_overwrite (DnnChecker *checker);
void dnn_check_regularizer_read_only (DnnChecker *checker);
void dnn_check_regularizer_shapes (DnnChecker *checker);
void dnn_check_regularizer_split (DnnChecker *checker);

void dnn_check_parametrization_adapter (DnnChecker *checker);
void dnn_check_parametrization_shapes (DnnChecker *checker);

void dnn_check_constraint_determinism (DnnChecker *checker);
void dnn_check_constraint_memory (DnnChecker *checker);
void dnn_check_constraint_settles (DnnChecker *checker);
void dnn_check_constraint_shapes (DnnChecker *checker);

void dnn_check_callback_decides (DnnChecker *checker);
void dnn_check_callback_determinism (DnnChecker *checker);
void dnn_check_callback_save (DnnChecker *checker);
void dnn_check_callback_nan (DnnChecker *checker);
void dnn_check_callback_restores (DnnChecker *checker);

void dnn_check_decoder_damaged (DnnChecker *checker);
void dnn_check_decoder_decodes (DnnChecker *checker);

void dnn_check_communicator_joins (DnnChecker *checker);
void dnn_check_communicator_moves (DnnChecker *checker);
void dnn_check_communicator_refuses (DnnChecker *checker);

DNN_END_DECLS
