/* dnn-error.c - the error domain of libdnn */
#include "dnn-error.h"

GQuark
dnn_error_quark (void)
{
  return g_quark_from_static_string ("dnn-error-quark");
}
