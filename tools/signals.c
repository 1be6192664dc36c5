/* signals.c - handlers that set a flag, and nothing else */
#include "signals.h"

#include <signal.h>
#include <stddef.h>

/* The only way a handler can tell anybody anything. */
static volatile sig_atomic_t stop, status;

static void
set_handler (int number, void (*handler) (int))
{
  struct sigaction action = { .sa_handler = handler, .sa_flags = SA_RESTART };

  sigemptyset (&action.sa_mask);
  sigaction (number, &action, NULL);
}

/* The second one kills, as if there were no handler. */
static void
on_stop (int number)
{
  if (stop) {
    set_handler (number, SIG_DFL);
    raise (number);
  }
  stop = 1;
}

static void
on_status (int number)
{
  (void) number;
  status = 1;
}

/* In the background of a shell SIGINT is ignored, and under nohup others. */
static void
set_unless_ignored (int number, void (*handler) (int))
{
  struct sigaction before;

  if (sigaction (number, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
    set_handler (number, handler);
}

void
signals_install (void)
{
  set_unless_ignored (SIGINT, on_stop);
  set_unless_ignored (SIGTERM, on_stop);
  set_handler (SIGUSR1, on_status);
  set_handler (SIGXFSZ, SIG_IGN);
  set_handler (SIGPIPE, SIG_IGN);
}

bool
signals_ask_stop (void)
{
  return stop != 0;
}

bool
signals_ask_status (void)
{
  bool asked = status != 0;

  status = 0;
  return asked;
}
