/* dnn-running.c - the plugin that is at work */
#include "dnn-running.h"

#include <stdatomic.h>
#include <stddef.h>

/* A signal handler gets no argument of ours, so the note has no owner.  Who
 * noted a call has ended it before the call's struct goes. */
static _Atomic (const DnnRunning *) running;
static atomic_uint number;
static _Thread_local const DnnRunning *part;

void
dnn_running_begin (const DnnRunning *call)
{
  atomic_fetch_add_explicit (&number, 1, memory_order_relaxed);
  atomic_store_explicit (&running, call, memory_order_release);
}

void
dnn_running_end (void)
{
  atomic_store_explicit (&running, NULL, memory_order_release);
}

void
dnn_running_set_part (const DnnRunning *call)
{
  part = call;
}

const DnnRunning *
dnn_running_now (unsigned *ret_number)
{
  if (ret_number != NULL)
    *ret_number = atomic_load_explicit (&number, memory_order_relaxed);
  return part != NULL ? part
                      : atomic_load_explicit (&running, memory_order_acquire);
}
