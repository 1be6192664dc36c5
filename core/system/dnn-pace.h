/* dnn-pace.h - work that is repeated, but takes little of the time
 *
 * Work is due when some time has passed since its last end: `least`, and at
 * least twenty times what it took.  So it never takes more than a twentieth.
 */
#pragma once

#include "dnn-error.h"

DNN_BEGIN_DECLS

/* Times in microseconds; only `least` is to be set. */
typedef struct DnnPace {
  int64_t least;
  int64_t begun;
  int64_t ended; /* 0: never, so it is due */
  int64_t cost;  /* of the last time */
} DnnPace;

bool dnn_pace_is_due (const DnnPace *self);
/* True if that much has passed, whatever the work takes. */
bool dnn_pace_has_passed (const DnnPace *self, double seconds);
/* Around the work. */
void dnn_pace_begin (DnnPace *self);
void dnn_pace_end (DnnPace *self);

DNN_END_DECLS
