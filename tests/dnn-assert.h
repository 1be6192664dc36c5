/* dnn-assert.h - what the tests of core/ say again and again */
#pragma once

#include "dnn-error.h"

#include <string.h>

/* An error of libdnn's with that code, whose message has `piece` in it. */
static inline void
dnn_assert_error (const GError *error, int code, const char *piece)
{
  g_assert_error (error, DNN_ERROR, code);
  if (strstr (error->message, piece) == NULL)
    g_test_fail_printf ("'%s' is not in '%s'", piece, error->message);
}

/* Registers one row of a table as a test path of its own. */
static inline void
dnn_add_row (const char *folder, const char *name, const void *row,
             GTestDataFunc test)
{
  g_autofree char *path = g_strconcat (folder, "/", name, NULL);

  g_test_add_data_func (path, row, test);
}
