/* makes_thread - starts a thread when it is loaded */
#include "bad.h"

#include <pthread.h>
#include <unistd.h>

static void *
wait (void *data)
{
  (void) data;
  pause ();
  return NULL;
}

__attribute__ ((constructor)) static void
start (void)
{
  pthread_t thread;

  pthread_create (&thread, NULL, wait, NULL);
}

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .name = "makes_thread",
  BAD_REST,
  BAD_PARAMS (good_params),
};
