/* test-loader.c - what is refused as a plugin, and what is put right */
#include "dnn-assert.h"
#include "dnn-folder.h"
#include "dnn-loader.h"

#include <elf.h>
#include <fenv.h>
#include <glib/gstdio.h>
#include <locale.h>
#include <signal.h>

static void
test_good (void)
{
  g_autofree char *path = dnn_built_plugin ("activations/relu"), *note = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) plugins = dnn_loader_open (path, "relu", &note, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (plugins->len, ==, 1);
  g_assert_cmpstr (((const DnnPlugin *) g_ptr_array_index (plugins, 0))->name,
                   ==, "relu");
  g_assert_null (note);
}

static void
test_bare_name (void)
{
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  g_autofree char *path G_GNUC_UNUSED =
      dnn_folder_copy_plugin (folder, "activations/relu", "relu.so");
  g_autofree char *before = g_get_current_dir ();
  g_autoptr (GPtrArray) plugins = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A file of the working directory needs no './'");

  g_assert_cmpint (g_chdir (folder->path), ==, 0);
  plugins = dnn_loader_open ("relu.so", "relu", NULL, &error);
  g_assert_cmpint (g_chdir (before), ==, 0);

  g_assert_no_error (error);
}

/* --- plugins with one fault ---------------------------------------------- */

typedef struct {
  const char *name;
  const char *piece;
} Built;

static const Built builts[] = {
  { "wrong_name", "it calls itself 'other_name'" },
  { "other_major", "it is made for plugin ABI 2, and this program has 1" },
  { "lying_struct_size", "its descriptor's struct_size is '16'" },
  { "duplicate_parameter", "('slope') stands twice" },
  { "no_descriptor", "is a shared object, but no plugin" },
  { "bad_default", "default of slope must be a number from 0 to 10" },
  { "outside_struct", "('beyond') lies outside the plugin's struct" },
};

static void
test_built (gconstpointer data)
{
  const Built *row = data;
  g_autofree char *path = dnn_bad_plugin (row->name);
  g_autoptr (GError) error = NULL;

  g_assert_null (dnn_loader_open (path, row->name, NULL, &error));

  dnn_assert_error (error, DNN_ERROR_PLUGIN, row->piece);
  dnn_assert_error (error, DNN_ERROR_PLUGIN, path);
}

static void
test_newer_minor (void)
{
  g_autofree char *path = dnn_bad_plugin ("needs_newer_minor");
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) plugins =
      dnn_loader_open (path, "needs_newer_minor", NULL, &error);

  g_autofree char *sentence =
      g_strdup_printf ("it needs plugin ABI 1.%d, and this program has 1.%d",
                       DNN_ABI_MINOR + 1, DNN_ABI_MINOR);

  g_test_summary ("A plugin that needs the next minor is refused, with both in "
                  "the sentence, and welcome to a host that has it");

  if (error == NULL) { /* built with -Dabi_minor */
    const DnnPlugin *plugin = g_ptr_array_index (plugins, 0);

    g_assert_cmpint (plugin->abi_minor, ==, DNN_ABI_MINOR);
    return;
  }
  g_assert_null (plugins);
  dnn_assert_error (error, DNN_ERROR_PLUGIN, sentence);
}

/* --- files that are none ------------------------------------------------- */

typedef struct {
  const char *name;
  double part;      /* of a good plugin's bytes; 0: `text` */
  const char *text; /* instead of them */
  long offset;      /* where `text` is written over the good bytes */
  size_t n;         /* its length */
  const char *piece;
} File;

#define ODD_PHOFF "\xff\xff\xff\xff\xff\xff\xff\xff"
#define ODD_PHNUM "\xff\xff"

static const File files[] = {
  { "empty", 0, "", 0, 0, "is no shared object" },
  { "text", 0, "hello, I am a plugin\n", 0, 21, "is no shared object" },
  { "magic-only", 0, "\177ELF", 0, 4, "is no shared object" },
  { "header-only", 0.006, NULL, 0, 0, "is truncated" },
  { "half", 0.5, NULL, 0, 0, "is truncated" },
  { "all-but-one-byte", 0.99999, NULL, 0, 0, "is truncated" },
  { "32-bit", 1, "\1", EI_CLASS, 1, "no shared object of this machine" },
  { "program", 1, "\2\0", offsetof (Elf64_Ehdr, e_type), 2,
    "no shared object of this machine" },
  { "other-machine", 1, "\xb7\0", offsetof (Elf64_Ehdr, e_machine), 2, "" },
  { "segments-elsewhere", 1, ODD_PHOFF, offsetof (Elf64_Ehdr, e_phoff), 8,
    "is truncated" },
  { "many-segments", 1, ODD_PHNUM, offsetof (Elf64_Ehdr, e_phnum), 2,
    "is truncated" },
};

static void
test_file (gconstpointer data)
{
  const File *row = data;
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  g_autofree char *good = dnn_built_plugin ("activations/relu"), *path = NULL;
  g_autofree char *bytes = NULL;
  g_autoptr (GError) error = NULL;
  gsize n;

  g_assert_true (g_file_get_contents (good, &bytes, &n, NULL));
  if (row->part > 0 && row->n > 0)
    memcpy (bytes + row->offset, row->text, row->n);
  path = row->part > 0
             ? dnn_folder_write (folder, "relu.so", bytes,
                                 (gsize) ((double) n * row->part))
             : dnn_folder_write (folder, "relu.so", row->text, row->n);

  g_assert_null (dnn_loader_open (path, "relu", NULL, &error));

  dnn_assert_error (error, DNN_ERROR_PLUGIN, row->piece);
  dnn_assert_error (error, DNN_ERROR_PLUGIN, path);
}

static void
test_missing (void)
{
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  g_autofree char *path = g_build_filename (folder->path, "relu.so", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (dnn_loader_open (path, "relu", NULL, &error));

  dnn_assert_error (error, DNN_ERROR_IO, path);
}

static void
test_directory (void)
{
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  g_autofree char *path = g_build_filename (folder->path, "relu.so", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir (path, 0755), ==, 0);

  g_assert_null (dnn_loader_open (path, "relu", NULL, &error));

  dnn_assert_error (error, DNN_ERROR_IO, path);
}

static void
test_writable (gconstpointer data)
{
  const bool whole_folder = GPOINTER_TO_INT (data);
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  g_autofree char *path =
      dnn_folder_copy_plugin (folder, "activations/relu", "relu.so");
  g_autoptr (GPtrArray) plugins = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("What others can write is not loaded; chmod makes it right");

  g_assert_cmpint (g_chmod (whole_folder ? folder->path : path, 0777), ==, 0);
  g_assert_null (dnn_loader_open (path, "relu", NULL, &error));
  dnn_assert_error (error, DNN_ERROR_PLUGIN, "can be changed by other users");
  dnn_assert_error (error, DNN_ERROR_PLUGIN,
                    whole_folder ? folder->path : path);
  g_clear_error (&error);

  g_assert_cmpint (g_chmod (whole_folder ? folder->path : path, 0755), ==, 0);
  plugins = dnn_loader_open (path, "relu", NULL, &error);
  g_assert_nonnull (plugins);
  g_assert_no_error (error);
}

/* --- plugins that bend the process --------------------------------------- */

typedef struct {
  const char *name;
  const char *what;
} Bend;

static const Bend bends[] = {
  { "bend_floats", "the floating-point mode" },
  { "bend_locale", "the locale" },
  { "bend_signals", "a signal handler" },
};

/* True if flush to zero can be set and seen; false under valgrind. */
static bool
can_flush (void)
{
#ifdef __x86_64__
  const unsigned before = __builtin_ia32_stmxcsr ();
  unsigned after;

  __builtin_ia32_ldmxcsr (before | 0x8040);
  after = __builtin_ia32_stmxcsr ();
  __builtin_ia32_ldmxcsr (before);
  return after != before;
#else
  return false;
#endif
}

static void
test_bend (gconstpointer data)
{
  const Bend *row = data;
  g_autofree char *path = dnn_bad_plugin (row->name), *note = NULL;
  g_autofree char *locale = g_strdup (setlocale (LC_ALL, NULL));
  g_autoptr (GPtrArray) plugins = NULL;
  g_autoptr (GError) error = NULL;
  volatile float tiny = 0x1p-126f;
  struct sigaction before, after;

  if (g_str_equal (row->name, "bend_floats") && !can_flush ()) {
    g_test_skip ("this machine has no flush to zero that can be seen");
    return;
  }
  sigaction (SIGINT, NULL, &before);

  plugins = dnn_loader_open (path, row->name, &note, &error);

  g_assert_no_error (error);
  g_assert_nonnull (plugins);
  g_assert_nonnull (note);
  g_assert_nonnull (strstr (note, row->what));
  g_assert_nonnull (strstr (note, path));
  sigaction (SIGINT, NULL, &after);
  g_assert_true (after.sa_handler == before.sa_handler);
  g_assert_cmpstr (setlocale (LC_ALL, NULL), ==, locale);
  tiny *= 0.5f;
  g_assert_cmpfloat (tiny, >, 0);
  g_assert_cmpint (fegetround (), ==, FE_TONEAREST);
}

/* --- descriptors --------------------------------------------------------- */

static int32_t
no_step (const void *self, const DnnHost *host, DnnFill *fill)
{
  (void) self;
  (void) host;
  (void) fill;
  return 0;
}

static const DnnInitializerOps good_ops = {
  .struct_size = sizeof good_ops,
  .fill = no_step,
};
static const DnnInitializerOps short_ops = { .struct_size = 4 };
static const DnnInitializerOps empty_ops = { .struct_size = sizeof empty_ops };

static const DnnPlugin good_plugin = {
  DNN_PLUGIN_V1,   .kind = DNN_KIND_INITIALIZER,
  .name = "good",  .title = "Good",
  .version = "1",  .summary = "for a test",
  .reference = "", .ops = &good_ops,
};

typedef struct {
  const char *name;
  size_t offset; /* of the member that is changed */
  size_t size;
  uint64_t value; /* ... to this */
  const char *piece;
} Change;

#define CHANGE(member, value)                                                  \
  offsetof (DnnPlugin, member), sizeof ((DnnPlugin *) 0)->member, value

static const Change changes[] = {
  { "magic", CHANGE (magic, 0x12345678), "does not begin with DNN_PLUGIN_V1" },
  { "struct-size-huge", CHANGE (struct_size, 0xffffffff),
    "struct_size is '4294967295'" },
  { "major-zero", CHANGE (abi_major, 0), "made for plugin ABI 0" },
  { "kind-zero", CHANGE (kind, 0), "its kind is '0', not 1 to " },
  { "kind-beyond", CHANGE (kind, 99), "its kind is '99', not 1 to " },
  { "no-name", CHANGE (name, 0), "its name must be" },
  { "no-title", CHANGE (title, 0), "title, version, summary and reference" },
  { "no-summary", CHANGE (summary, 0), "title, version, summary" },
  { "no-version", CHANGE (version, 0), "title, version, summary" },
  { "no-reference", CHANGE (reference, 0), "title, version, summary" },
  { "float64-only", CHANGE (dtypes, 1 << DNN_FLOAT64),
    "not compute in float32" },
  { "huge-self", CHANGE (self_size, 1 << 30), "its self_size is '1073741824'" },
  { "no-table", CHANGE (n_params, 3), "its table of parameters is not one" },
  { "no-ops", CHANGE (ops, 0), "it has neither ops nor a base" },
};

static void
test_change (gconstpointer data)
{
  const Change *row = data;
  DnnPlugin plugin = good_plugin;
  g_autoptr (GError) error = NULL;

  g_assert_true (dnn_loader_check (&plugin, "good", &error));
  memcpy ((char *) &plugin + row->offset, &row->value, row->size);

  g_assert_false (dnn_loader_check (&plugin, "good", &error));

  dnn_assert_error (error, DNN_ERROR_PLUGIN, row->piece);
}

static void
test_names (void)
{
  static const char *const names[] = { "", "Dense", "../x", "a b", "1x", ".x" };

  for (size_t i = 0; i < G_N_ELEMENTS (names); i++) {
    DnnPlugin plugin = good_plugin;
    g_autoptr (GError) error = NULL;

    plugin.name = names[i];
    g_assert_false (dnn_loader_check (&plugin, names[i], &error));
    dnn_assert_error (error, DNN_ERROR_PLUGIN, "its name must be");
  }
}

static void
test_ops (void)
{
  DnnPlugin plugin = good_plugin;
  g_autoptr (GError) error = NULL;

  plugin.ops = &short_ops;
  g_assert_false (dnn_loader_check (&plugin, "good", &error));
  dnn_assert_error (error, DNN_ERROR_PLUGIN, "of its ops is '4', not 16");
  g_clear_error (&error);

  plugin.ops = &empty_ops;
  g_assert_false (dnn_loader_check (&plugin, "good", &error));
  dnn_assert_error (error, DNN_ERROR_PLUGIN, "have no function 'fill'");
}

static void
test_later (void)
{
  struct {
    DnnPlugin plugin;
    char more[64];
  } later = { good_plugin, { 1 } };
  g_autoptr (GError) error = NULL;

  g_test_summary ("A descriptor from a later header is longer, and welcome");

  later.plugin.struct_size = sizeof later;
  later.plugin.flags = 1ull << 63;

  g_assert_true (dnn_loader_check (&later.plugin, "good", &error));
  g_assert_no_error (error);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/loader/good", test_good);
  g_test_add_func ("/loader/bare-name", test_bare_name);
  for (size_t i = 0; i < G_N_ELEMENTS (builts); i++)
    dnn_add_row ("/loader/refuses", builts[i].name, &builts[i], test_built);
  g_test_add_func ("/loader/newer-minor", test_newer_minor);
  for (size_t i = 0; i < G_N_ELEMENTS (files); i++)
    dnn_add_row ("/loader/file", files[i].name, &files[i], test_file);
  g_test_add_func ("/loader/file/missing", test_missing);
  g_test_add_func ("/loader/file/directory", test_directory);
  g_test_add_data_func ("/loader/writable/file", GINT_TO_POINTER (0),
                        test_writable);
  g_test_add_data_func ("/loader/writable/folder", GINT_TO_POINTER (1),
                        test_writable);
  for (size_t i = 0; i < G_N_ELEMENTS (bends); i++)
    dnn_add_row ("/loader", bends[i].name, &bends[i], test_bend);
  for (size_t i = 0; i < G_N_ELEMENTS (changes); i++)
    dnn_add_row ("/loader/descriptor", changes[i].name, &changes[i],
                 test_change);
  g_test_add_func ("/loader/descriptor/names", test_names);
  g_test_add_func ("/loader/descriptor/ops", test_ops);
  g_test_add_func ("/loader/descriptor/later", test_later);

  return g_test_run ();
}
