/* dnn-csv-cells.c - quotes, line ends, numbers */
#include "dnn-csv-cells.h"

#include "dnn-csv-values.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* No table that trains has more columns; cells take 16 bytes each. */
enum { MOST_CELLS = 1 << 20 };

static bool
fail (const DnnCsvReader *self, int64_t line, GError **error, const char *text)
{
  g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
               "%s:%" G_GINT64_FORMAT ": %s", self->name, line, text);
  return false;
}

/* --- the first bytes ----------------------------------------------------- */

/* The separator that the first line has most of, outside quotes. */
static char
find_separator (const char *text, const char *end)
{
  const char candidates[] = ",;\t";
  size_t counts[sizeof candidates] = { 0 };
  size_t best = 0;
  bool quoted = false;

  for (; text < end && (quoted || (*text != '\n' && *text != '\r')); text++) {
    const char *found =
        *text != '\0' && !quoted ? strchr (candidates, *text) : NULL;

    quoted ^= *text == '"';
    if (found != NULL)
      counts[found - candidates]++;
  }
  for (size_t i = 1; candidates[i] != '\0'; i++)
    if (counts[i] > counts[best])
      best = i;
  return candidates[best];
}

static bool
skip_line_end (DnnCsvReader *self)
{
  if (self->next == self->end || (*self->next != '\n' && *self->next != '\r'))
    return false;
  if (*self->next == '\r' && self->next + 1 < self->end &&
      self->next[1] == '\n')
    self->next++;
  self->next++;
  self->line++;
  return true;
}

bool
dnn_csv_reader_init (DnnCsvReader *self, const char *name, GBytes *bytes,
                     GError **error)
{
  size_t size;
  const char *data = g_bytes_get_data (bytes, &size);

  if (data == NULL)
    data = "";
  *self = (DnnCsvReader){ name, data, data + size, ',', '\0', 1 };
  if (size >= 2 &&
      (memcmp (data, "\xff\xfe", 2) == 0 || memcmp (data, "\xfe\xff", 2) == 0))
    return fail (self, 1, error,
                 "is UTF-16, '\\xff\\xfe'; save it as CSV in UTF-8");
  if (size > 0 && memchr (data, '\0', size) != NULL)
    return fail (self, 1, error,
                 "has a zero byte, '\\0', and so is no text; a CSV file is "
                 "UTF-8");

  if (size >= 3 && memcmp (data, "\xef\xbb\xbf", 3) == 0)
    self->next += 3;
  if (self->end - self->next >= 5 && memcmp (self->next, "sep=", 4) == 0) {
    self->separator = self->next[4];
    self->next += 5;
    skip_line_end (self);
  } else {
    self->separator = find_separator (self->next, self->end);
  }
  return true;
}

/* --- records ------------------------------------------------------------- */

void
dnn_csv_record_init (DnnCsvRecord *self)
{
  *self = (DnnCsvRecord){ g_array_new (FALSE, FALSE, sizeof (DnnCsvCell)), 0,
                          false };
}

void
dnn_csv_record_clear (DnnCsvRecord *self)
{
  g_clear_pointer (&self->cells, g_array_unref);
}

static bool
is_blank (char c)
{
  return c == ' ' || c == '\t';
}

static bool
ends_cell (const DnnCsvReader *self, const char *p)
{
  return p == self->end || *p == self->separator || *p == '\n' || *p == '\r';
}

/* The text behind the opening quote, up to the closing one. */
static bool
take_quoted (DnnCsvReader *self, DnnCsvCell *cell, GError **error)
{
  const int64_t line = self->line;
  const char *p = self->next + 1;

  cell->text = p;
  for (;; p++) {
    if (p == self->end)
      return fail (self, line, error,
                   "a cell begins with '\"' and has no '\"' at its end");
    if (*p == '"' && p + 1 < self->end && p[1] == '"') {
      cell->doubled = true;
      p++;
    } else if (*p == '"') {
      break;
    }
    if (*p == '\n' || (*p == '\r' && (p + 1 == self->end || p[1] != '\n')))
      self->line++;
  }
  if (p - cell->text > G_MAXINT32)
    return fail (self, line, error, "a cell has more than '2147483647' bytes");
  cell->n = (uint32_t) (p - cell->text);
  self->next = p + 1;
  while (!ends_cell (self, self->next) && is_blank (*self->next))
    self->next++;
  if (!ends_cell (self, self->next))
    return fail (self, self->line, error,
                 "a quoted cell goes on after its '\"'; a quote within it must "
                 "be doubled, as '\"\"'");
  return true;
}

static bool
take_cell (DnnCsvReader *self, DnnCsvCell *cell, GError **error)
{
  const char *start = self->next, *p;

  *cell = (DnnCsvCell){ 0 };
  while (!ends_cell (self, self->next) && is_blank (*self->next))
    self->next++;
  if (self->next < self->end && *self->next == '"')
    return take_quoted (self, cell, error);

  for (p = self->next; !ends_cell (self, p); p++)
    ;
  if (p - start > G_MAXINT32)
    return fail (self, self->line, error,
                 "a cell has more than '2147483647' bytes");
  cell->text = start;
  cell->n = (uint32_t) (p - start);
  self->next = p;
  return true;
}

/* True if every cell is empty, and none in quotes. */
static bool
is_nothing (const DnnCsvReader *self, const DnnCsvRecord *record,
            const char *start)
{
  for (const char *p = start; p < self->next; p++)
    if (!is_blank (*p) && *p != self->separator && *p != '\n' && *p != '\r')
      return false;
  return record->cells->len > 0;
}

static bool
take_record (DnnCsvReader *self, DnnCsvRecord *record, GError **error)
{
  g_array_set_size (record->cells, 0);
  record->line = self->line;
  while (true) {
    DnnCsvCell cell;

    if (!take_cell (self, &cell, error))
      return false;
    if (record->cells->len == MOST_CELLS)
      return fail (self, record->line, error,
                   "has more than '1048576' cells, the most that are read");
    g_array_append_val (record->cells, cell);
    if (self->next == self->end || skip_line_end (self))
      return true;
    self->next++; /* the separator */
  }
}

bool
dnn_csv_read (DnnCsvReader *self, DnnCsvRecord *record, GError **error)
{
  record->after_blank = false;
  while (self->next < self->end) {
    const char *start = self->next;

    if (!take_record (self, record, error))
      return false;
    if (!is_nothing (self, record, start))
      return true;
    record->after_blank = true;
  }
  return false;
}

/* --- cells --------------------------------------------------------------- */

static void
strip (const char **text, size_t *n)
{
  while (*n > 0 && is_blank (**text)) {
    (*text)++;
    (*n)--;
  }
  while (*n > 0 && is_blank ((*text)[*n - 1]))
    (*n)--;
}

static bool
is_word (const char *text, size_t n, const char *word)
{
  return strlen (word) == n && g_ascii_strncasecmp (text, word, n) == 0;
}

/* Digits with one mark: a whole number below 2^53 over a power of ten is
 * rounded once, as it should be (Clinger: How to read floating point numbers
 * accurately, 1990).  False: it is longer, or has an exponent. */
static bool
parse_short (const char *text, size_t n, double *ret_value)
{
  static const double powers[] = {
    1,   1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15
  };
  const bool negative = n > 0 && *text == '-';
  uint64_t digits = 0;
  size_t n_digits = 0, mark = 0;
  bool has_mark = false;

  for (size_t i = negative; i < n; i++) {
    if (text[i] == '.' && !has_mark) {
      has_mark = true;
      mark = n_digits;
    } else if (g_ascii_isdigit (text[i]) && n_digits < 15) {
      digits = 10 * digits + (uint64_t) (text[i] - '0');
      n_digits++;
    } else {
      return false;
    }
  }
  if (n_digits == 0)
    return false;
  *ret_value = (double) digits / powers[has_mark ? n_digits - mark : 0];
  if (negative)
    *ret_value = -*ret_value;
  return true;
}

static bool
parse_long (const char *text, size_t n, double *ret_value)
{
  char copy[512];
  char *end;

  if (n == 0 || n >= sizeof copy)
    return false;
  memcpy (copy, text, n);
  copy[n] = '\0';
  if (strspn (copy, "0123456789+-.eE") < n)
    return false; /* also "0x10" and "infinity" */
  *ret_value = g_ascii_strtod (copy, &end);
  return *end == '\0' && end != copy;
}

/* A number with a comma as its mark, written with a point. */
static bool
parse_comma (const char *text, size_t n, double *ret_value)
{
  char copy[512];
  char *comma;

  if (n >= sizeof copy)
    return false;
  memcpy (copy, text, n);
  copy[n] = '\0';
  comma = strchr (copy, ',');
  *comma = '.';
  return parse_short (copy, n, ret_value) || parse_long (copy, n, ret_value);
}

static bool
parse_number (DnnCsvReader *self, const char *text, size_t n, double *ret_value)
{
  const bool comma = self->separator == ';' && memchr (text, ',', n) != NULL;
  const char mark = comma ? ',' : memchr (text, '.', n) != NULL ? '.' : '\0';
  bool ok = comma ? parse_comma (text, n, ret_value)
                  : parse_short (text, n, ret_value) ||
                        parse_long (text, n, ret_value);

  ok = ok && fabs (*ret_value) <= (double) FLT_MAX;
  if (!ok || mark == '\0')
    return ok;
  /* One file, one mark: else 1.234 may be a thousand or a little above 1. */
  if (self->separator == ';' && self->decimal != '\0' && self->decimal != mark)
    return false;
  self->decimal = mark;
  return true;
}

/* 12%, 1,234: as people write them. */
static bool
parse_marked (DnnCsvReader *self, const char *text, size_t n, double *ret_value)
{
  if (text[n - 1] == '%') {
    n--;
    while (n > 0 && is_blank (text[n - 1]))
      n--;
    if (n == 0 || (!parse_number (self, text, n, ret_value) &&
                   !dnn_csv_parse_thousands (text, n, ret_value)))
      return false;
    *ret_value /= 100;
    return true;
  }
  return self->separator != ';' &&
         dnn_csv_parse_thousands (text, n, ret_value) &&
         fabs (*ret_value) <= (double) FLT_MAX;
}

void
dnn_csv_cell_strip (DnnCsvCell *self)
{
  size_t n = self->n;

  strip (&self->text, &n);
  self->n = (uint32_t) n;
}

DnnCsvKind
dnn_csv_parse_cell (DnnCsvReader *self, const DnnCsvCell *cell,
                    double *ret_value)
{
  static const char *const missing[] = {
    "na", "n/a", "nan", "null", "?", "#n/a"
  };
  const char *text = cell->text;
  size_t n = cell->n;

  strip (&text, &n);
  if (n == 0)
    return DNN_CSV_MISSING;
  if (parse_number (self, text, n, ret_value) ||
      parse_marked (self, text, n, ret_value))
    return DNN_CSV_NUMBER;
  for (size_t i = 0; i < G_N_ELEMENTS (missing); i++)
    if (is_word (text, n, missing[i]))
      return DNN_CSV_MISSING;
  if (is_word (text, n, "true") || is_word (text, n, "false")) {
    *ret_value = g_ascii_tolower (*text) == 't';
    return DNN_CSV_NUMBER;
  }
  return DNN_CSV_TEXT;
}

char *
dnn_csv_cell_text (const DnnCsvCell *cell)
{
  const char *text = cell->text;
  size_t n = cell->n;
  g_autoptr (GString) copy = NULL;
  char *converted;

  strip (&text, &n);
  copy = g_string_new_len (text, (gssize) n);
  if (cell->doubled)
    g_string_replace (copy, "\"\"", "\"", 0);
  if (g_utf8_validate (copy->str, (gssize) copy->len, NULL))
    return g_string_free (g_steal_pointer (&copy), FALSE);
  converted = g_convert (copy->str, (gssize) copy->len, "UTF-8", "WINDOWS-1252",
                         NULL, NULL, NULL);
  return converted != NULL ? converted
                           : g_utf8_make_valid (copy->str, (gssize) copy->len);
}
