/* input.h - the standard input, as a file that can be read more than once */
#pragma once

#include <dnn-error.h>
#include <stdio.h>

/* "/dev/stdin" for "-", and what else there is for anything else; a pipe that
 * is the standard input is read to its end first, into memory, which takes its
 * place.
 * Returns: (transfer none): NULL with an error. */
const char *input_open (const char *path, GError **error);

/* The lines of the standard input as they come, one after another a file in its
 * place. */
typedef struct InputLines {
  FILE *from; /* (owned) the standard input as it was */
  int to;     /* the file in its place; -1: none */
  char *line; /* (owned) the last one, without its end */
  size_t room;
  int64_t number; /* of it, from 1 */
} InputLines;

bool input_lines_begin (InputLines *self, GError **error);
void input_lines_clear (InputLines *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (InputLines, input_lines_clear)

/* Waits for the next line; false at the end. */
bool input_lines_next (InputLines *self);
/* The file that the last line is, below `header` if that is not NULL.
 * Returns: (transfer none): NULL with an error. */
const char *input_lines_file (const InputLines *self, const char *header,
                              GError **error);
