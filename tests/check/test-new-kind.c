/* test-new-kind.c - a kind of plugin that core does not know
 *
 * The lists of kinds, of their checks and of all checks are defined here: the
 * linker takes them in place of the library's.  All that is written for the
 * kind is its header, gauges/gauge.h, and below its rows and its check.
 */
#include "dnn-assert.h"
#include "dnn-check-table.h"
#include "dnn-conformance.h"
#include "dnn-inspect.h"
#include "dnn-kind-checks.h"
#include "dnn-kind-row.h"
#include "dnn-kind.h"
#include "dnn-param.h"
#include "gauges/gauge.h"

#define GAUGE ((DnnKind) DNN_KIND_GAUGE)

/* --- the kind ------------------------------------------------------------ */

typedef struct {
  int64_t every;
} GaugeKeys;

static const DnnParam key_params[] = {
  DNN_INT (GaugeKeys, every, "1", 1, 1e15, "steps", "steps between readings"),
};

static const DnnPlugin keys = {
  .name = "gauge",
  .self_size = sizeof (GaugeKeys),
  .params = key_params,
  .n_params = G_N_ELEMENTS (key_params),
  .param_stride = sizeof key_params[0],
};

static const char *const libraries[] = { "libz.so*", NULL };
static const char *const functions[] = { "malloc", "free", NULL };

static void
describe (const void *ops, DnnKindSay say, void *data)
{
  const DnnGaugeOps *gauge = ops;

  say (data, "Reads", gauge->sign > 0 ? "0 or more" : "0 or less");
}

static const DnnKindRow gauge_row = {
  .name = "gauge",
  .folder = "gauges",
  .ops_size = DNN_END_OF (DnnGaugeOps, read),
  .required = { DNN_KIND_OP (DnnGaugeOps, build),
                DNN_KIND_OP (DnnGaugeOps, read) },
  .build = offsetof (DnnGaugeOps, build),
  .describe = describe,
  .flags = DNN_FLAG_SIGNED,
  .keys = &keys,
  .may_link = libraries,
  .may_call = functions,
  .min_inputs = 1,
  .max_inputs = 1,
  .input_names = { "Gauged" },
  .example_inputs = "4,3",
};

const DnnKindRow *const dnn_kinds[] = {
  [DNN_KIND_LAYER] = &dnn_kind_layer,
  [DNN_KIND_ACTIVATION] = &dnn_kind_activation,
  [DNN_KIND_INITIALIZER] = &dnn_kind_initializer,
  [DNN_KIND_OPTIMIZER] = &dnn_kind_optimizer,
  [DNN_KIND_LOSS] = &dnn_kind_loss,
  [DNN_KIND_METRIC] = &dnn_kind_metric,
  [DNN_KIND_SCHEDULE] = &dnn_kind_schedule,
  [DNN_KIND_GAUGE] = &gauge_row,
};

const unsigned dnn_n_kinds = G_N_ELEMENTS (dnn_kinds) - 1;

/* --- its checks ---------------------------------------------------------- */

typedef struct {
  const DnnComponent *component;
  const DnnTensor *x;
  double number;
} Reading;

static void
call_read (void *data)
{
  Reading *reading = data;
  const DnnGaugeOps *ops = reading->component->code->ops;

  reading->number = ops->read (reading->component->self, reading->x);
}

static void
check_reads (DnnChecker *self)
{
  DnnCheckList x;
  const DnnWatched watched = { "x", &x, true };
  Reading reading = { self->component, NULL, 0 };
  double first;

  dnn_check_list_init (&x, 1);
  x.at[0] = dnn_check_tensor (&self->subject->inputs[0], 1);
  dnn_check_fill (self, "x", &x.at[0]);
  reading.x = &x.at[0];
  dnn_checker_call (self, "read", &watched, 1, call_read, &reading);
  first = reading.number;
  dnn_checker_call (self, "read", &watched, 1, call_read, &reading);
  if (first != reading.number)
    dnn_checker_fail (self, "it reads %g, and %g the next time", first,
                      reading.number);
  dnn_check_list_clear (&x);
}

static void
check_ops (const void *ops, GPtrArray *failures)
{
  const DnnGaugeOps *gauge = ops;

  if (gauge->sign != 1 && gauge->sign != -1)
    g_ptr_array_add (
        failures,
        g_strdup_printf ("its `sign` must be +1 or -1, not '%d'", gauge->sign));
}

static const DnnKindChecks gauge_checks = {
  .kind = GAUGE,
  .ops = check_ops,
  .trial = "reads",
  .checks = { { "reads", check_reads } },
};

const DnnKindChecks *const dnn_kind_checks[] = {
  &dnn_layer_checks,
  &gauge_checks,
  NULL,
};

const DnnCheckRow dnn_check_table[] = {
  { "binary", "of every file", DNN_CHECK_FILE, dnn_check_binary },
  { "load", "of every file", DNN_CHECK_LOADING, dnn_check_load },
  { "descriptor", "of every file", DNN_CHECK_DESCRIPTOR, dnn_check_descriptor },
  { "example", "of every file", DNN_CHECK_DESCRIPTOR, dnn_check_example },
  { "parameters", "of every file", DNN_CHECK_BEHAVIOUR, dnn_check_parameters },
  { "gradients", "of layers", DNN_CHECK_BEHAVIOUR, NULL },
  { "reads", "of gauges", DNN_CHECK_BEHAVIOUR, NULL },
  { NULL, NULL, DNN_CHECK_N_STAGES, NULL },
};

/* --- tests --------------------------------------------------------------- */

/* The folder above the kind's, as a registry searches it. */
static DnnRegistry *
make_registry (void)
{
  g_autofree char *folder = g_path_get_dirname (g_getenv ("DNN_TEST_GAUGES"));

  return dnn_registry_new (folder);
}

static char *
path_of (const char *name)
{
  return g_strdup_printf ("%s/%s.so", g_getenv ("DNN_TEST_GAUGES"), name);
}

static void
test_found (void)
{
  g_autoptr (DnnRegistry) registry = make_registry ();
  g_auto (GStrv) names = dnn_registry_names (registry, GAUGE);
  g_autofree char *nearest = dnn_kind_suggest ("guage");
  GError *error = NULL;
  const DnnPlugin *plugin =
      dnn_registry_find (registry, GAUGE, "zipped", &error);

  g_test_summary ("A plugin of the kind is listed, found and opened by name");

  g_assert_no_error (error);
  g_assert_cmpuint (plugin->kind, ==, DNN_KIND_GAUGE);
  g_assert_cmpuint (g_strv_length (names), ==, 2);
  g_assert_cmpstr (names[1], ==, "zipped");
  g_assert_nonnull (strstr (nearest, "'gauge'"));
}

static void
test_inspected (void)
{
  static const char *const lines[] = {
    "gauge/zipped\n",
    "Reads           0 or more\n",
    "Gauged          (5, 4, 3)\n",
    "Keys of every gauge\n",
    "steps between readings",
  };
  g_autoptr (DnnRegistry) registry = make_registry ();
  GError *error = NULL;
  g_autoptr (DnnInspection) inspection =
      dnn_inspect (registry, GAUGE, "zipped", &error);
  g_autofree char *text = NULL;

  g_test_summary ("Inspection tells ops, keys and inputs by the kind's row");

  g_assert_no_error (error);
  g_assert_cmpstr (inspection->problem, ==, NULL);
  text = dnn_inspection_to_text (inspection);
  for (size_t i = 0; i < G_N_ELEMENTS (lines); i++)
    if (strstr (text, lines[i]) == NULL)
      g_test_fail_printf ("'%s' is not in '%s'", lines[i], text);
}

static void
test_built (void)
{
  const DnnShape flat = DNN_SHAPE (5, 4), deep = DNN_SHAPE (5, 1, 2, 3);
  g_autoptr (DnnRegistry) registry = make_registry ();
  DnnCheckSubject subject = { registry, GAUGE, "zipped(level=9, every=3)",
                              &flat,    1,     1 };
  g_autoptr (GError) error = NULL;

  g_test_summary ("Build and the number of inputs decide what it takes");

  g_assert_true (dnn_check_takes (&subject, &error));
  g_assert_no_error (error);
  subject.inputs = &deep;
  g_assert_false (dnn_check_takes (&subject, &error));
  dnn_assert_error (error, DNN_ERROR_SHAPE, "3 dimensions at most, not '4'");
  g_clear_error (&error);
  subject.n_inputs = 0;
  g_assert_false (dnn_check_takes (&subject, &error));
  dnn_assert_error (error, DNN_ERROR_SHAPE, "takes 1 to 1 inputs");
}

/* Runs all checks of a plugin, each in this program as a child. */
static DnnConformance *
conform (const char *path)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  const char *const words[] = { program, "check-part", NULL };
  const DnnConformanceTask task = {
    .path = path,
    .seed = 1,
    .seconds = 20,
    .n_parallel = 2,
    .program = words,
  };
  GError *error = NULL;
  DnnConformance *result = dnn_conformance_run (&task, &error);

  g_assert_no_error (error);
  return result;
}

/* All sentences of the failed checks, "check: sentence\n" each. */
static char *
problems_of (const DnnConformance *self)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < self->results->len; i++) {
    const DnnConformanceResult *result = g_ptr_array_index (self->results, i);

    for (guint j = 0;
         result->outcome == DNN_CONFORMANCE_FAIL && j < result->problems->len;
         j++)
      g_string_append_printf (text, "%s: %s\n", result->check,
                              (char *) g_ptr_array_index (result->problems, j));
  }
  return g_string_free (text, FALSE);
}

static void
test_passes (void)
{
  g_autofree char *path = path_of ("zipped"), *problems = NULL;
  g_autoptr (DnnConformance) result = conform (path);
  const DnnConformanceResult *last;

  g_test_summary ("It passes the checks of files and the kind's own, though it "
                  "links and calls what other kinds may not");

  problems = problems_of (result);
  g_assert_cmpstr (problems, ==, "");
  g_assert_cmpint (result->kind, ==, GAUGE);
  g_assert_cmpuint (result->results->len, ==, 6);
  last = g_ptr_array_index (result->results, 5);
  g_assert_cmpstr (last->check, ==, "reads");
  g_assert_cmpint (last->outcome, ==, DNN_CONFORMANCE_PASS);
}

static void
test_descriptor (void)
{
  g_autofree char *path = path_of ("wavering"), *problems = NULL;
  g_autoptr (DnnConformance) result = conform (path);

  g_test_summary ("Wrong ops, and flags of another kind, are found");

  problems = problems_of (result);
  g_assert_cmpstr (problems, ==,
                   "descriptor: its flags are '0x2', and some are not for its "
                   "kind\n"
                   "descriptor: its `sign` must be +1 or -1, not '7'\n");
}

static void
test_wavers (void)
{
  const DnnShape shape = DNN_SHAPE (5, 4);
  g_autoptr (DnnRegistry) registry = make_registry ();
  const DnnCheckSubject subject = { registry, GAUGE, "wavering", &shape, 1, 1 };
  GError *error = NULL;
  g_autoptr (DnnCheckReport) report = dnn_check_run (&subject, NULL, &error);

  g_test_summary ("The kind's own check fails a plugin that breaks it");

  g_assert_no_error (error);
  g_assert_cmpuint (report->n_checks, ==, 1);
  g_assert_cmpuint (report->failures->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (report->failures, 0), ==,
                   "reads: it reads 1, and 2 the next time");
}

/* Leave to link and call is the kind's, not everybody's. */
static void
test_others (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("DNN_TEST_BAD_PLUGINS"),
                                            "links_blas.so", NULL);
  GError *error = NULL;
  g_autofree char *text =
      dnn_conformance_child ("binary", path, 1, "", NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (strstr (text, "problem it links 'libopenblas"));
  g_assert_nonnull (strstr (text, "problem it calls 'openblas"));
}

/* Runs one part of a check: `conform` starts this program for each. */
static int
run_child (char *argv[])
{
  g_autofree char *text = dnn_conformance_child (
      argv[2], argv[3], g_ascii_strtoull (argv[4], NULL, 10), argv[5], argv[6],
      NULL);

  if (text == NULL)
    return 1;
  g_print ("%s", text);
  return 0;
}

int
main (int argc, char *argv[])
{
  if (argc == 7 && strcmp (argv[1], "check-part") == 0)
    return run_child (argv);
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/new-kind/found", test_found);
  g_test_add_func ("/new-kind/inspected", test_inspected);
  g_test_add_func ("/new-kind/built", test_built);
  g_test_add_func ("/new-kind/passes", test_passes);
  g_test_add_func ("/new-kind/wrong-descriptor", test_descriptor);
  g_test_add_func ("/new-kind/wavers", test_wavers);
  g_test_add_func ("/new-kind/other-kinds", test_others);

  return g_test_run ();
}
