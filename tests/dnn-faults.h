/* dnn-faults.h - makes memory and files fail, one call after the other
 *
 * A test that is linked with these (see tests/meson.build) has its calls, and
 * those of core/, of what gives memory and of what works on files go through
 * here: by the linker's --wrap, so that the library knows nothing of it.
 */
#pragma once

#include "dnn-error.h"

/* One try: returns true, or false with an error. */
typedef bool DnnFaultsTry (void *data, GError **error);
/* Looks at what a try left: `error` is NULL where it succeeded. */
typedef void DnnFaultsLook (void *data, const GError *error);

/* Tries again and again, and the first, second, ... call fails, until a try
 * comes to its end with no call left to fail; that one must succeed.  A try
 * that fails must say so in a sentence of kind DNN_ERROR_IO; one that succeeds
 * all the same is fine.  `look` may be NULL.  Returns: how many calls failed.
 */
unsigned dnn_faults_each (DnnFaultsTry *try, DnnFaultsLook *look, void *data);

/* How many syncs were asked for so far, which are not made. */
unsigned dnn_faults_count_syncs (void);

/* Tries once while every write takes a few bytes at most and is interrupted
 * now and then, as it may be; that must succeed. */
void dnn_faults_short_writes (DnnFaultsTry *try, void *data);
