/* terminal.h - the terminal that progress is shown on
 *
 * It can go back to the start of a line unless TERM is unset or "dumb"; it has
 * colours unless NO_COLOR is set.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

bool terminal_moves (int fd);
bool terminal_has_colours (int fd);
/* Of a line; 80 where the terminal does not say.  Another one after every
 * change of its width. */
int terminal_columns (int fd);

/* "12/400 ━━━━━━━━ 3s 4ms/step - loss: 0.8312", in `columns` at most: the bar
 * gets shorter first, then the time and, from the end, values are left out.
 * `time` and `values` begin with a blank; values are parted by " - ".
 *
 * Returns: (transfer full). */
char *terminal_progress (int64_t done, int64_t n, const char *time,
                         const char *values, int columns, bool colours);
