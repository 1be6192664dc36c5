/* dnn-history.c - rows and their text */
#include "dnn-history.h"

#include "dnn-table.h"

#include <math.h>
#include <string.h>

static void
epoch_free (gpointer data)
{
  DnnHistoryEpoch *epoch = data;

  g_free (epoch->val_metrics);
  g_free (epoch->metrics);
  g_free (epoch->phase);
  g_free (epoch);
}

DnnHistory *
dnn_history_new (const char *const *metrics, bool validates)
{
  DnnHistory *self = g_new0 (DnnHistory, 1);

  self->metrics = g_strdupv ((char **) metrics);
  self->validates = validates;
  self->epochs = g_ptr_array_new_with_free_func (epoch_free);
  return self;
}

void
dnn_history_free (DnnHistory *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->epochs);
  g_strfreev (self->metrics);
  g_free (self);
}

DnnHistoryEpoch *
dnn_history_add (DnnHistory *self, const char *phase)
{
  DnnHistoryEpoch *epoch = g_new0 (DnnHistoryEpoch, 1);
  guint n = g_strv_length (self->metrics);

  epoch->number = (int64_t) self->epochs->len + 1;
  epoch->phase = g_strdup (phase);
  epoch->metrics = g_new0 (double, n + 1);
  epoch->val_metrics = g_new0 (double, n + 1);
  epoch->val_loss = NAN;
  g_ptr_array_add (self->epochs, epoch);
  return epoch;
}

DnnHistory *
dnn_history_copy (const DnnHistory *self)
{
  DnnHistory *copy =
      dnn_history_new ((const char *const *) self->metrics, self->validates);
  const size_t bytes = g_strv_length (self->metrics) * sizeof (double);

  for (guint i = 0; i < self->epochs->len; i++) {
    const DnnHistoryEpoch *from = g_ptr_array_index (self->epochs, i);
    DnnHistoryEpoch *to = dnn_history_add (copy, from->phase);
    const DnnHistoryEpoch own = *to;

    *to = *from;
    to->phase = own.phase;
    to->metrics = memcpy (own.metrics, from->metrics, bytes);
    to->val_metrics = memcpy (own.val_metrics, from->val_metrics, bytes);
  }
  return copy;
}

void
dnn_history_cut (DnnHistory *self, size_t n)
{
  if (n < self->epochs->len)
    g_ptr_array_set_size (self->epochs, (gint) n);
}

size_t
dnn_history_count (const DnnHistory *self)
{
  return self->epochs->len;
}

const DnnHistoryEpoch *
dnn_history_at (const DnnHistory *self, size_t i)
{
  return g_ptr_array_index (self->epochs, i);
}

static void
append_row (const DnnHistory *self, GString *text, const DnnHistoryEpoch *epoch)
{
  const gsize n = g_strv_length (self->metrics);

  dnn_table_begin_row (text, epoch->number, epoch->phase);
  dnn_table_add_number (text, epoch->loss);
  dnn_table_add_numbers (text, epoch->metrics, n);
  if (self->validates) {
    dnn_table_add_number (text, epoch->val_loss);
    dnn_table_add_numbers (text, epoch->val_metrics, n);
  }
  dnn_table_add_number (text, epoch->learning_rate);
  dnn_table_add_number (text, epoch->seconds);
  dnn_table_end_row (text);
}

static void
append_rows (const DnnHistory *self, GString *text, size_t from)
{
  for (size_t i = from; i < self->epochs->len; i++)
    append_row (self, text, dnn_history_at (self, i));
}

char *
dnn_history_rows_to_csv (const DnnHistory *self, size_t from)
{
  GString *text = g_string_new (NULL);

  append_rows (self, text, from);
  return g_string_free (text, FALSE);
}

char *
dnn_history_to_csv (const DnnHistory *self)
{
  g_autoptr (GString) text = g_string_new ("epoch,phase,loss");

  for (size_t i = 0; self->metrics[i] != NULL; i++)
    g_string_append_printf (text, ",%s", self->metrics[i]);
  if (self->validates) {
    g_string_append (text, ",val_loss");
    for (size_t i = 0; self->metrics[i] != NULL; i++)
      g_string_append_printf (text, ",val_%s", self->metrics[i]);
  }
  g_string_append (text, ",learning_rate,seconds\n");
  append_rows (self, text, 0);
  return g_string_free (g_steal_pointer (&text), FALSE);
}
