/* dnn-pool.c - claim, spin, sleep */
#include "dnn-pool.h"

#include <stdatomic.h>

/* Turns of the spin before a thread sleeps: some 150 microseconds, more
 * than what passes between two products of a layer. */
enum { N_SPINS = 6000 };

typedef struct {
  DnnPool *pool;
  uint32_t number;
} Worker;

struct DnnPool {
  unsigned n_threads;
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

DnnPool *
dnn_pool_new (unsigned n_threads)
{
  DnnPool *self = g_new0 (DnnPool, 1);

  self->n_threads = n_threads > 0 ? n_threads : g_get_num_processors ();
  self->threads = g_new0 (GThread *, self->n_threads);
  self->workers = g_new0 (Worker, self->n_threads);
  g_mutex_init (&self->lock);
  g_cond_init (&self->wake);
  for (unsigned i = 1; i < self->n_threads; i++) {
    self->workers[i] = (Worker){ self, i };
    self->threads[i] = g_thread_new ("dnn-worker", work, &self->workers[i]);
  }
  return self;
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

unsigned
dnn_pool_size (const DnnPool *self)
{
  return self != NULL ? self->n_threads : 1;
}

/* Others still work on chunks that they have claimed; they get the processor
 * when this thread does not need it. */
static void
wait_until_done (DnnPool *self, uint32_t n)
{
  for (int i = 0; atomic_load (&self->done) < n; i++) {
    relax ();
    if (i > N_SPINS)
      g_thread_yield ();
  }
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
      self->running) {
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
