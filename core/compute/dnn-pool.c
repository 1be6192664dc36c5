/* dnn-pool.c - claim, spin, sleep */
#include "dnn-pool.h"

#include <stdatomic.h>
#include <sys/mman.h>
#include <time.h>

/* Turns of the spin before a thread sleeps: some 150 microseconds, more
 * than what passes between two products of a layer. */
enum { N_SPINS = 6000 };

/* A caller that waited for more than one part in MAX_STALL of the time since
 * it last looked works alone for MIN_PAUSE_US, and each time that this helps
 * nothing twice as long, up to MAX_PAUSE_US. */
enum { MAX_STALL = 5, MIN_PAUSE_US = 20000, MAX_PAUSE_US = 640000 };

/* Handing out costs this much if no worker is there to be measured. */
enum { HANDOUT_NS = 5000 };

/* New workers may need FIRST_WAIT_US to get a processor.  Those that did not
 * are looked for again after RETRY_AFTER_US, for RETRY_WAIT_US. */
enum { FIRST_WAIT_US = 5000, RETRY_AFTER_US = 100000, RETRY_WAIT_US = 500 };

typedef struct {
  DnnPool *pool;
  uint32_t number;
} Worker;

struct DnnPool {
  unsigned n_threads;
  unsigned n_asked;  /* for; more than there are where the system refused */
  GThread **threads; /* (owned) n_threads - 1 */
  Worker *workers;   /* (owned) */

  /* The job: its number above, the chunks that nobody has claimed below.
   * `chunk` and `data` are written before it and read only by who has claimed
   * a chunk, so a worker that wakes late finds nothing to claim and touches
   * nothing: the caller never waits for one that does not work. */
  _Atomic uint64_t ticket;
  _Atomic uint32_t done; /* chunks of the job */
  DnnChunk chunk;
  void *data;

  /* The caller's own. */
  double handing_out;  /* nanoseconds until all work on a job */
  int64_t measured;    /* monotonic time, when that was last tried */
  int64_t stalled;     /* microseconds, of those since `looked` */
  int64_t looked;      /* monotonic time */
  int64_t pause;       /* the last one's length */
  int64_t alone_until; /* monotonic time; 0: not alone */

  _Atomic uint32_t sleepers; /* workers that wait for a signal */
  _Atomic bool stop;
  bool running; /* changed where no chunk runs */
  GMutex lock;
  GCond wake;
};

#define REMAINING 0xffffffffu

static void
relax (void)
{
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause ();
#endif
}

/* Does what is left of the job, from the last chunk to the first. */
static void
claim_chunks (DnnPool *self, uint32_t worker)
{
  uint64_t ticket = atomic_load (&self->ticket);

  while ((ticket & REMAINING) > 0)
    if (atomic_compare_exchange_weak (&self->ticket, &ticket, ticket - 1)) {
      self->chunk (self->data, (int64_t) (ticket & REMAINING) - 1, worker);
      atomic_fetch_add (&self->done, 1);
      ticket = atomic_load (&self->ticket);
    }
}

static bool
has_work (DnnPool *self)
{
  return (atomic_load (&self->ticket) & REMAINING) > 0 ||
         atomic_load (&self->stop);
}

/* Spins, then sleeps, until there is something to do. */
static void
wait_for_work (DnnPool *self)
{
  for (int i = 0; i < N_SPINS; i++) {
    if (has_work (self))
      return;
    relax ();
  }
  g_mutex_lock (&self->lock);
  atomic_fetch_add (&self->sleepers, 1);
  while (!has_work (self))
    g_cond_wait (&self->wake, &self->lock);
  atomic_fetch_sub (&self->sleepers, 1);
  g_mutex_unlock (&self->lock);
}

static gpointer
work (gpointer data)
{
  Worker *worker = data;
  DnnPool *self = worker->pool;

  while (!atomic_load (&self->stop)) {
    wait_for_work (self);
    claim_chunks (self, worker->number);
  }
  return NULL;
}

static void
wake_sleepers (DnnPool *self)
{
  if (atomic_load (&self->sleepers) == 0)
    return;
  g_mutex_lock (&self->lock);
  g_cond_broadcast (&self->wake);
  g_mutex_unlock (&self->lock);
}

unsigned
dnn_pool_size (const DnnPool *self)
{
  return self != NULL ? self->n_threads : 1;
}

/* Takes notice that the caller waited from `since` until now. */
static void
note_stall (DnnPool *self, int64_t since)
{
  const int64_t now = g_get_monotonic_time ();

  self->stalled += now - since;
  if (now - self->looked < MIN_PAUSE_US)
    return;
  if (self->stalled * MAX_STALL > now - self->looked) {
    self->pause = CLAMP (2 * self->pause, MIN_PAUSE_US, MAX_PAUSE_US);
    self->alone_until = now + self->pause;
  } else {
    self->pause = 0;
  }
  self->stalled = 0;
  self->looked = now;
}

/* Others still work on chunks that they have claimed; they get the processor
 * when this thread does not need it. */
static void
wait_until_done (DnnPool *self, uint32_t n)
{
  int64_t since;

  for (int i = 0; i < N_SPINS; i++) {
    if (atomic_load (&self->done) >= n)
      return;
    relax ();
  }
  since = g_get_monotonic_time ();
  while (atomic_load (&self->done) < n) {
    relax ();
    g_thread_yield ();
  }
  note_stall (self, since);
}

static bool
is_alone (DnnPool *self)
{
  if (self->alone_until == 0)
    return false;
  self->looked = g_get_monotonic_time ();
  if (self->looked < self->alone_until)
    return true;
  self->alone_until = 0;
  return false;
}

/* Which worker this thread is: also a chunk may call run. */
static uint32_t
find_worker (const DnnPool *self)
{
  for (unsigned i = 1; i < self->n_threads; i++)
    if (self->threads[i] == g_thread_self ())
      return i;
  return 0;
}

/* On this thread, one after another. */
static void
run_alone (const DnnPool *self, int64_t n, DnnChunk chunk, void *data)
{
  const uint32_t worker =
      self != NULL && self->running ? find_worker (self) : 0;

  for (int64_t i = 0; i < n; i++)
    chunk (data, i, worker);
}

void
dnn_pool_run (DnnPool *self, int64_t n, DnnChunk chunk, void *data)
{
  uint64_t job;

  if (self == NULL || n <= 1 || n > REMAINING || self->n_threads == 1 ||
      self->running || is_alone (self)) {
    run_alone (self, n, chunk, data);
    return;
  }
  self->running = true;
  self->chunk = chunk;
  self->data = data;
  atomic_store (&self->done, 0);
  job = (atomic_load (&self->ticket) >> 32) + 1;
  atomic_store (&self->ticket, job << 32 | (uint64_t) n);
  wake_sleepers (self);
  claim_chunks (self, 0);
  wait_until_done (self, (uint32_t) n);
  self->running = false;
}

/* --- what handing out costs ---------------------------------------------- */

typedef struct {
  uint32_t n;
  _Atomic uint32_t here;
} Meeting;

/* Waits, but not for ever, until every worker is here. */
static void
meet (void *data, int64_t chunk, uint32_t worker)
{
  enum { LONG = 2000 };
  Meeting *meeting = data;

  (void) chunk;
  (void) worker;
  atomic_fetch_add (&meeting->here, 1);
  for (int i = 0; i < LONG && atomic_load (&meeting->here) < meeting->n; i++)
    relax ();
}

static double
time_meeting (DnnPool *self)
{
  Meeting meeting = { self->n_threads, 0 };
  struct timespec from, to;

  clock_gettime (CLOCK_MONOTONIC, &from);
  dnn_pool_run (self, self->n_threads, meet, &meeting);
  clock_gettime (CLOCK_MONOTONIC, &to);
  return (double) (to.tv_sec - from.tv_sec) * 1e9 +
         (double) (to.tv_nsec - from.tv_nsec);
}

/* A job in which all workers take part and do nothing, the shortest of a few;
 * `longest`: microseconds in which to have them.  A worker that waits for this
 * thread's processor gets it, goes to sleep there, and is woken on another. */
static void
measure (DnnPool *self, int64_t longest)
{
  enum { TRIES = 32 };
  const int64_t start = g_get_monotonic_time ();
  int n = 0;

  self->handing_out = HANDOUT_NS;
  self->measured = start;
  while (n < TRIES && self->measured - start < longest) {
    self->handing_out = MIN (self->handing_out, time_meeting (self));
    self->measured = g_get_monotonic_time ();
    if (self->handing_out < HANDOUT_NS)
      n++;
    else
      g_thread_yield ();
  }
}

static void
measure_again (DnnPool *self)
{
  if (g_get_monotonic_time () - self->measured >= RETRY_AFTER_US)
    measure (self, RETRY_WAIT_US);
}

void
dnn_pool_run_work (DnnPool *self, int64_t n, double work, DnnChunk chunk,
                   void *data)
{
  if (n <= 1 || dnn_pool_size (self) == 1) {
    run_alone (self, n, chunk, data);
    return;
  }
  if (!self->running && self->alone_until == 0 &&
      self->handing_out >= HANDOUT_NS)
    measure_again (self);
  if (work * (1 - 1.0 / self->n_threads) < self->handing_out)
    run_alone (self, n, chunk, data);
  else
    dnn_pool_run (self, n, chunk, data);
}

/* --- the pool ------------------------------------------------------------ */

/* Makes threads as long as the system does.  Their stacks must not take the
 * last of the address space, where that is limited: the work itself needs some.
 */
static void
start_workers (DnnPool *self)
{
  enum { ROOM = 32 << 20 };
  void *room = mmap (NULL, ROOM, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  unsigned n = 1;

  while (room != MAP_FAILED && n < self->n_asked) {
    self->workers[n] = (Worker){ self, n };
    self->threads[n] =
        g_thread_try_new ("dnn-worker", work, &self->workers[n], NULL);
    if (self->threads[n] == NULL)
      break;
    n++;
  }
  self->n_threads = n;
  if (room != MAP_FAILED)
    munmap (room, ROOM);
}

char *
dnn_pool_describe_shortage (const DnnPool *self)
{
  if (self->n_threads == self->n_asked)
    return NULL;
  return g_strdup_printf ("the system made %u of %u threads; going on with "
                          "these, to the same results",
                          self->n_threads, self->n_asked);
}

DnnPool *
dnn_pool_new (unsigned n_threads)
{
  DnnPool *self = g_new0 (DnnPool, 1);

  self->n_asked = n_threads > 0 ? n_threads : g_get_num_processors ();
  self->looked = g_get_monotonic_time ();
  self->threads = g_new0 (GThread *, self->n_asked);
  self->workers = g_new0 (Worker, self->n_asked);
  g_mutex_init (&self->lock);
  g_cond_init (&self->wake);
  start_workers (self);
  measure (self, FIRST_WAIT_US);
  return self;
}

void
dnn_pool_free (DnnPool *self)
{
  if (self == NULL)
    return;
  atomic_store (&self->stop, true);
  g_mutex_lock (&self->lock);
  g_cond_broadcast (&self->wake);
  g_mutex_unlock (&self->lock);
  for (unsigned i = 1; i < self->n_threads; i++)
    g_thread_join (self->threads[i]);
  g_cond_clear (&self->wake);
  g_mutex_clear (&self->lock);
  g_free (self->workers);
  g_free (self->threads);
  g_free (self);
}
