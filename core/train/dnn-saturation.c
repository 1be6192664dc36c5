/* dnn-saturation.c - derivatives of activations, counted */
#include "dnn-saturation.h"

#include <math.h>

/* Derivatives below this share of the largest are flat. */
static const double FLAT = 0.05;

/* Where the largest derivative is looked for: x = (i - MIDDLE) / PER_UNIT. */
enum { N_POINTS = 1025, MIDDLE = 512, PER_UNIT = 32 };

/* The form of an activation. */
typedef struct {
  double largest; /* size of its derivative */
  bool bounded;   /* it does not grow on and on */
  bool is_gate;   /* flat right beside 0 */
} Character;

/* d = f'(x), at most N_POINTS of them. */
static void
derive (const DnnComponent *activation, const float *x, const float *y,
        float *d, int64_t n)
{
  const DnnActivationOps *ops = activation->code->ops;

  for (int64_t i = 0; i < n; i++)
    d[i] = 1;
  ops->grad (activation->self, &dnn_host,
             (ops->needs & DNN_NEEDS_X) != 0 ? x : NULL,
             (ops->needs & DNN_NEEDS_Y) != 0 ? y : NULL, d, d, 1, n);
}

static Character
characterize (const DnnComponent *activation)
{
  const DnnActivationOps *ops = activation->code->ops;
  float x[N_POINTS], y[N_POINTS], d[N_POINTS];
  double inner = 0, all = 0;

  for (int i = 0; i < N_POINTS; i++)
    x[i] = (float) (i - MIDDLE) / PER_UNIT;
  ops->eval (activation->self, &dnn_host, x, y, 1, N_POINTS);
  derive (activation, x, y, d, N_POINTS);
  for (int i = 0; i < N_POINTS; i++) {
    all = fmax (all, fabs (d[i]));
    if (ABS (i - MIDDLE) <= MIDDLE / 2)
      inner = fmax (inner, fabs (d[i]));
  }
  return (Character){
    .largest = all,
    .bounded = all <= inner * (1 + FLAT),
    .is_gate =
        fabs (d[MIDDLE - 1]) < all * FLAT || fabs (d[MIDDLE + 1]) < all * FLAT,
  };
}

void
dnn_saturation_measure (const DnnStage *stage, DnnLayerHealth *row)
{
  const DnnComponent *activation = stage->layer->activation;
  const DnnTensor *out = &stage->out->y.tensor;
  const int64_t n = dnn_count (out), n_columns = MAX (dnn_columns (out), 1);
  g_autofree bool *alive = g_new0 (bool, (gsize) n_columns);
  const float *x, *y = out->data;
  float d[N_POINTS];
  Character character;
  int64_t n_flat = 0, n_alive = 0;

  if (activation == NULL || stage->skips_gradient || n == 0 ||
      (activation->code->flags & DNN_FLAG_ELEMENTWISE) == 0)
    return;
  character = characterize (activation);
  x = stage->layer->component != NULL ? stage->out->z.tensor.data
                                      : stage->pass.x[0]->data;
  for (int64_t first = 0; first < n; first += N_POINTS) {
    int64_t length = MIN (N_POINTS, n - first);

    derive (activation, x + first, y + first, d, length);
    for (int64_t i = 0; i < length; i++) {
      n_flat += fabs (d[i]) < character.largest * FLAT;
      alive[(first + i) % n_columns] |= d[i] != 0;
    }
  }
  for (int64_t i = 0; i < n_columns; i++)
    n_alive += alive[i];
  row->dead = 1 - (double) n_alive / (double) n_columns;
  row->is_gate = character.is_gate;
  if (character.bounded)
    row->saturated = (double) n_flat / (double) n;
}
