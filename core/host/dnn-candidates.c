/* dnn-candidates.c - what lies in the folders, without opening it */
#include "dnn-candidates.h"

#include "dnn-error.h"
#include "dnn-kind.h"
#include "dnn-suggest.h"

#include <string.h>

static void
candidate_free (gpointer data)
{
  DnnCandidate *candidate = data;

  g_free (candidate->name);
  g_free (candidate->path);
  g_free (candidate);
}

static void
list_folder (GPtrArray *list, const char *folder, DnnKind kind, unsigned order)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *file;

  while (dir != NULL && (file = g_dir_read_name (dir)) != NULL) {
    DnnCandidate *candidate;

    if (!g_str_has_suffix (file, ".so") || *file == '.')
      continue;
    candidate = g_new0 (DnnCandidate, 1);
    candidate->kind = kind;
    candidate->name = g_strndup (file, strlen (file) - 3);
    candidate->path = g_build_filename (folder, file, NULL);
    candidate->order = order;
    g_ptr_array_add (list, candidate);
  }
}

static bool
shadows (const DnnCandidate *first, const DnnCandidate *other)
{
  return first->kind == other->kind && first->order < other->order &&
         strcmp (first->name, other->name) == 0;
}

void
dnn_candidates_mark_shadowed (GPtrArray *list)
{
  for (guint i = 0; i < list->len; i++) {
    DnnCandidate *candidate = g_ptr_array_index (list, i);

    candidate->shadowed = false;
    for (guint j = 0; j < list->len && candidate->kind != 0; j++)
      candidate->shadowed |= shadows (g_ptr_array_index (list, j), candidate);
  }
}

static int
compare_candidates (gconstpointer a, gconstpointer b)
{
  const DnnCandidate *x = *(DnnCandidate *const *) a;
  const DnnCandidate *y = *(DnnCandidate *const *) b;

  if (x->kind != y->kind)
    return x->kind < y->kind ? -1 : 1;
  if (strcmp (x->name, y->name) != 0)
    return strcmp (x->name, y->name);
  return (int) x->order - (int) y->order;
}

GPtrArray *
dnn_candidates_list (const char *const *folders)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (candidate_free);

  for (unsigned i = 0; folders[i] != NULL; i++) {
    for (unsigned kind = 1; kind <= dnn_kind_count (); kind++) {
      g_autofree char *folder =
          g_build_filename (folders[i], dnn_kind_folder ((DnnKind) kind), NULL);

      list_folder (list, folder, (DnnKind) kind, 2 * i);
    }
    list_folder (list, folders[i], (DnnKind) 0, 2 * i + 1);
  }
  g_ptr_array_sort (list, compare_candidates);
  dnn_candidates_mark_shadowed (list);
  return list;
}

char **
dnn_candidates_names (const char *const *folders, DnnKind kind)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_autoptr (GPtrArray) list = dnn_candidates_list (folders);

  for (guint i = 0; i < list->len; i++) {
    const DnnCandidate *candidate = g_ptr_array_index (list, i);

    if (candidate->kind == kind && !candidate->shadowed)
      g_strv_builder_add (names, candidate->name);
  }
  return g_strv_builder_end (names);
}

/* --- names that are not there -------------------------------------------- */

/* Every name that could be meant: those of the kinds, and those of files
 * whose kind is not known before they are opened. */
static char **
names_of (const char *const *folders, const DnnKind *kinds, size_t n_kinds)
{
  g_autoptr (GStrvBuilder) all = g_strv_builder_new ();
  g_autoptr (GPtrArray) list = dnn_candidates_list (folders);

  for (size_t i = 0; i < n_kinds; i++) {
    g_auto (GStrv) names = dnn_candidates_names (folders, kinds[i]);

    g_strv_builder_addv (all, (const char **) names);
  }
  for (guint i = 0; i < list->len; i++) {
    const DnnCandidate *candidate = g_ptr_array_index (list, i);

    if (candidate->kind == 0)
      g_strv_builder_add (all, candidate->name);
  }
  return g_strv_builder_end (all);
}

/* A file of that name which leads nowhere: "PATH points to what is not there".
 * Returns: (transfer full): NULL: there is none. */
static char *
find_dangling (const char *const *folders, const DnnKind *kinds, size_t n_kinds,
               const char *name)
{
  g_autoptr (GPtrArray) list = dnn_candidates_list (folders);

  for (guint i = 0; i < list->len; i++) {
    const DnnCandidate *candidate = g_ptr_array_index (list, i);

    if (strcmp (candidate->name, name) != 0 ||
        !g_file_test (candidate->path, G_FILE_TEST_IS_SYMLINK) ||
        g_file_test (candidate->path, G_FILE_TEST_EXISTS))
      continue;
    for (size_t j = 0; j < n_kinds; j++)
      if (candidate->kind == kinds[j] || candidate->kind == 0)
        return g_strdup_printf ("'%s' points to what is not there",
                                candidate->path);
  }
  return NULL;
}

/* "; or install it as layers/acme.swish.so" */
static void
append_install (GString *text, const DnnKind *kinds, size_t n_kinds,
                const char *name)
{
  if (*name == '\0' || strchr (name, '/') != NULL ||
      n_kinds == dnn_kind_count ())
    return;
  g_string_append (text, "; or install it as ");
  for (size_t i = 0; i < n_kinds; i++)
    g_string_append_printf (text, "%s%s/%s.so", i > 0 ? " or " : "",
                            dnn_kind_folder (kinds[i]), name);
}

void
dnn_candidates_set_unknown (const char *const *folders, const DnnKind *kinds,
                            size_t n_kinds, const char *name, GError **error)
{
  g_auto (GStrv) names = names_of (folders, kinds, n_kinds);
  g_autofree char *nearest = dnn_suggest (name, (const char *const *) names);
  g_autofree char *searched = g_strjoinv (", ", (char **) folders);
  g_autoptr (GString) what = g_string_new (NULL);
  g_autoptr (GString) nowhere = g_string_new (NULL);
  g_autofree char *dangling = find_dangling (folders, kinds, n_kinds, name);

  if (dangling != NULL) {
    g_set_error_literal (error, DNN_ERROR, DNN_ERROR_NAME, dangling);
    return;
  }
  if (!g_str_has_prefix (nearest, "did you mean"))
    append_install (nowhere, kinds, n_kinds, name);
  for (size_t i = 0; i < n_kinds && n_kinds < dnn_kind_count (); i++)
    g_string_append_printf (what, "%s%s ", i > 0 ? "or " : "",
                            dnn_kind_name (kinds[i]));
  g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
               "there is no %splugin '%s'; %s%s (searched: %s)", what->str,
               name,
               *nearest != '\0' ? nearest : "no plugin of that kind is there",
               nowhere->str, searched);
}
