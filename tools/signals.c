/* signals.c - handlers that set a flag, and nothing else */
#include "signals.h"

#include "faults.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

/* A call of a plugin that takes longer has not come back. */
enum { PATIENCE = 5 }; /* seconds */

/* The only way a handler can tell anybody anything. */
static volatile sig_atomic_t stop, status;
static volatile unsigned call; /* that ran when `stop` was looked at last */

static void
set_handler (int number, void (*handler) (int))
{
  struct sigaction action = { .sa_handler = handler, .sa_flags = SA_RESTART };

  sigemptyset (&action.sa_mask);
  sigaction (number, &action, NULL);
}

static void
watch_call (void)
{
  unsigned now = 0;

  dnn_running_now (&now);
  call = now;
  alarm (PATIENCE);
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
  watch_call ();
}

/* The same call as PATIENCE seconds ago keeps the program from stopping. */
static void
on_alarm (int number)
{
  unsigned now = 0;
  const DnnRunning *running = dnn_running_now (&now);

  (void) number;
  if (running == NULL || now != call)
    watch_call ();
  else
    faults_write (running, "has not come back; a second signal ends the run",
                  NULL);
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
  set_handler (SIGALRM, on_alarm);
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
