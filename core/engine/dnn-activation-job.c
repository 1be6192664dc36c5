/* dnn-activation-job.c - activations, chunk by chunk */
#include "dnn-activation-job.h"

#include "dnn-host.h"
#include "dnn-running.h"

/* Elements of an activation that are worth a chunk of their own, and the
 * nanoseconds that one takes, about. */
enum { GRAIN = 4096 };
#define WORK 0.5

static void
activation_chunk (void *data, int64_t chunk, uint32_t worker)
{
  const DnnActivationJob *job = data;
  const DnnActivationOps *ops = job->activation->code->ops;
  const int64_t first = chunk * job->rows_per_chunk * job->length;
  const int64_t n = MIN (job->rows_per_chunk * job->length, job->total - first);
  const bool by_rows =
      (job->activation->code->flags & DNN_FLAG_ELEMENTWISE) == 0;
  const int64_t rows = by_rows ? n / job->length : 1;
  const int64_t length = by_rows ? job->length : n;

  (void) worker;
  if (job->backward)
    ops->grad (job->activation->self, &dnn_host,
               (ops->needs & DNN_NEEDS_X) != 0 ? job->x + first : NULL,
               (ops->needs & DNN_NEEDS_Y) != 0 ? job->y + first : NULL,
               job->dy + first, job->out + first, rows, length);
  else
    ops->eval (job->activation->self, &dnn_host, job->x + first,
               job->out + first, rows, length);
}

/* Splits by rows, or anywhere where every element is by itself. */
void
dnn_activation_run (DnnPool *pool, DnnActivationJob *job, const DnnStage *stage,
                    const DnnTensor *shape)
{
  const DnnRunning running = { "layer", stage->layer->name,
                               job->activation->plugin->name,
                               job->backward ? "grad" : "eval" };
  bool anywhere = (job->activation->code->flags & DNN_FLAG_ELEMENTWISE) != 0;
  int64_t chunk;

  job->total = dnn_count (shape);
  if (job->total == 0)
    return;
  job->length = anywhere ? 1 : MAX (dnn_columns (shape), 1);
  job->rows_per_chunk = MAX (GRAIN / job->length, 1);
  chunk = job->rows_per_chunk * job->length;
  dnn_running_begin (&running);
  dnn_pool_run_work (pool, (job->total + chunk - 1) / chunk,
                     (double) job->total * WORK, activation_chunk, job);
  dnn_running_end ();
}
