/* dnn-pool.h - the host's threads
 *
 * Workers claim chunks dynamically, spin briefly for the next job and then
 * sleep, so that a pool costs nothing while it is idle and a core that another
 * process takes does not stop it: where the caller is found to wait for
 * workers that do not get the processor, it works alone for a while.  The
 * thread that calls run works too, as worker 0.
 */
#pragma once

#include <stdint.h>

#include "dnn-error.h"

DNN_BEGIN_DECLS

typedef struct DnnPool DnnPool;

/* Chunk number `chunk`, done by `worker`. */
typedef void (*DnnChunk) (void *data, int64_t chunk, uint32_t worker);

/* `n_threads` counts the caller; 0: as many as there are processors.  Where the
 * system makes fewer the pool has these. */
DnnPool *dnn_pool_new (unsigned n_threads);
void dnn_pool_free (DnnPool *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnPool, dnn_pool_free)

unsigned dnn_pool_size (const DnnPool *self);
/* Returns: (transfer full): a sentence where there are fewer threads than were
 * asked for, or NULL. */
char *dnn_pool_describe_shortage (const DnnPool *self);

/* Does chunks 0 .. n - 1, each once, in any order, and returns when all are
 * done.  NULL is a pool of the caller alone.  A call from inside a chunk does
 * its chunks one after another. */
void dnn_pool_run (DnnPool *self, int64_t n, DnnChunk chunk, void *data);

/* The same of a job that takes about `work` nanoseconds on one thread: the
 * caller does it alone where others would not make it shorter.  Which threads
 * work is all that this decides. */
void dnn_pool_run_work (DnnPool *self, int64_t n, double work, DnnChunk chunk,
                        void *data);

DNN_END_DECLS
