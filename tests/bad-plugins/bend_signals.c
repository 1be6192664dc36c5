/* bend_signals - takes a signal handler when it is loaded */
#include "bad.h"

#include <signal.h>

static void
handle (int number)
{
  (void) number;
}

__attribute__ ((constructor)) static void
bend (void)
{
  signal (SIGINT, handle);
}

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .name = "bend_signals",
  BAD_REST,
  BAD_PARAMS (good_params),
};
