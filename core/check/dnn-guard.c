/* dnn-guard.c - blocks between pages, and the trap for who touches them
 *
 *   head | no access | fence, block | no access
 *
 * The head is a page of its own, so that a block can be found and freed by its
 * address alone.
 */
#include "dnn-guard.h"

#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { FENCE = 0xa5 };

typedef struct {
  size_t n;     /* bytes of the block */
  size_t pages; /* that hold the block */
} Head;

/* --- blocks -------------------------------------------------------------- */

static size_t
page_size (void)
{
  return (size_t) sysconf (_SC_PAGESIZE);
}

static char *
first_page (const void *block)
{
  return (char *) ((uintptr_t) block & ~(uintptr_t) (page_size () - 1));
}

static Head *
head_of (const void *block)
{
  return (Head *) (first_page (block) - 2 * page_size ());
}

void *
dnn_guard_new (size_t n)
{
  const size_t page = page_size (), room = MAX (n, sizeof (float));
  const size_t pages = (room + page - 1) / page;
  char *all = mmap (NULL, (pages + 3) * page, PROT_NONE,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  char *first = all + 2 * page, *block = first + pages * page - room;

  if (all == MAP_FAILED || mprotect (all, page, PROT_READ | PROT_WRITE) != 0 ||
      mprotect (first, pages * page, PROT_READ | PROT_WRITE) != 0)
    g_error ("no memory for %zu bytes between guard pages", n);
  *(Head *) all = (Head){ n, pages };
  memset (first, FENCE, (size_t) (block - first));
  return block;
}

void
dnn_guard_free (void *block)
{
  const Head *head;

  if (block == NULL)
    return;
  head = head_of (block);
  munmap ((void *) head, (head->pages + 3) * page_size ());
}

void
dnn_guard_set_writable (void *block, bool writable)
{
  mprotect (first_page (block), head_of (block)->pages * page_size (),
            writable ? PROT_READ | PROT_WRITE : PROT_READ);
}

bool
dnn_guard_is_whole (const void *block)
{
  const char *to = block;

  for (const char *at = first_page (block); at < to; at++)
    if ((unsigned char) *at != FENCE)
      return false;
  return true;
}

bool
dnn_guard_is_near (const void *block, const void *address)
{
  const size_t page = page_size ();
  const char *first = first_page (block), *at = address;

  return at >= first - page && at < first + (head_of (block)->pages + 1) * page;
}

/* --- the trap ------------------------------------------------------------ */

static const int trapped[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL };

/* State of the signal handler, which gets no argument of ours. */
static _Thread_local struct {
  bool armed;
  sigjmp_buf back;
  DnnFault fault;
} trap;

/* A fault of another thread goes its usual way: the call returns to the same
 * instruction, now without a handler. */
static void
on_fault (int number, siginfo_t *info, void *context)
{
  (void) context;
  if (!trap.armed) {
    signal (number, SIG_DFL);
    return;
  }
  trap.armed = false;
  trap.fault = (DnnFault){ number, info->si_addr };
  siglongjmp (trap.back, 1);
}

DnnFault
dnn_guard_trap (void (*body) (void *data), void *data)
{
  struct sigaction before[G_N_ELEMENTS (trapped)];
  struct sigaction action = { .sa_sigaction = on_fault,
                              .sa_flags = SA_SIGINFO | SA_NODEFER };

  g_return_val_if_fail (!trap.armed, (DnnFault){ 0 });
  for (size_t i = 0; i < G_N_ELEMENTS (trapped); i++)
    sigaction (trapped[i], &action, &before[i]);
  trap.fault = (DnnFault){ 0 };
  if (sigsetjmp (trap.back, 1) == 0) {
    trap.armed = true;
    body (data);
  }
  trap.armed = false;
  for (size_t i = 0; i < G_N_ELEMENTS (trapped); i++)
    sigaction (trapped[i], &before[i], NULL);
  return trap.fault;
}
