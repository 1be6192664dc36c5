/* dnn-plot.c - curves as SVG: legend, panels, phases
 *
 *   legend   swatches and names, as many rows as they need
 *   phases   names of phases, where there are several
 *   panels   loss | metric
 */
#include "dnn-plot.h"

#include "dnn-plot-frame.h"
#include "dnn-svg.h"

#include <math.h>
#include <string.h>

enum {
  WIDTH = 900,
  MARGIN = DNN_FRAME_MARGIN,
  PHASE_ROW = 15,   /* of the phases' names */
  N_PHASE_ROWS = 2, /* names that collide take turns */
  PANEL_HEIGHT = 280,
  LEGEND_NAME = 48, /* characters, at most */
  AXIS_NAME = 34,
  PHASE_NAME = 24,
};

/* A loss that spans more gets a logarithmic axis. */
#define LOG_FACTOR 50.0
/* A score of which 1 is all there is, as R2, is cut here: that of the first
 * epochs, which may be -1e6, would press the rest into a line. */
#define SCORE_FLOOR (-1.0)
/* Beyond, not even a double can scale; drawn as what is not finite. */
#define TOO_LARGE 1e300

/* Okabe and Ito's colours without yellow, which white swallows; then some of
 * Paul Tol's.  Both are made for all eyes. */
static const char *const colours[] = {
  "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000",
  "#332288", "#882255", "#999933", "#aa4499", "#44aa99", "#117733", "#661100",
};

/* How lines are drawn: of training, of validation. */
static const char *const pens[] = {
  "stroke-width='1.3' stroke-dasharray='4.5 2.5'",
  "stroke-width='2' stroke-linejoin='round'",
};

/* The last epoch of a phase, and the phase that comes next. */
typedef struct {
  size_t epoch;
  const char *phase;
  size_t run; /* the first run that has it */
  size_t n_runs;
} Border;

typedef struct {
  const DnnPlotRun *runs;
  size_t n_runs;
  size_t n_epochs;    /* of the longest run */
  const char *metric; /* NULL: there is none */
  GArray *borders;    /* of Border */
  GString *svg;
  DnnFrame frame;       /* of the panel being drawn */
  const char *quantity; /* of that panel: the metric, or NULL for the loss */
  double floor;         /* of that panel: what is below is drawn there */
} Plot;

/* --- values -------------------------------------------------------------- */

static const char *
colour_of (size_t run)
{
  return colours[run % G_N_ELEMENTS (colours)];
}

/* NaN where the run has no such value. */
static double
value_at (const Plot *self, const DnnHistory *history, size_t epoch,
          bool validation)
{
  const DnnHistoryEpoch *row = dnn_history_at (history, epoch);
  double value = NAN;

  if (validation && !history->validates)
    return NAN;
  if (self->quantity == NULL)
    value = validation ? row->val_loss : row->loss;
  for (size_t i = 0; self->quantity != NULL && history->metrics[i] != NULL; i++)
    if (strcmp (history->metrics[i], self->quantity) == 0) {
      value = validation ? row->val_metrics[i] : row->metrics[i];
      break;
    }
  return fabs (value) < TOO_LARGE ? fmax (value, self->floor) : NAN;
}

static void
widen (const Plot *self, const DnnHistory *history, double *low, double *high)
{
  for (size_t i = 0; i < dnn_history_count (history); i++)
    for (int validation = 0; validation < 2; validation++) {
      double value = value_at (self, history, i, validation);

      *low = fmin (*low, value);
      *high = fmax (*high, value);
    }
}

static void
fit_y (Plot *self)
{
  double low = INFINITY, high = -INFINITY;

  self->floor = -INFINITY;
  for (size_t i = 0; i < self->n_runs; i++)
    widen (self, self->runs[i].history, &low, &high);
  if (self->quantity != NULL && low < SCORE_FLOOR && high > 0 && high <= 1)
    low = self->floor = SCORE_FLOOR;
  if (low > high) /* nothing to show */
    dnn_axis_fit (&self->frame.y, 0, 1);
  else if (self->quantity == NULL && low > 1 / TOO_LARGE &&
           high / low > LOG_FACTOR)
    dnn_axis_fit_log (&self->frame.y, low, high);
  else
    dnn_axis_fit (&self->frame.y, low, high);
}

/* --- phases -------------------------------------------------------------- */

static void
add_border (Plot *self, size_t epoch, const char *phase, size_t run)
{
  Border border = { epoch, phase, run, 1 };

  for (guint i = 0; i < self->borders->len; i++) {
    Border *other = &g_array_index (self->borders, Border, i);

    if (other->epoch == epoch && strcmp (other->phase, phase) == 0) {
      other->n_runs++;
      return;
    }
  }
  g_array_append_val (self->borders, border);
}

static int
compare_borders (gconstpointer a, gconstpointer b)
{
  const Border *first = a, *second = b;

  if (first->epoch != second->epoch)
    return first->epoch < second->epoch ? -1 : 1;
  return first->run < second->run ? -1 : first->run > second->run;
}

static void
find_borders (Plot *self, size_t run)
{
  const DnnHistory *history = self->runs[run].history;
  const char *last = NULL;
  bool several = false;

  for (size_t i = 1; i < dnn_history_count (history); i++)
    several |= strcmp (dnn_history_at (history, i - 1)->phase,
                       dnn_history_at (history, i)->phase) != 0;
  for (size_t i = 0; several && i < dnn_history_count (history); i++) {
    const char *phase = dnn_history_at (history, i)->phase;

    if (last == NULL || strcmp (last, phase) != 0)
      add_border (self, i, phase, run);
    last = phase;
  }
}

/* A border's colour is its run's, unless all runs share it. */
static const char *
border_colour (const Plot *self, const Border *border)
{
  return border->n_runs == self->n_runs ? "#666" : colour_of (border->run);
}

static void
put_border (Plot *self, const Border *border)
{
  double x = dnn_axis_at (&self->frame.x, (double) border->epoch + 0.5);

  if (border->epoch == 0)
    return;
  g_string_append_printf (self->svg,
                          "<g stroke='%s' stroke-opacity='0.55' "
                          "stroke-dasharray='1.5 2.5'>",
                          border_colour (self, border));
  dnn_svg_put (self->svg, "<path d='M%,%V%'/></g>\n",
               (double[]){ x, self->frame.top, self->frame.bottom });
}

/* The name above the frame, in the first row that has room for it. */
static void
put_phase (Plot *self, const Border *border, double *row_ends)
{
  g_autofree char *name = dnn_svg_clip (border->phase, PHASE_NAME);
  double width = dnn_svg_width (name);
  double x = border->epoch > 0
                 ? dnn_axis_at (&self->frame.x, (double) border->epoch + 0.5)
                 : self->frame.left;

  x = MAX (self->frame.left, MIN (x, self->frame.right - width));
  for (int i = 0; i < N_PHASE_ROWS; i++)
    if (row_ends[i] <= x) {
      row_ends[i] = x + width + DNN_SVG_FONT / 2.0;
      g_string_append_printf (self->svg, "<g fill='%s'>",
                              border_colour (self, border));
      dnn_svg_put_text (self->svg, x, self->frame.top - 5 - i * PHASE_ROW,
                        name);
      g_string_append (self->svg, "</g>\n");
      return;
    }
}

static void
put_borders (Plot *self)
{
  double row_ends[N_PHASE_ROWS] = { 0 };

  for (guint i = 0; i < self->borders->len; i++) {
    const Border *border = &g_array_index (self->borders, Border, i);

    put_border (self, border);
    put_phase (self, border, row_ends);
  }
}

/* --- curves -------------------------------------------------------------- */

/* A dot for a value between gaps, which no line would show. */
static void
put_dots (Plot *self, const DnnHistory *history, bool validation)
{
  size_t n = dnn_history_count (history);

  for (size_t i = 0; i < n; i++) {
    double value = value_at (self, history, i, validation);
    bool before = i > 0 && !isnan (value_at (self, history, i - 1, validation));
    bool after =
        i + 1 < n && !isnan (value_at (self, history, i + 1, validation));

    if (!isnan (value) && !before && !after)
      dnn_svg_put (self->svg,
                   validation ? "<circle cx='%' cy='%' r='3.5'/>\n"
                              : "<circle cx='%' cy='%' r='3.5' fill='#fff' "
                                "stroke-width='1.3'/>\n",
                   (double[]){ dnn_axis_at (&self->frame.x, (double) i + 1),
                               dnn_axis_at (&self->frame.y, value) });
  }
}

static void
put_line (Plot *self, const DnnHistory *history, bool validation)
{
  const char *pen = "M";
  gsize empty = self->svg->len;

  g_string_append_printf (self->svg, "<path fill='none' %s d='",
                          pens[validation]);
  for (size_t i = 0; i < dnn_history_count (history); i++) {
    double value = value_at (self, history, i, validation);

    if (!isnan (value)) {
      g_string_append (self->svg, pen);
      dnn_svg_put (self->svg, "%,%",
                   (double[]){ dnn_axis_at (&self->frame.x, (double) i + 1),
                               dnn_axis_at (&self->frame.y, value) });
    }
    pen = isnan (value) ? "M" : "L";
  }
  if (g_str_has_suffix (self->svg->str, "'"))
    g_string_truncate (self->svg, empty);
  else
    g_string_append (self->svg, "'/>\n");
}

/* The epoch of the lowest loss, which is that of best.safetensors where rows
 * validate; the number of epochs: there is none. */
static size_t
find_best (const DnnHistory *history)
{
  const size_t n = dnn_history_count (history);
  double best = INFINITY;
  size_t found = n;

  for (size_t i = 0; n > 1 && i < n; i++) {
    const DnnHistoryEpoch *row = dnn_history_at (history, i);
    const double loss = history->validates ? row->val_loss : row->loss;

    if (loss < best) {
      best = loss;
      found = i;
    }
  }
  return found;
}

static void
put_best (Plot *self, const DnnHistory *history)
{
  const size_t i = find_best (history);
  const double value = i < dnn_history_count (history)
                           ? value_at (self, history, i, history->validates)
                           : NAN;

  if (!isnan (value))
    dnn_svg_put (self->svg,
                 "<ellipse cx='%' cy='%' rx='5.5' ry='5.5' fill='none' "
                 "stroke-width='1.8'/>\n",
                 (double[]){ dnn_axis_at (&self->frame.x, (double) i + 1),
                             dnn_axis_at (&self->frame.y, value) });
}

static void
put_curves (Plot *self)
{
  for (int validation = 0; validation < 2; validation++)
    for (size_t i = 0; i < self->n_runs; i++) {
      const DnnHistory *history = self->runs[i].history;

      g_string_append_printf (self->svg, "<g stroke='%s' fill='%s'>\n",
                              colour_of (i), colour_of (i));
      put_line (self, history, validation);
      put_dots (self, history, validation);
      if (validation)
        put_best (self, history);
      g_string_append (self->svg, "</g>\n");
    }
}

/* --- panels -------------------------------------------------------------- */

/* `quantity`: a metric, or NULL for the loss. */
static void
put_panel (Plot *self, const char *quantity, double left, double right)
{
  DnnFrame *frame = &self->frame;
  g_autofree char *name = NULL, *title = NULL;

  self->quantity = quantity;
  frame->left = left + DNN_FRAME_LEFT;
  frame->right = right;
  dnn_axis_fit_count (&frame->x, self->n_epochs);
  fit_y (self);
  dnn_frame_place (frame);
  name = quantity != NULL ? dnn_svg_clip (quantity, AXIS_NAME) : NULL;
  title =
      quantity != NULL
          ? g_strconcat (name, isinf (self->floor) ? "" : " (cut at -1)", NULL)
          : g_strdup (frame->y.log ? "loss (log scale)" : "loss");
  dnn_frame_put (frame, "epoch", title);
  put_borders (self);
  put_curves (self);
}

/* --- the picture --------------------------------------------------------- */

/* Returns: the y where it ends. */
static double
put_legend (Plot *self)
{
  double at[] = { MARGIN, MARGIN + 10 };
  bool validates = false;

  for (size_t i = 0; i < self->n_runs; i++) {
    g_autofree char *name = dnn_svg_clip (self->runs[i].name, LEGEND_NAME);

    dnn_frame_put_key (self->svg, colour_of (i), "stroke-width='4'", name,
                       WIDTH, at);
    validates |= self->runs[i].history->validates;
  }
  dnn_frame_put_key (self->svg, "#555", pens[0], "training", WIDTH, at);
  if (validates)
    dnn_frame_put_key (self->svg, "#555", pens[1], "validation", WIDTH, at);
  if (self->n_epochs > 1)
    dnn_frame_put_ring (self->svg, "#555", "lowest loss", WIDTH, at);
  return at[1] + 6;
}

static void
survey (Plot *self)
{
  for (size_t i = 0; i < self->n_runs; i++) {
    const DnnHistory *history = self->runs[i].history;

    self->n_epochs = MAX (self->n_epochs, dnn_history_count (history));
    if (self->metric == NULL)
      self->metric = history->metrics[0];
    find_borders (self, i);
  }
  g_array_sort (self->borders, compare_borders);
}

char *
dnn_plot_to_svg (const DnnPlotRun *runs, size_t n_runs, const char *metric)
{
  g_autoptr (GArray) borders = g_array_new (FALSE, FALSE, sizeof (Border));
  g_autoptr (GString) svg = g_string_new (NULL);
  Plot self = { .runs = runs,
                .n_runs = n_runs,
                .metric = metric,
                .borders = borders,
                .svg = svg,
                .frame = { .svg = svg } };
  double right = WIDTH - MARGIN, middle = WIDTH / 2.0;

  survey (&self);
  self.frame.top = put_legend (&self) + MARGIN;
  if (borders->len > 0)
    self.frame.top += N_PHASE_ROWS * PHASE_ROW;
  self.frame.bottom = self.frame.top + PANEL_HEIGHT;
  put_panel (&self, NULL, 0, self.metric != NULL ? middle - MARGIN : right);
  if (self.metric != NULL)
    put_panel (&self, self.metric, middle, right);
  return dnn_frame_finish (svg, "Training curves", WIDTH,
                           (int) self.frame.bottom + DNN_FRAME_BELOW);
}
