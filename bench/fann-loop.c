/* fann-loop.c - the study's network trained by FANN, a row at a time
 *
 *   gcc -O3 -march=native fann-loop.c -lfann -lm; ./a.out ROWS EPOCHS
 *
 * Prints the seconds of ROWS rows, and the median time of one row forward.
 * FANN 2.2 has no leaky ReLU; elliot is its cheapest.  One thread.
 */
#include "median.h"

#include <fann.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { INPUTS = 784, CLASSES = 10, CALLS = 1001 };

static double
now (void)
{
  struct timespec t;

  clock_gettime (CLOCK_MONOTONIC, &t);
  return (double) t.tv_sec + 1e-9 * (double) t.tv_nsec;
}

static void
time_row (struct fann *net, fann_type *row)
{
  static double times[CALLS];

  for (int i = 0; i < CALLS; i++) {
    double start = now ();

    fann_run (net, row);
    times[i] = now () - start;
  }
  printf ("row %.2f us\n", median (times, CALLS) * 1e6);
}

int
main (int argc, char *argv[])
{
  int rows = argc > 1 ? atoi (argv[1]) : 1000;
  int epochs = argc > 2 ? atoi (argv[2]) : 1;
  struct fann *net = fann_create_standard (4, INPUTS, 300, 100, CLASSES);
  fann_type *x = malloc ((size_t) rows * INPUTS * sizeof *x);
  fann_type y[CLASSES] = { 0 };

  fann_set_activation_function_hidden (net, FANN_ELLIOT_SYMMETRIC);
  fann_set_activation_function_output (net, FANN_ELLIOT);
  fann_set_training_algorithm (net, FANN_TRAIN_INCREMENTAL);
  for (int i = 0; i < rows * INPUTS; i++)
    x[i] = (fann_type) rand () / (fann_type) RAND_MAX;
  for (int e = 0; e < epochs; e++) {
    double start = now ();

    for (int r = 0; r < rows; r++) {
      y[r % CLASSES] = 1;
      fann_train (net, x + (size_t) r * INPUTS, y);
      y[r % CLASSES] = 0;
      if (r == 0 && e == 0) {
        printf ("done\n");
        fflush (stdout);
      }
    }
    printf ("epoch %.4f s\n", now () - start);
  }
  time_row (net, x);
  fann_destroy (net);
  free (x);
  return 0;
}
