/* dnn-host-private.h - what the services of the host share */
#pragma once

#include "dnn-host.h"

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

/* What is done to a tile of x W + b as soon as it is there. */
typedef struct {
  const DnnHost *host;
  float *z; /* the tile's matrix */
  int64_t columns;
  const DnnInstance *activation;
  float *y; /* of it */
} DnnFinish;

/* A DnnTileDone with a DnnFinish. */
void dnn_host_finish_tile (void *data, int64_t row, int64_t n_rows,
                           int64_t column, int64_t n_columns, uint32_t worker);

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
