/* control.c - dnnrun control: a line to a run that trains, and its answer
 */
#include "command.h"
#include "control/socket.h"

#include <errno.h>
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CHUNK = 1 << 12 };

/* --- the line ------------------------------------------------------------ */

/* The run may be at home in another folder. */
static void
append_plugin_path (GString *line, const char *path)
{
  g_auto (GStrv) folders = g_strsplit (path, ":", -1);
  g_autofree char *joined = NULL, *quoted = NULL;

  for (size_t i = 0; folders[i] != NULL; i++) {
    char *absolute = *folders[i] != '\0'
                         ? g_canonicalize_filename (folders[i], NULL)
                         : g_strdup ("");

    g_free (folders[i]);
    folders[i] = absolute;
  }
  joined = g_strjoinv (":", folders);
  quoted = g_shell_quote (joined);
  g_string_append_printf (line, " --plugin-path=%s", quoted);
}

/* Words as the run's shell splitting takes them back. */
static char *
make_line (char **words, int n_words, const char *plugin_path, GError **error)
{
  g_autoptr (GString) line = g_string_new (NULL);

  for (int i = 0; i < n_words; i++) {
    g_autofree char *quoted = g_shell_quote (words[i]);

    if (strchr (words[i], '\n') != NULL) {
      g_autofree char *escaped = g_strescape (words[i], NULL);

      g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                   "a command is one line, and '%s' is more", escaped);
      return NULL;
    }
    g_string_append_printf (line, "%s%s", i > 0 ? " " : "", quoted);
  }
  if (plugin_path != NULL)
    append_plugin_path (line, plugin_path);
  g_string_append_c (line, '\n');
  return g_string_free (g_steal_pointer (&line), FALSE);
}

static bool
send_line (int fd, const char *line)
{
  size_t left = strlen (line);

  while (left > 0) {
    const ssize_t n = send (fd, line, left, MSG_NOSIGNAL);

    if (n < 0 && errno != EINTR)
      return false;
    if (n > 0) {
      line += n;
      left -= (size_t) n;
    }
  }
  return true;
}

/* --- the answer ---------------------------------------------------------- */

/* One line without its end; NULL: the run has ended before it. */
static char *
receive_line (int fd)
{
  g_autoptr (GString) line = g_string_new (NULL);
  char chunk[CHUNK];
  ssize_t n;

  do {
    n = recv (fd, chunk, sizeof chunk, 0);
    if (n > 0)
      g_string_append_len (line, chunk, n);
  } while ((n > 0 && memchr (line->str, '\n', line->len) == NULL) ||
           (n < 0 && errno == EINTR));
  if (n <= 0)
    return NULL;
  g_string_truncate (line, (gsize) (strchr (line->str, '\n') - line->str));
  return g_string_free (g_steal_pointer (&line), FALSE);
}

static JsonObject *
parse_answer (JsonParser *parser, const char *line)
{
  if (!json_parser_load_from_data (parser, line, -1, NULL) ||
      !JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)))
    return NULL;
  return json_node_get_object (json_parser_get_root (parser));
}

/* The run's refusal as the error it was there. */
static void
set_refused (JsonObject *object, GError **error)
{
  const char *text =
      json_object_get_string_member_with_default (object, "error", "refused");
  int code = DNN_ERROR_PARAM;

  switch (
      json_object_get_int_member_with_default (object, "exit", EXIT_INPUT)) {
  case EXIT_USAGE:
    code = DNN_ERROR_USAGE;
    break;
  case EXIT_DIVERGED:
    code = DNN_ERROR_DIVERGED;
    break;
  case EXIT_IO:
    code = DNN_ERROR_IO;
    break;
  default:
    break;
  }
  g_set_error_literal (error, DNN_ERROR, code, text);
}

/* Prints what was done; false: it was refused. */
static bool
show_answer (const char *line, const Common *common, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *object = parse_answer (parser, line);

  if (object == NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_FORMAT,
                 "who listens there is no run of dnnrun: it says '%s'", line);
    return false;
  }
  if (!json_object_get_boolean_member_with_default (object, "ok", FALSE)) {
    set_refused (object, error);
    return false;
  }
  if (common->json)
    printf ("%s\n", line);
  else if (!common->quiet)
    printf ("%s\n",
            json_object_get_string_member_with_default (object, "text", ""));
  return true;
}

static bool
talk (int fd, const char *line, const char *folder, const Common *common,
      GError **error)
{
  g_autofree char *answer = send_line (fd, line) ? receive_line (fd) : NULL;

  if (answer != NULL)
    return show_answer (answer, common, error);
  g_set_error (error, DNN_ERROR, DNN_ERROR_IO,
               "the run in '%s' ended before it answered", folder);
  return false;
}

bool
cmd_control (const Command *self, int *argc, char ***argv, GError **error)
{
  g_auto (Common) common = { 0 };
  g_autofree char *line = NULL;
  const char *folder;
  bool ok;
  int fd;

  if (!command_parse (self, argc, argv, NULL, &common, error))
    return false;
  folder = (*argv)[1];
  line = make_line (*argv + 2, *argc - 2, common.plugin_path, error);
  if (line == NULL)
    return false;
  fd = control_socket_connect (folder, error);
  if (fd < 0)
    return false;
  ok = talk (fd, line, folder, &common, error);
  close (fd);
  return ok;
}
