/* dnn-registry.c - search folders, and what was opened from them */
#include "dnn-registry.h"

#include "dnn-aliases.h"
#include "dnn-kind.h"
#include "dnn-loader.h"

#include <dlfcn.h>
#include <string.h>

struct DnnRegistry {
  gatomicrefcount refs;
  char **folders;      /* (owned) */
  GHashTable *plugins; /* (owned) "kind/name" -> const DnnPlugin */
  GPtrArray *notes;    /* (owned) of char * */
  bool allows_missing;
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

/* A folder that is named twice is searched once. */
static void
add_folders (GPtrArray *folders, const char *path)
{
  g_auto (GStrv) list = g_strsplit (path != NULL ? path : "", ":", -1);

  for (size_t i = 0; list[i] != NULL; i++)
    if (*list[i] != '\0' &&
        !g_ptr_array_find_with_equal_func (folders, list[i], g_str_equal, NULL))
      g_ptr_array_add (folders, g_strdup (list[i]));
}

DnnRegistry *
dnn_registry_new (const char *folders)
{
  DnnRegistry *self = g_new0 (DnnRegistry, 1);
  g_autoptr (GPtrArray) all = g_ptr_array_new ();
  g_autofree char *user = NULL, *own = own_folder ();

  user = g_build_filename (g_get_user_data_dir (), "dnn", "plugins-1", NULL);
  add_folders (all, folders);
  add_folders (all, g_getenv ("DNN_PLUGIN_PATH"));
  add_folders (all, user);
  add_folders (all, own);

  g_atomic_ref_count_init (&self->refs);
  g_ptr_array_add (all, NULL);
  self->folders = (char **) g_ptr_array_steal (all, NULL);
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

void
dnn_registry_add_folders (DnnRegistry *self, const char *folders)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new ();
  g_autofree char *before = g_strjoinv (":", self->folders);

  add_folders (all, folders);
  add_folders (all, before);
  g_ptr_array_add (all, NULL);
  g_strfreev (self->folders);
  self->folders = (char **) g_ptr_array_steal (all, NULL);
}

void
dnn_registry_set_folders (DnnRegistry *self, const char *const *folders)
{
  char **copy = g_strdupv ((char **) folders);

  g_strfreev (self->folders);
  self->folders = copy;
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

static GPtrArray *
open_file (DnnRegistry *self, const char *path, const char *name,
           GError **error)
{
  GPtrArray *plugins;
  char *note = NULL;

  plugins = dnn_loader_open (path, name, &note, error);
  if (note != NULL)
    g_ptr_array_add (self->notes, note);
  return plugins;
}

/* The plugin of that kind and name among them, or NULL. */
static const DnnPlugin *
pick (const GPtrArray *plugins, DnnKind kind, const char *name)
{
  for (guint i = 0; plugins != NULL && i < plugins->len; i++) {
    const DnnPlugin *plugin = g_ptr_array_index (plugins, i);

    if (plugin->kind == kind && strcmp (plugin->name, name) == 0)
      return plugin;
  }
  return NULL;
}

/* Looks into the plugin's own file in a folder.  NULL without an error: there
 * is none, or one of another kind that may lie there. */
static const DnnPlugin *
search_own (DnnRegistry *self, const char *folder, DnnKind kind,
            const char *name, GError **error)
{
  g_autoptr (GPtrArray) plugins = NULL;
  bool loose;
  g_autofree char *path = file_in (folder, kind, name, &loose);
  const DnnPlugin *plugin;

  if (path == NULL || !dnn_loader_check_owner (folder, error))
    return NULL;
  plugins = open_file (self, path, name, error);
  plugin = pick (plugins, kind, name);
  if (plugins != NULL && plugin == NULL && !loose) {
    const DnnPlugin *other = g_ptr_array_index (plugins, 0);

    g_set_error (error, DNN_ERROR, DNN_ERROR_PLUGIN,
                 "'%s' is refused: it is of kind %s, and its folder is for "
                 "kind %s",
                 path, dnn_kind_name ((DnnKind) other->kind),
                 dnn_kind_name (kind));
  }
  return plugin;
}

/* Looks into the file of the prefix: acme.so for acme.lstm. */
static const DnnPlugin *
search_bundle (DnnRegistry *self, const char *folder, DnnKind kind,
               const char *name, char **ret_path, GError **error)
{
  g_autofree char *prefix = g_strndup (name, strcspn (name, "."));
  g_autoptr (GPtrArray) plugins = NULL;
  bool loose;
  g_autofree char *path = NULL;

  if (strchr (name, '.') == NULL || *prefix == '\0')
    return NULL;
  path = file_in (folder, kind, prefix, &loose);
  if (path == NULL || !dnn_loader_check_owner (folder, error))
    return NULL;
  plugins = open_file (self, path, prefix, error);
  if (ret_path != NULL && pick (plugins, kind, name) != NULL)
    *ret_path = g_steal_pointer (&path);
  return pick (plugins, kind, name);
}

/* Looks through the folders.  NULL without an error: there is none. */
static const DnnPlugin *
search (DnnRegistry *self, DnnKind kind, const char *name, GError **error)
{
  const DnnPlugin *plugin = NULL;
  GError *local = NULL;

  for (size_t i = 0;
       plugin == NULL && local == NULL && self->folders[i] != NULL; i++) {
    plugin = search_own (self, self->folders[i], kind, name, &local);
    if (plugin == NULL && local == NULL)
      plugin = search_bundle (self, self->folders[i], kind, name, NULL, &local);
  }
  if (local != NULL)
    g_propagate_error (error, local);
  return plugin;
}

char **
dnn_registry_files (DnnRegistry *self, DnnKind kind, const char *name)
{
  g_autoptr (GStrvBuilder) paths = g_strv_builder_new ();
  g_autofree char *file = g_strconcat (name, ".so", NULL);

  for (size_t i = 0; is_file_name (name) && self->folders[i] != NULL; i++) {
    g_autofree char *inside =
        g_build_filename (self->folders[i], dnn_kind_folder (kind), file, NULL);
    g_autofree char *loose = g_build_filename (self->folders[i], file, NULL);
    g_autoptr (GPtrArray) plugins = NULL;
    g_autofree char *bundle = NULL;

    if (g_file_test (inside, G_FILE_TEST_EXISTS))
      g_strv_builder_add (paths, inside);
    if (g_file_test (loose, G_FILE_TEST_EXISTS))
      plugins = open_file (self, loose, name, NULL);
    if (pick (plugins, kind, name) != NULL)
      g_strv_builder_add (paths, loose);
    search_bundle (self, self->folders[i], kind, name, &bundle, NULL);
    if (bundle != NULL)
      g_strv_builder_add (paths, bundle);
  }
  return g_strv_builder_end (paths);
}

static bool
has_file (DnnRegistry *self, DnnKind kind, const char *name)
{
  for (size_t i = 0; is_file_name (name) && self->folders[i] != NULL; i++) {
    bool loose;
    g_autofree char *path = file_in (self->folders[i], kind, name, &loose);
    g_autoptr (GPtrArray) plugins = NULL;

    if (path != NULL && !loose)
      return true;
    if (path != NULL)
      plugins = open_file (self, path, name, NULL);
    if (path != NULL && (plugins == NULL || pick (plugins, kind, name) != NULL))
      return true;
    if (search_bundle (self, self->folders[i], kind, name, NULL, NULL) != NULL)
      return true;
  }
  return false;
}

bool
dnn_registry_has (DnnRegistry *self, DnnKind kind, const char *name)
{
  g_autofree char *own = NULL;

  if (has_file (self, kind, name))
    return true;
  own = dnn_aliases_find (dnn_registry_folders (self), kind, name);
  return own != NULL && has_file (self, kind, own);
}

GPtrArray *
dnn_registry_list (DnnRegistry *self)
{
  return dnn_candidates_list (dnn_registry_folders (self));
}

char **
dnn_registry_names (DnnRegistry *self, DnnKind kind)
{
  return dnn_candidates_names (dnn_registry_folders (self), kind);
}

void
dnn_registry_set_unknown (DnnRegistry *self, const DnnKind *kinds,
                          size_t n_kinds, const char *name, GError **error)
{
  dnn_candidates_set_unknown (dnn_registry_folders (self), kinds, n_kinds, name,
                              error);
}

void
dnn_registry_allow_missing (DnnRegistry *self)
{
  self->allows_missing = true;
}

bool
dnn_registry_forgives (DnnRegistry *self, const DnnKind *kinds, size_t n_kinds,
                       const char *name, const GError *error)
{
  if (!self->allows_missing)
    return false;
  if (g_error_matches (error, DNN_ERROR, DNN_ERROR_PLUGIN))
    return true;
  for (size_t i = 0; i < n_kinds; i++)
    if (dnn_registry_has (self, kinds[i], name))
      return false;
  return true;
}

/* The plugin that Keras calls so. */
static const DnnPlugin *
search_alias (DnnRegistry *self, DnnKind kind, const char *name, GError **error)
{
  g_autofree char *own =
      dnn_aliases_find (dnn_registry_folders (self), kind, name);

  return own != NULL && is_file_name (own) ? search (self, kind, own, error)
                                           : NULL;
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
  if (plugin == NULL && local == NULL)
    plugin = search_alias (self, kind, name, &local);
  if (local != NULL) {
    g_propagate_error (error, local);
    return NULL;
  }
  if (plugin == NULL) {
    dnn_registry_set_unknown (self, &kind, 1, name, error);
    return NULL;
  }
  g_hash_table_insert (self->plugins, g_steal_pointer (&key), (void *) plugin);
  return plugin;
}

GPtrArray *
dnn_registry_open (DnnRegistry *self, const char *path, GError **error)
{
  g_autofree char *name = g_path_get_basename (path);
  GPtrArray *plugins;

  if (g_str_has_suffix (name, ".so"))
    name[strlen (name) - strlen (".so")] = '\0';
  plugins = open_file (self, path, name, error);
  for (guint i = 0; plugins != NULL && i < plugins->len; i++) {
    const DnnPlugin *plugin = g_ptr_array_index (plugins, i);

    g_hash_table_insert (self->plugins,
                         g_strconcat (dnn_kind_name ((DnnKind) plugin->kind),
                                      "/", plugin->name, NULL),
                         (void *) plugin);
  }
  return plugins;
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
