/* dnn-loader.c - dlopen, with what it may do to the process put right */
#include "dnn-loader.h"

#include "dnn-elf.h"
#include "dnn-kind.h"
#include "dnn-param.h"
#include "dnn-process.h"
#include "dnn-running.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- before dlopen: the file --------------------------------------------- */

bool
dnn_loader_check_owner (const char *path, GError **error)
{
  struct stat s;

  if (stat (path, &s) != 0) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_IO, "cannot read '%s': %s", path,
                 g_strerror (errno));
    return false;
  }
  if ((s.st_mode & S_IWOTH) != 0 || (s.st_uid != 0 && s.st_uid != geteuid ())) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PLUGIN,
                 "'%s' can be changed by other users; chmod o-w it, and let it "
                 "belong to you or root",
                 path);
    return false;
  }
  return true;
}

/* exit can be noticed; after these a program is gone, and looks as if it had
 * done its work. */
static bool
check_ends (const char *path, GError **error)
{
  static const char *const ends[] = { "_exit", "_Exit", NULL };
  g_autoptr (DnnElf) elf = dnn_elf_read (path, NULL);

  for (guint i = 0; elf != NULL && i < elf->imports->len; i++) {
    const char *name = g_ptr_array_index (elf->imports, i);

    if (!g_strv_contains (ends, name))
      continue;
    g_set_error (error, DNN_ERROR, DNN_ERROR_PLUGIN,
                 "'%s' calls '%s', which ends the program without a word; "
                 "host->fail tells what is wrong",
                 path, name);
    return false;
  }
  return true;
}

static bool
check_file (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);

  return dnn_loader_check_owner (folder, error) &&
         dnn_loader_check_owner (path, error) && dnn_elf_check (path, error) &&
         check_ends (path, error);
}

/* --- after dlopen: the descriptor ---------------------------------------- */

static bool refuse (GError **error, const char *format, ...)
    G_GNUC_PRINTF (2, 3);

static bool
refuse (GError **error, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  if (error != NULL)
    *error = g_error_new_valist (DNN_ERROR, DNN_ERROR_PLUGIN, format, args);
  va_end (args);
  return false;
}

static bool
check_version (const DnnPlugin *plugin, GError **error)
{
  if (plugin->magic != DNN_MAGIC)
    return refuse (error, "its descriptor does not begin with DNN_PLUGIN_V1");
  if (plugin->abi_major != DNN_ABI_MAJOR)
    return refuse (error,
                   "it is made for plugin ABI %u, and this program has %u; "
                   "build it again with this version's header",
                   plugin->abi_major, DNN_ABI_MAJOR);
  if (plugin->abi_minor > DNN_ABI_MINOR)
    return refuse (error,
                   "it needs plugin ABI %u.%u, and this program has %u.%u; "
                   "install a newer dnnrun",
                   plugin->abi_major, plugin->abi_minor, DNN_ABI_MAJOR,
                   DNN_ABI_MINOR);
  if (plugin->struct_size < DNN_END_OF (DnnPlugin, example_inputs) ||
      plugin->struct_size > 65536)
    return refuse (error,
                   "its descriptor's struct_size is '%u', not %u or more",
                   plugin->struct_size, DNN_END_OF (DnnPlugin, example_inputs));
  return true;
}

bool
dnn_loader_is_name (const char *name)
{
  if (name == NULL || !g_ascii_islower (*name))
    return false;
  return strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789_.-") ==
             strlen (name) &&
         strlen (name) < 128;
}

static bool
check_ops (const DnnPlugin *plugin, GError **error)
{
  uint32_t least = dnn_kind_ops_size ((DnnKind) plugin->kind), size;
  const char *missing;

  if (plugin->ops == NULL)
    return refuse (error, "it has neither ops nor a base");
  memcpy (&size, plugin->ops, sizeof size);
  if (size < least)
    return refuse (error, "the struct_size of its ops is '%u', not %u or more",
                   size, least);
  missing = dnn_kind_missing_op ((DnnKind) plugin->kind, plugin->ops);
  if (missing != NULL)
    return refuse (error, "its ops have no function '%s'", missing);
  return true;
}

static bool
is_text (const char *text)
{
  return text != NULL && g_utf8_validate (text, -1, NULL);
}

bool
dnn_loader_check (const DnnPlugin *plugin, const char *name, GError **error)
{
  if (!check_version (plugin, error))
    return false;
  if (plugin->kind < 1 || plugin->kind > dnn_kind_count ())
    return refuse (error, "its kind is '%u', not 1 to %u", plugin->kind,
                   dnn_kind_count ());
  if (!dnn_loader_is_name (plugin->name))
    return refuse (error, "its name must be a-z, 0-9 and '_'");
  if (strcmp (plugin->name, name) != 0)
    return refuse (error,
                   "it calls itself '%s'; file and plugin must have the same "
                   "name",
                   plugin->name);
  if (!is_text (plugin->title) || !is_text (plugin->summary) ||
      !is_text (plugin->version) || !is_text (plugin->reference))
    return refuse (error, "title, version, summary and reference must be set, "
                          "in UTF-8");
  if (plugin->dtypes != 0 && (plugin->dtypes & (1u << DNN_FLOAT32)) == 0)
    return refuse (error, "it does not compute in float32");
  if (plugin->base != NULL)
    return true;
  if (plugin->n_params > 0 &&
      (plugin->params == NULL || plugin->n_params > 1000 ||
       plugin->param_stride < DNN_END_OF (DnnParam, nicks)))
    return refuse (error, "its table of parameters is not one");
  if (plugin->self_size > 1 << 20)
    return refuse (error, "its self_size is '%u', not 1048576 or less",
                   plugin->self_size);
  return check_ops (plugin, error) && dnn_param_check_table (plugin, error);
}

/* --- what a file holds --------------------------------------------------- */

enum { MAX_PLUGINS = 1000 };

/* True if all that come before have another kind or name. */
static bool
is_new (const GPtrArray *plugins, const DnnPlugin *plugin)
{
  for (guint i = 0; i < plugins->len; i++) {
    const DnnPlugin *other = g_ptr_array_index (plugins, i);

    if (other->kind == plugin->kind && strcmp (other->name, plugin->name) == 0)
      return false;
  }
  return true;
}

/* A plugin of the bundle `name`, whose own name is "NAME.something". */
static bool
check_member (const GPtrArray *plugins, const DnnPlugin *plugin,
              const char *name, GError **error)
{
  g_autofree char *prefix = g_strconcat (name, ".", NULL);

  if (!check_version (plugin, error))
    return false;
  if (plugin->name == NULL || !g_str_has_prefix (plugin->name, prefix) ||
      strlen (plugin->name) == strlen (prefix))
    return refuse (error,
                   "plugin number %u of it calls itself '%s'; in %s.so the "
                   "names must begin with '%s'",
                   plugins->len, plugin->name != NULL ? plugin->name : "", name,
                   prefix);
  if (!dnn_loader_check (plugin, plugin->name, error)) {
    g_prefix_error (error, "%s: ", plugin->name);
    return false;
  }
  if (!is_new (plugins, plugin))
    return refuse (error, "two of its plugins of kind %s are named '%s'",
                   dnn_kind_name ((DnnKind) plugin->kind), plugin->name);
  return true;
}

static bool
take_bundle (GPtrArray *plugins, const DnnPlugin *const *bundle,
             const char *name, GError **error)
{
  if (strchr (name, '.') != NULL || !dnn_loader_is_name (name))
    return refuse (error,
                   "it holds several plugins; the file of those that are named "
                   "'acme.lstm' is acme.so");
  for (; *bundle != NULL; bundle++) {
    if (plugins->len == MAX_PLUGINS)
      return refuse (error,
                     "its dnn_plugins_v1 has more than %d plugins, or "
                     "no NULL at its end",
                     MAX_PLUGINS);
    if (!check_member (plugins, *bundle, name, error))
      return false;
    g_ptr_array_add (plugins, (void *) *bundle);
  }
  if (plugins->len == 0)
    return refuse (error, "its dnn_plugins_v1 has no plugin");
  return true;
}

static bool
take_plugins (GPtrArray *plugins, void *module, const char *name,
              GError **error)
{
  const DnnPlugin *plugin = dlsym (module, "dnn_plugin_v1");
  const DnnPlugin *const *bundle = dlsym (module, "dnn_plugins_v1");

  if (plugin != NULL && bundle != NULL)
    return refuse (error, "it exports dnn_plugin_v1 and dnn_plugins_v1; a file "
                          "has one of them");
  if (bundle != NULL)
    return take_bundle (plugins, bundle, name, error);
  if (!dnn_loader_check (plugin, name, error))
    return false;
  g_ptr_array_add (plugins, (void *) plugin);
  return true;
}

/* Constructors of the file run, where it has any. */
static void *
load (const char *path)
{
  /* A name without a slash would be looked for among the libraries. */
  g_autofree char *file = g_canonicalize_filename (path, NULL);
  const DnnRunning running = { "plugin", path, path, "loading" };
  void *module;

  dnn_running_begin (&running);
  module = dlopen (file, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  dnn_running_end ();
  return module;
}

static void *
open_module (const char *path, char **ret_note, GError **error)
{
  g_autoptr (DnnProcess) process = dnn_process_new ();
  void *module = load (path);
  const char *changed = dnn_process_restore (process);

  if (module == NULL) {
    refuse (error, "'%s' cannot be loaded: %s", path, dlerror ());
    return NULL;
  }
  if (dlsym (module, "dnn_plugin_v1") == NULL &&
      dlsym (module, "dnn_plugins_v1") == NULL) {
    refuse (error,
            "'%s' is a shared object, but no plugin: it exports no "
            "dnn_plugin_v1",
            path);
    return NULL;
  }
  if (changed != NULL && ret_note != NULL)
    *ret_note = g_strdup_printf ("'%s' changed %s when it was loaded; it was "
                                 "put back",
                                 path, changed);
  return module;
}

GPtrArray *
dnn_loader_open (const char *path, const char *name, char **ret_note,
                 GError **error)
{
  g_autoptr (GPtrArray) plugins = g_ptr_array_new ();
  g_autofree char *note = NULL;
  void *module;

  if (!check_file (path, error))
    return NULL;
  module = open_module (path, &note, error);
  if (module == NULL)
    return NULL;
  if (!take_plugins (plugins, module, name, error)) {
    g_prefix_error (error, "'%s' is refused: ", path);
    return NULL;
  }
  if (ret_note != NULL && note != NULL)
    *ret_note = g_steal_pointer (&note);
  return g_steal_pointer (&plugins);
}
