/* dnn-host-private.h - what the services of the host share */
#pragma once

#include "dnn-host.h"
#include "dnn-running.h"

static inline DnnContext *
dnn_host_context (const void *call)
{
  return ((const DnnCall *) call)->host_data;
}

/* `fail` of the host. */
int32_t dnn_host_fail (const void *call, const char *format, ...)
    G_GNUC_PRINTF (2, 3);

/* Row `index` of a list, made; NULL, with fail called, if it cannot be. */
DnnDeclared *dnn_host_declare (const void *call, DnnDeclaredList *list,
                               uint32_t index, const DnnShape *shape,
                               const char *what);

/* dw[index] = aT d is due, or of the windows over `a`; not if nobody wants
 * it. */
void dnn_host_add_product (DnnPass *pass, uint32_t index, const DnnTensor *a,
                           const DnnTensor *d, const DnnConv *conv);

/* The work on a tile of x W + b as soon as it is there. */
typedef struct {
  const DnnHost *host;
  float *z; /* the tile's matrix */
  int64_t columns;
  const DnnInstance *activation;
  float *y;           /* of it */
  DnnRunning running; /* the activation's call */
} DnnFinish;

/* The work on z, the output of `pass` with so many columns. */
DnnFinish dnn_host_finish (const DnnPass *pass, float *z, int64_t columns);

/* A DnnTileDone with a DnnFinish. */
void dnn_host_finish_tile (void *data, int64_t row, int64_t n_rows,
                           int64_t column, int64_t n_columns, uint32_t worker);

/* False, with fail called, in build: there are shapes, and no numbers yet. */
bool dnn_host_has_numbers (const void *call, const char *service);

/* Where a build declares; NULL, with fail called, at any other time. */
DnnBuilt *dnn_host_built (const void *call, const char *service);

/* --- services of callbacks ------------------------------------------------ */

int32_t dnn_host_column (const DnnEpoch *e, const char *name);
void dnn_host_tell (const DnnEpoch *e, const char *format, ...)
    G_GNUC_PRINTF (2, 3);

/* --- services of build --------------------------------------------------- */

void dnn_host_set_output (DnnBuild *b, uint32_t index, DnnShape shape);
void dnn_host_add_weight (DnnBuild *b, uint32_t index, const char *name,
                          DnnShape shape, const char *initializer);
void dnn_host_set_fans (DnnBuild *b, uint32_t index, double fan_in,
                        double fan_out);
void dnn_host_add_buffer (DnnBuild *b, uint32_t index, const char *name,
                          DnnShape shape, const char *initializer);
void dnn_host_add_saved (DnnBuild *b, uint32_t index, DnnShape shape);
void dnn_host_add_scratch (DnnBuild *b, uint32_t index, DnnShape shape);
void dnn_host_add_worker_scratch (DnnBuild *b, uint32_t index, DnnShape shape);
void dnn_host_set_dtype (DnnBuild *b, uint32_t what, uint32_t index,
                         uint32_t dtype);
void dnn_host_backward_reads (DnnBuild *b, uint32_t reads);
void dnn_host_expect_integer (DnnBuild *b, uint32_t index, int64_t lo,
                              int64_t hi);
int32_t dnn_host_same_shape (DnnBuild *b);
int32_t dnn_host_match_targets (DnnBuild *b, uint32_t targets);
void dnn_host_set_state (DnnBuild *b, int64_t n_doubles);
void dnn_host_add_step_scratch (DnnSlots *s, uint32_t index, DnnShape shape);
void dnn_host_add_slot (DnnSlots *s, uint32_t index, const char *name,
                        DnnShape shape, double initial);
void dnn_host_expect_range (DnnBuild *b, uint32_t index, double lo, double hi,
                            uint32_t flags);
void dnn_host_scores (DnnBuild *b, uint32_t scores);
void dnn_host_set_mask (DnnBuild *b, uint32_t mask);
void dnn_host_add_mask (DnnBuild *b, uint32_t index, DnnShape shape);
void dnn_host_add_state (DnnBuild *b, uint32_t index, DnnShape shape);
void dnn_host_loss_output (DnnBuild *b, uint32_t index);

/* --- of set-array.c ------------------------------------------------------- */

void *dnn_host_set_array (DnnDecode *d, uint32_t dtype, DnnShape shape);

/* --- services of windows.c ----------------------------------------------- */

void dnn_host_add_windows (DnnBuild *b, uint32_t index,
                           const DnnWindows *windows, int64_t filters);
void dnn_host_convolve (DnnPass *pass, uint32_t windows, const DnnTensor *x,
                        const DnnTensor *W, const DnnTensor *b, DnnTensor *y);
void dnn_host_convolve_back (DnnPass *pass, uint32_t windows,
                             const DnnTensor *d, const DnnTensor *W,
                             const DnnTensor *b, DnnTensor *x);
void dnn_host_convolve_gradient (DnnPass *pass, uint32_t index,
                                 uint32_t windows, const DnnTensor *x,
                                 const DnnTensor *d);
void dnn_host_window_rows (const void *call, uint32_t windows, int64_t group,
                           const float *x, int64_t first, int64_t last,
                           float *rows);
void dnn_host_scatter_rows (const void *call, uint32_t windows, int64_t group,
                            const float *rows, int64_t first, int64_t last,
                            float *x);

/* --- services of steps --------------------------------------------------- */

int32_t dnn_host_evaluate (DnnStepAll *a);
