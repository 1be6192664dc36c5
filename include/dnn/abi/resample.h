/* resample.h - the sums of a resampling, and their gradient (minor 1) */
#pragma once

#include <dnn/abi/resampling.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Positions of the last axis that lie side by side in x as well. */
static inline int64_t
dnn_resampling_run (const DnnResampling *r)
{
  const int last = DNN_MAX_AXES - 1;

  return r->length[last] == r->positions[last] ? r->positions[last] : 1;
}

/* Elements of a sample of x, or of y. */
static inline int64_t
dnn_resampling_sample (const DnnResampling *r, const int64_t *sizes)
{
  return sizes[0] * sizes[1] * sizes[2] * r->channels;
}

/* The 8 elements of x, at most, that position (i, j, k) looks at: where, and
 * weights; their number. */
static inline int
dnn_resampling_look (const DnnResampling *r, int64_t i, int64_t j, int64_t k,
                     int64_t ret_at[8], float ret_weight[8])
{
  const DnnTaps a = dnn_resampling_taps (r, 0, i);
  const DnnTaps b = dnn_resampling_taps (r, 1, j);
  const DnnTaps c = dnn_resampling_taps (r, 2, k);
  int n = 0;

  for (int t = 0; t < 8; t++) {
    const int u = t >> 2, v = t >> 1 & 1, w = t & 1;
    const float weight = a.weight[u] * b.weight[v] * c.weight[w];

    if (weight == 0)
      continue;
    ret_at[n] =
        ((a.at[u] * r->size[1] + b.at[v]) * r->size[2] + c.at[w]) * r->channels;
    ret_weight[n++] = weight;
  }
  return n;
}

/* y of rows first .. last - 1 of positions along the last axis. */
static inline DNN_CLONES void
dnn_resampling_rows (void *data, int64_t first, int64_t last, uint32_t worker)
{
  const DnnResampling *r = (const DnnResampling *) data;
  const int64_t run = dnn_resampling_run (r), n = run * r->channels;
  const int64_t rows = r->positions[0] * r->positions[1];
  float *y = r->to + first * r->positions[2] * r->channels;

  (void) worker;
  for (int64_t i = first; i < last; i++)
    for (int64_t k = 0; k < r->positions[2]; k += run, y += n) {
      const float *x = r->from + i / rows * dnn_resampling_sample (r, r->size);
      int64_t at[8];
      float weight[8];
      const int taps = dnn_resampling_look (r, i % rows / r->positions[1],
                                            i % r->positions[1], k, at, weight);

      DNN_EACH
      for (int64_t c = 0; c < n; c++)
        y[c] = weight[0] * x[at[0] + c];
      for (int t = 1; t < taps; t++)
        DNN_EACH
      for (int64_t c = 0; c < n; c++)
        y[c] += weight[t] * x[at[t] + c];
    }
}

/* dx of samples first .. last - 1, from dy in `from`. */
static inline DNN_CLONES void
dnn_resampling_samples_back (void *data, int64_t first, int64_t last,
                             uint32_t worker)
{
  const DnnResampling *r = (const DnnResampling *) data;
  const int64_t run = dnn_resampling_run (r), n = run * r->channels;
  const int64_t rows = r->positions[0] * r->positions[1];
  const int64_t sample = dnn_resampling_sample (r, r->size);
  const float *dy = r->from + first * rows * r->positions[2] * r->channels;

  (void) worker;
  for (int64_t i = first * sample; i < last * sample; i++)
    r->to[i] = 0;
  for (int64_t i = first * rows; i < last * rows; i++)
    for (int64_t k = 0; k < r->positions[2]; k += run, dy += n) {
      float *dx = r->to + i / rows * sample;
      int64_t at[8];
      float weight[8];
      const int taps = dnn_resampling_look (r, i % rows / r->positions[1],
                                            i % r->positions[1], k, at, weight);

      for (int t = 0; t < taps; t++)
        DNN_EACH
      for (int64_t c = 0; c < n; c++)
        dx[at[t] + c] += weight[t] * dy[c];
    }
}

/* to = from, resampled. */
static inline void
dnn_resample (const DnnHost *host, const void *call, DnnResampling *r,
              const DnnTensor *from, DnnTensor *to)
{
  const int64_t rows = r->batch * r->positions[0] * r->positions[1];

  r->from = dnn_f32 (from);
  r->to = dnn_f32 (to);
  host->parallel_for (call, rows, DNN_GRAIN / (dnn_count (to) / rows + 1) + 1,
                      dnn_resampling_rows, r);
}

/* Its gradient: to, of the size of x, is the sum of what each of `from` looked
 * at, by its weights. */
static inline void
dnn_resample_back (const DnnHost *host, const void *call, DnnResampling *r,
                   const DnnTensor *from, DnnTensor *to)
{
  r->from = dnn_f32 (from);
  r->to = dnn_f32 (to);
  host->parallel_for (call, r->batch, dnn_grain (to),
                      dnn_resampling_samples_back, r);
}

#ifdef __cplusplus
}
#endif
