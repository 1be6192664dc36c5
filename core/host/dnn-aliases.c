/* dnn-aliases.c - other names of plugins: those that Keras has */
#include "dnn-aliases.h"

#include "dnn-candidates.h"
#include "dnn-kind.h"
#include "dnn-suggest.h"

#include <string.h>

/* The name behind '=' where the line is of this kind and alias. */
static char *
read_line (char *line, DnnKind kind, const char *name)
{
  const char *folder = dnn_kind_folder (kind);
  const size_t n = strlen (folder);
  char *equals = strchr (line, '=');

  line[strcspn (line, "#")] = '\0';
  if (equals == NULL || equals >= line + strlen (line) ||
      strncmp (line, folder, n) != 0 || line[n] != '/')
    return NULL;
  *equals = '\0';
  return dnn_is_same_name (g_strstrip (line + n + 1), name)
             ? g_strdup (g_strstrip (equals + 1))
             : NULL;
}

static char *
find_in_file (const char *folder, DnnKind kind, const char *name)
{
  g_autofree char *path = g_build_filename (folder, "aliases", NULL);
  g_autofree char *text = NULL, *found = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return NULL;
  lines = g_strsplit (text, "\n", -1);
  for (size_t i = 0; found == NULL && lines[i] != NULL; i++)
    found = read_line (lines[i], kind, name);
  return g_steal_pointer (&found);
}

char *
dnn_aliases_find (const char *const *folders, DnnKind kind, const char *name)
{
  g_auto (GStrv) names = NULL;

  for (size_t i = 0; folders[i] != NULL; i++) {
    char *found = find_in_file (folders[i], kind, name);

    if (found != NULL)
      return found;
  }
  names = dnn_candidates_names (folders, kind);
  for (size_t i = 0; names[i] != NULL; i++)
    if (dnn_is_same_name (names[i], name))
      return g_strdup (names[i]);
  return NULL;
}
