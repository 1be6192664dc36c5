/* dnn-save-every.c - how often a run is saved, read from text */
#include "dnn-save-every.h"

#include "dnn-parse.h"

#include <string.h>

static bool
fail (const char *text, GError **error)
{
  g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
               "save_every must be 'auto' or a number above 0 with 'epochs', "
               "'minutes', 'seconds' or 'steps', as '10 minutes', not '%s'",
               text);
  return false;
}

/* "epoch" and "epochs" are the same. */
static bool
is_unit (const char *text, const char *unit)
{
  const size_t n = strlen (unit);

  return strncmp (text, unit, n) == 0 &&
         (text[n] == '\0' || strcmp (text + n, "s") == 0);
}

static bool
parse_time (const char *number, const char *unit, double *ret_seconds)
{
  const double seconds = is_unit (unit, "minute")   ? 60
                         : is_unit (unit, "second") ? 1
                                                    : 0;
  double count = 0;

  if (seconds == 0 || !dnn_parse_float (number, 0, 1e9, &count, NULL))
    return false;
  *ret_seconds = count * seconds;
  return count > 0;
}

bool
dnn_save_every_parse (const char *text, DnnSaveEvery *ret_every, GError **error)
{
  const size_t n = strcspn (text, " ");
  g_autofree char *number = g_strndup (text, n);
  const char *unit = text + n + strspn (text + n, " ");
  DnnSaveEvery every = { 0 };
  bool ok;

  if (*unit == '\0')
    unit = "epochs";
  if (*text == '\0' || strcmp (text, "auto") == 0)
    ok = true;
  else if (is_unit (unit, "epoch"))
    ok = dnn_parse_int (number, 1, INT64_MAX, &every.epochs, NULL);
  else if (is_unit (unit, "step"))
    ok = dnn_parse_int (number, 1, INT64_MAX, &every.steps, NULL);
  else
    ok = parse_time (number, unit, &every.seconds);
  if (!ok)
    return fail (text, error);
  *ret_every = every;
  return true;
}
