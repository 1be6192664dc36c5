/* predict-one.c - the median time of one row through a network
 *
 *   predict-one FILE.dnn INPUT_SHAPE [THREADS [CALLS]]
 *
 * Weights are drawn, not trained: the time does not depend on them.
 */
#include "median.h"

#include <dnn-model-section.h>
#include <dnn-predictor.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* The median of `calls` calls in microseconds; negative with an error. */
static double
time_calls (DnnPredictor *predictor, size_t calls, GError **error)
{
  g_autofree double *times = g_new (double, calls);

  for (size_t i = 0; i < calls; i++) {
    struct timespec start, end;

    clock_gettime (CLOCK_MONOTONIC, &start);
    if (dnn_predictor_run (predictor, error) == NULL)
      return -1;
    clock_gettime (CLOCK_MONOTONIC, &end);
    times[i] = (double) (end.tv_sec - start.tv_sec) * 1e6 +
               (double) (end.tv_nsec - start.tv_nsec) * 1e-3;
  }
  return median (times, calls);
}

static double
time_file (const char *path, const char *shape, unsigned threads, size_t calls,
           GError **error)
{
  g_autoptr (DnnExperiment) experiment = dnn_experiment_load (path, error);
  g_autoptr (DnnRegistry) registry = dnn_registry_new (NULL);
  g_autoptr (DnnModel) model = NULL;
  g_autoptr (DnnPredictor) predictor = NULL;

  if (experiment == NULL)
    return -1;
  dnn_experiment_set (experiment, "model", "input_shape", shape);
  model = dnn_experiment_build_model (registry, experiment, NULL, NULL, error);
  if (model == NULL || !dnn_model_initialize (model, 1, error))
    return -1;
  predictor = dnn_predictor_new (model, 1, threads, error);
  if (predictor == NULL)
    return -1;
  for (int64_t i = 0; i < dnn_predictor_input_size (predictor); i++)
    dnn_predictor_input (predictor)[i] = 0.5f;
  return time_calls (predictor, calls, error);
}

int
main (int argc, char *argv[])
{
  g_autoptr (GError) error = NULL;
  unsigned threads = argc > 3 ? (unsigned) atoi (argv[3]) : 1;
  size_t calls = argc > 4 ? (size_t) atoi (argv[4]) : 5000;
  double median;

  if (argc < 3 || calls < 1) {
    fprintf (stderr, "predict-one FILE.dnn INPUT_SHAPE [THREADS [CALLS]]\n");
    return 2;
  }
  median = time_file (argv[1], argv[2], threads, calls, &error);
  if (error != NULL) {
    fprintf (stderr, "predict-one: %s\n", error->message);
    return 1;
  }
  printf ("row %.2f us\n", median);
  return 0;
}
