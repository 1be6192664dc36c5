/* dnn-objectives.c - the objectives of all outputs, as one */
#include "dnn-objectives-private.h"

#include "dnn-suggest.h"
#include "dnn-terms.h"

#include <string.h>

void
dnn_objectives_free (DnnObjectives *self)
{
  if (self == NULL)
    return;
  for (uint32_t i = 0; i < self->n; i++) {
    dnn_objective_free (self->at[i]);
    if (self->losses != NULL)
      g_free (self->losses[i].label);
  }
  g_free (self->losses);
  g_array_unref (self->owners);
  g_ptr_array_unref (self->tables);
  g_ptr_array_unref (self->metrics);
  g_free (self->factors);
  g_free (self->at);
  dnn_model_unref (self->model);
  g_free (self);
}

static const char *
name_of (const DnnObjectives *self, uint32_t i)
{
  return dnn_model_output (self->model, i)->name;
}

/* True if the term is of output i; one that names none is of all. */
static bool
is_of (const DnnObjectives *self, const DnnTerm *term, uint32_t i)
{
  return term->output == NULL ||
         dnn_model_output_number (self->model, term->output) == (int) i;
}

static bool
check_names (const DnnObjectives *self, const GPtrArray *terms, GError **error)
{
  for (guint i = 0; i < terms->len; i++) {
    const DnnTerm *term = g_ptr_array_index (terms, i);
    const char *names[DNN_MAX_PARTS + 1] = { NULL };
    g_autofree char *nearest = NULL;

    if (term->output == NULL ||
        dnn_model_output_number (self->model, term->output) >= 0)
      continue;
    for (uint32_t j = 0; j < self->n; j++)
      names[j] = name_of (self, j);
    nearest = dnn_suggest (term->output, names);
    g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
                 "the model has no output '%s'; %s", term->output, nearest);
    return false;
  }
  return true;
}

static GPtrArray *
parse_terms (const DnnObjectives *self, const char *text, GError **error)
{
  g_autoptr (GPtrArray) terms = dnn_terms_parse (text, error);

  return terms != NULL && check_names (self, terms, error)
             ? g_steal_pointer (&terms)
             : NULL;
}

/* The one term that says the loss of output i. */
static const DnnTerm *
find_loss (const DnnObjectives *self, const GPtrArray *terms, uint32_t i,
           GError **error)
{
  const DnnTerm *found = NULL;

  for (guint j = 0; j < terms->len; j++) {
    const DnnTerm *term = g_ptr_array_index (terms, j);

    if (!is_of (self, term, i))
      continue;
    if (found != NULL) {
      g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                   "output '%s' has two losses, '%s' and '%s'; one is enough",
                   name_of (self, i), found->text, term->text);
      return NULL;
    }
    found = term;
  }
  if (found == NULL)
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "output '%s' has no loss; '%s: mean_squared_error' would be "
                 "one",
                 name_of (self, i), name_of (self, i));
  return found;
}

static bool
make_objective (DnnObjectives *self, const GPtrArray *terms, uint32_t i,
                GError **error)
{
  const DnnTerm *term = find_loss (self, terms, i, error);
  g_autofree char *prefix =
      self->n > 1 ? g_strconcat (name_of (self, i), "_", NULL) : NULL;

  if (term == NULL) {
    g_prefix_error (error, "loss: ");
    return false;
  }
  self->at[i] = dnn_objective_new (dnn_model_registry (self->model), term->text,
                                   NULL, (DnnPlace){ 0 }, error);
  if (self->at[i] == NULL)
    return false;
  self->factors[i] = term->factor;
  dnn_objective_set_output (self->at[i], i, term->factor, prefix);
  return true;
}

/* Something must be there to train by. */
static bool
check_any (const DnnObjectives *self, GError **error)
{
  bool any = self->has_terms;

  for (uint32_t i = 0; i < self->n; i++)
    any = any || dnn_objective_has_loss (self->at[i]);
  if (!any)
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "loss: it is '" DNN_NO_LOSS "', and no layer of the model "
                 "adds a term of its own; a loss such as mean_squared_error "
                 "must be given");
  return any;
}

static bool
make_objectives (DnnObjectives *self, const char *loss, GError **error)
{
  g_autoptr (GPtrArray) terms = parse_terms (self, loss, error);

  if (terms == NULL) {
    g_prefix_error (error, "loss: ");
    return false;
  }
  for (uint32_t i = 0; i < self->n; i++)
    if (!make_objective (self, terms, i, error))
      return false;
  return check_any (self, error);
}

/* The entries of the list that are of output i, without its name. */
static char *
list_metrics (const DnnObjectives *self, const GPtrArray *terms, uint32_t i,
              GError **error)
{
  g_autoptr (GString) list = g_string_new (NULL);

  for (guint j = 0; j < terms->len; j++) {
    const DnnTerm *term = g_ptr_array_index (terms, j);

    if (term->factor != 1) {
      g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                   "'%s' has a factor, '%g', which a loss has alone",
                   term->text, term->factor);
      return NULL;
    }
    if (is_of (self, term, i))
      g_string_append_printf (list, "%s%s", list->len > 0 ? ", " : "",
                              term->text);
  }
  return g_string_free (g_steal_pointer (&list), FALSE);
}

static bool
add_metrics (DnnObjectives *self, const char *text, bool weighted,
             GError **error)
{
  DnnRegistry *registry = dnn_model_registry (self->model);
  g_autoptr (GPtrArray) terms = NULL;

  if (text == NULL || *text == '\0')
    return true;
  terms = parse_terms (self, text, error);
  for (uint32_t i = 0; terms != NULL && i < self->n; i++) {
    g_autofree char *list = list_metrics (self, terms, i, error);

    if (list == NULL)
      break;
    if (weighted
            ? !dnn_objective_add_weighted (self->at[i], registry, list, error)
            : !dnn_objective_add_metrics (self->at[i], registry, list,
                                          (DnnPlace){ 0 }, error))
      return false;
    if (i + 1 == self->n)
      return true;
  }
  g_prefix_error (error, weighted ? "weighted_metrics: " : "metrics: ");
  return false;
}

/* The losses of several outputs are metrics, whose states are theirs. */
static void
make_losses (DnnObjectives *self)
{
  self->losses = self->n > 1 ? g_new0 (DnnMetric, self->n) : NULL;
  for (uint32_t i = 0; self->n > 1 && i < self->n; i++)
    self->losses[i] = (DnnMetric){
      .component = (DnnComponent *) dnn_objective_component (self->at[i]),
      .label = g_strconcat (name_of (self, i), "_loss", NULL),
      .state = &dnn_objective_state (self->at[i])->sum,
      .n_state = sizeof (DnnObjectiveState) / sizeof (double),
    };
}

DnnObjectives *
dnn_objectives_new (const DnnModel *model, const DnnObjectiveTexts *texts,
                    GError **error)
{
  g_autoptr (DnnObjectives) self = g_new0 (DnnObjectives, 1);

  self->model = dnn_model_ref ((DnnModel *) model);
  self->n = dnn_model_n_outputs (model);
  self->has_terms = dnn_model_has_term (model);
  self->at = g_new0 (DnnObjective *, self->n);
  self->factors = g_new0 (double, self->n);
  self->metrics = g_ptr_array_new ();
  self->tables = g_ptr_array_new ();
  self->owners = g_array_new (FALSE, FALSE, sizeof (uint32_t));
  if (!make_objectives (self, texts->loss, error) ||
      !add_metrics (self, texts->metrics, false, error) ||
      !add_metrics (self, texts->weighted_metrics, true, error))
    return NULL;
  make_losses (self);
  return g_steal_pointer (&self);
}

static void
list_all (DnnObjectives *self)
{
  g_ptr_array_set_size (self->metrics, 0);
  g_ptr_array_set_size (self->tables, 0);
  g_array_set_size (self->owners, 0);
  for (uint32_t i = 0; self->losses != NULL && i < self->n; i++)
    if (dnn_objective_has_loss (self->at[i]))
      g_ptr_array_add (self->metrics, &self->losses[i]);
  for (uint32_t i = 0; i < self->n; i++) {
    const DnnObjective *one = self->at[i];

    for (size_t j = 0; j < dnn_objective_n_metrics (one); j++)
      g_ptr_array_add (self->metrics, (void *) dnn_objective_metric (one, j));
    for (size_t j = 0; j < dnn_objective_n_tables (one); j++) {
      g_ptr_array_add (self->tables, (void *) dnn_objective_table (one, j));
      g_array_append_val (self->owners, i);
    }
  }
}

/* No two columns of a history may have one name, as those of an output 'val'
 * would. */
static bool
check_labels (const DnnObjectives *self, GError **error)
{
  g_autoptr (GHashTable) seen =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  g_hash_table_add (seen, g_strdup ("loss"));
  g_hash_table_add (seen, g_strdup ("val_loss"));
  for (guint i = 0; self->n > 1 && i < self->metrics->len; i++) {
    const char *label = dnn_objectives_metric (self, i)->label;
    const bool first = g_hash_table_add (seen, g_strdup (label));

    if (first && g_hash_table_add (seen, g_strconcat ("val_", label, NULL)))
      continue;
    g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
                 "two columns of the history would be called '%s'; another "
                 "name of the output's layer mends it",
                 label);
    return false;
  }
  return true;
}

bool
dnn_objectives_set_count (const DnnModel *model, uint32_t n_targets,
                          GError **error)
{
  const uint32_t n = dnn_model_n_outputs (model);

  g_set_error (error, DNN_ERROR, DNN_ERROR_SHAPE,
               "the model has %u output%s, and the data have '%u' target%s; "
               "[model] outputs = ... and [data] targets = ... must be as many",
               n, n == 1 ? "" : "s", n_targets, n_targets == 1 ? "" : "s");
  return false;
}

/* Adds the ranges that layers expect of their targets to those of the loss. */
static void
add_expected (const DnnModel *model, const DnnShapes *targets,
              DnnExpected *expected)
{
  for (uint32_t i = 0; i < targets->n; i++) {
    const DnnExpected *layer = dnn_model_expected_target (model, i);

    if (!layer->set && !layer->ranged)
      continue;
    if (!expected[i].set && !expected[i].ranged) {
      expected[i] = *layer;
    } else if (expected[i].set && layer->set) {
      expected[i].lo = MAX (expected[i].lo, layer->lo);
      expected[i].hi = MIN (expected[i].hi, layer->hi);
    }
  }
}

bool
dnn_objectives_check (DnnObjectives *self, const DnnShapes *targets,
                      DnnExpected *ret_expected, GError **error)
{
  if (targets->n != self->n)
    return dnn_objectives_set_count (self->model, targets->n, error);
  for (uint32_t i = 0; i < self->n; i++)
    if (!dnn_objective_check (self->at[i], self->model, &targets->at[i],
                              ret_expected != NULL ? &ret_expected[i] : NULL,
                              error)) {
      if (self->n > 1)
        g_prefix_error (error, "output '%s': ", name_of (self, i));
      return false;
    }
  if (ret_expected != NULL)
    add_expected (self->model, targets, ret_expected);
  list_all (self);
  return check_labels (self, error);
}

void
dnn_objectives_weigh_elements (DnnObjectives *self, uint32_t axes)
{
  for (uint32_t i = 0; i < self->n; i++)
    dnn_objective_weigh_elements (self->at[i], axes);
}

void
dnn_objectives_set_units (DnnObjectives *self, const DnnPreprocess *preprocess)
{
  for (uint32_t i = 0; i < self->n; i++)
    dnn_objective_set_units (self->at[i],
                             dnn_preprocess_part (preprocess, i)->targets);
}

DnnPlanLoss
dnn_objectives_plan_loss (const DnnObjectives *self)
{
  DnnPlanLoss loss = { .counts = true };

  for (uint32_t i = 0; i < self->n; i++) {
    if (dnn_objective_takes_logits (self->at[i], self->model))
      loss.logits |= (uint32_t) 1 << i;
    if (!dnn_objective_has_loss (self->at[i]))
      loss.none |= (uint32_t) 1 << i;
  }
  return loss;
}

DnnObjective *
dnn_objectives_at (const DnnObjectives *self, uint32_t i)
{
  return self->at[i];
}

size_t
dnn_objectives_n_metrics (const DnnObjectives *self)
{
  return self->metrics->len;
}

const DnnMetric *
dnn_objectives_metric (const DnnObjectives *self, size_t i)
{
  return g_ptr_array_index (self->metrics, i);
}

double
dnn_objectives_result (const DnnObjectives *self, size_t i)
{
  const DnnMetric *metric = dnn_objectives_metric (self, i);

  for (uint32_t k = 0; k < self->n; k++) {
    if (self->losses != NULL && metric == &self->losses[k])
      return dnn_objective_loss (self->at[k]);
    for (size_t j = 0; j < dnn_objective_n_metrics (self->at[k]); j++)
      if (dnn_objective_metric (self->at[k], j) == metric)
        return dnn_objective_result (self->at[k], j);
  }
  g_return_val_if_reached (0);
}

size_t
dnn_objectives_n_tables (const DnnObjectives *self)
{
  return self->tables->len;
}

const DnnMetric *
dnn_objectives_table (const DnnObjectives *self, size_t i)
{
  return g_ptr_array_index (self->tables, i);
}

double *
dnn_objectives_table_values (const DnnObjectives *self, size_t i)
{
  const uint32_t owner = g_array_index (self->owners, uint32_t, i);
  size_t first = i;

  while (first > 0 &&
         g_array_index (self->owners, uint32_t, first - 1) == owner)
    first--;
  return dnn_objective_table_values (self->at[owner], i - first);
}
