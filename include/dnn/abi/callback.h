/* callback.h - decides at the end of an epoch */
#pragma once

#include <dnn/abi/host.h>

#ifdef __cplusplus
extern "C" {
#endif

/* [grows] What is known at the end of an epoch, and what may be decided. */
typedef struct DnnEpoch {
  DnnCall call;
  int64_t epoch; /* of the phase, from 0; -1: before its first step */
  uint64_t step; /* of the run, from 0 */
  uint32_t n_columns;
  uint32_t stop;            /* out: 1 ends the phase */
  uint32_t keep;            /* out: 1 keeps these weights as the best */
  uint32_t restore;         /* out: 1: the best come back when the phase ends */
  const char *const *names; /* "loss", "val_accuracy", "learning_rate" */
  const double *values;
  double *state; /* n_state doubles, 0 at first; saved */
  double rate;   /* in, out: factor on the learning rate */
} DnnEpoch;

/* [grows] */
typedef struct DnnCallbackOps {
  uint32_t struct_size;
  uint32_t n_state;
  uint32_t wants_start; /* 1: called with epoch -1, too */
  uint32_t reserved;
  /* [main] 0, or what host->fail () returned. */
  int32_t (*epoch) (const void *self, const DnnHost *host, DnnEpoch *e);
} DnnCallbackOps;

#define DNN_CALLBACK_OPS(n_state, wants_start)                                 \
  DNN_END_OF (DnnCallbackOps, epoch), n_state, wants_start, 0

#ifdef __cplusplus
}
#endif
