/* dnn-simd.c - asks the CPU, then the environment */
#include "dnn-simd.h"

#include "dnn-error.h"

#include <string.h>

static const char *const names[] = { "plain", "avx2", "avx512" };

const char *
dnn_simd_name (DnnSimd simd)
{
  return names[simd];
}

DnnSimd
dnn_simd_of_cpu (void)
{
#if defined(__x86_64__)
  if (__builtin_cpu_supports ("avx512f"))
    return DNN_SIMD_AVX512;
  if (__builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma"))
    return DNN_SIMD_AVX2;
#endif
  return DNN_SIMD_PLAIN;
}

/* The set of that name, or -1. */
static int
find (const char *name)
{
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (names[i], name) == 0)
      return (int) i;
  return -1;
}

bool
dnn_simd_check (GError **error)
{
  const char *name = g_getenv ("DNN_SIMD");
  int asked;

  if (name == NULL)
    return true;
  asked = find (name);
  if (asked < 0) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                 "DNN_SIMD must be plain, avx2 or avx512, not '%s'", name);
    return false;
  }
  if (asked > (int) dnn_simd_of_cpu ()) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                 "DNN_SIMD is '%s', and this CPU has no more than %s", name,
                 names[dnn_simd_of_cpu ()]);
    return false;
  }
  return true;
}

static gpointer
choose (gpointer data)
{
  const char *name = g_getenv ("DNN_SIMD");

  (void) data;
  if (name == NULL || !dnn_simd_check (NULL))
    return GINT_TO_POINTER (dnn_simd_of_cpu ());
  return GINT_TO_POINTER (find (name));
}

DnnSimd
dnn_simd (void)
{
  static GOnce once = G_ONCE_INIT;

  return (DnnSimd) GPOINTER_TO_INT (g_once (&once, choose, NULL));
}
