/* dnn-health.c - rows, and their text */
#include "dnn-health.h"

#include "dnn-table.h"

#include <math.h>
#include <string.h>

/* --- epochs -------------------------------------------------------------- */

static void
finding_free (gpointer data)
{
  DnnFinding *finding = data;

  g_free (finding->text);
  g_free (finding);
}

static void
epoch_free (gpointer data)
{
  DnnHealthEpoch *epoch = data;

  g_ptr_array_unref (epoch->findings);
  for (size_t i = 0; i < epoch->n_layers; i++)
    g_free (epoch->layers[i].layer);
  g_free (epoch->layers);
  g_free (epoch);
}

DnnHealth *
dnn_health_new (void)
{
  DnnHealth *self = g_new0 (DnnHealth, 1);

  self->epochs = g_ptr_array_new_with_free_func (epoch_free);
  return self;
}

void
dnn_health_free (DnnHealth *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->epochs);
  g_free (self);
}

DnnHealthEpoch *
dnn_health_add (DnnHealth *self, int64_t number, size_t n_layers)
{
  const DnnMoments none = { NAN, NAN, NAN };
  DnnHealthEpoch *epoch = g_new0 (DnnHealthEpoch, 1);

  epoch->number = number;
  epoch->n_layers = n_layers;
  epoch->layers = g_new0 (DnnLayerHealth, n_layers + 1);
  for (size_t i = 0; i < n_layers; i++)
    epoch->layers[i] = (DnnLayerHealth){
      .activation = none,
      .gradient = none,
      .update_ratio = NAN,
      .saturated = NAN,
      .dead = NAN,
    };
  epoch->findings = g_ptr_array_new_with_free_func (finding_free);
  g_ptr_array_add (self->epochs, epoch);
  return epoch;
}

size_t
dnn_health_count (const DnnHealth *self)
{
  return self->epochs->len;
}

const DnnHealthEpoch *
dnn_health_at (const DnnHealth *self, size_t i)
{
  return g_ptr_array_index (self->epochs, i);
}

/* --- csv ----------------------------------------------------------------- */

static void
append_rows (const DnnHealth *self, GString *text, size_t from)
{
  for (size_t i = from; i < self->epochs->len; i++) {
    const DnnHealthEpoch *epoch = dnn_health_at (self, i);

    for (size_t j = 0; j < epoch->n_layers; j++) {
      const DnnLayerHealth *row = &epoch->layers[j];
      const double values[] = {
        row->activation.mean,
        row->activation.std,
        row->gradient.mean,
        row->gradient.std,
        row->update_ratio,
        row->saturated,
        row->dead,
      };

      dnn_table_begin_row (text, epoch->number, row->layer);
      dnn_table_add_numbers (text, values, G_N_ELEMENTS (values));
      dnn_table_end_row (text);
    }
  }
}

char *
dnn_health_rows_to_csv (const DnnHealth *self, size_t from)
{
  GString *text = g_string_new (NULL);

  append_rows (self, text, from);
  return g_string_free (text, FALSE);
}

char *
dnn_health_to_csv (const DnnHealth *self)
{
  GString *text = g_string_new (
      "epoch,layer,activation_mean,activation_std,gradient_mean,gradient_std,"
      "update_ratio,saturated,dead\n");

  append_rows (self, text, 0);
  return g_string_free (text, FALSE);
}

/* --- the table ----------------------------------------------------------- */

/* The name of the layer is the first column; numbers stand to the right. */
static const struct {
  const char *head[2];
  int width;
} columns[] = {
  { { "activation", "mean" }, 10 }, { { "", "std" }, 9 },
  { { "gradient", "mean" }, 11 },   { { "", "std" }, 10 },
  { { "update", "ratio" }, 9 },     { { "satu-", "rated" }, 7 },
  { { "dead", "units" }, 7 },
};

enum { N_COLUMNS = G_N_ELEMENTS (columns) };

static char *
format_number (const char *format, double value)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  return g_strdup (
      isnan (value) ? "-"
                    : g_ascii_formatd (buffer, sizeof buffer, format, value));
}

static char *
format_share (double share)
{
  g_autofree char *number = format_number ("%.0f", share * 100);

  if (share > 0 && share < 0.01)
    return g_strdup ("< 1 %");
  return isnan (share) ? g_strdup ("-") : g_strconcat (number, " %", NULL);
}

static void
append_row (GString *text, const DnnLayerHealth *row, int name_width)
{
  char *cells[N_COLUMNS] = {
    format_number ("%.3g", row->activation.mean),
    format_number ("%.3g", row->activation.std),
    format_number ("%.2e", row->gradient.mean),
    format_number ("%.2e", row->gradient.std),
    format_number ("%.1e", row->update_ratio),
    format_share (row->saturated),
    format_share (row->dead),
  };

  g_string_append_printf (text, "%-*s", name_width, row->layer);
  for (int i = 0; i < N_COLUMNS; i++) {
    g_string_append_printf (text, " %*s", columns[i].width - 1, cells[i]);
    g_free (cells[i]);
  }
  g_string_append_c (text, '\n');
}

char *
dnn_health_epoch_to_text (const DnnHealthEpoch *self)
{
  GString *text = g_string_new (NULL);
  size_t width = 14;

  for (size_t i = 0; i < self->n_layers; i++)
    width = MAX (width, strlen (self->layers[i].layer));
  for (int line = 0; line < 2; line++) {
    g_string_append_printf (text, "%-*s", (int) width,
                            line == 0 ? "health" : "layer");
    for (int i = 0; i < N_COLUMNS; i++)
      g_string_append_printf (text, "%*s", columns[i].width,
                              columns[i].head[line]);
    g_string_append_c (text, '\n');
  }
  for (size_t i = 0; i < self->n_layers; i++)
    append_row (text, &self->layers[i], (int) width);
  for (guint i = 0; i < self->findings->len; i++) {
    const DnnFinding *finding = g_ptr_array_index (self->findings, i);

    g_string_append_printf (text, "%s%s", i > 0 ? "\n" : "", finding->text);
  }
  if (self->findings->len == 0)
    g_string_append (text, "healthy: no gradient vanishes or explodes, no "
                           "layer is dead or saturated");
  return g_string_free (text, FALSE);
}

const char *
dnn_finding_kind_name (DnnFindingKind kind)
{
  static const char *const names[] = { "vanishing", "exploding", "dead",
                                       "saturated" };

  return names[kind];
}
