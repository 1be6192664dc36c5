/* dnn-source.h - where rows come from: arrays, mapped files, tables, ...
 *
 * A source has a number of rows of one shape and hands out any of them as
 * float32.  It is reference-counted and does not change once it is made.
 *
 * A new source is a file with a struct that begins with a DnnSource, a type
 * and a function that makes it; whoever names it in [data] needs a row in
 * dnn-sources.c, too.  docs/architecture.md has a section about it.
 */
#pragma once

#include "dnn-array.h"

DNN_BEGIN_DECLS

typedef struct DnnSource DnnSource;

/* Functions of a source.  All may be called by several threads at once. */
typedef struct DnnSourceType {
  const char *name; /* "table" */
  /* Writes `n` whole rows, of these numbers, to `out`: n x row numbers.  It
   * cannot fail: what may is done when the source is made.  NULL if the rows
   * lie in `array`. */
  void (*gather) (const DnnSource *self, const int64_t *rows, int64_t n,
                  float *out);
  /* Adds to the hash of training rows what a sample of the rows does not show,
   * as the seed of a formula.  NULL: nothing. */
  void (*hash) (const DnnSource *self, GChecksum *hash);
  /* Gives back memory that rows have taken so far; they are read again when
   * they are next gathered.  NULL: nothing to give. */
  void (*release) (const DnnSource *self);
  /* Frees what the type's own members hold.  NULL: nothing. */
  void (*clear) (DnnSource *self);
} DnnSourceType;

struct DnnSource {
  const DnnSourceType *type;
  gatomicrefcount refs;
  const char *name; /* interned: the file, for messages */
  DnnDtype dtype;   /* of the elements where they are kept */
  DnnShape shape;   /* of all rows; dims[0] = rows */
  int64_t row;      /* elements of a row */
  bool mapped;      /* rows are read from a file when they are gathered */
  size_t resident;  /* bytes in memory whatever is released */
  /* (owned reference) rows in place, side by side: they are converted, asked
   * for ahead and copied from there, without a call.  NULL: `gather` is the
   * only way to them. */
  DnnArray *array;
  char **columns;    /* (owned) names of a row's elements, or NULL */
  char **classes;    /* (owned) what labels 0, 1, ... mean, or NULL */
  bool columnar;     /* columns of a table, in which NaN is an empty cell */
  char *kinds;       /* (owned) of columns: see dnn-csv.h; NULL: numbers that
                      * float32 holds */
  GPtrArray *words;  /* (owned) of char **: of each column; NULL: not known */
  int64_t n_skipped; /* rows of the file that are none here, for a hole */
  char **row_names;  /* (owned) the file of each row, or NULL */
  char **faults;     /* (owned) of files that are no rows, a sentence each, or
                      * NULL */
};

/* Several of them, of as many rows each. */
typedef struct DnnSources {
  DnnSource **at; /* (owned references) */
  uint32_t n;
} DnnSources;

/* For whoever makes one: fills a struct that is all 0 and made by g_new0; the
 * first reference is the caller's. */
void dnn_source_init (DnnSource *self, const DnnSourceType *type,
                      const char *name, DnnDtype dtype, const DnnShape *shape);
DnnSource *dnn_source_ref (DnnSource *self);
void dnn_source_unref (DnnSource *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DnnSource, dnn_source_unref)

static inline int64_t
dnn_source_n_rows (const DnnSource *self)
{
  return self->shape.n_dims > 0 ? self->shape.dims[0] : 0;
}

/* True if it holds rows of numbers, one at least of each; else
 * DNN_ERROR_DATA. */
bool dnn_source_check (const DnnSource *self, GError **error);

/* The shape of one row. */
DnnShape dnn_source_row_shape (const DnnSource *self);

/* Bytes of a row where it is kept, or as float32 if it is kept nowhere. */
size_t dnn_source_row_bytes (const DnnSource *self);

/* Writes `n` whole rows, of these numbers, as float32 to `out`. */
static inline void
dnn_source_gather (const DnnSource *self, const int64_t *rows, int64_t n,
                   float *out)
{
  if (self->array != NULL)
    dnn_array_rows_to_float (self->array, rows, n, out);
  else
    self->type->gather (self, rows, n, out);
}

/* The same in float64, which holds what float32 would round. */
void dnn_source_gather_exact (const DnnSource *self, const int64_t *rows,
                              int64_t n, double *out);

/* The same, as float32, of the neighbours first .. first + n - 1. */
void dnn_source_read (const DnnSource *self, int64_t first, int64_t n,
                      float *out);

void dnn_source_hash (const DnnSource *self, GChecksum *hash);

/* See `release` of the type. */
void dnn_source_release (const DnnSource *self);
/* For a pass over many rows, which has now seen its rows i .. i + n - 1: when
 * it has left some megabytes behind, they are released. */
void dnn_source_release_behind (const DnnSource *self, int64_t i, int64_t n);

DNN_END_DECLS
