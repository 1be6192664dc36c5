/* dnn-pool.c - claim, spin, sleep */
#include "dnn-pool.h"

#include <stdatomic.h>

/* Turns of the spin before a thread sleeps: some 50 microseconds, more than
 * what passes between two products of a layer. */
enum { N_SPINS = 20000 };

typedef struct {
  DnnPool *pool;
  uint32_t number;
} Worker;

struct DnnPool {
  unsigned n_threads;
  GThread **threads; /* (owned) n_threads - 1 */
  Worker *workers;   /* (owned) */

  /* The job.  Written by the caller before `job` counts up. */
  DnnChunk chunk;
  void *data;
  int64_t n;
  _Atomic int64_t next;    /* first chunk not claimed */
  _Atomic unsigned active; /* workers that are not yet done with the job */
  _Atomic unsigned job;    /* counts jobs */
  _Atomic bool stop;

  bool running; /* only the caller's thread looks */
  GMutex lock;
  GCond wake;
  GCond done;
};

static void
relax (void)
{
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause ();
#endif
}

static void
claim_chunks (DnnPool *self, uint32_t worker)
{
  int64_t i;

  while ((i = atomic_fetch_add (&self->next, 1)) < self->n)
    self->chunk (self->data, i, worker);
}

/* Waits until `job` is no longer `seen`: spins, then sleeps. */
static unsigned
wait_for_job (DnnPool *self, unsigned seen)
{
  unsigned job = seen;

  for (int i = 0; i < N_SPINS; i++) {
    job = atomic_load (&self->job);
    if (job != seen)
      return job;
    relax ();
  }
  g_mutex_lock (&self->lock);
  while ((job = atomic_load (&self->job)) == seen)
    g_cond_wait (&self->wake, &self->lock);
  g_mutex_unlock (&self->lock);
  return job;
}

static gpointer
work (gpointer data)
{
  Worker *worker = data;
  DnnPool *self = worker->pool;
  unsigned seen = 0;

  for (;;) {
    seen = wait_for_job (self, seen);
    if (atomic_load (&self->stop))
      return NULL;
    claim_chunks (self, worker->number);
    if (atomic_fetch_sub (&self->active, 1) == 1) {
      g_mutex_lock (&self->lock);
      g_cond_signal (&self->done);
      g_mutex_unlock (&self->lock);
    }
  }
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
  g_cond_init (&self->done);
  for (unsigned i = 1; i < self->n_threads; i++) {
    self->workers[i] = (Worker){ self, i };
    self->threads[i] = g_thread_new ("dnn-worker", work, &self->workers[i]);
  }
  return self;
}

static void
post_job (DnnPool *self)
{
  g_mutex_lock (&self->lock);
  atomic_fetch_add (&self->job, 1);
  g_cond_broadcast (&self->wake);
  g_mutex_unlock (&self->lock);
}

void
dnn_pool_free (DnnPool *self)
{
  if (self == NULL)
    return;
  atomic_store (&self->stop, true);
  post_job (self);
  for (unsigned i = 1; i < self->n_threads; i++)
    g_thread_join (self->threads[i]);
  g_cond_clear (&self->done);
  g_cond_clear (&self->wake);
  g_mutex_clear (&self->lock);
  g_free (self->workers);
  g_free (self->threads);
  g_free (self);
}

unsigned
dnn_pool_size (const DnnPool *self)
{
  return self->n_threads;
}

static void
wait_until_done (DnnPool *self)
{
  for (int i = 0; i < N_SPINS; i++) {
    if (atomic_load (&self->active) == 0)
      return;
    relax ();
  }
  g_mutex_lock (&self->lock);
  while (atomic_load (&self->active) > 0)
    g_cond_wait (&self->done, &self->lock);
  g_mutex_unlock (&self->lock);
}

void
dnn_pool_run (DnnPool *self, int64_t n, DnnChunk chunk, void *data)
{
  if (n <= 1 || self->n_threads == 1 || self->running) {
    for (int64_t i = 0; i < n; i++)
      chunk (data, i, 0);
    return;
  }

  self->running = true;
  self->chunk = chunk;
  self->data = data;
  self->n = n;
  atomic_store (&self->next, 0);
  atomic_store (&self->active, self->n_threads - 1);
  post_job (self);
  claim_chunks (self, 0);
  wait_until_done (self);
  self->running = false;
}
