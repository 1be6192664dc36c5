/* dnn-parse.c - text to numbers and lists */
#include "dnn-parse.h"

#include "dnn-error.h"

#include <errno.h>
#include <math.h>
#include <string.h>

bool
dnn_parse_bool (const char *text, bool *ret_value, GError **error)
{
  if (g_ascii_strcasecmp (text, "true") == 0)
    *ret_value = true;
  else if (g_ascii_strcasecmp (text, "false") == 0)
    *ret_value = false;
  else {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "must be true or false, not '%s'", text);
    return false;
  }
  return true;
}

bool
dnn_parse_int (const char *text, int64_t min, int64_t max, int64_t *ret_value,
               GError **error)
{
  char *end = NULL;
  int64_t value;

  errno = 0;
  value = g_ascii_strtoll (text, &end, 10);
  if (*text == '\0' || g_ascii_isspace (*text) || *end != '\0' || errno != 0 ||
      value < min || value > max) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "must be a whole number from %" G_GINT64_FORMAT
                 " to %" G_GINT64_FORMAT ", not '%s'",
                 min, max, text);
    return false;
  }
  *ret_value = value;
  return true;
}

bool
dnn_parse_bytes (const char *text, int64_t *ret_value, GError **error)
{
  static const char units[] = "KMG";
  const size_t n = strlen (text);
  const char *unit =
      n > 0 ? strchr (units, g_ascii_toupper (text[n - 1])) : NULL;
  const bool has_unit = unit != NULL && *unit != '\0';
  const int shift = has_unit ? 10 * (int) (unit - units + 1) : 0;
  g_autofree char *digits = g_strndup (text, n - has_unit);
  int64_t value;

  if (dnn_parse_int (digits, 1, INT64_MAX >> shift, &value, NULL)) {
    *ret_value = value << shift;
    return true;
  }
  g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
               "must be a number of bytes, as 300M (K, M or G), not '%s'",
               text);
  return false;
}

/* The C library also takes white space and hexadecimal numbers. */
static bool
starts_number (const char *text)
{
  const char *digits = text + (*text == '-' || *text == '+');

  return *text != '\0' && !g_ascii_isspace (*text) &&
         g_ascii_strncasecmp (digits, "0x", 2) != 0;
}

static bool
parse_number (const char *text, double *ret_value)
{
  char *end = NULL;
  double value;

  if (!starts_number (text))
    return false;
  value = g_ascii_strtod (text, &end);
  if (end == text)
    return false;
  if (*end == '/') {
    const char *below = end + 1;
    double divisor;

    if (!starts_number (below))
      return false;
    divisor = g_ascii_strtod (below, &end);
    if (end == below || divisor == 0)
      return false;
    value /= divisor;
  }
  if (*end != '\0' || isnan (value))
    return false;
  *ret_value = value;
  return true;
}

bool
dnn_parse_float (const char *text, double min, double max, double *ret_value,
                 GError **error)
{
  double value = 0;

  if (!parse_number (text, &value) || value < min || value > max) {
    g_autoptr (GString) range = g_string_new ("must be a number");

    if (isfinite (min) && isfinite (max))
      g_string_append_printf (range, " from %g to %g", min, max);
    else if (isfinite (min))
      g_string_append_printf (range, " of at least %g", min);
    else if (isfinite (max))
      g_string_append_printf (range, " of at most %g", max);
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM, "%s, not '%s'", range->str,
                 text);
    return false;
  }
  *ret_value = value;
  return true;
}

char **
dnn_split_commas (const char *text)
{
  g_autoptr (GStrvBuilder) pieces = g_strv_builder_new ();
  const char *start = text;
  int depth = 0;
  char quote = '\0';

  for (const char *p = text;; p++) {
    if (*p == '\0' || (*p == ',' && depth <= 0 && quote == '\0')) {
      g_autofree char *piece = g_strndup (start, (gsize) (p - start));

      g_strv_builder_add (pieces, g_strstrip (piece));
      start = p + 1;
    }
    if (*p == '\0')
      return g_strv_builder_end (pieces);
    if (quote != '\0')
      quote = *p == quote ? '\0' : quote;
    else if (*p == '\'' || *p == '"')
      quote = *p;
    else if (*p == '(' || *p == '[')
      depth++;
    else if (*p == ')' || *p == ']')
      depth--;
  }
}

char **
dnn_split_parts (const char *text)
{
  char **pieces = g_strsplit (text, ";", -1);

  for (size_t i = 0; pieces[i] != NULL; i++)
    g_strstrip (pieces[i]);
  return pieces;
}
