/* tensor.c - tensors for checks: filled, poisoned, compared */
#include "dnn-checker.h"

#include "dnn-dtype.h"
#include "dnn-guard.h"
#include "dnn-shape.h"

#include <math.h>
#include <string.h>

DnnTensor
dnn_check_tensor (const DnnShape *shape, int64_t batch_factor)
{
  DnnTensor t = dnn_tensor_of (shape);

  t.dims[0] *= batch_factor;
  t.data = dnn_guard_new (dnn_tensor_bytes (&t));
  return t;
}

/* --- lists --------------------------------------------------------------- */

void
dnn_check_list_init (DnnCheckList *self, uint32_t n)
{
  self->n = n;
  self->at = g_new0 (DnnTensor, n + 1);
  self->pointer = g_new0 (DnnTensor *, MAX (n + 1, DNN_MAX_DECLARED));
}

void
dnn_check_list_declared (DnnCheckList *self, const DnnDeclaredList *list,
                         size_t copies)
{
  dnn_check_list_init (self, list->n);
  for (uint32_t i = 0; i < list->n; i++) {
    DnnTensor *t = &self->at[i];

    if (!list->at[i].set)
      continue;
    *t = dnn_declared_tensor (&list->at[i]);
    t->data = dnn_guard_new (dnn_tensor_bytes (t) * copies);
    self->pointer[i] = t;
  }
}

void
dnn_check_list_copy (DnnCheckList *self, const DnnCheckList *from)
{
  dnn_check_list_init (self, from->n);
  for (uint32_t i = 0; i < from->n; i++) {
    if (from->at[i].data == NULL)
      continue;
    self->at[i] = from->at[i];
    self->at[i].data = dnn_guard_new (dnn_tensor_bytes (&from->at[i]));
    memcpy (self->at[i].data, from->at[i].data,
            dnn_tensor_bytes (&from->at[i]));
    self->pointer[i] = &self->at[i];
  }
}

void
dnn_check_list_clear (DnnCheckList *self)
{
  for (uint32_t i = 0; i < self->n; i++)
    dnn_guard_free (self->at[i].data);
  g_clear_pointer (&self->at, g_free);
  g_clear_pointer (&self->pointer, g_free);
  self->n = 0;
}

static void
poison_floats (DnnTensor *t)
{
  float *data = t->data;

  for (int64_t i = 0; i < dnn_count (t); i++)
    data[i] = NAN;
}

/* A byte of what nobody has written: elements of such are NaN, or the number
 * that is least likely to be a place: -1, or the largest. */
enum { POISON = 0xff };

void
dnn_check_list_poison (DnnCheckList *self)
{
  for (uint32_t i = 0; i < self->n; i++) {
    DnnTensor *t = &self->at[i];

    if (t->data != NULL && t->dtype != DNN_FLOAT32)
      memset (t->data, POISON, dnn_tensor_bytes (t));
    else if (t->data != NULL)
      poison_floats (t);
  }
}

void
dnn_check_list_restore (DnnCheckList *dst, const DnnCheckList *src)
{
  for (uint32_t i = 0; i < dst->n; i++)
    if (dst->at[i].data != NULL)
      memcpy (dst->at[i].data, src->at[i].data, dnn_tensor_bytes (&dst->at[i]));
}

/* --- random numbers ------------------------------------------------------ */

static DnnKey
key_of (const DnnChecker *self, const char *what)
{
  return (DnnKey){ .seed = self->subject->seed,
                   .owner = dnn_random_owner (what) };
}

void
dnn_check_fill (const DnnChecker *self, const char *what, DnnTensor *t)
{
  const DnnKey key = key_of (self, what);

  dnn_random_normal (&key, 0, dnn_count (t), t->data);
}

void
dnn_check_fill_integer (const DnnChecker *self, const char *what, DnnTensor *t,
                        const DnnExpected *expected)
{
  const DnnKey key = key_of (self, what);
  const uint64_t range = (uint64_t) (expected->hi - expected->lo) + 1;
  float *data = t->data;

  for (int64_t i = 0; i < dnn_count (t); i++)
    data[i] = (float) (expected->lo +
                       (int64_t) dnn_random_below (&key, (uint64_t) i, range));
}

/* --- comparing ----------------------------------------------------------- */

char *
dnn_check_place (const char *what, const DnnTensor *t, int64_t i)
{
  g_autoptr (GString) place = g_string_new (NULL);

  for (uint32_t axis = t->n_dims; axis-- > 0; i /= MAX (t->dims[axis], 1)) {
    g_autofree char *index =
        g_strdup_printf ("%" G_GINT64_FORMAT "%s", i % MAX (t->dims[axis], 1),
                         axis + 1 < t->n_dims ? ", " : "");

    g_string_prepend (place, index);
  }
  return t->n_dims > 0 ? g_strdup_printf ("%s[%s]", what, place->str)
                       : g_strdup (what);
}

void
dnn_checker_written (DnnChecker *self, const char *what, const DnnTensor *t)
{
  const float *data = t->data;

  for (int64_t i = 0; i < dnn_count (t); i++)
    if (!isfinite (data[i])) {
      g_autofree char *place = dnn_check_place (what, t, i);

      dnn_checker_fail (self,
                        "%s is '%g': every element must be overwritten, with "
                        "a finite number",
                        place, (double) data[i]);
      return;
    }
}

static void
report_difference (DnnChecker *self, const char *what, int64_t i,
                   const DnnTensor *a, const char *so, const DnnTensor *b,
                   const char *but)
{
  g_autofree char *place = dnn_check_place (what, a, i);

  if (a->dtype == DNN_FLOAT32)
    dnn_checker_fail (self, "%s: %.9g %s, %.9g %s", place,
                      (double) ((const float *) a->data)[i], so,
                      (double) ((const float *) b->data)[i], but);
  else
    dnn_checker_fail (self, "%s: it is another %s %s than %s", place,
                      dnn_dtype_name ((DnnDtype) a->dtype), so, but);
}

bool
dnn_checker_same (DnnChecker *self, const char *what, const DnnTensor *a,
                  const char *so, const DnnTensor *b, const char *but)
{
  const size_t size = dnn_dtype_size ((DnnDtype) a->dtype);
  const char *x = a->data, *y = b->data;

  for (int64_t i = 0; i < dnn_count (a); i++)
    if (memcmp (x + (size_t) i * size, y + (size_t) i * size, size) != 0) {
      report_difference (self, what, i, a, so, b, but);
      return false;
    }
  return true;
}

bool
dnn_checker_close (DnnChecker *self, const char *what, const DnnTensor *a,
                   const char *so, const DnnTensor *b, const char *but,
                   double tolerance)
{
  const float *x = a->data, *y = b->data;
  double largest = 0.05;

  for (int64_t i = 0; i < dnn_count (a); i++)
    largest = fmax (largest, fabs ((double) y[i]));
  for (int64_t i = 0; i < dnn_count (a); i++)
    if (!(fabs ((double) x[i] - y[i]) <= tolerance * largest)) {
      report_difference (self, what, i, a, so, b, but);
      return false;
    }
  return true;
}

/* --- scratch ------------------------------------------------------------- */

void
dnn_check_room_init (DnnCheckRoom *self, const DnnChecker *checker,
                     const DnnBuilt *built, DnnContext *context)
{
  dnn_check_list_declared (&self->scratch, &built->scratch, 1);
  dnn_check_list_declared (&self->worker, &built->worker_scratch,
                           dnn_pool_size (checker->pools[DNN_CHECK_POOLS - 1]));
  for (uint32_t i = 0; i < self->worker.n; i++) {
    self->worker_data[i] = self->worker.at[i].data;
    self->worker_stride[i] =
        self->worker.at[i].data != NULL ? dnn_count (&self->worker.at[i]) : 0;
  }
  context->worker_scratch = self->worker_data;
  context->worker_stride = self->worker_stride;
}

void
dnn_check_room_clear (DnnCheckRoom *self)
{
  dnn_check_list_clear (&self->scratch);
  dnn_check_list_clear (&self->worker);
}

void
dnn_check_room_watch (DnnCheckRoom *self, DnnWatched *ret_watched)
{
  dnn_check_list_poison (&self->scratch);
  dnn_check_list_poison (&self->worker);
  ret_watched[0] = (DnnWatched){ "scratch", &self->scratch, false };
  ret_watched[1] = (DnnWatched){ "worker scratch", &self->worker, false };
}
