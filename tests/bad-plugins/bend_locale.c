/* bend_locale - changes the locale when it is loaded */
#include "bad.h"

#include <locale.h>

__attribute__ ((constructor)) static void
bend (void)
{
  setlocale (LC_ALL, "C.UTF-8");
}

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1,
  .name = "bend_locale",
  BAD_REST,
  BAD_PARAMS (good_params),
};
