/* control.c - connections of those who steer a run, without ever waiting */
#include "control.h"

#include "commands.h"
#include "dnn-clock.h"
#include "socket.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
  MOST_CLIENTS = 32,
  MOST_LINE = 1 << 16,   /* bytes of a command */
  MOST_UNREAD = 1 << 18, /* of answers that nobody reads */
  CHUNK = 1 << 12,
  MICROSECONDS_BETWEEN_LOOKS = 1000,
  MILLISECONDS_OF_PAUSE = 100, /* in which signals are looked at, too */
};

typedef struct {
  int fd;       /* (owned) */
  GString *in;  /* (owned) a line that is not whole yet */
  GString *out; /* (owned) answers that are not sent yet */
  bool waits;   /* for the end of the run */
  bool ended;   /* it will send nothing more */
  bool closes;  /* when all is sent */
  bool gone;
} Client;

struct Control {
  Steering steering;
  int fd;             /* (owned) */
  char *folder;       /* (owned) */
  GPtrArray *clients; /* (owned) of Client, oldest first */
  int64_t next_look;  /* microseconds */
};

static void
client_free (gpointer data)
{
  Client *self = data;

  close (self->fd);
  g_string_free (self->in, TRUE);
  g_string_free (self->out, TRUE);
  g_free (self);
}

Control *
control_new (DnnRun *run, const DnnTrainEvents *watcher, GError **error)
{
  const char *folder = dnn_run_folder (run);
  const int fd = control_socket_listen (folder, error);
  Control *self;

  if (fd < 0)
    return NULL;
  self = g_new0 (Control, 1);
  self->fd = fd;
  self->folder = g_strdup (folder);
  self->steering.run = run;
  self->steering.watcher = *watcher;
  self->clients = g_ptr_array_new_with_free_func (client_free);
  return self;
}

static void
close_socket (Control *self)
{
  if (self->fd >= 0)
    control_socket_close (self->fd, self->folder);
  self->fd = -1;
}

void
control_free (Control *self)
{
  if (self == NULL)
    return;
  close_socket (self);
  g_ptr_array_unref (self->clients);
  g_free (self->folder);
  g_free (self);
}

/* --- out ----------------------------------------------------------------- */

/* Sends what goes without waiting; false: nobody is there any more. */
static bool
flush (Client *client)
{
  ssize_t n = 1;

  while (client->out->len > 0 && n > 0) {
    n = send (client->fd, client->out->str, client->out->len,
              MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n > 0)
      g_string_erase (client->out, 0, n);
  }
  if (n <= 0 && errno != EAGAIN && errno != EINTR)
    return false;
  return client->out->len <= MOST_UNREAD &&
         !(client->closes && client->out->len == 0);
}

/* Takes the answer over. */
static void
put (Client *client, char *answer)
{
  g_string_append_printf (client->out, "%s\n", answer);
  g_free (answer);
}

static void
refuse (Client *client, const char *why)
{
  g_autoptr (GError) error =
      g_error_new_literal (DNN_ERROR, DNN_ERROR_USAGE, why);

  put (client, steering_refuse (error));
}

/* --- in ------------------------------------------------------------------ */

static void
carry_out (Control *self, Client *client, const char *line, size_t n)
{
  char *answer;

  if (memchr (line, '\0', n) != NULL) {
    refuse (client, "a command must be a line of text");
    return;
  }
  answer = steering_answer (&self->steering, line);
  if (answer != NULL)
    put (client, answer);
  else
    client->waits = true;
}

/* Carries out the lines that are whole.  Behind a stop nothing counts. */
static void
take_lines (Control *self, Client *client)
{
  char *end;

  while (!client->waits && client->out->len <= MOST_UNREAD &&
         (end = memchr (client->in->str, '\n', client->in->len)) != NULL) {
    const size_t n = (size_t) (end - client->in->str);

    *end = '\0';
    carry_out (self, client, client->in->str, n);
    g_string_erase (client->in, 0, (gssize) n + 1);
  }
  if (client->in->len <= MOST_LINE || client->closes)
    return;
  refuse (client, "a command must be shorter than 64 KiB");
  client->closes = true;
}

/* Reads what is there; false: the client has gone.  One that has closed its
 * side only still gets the answers. */
static bool
receive (Control *self, Client *client)
{
  char chunk[CHUNK];
  const ssize_t n = recv (client->fd, chunk, sizeof chunk, MSG_DONTWAIT);

  if (n == 0) {
    client->ended = true;
    return client->waits || client->out->len > 0;
  }
  if (n < 0)
    return errno == EAGAIN || errno == EINTR;
  if (client->closes || client->waits)
    return true; /* read, so that it does not come again and again */
  g_string_append_len (client->in, chunk, n);
  take_lines (self, client);
  return true;
}

/* Drops the client that has been there longest without a request to stop. */
static void
make_room (Control *self)
{
  for (guint i = 0; i < self->clients->len; i++) {
    Client *client = g_ptr_array_index (self->clients, i);

    if (client->waits)
      continue;
    refuse (client, "too many are connected; this one was here longest");
    flush (client);
    g_ptr_array_remove_index (self->clients, i);
    return;
  }
}

static void
take_connections (Control *self)
{
  for (int i = 0; i < MOST_CLIENTS; i++) {
    const int fd = accept4 (self->fd, NULL, NULL, SOCK_CLOEXEC);
    Client *client;

    if (fd < 0)
      return;
    client = g_new0 (Client, 1);
    client->fd = fd;
    client->in = g_string_new (NULL);
    client->out = g_string_new (NULL);
    /* Commands that came with the connection are carried out first. */
    if (receive (self, client) && flush (client)) {
      if (self->clients->len >= MOST_CLIENTS)
        make_room (self);
      g_ptr_array_add (self->clients, client);
    } else {
      client_free (client);
    }
  }
}

/* --- between two steps --------------------------------------------------- */

static void
serve_client (Control *self, Client *client, short events)
{
  if (client->ended)
    client->gone = (events & (POLLHUP | POLLERR)) != 0;
  else if ((events & (POLLIN | POLLHUP | POLLERR)) != 0)
    client->gone = !receive (self, client);
  client->gone = !flush (client) || client->gone ||
                 (client->ended && !client->waits && client->out->len == 0);
}

/* Waits at most so long for something to do, and does it. */
static void
look (Control *self, int milliseconds)
{
  struct pollfd fds[MOST_CLIENTS + 1] = { { self->fd, POLLIN, 0 } };
  const guint n = self->clients->len;

  for (guint i = 0; i < n; i++) {
    const Client *client = g_ptr_array_index (self->clients, i);

    fds[i + 1].fd = client->fd;
    fds[i + 1].events = (short) ((client->ended ? 0 : POLLIN) |
                                 (client->out->len > 0 ? POLLOUT : 0));
  }
  if (poll (fds, n + 1, milliseconds) <= 0)
    return;
  for (guint i = 0; i < n; i++)
    if (fds[i + 1].revents != 0)
      serve_client (self, g_ptr_array_index (self->clients, i),
                    fds[i + 1].revents);
  for (guint i = n; i-- > 0;)
    if (((Client *) g_ptr_array_index (self->clients, i))->gone)
      g_ptr_array_remove_index (self->clients, i);
  if (fds[0].revents != 0)
    take_connections (self);
}

DnnRequest
control_serve (Control *self)
{
  const int64_t now = dnn_clock_coarse ();

  if (!self->steering.paused && now < self->next_look)
    return DNN_REQUEST_NONE;
  self->next_look = now + MICROSECONDS_BETWEEN_LOOKS;
  look (self, self->steering.paused ? MILLISECONDS_OF_PAUSE : 0);
  return self->steering.stops ? DNN_REQUEST_STOP : DNN_REQUEST_NONE;
}

bool
control_is_paused (const Control *self)
{
  return self->steering.paused && !self->steering.stops;
}

void
control_end (Control *self, const GError *error)
{
  close_socket (self);
  for (guint i = 0; i < self->clients->len; i++) {
    Client *client = g_ptr_array_index (self->clients, i);

    if (client->waits)
      put (client, steering_answer_stop (&self->steering, error));
    flush (client);
  }
}
