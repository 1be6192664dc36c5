/* output.c - the standard output, which may be full or closed */
#include "output.h"

#include <errno.h>
#include <glib.h>
#include <stdio.h>

/* One standard output a process. */
static bool is_lost;

bool
output_flush (void)
{
  errno = 0;
  if (is_lost || (fflush (stdout) == 0 && !ferror (stdout)))
    return !is_lost;
  is_lost = true;
  fprintf (stderr, "dnnrun: cannot write to the standard output: %s\n",
           g_strerror (errno));
  return false;
}

bool
output_is_lost (void)
{
  return is_lost;
}
