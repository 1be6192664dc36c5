/* dnn-template.c - puts values into texts */
#include "dnn-template.h"

#include "dnn-parse.h"

#include <errno.h>
#include <string.h>

/* Values within values within values are soon beyond any memory. */
enum { MOST_BYTES = 1 << 16 };

static char *
set_lone_dollar (const char *text, GError **error)
{
  g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
               "a '$' must be followed by a parameter's name, as in '$units' "
               "or '${units}', in '%s'; a dollar is '$$'",
               text);
  return NULL;
}

/* The name behind the dollar at `*p`, which goes behind it; NULL: none. */
static char *
read_name (const char **p)
{
  const bool braced = (*p)[1] == '{';
  const char *name = *p + (braced ? 2 : 1);
  const size_t n = strspn (name, G_CSET_a_2_z G_CSET_DIGITS "_");

  if (n == 0 || (braced && name[n] != '}'))
    return NULL;
  *p = name + n + (braced ? 1 : 0);
  return g_strndup (name, n);
}

char *
dnn_template_fill (const char *text, DnnTemplateFind find, void *data,
                   GError **error)
{
  g_autoptr (GString) filled = g_string_new (NULL);

  for (const char *p = text; *p != '\0';) {
    g_autofree char *name = NULL;
    const char *value;

    if (*p != '$' || p[1] == '$') {
      g_string_append_c (filled, *p);
      p += *p == '$' ? 2 : 1;
      continue;
    }
    name = read_name (&p);
    if (name == NULL)
      return set_lone_dollar (text, error);
    value = find (name, data, error);
    if (value == NULL)
      return NULL;
    g_string_append (filled, value);
    if (filled->len > MOST_BYTES) {
      g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                   "with the value of '$%s' a text has more than %d bytes",
                   name, MOST_BYTES);
      return NULL;
    }
  }
  return g_string_free (g_steal_pointer (&filled), FALSE);
}

/* A whole number at `*p`, which goes behind it. */
static bool
read_number (const char **p, int64_t *ret_n)
{
  char *end;

  if (!g_ascii_isdigit (**p) && !(**p == '-' && g_ascii_isdigit ((*p)[1])))
    return false;
  errno = 0;
  *ret_n = g_ascii_strtoll (*p, &end, 10);
  *p = end;
  return errno == 0;
}

/* Puts one more factor or divisor to `*n`; a number stays a number. */
static bool
apply (char sign, int64_t factor, int64_t *n, bool *ret_too_large)
{
  if (sign == '*') {
    *ret_too_large = __builtin_mul_overflow (*n, factor, n);
    return !*ret_too_large;
  }
  if (factor <= 0 || *n % factor != 0)
    return false;
  *n /= factor;
  return true;
}

/* NULL without an error: it is no such text. */
static char *
work_out_piece (const char *piece, GError **error)
{
  const char *p = piece;
  bool too_large = false, whole;
  int64_t n = 0, factor = 0;

  whole = read_number (&p, &n) && (*p == '*' || *p == '/');
  while (whole && *p != '\0') {
    const char sign = *p++;

    whole = (sign == '*' || sign == '/') && read_number (&p, &factor) &&
            apply (sign, factor, &n, &too_large);
  }
  if (too_large)
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "'%s' is more than a whole number can be", piece);
  return whole ? g_strdup_printf ("%" G_GINT64_FORMAT, n) : NULL;
}

char *
dnn_template_work_out (const char *text, GError **error)
{
  g_auto (GStrv) pieces = NULL;
  bool any = false;

  if (strpbrk (text, "*/") == NULL)
    return g_strdup (text);
  pieces = dnn_split_commas (text);
  for (size_t i = 0; pieces[i] != NULL; i++) {
    GError *failure = NULL;
    char *number = work_out_piece (pieces[i], &failure);

    if (failure != NULL) {
      g_propagate_error (error, failure);
      return NULL;
    }
    if (number == NULL)
      continue;
    g_free (pieces[i]);
    pieces[i] = number;
    any = true;
  }
  return any ? g_strjoinv (",", pieces) : g_strdup (text);
}
