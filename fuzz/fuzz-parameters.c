/* fuzz-parameters.c - a component, and its parameters by a table of all types
 */
#include "dnn-param.h"
#include "fuzz.h"

typedef struct {
  bool yes;
  int64_t units;
  double rate;
  int32_t mode;
  const char *text;
  DnnInts sizes;
  DnnFloats values;
} All;

static const DnnParam params[] = {
  DNN_BOOL (All, yes, "true", "yes or no"),
  DNN_INT (All, units, "3", -5, 100, "", "how many"),
  DNN_FLOAT_ALIAS (All, rate, "speed", "0.5", -1e300, 1e300, "", "how fast"),
  DNN_ENUM (All, mode, "fan_in", "fan_in fan_out", "which way"),
  DNN_ROW (All, text, NULL, DNN_PARAM_TEXT, 0, "t", 0, 0, "", "what", NULL),
  DNN_INTS (All, sizes, "1,2", 0, 9, "", "sizes"),
  DNN_ROW (All, values, NULL, DNN_PARAM_FLOATS, 0, "", -1e300, 1e300, "",
           "values", NULL),
};

static const DnnPlugin table = {
  .self_size = sizeof (All),
  .params = params,
  .n_params = G_N_ELEMENTS (params),
  .param_stride = sizeof params[0],
};

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n)
{
  g_autofree char *text = fuzz_text (data, n);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list =
      dnn_spec_parse_list (text, (DnnPlace){ "f", 1 }, &error);

  /* Whoever asks for a component says the place. */
  fuzz_judge (list != NULL, NULL, error);
  for (guint i = 0; list != NULL && i < list->len; i++) {
    g_autoptr (GError) why = NULL;
    All self = { 0 };
    bool done = dnn_param_apply (&table, list->pdata[i], NULL, &self, &why);

    fuzz_judge (done, NULL, why);
    g_assert_true (!done || (self.units >= -5 && self.units <= 100));
  }
  return 0;
}
