/* dnn-experiment-edit.c - finds the bytes of a value and puts others there */
#include "dnn-experiment-edit.h"

#include "dnn-file.h"

#include <stdlib.h>
#include <string.h>

/* The bytes of a line, from 1; its newline is its own. */
static void
find_line (const char *text, unsigned number, size_t *ret_from, size_t *ret_to)
{
  size_t from = 0, to;

  for (unsigned i = 1; i < number; i++)
    from += strcspn (text + from, "\n") + 1;
  to = from + strcspn (text + from, "\n");
  *ret_from = from;
  *ret_to = to + (text[to] == '\n');
}

/* The line ending that the file has. */
static const char *
newline_of (const char *text)
{
  const char *first = strchr (text, '\n');

  return first != NULL && first > text && first[-1] == '\r' ? "\r\n" : "\n";
}

/* Of the first line of a value: what stands behind "=" up to a comment or the
 * blanks at the end. */
static void
find_value (const char *text, size_t from, size_t to, size_t *ret_from,
            size_t *ret_to)
{
  size_t start = from + strcspn (text + from, "=") + 1;
  size_t end;

  while (start < to && (text[start] == ' ' || text[start] == '\t'))
    start++;
  for (end = start; end < to; end++)
    if (text[end] == '#' && g_ascii_isspace (text[end - 1]))
      break;
  while (end > start && g_ascii_isspace (text[end - 1]))
    end--;
  *ret_from = start;
  *ret_to = end;
}

static void
replace_value (GString *text, const DnnArg *arg, const char *value)
{
  size_t from, to;

  find_line (text->str, arg->place.line, &from, &to);
  find_value (text->str, from, to, &from, &to);
  g_string_erase (text, (gssize) from, (gssize) (to - from));
  g_string_insert (text, (gssize) from, value);
}

/* A new line below the section's last, or a section at the end. */
static void
add_key (GString *text, const DnnSpec *section, const char *name,
         const char *key, const char *value)
{
  const char *newline = newline_of (text->str);
  g_autofree char *line = g_strconcat (key, " = ", value, newline, NULL);
  size_t from, at = text->len;

  if (section != NULL) {
    unsigned last = section->place.line;

    for (guint i = 0; i < section->args->len; i++) {
      const DnnArg *arg = g_ptr_array_index (section->args, i);

      last = arg->place.line;
      for (const char *p = arg->value; *p != '\0'; p++)
        last += *p == '\n';
    }
    find_line (text->str, last, &from, &at);
  }
  if (at > 0 && text->str[at - 1] != '\n') {
    g_string_insert (text, (gssize) at, newline);
    at += strlen (newline);
  }
  if (section == NULL) {
    g_string_append_printf (text, "%s[%s]%s", newline, name, newline);
    at = text->len;
  }
  g_string_insert (text, (gssize) at, line);
}

/* True if the text now says that and else what it said. */
static bool
check (const DnnExperiment *wanted, const char *text)
{
  g_autoptr (DnnExperiment) now = dnn_experiment_parse (NULL, text, NULL);
  g_autofree char *a = dnn_experiment_to_string (wanted);
  g_autofree char *b = now != NULL ? dnn_experiment_to_string (now) : NULL;

  return g_strcmp0 (a, b) == 0;
}

char *
dnn_experiment_edit_text (const char *name, const char *text,
                          const char *section, const char *key,
                          const char *value, GError **error)
{
  g_autoptr (DnnExperiment) experiment =
      dnn_experiment_parse (name, text, error);
  g_autoptr (GString) edited = g_string_new (text);
  const DnnSpec *found;
  const DnnArg *arg;

  if (experiment == NULL)
    return NULL;
  found = dnn_experiment_find (experiment, section);
  arg = found != NULL ? dnn_spec_find (found, key) : NULL;
  if (arg != NULL)
    replace_value (edited, arg, value);
  else
    add_key (edited, found, section, key, value);
  dnn_experiment_set (experiment, section, key, value);
  if (check (experiment, edited->str))
    return g_string_free (g_steal_pointer (&edited), FALSE);
  g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
               "%s: '%s' cannot be set to '%s' without writing the file anew; "
               "a value must stand on one line to be changed",
               name, key, value);
  return NULL;
}

bool
dnn_experiment_edit_file (const char *path, const char *section,
                          const char *key, const char *value, GError **error)
{
  /* Where the path is a link, the file itself is replaced. */
  g_autofree char *resolved = realpath (path, NULL);
  const char *target = resolved != NULL ? resolved : path;
  g_autofree char *before =
      dnn_file_read_text (target, "experiment file", error);
  g_autofree char *after = NULL;

  if (before == NULL)
    return false;
  after = dnn_experiment_edit_text (path, before, section, key, value, error);
  return after != NULL &&
         dnn_file_replace (target, after, strlen (after), error);
}
