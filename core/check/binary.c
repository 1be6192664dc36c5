/* binary.c - the checks of the file itself, and of opening it */
#include "dnn-check-file.h"

#include "dnn-elf.h"
#include "dnn-kind-row.h"
#include "dnn-kind.h"

#include <string.h>

/* Any plugin links these: the C library, and what compilers add by themselves,
 * sanitizers included. */
static const char *const libraries[] = { "libc.so*",    "libm.so*",
                                         "ld-linux*",   "libgcc_s.so*",
                                         "libasan.so*", "libubsan.so*",
                                         "libtsan.so*", NULL };

/* Only the host does these, or nobody may do them in it but by leave of its
 * kind's row. */
static const char *const forbidden[] = {
  "dnn_*",    "_dnn_*",         "cblas_*",        "openblas*",   "?gemm_",
  "GOMP_*",   "omp_*",          "__kmpc_*",       "g_*",         "malloc",
  "calloc",   "realloc",        "aligned_alloc",  "memalign",    "free",
  "strdup",   "posix_memalign", "mmap",           "*printf*",    "puts",
  "putchar",  "fopen*",         "open",           "open64",      "socket",
  "getenv",   "setenv",         "setlocale",      "signal",      "sigaction",
  "fesetenv", "fesetround",     "pthread_create", "thrd_create", "fork",
  "vfork",    "clone",          "system",         "popen",       "exec*",
  "dlopen",   "exit",           "_exit",          "_Exit",       "quick_exit",
  NULL
};

/* `patterns` may be NULL. */
static bool
matches (const char *const *patterns, const char *text)
{
  for (size_t i = 0; patterns != NULL && patterns[i] != NULL; i++)
    if (g_pattern_match_simple (patterns[i], text))
      return true;
  return false;
}

static void
check_exports (DnnFileChecker *self, const DnnElf *elf)
{
  bool found = false;

  for (guint i = 0; i < elf->exports->len; i++) {
    const char *name = g_ptr_array_index (elf->exports, i);

    if (strcmp (name, "dnn_plugin_v1") == 0 ||
        strcmp (name, "dnn_plugins_v1") == 0)
      found = true;
    else if (strstr (name, "__odr_asan.") == NULL) /* a sanitizer's */
      dnn_file_checker_fail (self,
                             "it exports '%s'; compile it with "
                             "-fvisibility=hidden, so that dnn_plugin_v1 is "
                             "all that others see",
                             name);
  }
  if (!found)
    dnn_file_checker_fail (self, "it exports no dnn_plugin_v1");
}

/* It links and calls no more than any plugin and its kind may. */
static void
check_needs (DnnFileChecker *self, const DnnElf *elf)
{
  const uint32_t kind = elf->descriptor_kind;
  const bool is_known = kind >= 1 && kind <= dnn_kind_count ();
  const DnnKindRow none = { 0 };
  const DnnKindRow *row = is_known ? dnn_kind_row (kind) : &none;

  for (guint i = 0; i < elf->libraries->len; i++) {
    const char *name = g_ptr_array_index (elf->libraries, i);

    if (!matches (libraries, name) && !matches (row->may_link, name))
      dnn_file_checker_fail (
          self, "it links '%s'; a plugin links libc and libm only", name);
  }
  for (guint i = 0; i < elf->imports->len; i++) {
    const char *name = g_ptr_array_index (elf->imports, i);

    if (matches (forbidden, name) && !matches (row->may_call, name))
      dnn_file_checker_fail (self,
                             "it calls '%s'; a plugin only computes, and asks "
                             "the host for the rest",
                             name);
  }
}

void
dnn_check_binary (DnnFileChecker *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnElf) elf = dnn_elf_read (self->path, &error);

  if (elf == NULL) {
    dnn_file_checker_fail (self, "%s", error->message);
    return;
  }
  check_exports (self, elf);
  check_needs (self, elf);
  if (elf->executable_stack)
    dnn_file_checker_fail (self, "its stack is executable; link it with "
                                 "-z noexecstack");
}

/* The registry keeps a note of what loading changed and was put back. */
void
dnn_check_load (DnnFileChecker *self)
{
  const GPtrArray *notes = dnn_registry_notes (self->registry);

  dnn_file_checker_open (self);
  for (guint i = 0; i < notes->len; i++)
    dnn_file_checker_fail (self, "%s",
                           (const char *) g_ptr_array_index (notes, i));
}
