/* dnn-data-step.h - one thing that is done to inputs before a model sees them
 *
 * A step may be learnt from the training rows, is applied to blocks of rows,
 * and is stored with the model.  It is reference-counted, and does not change
 * once it is learnt.
 *
 * A new step is a file with a struct that begins with a DnnDataStep, a type,
 * and a row of the table in dnn-data-steps.c.  docs/architecture.md has a
 * section about it.
 */
#pragma once

#include "dnn-safetensors.h"
#include "dnn-split.h"

DNN_BEGIN_DECLS

typedef struct DnnDataStep DnnDataStep;
typedef struct DnnDataSettings DnnDataSettings;

/* The training rows as the steps before leave them, in double: numbers that
 * float32 would round are what is learnt from. */
typedef struct DnnDataStepRows DnnDataStepRows;

/* Functions of a step. */
typedef struct DnnDataStepType {
  const char *name; /* "scale", as its key in [data] */
  /* Files have it without saying so: their keys are older than the list of
   * steps. */
  bool implicit;
  /* It comes after what augments the training rows; `apply` alone. */
  bool late;
  /* The step that a section [data] asks for, not learnt yet; NULL: none. */
  DnnDataStep *(*from_settings) (const DnnDataSettings *settings);
  /* The value of its key in [data] that asks for such a step; NULL: none is
   * needed.  Returns: (transfer full). */
  char *(*to_setting) (const DnnDataStep *self);
  /* Learns from rows of this size.  NULL: there is nothing to learn. */
  bool (*fit) (DnnDataStep *self, DnnDataStepRows *rows, GError **error);
  /* True if what was learnt changes no row, so that the step is left out.
   * NULL: it stays. */
  bool (*is_idle) (const DnnDataStep *self);

  /* Applied to `n` rows of `size` numbers, by several threads at once.  One of
   * the three: `apply` in place, or `convert`, from x to y, whose rows have the
   * size of `shape`, which is then the shape of y's rows for x's; or
   * `convert_exact`, the same from the file's numbers in double, of a step that
   * comes first. */
  void (*apply) (const DnnDataStep *self, float *x, int64_t n, int64_t size);
  void (*convert) (const DnnDataStep *self, const float *x, int64_t n,
                   int64_t size, float *y);
  void (*convert_exact) (const DnnDataStep *self, const double *x, int64_t n,
                         int64_t size, float *y);
  DnnShape (*shape) (const DnnDataStep *self, const DnnShape *row);
  /* `apply` on double, for what later steps learn; NULL: float32 will do. */
  void (*apply_exact) (const DnnDataStep *self, double *x, int64_t n,
                       int64_t size);

  /* Adds to a model's file: tensors `input/...`, borrowed from the step, and a
   * text by the step's name, which `diff` compares. */
  void (*store) (const DnnDataStep *self, DnnSafetensors *file);
  /* The step that a file has, if any, to `ret_step`.  `size` numbers a row are
   * what it leaves. */
  bool (*read) (const DnnSafetensors *file, int64_t size,
                DnnDataStep **ret_step, GError **error);
  /* Frees what the type's own members hold.  NULL: nothing. */
  void (*clear) (DnnDataStep *self);
} DnnDataStepType;

struct DnnDataStep {
  const DnnDataStepType *type;
  gatomicrefcount refs;
  int64_t size; /* numbers of a row that it takes; 0: any */
};

/* For whoever makes one: fills a struct that is all 0 and made by g_new0; the
 * first reference is the caller's. */
void dnn_data_step_init (DnnDataStep *self, const DnnDataStepType *type);
DnnDataStep *dnn_data_step_ref (DnnDataStep *self);
void dnn_data_step_unref (DnnDataStep *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnDataStep, dnn_data_step_unref)

/* Numbers of a row of this shape. */
int64_t dnn_data_step_count (const DnnShape *row);

/* The shape of rows of this shape after the step. */
DnnShape dnn_data_step_shape (const DnnDataStep *self, const DnnShape *row);

/* --- rows to learn from -------------------------------------------------- */

/* Numbers of a row, and how many rows there are. */
int64_t dnn_data_step_rows_size (const DnnDataStepRows *self);
int64_t dnn_data_step_rows_count (const DnnDataStepRows *self);
/* Where they come from: what else it says of its columns. */
const DnnSource *dnn_data_step_rows_source (const DnnDataStepRows *self);
/* The next rows, `*ret_n` of them, side by side, until the next call; NULL at
 * the end, and then from the beginning. */
const double *dnn_data_step_rows_next (DnnDataStepRows *self, int64_t *ret_n);

/* The rows of input number `input` of a split after these steps, borrowed. */
DnnDataStepRows *dnn_data_step_rows_new (DnnDataStep *const *steps,
                                         guint n_steps, const DnnSplit *split,
                                         uint32_t input);
void dnn_data_step_rows_free (DnnDataStepRows *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnDataStepRows, dnn_data_step_rows_free)

DNN_END_DECLS
