/* host.h - what the host does for a plugin: one table of services
 *
 * Every service takes the struct of the running call first (a DnnBuild, a
 * DnnPass, ...: each begins with a DnnCall), through which the host knows whom
 * it serves.  Tags: [pure] any thread; [main] no other call at the time;
 * [step] one at a time per instance; [range] many at once, on disjoint ranges.
 */
#pragma once

#include <dnn/abi/call.h>
#include <dnn/abi/windows.h>

#ifdef __cplusplus
extern "C" {
#endif

struct DnnBuild;
struct DnnSlots;
struct DnnPass;
struct DnnStepAll;
struct DnnDecode;
struct DnnEpoch;

/* A loop body: elements first .. last - 1, by worker number `worker`. */
typedef void (*DnnRange) (void *data, int64_t first, int64_t last,
                          uint32_t worker);

/* [grows] */
typedef struct DnnHost {
  uint32_t struct_size;
  uint16_t abi_major;
  uint16_t abi_minor;

  /* [pure] Says why a call cannot be done; the status to return. */
  int32_t (*fail) (const void *call, const char *format, ...);
  /* [pure] A line for people who debug. */
  void (*log) (const void *call, const char *format, ...);

  /* --- in build, [main] -------------------------------------------------- */

  /* Output number `index`; the default number of outputs is one. */
  void (*set_output) (struct DnnBuild *b, uint32_t index, DnnShape shape);
  /* A trained weight.  Fans follow from the shape as in Keras (2 dimensions:
   * in, out; more: the last two times the others) unless set_fans says. */
  void (*add_weight) (struct DnnBuild *b, uint32_t index, const char *name,
                      DnnShape shape, const char *initializer);
  void (*set_fans) (struct DnnBuild *b, uint32_t index, double fan_in,
                    double fan_out);
  /* State that is saved but not trained, such as a moving mean. */
  void (*add_buffer) (struct DnnBuild *b, uint32_t index, const char *name,
                      DnnShape shape, const char *initializer);
  /* Kept from forward to backward. */
  void (*add_saved) (struct DnnBuild *b, uint32_t index, DnnShape shape);
  /* Free for use within one call. */
  void (*add_scratch) (struct DnnBuild *b, uint32_t index, DnnShape shape);
  /* The same, one for each worker of parallel_for. */
  void (*add_worker_scratch) (struct DnnBuild *b, uint32_t index,
                              DnnShape shape);
  /* Default: DNN_READS_X | DNN_READS_Y. */
  void (*backward_reads) (struct DnnBuild *b, uint32_t reads);
  /* Input `index` holds whole numbers lo .. hi: the host checks the data. */
  void (*expect_integer) (struct DnnBuild *b, uint32_t index, int64_t lo,
                          int64_t hi);
  /* Fails, with the status to return, where inputs differ in shape. */
  int32_t (*same_shape) (struct DnnBuild *b);
  /* Fails where x[1], targets of x[0], are none of `targets` (DnnTargets). */
  int32_t (*match_targets) (struct DnnBuild *b, uint32_t targets);
  /* Size of a metric's state. */
  void (*set_state) (struct DnnBuild *b, int64_t n_doubles);
  /* Of an optimizer, for this weight: dnn_shape_of (s->weight) or any shape. */
  void (*add_slot) (struct DnnSlots *s, uint32_t index, const char *name,
                    DnnShape shape, double initial);

  /* --- calls that the host may carry out when it likes, [step] ----------- */

  /* y[0] = x W + b; b may be NULL.  y[0] is not to be touched afterwards. */
  void (*affine) (struct DnnPass *pass, const DnnTensor *x, const DnnTensor *W,
                  const DnnTensor *b);
  /* dw[index] = aT d, seen as rows x columns; `a` and `d` are an input, dy, a
   * saved tensor or scratch.  Does nothing where dw[index] is NULL. */
  void (*weight_gradient) (struct DnnPass *pass, uint32_t index,
                           const DnnTensor *a, const DnnTensor *d);

  /* --- at once, [step] --------------------------------------------------- */

  void (*gemm) (const void *call, const DnnGemm *gemm);
  /* sum[j] = sum over rows of x[.][j]; does nothing where `sum` is NULL. */
  void (*sum_rows) (const void *call, const DnnTensor *x, DnnTensor *sum);
  /* Runs body over 0 .. n - 1 in chunks of `grain`, on any thread; what the
   * chunks are depends on n and grain only. */
  void (*parallel_for) (const void *call, int64_t n, int64_t grain,
                        DnnRange body, void *data);
  float *(*worker_scratch) (const void *call, uint32_t index, uint32_t worker);

  /* --- [range] ----------------------------------------------------------- */

  /* Element i of the run's stream `stream` for this layer and step (or this
   * initializer's tensor): the same bits whoever asks, in what order ever. */
  void (*random) (const void *call, uint32_t stream, uint32_t distribution,
                  int64_t first, int64_t n, float *out);

  /* --- [pure] y[i] = f (x[i]); y may be x.  Bits do not depend on i. ----- */

  void (*exp) (const float *x, float *y, int64_t n);
  void (*expm1) (const float *x, float *y, int64_t n);
  void (*log1p) (const float *x, float *y, int64_t n);
  void (*tanh) (const float *x, float *y, int64_t n);
  void (*erf) (const float *x, float *y, int64_t n);
  void (*sigmoid) (const float *x, float *y, int64_t n);

  /* --- minor 1: windows (convolution, pooling) --------------------------- */

  /* [main] In build: windows number `index`, of which products with `filters`
   * columns are made.  Copied; the host plans room and method for them. */
  void (*add_windows) (struct DnnBuild *b, uint32_t index,
                       const DnnWindows *windows, int64_t filters);
  /* [step] y = A W + b, by groups; W: taps x channels / groups x filters; b may
   * be NULL.  Where y is y[0] it is not to be touched afterwards: the layer's
   * activation goes with it, as with affine. */
  void (*convolve) (struct DnnPass *pass, uint32_t windows, const DnnTensor *x,
                    const DnnTensor *W, const DnnTensor *b, DnnTensor *y);
  /* [step] x = d Wt, each row added where its window lay, + b by channel;
   * overwrites x.  convolve's gradient, or a transposed layer's forward. */
  void (*convolve_back) (struct DnnPass *pass, uint32_t windows,
                         const DnnTensor *d, const DnnTensor *W,
                         const DnnTensor *b, DnnTensor *x);
  /* [step] dw[index] = At d, when the host likes, as weight_gradient. */
  void (*convolve_gradient) (struct DnnPass *pass, uint32_t index,
                             uint32_t windows, const DnnTensor *x,
                             const DnnTensor *d);
  /* [range] Rows first .. last - 1 of A for one group, to or from packed rows:
   * for layers that do something else with windows.  scatter_rows adds; the
   * rows of a sample belong to one worker. */
  void (*window_rows) (const void *call, uint32_t windows, int64_t group,
                       const float *x, int64_t first, int64_t last,
                       float *rows);
  void (*scatter_rows) (const void *call, uint32_t windows, int64_t group,
                        const float *rows, int64_t first, int64_t last,
                        float *x);
  /* [step] sum[j] = sum of a[.][j] b[.][j]; nothing where `sum` is NULL. */
  void (*dot_rows) (const void *call, const DnnTensor *a, const DnnTensor *b,
                    DnnTensor *sum);
  /* [main] In build of a loss: input `index` lies in lo .. hi (DnnRangeFlags),
   * which the host checks; predictions are DnnScores, which it cuts. */
  void (*expect_range) (struct DnnBuild *b, uint32_t index, double lo,
                        double hi, uint32_t flags);
  void (*scores) (struct DnnBuild *b, uint32_t scores);

  /* --- minor 1: masks, state and terms of the loss, in build, [main] ----- */

  /* The mask of y is `mask`, a DnnMask, whatever the flags say. */
  void (*set_mask) (struct DnnBuild *b, uint32_t mask);
  /* Output `index` has a mask of its own, of this shape. */
  void (*add_mask) (struct DnnBuild *b, uint32_t index, DnnShape shape);
  /* Kept from call to call where a sequence comes bit by bit (generate,
   * predict --stream); zero at its start; never saved. */
  void (*add_state) (struct DnnBuild *b, uint32_t index, DnnShape shape);
  /* Elements of that saved tensor, scratch or buffer (a DnnWhat). */
  void (*set_dtype) (struct DnnBuild *b, uint32_t what, uint32_t index,
                     uint32_t dtype);
  /* Of a layer: output `index`, one number a sample, is a term of the loss.
   * No layer takes it; the host adds it up with the weights of samples, and
   * hands backward dy[index][i] = the weight of sample i over the samples, or
   * NULL.  In inference y[index] may be NULL.  x[i] of the name `target` is
   * NULL in build and pass where there are no targets. */
  void (*loss_output) (struct DnnBuild *b, uint32_t index);

  /* --- minor 1: optimizers and decoders ---------------------------------- */

  /* [main] In slots: free for use within one step of this weight; not saved. */
  void (*add_step_scratch) (struct DnnSlots *s, uint32_t index, DnnShape shape);
  /* [step] In step_all: loss and all gradients again, at the weights as they
   * are now; same batch, same random numbers; buffers end as they were. */
  int32_t (*evaluate) (struct DnnStepAll *a);
  /* [range] In decode: room for the result; NULL: only the shape was asked. */
  void *(*set_array) (struct DnnDecode *d, uint32_t dtype, DnnShape shape);

  /* --- minor 1: callbacks, [main] ---------------------------------------- */

  /* Place of the column of that name; -1, with fail called, where there is no
   * such column. */
  int32_t (*column) (const struct DnnEpoch *e, const char *name);
  /* In epoch: a sentence for whoever watches the run, without a full stop; it
   * is printed behind "epoch N: ". */
  void (*tell) (const struct DnnEpoch *e, const char *format, ...);
} DnnHost;

#ifdef __cplusplus
}
#endif
