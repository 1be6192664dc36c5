/* layer-states.c - a layer with a state, which takes a sequence in two halves
 */
#include "dnn-check-layer.h"

#include "dnn-kind-checks.h"

#include <string.h>

/* Steps lie along the axis behind the batch. */
enum { STEPS = 1 };

/* Zero, as at a sequence's start. */
static void
begin (DnnCheckLayer *self)
{
  for (uint32_t i = 0; i < self->states.n; i++)
    if (self->states.at[i].data != NULL)
      memset (self->states.at[i].data, 0,
              (size_t) dnn_count (&self->states.at[i]) * sizeof (float));
  self->pass.states = self->states.pointer;
}

/* Copies steps between the whole sequence, from step `first` on, and a part. */
static void
copy_steps (const DnnTensor *whole, const DnnTensor *part, int64_t first,
            bool to_part)
{
  const int64_t n = whole->dims[0];
  const int64_t row = dnn_count (whole) / n, size = dnn_count (part) / n;
  const int64_t at = first * (row / whole->dims[STEPS]);

  for (int64_t i = 0; i < n; i++) {
    float *in_whole = dnn_f32 (whole) + i * row + at;
    float *in_part = dnn_f32 (part) + i * size;

    memcpy (to_part ? in_part : in_whole, to_part ? in_whole : in_part,
            (size_t) size * sizeof (float));
  }
}

/* States of zero, all at once: as without. */
static void
check_start (DnnCheckLayer *self, const DnnCheckMode *mode)
{
  DnnCheckList y;

  if (!dnn_check_layer_forward (self, mode))
    return;
  dnn_check_list_copy (&y, &self->y);
  begin (self);
  if (dnn_check_layer_forward (self, mode))
    dnn_checker_close (self->checker, "y", &self->y.at[0],
                       "with states of zero", &y.at[0], "without states", 1e-6);
  dnn_check_list_clear (&y);
  self->pass.states = NULL;
}

static void
check_halves (DnnCheckLayer *whole, DnnCheckLayer *half,
              const DnnCheckMode *mode)
{
  const int64_t steps = half->x.at[0].dims[STEPS];
  DnnCheckList y;

  if (!dnn_check_layer_forward (whole, mode))
    return;
  dnn_check_list_copy (&y, &whole->y);
  dnn_check_list_restore (&half->w, &whole->w);
  begin (half);
  for (int64_t first = 0; first < 2 * steps; first += steps) {
    for (uint32_t i = 0; i < half->x.n; i++)
      copy_steps (&whole->x.at[i], &half->x.at[i], first, true);
    if (!dnn_check_layer_forward (half, mode))
      break;
    copy_steps (&whole->y.at[0], &half->y.at[0], first, false);
  }
  dnn_checker_close (whole->checker, "y", &whole->y.at[0], "in two halves",
                     &y.at[0], "as one sequence", 1e-5);
  dnn_check_list_clear (&y);
}

/* True if the sequence can be cut, and y goes along with it. */
static bool
can_be_halved (const DnnCheckLayer *self)
{
  const DnnTensor *x = &self->x.at[0], *y = &self->y.at[0];

  return x->n_dims > STEPS && x->dims[STEPS] % 2 == 0 && y->n_dims > STEPS &&
         y->dims[STEPS] == x->dims[STEPS];
}

void
dnn_check_layer_states (DnnChecker *checker)
{
  const DnnCheckMode *mode = &dnn_check_modes[2];
  DnnCheckSubject subject = *checker->subject;
  g_autofree DnnShape *inputs =
      g_memdup2 (subject.inputs, subject.n_inputs * sizeof *inputs);
  DnnChecker of_half = dnn_checker_with (checker, &subject);
  g_autoptr (DnnCheckLayer) whole = dnn_check_layer_new (checker, 1);
  g_autoptr (DnnCheckLayer) half = NULL;

  if (whole == NULL || whole->built->states.n == 0)
    return;
  check_start (whole, mode);
  if (!can_be_halved (whole))
    return;
  for (uint32_t i = 0; i < subject.n_inputs; i++)
    inputs[i].dims[STEPS] /= 2;
  subject.inputs = inputs;
  half = dnn_check_layer_new (&of_half, 1);
  if (half != NULL)
    check_halves (whole, half, mode);
}
