/* dnn-suggest.c - nearest names by edit distance */
#include "dnn-suggest.h"

#include <string.h>

enum { N_NEAREST = 3, N_LISTED = 12, MOST_EDITS = 24, LONGEST = 128 };

/* Levenshtein's distance, with a swap of neighbours counted as one. */
static size_t
distance (const char *a, const char *b)
{
  size_t n = strlen (a), m = strlen (b), width = m + 1;
  g_autofree size_t *d = g_new (size_t, (n + 1) * width);

  for (size_t i = 0; i <= n; i++)
    for (size_t j = 0; j <= m; j++) {
      size_t *cell = &d[i * width + j];

      if (i == 0 || j == 0) {
        *cell = i + j;
        continue;
      }
      *cell = MIN (cell[-1], cell[-(ptrdiff_t) width]) + 1;
      *cell = MIN (*cell, d[(i - 1) * width + j - 1] + (a[i - 1] != b[j - 1]));
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        *cell = MIN (*cell, d[(i - 2) * width + j - 2] + 1);
    }
  return d[n * width + m];
}

/* True if to count edits at all: time and memory go with the product of the
 * lengths, and a file's word may be a megabyte. */
static bool
is_comparable (const char *wrong, const char *name)
{
  const size_t n = strlen (wrong), m = strlen (name);

  return n <= LONGEST && m <= n + MOST_EDITS && n <= m + MOST_EDITS;
}

static bool
is_near (const char *wrong, const char *name, size_t d)
{
  return d <= 1 + strlen (wrong) / 3 ||
         (strlen (wrong) > 2 && strstr (name, wrong) != NULL);
}

static void
append_names (GString *text, GPtrArray *names, const char *last)
{
  for (guint i = 0; i < names->len; i++)
    g_string_append_printf (text, "%s'%s'",
                            i == 0                ? ""
                            : i + 1 == names->len ? last
                                                  : ", ",
                            (char *) g_ptr_array_index (names, i));
}

char *
dnn_suggest (const char *wrong, const char *const *names)
{
  g_autoptr (GPtrArray) near = g_ptr_array_new ();
  g_autoptr (GPtrArray) all = g_ptr_array_new ();
  g_autoptr (GString) text = g_string_new (NULL);

  for (size_t want = 0; want <= MOST_EDITS && near->len < N_NEAREST; want++)
    for (size_t i = 0; names[i] != NULL && near->len < N_NEAREST; i++) {
      size_t d = is_comparable (wrong, names[i]) ? distance (wrong, names[i])
                                                 : MOST_EDITS + 1;

      if (d == want && is_near (wrong, names[i], d) &&
          !g_ptr_array_find_with_equal_func (near, names[i], g_str_equal, NULL))
        g_ptr_array_add (near, (void *) names[i]);
    }
  for (size_t i = 0; names[i] != NULL && all->len < N_LISTED; i++)
    g_ptr_array_add (all, (void *) names[i]);

  if (near->len > 0) {
    g_string_append (text, "did you mean ");
    append_names (text, near, " or ");
    g_string_append_c (text, '?');
  } else if (all->len > 0) {
    g_string_append (text, all->len == 1 ? "there is only " : "there are ");
    append_names (text, all, names[all->len] != NULL ? ", " : " and ");
    if (names[all->len] != NULL)
      g_string_append (text, ", ...");
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

bool
dnn_is_same_name (const char *a, const char *b)
{
  while (true) {
    a += strspn (a, "_");
    b += strspn (b, "_");
    if (g_ascii_tolower (*a) != g_ascii_tolower (*b))
      return false;
    if (*a == '\0')
      return true;
    a++;
    b++;
  }
}
