/* heap.h - how much memory a program has, and had at most
 *
 * Where heap.c is linked it is the program's malloc and its kin.  Not for
 * sanitizers, which have their own.
 */
#pragma once

#include <stddef.h>

/* Bytes of all blocks that are not freed. */
size_t heap_live (void);
/* The most there have been since the last heap_reset_peak. */
size_t heap_peak (void);
void heap_reset_peak (void);
