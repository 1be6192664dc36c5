/* dnn-foreign-row.c - reads the rows of other systems' names */
#include "dnn-foreign-row.h"

#include <string.h>

static void
param_free (gpointer data)
{
  DnnForeignParam *self = data;

  g_free (self->ours);
  g_free (self->theirs);
  g_free (self);
}

static void
weight_free (gpointer data)
{
  DnnForeignWeight *self = data;

  g_strfreev (self->to);
  g_strfreev (self->from);
  g_free (self->split_size);
  g_strfreev (self->theirs);
  g_free (self->ours);
  g_free (self);
}

void
dnn_foreign_row_free (DnnForeignRow *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->weights);
  g_ptr_array_unref (self->params);
  g_strfreev (self->names);
  g_free (self);
}

/* --- where they are ------------------------------------------------------ */

uint32_t
dnn_foreign_n_rows (const DnnPlugin *plugin)
{
  const bool knows =
      plugin->struct_size >= DNN_END_OF (DnnPlugin, foreign_stride);

  return knows && plugin->foreign != NULL ? plugin->n_foreign : 0;
}

const DnnForeign *
dnn_foreign_at (const DnnPlugin *plugin, uint32_t i)
{
  return (const DnnForeign *) (const void *) ((const char *) plugin->foreign +
                                              (size_t) i *
                                                  plugin->foreign_stride);
}

const char *
dnn_plugin_onnx_function (const DnnPlugin *plugin)
{
  return plugin->struct_size >= DNN_END_OF (DnnPlugin, onnx_function)
             ? plugin->onnx_function
             : NULL;
}

const char *
dnn_plugin_c_expression (const DnnPlugin *plugin)
{
  return plugin->struct_size >= DNN_END_OF (DnnPlugin, c_expression)
             ? plugin->c_expression
             : NULL;
}

/* --- text ---------------------------------------------------------------- */

typedef struct {
  const char *what; /* "weights" */
  const char *text;
  const char *at;
  GError **error;
} Reader;

/* Says what is wrong at this place, and what would be right.  Returns: false.
 */
static bool
refuse (Reader *self, const char *wanted)
{
  const size_t n = strcspn (self->at, " \n");
  unsigned line = 1, column = 1;

  for (const char *c = self->text; c < self->at; c++) {
    line += *c == '\n';
    column = *c == '\n' ? 1 : column + 1;
  }
  g_set_error (self->error, DNN_ERROR, DNN_ERROR_PLUGIN,
               "%s, line %u, column %u: %s must stand here, not '%.*s'",
               self->what, line, column, wanted, (int) MIN (n, 40), self->at);
  return false;
}

#define BLANKS " \n\t"

static void
skip_blanks (Reader *self)
{
  self->at += strspn (self->at, BLANKS);
}

static bool
is_at_end (const Reader *self)
{
  return *self->at == '\0' || strchr (BLANKS, *self->at) != NULL;
}

static bool
take (Reader *self, char c)
{
  if (*self->at != c)
    return false;
  self->at++;
  return true;
}

/* A word of these characters besides letters and digits. */
static bool
read_word (Reader *self, const char *more, const char *wanted, char **ret_word)
{
  size_t n = 0;

  while (g_ascii_isalnum (self->at[n]) ||
         (self->at[n] != '\0' && strchr (more, self->at[n]) != NULL))
    n++;
  if (n == 0)
    return refuse (self, wanted);
  *ret_word = g_strndup (self->at, n);
  self->at += n;
  return true;
}

static bool
read_end (Reader *self)
{
  return is_at_end (self) || refuse (self, "a blank");
}

static bool
read_ours (Reader *self, const char *wanted, char **ret_ours)
{
  return read_word (self, "_", wanted, ret_ours) &&
         (take (self, '=') || refuse (self, "'='"));
}

/* --- parameters ---------------------------------------------------------- */

#define PATH "_/-"

/* Behind '@': "activation", "W.1". */
static bool
read_at (Reader *self, DnnForeignParam *param)
{
  param->source = DNN_FOREIGN_PLUGIN;
  if (!read_word (self, PATH, "an attribute or TENSOR.AXIS", &param->theirs))
    return false;
  if (!take (self, '.'))
    return true;
  param->source = DNN_FOREIGN_SIZE;
  if (*self->at < '0' || *self->at >= '0' + DNN_MAX_DIMS)
    return refuse (self, "the number of an axis, 0 to 7,");
  param->axis = (uint32_t) (*self->at++ - '0');
  return true;
}

static bool
read_quoted (Reader *self, DnnForeignParam *param)
{
  const size_t n = strcspn (self->at, "'");

  param->source = DNN_FOREIGN_CONSTANT;
  param->theirs = g_strndup (self->at, n);
  self->at += n;
  return take (self, '\'') || refuse (self, "a closing quote");
}

static bool
read_source (Reader *self, DnnForeignParam *param)
{
  const char *wanted = "NAME, @NAME, @TENSOR.AXIS, ?TENSOR, 1-NAME or 'text'";

  if (take (self, '@'))
    return read_at (self, param);
  if (take (self, '\''))
    return read_quoted (self, param);
  if (take (self, '?')) {
    param->source = DNN_FOREIGN_PRESENT;
    return read_word (self, PATH, "the name of a tensor", &param->theirs);
  }
  if (g_str_has_prefix (self->at, "1-")) {
    param->source = DNN_FOREIGN_REST;
    self->at += strlen ("1-");
    return read_word (self, "_", "the name of an attribute", &param->theirs);
  }
  return read_word (self, "_", wanted, &param->theirs);
}

static bool
read_param (Reader *self, DnnForeignRow *row)
{
  DnnForeignParam *param = g_new0 (DnnForeignParam, 1);

  g_ptr_array_add (row->params, param);
  if (!read_word (self, "_", "a parameter of ours", &param->ours))
    return false;
  if (take (self, '='))
    return read_source (self, param) && read_end (self);
  param->theirs = g_strdup (param->ours);
  return is_at_end (self) || refuse (self, "'=' or a blank");
}

/* --- weights ------------------------------------------------------------- */

static bool
read_theirs (Reader *self, DnnForeignWeight *weight)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  bool fine;

  do {
    g_autofree char *name = NULL;

    fine = read_word (self, "_/.-", "the name of a tensor", &name);
    if (fine)
      g_strv_builder_add (names, name);
  } while (fine && take (self, '+'));
  weight->theirs = g_strv_builder_end (names);
  return fine;
}

static bool
read_split (Reader *self, DnnForeignWeight *weight)
{
  weight->is_split = g_ascii_isdigit (self->at[0]) && self->at[1] == '/';
  if (!weight->is_split)
    return true;
  weight->split = (uint32_t) (self->at[0] - '0');
  self->at += 2;
  return read_word (self, "_", "C, a number or a parameter of ours",
                    &weight->split_size) &&
         (take (self, ',') || refuse (self, "','"));
}

static bool
read_axes (Reader *self, DnnForeignWeight *weight)
{
  bool used[10] = { false };

  if (!read_split (self, weight))
    return false;
  while (g_ascii_isdigit (*self->at)) {
    const uint32_t axis = (uint32_t) (*self->at - '0');

    if (used[axis] || axis > DNN_MAX_DIMS || weight->n_axes == DNN_MAX_DIMS)
      return refuse (self, "each axis once, 0 to 8,");
    used[axis] = true;
    weight->axes[weight->n_axes++] = axis;
    self->at++;
  }
  return weight->n_axes > 0 || refuse (self, "the digits of axes");
}

static bool
read_list (Reader *self, char end, char ***ret_list)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  bool fine;

  do {
    g_autofree char *name = NULL;

    fine = read_word (self, "_", "the name of a block", &name);
    if (fine)
      g_strv_builder_add (names, name);
  } while (fine && take (self, ','));
  *ret_list = g_strv_builder_end (names);
  return fine && (take (self, end) ||
                  refuse (self, end == '>' ? "',' or '>'" : "',' or '}'"));
}

/* True if both have the same names, each once. */
static bool
is_order (char **from, char **to)
{
  const guint n = g_strv_length (from);

  for (guint i = 0; i < n; i++)
    for (guint j = 0; j < i; j++)
      if (strcmp (from[i], from[j]) == 0)
        return false;
  for (guint i = 0; i < n; i++)
    if (!g_strv_contains ((const char *const *) to, from[i]))
      return false;
  return n > 1 && g_strv_length (to) == n;
}

static bool
read_order (Reader *self, DnnForeignWeight *weight)
{
  const char *begin = self->at;

  if (!read_list (self, '>', &weight->from) ||
      !read_list (self, '}', &weight->to))
    return false;
  if (is_order (weight->from, weight->to))
    return true;
  self->at = begin;
  return refuse (self, "two or more blocks, the same in another order,");
}

static bool
read_weight (Reader *self, DnnForeignRow *row)
{
  DnnForeignWeight *weight = g_new0 (DnnForeignWeight, 1);

  g_ptr_array_add (row->weights, weight);
  return read_ours (self, "a weight of ours", &weight->ours) &&
         read_theirs (self, weight) &&
         (!take (self, ':') || read_axes (self, weight)) &&
         (!take (self, '{') || read_order (self, weight)) && read_end (self);
}

/* --- rows ---------------------------------------------------------------- */

/* Every word of `text`, which NULL stands for none of. */
static bool
read_all (const char *what, const char *text, DnnForeignRow *row,
          bool (*read) (Reader *, DnnForeignRow *), GError **error)
{
  Reader reader = { what, text != NULL ? text : "", NULL, error };

  reader.at = reader.text;
  for (skip_blanks (&reader); *reader.at != '\0'; skip_blanks (&reader))
    if (!read (&reader, row))
      return false;
  return true;
}

/* "onnx" */
static bool
check_system (const char *system, GError **error)
{
  if (system != NULL && *system != '\0' && strpbrk (system, BLANKS) == NULL)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_PLUGIN,
               "its system must be one word, not '%s'",
               system != NULL ? system : "");
  return false;
}

/* "BatchNorm1d BatchNorm2d", "acme:snake" */
static bool
read_names (const char *text, char ***ret_names, GError **error)
{
  g_auto (GStrv) words = g_strsplit_set (text != NULL ? text : "", BLANKS, -1);
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  for (char **word = words; *word != NULL; word++)
    if (**word != '\0')
      g_strv_builder_add (names, *word);
  *ret_names = g_strv_builder_end (names);
  if (**ret_names != NULL)
    return true;
  g_set_error_literal (error, DNN_ERROR, DNN_ERROR_PLUGIN,
                       "its name must be one word or several, not ''");
  return false;
}

DnnForeignRow *
dnn_foreign_row_parse (const DnnForeign *row, GError **error)
{
  g_autoptr (DnnForeignRow) self = g_new0 (DnnForeignRow, 1);

  self->system = row->system;
  self->name = row->name;
  self->params = g_ptr_array_new_with_free_func (param_free);
  self->weights = g_ptr_array_new_with_free_func (weight_free);
  if (!check_system (row->system, error) ||
      !read_names (row->name, &self->names, error))
    return NULL;
  if (read_all ("parameters", row->parameters, self, read_param, error) &&
      read_all ("weights", row->weights, self, read_weight, error))
    return g_steal_pointer (&self);
  g_prefix_error (error, "%s %s: ", row->system, row->name);
  return NULL;
}
