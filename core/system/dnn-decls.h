/* dnn-decls.h - marks the declarations of a header as exported by libdnn */
#pragma once

#include <glib.h>

#define DNN_BEGIN_DECLS G_BEGIN_DECLS _Pragma ("GCC visibility push(default)")
#define DNN_END_DECLS   _Pragma ("GCC visibility pop") G_END_DECLS
