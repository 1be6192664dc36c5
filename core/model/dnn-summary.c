/* dnn-summary.c - the table of a model */
#include "dnn-summary.h"

#include "dnn-shape.h"
#include "dnn-text.h"

#include <string.h>

enum { N_COLUMNS = 3 };

/* Inner widths of the columns; a table is 88 characters wide. */
static const size_t widths[N_COLUMNS] = { 36, 27, 15 };

int64_t
dnn_layer_count (const DnnLayer *layer)
{
  int64_t n = 0;

  for (uint32_t i = 0; i < layer->n_weights; i++)
    if (layer->weights[i] != NULL) {
      n += dnn_count (&layer->weights[i]->tensor);
      if (layer->weights[i]->parametrization != NULL)
        n += dnn_layer_count (layer->weights[i]->parametrization);
    }
  for (uint32_t i = 0; i < layer->n_buffers; i++)
    if (layer->buffers[i] != NULL)
      n += dnn_count (&layer->buffers[i]->tensor);
  return n;
}

DnnCounts
dnn_model_count (const DnnModel *model)
{
  DnnCounts counts = { 0 };

  for (size_t i = 0; i < dnn_model_n_weights (model); i++) {
    const DnnWeight *weight = dnn_model_weight (model, i);

    if (dnn_model_is_trainable (model, weight)) {
      counts.trainable += dnn_count (&weight->tensor);
      counts.trainable_bytes += dnn_weight_bytes (weight);
    } else {
      counts.non_trainable += dnn_count (&weight->tensor);
      counts.non_trainable_bytes += dnn_weight_bytes (weight);
    }
  }
  return counts;
}

/* --- the table ----------------------------------------------------------- */

static void
append_times (GString *text, const char *piece, size_t n)
{
  for (size_t i = 0; i < n; i++)
    g_string_append (text, piece);
}

static void
append_rule (GString *text, const char *left, const char *line,
             const char *middle, const char *right)
{
  g_string_append (text, left);
  for (size_t i = 0; i < N_COLUMNS; i++) {
    append_times (text, line, widths[i] + 2);
    g_string_append (text, i + 1 < N_COLUMNS ? middle : right);
  }
  g_string_append_c (text, '\n');
}

/* Cuts a cell into lines of at most `width`, at blanks where there are. */
static char **
wrap (const char *cell, size_t width)
{
  g_autoptr (GStrvBuilder) lines = g_strv_builder_new ();

  while (strlen (cell) > width) {
    g_autofree char *line = NULL;
    size_t cut = width;

    while (cut > 0 && cell[cut] != ' ')
      cut--;
    if (cut == 0)
      cut = width;
    line = g_strndup (cell, cut);
    g_strv_builder_add (lines, line);
    cell += cut + (cell[cut] == ' ');
  }
  g_strv_builder_add (lines, cell);
  return g_strv_builder_end (lines);
}

/* A row, on as many lines as its longest cell takes; the last column is set
 * to the right. */
static void
append_row (GString *text, const char *const *cells, const char *bar)
{
  char **lines[N_COLUMNS];
  size_t height = 1;

  for (size_t i = 0; i < N_COLUMNS; i++) {
    lines[i] = wrap (cells[i], widths[i]);
    height = MAX (height, g_strv_length (lines[i]));
  }
  for (size_t row = 0; row < height; row++) {
    g_string_append (text, bar);
    for (size_t i = 0; i < N_COLUMNS; i++) {
      bool there = row < g_strv_length (lines[i]);
      const char *line = there ? lines[i][row] : "";
      size_t blanks = widths[i] - MIN (strlen (line), widths[i]);
      bool right = i + 1 == N_COLUMNS;

      g_string_append_c (text, ' ');
      append_times (text, " ", right ? blanks : 0);
      g_string_append (text, line);
      append_times (text, " ", right ? 0 : blanks);
      g_string_append_printf (text, " %s", bar);
    }
    g_string_append_c (text, '\n');
  }
  for (size_t i = 0; i < N_COLUMNS; i++)
    g_strfreev (lines[i]);
}

/* A row with the shape of what comes out of `layer`, and `n` parameters. */
static void
append_result (GString *text, const char *name, const DnnLayer *layer,
               int64_t n)
{
  g_autofree char *shape =
      layer->shapeless ? g_strdup ("?")
                       : dnn_shape_to_string (&layer->outputs.at[0].shape,
                                              layer->of == NULL);
  g_autofree char *count =
      layer->shapeless && n == 0 ? g_strdup ("?") : dnn_format_count (n);
  const char *const cells[N_COLUMNS] = { name, shape, count };

  append_row (text, cells, "│");
}

/* That of weight `i`; NULL: none. */
static const DnnLayer *
made_of (const DnnLayer *layer, uint32_t i)
{
  return layer->weights[i] != NULL ? layer->weights[i]->parametrization : NULL;
}

/* Without what parametrizations have, which have rows of their own. */
static int64_t
count_plain (const DnnLayer *layer)
{
  int64_t n = dnn_layer_count (layer);

  for (uint32_t i = 0; i < layer->n_weights; i++)
    if (made_of (layer, i) != NULL)
      n -= dnn_layer_count (made_of (layer, i));
  return n;
}

static void
append_made (GString *text, const DnnLayer *layer)
{
  for (uint32_t i = 0; i < layer->n_weights; i++) {
    const DnnLayer *made = made_of (layer, i);
    g_autofree char *name = NULL;

    if (made == NULL)
      continue;
    name = g_strdup_printf ("%s (%s)", made->name, dnn_layer_title (made));
    append_result (text, name, made, dnn_layer_count (made));
  }
}

static void
append_layer (GString *text, const DnnLayer *layer)
{
  g_autofree char *name =
      g_strdup_printf ("%s (%s)%s", layer->name, dnn_layer_title (layer),
                       layer->missing == NULL     ? ""
                       : layer->component == NULL ? " MISSING"
                                                  : " MISSING activation");

  append_result (text, name, layer, count_plain (layer));
  append_made (text, layer);
}

/* The layers from `first` to before `end`, which one use of a block made. */
static void
append_block (GString *text, const DnnModel *model, size_t first, size_t end)
{
  const DnnSpec *spec = dnn_model_layer (model, first)->spec;
  g_autofree char *name = NULL;
  bool missing = false;
  int64_t n = 0;

  for (size_t i = first; i < end; i++) {
    n += dnn_layer_count (dnn_model_layer (model, i));
    missing = missing || dnn_model_layer (model, i)->missing != NULL;
  }
  name =
      g_strdup_printf ("%s (%s, %" G_GSIZE_FORMAT " layers)%s", spec->block_use,
                       spec->block, end - first, missing ? " MISSING" : "");
  append_result (text, name, dnn_model_layer (model, end - 1), n);
}

/* The layer after the row that begins with layer `first`. */
static size_t
find_end (const DnnModel *model, size_t first, bool expand)
{
  const char *use = dnn_model_layer (model, first)->spec->block_use;
  size_t end = first + 1;

  while (!expand && use != NULL && end < dnn_model_n_layers (model) &&
         dnn_model_layer (model, end)->spec->block_use == use)
    end++;
  return end;
}

static void
append_layers (GString *text, const DnnModel *model, bool expand)
{
  for (size_t i = 0, end; i < dnn_model_n_layers (model); i = end) {
    end = find_end (model, i, expand);
    if (i > 0)
      append_rule (text, "├", "─", "┼", "┤");
    if (!expand && dnn_model_layer (model, i)->spec->block_use != NULL)
      append_block (text, model, i, end);
    else
      append_layer (text, dnn_model_layer (model, i));
  }
}

static void
append_total (GString *text, const char *what, int64_t n, size_t bytes)
{
  g_autofree char *count = dnn_format_count (n);
  g_autofree char *size = dnn_format_bytes ((double) bytes);

  g_string_append_printf (text, " %s params: %s (%s)\n", what, count, size);
}

static void
append_missing (GString *text, const DnnModel *model)
{
  g_autofree char *missing = dnn_model_missing (model);
  g_autofree char *folders = g_strjoinv (
      ", ", (char **) dnn_registry_folders (dnn_model_registry (model)));

  if (missing != NULL)
    g_string_append_printf (text, " Missing: %s (searched: %s)\n", missing,
                            folders);
}

/* Where masks go, in the order of the layers. */
static void
append_masks (GString *text, const DnnModel *model)
{
  g_autoptr (GString) words = g_string_new (NULL);
  const size_t n = dnn_model_n_layers (model);

  for (size_t i = 0; i < n; i++) {
    const DnnLayer *layer = dnn_model_layer (model, i);

    if (!layer->shapeless && layer->masks.n > 0)
      g_string_append_printf (words, "%s%s", words->len > 0 ? ", " : "",
                              layer->name);
  }
  if (words->len == 0)
    return;
  g_string_append_printf (words, "; %s",
                          dnn_model_masked_axes (model, 0) > 0
                              ? "the loss counts what is real"
                              : "the loss counts everything");
  g_string_append (text, " Mask: ");
  dnn_text_fill (text, words->str, strlen (" Mask: "));
}

char *
dnn_summary (const DnnModel *model, int64_t n_optimizer, bool expand)
{
  static const char *const header[N_COLUMNS] = { "Layer (type)", "Output Shape",
                                                 "Param #" };
  g_autoptr (GString) text = g_string_new ("Model: \"sequential\"\n");
  DnnCounts counts = dnn_model_count (model);

  append_rule (text, "┏", "━", "┳", "┓");
  append_row (text, header, "┃");
  append_rule (text, "┡", "━", "╇", "┩");
  append_layers (text, model, expand);
  append_rule (text, "└", "─", "┴", "┘");
  append_total (text, "Total", counts.trainable + counts.non_trainable,
                counts.trainable_bytes + counts.non_trainable_bytes);
  append_total (text, "Trainable", counts.trainable, counts.trainable_bytes);
  append_total (text, "Non-trainable", counts.non_trainable,
                counts.non_trainable_bytes);
  if (n_optimizer > 0)
    append_total (text, "Optimizer", n_optimizer,
                  (size_t) n_optimizer * sizeof (float));
  append_masks (text, model);
  append_missing (text, model);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

char *
dnn_summary_variables (const DnnModel *model)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (size_t i = 0; i < dnn_model_n_weights (model); i++) {
    const DnnWeight *weight = dnn_model_weight (model, i);
    DnnShape shape = dnn_shape_of (&weight->tensor);
    g_autofree char *shape_text = dnn_shape_to_string (&shape, false);
    g_autofree char *count = dnn_format_count (dnn_count (&weight->tensor));

    g_string_append_printf (
        text, " %-40s %-16s %12s  %s\n", weight->name, shape_text, count,
        dnn_model_is_trainable (model, weight) ? "trainable" : "non-trainable");
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}
