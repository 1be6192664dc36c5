/* optimizer.h - how a gradient moves a weight
 *
 * Clipping, weight decay, accumulation, averaging and schedules are the
 * host's.  The `self` of a call holds the values of this step and weight: a
 * schedule or a multiplier is already in its learning_rate.
 */
#pragma once

#include <dnn/abi/host.h>

#ifdef __cplusplus
extern "C" {
#endif

/* [grows] The question "what do you remember of this weight?" */
typedef struct DnnSlots {
  DnnCall call;
  const DnnTensor *weight; /* its shape; data is NULL */
  const char *name;        /* minor 1: "dense_1/kernel" */
} DnnSlots;

/* [grows] One update of one weight, or of a range of it. */
typedef struct DnnStep {
  DnnCall call;
  int64_t n;      /* elements here; in begin: of the whole weight */
  float *w;       /* n; updated in place */
  const float *g; /* n; the gradient, clipped; NULL in begin */
  /* A slot like the weight comes at this range; others whole. */
  float *const *slots;
  uint64_t t;    /* updates of this weight since its slots were made, from 1 */
  uint64_t step; /* of the run, from 0 */
  const DnnTensor *weight; /* its whole shape; data is NULL */
  float *const *scratch;   /* minor 1: of add_step_scratch; NULL with
                            * DNN_FLAG_ELEMENTWISE */
} DnnStep;

/* [grows] One update of all weights that train, together (minor 1).  Each g is
 * whole, with penalties, and clipped, at entry and after every evaluate. */
typedef struct DnnStepAll {
  DnnCall call;
  uint32_t n_weights;
  uint32_t reserved;
  DnnStep *const *weights; /* w, g and slots of each, whole */
  double loss;             /* of this batch, at the weights where g was taken */
  uint64_t step;           /* of the run, from 0 */
} DnnStepAll;

/* [grows] */
typedef struct DnnOptimizerOps {
  uint32_t struct_size;
  uint32_t n_slots; /* the most that slots () adds */
  /* [pure] Declares the slots of one weight; NULL: none.  0 or failure. */
  int32_t (*slots) (const void *self, const DnnHost *host, DnnSlots *s);
  /* [step] Once per weight and step, before step, when the gradient is not
   * known yet; sees w and all slots whole.  With DNN_FLAG_ELEMENTWISE the only
   * writer of slots that are not like the weight.  May be NULL. */
  void (*begin) (const void *self, const DnnHost *host, DnnStep *s);
  /* [range] with DNN_FLAG_ELEMENTWISE, over any part of the weight; else
   * [step], over the whole of it, with host services allowed. */
  void (*step) (const void *self, const DnnHost *host, DnnStep *s);
  /* [pure] c, where step does nothing but w += c g; else 0.  The host may then
   * add a product to w without making g.  May be NULL. */
  double (*factor) (const void *self);
  /* minor 1 */
  /* [step] All weights at once, with host->evaluate, in place of step: it moves
   * the weights itself.  With DNN_FLAG_AROUND it is the key `around` of another
   * one: it leaves in g the gradient by which that one steps, and the weights
   * as they were.  0, or what failed.  May be NULL. */
  int32_t (*step_all) (const void *self, const DnnHost *host, DnnStepAll *a);
  /* [range] The weight as it is to be validated, saved as the model, exported:
   * writes it to `model`, changes nothing else.  May be NULL. */
  void (*model_weight) (const void *self, const DnnHost *host, const DnnStep *s,
                        float *model);
} DnnOptimizerOps;

#define DNN_OPTIMIZER_OPS(n_slots)                                             \
  DNN_END_OF (DnnOptimizerOps, model_weight), n_slots

#ifdef __cplusplus
}
#endif
