/* dnn-table.h - rows of a table as CSV: an epoch, a name, numbers */
#pragma once

#include <glib.h>

/* Begins the row of that epoch. */
void dnn_table_begin_row (GString *text, gint64 epoch, const char *name);
/* A number with nine digits; NaN is an empty cell. */
void dnn_table_add_number (GString *text, double value);
void dnn_table_add_numbers (GString *text, const double *values, gsize n);
void dnn_table_end_row (GString *text);
