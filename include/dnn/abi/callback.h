/* callback.h - decides at the end of an epoch
 *
 * An epoch's columns come in; whether the phase ends, whether these weights are
 * the best, and the learning rate go out.  A callback remembers in `state`,
 * which is saved with a run, and nowhere else.
 */
#pragma once

#include <dnn/abi/host.h>

#ifdef __cplusplus
extern "C" {
#endif

/* [grows] What is known at the end of an epoch, and what may be decided.  What
 * goes out is 0 before each call, but for `rate`, and `score`, which is NaN. */
typedef struct DnnEpoch {
  DnnCall call;
  int64_t epoch; /* of the phase, from 0; -1: before its first step */
  uint64_t step; /* of the run, from 0 */
  uint32_t n_columns;
  uint32_t stop;            /* out: 1 ends the phase */
  uint32_t keep;            /* out: 1 keeps these weights as the best */
  uint32_t restore;         /* out: 1: the best come back when the phase ends */
  const char *const *names; /* "loss", "val_accuracy", "learning_rate" */
  const double *values;     /* NaN: there is none; NULL in check */
  double *state;            /* n_state doubles, 0 at first; NULL in check */
  double rate; /* in, out: learning_rate from now on, where sets_rate is 1 */
  /* Of each column: +1: higher is better; -1: lower; 0: neither. */
  const int32_t *better;
  /* out: how good the epoch is, the higher the better; NaN: it is none of the
   * best.  It counts where `average` is above 1, or `keep` is 1. */
  double score;
  /* out: above 1: the phase ends with the mean of the weights of so many epochs
   * of the highest scores, where its score is higher than that of the best. */
  uint32_t average;
  uint32_t reserved;
} DnnEpoch;

/* [grows] */
typedef struct DnnCallbackOps {
  uint32_t struct_size;
  uint32_t n_state;
  uint32_t wants_start; /* 1: called with epoch -1, too */
  uint32_t sets_rate;   /* 1: `rate` may change; a schedule is then refused */
  /* [main] 0, or what host->fail () returned. */
  int32_t (*epoch) (const void *self, const DnnHost *host, DnnEpoch *e);
  /* [main] Before the phase: whether the parameters go together, and with the
   * columns.  0, or what host->fail () returned.  May be NULL. */
  int32_t (*check) (const void *self, const DnnHost *host, const DnnEpoch *e);
} DnnCallbackOps;

#define DNN_CALLBACK_OPS(n_state, wants_start, sets_rate)                      \
  DNN_END_OF (DnnCallbackOps, check), n_state, wants_start, sets_rate

/* Rows of the members `monitor`, a const char *, and `mode`, an int32_t. */
#define DNN_MONITOR(type)                                                      \
  DNN_ROW (type, monitor, NULL, DNN_PARAM_TEXT, 0, "val_loss", 0, 0, "",       \
           "column of the history to watch", NULL),                            \
      DNN_ENUM (type, mode, "auto", "auto min max",                            \
                "which way is better; auto: the column says")

/* Which way of a column is better, for a parameter `mode` of "auto min max":
 * +1: higher; -1: lower, also in auto where the column does not say. */
static inline int
dnn_epoch_sign (const DnnEpoch *e, int32_t column, int32_t mode)
{
  if (mode != 0)
    return mode == 2 ? 1 : -1;
  return e->better[column] > 0 ? 1 : -1;
}

/* True if `value` beats `other` by more than `least`; NaN beats nothing. */
static inline int
dnn_epoch_beats (int sign, double value, double other, double least)
{
  return sign > 0 ? value - least > other : value + least < other;
}

#ifdef __cplusplus
}
#endif
