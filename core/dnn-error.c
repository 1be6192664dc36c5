/* dnn-error.c - the error domain of libdnn */
#include "dnn-error.h"

G_DEFINE_QUARK (dnn - error - quark, dnn_error)
