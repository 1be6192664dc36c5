/* masks.h - which elements are real, and which are padding (minor 1)
 *
 * A mask goes along the first axes of what it is of: N×T of N×T×C.
 */
#pragma once

#include <dnn/abi/loss.h>

#ifdef __cplusplus
extern "C" {
#endif

/* In build: how many axes the mask of input i has; 0: all is real. */
static inline uint32_t
dnn_masked_axes (const DnnBuild *b, uint32_t i)
{
  return b->call.struct_size >= DNN_END_OF (DnnBuild, masks) &&
                 b->masks != NULL && b->masks[i] != NULL
             ? b->masks[i]->n_dims
             : 0;
}

/* True if number i of the n elements along the first axes of that input is
 * real; these are as many axes as the mask has, or more. */
static inline int
dnn_is_real (const DnnPass *pass, uint32_t input, int64_t i, int64_t n)
{
  const DnnTensor *mask = pass->masks != NULL ? pass->masks[input] : NULL;

  return mask == NULL || dnn_f32 (mask)[i / (n / dnn_count (mask))] != 0;
}

/* How many of numbers first .. last - 1 of those n are real; 1 where none is,
 * as means are made with it. */
static inline int64_t
dnn_count_real (const DnnPass *pass, uint32_t input, int64_t first,
                int64_t last, int64_t n)
{
  int64_t real = 0;

  if (pass->masks == NULL || pass->masks[input] == NULL)
    return last - first;
  for (int64_t i = first; i < last; i++)
    real += dnn_is_real (pass, input, i, n);
  return real > 0 ? real : 1;
}

/* True if sample i of a loss is real; of one that does not read masks, but is
 * handed elements as samples, too. */
static inline int
dnn_sample_is_real (const DnnLossPass *p, int64_t i)
{
  const DnnTensor *mask =
      p->call.struct_size >= DNN_END_OF (DnnLossPass, masks) && p->masks != NULL
          ? p->masks[0]
          : NULL;

  return mask == NULL || dnn_f32 (mask)[i] != 0;
}

#ifdef __cplusplus
}
#endif
