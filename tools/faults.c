/* faults.c - what a plugin does to the whole program is said before it ends */
#include "faults.h"

#include "command.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
  char text[512];
  size_t n;
} Line;

static void
add (Line *line, const char *text)
{
  const size_t room = sizeof line->text - line->n, n = strlen (text);
  const size_t taken = n < room ? n : room;

  memcpy (line->text + line->n, text, taken);
  line->n += taken;
}

void
faults_write (const DnnRunning *running, const char *words, const char *more)
{
  Line line = { .n = 0 };

  add (&line, "dnnrun: ");
  add (&line, running->kind);
  add (&line, " ");
  add (&line, running->name);
  if (strcmp (running->name, running->plugin) != 0) {
    add (&line, " (");
    add (&line, running->plugin);
    add (&line, ")");
  }
  add (&line, " ");
  add (&line, words);
  if (more != NULL)
    add (&line, more);
  add (&line, "\n");
  if (write (STDERR_FILENO, line.text, line.n) < 0)
    return; /* there is nobody left to tell */
}

/* --- crashes ------------------------------------------------------------- */

/* strsignal may allocate. */
static const struct {
  int number;
  const char *words;
} crashes[] = {
  { SIGSEGV, "crashes (Segmentation fault) in " },
  { SIGBUS, "crashes (Bus error) in " },
  { SIGFPE, "crashes (Floating point exception) in " },
  { SIGILL, "crashes (Illegal instruction) in " },
  { SIGABRT, "crashes (Aborted) in " },
};

/* The signal then ends the program as if there were no handler. */
static void
on_crash (int number)
{
  const DnnRunning *running = dnn_running_now (NULL);

  for (size_t i = 0; running != NULL && i < sizeof crashes / sizeof *crashes;
       i++)
    if (crashes[i].number == number)
      faults_write (running, crashes[i].words, running->call);
  raise (number);
}

/* A stack that is full has no room for a handler. */
static void
give_room (void)
{
  static char room[1 << 16];
  const stack_t stack = { .ss_sp = room, .ss_size = sizeof room };

  sigaltstack (&stack, NULL);
}

static void
catch_crashes (void)
{
  struct sigaction action = { .sa_handler = on_crash,
                              .sa_flags = (int) SA_RESETHAND | SA_NODEFER |
                                          SA_ONSTACK };

  sigemptyset (&action.sa_mask);
  for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++) {
    struct sigaction before;

    if (sigaction (crashes[i].number, NULL, &before) == 0 &&
        before.sa_handler == SIG_DFL)
      sigaction (crashes[i].number, &action, NULL);
  }
}

/* --- exit ---------------------------------------------------------------- */

static void
on_exit_of_program (void)
{
  const DnnRunning *running = dnn_running_now (NULL);

  if (running == NULL)
    return;
  faults_write (running, "ends the program in ", running->call);
  _exit (EXIT_INPUT);
}

void
faults_install (void)
{
  give_room ();
  catch_crashes ();
  atexit (on_exit_of_program);
  at_quick_exit (on_exit_of_program);
}
