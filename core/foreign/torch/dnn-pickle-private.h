/* dnn-pickle-private.h - the machine that a pickle is a program for */
#pragma once

#include "dnn-pickle.h"

G_BEGIN_DECLS

/* Grows. */
typedef struct DnnPickleList {
  const DnnPickleValue **items;
  size_t n, room;
} DnnPickleList;

typedef struct DnnPickleItem {
  DnnPickleValue value;
  DnnPickleList list; /* of TUPLE, LIST and DICT while they are made */
} DnnPickleItem;

typedef struct DnnPickleMachine {
  DnnForeignFile *file;
  const char *const *names;
  const uint8_t *start, *at, *end;
  DnnPickleList stack;
  DnnPickleList marks; /* values whose integer is where the stack was */
  DnnPickleList persistent;
  GHashTable *memo; /* number -> DnnPickleItem */
  bool done;
} DnnPickleMachine;

/* Sets DNN_ERROR_FORMAT: file, byte, sentence; returns false. */
bool dnn_pickle_fail (const DnnPickleMachine *self, GError **error,
                      const char *format, ...) G_GNUC_PRINTF (3, 4);

/* The next n bytes. */
bool dnn_pickle_take (DnnPickleMachine *self, uint64_t n,
                      const uint8_t **ret_bytes, GError **error);
/* A little-endian number of n <= 8 bytes. */
bool dnn_pickle_take_number (DnnPickleMachine *self, size_t n,
                             uint64_t *ret_number, GError **error);
/* The bytes behind their number, which takes `size` bytes. */
bool dnn_pickle_take_counted (DnnPickleMachine *self, int size,
                              const uint8_t **ret_bytes, uint64_t *ret_n,
                              GError **error);

bool dnn_pickle_append (DnnPickleMachine *self, DnnPickleList *list,
                        const DnnPickleValue *item, GError **error);
/* The items of its list become the value's. */
void dnn_pickle_close_list (DnnPickleItem *item);

/* A new value on top of the stack; NULL with an error. */
DnnPickleItem *dnn_pickle_push (DnnPickleMachine *self, DnnPickleKind kind,
                                GError **error);
/* Fails unless `n` values lie above the last mark; top and pop need one. */
bool dnn_pickle_need (const DnnPickleMachine *self, size_t n, GError **error);
DnnPickleItem *dnn_pickle_top (const DnnPickleMachine *self);
DnnPickleItem *dnn_pickle_pop (DnnPickleMachine *self);
/* Takes the last mark away; the values above it stay, from *ret_begin on. */
bool dnn_pickle_pop_mark (DnnPickleMachine *self, size_t *ret_begin,
                          GError **error);
/* Moves the values from `begin` on to the list or dict that then is on top. */
bool dnn_pickle_move_to_list (DnnPickleMachine *self, DnnPickleKind kind,
                              size_t begin, GError **error);

G_END_DECLS
