/* dnn-csv-values.c - thousands, dates, times, words */
#include "dnn-csv-values.h"

#include <float.h>
#include <glib.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

/* Longer cells are no date and no number with thousands. */
enum { LONGEST = 64 };

/* --- thousands ----------------------------------------------------------- */

bool
dnn_csv_parse_thousands (const char *text, size_t n, double *ret_value)
{
  char copy[LONGEST];
  size_t at = 0, length = 0, digits = 0, groups = 0;

  if (n == 0 || n >= sizeof copy)
    return false;
  if (text[at] == '-' || text[at] == '+')
    copy[length++] = text[at++];
  for (; at < n && text[at] != '.'; at++) {
    if (text[at] == ',') {
      if (digits == 0 || digits > 3 || (groups > 0 && digits != 3))
        return false;
      groups++;
      digits = 0;
    } else if (g_ascii_isdigit (text[at])) {
      copy[length++] = text[at];
      digits++;
    } else {
      return false;
    }
  }
  if (groups == 0 || digits != 3)
    return false;
  for (; at < n; at++) {
    if (text[at] != '.' && !g_ascii_isdigit (text[at]))
      return false;
    copy[length++] = text[at];
  }
  copy[length] = '\0';
  *ret_value = g_ascii_strtod (copy, NULL);
  return memchr (copy, '.', length) == strrchr (copy, '.');
}

/* --- yes and no ---------------------------------------------------------- */

bool
dnn_csv_parse_yes (const char *text, size_t n, double *ret_value)
{
  const bool yes = n == 3 && g_ascii_strncasecmp (text, "yes", n) == 0;
  const bool no = n == 2 && g_ascii_strncasecmp (text, "no", n) == 0;

  *ret_value = yes;
  return yes || no;
}

/* --- dates --------------------------------------------------------------- */

/* A number of exactly that many digits; the text goes on behind it. */
static bool
take_digits (const char **text, size_t digits, int *ret_number)
{
  *ret_number = 0;
  for (size_t i = 0; i < digits; i++, (*text)++) {
    if (!g_ascii_isdigit (**text))
      return false;
    *ret_number = 10 * *ret_number + (**text - '0');
  }
  return !g_ascii_isdigit (**text);
}

static bool
take_char (const char **text, char c)
{
  if (**text != c)
    return false;
  (*text)++;
  return true;
}

/* Days from 1970-01-01 (Hinnant: chrono-compatible low-level date algorithms,
 * days_from_civil). */
static int64_t
count_days (int64_t year, int64_t month, int64_t day)
{
  const int64_t y = year - (month <= 2);
  const int64_t era = y / 400;
  const int64_t of_era = y - era * 400;
  const int64_t of_year =
      (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year -
         719468;
}

static bool
take_year_first (const char **text, int *year, int *month, int *day)
{
  char mark;

  if (!take_digits (text, 4, year))
    return false;
  mark = **text;
  return (mark == '-' || mark == '/') && take_char (text, mark) &&
         take_digits (text, 2, month) && take_char (text, mark) &&
         take_digits (text, 2, day);
}

static bool
take_date (const char **text, double *ret_days)
{
  const char *start = *text;
  int year, month, day;

  if (!take_year_first (text, &year, &month, &day)) {
    *text = start;
    if (!take_digits (text, 2, &day) || !take_char (text, '.') ||
        !take_digits (text, 2, &month) || !take_char (text, '.') ||
        !take_digits (text, 4, &year))
      return false;
  }
  if (year < 1 ||
      !g_date_valid_dmy ((GDateDay) day, (GDateMonth) month, (GDateYear) year))
    return false;
  *ret_days = (double) count_days (year, month, day);
  return true;
}

/* Z, or hours and minutes from Greenwich, as seconds. */
static bool
take_zone (const char **text, int *ret_seconds)
{
  const int sign = **text == '-' ? -1 : 1;
  int hours, minutes;

  *ret_seconds = 0;
  if (take_char (text, 'Z') || **text == '\0')
    return true;
  if ((!take_char (text, '+') && !take_char (text, '-')) ||
      !take_digits (text, 2, &hours) || !take_char (text, ':') ||
      !take_digits (text, 2, &minutes) || hours > 14 || minutes > 59)
    return false;
  *ret_seconds = sign * (hours * 3600 + minutes * 60);
  return true;
}

/* A time as a share of a day. */
static bool
take_time (const char **text, double *ret_share)
{
  int hours, minutes, seconds = 0, zone;
  double fraction = 0, place = 1;

  if (!take_digits (text, 2, &hours) || !take_char (text, ':') ||
      !take_digits (text, 2, &minutes) ||
      (take_char (text, ':') && !take_digits (text, 2, &seconds)))
    return false;
  if (take_char (text, '.'))
    for (; g_ascii_isdigit (**text); (*text)++)
      fraction += (place /= 10) * (**text - '0');
  if (hours > 23 || minutes > 59 || seconds > 60 || !take_zone (text, &zone))
    return false;
  *ret_share =
      (hours * 3600 + minutes * 60 + seconds - zone + fraction) / 86400;
  return true;
}

bool
dnn_csv_parse_date (const char *text, size_t n, double *ret_value)
{
  char copy[LONGEST];
  const char *at = copy;
  double days = 0, share = 0;

  if (n < 5 || n >= sizeof copy || !g_ascii_isdigit (*text))
    return false;
  memcpy (copy, text, n);
  copy[n] = '\0';
  if (n > 2 && copy[2] == ':') {
    if (!take_time (&at, &share))
      return false;
  } else if (!take_date (&at, &days) ||
             ((take_char (&at, 'T') || take_char (&at, ' ')) &&
              !take_time (&at, &share))) {
    return false;
  }
  *ret_value = days + share;
  return *at == '\0';
}

/* --- words --------------------------------------------------------------- */

double
dnn_csv_word_code (const char *word)
{
  uint64_t hash = 14695981039346656037U;

  for (; *word != '\0'; word++)
    hash = (hash ^ (uint8_t) *word) * 1099511628211U;
  return (double) (hash >> 12);
}

const char *
dnn_csv_fault_of (const char *text)
{
  char *end;
  const double value = g_ascii_strtod (text, &end);

  return end != text && *end == '\0' && fabs (value) > FLT_MAX &&
                 strpbrk (text, "xXiI") == NULL
             ? "beyond float32 (3.4e38)"
             : "no number";
}
