/* conv-parts.c - dW is summed in parts, whose number follows from the shape */
#include "dnn-conv-private.h"

/* Parts of a batch's sum, at most; numbers of dW from which one part is
 * enough; and operations that make a part worth having. */
enum { MAX_PARTS = 16, WIDE = 1 << 20 };
#define FLOPS_PER_PART 2e6

/* Numbers of dW that are added up at once. */
enum { GRAIN = 4096 };

int64_t
dnn_conv_count_parts (const DnnConv *self, int64_t n_units)
{
  const double flops = 2.0 * (double) self->windows.batch *
                       (double) self->n_positions * (double) self->row *
                       (double) self->filters;
  int64_t n = 1;

  if (self->row * self->filters > WIDE)
    return 1;
  while (n * 2 <= MIN (n_units, MAX_PARTS) &&
         (double) n * 2 <= flops / FLOPS_PER_PART)
    n *= 2;
  return n;
}

typedef struct {
  float *sum;
  const float *parts;
  int64_t n_parts, size;
} Sum;

static void
add_chunk (void *data, int64_t chunk, uint32_t worker)
{
  const Sum *sum = data;
  const int64_t first = chunk * GRAIN, end = MIN (first + GRAIN, sum->size);

  (void) worker;
  for (int64_t p = 0; p < sum->n_parts; p++)
    for (int64_t i = first; i < end; i++)
      sum->sum[i] += sum->parts[p * sum->size + i];
}

void
dnn_conv_add_parts (DnnPool *pool, float *sum, const float *parts,
                    int64_t n_parts, int64_t size)
{
  Sum job = { sum, parts, n_parts, size };

  if (n_parts > 0)
    dnn_pool_run_work (pool, (size + GRAIN - 1) / GRAIN,
                       (double) (n_parts * size) / 4, add_chunk, &job);
}
