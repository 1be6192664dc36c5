/* param.h - what a plugin lets its user set, as a table
 *
 * The host parses, checks and writes the values into the plugin's own struct;
 * a plugin never sees text.  Rows are found by DnnPlugin.param_stride, so that
 * the struct may grow at its end.
 */
#pragma once

#include <dnn/abi/tensor.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The C type that the member must have. */
typedef enum DnnParamType {
  DNN_PARAM_BOOL = 1,  /* bool */
  DNN_PARAM_INT = 2,   /* int64_t */
  DNN_PARAM_FLOAT = 3, /* double */
  DNN_PARAM_ENUM = 4,  /* int32_t: index into the nicks */
  DNN_PARAM_TEXT = 5,  /* const char *, owned by the host */
  DNN_PARAM_INTS = 6,  /* DnnInts */
  DNN_PARAM_FLOATS = 7 /* DnnFloats */
} DnnParamType;

typedef enum DnnParamFlags {
  DNN_REQUIRED = 1 << 0,    /* no default: the user must say */
  DNN_SCHEDULABLE = 1 << 1, /* a float that a schedule may drive */
  /* The float that a schedule begins with.  With DNN_REQUIRED: not given, it is
   * the default of the parameter that the schedule drives. */
  DNN_START = 1 << 2
} DnnParamFlags;

#define DNN_MAX_LIST 32

/* [frozen] "kernel_size=3,3" */
typedef struct DnnInts {
  int64_t n;
  int64_t at[DNN_MAX_LIST];
} DnnInts;

static inline int
dnn_ints_have (const DnnInts *list, double x)
{
  int found = 0;

  for (int64_t i = 0; i < list->n; i++)
    found |= x == (double) list->at[i];
  return found;
}

/* [frozen] "values=0.1,0.01" */
typedef struct DnnFloats {
  int64_t n;
  double at[DNN_MAX_LIST];
} DnnFloats;

/* [grows, by param_stride] */
typedef struct DnnParam {
  const char *name;
  const char *aliases; /* "negative_slope slope", or NULL */
  uint32_t type;       /* a DnnParamType */
  uint32_t flags;      /* DnnParamFlags */
  uint32_t offset;     /* of the member in the plugin's struct */
  uint32_t size;       /* of the member, in bytes */
  double min;          /* numbers, and each number of a list */
  double max;
  const char *initial; /* the default as text; NULL with DNN_REQUIRED */
  const char *unit;    /* "outputs", "1/step", or "" for a bare number */
  const char *help;    /* one line */
  const char *nicks;   /* ENUM: "fan_in fan_out", numbered from 0 */
} DnnParam;

/* Rows of the table, in the order a reader asks: what it is called, what it is
 * by default, from where to where, in what unit, what for. */
#define DNN_ROW(S, member, aliases, type, flags, initial, min, max, unit,      \
                help, nicks)                                                   \
  {                                                                            \
#member, aliases, type, flags, (uint32_t) offsetof(S, member),             \
        (uint32_t) sizeof(((S *) 0)->member), min, max, initial, unit, help,   \
        nicks                                                                  \
  }
#define DNN_BOOL(S, member, initial, help)                                     \
  DNN_ROW (S, member, NULL, DNN_PARAM_BOOL, 0, initial, 0, 1, "", help, NULL)
#define DNN_INT(S, member, initial, min, max, unit, help)                      \
  DNN_ROW (S, member, NULL, DNN_PARAM_INT, 0, initial, min, max, unit, help,   \
           NULL)
#define DNN_INT_REQUIRED(S, member, min, max, unit, help)                      \
  DNN_ROW (S, member, NULL, DNN_PARAM_INT, DNN_REQUIRED, NULL, min, max, unit, \
           help, NULL)
#define DNN_FLOAT(S, member, initial, min, max, unit, help)                    \
  DNN_ROW (S, member, NULL, DNN_PARAM_FLOAT, 0, initial, min, max, unit, help, \
           NULL)
#define DNN_FLOAT_REQUIRED(S, member, min, max, unit, help)                    \
  DNN_ROW (S, member, NULL, DNN_PARAM_FLOAT, DNN_REQUIRED, NULL, min, max,     \
           unit, help, NULL)
#define DNN_FLOAT_START(S, member, aliases, help)                              \
  DNN_ROW (S, member, aliases, DNN_PARAM_FLOAT, DNN_REQUIRED | DNN_START,      \
           NULL, -1e30, 1e30, "value", help, NULL)
#define DNN_FLOAT_ALIAS(S, member, aliases, initial, min, max, unit, help)     \
  DNN_ROW (S, member, aliases, DNN_PARAM_FLOAT, 0, initial, min, max, unit,    \
           help, NULL)
#define DNN_FLOAT_SCHEDULABLE(S, member, aliases, initial, min, max, unit,     \
                              help)                                            \
  DNN_ROW (S, member, aliases, DNN_PARAM_FLOAT, DNN_SCHEDULABLE, initial, min, \
           max, unit, help, NULL)
#define DNN_ENUM(S, member, initial, nicks, help)                              \
  DNN_ROW (S, member, NULL, DNN_PARAM_ENUM, 0, initial, 0, 0, "", help, nicks)
#define DNN_INTS(S, member, initial, min, max, unit, help)                     \
  DNN_ROW (S, member, NULL, DNN_PARAM_INTS, 0, initial, min, max, unit, help,  \
           NULL)
#define DNN_INTS_REQUIRED(S, member, min, max, unit, help)                     \
  DNN_ROW (S, member, NULL, DNN_PARAM_INTS, DNN_REQUIRED, NULL, min, max,      \
           unit, help, NULL)
#define DNN_FLOATS_REQUIRED(S, member, min, max, unit, help)                   \
  DNN_ROW (S, member, NULL, DNN_PARAM_FLOATS, DNN_REQUIRED, NULL, min, max,    \
           unit, help, NULL)

#ifdef __cplusplus
}
#endif
