/* optimizer-adopt.c - what an optimizer takes over from the one before
 *
 * Slots go on by name: where both optimizers have one of that name and shape
 * for a weight.
 */
#include "dnn-optimizer-private.h"

#include "dnn-shape.h"

#include <string.h>

/* --- which slots --------------------------------------------------------- */

/* Slot of that name and shape, or -1. */
static int
find_slot (const DnnWeightState *state, const DnnDeclared *like)
{
  for (uint32_t i = 0; i < state->slots.n; i++) {
    const DnnDeclared *slot = &state->slots.at[i];

    if (slot->set && strcmp (slot->name, like->name) == 0 &&
        dnn_shape_equal (&slot->shape, &like->shape))
      return (int) i;
  }
  return -1;
}

/* True if a slot that is not like the weight, such as a running product, would
 * begin anew beside others that go on: it says what their history was, so they
 * are nothing without it. */
static bool
would_tear (const DnnWeightState *state, const DnnWeightState *other)
{
  for (uint32_t i = 0; i < state->n_own + state->n_around; i++) {
    const DnnDeclared *slot = &state->slots.at[i];

    if (slot->set && !dnn_optimizer_slot_is_like_weight (state, i) &&
        find_slot (other, slot) < 0)
      return true;
  }
  return false;
}

/* The slot of `other` that goes on as slot i; -1: it begins anew. */
static int
find_source (const DnnWeightState *state, const DnnWeightState *other,
             uint32_t i)
{
  const DnnDeclared *slot = &state->slots.at[i];
  /* Else the host's: never torn. */
  const bool own = i < state->n_own + state->n_around;

  if (!slot->set || (own && would_tear (state, other)))
    return -1;
  return find_slot (other, slot);
}

/* The state of that weight, made where there is none yet. */
static DnnWeightState *
take_state (DnnOptimizer *self, DnnWeight *weight, GError **error)
{
  if (dnn_optimizer_find_state (self, weight) == NULL &&
      !dnn_optimizer_add_state (self, weight, error))
    return NULL;
  return dnn_optimizer_find_state (self, weight);
}

/* --- in words ------------------------------------------------------------ */

static void
append_names (GString *text, const char *what, GHashTable *names)
{
  GHashTableIter iter;
  gpointer name;

  if (g_hash_table_size (names) == 0)
    return;
  g_string_append_printf (text, "%s%s", text->len > 0 ? "; " : "", what);
  g_hash_table_iter_init (&iter, names);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    g_string_append_printf (text, " %s", (char *) name);
}

bool
dnn_optimizer_compare (DnnOptimizer *self, const DnnOptimizer *other,
                       char **ret_report, GError **error)
{
  g_autoptr (GHashTable) kept = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) fresh = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < other->states->len; i++) {
    const DnnWeightState *from = g_ptr_array_index (other->states, i);
    DnnWeightState *state = take_state (self, from->weight, error);

    if (state == NULL)
      return false;
    for (uint32_t j = 0; j < state->slots.n; j++)
      if (state->slots.at[j].set)
        g_hash_table_add (find_source (state, from, j) >= 0 ? kept : fresh,
                          (void *) state->slots.at[j].name);
  }
  append_names (text, "slots kept:", kept);
  append_names (text, "slots that begin anew:", fresh);
  *ret_report = g_string_free (g_steal_pointer (&text), FALSE);
  return true;
}

/* --- carried out --------------------------------------------------------- */

static void
adopt_state (DnnWeightState *state, DnnWeightState *other)
{
  bool any = state->n_own == 0 && other->n_own == 0;

  for (uint32_t i = 0; i < state->slots.n; i++) {
    const int from = find_source (state, other, i);
    float *mine = state->data[i];

    if (from < 0)
      continue;
    state->data[i] = other->data[from];
    other->data[from] = mine;
    any = any || i < state->n_own;
  }
  if (any)
    state->t = other->t;
}

bool
dnn_optimizer_adopt (DnnOptimizer *self, DnnOptimizer *other, char **ret_report,
                     GError **error)
{
  if (!dnn_optimizer_compare (self, other, ret_report, error))
    return false;
  for (guint i = 0; i < other->states->len; i++) {
    DnnWeightState *from = g_ptr_array_index (other->states, i);

    adopt_state (dnn_optimizer_find_state (self, from->weight), from);
  }
  return true;
}
