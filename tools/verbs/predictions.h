/* predictions.h - predictions as people and programs read them
 *
 * A row has, from left to right: columns of the inputs that are carried along,
 * the label and its probability where the model knows classes, and every number
 * of the prediction, under the name of its class.
 */
#pragma once

#include <dnn-csv-texts.h>
#include <dnn-evaluator.h>

typedef struct Predictions {
  const float *y; /* `parts` arrays of rows x n numbers: the predictions, or
                   * the mean and the standard deviation of samples */
  int64_t parts, rows, n;
  DnnShape sample; /* a row's shape */
  DnnMeaning meaning;
  char **class_names;   /* NULL: their numbers */
  char **target_names;  /* of predictions that are no classes; NULL: none */
  double threshold;     /* of a probability; NaN: the loss's own cut */
  DnnCsvTexts *carried; /* (owned) NULL: none */
  bool labels;          /* the label alone, without a name above it */
  bool headless;        /* no names, as they are written already */
} Predictions;

void predictions_clear (Predictions *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Predictions, predictions_clear)

/* The class of a row: see dnn_scores_label. */
int64_t predictions_label (const Predictions *self, int64_t row);

/* RFC 4180, with a header unless a row is one number or label alone.
 * Returns: (transfer full). */
char *predictions_to_csv (const Predictions *self);
/* Columns for a terminal, four digits a number.  Returns: (transfer full). */
char *predictions_to_table (const Predictions *self);
/* Prints an object per row. */
void predictions_print_json (const Predictions *self);
