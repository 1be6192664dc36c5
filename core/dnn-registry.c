/* dnn-registry.c - search folders, and what was opened from them */
#include "dnn-registry.h"

#include "dnn-kind.h"
#include "dnn-loader.h"
#include "dnn-suggest.h"

#include <dlfcn.h>
#include <string.h>

struct DnnRegistry {
  gatomicrefcount refs;
  char **folders;      /* (owned) */
  GHashTable *plugins; /* (owned) "kind/name" -> const DnnPlugin */
  GPtrArray *notes;    /* (owned) of char * */
};

/* --- folders ------------------------------------------------------------- */

/* Where this library lies: <libdir> when installed; in the build tree, beside
 * the folder of plugins, with a marker file that says so. */
static char *
own_folder (void)
{
  g_autofree char *path = NULL, *folder = NULL, *marker = NULL;
  Dl_info info;

  if (dladdr (&dnn_registry_new, &info) == 0 || info.dli_fname == NULL)
    return NULL;
  path = g_canonicalize_filename (info.dli_fname, NULL);
  folder = g_path_get_dirname (path);
  marker = g_build_filename (folder, "dnn-build-tree", NULL);
  if (g_file_test (marker, G_FILE_TEST_EXISTS)) {
    g_autofree char *root = g_path_get_dirname (folder);

    return g_build_filename (root, "plugins", NULL);
  }
  return g_build_filename (folder, "dnn", "plugins-1", NULL);
}

static void
add_folders (GStrvBuilder *folders, const char *path)
{
  g_auto (GStrv) list = g_strsplit (path != NULL ? path : "", ":", -1);

  for (size_t i = 0; list[i] != NULL; i++)
    if (*list[i] != '\0')
      g_strv_builder_add (folders, list[i]);
}

DnnRegistry *
dnn_registry_new (const char *folders)
{
  DnnRegistry *self = g_new0 (DnnRegistry, 1);
  g_autoptr (GStrvBuilder) all = g_strv_builder_new ();
  g_autofree char *user = NULL, *own = own_folder ();

  user = g_build_filename (g_get_user_data_dir (), "dnn", "plugins-1", NULL);
  add_folders (all, folders);
  add_folders (all, g_getenv ("DNN_PLUGIN_PATH"));
  add_folders (all, user);
  add_folders (all, own);

  g_atomic_ref_count_init (&self->refs);
  self->folders = g_strv_builder_end (all);
  self->plugins = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->notes = g_ptr_array_new_with_free_func (g_free);
  return self;
}

DnnRegistry *
dnn_registry_ref (DnnRegistry *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
dnn_registry_unref (DnnRegistry *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->refs))
    return;
  g_ptr_array_unref (self->notes);
  g_hash_table_unref (self->plugins);
  g_strfreev (self->folders);
  g_free (self);
}

const char *const *
dnn_registry_folders (DnnRegistry *self)
{
  return (const char *const *) self->folders;
}

const GPtrArray *
dnn_registry_notes (DnnRegistry *self)
{
  return self->notes;
}

/* --- files --------------------------------------------------------------- */

static bool
is_file_name (const char *name)
{
  return *name != '\0' && *name != '.' && strchr (name, '/') == NULL;
}

/* The file of that kind and name in `folder`, or NULL.  In the folder itself
 * stand files of any kind: `ret_loose` says so. */
static char *
file_in (const char *folder, DnnKind kind, const char *name, bool *ret_loose)
{
  g_autofree char *file = g_strconcat (name, ".so", NULL);
  char *path = g_build_filename (folder, dnn_kind_folder (kind), file, NULL);

  *ret_loose = false;
  if (g_file_test (path, G_FILE_TEST_EXISTS))
    return path;
  g_free (path);
  *ret_loose = true;
  path = g_build_filename (folder, file, NULL);
  if (g_file_test (path, G_FILE_TEST_EXISTS))
    return path;
  g_free (path);
  return NULL;
}

static const DnnPlugin *
open_file (DnnRegistry *self, const char *path, const char *name,
           GError **error)
{
  const DnnPlugin *plugin;
  char *note = NULL;

  plugin = dnn_loader_open (path, name, &note, error);
  if (note != NULL)
    g_ptr_array_add (self->notes, note);
  return plugin;
}

/* Looks through the folders.  NULL without an error: there is none. */
static const DnnPlugin *
search (DnnRegistry *self, DnnKind kind, const char *name, GError **error)
{
  for (size_t i = 0; self->folders[i] != NULL; i++) {
    bool loose;
    g_autofree char *path = file_in (self->folders[i], kind, name, &loose);
    const DnnPlugin *plugin;

    if (path == NULL)
      continue;
    if (!dnn_loader_check_owner (self->folders[i], error))
      return NULL;
    plugin = open_file (self, path, name, error);
    if (plugin == NULL || plugin->kind == kind)
      return plugin;
    if (!loose) {
      g_set_error (error, DNN_ERROR, DNN_ERROR_PLUGIN,
                   "'%s' is refused: it is of kind %s, and its folder is for "
                   "kind %s",
                   path, dnn_kind_name ((DnnKind) plugin->kind),
                   dnn_kind_name (kind));
      return NULL;
    }
  }
  return NULL;
}

bool
dnn_registry_has (DnnRegistry *self, DnnKind kind, const char *name)
{
  for (size_t i = 0; is_file_name (name) && self->folders[i] != NULL; i++) {
    bool loose;
    g_autofree char *path = file_in (self->folders[i], kind, name, &loose);
    const DnnPlugin *plugin;

    if (path == NULL)
      continue;
    if (!loose)
      return true;
    plugin = open_file (self, path, name, NULL);
    if (plugin == NULL || plugin->kind == kind)
      return true;
  }
  return false;
}

static void
set_unknown (DnnRegistry *self, DnnKind kind, const char *name, GError **error)
{
  g_auto (GStrv) names = dnn_registry_names (self, kind);
  g_autofree char *nearest = dnn_suggest (name, (const char *const *) names);
  g_autofree char *folders = g_strjoinv (", ", self->folders);

  g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
               "there is no %s plugin '%s'; %s (searched: %s)",
               dnn_kind_name (kind), name,
               *nearest != '\0' ? nearest : "no plugin of that kind is there",
               folders);
}

const DnnPlugin *
dnn_registry_find (DnnRegistry *self, DnnKind kind, const char *name,
                   GError **error)
{
  g_autofree char *key = g_strconcat (dnn_kind_name (kind), "/", name, NULL);
  const DnnPlugin *plugin = g_hash_table_lookup (self->plugins, key);
  GError *local = NULL;

  if (plugin != NULL)
    return plugin;
  if (is_file_name (name))
    plugin = search (self, kind, name, &local);
  if (local != NULL) {
    g_propagate_error (error, local);
    return NULL;
  }
  if (plugin == NULL) {
    set_unknown (self, kind, name, error);
    return NULL;
  }
  g_hash_table_insert (self->plugins, g_steal_pointer (&key), (void *) plugin);
  return plugin;
}

const DnnPlugin *
dnn_registry_resolve (DnnRegistry *self, const DnnPlugin *plugin,
                      GError **error)
{
  const DnnPlugin *base;

  if (plugin->base == NULL)
    return plugin;
  base = dnn_registry_find (self, (DnnKind) plugin->kind, plugin->base, error);
  if (base == NULL) {
    g_prefix_error (error, "base of '%s': ", plugin->name);
    return NULL;
  }
  if (base->base != NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PLUGIN,
                 "'%s' is based on '%s', which has a base itself", plugin->name,
                 base->name);
    return NULL;
  }
  return base;
}

/* --- lists --------------------------------------------------------------- */

static void
candidate_free (gpointer data)
{
  DnnCandidate *candidate = data;

  g_free (candidate->name);
  g_free (candidate->path);
  g_free (candidate);
}

static void
list_folder (GPtrArray *list, const char *folder, DnnKind kind)
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
    for (guint i = 0; i < list->len; i++) {
      const DnnCandidate *other = g_ptr_array_index (list, i);

      candidate->shadowed |=
          other->kind == kind && strcmp (other->name, candidate->name) == 0;
    }
    g_ptr_array_add (list, candidate);
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
  return (int) x->shadowed - (int) y->shadowed;
}

GPtrArray *
dnn_registry_list (DnnRegistry *self)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (candidate_free);

  for (size_t i = 0; self->folders[i] != NULL; i++) {
    for (int kind = 1; kind <= DNN_N_KINDS; kind++) {
      g_autofree char *folder = g_build_filename (
          self->folders[i], dnn_kind_folder ((DnnKind) kind), NULL);

      list_folder (list, folder, (DnnKind) kind);
    }
    list_folder (list, self->folders[i], (DnnKind) 0);
  }
  g_ptr_array_sort (list, compare_candidates);
  return list;
}

char **
dnn_registry_names (DnnRegistry *self, DnnKind kind)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_autoptr (GPtrArray) list = dnn_registry_list (self);

  for (guint i = 0; i < list->len; i++) {
    const DnnCandidate *candidate = g_ptr_array_index (list, i);

    if (candidate->kind == kind && !candidate->shadowed)
      g_strv_builder_add (names, candidate->name);
  }
  return g_strv_builder_end (names);
}
