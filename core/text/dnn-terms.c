/* dnn-terms.c - plugins by output */
#include "dnn-terms.h"

#include "dnn-parse.h"

#include <string.h>

static void
term_free (gpointer data)
{
  DnnTerm *term = data;

  g_free (term->text);
  g_free (term->output);
  g_free (term);
}

/* The text before the first `mark` that stands before any parenthesis, taken
 * off `*text`; NULL: there is none. */
static char *
take_before (char mark, const char **text)
{
  const char *at = strpbrk (*text, mark == ':' ? ":(" : "*(");
  char *before;

  if (at == NULL || *at != mark)
    return NULL;
  before = g_strstrip (g_strndup (*text, (gsize) (at - *text)));
  *text = at + 1;
  return before;
}

static DnnTerm *
parse_term (const char *text, GError **error)
{
  DnnTerm *term = g_new0 (DnnTerm, 1);
  const char *rest = text;
  g_autofree char *factor = NULL;

  term->output = take_before (':', &rest);
  factor = take_before ('*', &rest);
  term->factor = 1;
  term->text = g_strstrip (g_strdup (rest));
  if (term->output != NULL && *term->output == '\0')
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "'%s' must begin with the name of an output, as in 'a: %s'",
                 text, term->text);
  else if (*term->text == '\0' && (term->output != NULL || factor != NULL))
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "'%s' names no plugin, as in 'a: 0.3 * mean_squared_error'",
                 text);
  else if (factor == NULL ||
           dnn_parse_float (factor, -1e30, 1e30, &term->factor, error))
    return term;
  else
    g_prefix_error (error, "'%s': its factor ", text);
  term_free (term);
  return NULL;
}

GPtrArray *
dnn_terms_parse (const char *text, GError **error)
{
  g_autoptr (GPtrArray) terms = g_ptr_array_new_with_free_func (term_free);
  g_auto (GStrv) pieces = dnn_split_commas (text);

  for (size_t i = 0; pieces[i] != NULL; i++) {
    DnnTerm *term = parse_term (pieces[i], error);

    if (term == NULL)
      return NULL;
    g_ptr_array_add (terms, term);
  }
  return g_steal_pointer (&terms);
}
