/* einsum.h - a sum over letters, "abc,cd->abd", as products of matrices
 *
 * Of the letters of x, W and y: those of all three are a product each
 * (batches), of x and y its rows, of x and W what it sums over, of W and y its
 * columns.
 */
#pragma once

#include <dnn/abi/axes.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { DNN_EINSUM_X, DNN_EINSUM_W, DNN_EINSUM_Y, DNN_EINSUM_PARTS };
enum {
  DNN_EINSUM_BATCHES,
  DNN_EINSUM_ROWS,
  DNN_EINSUM_SUMS,
  DNN_EINSUM_COLUMNS,
  DNN_EINSUM_ROLES
};

/* [frozen] The letters, with digits for the axes of "..."; whoever parsed them
 * sets the sizes. */
typedef struct DnnEinsum {
  uint32_t n[DNN_EINSUM_PARTS];
  uint32_t dots_first; /* 1: "..." is at the beginning */
  char letters[DNN_EINSUM_PARTS][DNN_MAX_DIMS];
  DnnShape shape[DNN_EINSUM_PARTS];
} DnnEinsum;

/* Where a letter is in a part, or -1. */
static inline int
dnn_einsum_find (const DnnEinsum *e, int part, char letter)
{
  for (uint32_t i = 0; i < e->n[part]; i++)
    if (e->letters[part][i] == letter)
      return (int) i;
  return -1;
}

/* Its role, or DNN_EINSUM_ROLES for a letter that has none. */
static inline int
dnn_einsum_role (const DnnEinsum *e, char letter)
{
  const int x = dnn_einsum_find (e, DNN_EINSUM_X, letter) >= 0;
  const int w = dnn_einsum_find (e, DNN_EINSUM_W, letter) >= 0;

  if (dnn_einsum_find (e, DNN_EINSUM_Y, letter) < 0)
    return x && w ? DNN_EINSUM_SUMS : DNN_EINSUM_ROLES;
  if (x)
    return w ? DNN_EINSUM_BATCHES : DNN_EINSUM_ROWS;
  return w ? DNN_EINSUM_COLUMNS : DNN_EINSUM_ROLES;
}

/* 0; -1 where a letter is twice in a part, has no role, or is none. */
static inline int32_t
dnn_einsum_parse (const char *text, uint32_t n_dims, DnnEinsum *e)
{
  uint32_t elided = n_dims;
  int part = 0;

  e->n[0] = e->n[1] = e->n[2] = 0;
  e->dots_first = text[0] == '.';
  for (const char *c = text; *c != ',' && *c != '\0'; c++)
    elided -= *c != '.';
  if (elided > n_dims) /* it went below 0 */
    return -1;
  while (*text != '\0') {
    const int dots = text[0] == '.' && text[1] == '.' && text[2] == '.';
    const int arrow = text[0] == '-' && text[1] == '>';

    if ((*text == ',' && part == 0) || (arrow && part == 1)) {
      part++;
      text += arrow ? 2 : 1;
      continue;
    }
    for (uint32_t i = 0; i < (dots ? elided : 1); i++) {
      const char letter = dots ? (char) ('0' + i) : *text;

      if (e->n[part] == DNN_MAX_DIMS ||
          (!dots && ((*text | 32) < 'a' || (*text | 32) > 'z')) ||
          dnn_einsum_find (e, part, letter) >= 0)
        return -1;
      e->letters[part][e->n[part]++] = letter;
    }
    text += dots ? 3 : 1;
  }
  for (part = 0; part < DNN_EINSUM_PARTS; part++)
    for (uint32_t i = 0; i < e->n[part]; i++)
      if (dnn_einsum_role (e, e->letters[part][i]) == DNN_EINSUM_ROLES)
        return -1;
  return e->n[0] == n_dims && e->n[1] > 0 && e->n[2] > 0 ? 0 : -1;
}

/* A part with its axes in the order of the roles, and the sizes of those. */
static inline DnnAxes
dnn_einsum_axes (const DnnEinsum *e, int part, int64_t sizes[DNN_EINSUM_ROLES])
{
  uint32_t order[DNN_MAX_DIMS] = { 0 }, n = 0;

  for (int role = 0; role < DNN_EINSUM_ROLES; role++) {
    /* Whose order counts. */
    const int by = role == DNN_EINSUM_COLUMNS ? DNN_EINSUM_W : DNN_EINSUM_X;

    sizes[role] = 1;
    for (uint32_t i = 0; i < e->n[by]; i++) {
      const int at = dnn_einsum_find (e, part, e->letters[by][i]);

      if (dnn_einsum_role (e, e->letters[by][i]) != role)
        continue;
      sizes[role] *= e->shape[by].dims[i];
      if (at >= 0)
        order[n++] = (uint32_t) at;
    }
  }
  return dnn_axes_order (&e->shape[part], order);
}

#ifdef __cplusplus
}
#endif
