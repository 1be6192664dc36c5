/* dnn-check-table.h - every check there is, and which kinds it is for
 *
 * A new check is a row of the table and a function for each kind that it is
 * for.
 */
#pragma once

#include "dnn-checker.h"
#include "dnn-kind.h"

DNN_BEGIN_DECLS

/* A check that looks at the file; any other looks at a component. */
struct DnnFileChecker;

/* A check runs where every check of the stages before it passes: what cannot
 * be loaded has no gradient. */
typedef enum DnnCheckStage {
  DNN_CHECK_FILE,       /* is not opened */
  DNN_CHECK_LOADING,    /* by it the plugin's kind is known */
  DNN_CHECK_DESCRIPTOR, /* what it says of itself, and its example */
  DNN_CHECK_BEHAVIOUR,  /* the rest */
  DNN_CHECK_N_STAGES
} DnnCheckStage;

typedef struct DnnCheckRow {
  const char *name;
  const char *about; /* one line */
  DnnCheckStage stage;
  /* For every kind; NULL where the functions below are the check. */
  void (*of_file) (struct DnnFileChecker *self);
  void (*of_kind[DNN_N_KINDS + 1]) (DnnChecker *self); /* NULL: not for it */
} DnnCheckRow;

/* Ends with a row without a name. */
extern const DnnCheckRow dnn_check_table[];

/* Whether the check is for that kind. */
bool dnn_check_row_is_for (const DnnCheckRow *row, DnnKind kind);

/* --- the checks ---------------------------------------------------------- */

void dnn_check_binary (struct DnnFileChecker *self);
void dnn_check_load (struct DnnFileChecker *self);
void dnn_check_descriptor (struct DnnFileChecker *self);
void dnn_check_example (struct DnnFileChecker *self);
void dnn_check_parameters (struct DnnFileChecker *self);

void dnn_check_layer_determinism (DnnChecker *checker);
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

void dnn_check_optimizer_descends (DnnChecker *checker);
void dnn_check_optimizer_determinism (DnnChecker *checker);
void dnn_check_optimizer_memory (DnnChecker *checker);
void dnn_check_optimizer_rate (DnnChecker *checker);
void dnn_check_optimizer_save (DnnChecker *checker);
void dnn_check_optimizer_shapes (DnnChecker *checker);
void dnn_check_optimizer_split (DnnChecker *checker);

void dnn_check_loss_determinism (DnnChecker *checker);
void dnn_check_loss_gradients (DnnChecker *checker);
void dnn_check_loss_memory (DnnChecker *checker);
void dnn_check_loss_overwrite (DnnChecker *checker);
void dnn_check_loss_read_only (DnnChecker *checker);
void dnn_check_loss_shapes (DnnChecker *checker);
void dnn_check_loss_split (DnnChecker *checker);

void dnn_check_metric_determinism (DnnChecker *checker);
void dnn_check_metric_memory (DnnChecker *checker);
void dnn_check_metric_shapes (DnnChecker *checker);
void dnn_check_metric_split (DnnChecker *checker);
void dnn_check_metric_weights (DnnChecker *checker);

void dnn_check_schedule_determinism (DnnChecker *checker);
void dnn_check_schedule_finite (DnnChecker *checker);

DNN_END_DECLS
