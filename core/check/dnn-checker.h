/* dnn-checker.h - what the checks of all kinds share
 *
 * A DnnChecker runs the checks of one subject; a check writes sentences into
 * its report.
 */
#pragma once

#include "dnn-check.h"
#include "dnn-host.h"

DNN_BEGIN_DECLS

enum { DNN_CHECK_POOLS = 3 }; /* of 1, 2 and 7 threads */

typedef struct DnnChecker {
  const DnnCheckSubject *subject;
  DnnComponent *component;         /* (owned) */
  DnnCheckReport *report;          /* (owned) */
  const char *check;               /* the one that runs */
  DnnPool *pools[DNN_CHECK_POOLS]; /* (owned) */
  const char *where; /* what a sentence begins with; NULL: nothing */
  bool masked;       /* inputs have masks: of all axes but the last */
  bool strict;       /* calls are watched, not only trapped */
} DnnChecker;

/* A component of the subject, as the checks run it.  Returns: (transfer full).
 */
DnnComponent *dnn_check_component (const DnnCheckSubject *subject,
                                   GError **error);

/* Another checker of the same report and component, for these inputs. */
DnnChecker dnn_checker_with (const DnnChecker *self,
                             const DnnCheckSubject *subject);

/* Asks a layer, loss or metric for its shapes.  What it refuses is an error; a
 * crash, or shapes that are none, stand in the report too. */
DnnBuilt *dnn_checker_build (DnnChecker *self, int64_t batch_factor,
                             GError **error);

/* The shape of a mask of x where the checker's inputs have some; no sizes: none
 * can be. */
DnnTensor dnn_checker_mask_shape (const DnnTensor *x);

/* Adds a sentence, "<check>: ...". */
void dnn_checker_fail (DnnChecker *self, const char *format, ...)
    G_GNUC_PRINTF (2, 3);
/* A plugin's own refusal becomes a sentence.  Returns whether all is well. */
bool dnn_checker_status (DnnChecker *self, DnnContext *context, int32_t status,
                         const char *what);

/* --- tensors ------------------------------------------------------------- */

/* Tensors by index, each in a block of exactly its size, so that a sanitizer
 * sees who writes past it. */
typedef struct DnnCheckList {
  uint32_t n;
  DnnTensor *at;       /* (owned) with their data */
  DnnTensor **pointer; /* (owned) NULL where nothing is declared */
} DnnCheckList;

DnnTensor dnn_check_tensor (const DnnShape *shape, int64_t batch_factor);
void dnn_check_list_init (DnnCheckList *self, uint32_t n);
void dnn_check_list_declared (DnnCheckList *self, const DnnDeclaredList *list,
                              size_t copies);
void dnn_check_list_copy (DnnCheckList *self, const DnnCheckList *from);
void dnn_check_list_clear (DnnCheckList *self);

/* Fills all with NaN. */
void dnn_check_list_poison (DnnCheckList *self);
/* dst's numbers = src's. */
void dnn_check_list_restore (DnnCheckList *dst, const DnnCheckList *src);

/* Normal numbers, of a sequence of their own. */
void dnn_check_fill (const DnnChecker *self, const char *what, DnnTensor *t);
/* Whole numbers lo .. hi. */
void dnn_check_fill_integer (const DnnChecker *self, const char *what,
                             DnnTensor *t, const DnnExpected *expected);

/* A sentence where an element is not finite (was not written). */
void dnn_checker_written (DnnChecker *self, const char *what,
                          const DnnTensor *t);
/* A sentence "<what>[3, 1]: 1 <so>, 2 <but>" where bits differ. */
bool dnn_checker_same (DnnChecker *self, const char *what, const DnnTensor *a,
                       const char *so, const DnnTensor *b, const char *but);
/* The same, where they differ by more than `tolerance` of the largest. */
bool dnn_checker_close (DnnChecker *self, const char *what, const DnnTensor *a,
                        const char *so, const DnnTensor *b, const char *but,
                        double tolerance);
/* "kernel[3, 1]" */
char *dnn_check_place (const char *what, const DnnTensor *t, int64_t i);

/* --- calls --------------------------------------------------------------- */

/* Tensors that a call may read, and may write unless they are read_only. */
typedef struct DnnWatched {
  const char *name; /* "w" */
  const DnnCheckList *list;
  bool read_only;
} DnnWatched;

/* Calls `body`, which calls the plugin.  False where it crashed; the report
 * then says on which of the tensors.  A strict checker holds it to read_only
 * too, and to the bytes before each tensor. */
bool dnn_checker_call (DnnChecker *self, const char *what,
                       const DnnWatched *lists, size_t n,
                       void (*body) (void *data), void *data);

/* --- scratch of losses and metrics --------------------------------------- */

typedef struct DnnCheckRoom {
  DnnCheckList scratch, worker;
  float *worker_data[DNN_MAX_DECLARED];
  int64_t worker_stride[DNN_MAX_DECLARED];
} DnnCheckRoom;

enum { DNN_CHECK_ROOM = 2 }; /* rows of dnn_check_room_watch */

/* All that build declared; each worker's goes into the context, and `self` must
 * stay where it is. */
void dnn_check_room_init (DnnCheckRoom *self, const DnnChecker *checker,
                          const DnnBuilt *built, DnnContext *context);
void dnn_check_room_clear (DnnCheckRoom *self);
/* Fills it with NaN, for a call that watches it. */
void dnn_check_room_watch (DnnCheckRoom *self, DnnWatched *ret_watched);

/* --- derivatives --------------------------------------------------------- */

/* A number that depends on `variable`, and what the plugin says its gradient
 * is. */
typedef struct DnnCheckSlope {
  const char *what; /* "dw kernel" */
  /* The number now; `ret_noise` is how far it may be off by rounding. */
  double (*objective) (void *data, double *ret_noise);
  void *data;
  DnnTensor *variable; /* is moved, and put back */
  const DnnTensor *gradient;
} DnnCheckSlope;

/* A sentence into the report, behind "<check>: ", where they disagree. */
void dnn_check_slope (DnnCheckReport *report, const char *check,
                      const DnnCheckSlope *slope);

/* Σ dy y, in double, and how far it may be off. */
double dnn_check_dot (const DnnTensor *dy, const DnnTensor *y,
                      double *noise_squares);

DNN_END_DECLS
