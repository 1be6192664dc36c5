/* dnn-pace.c - work that is repeated, but takes little of the time */
#include "dnn-pace.h"

#include "dnn-clock.h"

enum { SHARE = 20 };

bool
dnn_pace_is_due (const DnnPace *self)
{
  return self->ended == 0 || dnn_clock_coarse () - self->ended >=
                                 MAX (self->least, SHARE * self->cost);
}

bool
dnn_pace_has_passed (const DnnPace *self, double seconds)
{
  return self->ended == 0 || (double) (dnn_clock_coarse () - self->ended) >=
                                 seconds * G_USEC_PER_SEC;
}

void
dnn_pace_begin (DnnPace *self)
{
  self->begun = dnn_clock_coarse ();
}

void
dnn_pace_end (DnnPace *self)
{
  self->ended = dnn_clock_coarse ();
  self->cost = self->ended - self->begun;
}
