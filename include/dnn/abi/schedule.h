/* schedule.h - a parameter as a function of the step */
#pragma once

#include <dnn/abi/host.h>

#ifdef __cplusplus
extern "C" {
#endif

/* [grows] */
typedef struct DnnScheduleOps {
  uint32_t struct_size;
  uint32_t reserved;
  /* [pure] The value at step `step`, from 0. */
  double (*value) (const void *self, uint64_t step);
} DnnScheduleOps;

#define DNN_SCHEDULE_OPS DNN_END_OF (DnnScheduleOps, value), 0

#ifdef __cplusplus
}
#endif
