/* dnn-guard.h - memory that tells who steps beside it
 *
 * A block ends at a page that nobody can touch and begins behind a fence of
 * known bytes.  A trap turns the signal of such a touch into an address.
 */
#pragma once

#include <stddef.h>

#include "dnn-error.h"

DNN_BEGIN_DECLS

/* `n` bytes, zeroed, whose end is the end of a page (for n = 0 too, one
 * element can be touched); ends the program where there is no memory.
 * Returns: (transfer full): to be freed with dnn_guard_free. */
void *dnn_guard_new (size_t n);
void dnn_guard_free (void *block);

/* True if the block can be written; it can be read in any case. */
void dnn_guard_set_writable (void *block, bool writable);

/* True if the bytes before the block are as they were. */
bool dnn_guard_is_whole (const void *block);

/* True if an address lies in the block or in the pages around it. */
bool dnn_guard_is_near (const void *block, const void *address);

/* The end of a trapped call. */
typedef struct DnnFault {
  int signal;          /* 0: nothing did */
  const void *address; /* of SIGSEGV and SIGBUS */
} DnnFault;

/* Calls `body`; SIGSEGV, SIGBUS, SIGFPE and SIGILL of this thread end it, with
 * whatever it had begun left as it is.  One trap at a time. */
DnnFault dnn_guard_trap (void (*body) (void *data), void *data);

DNN_END_DECLS
