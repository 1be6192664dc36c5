/* decoder.c - the checks of a decoder
 *
 * The sample is a small file of its format, in base64, as the descriptor's
 * example_inputs.  Whatever is done to it, decode computes or refuses.
 */
#include "dnn-decode.h"
#include "dnn-dtype.h"
#include "dnn-guard.h"
#include "dnn-kind-checks.h"
#include "dnn-shape.h"

#include <string.h>

/* The descriptor's sample; NULL, with a failure: there is none. */
static GBytes *
sample_of (DnnChecker *checker)
{
  const char *text = checker->component->plugin->example_inputs;
  gsize n = 0;
  guchar *bytes = text != NULL ? g_base64_decode (text, &n) : NULL;

  if (n > 0)
    return g_bytes_new_take (bytes, n);
  g_free (bytes);
  dnn_checker_fail (checker, "its example_inputs must be a small file of its "
                             "format, in base64");
  return NULL;
}

/* --- calls --------------------------------------------------------------- */

typedef struct {
  const DnnComponent *component;
  uint8_t *bytes; /* between guard pages */
  int64_t n;
  uint32_t channels;
  DnnDecoded decoded;
  GError *error; /* (owned) */
  bool recognized;
  bool done;
} Call;

static void
call_decode (void *data)
{
  Call *call = data;

  call->recognized =
      dnn_decoder_recognizes (call->component, call->bytes, call->n);
  call->done =
      dnn_decode (call->component, call->component->plugin->name, call->bytes,
                  call->n, call->channels, &call->decoded, &call->error);
}

static void *
allocate_ones (size_t n)
{
  return memset (dnn_guard_new (n), 0xff, n);
}

static void *
allocate_zeros (size_t n)
{
  return memset (dnn_guard_new (n), 0, n);
}

static void
call_clear (Call *self)
{
  g_clear_error (&self->error);
  dnn_guard_free (self->decoded.data);
  dnn_guard_free (self->bytes);
}

/* Decodes the bytes, which it may only read, and none behind them.  False: it
 * crashed, which is then in the report. */
static bool
run (DnnChecker *checker, Call *call, const void *bytes, size_t n)
{
  bool fine;

  call->component = checker->component;
  call->n = (int64_t) n;
  call->bytes = dnn_guard_new (n);
  memcpy (call->bytes, bytes, n);
  dnn_guard_set_writable (call->bytes, false);
  fine = dnn_checker_call (checker, "decode", NULL, 0, call_decode, call);
  dnn_guard_set_writable (call->bytes, true);
  if (fine && !call->done && call->error != NULL &&
      g_error_matches (call->error, DNN_ERROR, DNN_ERROR_PLUGIN))
    dnn_checker_fail (checker, "%s", call->error->message);
  return fine;
}

/* --- the sample ---------------------------------------------------------- */

static size_t
bytes_of (const DnnDecoded *decoded)
{
  DnnTensor t = dnn_tensor_of (&decoded->shape);

  t.dtype = decoded->dtype;
  return dnn_tensor_bytes (&t);
}

static void
compare_calls (DnnChecker *checker, const Call *a, const Call *b)
{
  if (!dnn_shape_equal (&a->decoded.shape, &b->decoded.shape) ||
      a->decoded.dtype != b->decoded.dtype)
    dnn_checker_fail (checker, "the same bytes give another shape or type the "
                               "next time");
  else if (a->decoded.data != NULL && b->decoded.data != NULL &&
           memcmp (a->decoded.data, b->decoded.data, bytes_of (&a->decoded)) !=
               0)
    dnn_checker_fail (checker, "the same bytes give other numbers the next "
                               "time: every element must be overwritten");
}

void
dnn_check_decoder_decodes (DnnChecker *checker)
{
  g_autoptr (GBytes) sample = sample_of (checker);
  Call calls[] = { { .decoded.allocate = allocate_ones },
                   { .decoded.allocate = allocate_zeros },
                   { .decoded.shape_only = true } };
  const size_t n = G_N_ELEMENTS (calls);
  size_t i;

  if (sample == NULL)
    return;
  for (i = 0; i < n && run (checker, &calls[i], g_bytes_get_data (sample, NULL),
                            g_bytes_get_size (sample));
       i++) {
    if (!calls[i].recognized)
      dnn_checker_fail (checker, "it does not recognize its own sample");
    if (!calls[i].done)
      dnn_checker_fail (checker, "%s", calls[i].error->message);
    else if (i > 0)
      compare_calls (checker, &calls[0], &calls[i]);
  }
  for (size_t j = 0; j < n; j++)
    call_clear (&calls[j]);
}

/* --- damaged samples ----------------------------------------------------- */

/* The sample is not changed; true: go on. */
static bool
try_bytes (DnnChecker *checker, const void *bytes, size_t n, uint32_t channels)
{
  Call call = { .channels = channels, .decoded.allocate = allocate_ones };
  const bool fine = run (checker, &call, bytes, n);

  call_clear (&call);
  return fine && checker->report->failures->len == 0;
}

void
dnn_check_decoder_damaged (DnnChecker *checker)
{
  enum { CHANGES = 300, LENGTHS = 200 };
  const DnnKey key = { .seed = checker->subject->seed,
                       .owner = dnn_random_owner ("damage") };
  g_autoptr (GBytes) sample = sample_of (checker);
  gsize n = 0;
  const uint8_t *bytes = sample != NULL ? g_bytes_get_data (sample, &n) : NULL;
  g_autofree uint8_t *copy = g_memdup2 (bytes, n);
  bool fine = bytes != NULL;

  for (size_t i = 0; fine && i < LENGTHS && i < n; i++)
    fine = try_bytes (checker, bytes, i * n / MIN (n, LENGTHS), 0);
  for (uint32_t channels = 0; fine && channels < 6; channels++)
    fine = try_bytes (checker, bytes, n, channels);
  for (uint64_t i = 0; fine && i < CHANGES; i++) {
    const uint64_t at = dnn_random_below (&key, 2 * i, n);

    copy[at] = (uint8_t) dnn_random_below (&key, 2 * i + 1, 256);
    fine = try_bytes (checker, copy, n, 0);
    if (i % 3 == 2)
      memcpy (copy, bytes, n);
  }
}
