/* new.c - dnnrun new: a project of one's own that builds, passes and trains
 *
 * The files are tools/templates/, with words between two '@' put in: the kind's
 * from kinds.ini, then the plugin's own.
 */
#include "command.h"
#include "json.h"
#include "resources.h"

#include <dnn-file.h>
#include <dnn-kind.h>
#include <dnn-loader.h>
#include <dnn-npy.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct {
  const char *kind; /* "layer"; "bundle": of several kinds */
  const char *name;
  const char *folder;
  GPtrArray *words; /* (owned) word, value, word, value, ... */
  GPtrArray *files; /* (owned) names of what was written */
} Project;

/* In the order in which a reader should look at them.  A resource or a file
 * without a name has the kind's or the plugin's, and ".c". */
static const struct {
  const char *resource;
  const char *file;
  bool trains; /* only where an experiment can use the plugin */
} templates[] = {
  { NULL, NULL, false },
  { "meson.build.in", "meson.build", false },
  { "train.dnn.in", "train.dnn", true },
  { "README.md.in", "README.md", false },
  { "gitignore.in", ".gitignore", false },
};

/* Several plugins in one file. */
static const char bundle[] = "bundle";

static void
project_clear (Project *self)
{
  g_clear_pointer (&self->words, g_ptr_array_unref);
  g_clear_pointer (&self->files, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Project, project_clear)

/* --- what was asked for -------------------------------------------------- */

static bool
check_kind (const char *word, GError **error)
{
  g_autofree char *nearest = NULL;

  if (dnn_kind_from_name (word) != 0 || strcmp (word, bundle) == 0)
    return true;
  nearest = dnn_kind_suggest (word);
  g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE, "there is no kind '%s'; %s",
               word, nearest);
  return false;
}

static bool
check_name (const Project *self, DnnRegistry *registry, GError **error)
{
  const char *name = self->name;
  const DnnKind kind = dnn_kind_from_name (self->kind);

  if (kind == 0 && strchr (name, '.') != NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                 "a bundle is named by the prefix of its plugins, as 'acme', "
                 "not '%s'",
                 name);
    return false;
  }
  if (!dnn_loader_is_name (name) || strstr (name, "..") != NULL ||
      g_str_has_suffix (name, ".")) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                 "a plugin is named by a-z, 0-9, '_' and '-' behind a prefix "
                 "of yours, as 'acme.swish', not '%s'",
                 name);
    return false;
  }
  if (kind != 0 && strchr (name, '.') == NULL &&
      dnn_registry_has (registry, kind, name)) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                 "there is a plugin '%s' of that kind already; put a prefix of "
                 "yours before it, as in 'acme.%s'",
                 name, name);
    return false;
  }
  return true;
}

static bool
make_folder (const Project *self, GError **error)
{
  if (g_file_test (self->folder, G_FILE_TEST_EXISTS)) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                 "'%s' is there already; name a folder that is not, as in "
                 "dnnrun new %s %s FOLDER",
                 self->folder, self->kind, self->name);
    return false;
  }
  /* Not for others to write: such a plugin would be refused. */
  if (g_mkdir_with_parents (self->folder, 0755) == 0)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_IO, "cannot make folder '%s': %s",
               self->folder, g_strerror (errno));
  return false;
}

/* --- words --------------------------------------------------------------- */

static void
add_word (Project *self, const char *word, char *value)
{
  g_ptr_array_add (self->words, g_strdup_printf ("@%s@", word));
  g_ptr_array_add (self->words, value);
}

/* "acme.gated_linear": "GatedLinear". */
static char *
title_of (const char *name)
{
  const char *dot = strrchr (name, '.');
  g_auto (GStrv) parts = NULL;

  parts = g_strsplit_set (dot != NULL ? dot + 1 : name, "_-", -1);
  for (char **part = parts; *part != NULL; part++)
    **part = g_ascii_toupper (**part);
  return g_strjoinv ("", parts);
}

/* True if an experiment can use the plugin. */
static bool
trains (const Project *self)
{
  for (guint i = 0; i < self->words->len; i += 2)
    if (strcmp (self->words->pdata[i], "@TRAINS@") == 0)
      return strcmp (self->words->pdata[i + 1], "yes") == 0;
  return false;
}

/* Every key of [any] and of the kind's section, the kind's value first. */
static bool
read_words (Project *self, GError **error)
{
  const char *const groups[] = { self->kind, "any" };
  const DnnKind kind = dnn_kind_from_name (self->kind);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *text = load_text ("templates/kinds.ini", error);

  if (text == NULL || !g_key_file_load_from_data (file, text, (gsize) -1,
                                                  G_KEY_FILE_NONE, error))
    return false;
  for (size_t i = 0; i < G_N_ELEMENTS (groups); i++) {
    g_auto (GStrv) keys = g_key_file_get_keys (file, groups[i], NULL, error);

    if (keys == NULL)
      return false;
    for (char **key = keys; *key != NULL; key++)
      add_word (self, *key,
                g_key_file_get_string (file, groups[i], *key, NULL));
  }
  add_word (self, "TRAIN",
            trains (self) ? load_text ("templates/train-test.in", error)
                          : g_strdup (""));
  add_word (self, "KIND", g_strdup (self->kind));
  add_word (self, "FOLDER",
            g_strdup (kind != 0 ? dnn_kind_folder (kind) : "."));
  add_word (self, "TITLE", title_of (self->name));
  add_word (self, "NAME", g_strdup (self->name)); /* other words have it */
  return true;
}

/* --- files --------------------------------------------------------------- */

static bool
write_template (Project *self, const char *resource, const char *name,
                GError **error)
{
  g_autofree char *path = g_build_filename (self->folder, name, NULL);
  g_autofree char *from = g_strconcat ("templates/", resource, NULL);
  g_autofree char *text = load_text (from, error);
  g_autoptr (GString) filled = g_string_new (text);

  if (text == NULL)
    return false;
  for (guint i = 0; i < self->words->len; i += 2)
    g_string_replace (filled, self->words->pdata[i], self->words->pdata[i + 1],
                      0);
  if (!dnn_file_replace (path, filled->str, filled->len, error))
    return false;
  g_ptr_array_add (self->files, g_strdup (name));
  return true;
}

static bool
write_array (Project *self, const char *name, const float *data, int64_t n,
             int64_t columns, GError **error)
{
  g_autofree char *path = g_build_filename (self->folder, name, NULL);

  if (!dnn_npy_write (path, DNN_FLOAT32, data, DNN_SHAPE (n, columns), error))
    return false;
  g_ptr_array_add (self->files, g_strdup (name));
  return true;
}

/* Points on a disc, spread as the seeds of a sunflower, and 1 for those of its
 * outer half.  Their order is such that any part of the rows has both. */
static bool
write_data (Project *self, GError **error)
{
  enum { N = 256, STRIDE = 97 }; /* no common factor */
  const double golden = G_PI * (3 - sqrt (5));
  float inputs[N][2], targets[N];

  for (int i = 0; i < N; i++) {
    const int k = i * STRIDE % N;
    const double radius = sqrt (2 * (k + 0.5) / N);

    inputs[i][0] = (float) (radius * cos (golden * k));
    inputs[i][1] = (float) (radius * sin (golden * k));
    targets[i] = radius > 1;
  }
  return write_array (self, "inputs.npy", &inputs[0][0], N, 2, error) &&
         write_array (self, "targets.npy", targets, N, 1, error);
}

static bool
write_files (Project *self, GError **error)
{
  g_autofree char *source = g_strconcat (self->kind, ".c.in", NULL);
  g_autofree char *file = g_strconcat (self->name, ".c", NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (templates); i++)
    if ((!templates[i].trains || trains (self)) &&
        !write_template (
            self,
            templates[i].resource != NULL ? templates[i].resource : source,
            templates[i].file != NULL ? templates[i].file : file, error))
      return false;
  return !trains (self) || write_data (self, error);
}

/* --- output -------------------------------------------------------------- */

static void
print_project_json (const Project *self)
{
  JsonBuilder *b = json_builder_new ();

  json_builder_begin_object (b);
  json_builder_set_member_name (b, "kind");
  json_builder_add_string_value (b, self->kind);
  json_builder_set_member_name (b, "name");
  json_builder_add_string_value (b, self->name);
  json_builder_set_member_name (b, "folder");
  json_builder_add_string_value (b, self->folder);
  json_builder_set_member_name (b, "files");
  json_builder_begin_array (b);
  for (guint i = 0; i < self->files->len; i++)
    json_builder_add_string_value (b, self->files->pdata[i]);
  json_builder_end_array (b);
  json_builder_end_object (b);
  print_json (b);
}

static void
print_project (const Project *self)
{
  g_autofree char *quoted = g_shell_quote (self->folder);
  const bool plain = strpbrk (self->folder, " '\"\\$&;()<>|*?`") == NULL;

  for (guint i = 0; i < self->files->len; i++)
    printf ("%s/%s\n", self->folder, (char *) self->files->pdata[i]);
  printf ("\nnext:\n"
          "    cd %s\n"
          "    meson setup build\n"
          "    meson test -C build\n"
          "%s",
          plain ? self->folder : quoted,
          trains (self) ? "    dnnrun train train.dnn --plugin-path build\n"
                        : "");
}

bool
cmd_new (const Command *self, int *argc, char ***argv, GError **error)
{
  g_auto (Common) common = { 0 };
  g_auto (Project) project = { 0 };
  g_autoptr (DnnRegistry) registry = NULL;

  if (!command_parse (self, argc, argv, NULL, &common, error) ||
      !check_kind ((*argv)[1], error))
    return false;
  registry = common_registry (&common);
  project.kind = (*argv)[1];
  project.name = (*argv)[2];
  project.folder = *argc > 3 ? (*argv)[3] : project.name;
  project.words = g_ptr_array_new_with_free_func (g_free);
  project.files = g_ptr_array_new_with_free_func (g_free);
  if (!check_name (&project, registry, error) ||
      !read_words (&project, error) || !make_folder (&project, error) ||
      !write_files (&project, error))
    return false;
  if (common.json)
    print_project_json (&project);
  else if (!common.quiet)
    print_project (&project);
  return true;
}
