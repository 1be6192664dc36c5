/* predict-stream.c - predictions of rows as they come, one line each */
#include "predict-stream.h"

#include "input.h"
#include "output.h"

#include <dnn-predictor.h>
#include <stdio.h>
#include <string.h>

/* True if a cell of the line is the name of one of the model's columns. */
static bool
is_header (const DnnModelFile *file, const char *line)
{
  static const char mark[] = "\xef\xbb\xbf"; /* of UTF-8 */
  char **names = file->preprocess->columns;
  const size_t skip = g_str_has_prefix (line, mark) ? strlen (mark) : 0;
  g_auto (GStrv) cells = g_strsplit_set (line + skip, ",;\t", -1);

  for (char **cell = cells; names != NULL && *cell != NULL; cell++) {
    const size_t n = strlen (g_strstrip (*cell));

    if (n > 1 && (*cell)[0] == '"' && (*cell)[n - 1] == '"') {
      (*cell)[n - 1] = '\0';
      if (g_strv_contains ((const char *const *) names, *cell + 1))
        return true;
    } else if (g_strv_contains ((const char *const *) names, *cell)) {
      return true;
    }
  }
  return false;
}

static bool
write_row (const PredictStream *self)
{
  g_autofree char *text = NULL;

  if (self->json) {
    predictions_print_json (self->result);
  } else {
    text = predictions_to_csv (self->result);
    fputs (text, stdout);
  }
  self->result->headless = true;
  return output_flush ();
}

/* The row in the place of the standard input; false without an error where
 * nobody reads any more. */
static bool
predict_row (const PredictStream *self, DnnPredictor *predictor,
             const char *path, GError **error)
{
  DnnSource *inputs = self->load (self->file, path, error);
  g_autoptr (GPtrArray) all = NULL;

  if (inputs == NULL)
    return false;
  all = dnn_predictor_run_sources (predictor, self->preprocess,
                                   &(DnnSources){ &inputs, 1 }, error);
  dnn_source_unref (inputs);
  if (all == NULL)
    return false;
  self->result->y = g_ptr_array_index (all, 0);
  return write_row (self);
}

/* "/dev/stdin:1: column 3: ..." knows of one line only. */
static void
put_line (GError **error, GError *wrong, int64_t line)
{
  static const char file[] = "/dev/stdin:";
  const char *text = wrong->message, *rest = NULL;

  if (g_str_has_prefix (text, file) && g_ascii_isdigit (text[strlen (file)]))
    rest = strstr (text, ": ");
  g_set_error (error, wrong->domain, wrong->code,
               "line %" G_GINT64_FORMAT ": %s", line,
               rest != NULL ? rest + 2 : text);
  g_error_free (wrong);
}

bool
predict_stream (const PredictStream *self, GError **error)
{
  g_auto (InputLines) lines = { .to = -1 };
  g_autoptr (DnnPredictor) predictor =
      dnn_predictor_new_stream (self->file->model, 1, self->threads, error);
  g_autofree char *header = NULL;
  GError *wrong = NULL;

  if (predictor == NULL || !input_lines_begin (&lines, error))
    return false;
  while (wrong == NULL && !output_is_lost () && input_lines_next (&lines)) {
    const char *path;

    if (*lines.line == '\0') {
      dnn_predictor_begin (predictor);
    } else if (lines.number == 1 && is_header (self->file, lines.line)) {
      header = g_strdup (lines.line);
    } else {
      path = input_lines_file (&lines, header, &wrong);
      if (path != NULL)
        predict_row (self, predictor, path, &wrong);
    }
  }
  if (wrong == NULL)
    return !output_is_lost ();
  put_line (error, wrong, lines.number);
  return false;
}
