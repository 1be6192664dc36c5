/* dnn-loader.c - dlopen, with what it may do to the process put right */
#include "dnn-loader.h"

#include "dnn-kind.h"
#include "dnn-param.h"

#include <dlfcn.h>
#include <elf.h>
#include <fenv.h>
#include <gio/gio.h>
#include <locale.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { N_SIGNALS = 31 };

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

/* Whether every segment lies inside the file: the loader of the C library
 * maps a truncated object and dies of it. */
static const char *
find_elf_fault (const unsigned char *data, size_t size)
{
  Elf64_Ehdr header;

  if (size < sizeof header || memcmp (data, ELFMAG, SELFMAG) != 0)
    return "is no shared object";
  memcpy (&header, data, sizeof header);
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_type != ET_DYN)
    return "is no shared object of this machine";
  if (header.e_phentsize != sizeof (Elf64_Phdr) || header.e_phoff > size ||
      header.e_phnum > (size - header.e_phoff) / sizeof (Elf64_Phdr))
    return "is truncated; build or copy it again";
  if (header.e_shoff > size ||
      header.e_shnum > (size - header.e_shoff) / sizeof (Elf64_Shdr))
    return "is truncated; build or copy it again";
  for (size_t i = 0; i < header.e_phnum; i++) {
    Elf64_Phdr segment;

    memcpy (&segment, data + header.e_phoff + i * sizeof segment,
            sizeof segment);
    if (segment.p_offset > size || segment.p_filesz > size - segment.p_offset)
      return "is truncated; build or copy it again";
  }
  return NULL;
}

static bool
check_file (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GMappedFile) file = NULL;
  const char *fault;

  if (!dnn_loader_check_owner (folder, error) ||
      !dnn_loader_check_owner (path, error))
    return false;
  file = g_mapped_file_new (path, FALSE, error);
  if (file == NULL) {
    if (error != NULL) {
      (*error)->domain = DNN_ERROR;
      (*error)->code = DNN_ERROR_IO;
    }
    return false;
  }
  fault =
      find_elf_fault ((const unsigned char *) g_mapped_file_get_contents (file),
                      g_mapped_file_get_length (file));
  if (fault == NULL)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_PLUGIN, "'%s' %s", path, fault);
  return false;
}

/* --- around dlopen: the process ------------------------------------------ */

typedef struct {
  fenv_t floats;
  char *locale; /* (owned) */
  struct sigaction handlers[N_SIGNALS + 1];
} Process;

static void
process_save (Process *self)
{
  fegetenv (&self->floats);
  self->locale = g_strdup (setlocale (LC_ALL, NULL));
  for (int i = 1; i <= N_SIGNALS; i++)
    sigaction (i, NULL, &self->handlers[i]);
}

/* Puts everything back; returns what had changed, or NULL. */
static const char *
process_restore (Process *self)
{
  const char *changed = NULL;
  fenv_t now;

  fegetenv (&now);
#ifdef __x86_64__
  /* Control bits: rounding, masks, flush to zero; not the sticky flags. */
  if ((now.__mxcsr & ~0x3fu) != (self->floats.__mxcsr & ~0x3fu))
    changed = "the floating-point mode";
#endif
  fesetenv (&self->floats);
  if (g_strcmp0 (self->locale, setlocale (LC_ALL, NULL)) != 0) {
    changed = "the locale";
    setlocale (LC_ALL, self->locale);
  }
  for (int i = 1; i <= N_SIGNALS; i++) {
    struct sigaction handler;

    if (sigaction (i, NULL, &handler) == 0 &&
        handler.sa_handler != self->handlers[i].sa_handler) {
      changed = "a signal handler";
      sigaction (i, &self->handlers[i], NULL);
    }
  }
  g_free (self->locale);
  return changed;
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

bool
dnn_loader_check (const DnnPlugin *plugin, const char *name, GError **error)
{
  if (!check_version (plugin, error))
    return false;
  if (plugin->kind < 1 || plugin->kind > DNN_N_KINDS)
    return refuse (error, "its kind is '%u', not 1 to %d", plugin->kind,
                   DNN_N_KINDS);
  if (!dnn_loader_is_name (plugin->name))
    return refuse (error, "its name must be a-z, 0-9 and '_'");
  if (strcmp (plugin->name, name) != 0)
    return refuse (error,
                   "it calls itself '%s'; file and plugin must have the same "
                   "name",
                   plugin->name);
  if (plugin->title == NULL || plugin->summary == NULL ||
      plugin->version == NULL || plugin->reference == NULL)
    return refuse (error, "title, version, summary and reference must be set");
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

const DnnPlugin *
dnn_loader_open (const char *path, const char *name, char **ret_note,
                 GError **error)
{
  /* A name without a slash would be looked for among the libraries. */
  g_autofree char *file = g_canonicalize_filename (path, NULL);
  const DnnPlugin *plugin;
  const char *changed;
  Process process;
  void *module;

  if (!check_file (path, error))
    return NULL;

  process_save (&process);
  module = dlopen (file, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  changed = process_restore (&process);
  if (module == NULL) {
    refuse (error, "'%s' cannot be loaded: %s", path, dlerror ());
    return NULL;
  }
  plugin = dlsym (module, "dnn_plugin_v1");
  if (plugin == NULL) {
    refuse (error,
            "'%s' is a shared object, but no plugin: it exports no "
            "dnn_plugin_v1",
            path);
    return NULL;
  }
  if (!dnn_loader_check (plugin, name, error)) {
    g_prefix_error (error, "'%s' is refused: ", path);
    return NULL;
  }
  if (changed != NULL && ret_note != NULL)
    *ret_note = g_strdup_printf ("'%s' changed %s when it was loaded; it was "
                                 "put back",
                                 path, changed);
  return plugin;
}
