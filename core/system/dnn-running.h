/* dnn-running.h - the plugin that is at work
 *
 * The host notes it before it calls and forgets it after.  A program reads the
 * note where it cannot ask: in a signal handler, or when it is being ended.
 */
#pragma once

#include "dnn-decls.h"

DNN_BEGIN_DECLS

/* A call.  All borrowed, until dnn_running_end. */
typedef struct DnnRunning {
  const char *kind;   /* "layer" */
  const char *name;   /* of the layer; of any other kind that of the plugin */
  const char *plugin; /* "acme.snake" */
  const char *call;   /* "forward" */
} DnnRunning;

/* With several threads at work the note is that of the last call begun. */
void dnn_running_begin (const DnnRunning *call);
void dnn_running_end (void);

/* A call of another plugin that this thread makes for the one that runs, such
 * as the activation of a tile.  NULL ends it. */
void dnn_running_set_part (const DnnRunning *call);

/* The call that runs, or this thread's part of it, or NULL.  Safe in a signal
 * handler.  `ret_number`, which may be NULL, counts calls: the same number
 * twice is the same call. */
const DnnRunning *dnn_running_now (unsigned *ret_number);

DNN_END_DECLS
