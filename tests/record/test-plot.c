/* test-plot - curves as SVG, and the axes under them */
#include "dnn-assert.h"
#include "dnn-plot-axis.h"
#include "dnn-plot.h"

#include <locale.h>
#include <math.h>

static const char *const accuracy[] = { "accuracy", NULL };
static const char *const none[] = { NULL };

/* A history of these losses, NaN included; accuracies and validation follow
 * from them. */
static DnnHistory *
make_history (const double *losses, size_t n)
{
  DnnHistory *history = dnn_history_new (accuracy, true);

  for (size_t i = 0; i < n; i++) {
    DnnHistoryEpoch *epoch = dnn_history_add (history, "train");

    epoch->loss = losses[i];
    epoch->val_loss = losses[i] + 0.5;
    epoch->metrics[0] = 1 / losses[i];
    epoch->val_metrics[0] = 1 / epoch->val_loss;
  }
  return history;
}

#define HISTORY(...)                                                           \
  make_history ((double[]){ __VA_ARGS__ },                                     \
                sizeof ((double[]){ __VA_ARGS__ }) / sizeof (double))

/* The picture, which must be well-formed XML. */
static char *
plot (const DnnPlotRun *runs, size_t n)
{
  static const GMarkupParser parser = { NULL };
  g_autoptr (GMarkupParseContext) context =
      g_markup_parse_context_new (&parser, G_MARKUP_DEFAULT_FLAGS, NULL, NULL);
  g_autoptr (GError) error = NULL;
  char *svg = dnn_plot_to_svg (runs, n, NULL);

  g_markup_parse_context_parse (context, svg, -1, &error);
  g_assert_no_error (error);
  g_markup_parse_context_end_parse (context, &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (svg, "<svg xmlns="));
  g_assert_null (strstr (svg, "nan"));
  g_assert_null (strstr (svg, "inf"));
  return svg;
}

static char *
plot_one (const DnnHistory *history)
{
  return plot (&(DnnPlotRun){ "run", history }, 1);
}

static size_t
count (const char *text, const char *piece)
{
  size_t n = 0;

  for (const char *p = strstr (text, piece); p != NULL;
       p = strstr (p + 1, piece))
    n++;
  return n;
}

#define CURVE "<path fill='none'"

static void
test_curves (void)
{
  g_autoptr (DnnHistory) history = HISTORY (3, 2, 1);
  g_autofree char *svg = plot_one (history);

  g_test_summary ("Two panels of two curves, with titles and a legend");

  g_assert_cmpuint (count (svg, CURVE), ==, 4);
  g_assert_cmpuint (count (svg, ">epoch</text>"), ==, 2);
  g_assert_cmpuint (count (svg, ">loss</text>"), ==, 1);
  g_assert_cmpuint (count (svg, ">accuracy</text>"), ==, 1);
  g_assert_cmpuint (count (svg, ">run</text>"), ==, 1);
  g_assert_cmpuint (count (svg, ">training</text>"), ==, 1);
  g_assert_cmpuint (count (svg, ">validation</text>"), ==, 1);
  g_assert_cmpuint (count (svg, "<circle"), ==, 0);
}

static void
test_loss_only (void)
{
  g_autoptr (DnnHistory) history = dnn_history_new (none, false);
  g_autofree char *svg = NULL;

  g_test_summary ("Without metric one panel, without validation no key of it");

  for (int i = 0; i < 3; i++)
    dnn_history_add (history, "train")->loss = i;

  svg = plot_one (history);

  g_assert_cmpuint (count (svg, CURVE), ==, 1);
  g_assert_cmpuint (count (svg, ">epoch</text>"), ==, 1);
  g_assert_cmpuint (count (svg, ">validation</text>"), ==, 0);
}

static void
test_gaps (void)
{
  g_autoptr (DnnHistory) history =
      HISTORY (6, 5, NAN, 4, INFINITY, 3, -1e301, 2, 1);
  g_autofree char *svg = NULL;
  char **pieces;

  g_test_summary ("What is not finite breaks a line; a value alone is a dot");

  g_clear_pointer (&history->metrics[0], g_free);
  history->validates = false;

  svg = plot_one (history);
  pieces = g_strsplit (strstr (svg, CURVE), "/>", 2);

  g_assert_cmpuint (count (pieces[0], "M"), ==, 4);
  g_assert_cmpuint (count (pieces[0], "L"), ==, 2);
  g_assert_cmpuint (count (svg, "<circle"), ==, 2);
  g_strfreev (pieces);
}

#define RING "<ellipse"

static void
test_best (void)
{
  g_autoptr (DnnHistory) history = HISTORY (3, 1, 2);
  g_autofree char *svg = plot_one (history);
  g_autofree char *at = NULL;
  const char *ring = strstr (svg, CURVE);

  g_test_summary (
      "A ring stands at the epoch of the lowest validation loss, in "
      "both panels, and in the legend");

  g_assert_cmpuint (count (svg, RING), ==, 3);
  g_assert_cmpuint (count (svg, ">lowest loss</text>"), ==, 1);
  /* the middle of three epochs is the middle of the axis */
  ring = strstr (ring, RING);
  at = g_strndup (ring, strcspn (ring, ">"));
  g_assert_cmpfloat (
      fabs (g_ascii_strtod (strstr (at, "cx='") + 4, NULL) - (76 + 436) / 2.0),
      <, 1);
}

static void
test_score (void)
{
  g_autoptr (DnnHistory) history = HISTORY (4, 3, 2);
  g_autofree char *svg = NULL;
  const double scores[] = { -1e6, 0.5, 0.9 };

  g_test_summary ("A score of 1 at most is cut at -1, and its title says so");

  history->validates = false;
  for (size_t i = 0; i < 3; i++)
    dnn_history_at (history, i)->metrics[0] = scores[i];
  svg = plot_one (history);

  g_assert_cmpuint (count (svg, ">accuracy (cut at -1)</text>"), ==, 1);
  g_assert_null (strstr (svg, "e+0"));
  g_assert_null (strstr (svg, "1e6"));
}

static void
test_metric (void)
{
  g_autoptr (DnnHistory) history =
      dnn_history_new ((const char *const[]){ "accuracy", "auc", NULL }, false);
  const DnnPlotRun run = { "run", history };
  g_autofree char *svg = NULL;

  g_test_summary ("The metric beside the loss is the one that is asked for");

  for (int i = 0; i < 3; i++) {
    DnnHistoryEpoch *epoch = dnn_history_add (history, "train");

    epoch->loss = epoch->metrics[0] = epoch->metrics[1] = i;
  }
  svg = dnn_plot_to_svg (&run, 1, "auc");

  g_assert_nonnull (strstr (svg, ">auc</text>"));
  g_assert_null (strstr (svg, ">accuracy</text>"));
}

static void
test_one_epoch (void)
{
  g_autoptr (DnnHistory) history = HISTORY (1);
  g_autofree char *svg = plot_one (history);

  g_assert_cmpuint (count (svg, "<circle"), ==, 4);
  g_assert_nonnull (strstr (svg, ">1</text>"));
}

static void
test_nothing (void)
{
  g_autoptr (DnnHistory) empty = dnn_history_new (accuracy, true);
  g_autoptr (DnnHistory) lost = HISTORY (NAN, NAN);
  g_autofree char *first = plot_one (empty), *second = plot_one (lost);

  g_test_summary ("No epoch and no number give empty panels");

  g_assert_cmpuint (count (first, CURVE), ==, 0);
  g_assert_cmpuint (count (second, CURVE), ==, 0);
}

static void
test_several (void)
{
  g_autoptr (DnnHistory) a = HISTORY (3, 2, 1), b = HISTORY (4, 3, 2, 1);
  g_autoptr (DnnHistory) c = dnn_history_new (none, false);
  const DnnPlotRun runs[] = { { "first", a }, { "second", b }, { "third", c } };
  g_autofree char *svg = NULL;

  g_test_summary ("Each run has a colour and a name; one has no accuracy");

  dnn_history_add (c, "train")->loss = 1;

  svg = plot (runs, G_N_ELEMENTS (runs));

  g_assert_cmpuint (count (svg, CURVE), ==, 9);
  for (size_t i = 0; i < G_N_ELEMENTS (runs); i++)
    g_assert_nonnull (strstr (svg, runs[i].name));
  g_assert_nonnull (strstr (svg, "#0072b2"));
  g_assert_nonnull (strstr (svg, "#d55e00"));
  g_assert_nonnull (strstr (svg, "#009e73"));
  g_assert_nonnull (strstr (svg, ">4</text>"));
}

static void
test_many (void)
{
  g_autoptr (DnnHistory) history = HISTORY (2, 1);
  DnnPlotRun runs[40];
  g_autofree char *svg = NULL;

  g_test_summary ("More runs than colours; the legend takes rows");

  for (size_t i = 0; i < G_N_ELEMENTS (runs); i++)
    runs[i] = (DnnPlotRun){ "a name that is as long as names are", history };

  svg = plot (runs, G_N_ELEMENTS (runs));

  g_assert_cmpuint (count (svg, CURVE), ==, 4 * G_N_ELEMENTS (runs));
}

static void
test_names (void)
{
  g_autoptr (DnnHistory) history = HISTORY (2, 1);
  const char *long_name = "0123456789012345678901234567890123456789012345678";
  const DnnPlotRun runs[] = { { "<&>'\"", history },
                              { "bell\a, \xff and ü", history },
                              { long_name, history } };
  g_autofree char *svg = NULL;

  g_test_summary ("Names are escaped, made valid, and cut where they are long");

  g_free (history->metrics[0]);
  history->metrics[0] = g_strdup ("a<b");

  svg = plot (runs, G_N_ELEMENTS (runs));

  g_assert_nonnull (strstr (svg, ">&lt;&amp;&gt;&apos;&quot;</text>"));
  g_assert_nonnull (strstr (svg, ">bell\ufffd, \ufffd and ü</text>"));
  g_assert_nonnull (strstr (svg, ">a&lt;b</text>"));
  g_assert_null (strstr (svg, long_name));
  g_assert_nonnull (
      strstr (svg, ">012345678901234567890123…67890123456789012345678<"));
}

static void
test_phases (void)
{
  g_autoptr (DnnHistory) history = HISTORY (4, 3, 2, 1);
  g_autofree char *before = plot_one (history), *after = NULL;

  g_test_summary ("Phases are named and parted, where there are several");

  for (guint i = 2; i < 4; i++) {
    DnnHistoryEpoch *epoch = g_ptr_array_index (history->epochs, i);

    g_free (epoch->phase);
    epoch->phase = g_strdup ("tuned");
  }
  after = plot_one (history);

  g_assert_null (strstr (before, ">train</text>"));
  g_assert_cmpuint (count (after, ">train</text>"), ==, 2);
  g_assert_cmpuint (count (after, ">tuned</text>"), ==, 2);
  g_assert_cmpuint (count (after, "stroke-opacity"), ==, 2);
}

static void
test_log (void)
{
  g_autoptr (DnnHistory) narrow = HISTORY (49, 1), wide = HISTORY (101, 1);
  g_autoptr (DnnHistory) zero = HISTORY (100, 0);
  g_autofree char *first = plot_one (narrow), *second = plot_one (wide),
                  *third = plot_one (zero);

  g_test_summary ("Above a factor of 50 the loss is logarithmic, if it can be");

  g_assert_null (strstr (first, "log scale"));
  g_assert_nonnull (strstr (second, ">loss (log scale)</text>"));
  g_assert_null (strstr (third, "log scale"));
}

static void
test_same_bytes (void)
{
  g_autoptr (DnnHistory) history = HISTORY (0.75, 0.5, 0.25);
  g_autofree char *first = plot_one (history), *second = NULL;

  g_test_summary ("The same in each call, and where decimals have commas");

  if (setlocale (LC_ALL, "de_DE.UTF-8") == NULL)
    g_test_message ("no locale with commas here");
  second = plot_one (history);
  setlocale (LC_ALL, "C");

  g_assert_cmpstr (first, ==, second);
}

/* --- axes ---------------------------------------------------------------- */

typedef struct {
  const char *name;
  void (*fit) (DnnAxis *self, double low, double high);
  double low, high;
  const char *labels;
} Axis;

static const Axis axes[] = {
  { "unit", dnn_axis_fit, 0, 1, "0.0 0.2 0.4 0.6 0.8 1.0" },
  { "inside", dnn_axis_fit, 0.31, 0.88, "0.3 0.4 0.5 0.6 0.7 0.8 0.9" },
  { "hundredths", dnn_axis_fit, 0.91, 0.96, "0.91 0.92 0.93 0.94 0.95 0.96" },
  { "negative", dnn_axis_fit, -1, 1, "-1.0 -0.5 0.0 0.5 1.0" },
  { "large", dnn_axis_fit, 0, 3e6,
    "0 500000 1e+06 1.5e+06 2e+06 2.5e+06 "
    "3e+06" },
  { "tiny", dnn_axis_fit, 1e-9, 5e-9, "1e-09 2e-09 3e-09 4e-09 5e-09" },
  { "one-value", dnn_axis_fit, 2, 2, "1.9990 1.9995 2.0000 2.0005 2.0010" },
  { "zero", dnn_axis_fit, 0, 0, "-0.6 -0.4 -0.2 0.0 0.2 0.4 0.6" },
  { "log-fine", dnn_axis_fit_log, 0.01, 1, "0.01 0.02 0.05 0.1 0.2 0.5 1" },
  { "log-decades", dnn_axis_fit_log, 1e-4, 10, "0.0001 0.001 0.01 0.1 1 10" },
  { "log-far", dnn_axis_fit_log, 1e-20, 1e20,
    "1e-20 1e-15 1e-10 1e-05 1 100000 1e+10 1e+15 1e+20" },
};

static char *
labels_of (const DnnAxis *axis)
{
  GString *text = g_string_new (NULL);

  for (size_t i = 0; i < axis->n_ticks; i++) {
    g_autofree char *label = dnn_axis_label (axis, i);

    g_string_append_printf (text, "%s%s", i > 0 ? " " : "", label);
  }
  return g_string_free (text, FALSE);
}

static void
test_axis (gconstpointer data)
{
  const Axis *row = data;
  DnnAxis axis = { .from = 100, .to = 0 };
  g_autofree char *labels = NULL;

  row->fit (&axis, row->low, row->high);
  labels = labels_of (&axis);

  g_assert_cmpstr (labels, ==, row->labels);
  g_assert_cmpfloat (dnn_axis_at (&axis, row->low), <=, 100.001);
  g_assert_cmpfloat (dnn_axis_at (&axis, row->high), >=, -0.001);
}

static void
test_axis_of_epochs (void)
{
  DnnAxis axis = { .from = 0, .to = 11 };
  g_autofree char *few = NULL, *many = NULL;

  dnn_axis_fit_count (&axis, 3);
  few = labels_of (&axis);
  dnn_axis_fit_count (&axis, 12);
  many = labels_of (&axis);

  g_assert_cmpstr (few, ==, "1 2 3");
  g_assert_cmpstr (many, ==, "2 4 6 8 10 12");
  g_assert_cmpfloat (dnn_axis_at (&axis, 1), ==, 0);
  g_assert_cmpfloat (dnn_axis_at (&axis, 12), ==, 11);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/plot/curves", test_curves);
  g_test_add_func ("/plot/loss-only", test_loss_only);
  g_test_add_func ("/plot/gaps", test_gaps);
  g_test_add_func ("/plot/best", test_best);
  g_test_add_func ("/plot/score", test_score);
  g_test_add_func ("/plot/metric", test_metric);
  g_test_add_func ("/plot/one-epoch", test_one_epoch);
  g_test_add_func ("/plot/nothing", test_nothing);
  g_test_add_func ("/plot/several", test_several);
  g_test_add_func ("/plot/many", test_many);
  g_test_add_func ("/plot/names", test_names);
  g_test_add_func ("/plot/phases", test_phases);
  g_test_add_func ("/plot/log", test_log);
  g_test_add_func ("/plot/same-bytes", test_same_bytes);
  for (size_t i = 0; i < G_N_ELEMENTS (axes); i++)
    dnn_add_row ("/plot/axis", axes[i].name, &axes[i], test_axis);
  g_test_add_func ("/plot/axis-of-epochs", test_axis_of_epochs);

  return g_test_run ();
}
