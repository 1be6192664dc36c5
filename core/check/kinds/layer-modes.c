/* layer-modes.c - a layer again: by threads, alone, in inference */
#include "dnn-check-layer.h"
#include "dnn-shape.h"

#include "dnn-kind-checks.h"

#include <string.h>

/* Elements of the first input that a loop is surely split over. */
enum { LARGE = 50000 };

/* --- determinism --------------------------------------------------------- */

static void
check_again (DnnCheckLayer *self, const DnnCheckLayer *once, const char *how,
             const DnnCheckMode *mode)
{
  if (!dnn_check_layer_run (self, mode))
    return;
  dnn_check_layer_same (self, "y", &self->y, self->pass.y, how, &once->y,
                        "at first");
  dnn_check_layer_same (self, "dx", &self->dx, self->pass.dx, how, &once->dx,
                        "at first");
  dnn_check_layer_same (self, "dw", &self->dw, self->pass.dw, how, &once->dw,
                        "at first");
  dnn_check_layer_same (self, "buffer", &self->buffers, self->buffers.pointer,
                        how, &once->buffers, "at first");
}

/* On a batch that is large enough to be split over threads. */
static void
check_threads (DnnChecker *checker)
{
  static const char *const how[] = { "again", "by 2 threads", "by 7 threads" };
  int64_t count = 1, factor;
  g_autoptr (DnnCheckLayer) once = NULL, again = NULL;

  dnn_shape_count (&checker->subject->inputs[0], &count);
  factor = MAX (LARGE / MAX (count, 1), 1);
  once = dnn_check_layer_new (checker, factor);
  again = dnn_check_layer_new (checker, factor);
  if (once == NULL || again == NULL)
    return;
  for (int i = 0; i < DNN_CHECK_MODES; i++) {
    if (!dnn_check_layer_run (once, &dnn_check_modes[i]))
      return;
    for (int j = 0; j < DNN_CHECK_POOLS; j++) {
      again->context.pool = checker->pools[j];
      check_again (again, once, how[j], &dnn_check_modes[i]);
    }
  }
}

/* Another instance of the same plugin and parameters, on other numbers. */
static DnnCheckLayer *
new_instance (const DnnChecker *checker, const DnnCheckSubject *subject,
              DnnChecker *ret_checker)
{
  *ret_checker = dnn_checker_with (checker, subject);
  ret_checker->component = dnn_check_component (subject, NULL);
  return dnn_check_layer_new (ret_checker, 1);
}

/* Forward of one, forward of the other, backward of one: neither sees the
 * other, also where the plugin keeps something of its own. */
static void
check_beside (DnnChecker *checker, const DnnCheckMode *mode)
{
  const char *how = "beside another instance";
  DnnCheckSubject subject = *checker->subject;
  DnnChecker checkers[2];
  g_autoptr (DnnCheckLayer) once = dnn_check_layer_new (checker, 1);
  g_autoptr (DnnCheckLayer) a = NULL, b = NULL;

  a = new_instance (checker, checker->subject, &checkers[0]);
  subject.seed++;
  b = new_instance (checker, &subject, &checkers[1]);
  if (once != NULL && a != NULL && b != NULL &&
      dnn_check_layer_run (once, mode) && dnn_check_layer_forward (a, mode) &&
      dnn_check_layer_forward (b, mode) && dnn_check_layer_backward (a, mode)) {
    dnn_check_layer_same (a, "y", &a->y, a->pass.y, how, &once->y, "alone");
    dnn_check_layer_same (a, "dx", &a->dx, a->pass.dx, how, &once->dx, "alone");
    dnn_check_layer_same (a, "dw", &a->dw, a->pass.dw, how, &once->dw, "alone");
  }
  dnn_component_free (checkers[0].component);
  dnn_component_free (checkers[1].component);
}

void
dnn_check_layer_determinism (DnnChecker *checker)
{
  check_threads (checker);
  for (int i = 0; i < DNN_CHECK_MODES; i++)
    check_beside (checker, &dnn_check_modes[i]);
}

/* --- flags --------------------------------------------------------------- */

/* Without TRAINING_DIFFERS training and inference give the same y, and without
 * RANDOM the step does not matter. */
static void
check_modes (DnnChecker *checker)
{
  const uint64_t flags = checker->component->code->flags;
  g_autoptr (DnnCheckLayer) self = dnn_check_layer_new (checker, 1);
  DnnCheckList y;

  if (self == NULL || !dnn_check_layer_forward (self, &dnn_check_modes[0]))
    return;
  dnn_check_list_copy (&y, &self->y);
  if ((flags & DNN_FLAG_RANDOM) == 0) {
    self->pass.step = self->context.key.step = 4;
    if (dnn_check_layer_forward (self, &dnn_check_modes[0]))
      dnn_check_layer_same (self, "y", &self->y, self->pass.y,
                            "at another step", &y,
                            "before, and there is no flag RANDOM");
  }
  if ((flags & DNN_FLAG_TRAINING_DIFFERS) == 0 &&
      dnn_check_layer_forward (self, &dnn_check_modes[2]))
    dnn_check_layer_same (self, "y", &self->y, self->pass.y, "in inference", &y,
                          "in training, and there is no flag TRAINING_DIFFERS");
  dnn_check_list_clear (&y);
}

/* Row `i` of `from` is all of `to`. */
static void
copy_row (const DnnTensor *from, int64_t i, DnnTensor *to)
{
  const size_t bytes = (size_t) dnn_count (to) * sizeof (float);

  memcpy (to->data, (const char *) from->data + (size_t) i * bytes, bytes);
}

/* A sample gives alone what it gives in its batch. */
static void
check_sample (DnnCheckLayer *batch, DnnCheckLayer *one, int64_t i)
{
  DnnCheckList y;

  for (uint32_t j = 0; j < one->x.n; j++)
    copy_row (&batch->x.at[j], i, &one->x.at[j]);
  if (!dnn_check_layer_forward (one, &dnn_check_modes[2]))
    return;
  dnn_check_list_copy (&y, &one->y);
  for (uint32_t j = 0; j < y.n; j++)
    if (batch->y.at[j].dims[0] == batch->x.at[0].dims[0]) {
      copy_row (&batch->y.at[j], i, &y.at[j]);
      dnn_checker_close (
          one->checker, "y", &one->y.at[j], "for a sample alone", &y.at[j],
          "in its batch, and there is no flag NOT_PER_SAMPLE", 1e-5);
    }
  dnn_check_list_clear (&y);
}

static void
check_samples (DnnChecker *checker)
{
  DnnCheckSubject alone = *checker->subject;
  g_autofree DnnShape *inputs =
      g_memdup2 (alone.inputs, alone.n_inputs * sizeof *inputs);
  DnnChecker of_one = dnn_checker_with (checker, &alone);
  g_autoptr (DnnCheckLayer) batch = dnn_check_layer_new (checker, 1);
  g_autoptr (DnnCheckLayer) one = NULL;

  for (uint32_t i = 0; i < alone.n_inputs; i++)
    inputs[i].dims[0] = 1;
  alone.inputs = inputs;
  one = dnn_check_layer_new (&of_one, 1);
  if (batch == NULL || one == NULL ||
      !dnn_check_layer_forward (batch, &dnn_check_modes[2]))
    return;
  for (int64_t i = 0; i < batch->x.at[0].dims[0]; i++)
    check_sample (batch, one, i);
}

void
dnn_check_layer_flags (DnnChecker *checker)
{
  check_modes (checker);
  if ((checker->component->code->flags & DNN_FLAG_NOT_PER_SAMPLE) == 0)
    check_samples (checker);
}
