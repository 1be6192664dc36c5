/* dnn-onnx-text.c - reads a function, and what its nodes take and make */
#include "dnn-onnx-text.h"

#include <string.h>

typedef struct {
  const char *text, *at;
  GHashTable *values; /* (owned) names that are known by now */
  GError **error;
} Reader;

static bool
refuse (Reader *self, const char *wanted)
{
  unsigned line = 1, column = 1;

  for (const char *c = self->text; c < self->at; c++) {
    line += *c == '\n';
    column = *c == '\n' ? 1 : column + 1;
  }
  g_set_error (self->error, DNN_ERROR, DNN_ERROR_PLUGIN,
               "line %u, column %u: %s must stand here, not '%.20s'", line,
               column, wanted, self->at);
  return false;
}

static void
skip_blanks (Reader *self)
{
  do {
    self->at += strspn (self->at, " \t\n");
    if (*self->at == '#') /* a comment */
      self->at += strcspn (self->at, "\n");
  } while (*self->at == '\n');
}

static bool
take (Reader *self, const char *word)
{
  skip_blanks (self);
  if (!g_str_has_prefix (self->at, word))
    return false;
  self->at += strlen (word);
  return true;
}

static bool
expect (Reader *self, const char *word)
{
  g_autofree char *wanted = g_strdup_printf ("'%s'", word);

  return take (self, word) || refuse (self, wanted);
}

/* Letters, digits and '_'; of operators '.', too. */
static bool
read_name (Reader *self, const char *more, char **ret_name)
{
  size_t n = 0;

  skip_blanks (self);
  while (g_ascii_isalnum (self->at[n]) || self->at[n] == '_' ||
         (self->at[n] != '\0' && strchr (more, self->at[n]) != NULL))
    n++;
  if (n == 0 || g_ascii_isdigit (*self->at))
    return refuse (self, "a name");
  *ret_name = g_strndup (self->at, n);
  self->at += n;
  return true;
}

/* Passes over "<...>", if there is one. */
static bool
skip_attributes (Reader *self)
{
  int depth = 0;

  if (!take (self, "<"))
    return true;
  for (; *self->at != '\0' && (*self->at != '>' || depth > 0); self->at++) {
    depth += *self->at == '[' || *self->at == '{';
    depth -= *self->at == ']' || *self->at == '}';
    if (*self->at != '"')
      continue;
    self->at += 1 + strcspn (self->at + 1, "\"");
    if (*self->at == '\0')
      break;
  }
  return expect (self, ">");
}

/* --- values -------------------------------------------------------------- */

typedef bool (*TakeName) (Reader *self, const char *name, const char *at);

/* "(a, b)", or names up to '='; each goes to `body`. */
static bool
read_list (Reader *self, bool in_parentheses, TakeName body)
{
  if (in_parentheses && !expect (self, "("))
    return false;
  if (in_parentheses && take (self, ")"))
    return true;
  do {
    g_autofree char *name = NULL;
    const char *at;

    skip_blanks (self);
    at = self->at;
    if (!read_name (self, "", &name) || !body (self, name, at))
      return false;
  } while (take (self, ","));
  return !in_parentheses || expect (self, ")");
}

static bool
make (Reader *self, const char *name, const char *at)
{
  if (g_hash_table_add (self->values, g_strdup (name)))
    return true;
  self->at = at;
  return refuse (self, "a new name");
}

static bool
use (Reader *self, const char *name, const char *at)
{
  if (g_hash_table_contains (self->values, name))
    return true;
  self->at = at;
  return refuse (self, "an input or what an earlier node makes");
}

/* The function's own outputs: they are made later. */
static bool
pass (Reader *self, const char *name, const char *at)
{
  (void) self;
  (void) name;
  (void) at;
  return true;
}

/* --- the function -------------------------------------------------------- */

/* "y, z = acme.Op <k = 1> (a, b)" */
static bool
read_node (Reader *self)
{
  const char *outputs, *end;
  g_autofree char *op = NULL;

  skip_blanks (self);
  outputs = self->at;
  if (!read_list (self, false, pass) || !expect (self, "=") ||
      !read_name (self, ".", &op) || !skip_attributes (self) ||
      !read_list (self, true, use) || !skip_attributes (self))
    return false;
  end = self->at;
  self->at = outputs;
  if (!read_list (self, false, make))
    return false;
  self->at = end;
  return true;
}

static bool
read_function (Reader *self)
{
  g_autofree char *name = NULL;
  const char *outputs, *end;

  if (!skip_attributes (self) || !read_name (self, "", &name) ||
      !skip_attributes (self) || !read_list (self, true, make) ||
      !expect (self, "=>"))
    return false;
  outputs = self->at;
  if (!read_list (self, true, pass) || !expect (self, "{"))
    return false;
  while (!take (self, "}"))
    if (!read_node (self))
      return false;
  skip_blanks (self);
  if (*self->at != '\0')
    return refuse (self, "the end");
  end = self->at;
  self->at = outputs;
  if (!read_list (self, true, use))
    return false;
  self->at = end;
  return true;
}

bool
dnn_onnx_text_check (const char *text, GError **error)
{
  g_autoptr (GHashTable) values =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Reader self = { text, text, values, error };

  return read_function (&self);
}
