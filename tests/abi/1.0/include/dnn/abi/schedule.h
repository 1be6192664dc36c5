/* schedule.h - a parameter as a function of the step
 *
 * Steps count from where the phase begins.  Warm-up is the host's, for every
 * schedule: what a schedule sees begins after it.
 */
#pragma once

#include <dnn/abi/host.h>

#ifdef __cplusplus
extern "C" {
#endif

/* [grows] */
typedef struct DnnScheduleOps {
  uint32_t struct_size;
  uint32_t reserved;
  /* [pure] The value at step `step`, from 0, of `n_steps` in all; 0: nobody
   * knows how many.  Steps may go on beyond them. */
  double (*value) (const void *self, uint64_t step, uint64_t n_steps);
  /* [pure] Whether the parameters go together: 0, or what host->fail (call,
   * ...) returned.  May be NULL: they always do. */
  int32_t (*check) (const void *self, const DnnHost *host, const DnnCall *call);
} DnnScheduleOps;

#define DNN_SCHEDULE_OPS DNN_END_OF (DnnScheduleOps, check), 0

/* Where `step` stands in a length: `own`, where that is not 0, else `n_steps`;
 * 1 is its end.  0 where neither is known, so that a decay does not begin. */
static inline double
dnn_schedule_share (uint64_t step, int64_t own, uint64_t n_steps)
{
  const double length = own > 0 ? (double) own : (double) n_steps;

  return length > 0 ? (double) step / length : 0;
}

#ifdef __cplusplus
}
#endif
