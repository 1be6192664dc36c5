/* terminal.c - the terminal that progress is shown on */
#include "terminal.h"

#include <glib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { BAR_WIDTH = 20, SHORTEST_BAR = 4, USUAL_COLUMNS = 80 };

bool
terminal_moves (int fd)
{
  const char *type = g_getenv ("TERM");

  return isatty (fd) && type != NULL && *type != '\0' &&
         strcmp (type, "dumb") != 0;
}

/* See no-color.org: it counts when it is not empty. */
bool
terminal_has_colours (int fd)
{
  const char *refused = g_getenv ("NO_COLOR");

  return terminal_moves (fd) && (refused == NULL || *refused == '\0');
}

int
terminal_columns (int fd)
{
  struct winsize size = { 0 };

  return ioctl (fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col
                                                               : USUAL_COLUMNS;
}

static void
append_bar (GString *text, int filled, int width, bool colours)
{
  g_string_append (text, colours ? " \033[32m" : " ");
  for (int i = 0; i < width; i++) {
    if (i == filled && colours)
      g_string_append (text, "\033[0m\033[37m");
    /* Without colours the two parts must differ in themselves. */
    g_string_append (text, i < filled || colours ? "━" : "─");
  }
  if (colours)
    g_string_append (text, "\033[0m");
}

/* The longest beginning of whole values that fits. */
static size_t
fit_values (const char *values, int room)
{
  size_t n = strlen (values);

  while (n > 0 && g_utf8_strlen (values, (gssize) n) > room) {
    n--;
    while (n > 0 && strncmp (values + n, " - ", 3) != 0)
      n--;
  }
  return n;
}

char *
terminal_progress (int64_t done, int64_t n, const char *time,
                   const char *values, int columns, bool colours)
{
  g_autofree char *count =
      g_strdup_printf ("%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT, done, n);
  const int n_count = (int) strlen (count), n_time = (int) strlen (time);
  const int n_values = (int) g_utf8_strlen (values, -1);
  const int left = columns - n_count - n_time - n_values - 1;
  const int bar = left < SHORTEST_BAR ? 0 : MIN (left, BAR_WIDTH);
  const bool timed = n_count + n_time + n_values <= columns;
  GString *text = g_string_new (colours ? "\033[1m" : "");

  g_string_append_len (text, count, MAX (MIN (n_count, columns), 0));
  g_string_append (text, colours ? "\033[0m" : "");
  if (bar > 0)
    append_bar (text, n > 0 ? (int) (done * bar / n) : 0, bar, colours);
  if (timed)
    g_string_append (text, time);
  g_string_append_len (
      text, values,
      (gssize) fit_values (values, columns - n_count - (timed ? n_time : 0)));
  return g_string_free (text, FALSE);
}
