/* convolving.h - layers whose output is windows of x times a kernel (minor 1)
 *
 * Their windows are number 0, their weights 0, the kernel, and 1, the bias, if
 * there is one.  The two passes are operations of a layer as they stand.
 */
#pragma once

#include <dnn/abi/convolution.h>
#include <dnn/abi/host.h>

#ifdef __cplusplus
extern "C" {
#endif

/* In build: windows, a kernel of taps x rows x columns, a bias and the output,
 * whose channels are `filters`. */
static inline int32_t
dnn_add_convolution (const DnnHost *host, DnnBuild *b, const DnnWindows *w,
                     int64_t rows, int64_t columns, int64_t filters,
                     int use_bias)
{
  host->add_windows (b, 0, w, filters);
  host->add_weight (b, 0, "kernel", dnn_windows_kernel (w, rows, columns),
                    "glorot_uniform");
  if (use_bias)
    host->add_weight (b, 1, "bias", DNN_SHAPE (filters), "zeros");
  host->set_output (b, 0, dnn_windows_output (w, filters));
  host->backward_reads (b, DNN_READS_X);
  return 0;
}

static inline int32_t
dnn_convolving_forward (const void *self, const DnnHost *host, DnnPass *pass)
{
  (void) self;
  host->convolve (pass, 0, pass->x[0], pass->w[0], pass->w[1], pass->y[0]);
  return 0;
}

static inline int32_t
dnn_convolving_backward (const void *self, const DnnHost *host, DnnPass *pass)
{
  (void) self;
  host->sum_rows (pass, pass->dy[0], pass->dw[1]);
  host->convolve_gradient (pass, 0, 0, pass->x[0], pass->dy[0]);
  if (pass->dx[0] != NULL)
    host->convolve_back (pass, 0, pass->dy[0], pass->w[0], NULL, pass->dx[0]);
  return 0;
}

#ifdef __cplusplus
}
#endif
