/* test-param.c - text into a plugin's struct, and tables that are wrong */
#include "dnn-assert.h"
#include "dnn-param.h"

#include <math.h>

typedef struct {
  bool yes;
  int64_t units;
  double rate;
  int32_t mode;
  const char *text;
  DnnInts sizes;
  DnnFloats values;
} All;

#define TEXT(S, member, initial, help)                                         \
  DNN_ROW (S, member, NULL, DNN_PARAM_TEXT, 0, initial, 0, 0, "", help, NULL)
#define FLOATS(S, member, initial, help)                                       \
  DNN_ROW (S, member, NULL, DNN_PARAM_FLOATS, 0, initial, -INFINITY, INFINITY, \
           "", help, NULL)

static const DnnParam all_params[] = {
  DNN_BOOL (All, yes, "true", "yes or no"),
  DNN_INT (All, units, "3", -5, 100, "", "how many"),
  DNN_FLOAT_ALIAS (All, rate, "speed pace", "0.5", -INFINITY, INFINITY, "",
                   "how fast"),
  DNN_ENUM (All, mode, "fan_in", "fan_in fan_out", "which way"),
  TEXT (All, text, "hello", "what"),
  DNN_INTS (All, sizes, "1,2", 0, 9, "", "sizes"),
  FLOATS (All, values, "", "values"),
};

#define PLUGIN(S, table)                                                       \
  {                                                                            \
    .self_size = sizeof (S), .params = table,                                  \
    .n_params = G_N_ELEMENTS (table), .param_stride = sizeof table[0]          \
  }

static const DnnPlugin all = PLUGIN (All, all_params);

static All
set (const char *key, const char *text, GError **error)
{
  All self = { 0 };
  const DnnParam *param = dnn_param_find (&all, key);

  g_assert_nonnull (param);
  dnn_param_set (param, &self, text, error);
  return self;
}

static void
test_defaults (void)
{
  All self = { 0 };
  g_autoptr (GError) error = NULL;

  g_test_summary ("Every member gets its default");

  dnn_param_set_defaults (&all, &self, &error);

  g_assert_no_error (error);
  g_assert_true (self.yes);
  g_assert_cmpint (self.units, ==, 3);
  g_assert_cmpfloat (self.rate, ==, 0.5);
  g_assert_cmpint (self.mode, ==, 0);
  g_assert_cmpstr (self.text, ==, "hello");
  g_assert_cmpint (self.sizes.n, ==, 2);
  g_assert_cmpint (self.sizes.at[1], ==, 2);
  g_assert_cmpint (self.values.n, ==, 0);
}

static void
test_find (void)
{
  g_test_summary ("By name and by every alias, whole words only");

  g_assert_true (dnn_param_find (&all, "rate") == &all_params[2]);
  g_assert_true (dnn_param_find (&all, "speed") == &all_params[2]);
  g_assert_true (dnn_param_find (&all, "pace") == &all_params[2]);
  g_assert_null (dnn_param_find (&all, "spee"));
  g_assert_null (dnn_param_find (&all, "speed pace"));
  g_assert_null (dnn_param_find (&all, ""));
}

static void
test_number (void)
{
  All self = { 0 };
  const DnnParam *rate = dnn_param_find (&all, "rate");

  dnn_param_set_number (rate, &self, 0.25);

  g_assert_cmpfloat (self.rate, ==, 0.25);
  g_assert_cmpfloat (dnn_param_get_number (rate, &self), ==, 0.25);
}

/* --- values -------------------------------------------------------------- */

typedef struct {
  const char *name;
  const char *key;
  const char *text;
  double expect; /* the number, index or length that is then there */
} Good;

static const Good goods[] = {
  { "bool", "yes", "True", 1 },
  { "bool-false", "yes", "false", 0 },
  { "int", "units", "100", 100 },
  { "int-negative", "units", "-5", -5 },
  { "float", "rate", "1e-3", 1e-3 },
  { "float-fraction", "rate", "1/255", 1.0 / 255 },
  { "float-infinite", "rate", "inf", INFINITY },
  { "float-negative", "rate", "-.5", -0.5 },
  { "enum", "mode", "fan_out", 1 },
  { "ints", "sizes", "3,3,3", 3 },
  { "ints-one", "sizes", "3", 1 },
  { "ints-brackets", "sizes", "[3, 3]", 2 },
  { "ints-parentheses", "sizes", "(3,3)", 2 },
  { "ints-none", "sizes", "", 0 },
  { "ints-empty-brackets", "sizes", "[]", 0 },
  { "ints-most", "sizes",
    "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1", 32 },
  { "floats", "values", "0.1,1/4", 2 },
};

static void
test_good (gconstpointer data)
{
  const Good *row = data;
  g_autoptr (GError) error = NULL;
  All self = set (row->key, row->text, &error);
  const uint32_t type = dnn_param_find (&all, row->key)->type;
  const double got = type == DNN_PARAM_BOOL    ? self.yes
                     : type == DNN_PARAM_INT   ? (double) self.units
                     : type == DNN_PARAM_FLOAT ? self.rate
                     : type == DNN_PARAM_ENUM  ? self.mode
                     : type == DNN_PARAM_INTS  ? (double) self.sizes.n
                                               : (double) self.values.n;

  g_assert_no_error (error);
  g_assert_cmpfloat (got, ==, row->expect);
}

typedef struct {
  const char *name;
  const char *key;
  const char *text;
  const char *piece;
} Bad;

static const Bad bads[] = {
  { "bool", "yes", "yes", "yes must be true or false, not 'yes'" },
  { "int-word", "units", "two",
    "units must be a whole number from -5 to 100, not 'two'" },
  { "int-empty", "units", "", "not ''" },
  { "int-fraction", "units", "1.5", "not '1.5'" },
  { "int-above", "units", "101", "not '101'" },
  { "int-below", "units", "-6", "not '-6'" },
  { "int-huge", "units", "99999999999999999999", "whole number" },
  { "int-tail", "units", "3x", "not '3x'" },
  { "int-space", "units", " 3", "not ' 3'" },
  { "int-hex", "units", "0x10", "not '0x10'" },
  { "float-word", "rate", "fast", "rate must be a number, not 'fast'" },
  { "float-nan", "rate", "nan", "not 'nan'" },
  { "float-hidden-nan", "rate", "inf/inf", "not 'inf/inf'" },
  { "float-hex", "rate", "0x10", "not '0x10'" },
  { "float-negative-hex", "rate", "-0x10", "not '-0x10'" },
  { "float-hex-below", "rate", "1/0x10", "not '1/0x10'" },
  { "float-by-zero", "rate", "1/0", "not '1/0'" },
  { "float-by-nothing", "rate", "1/", "not '1/'" },
  { "float-by-twice", "rate", "1/2/3", "not '1/2/3'" },
  { "float-by-space", "rate", "1/ 2", "not '1/ 2'" },
  { "float-comma", "rate", "0,5", "not '0,5'" },
  { "enum", "mode", "fan_avg",
    "mode must be one of fan_in, fan_out, not 'fan_avg'" },
  { "enum-prefix", "mode", "fan", "not 'fan'" },
  { "ints-word", "sizes", "1,x", "not 'x'" },
  { "ints-gap", "sizes", "1,,2", "not ''" },
  { "ints-above", "sizes", "1,10", "from 0 to 9, not '10'" },
  { "ints-many", "sizes",
    "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1",
    "at most 32 numbers" },
  { "ints-open", "sizes", "[1,25", "'[1,25'" },
  { "ints-mixed", "sizes", "[1,2)", "'[1,2)'" },
  { "ints-only-open", "sizes", "[", "'['" },
};

static void
test_bad (gconstpointer data)
{
  const Bad *row = data;
  g_autoptr (GError) error = NULL;

  set (row->key, row->text, &error);

  dnn_assert_error (error, DNN_ERROR_PARAM, row->piece);
}

/* --- tables -------------------------------------------------------------- */

static const DnnParam odd_name[] = { { "Rate", NULL, DNN_PARAM_FLOAT, 0,
                                       offsetof (All, rate), 8, 0, 1, "0", "",
                                       "rate", NULL } };
static const DnnParam no_name[] = { { NULL, NULL, DNN_PARAM_FLOAT, 0,
                                      offsetof (All, rate), 8, 0, 1, "0", "",
                                      "rate", NULL } };
static const DnnParam twice[] = {
  DNN_FLOAT (All, rate, "0", 0, 1, "", "rate"),
  DNN_FLOAT (All, rate, "0", 0, 1, "", "rate"),
};
static const DnnParam name_is_alias[] = {
  DNN_FLOAT_ALIAS (All, rate, "units", "0", 0, 1, "", "rate"),
  DNN_INT (All, units, "0", 0, 1, "", "units"),
};
static const DnnParam alias_is_name[] = {
  DNN_INT (All, units, "0", 0, 1, "", "units"),
  DNN_FLOAT_ALIAS (All, rate, "units", "0", 0, 1, "", "rate"),
};
static const DnnParam odd_type[] = { DNN_ROW (All, rate, NULL, 99, 0, "0", 0, 1,
                                              "", "rate", NULL) };
static const DnnParam odd_size[] = { DNN_ROW (
    All, yes, NULL, DNN_PARAM_INT, 0, "0", 0, 1, "", "a bool as int64", NULL) };
static const DnnParam beyond[] = { { "rate", NULL, DNN_PARAM_FLOAT, 0,
                                     sizeof (All) - 4, 8, 0, 1, "0", "", "rate",
                                     NULL } };
static const DnnParam far_beyond[] = { { "rate", NULL, DNN_PARAM_FLOAT, 0,
                                         0xfffffff8u, 8, 0, 1, "0", "", "rate",
                                         NULL } };
static const DnnParam no_help[] = { DNN_FLOAT (All, rate, "0", 0, 1, "",
                                               NULL) };
static const DnnParam crossed[] = { DNN_FLOAT (All, rate, "0", 1, 0, "",
                                               "rate") };
static const DnnParam no_nicks[] = { DNN_ENUM (All, mode, "a", "", "mode") };
static const DnnParam no_default[] = { DNN_FLOAT (All, rate, NULL, 0, 1, "",
                                                  "rate") };
static const DnnParam both[] = { DNN_ROW (All, rate, NULL, DNN_PARAM_FLOAT,
                                          DNN_REQUIRED, "0", 0, 1, "", "rate",
                                          NULL) };
static const DnnParam driven_int[] = { DNN_ROW (All, units, NULL, DNN_PARAM_INT,
                                                DNN_SCHEDULABLE, "0", 0, 1, "",
                                                "units", NULL) };
static const DnnParam bad_default[] = { DNN_FLOAT (All, rate, "2", 0, 1, "",
                                                   "rate") };

typedef struct {
  const char *name;
  DnnPlugin plugin;
  const char *piece;
} Table;

static const Table tables[] = {
  { "odd-name", PLUGIN (All, odd_name), "('Rate') has a name that is no name" },
  { "no-name", PLUGIN (All, no_name), "parameter 0 ('') has a name" },
  { "twice", PLUGIN (All, twice), "1 ('rate') stands twice" },
  { "name-is-alias", PLUGIN (All, name_is_alias), "('units') stands twice" },
  { "alias-is-name", PLUGIN (All, alias_is_name), "('rate') " },
  { "odd-type", PLUGIN (All, odd_type), "a type this version does not know" },
  { "odd-size", PLUGIN (All, odd_size), "a member of another size" },
  { "beyond", PLUGIN (All, beyond), "lies outside the plugin's struct" },
  { "far-beyond", PLUGIN (All, far_beyond), "lies outside" },
  { "no-help", PLUGIN (All, no_help), "has no help" },
  { "crossed", PLUGIN (All, crossed), "a minimum above its maximum" },
  { "no-nicks", PLUGIN (All, no_nicks), "has no nicks" },
  { "no-default", PLUGIN (All, no_default), "a default or DNN_REQUIRED" },
  { "default-and-required", PLUGIN (All, both), "a default or DNN_REQUIRED" },
  { "driven-int", PLUGIN (All, driven_int), "is schedulable, but no float" },
  { "bad-default", PLUGIN (All, bad_default), "default of rate must be" },
};

static void
test_table (gconstpointer data)
{
  const Table *row = data;
  g_autoptr (GError) error = NULL;

  g_assert_false (dnn_param_check_table (&row->plugin, &error));

  dnn_assert_error (error, DNN_ERROR_PLUGIN, row->piece);
}

static void
test_good_table (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (dnn_param_check_table (&all, &error));
  g_assert_no_error (error);
}

/* A plugin made with a later header, whose rows are longer. */
typedef struct {
  DnnParam row;
  uint64_t later;
} LongRow;

static void
test_stride (void)
{
  static const LongRow rows[] = {
    { DNN_INT (All, units, "3", 0, 9, "", "units"), ~0ull },
    { DNN_FLOAT (All, rate, "0.5", 0, 9, "", "rate"), ~0ull },
  };
  const DnnPlugin plugin = {
    .self_size = sizeof (All),
    .params = &rows[0].row,
    .n_params = 2,
    .param_stride = sizeof rows[0],
  };
  All self = { 0 };
  g_autoptr (GError) error = NULL;

  g_test_summary ("Rows are found by the plugin's stride, not by ours");

  g_assert_true (dnn_param_check_table (&plugin, &error));
  g_assert_true (dnn_param_set_defaults (&plugin, &self, &error));

  g_assert_cmpfloat (self.rate, ==, 0.5);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/param/defaults", test_defaults);
  g_test_add_func ("/param/find", test_find);
  g_test_add_func ("/param/number", test_number);
  for (size_t i = 0; i < G_N_ELEMENTS (goods); i++)
    dnn_add_row ("/param/takes", goods[i].name, &goods[i], test_good);
  for (size_t i = 0; i < G_N_ELEMENTS (bads); i++)
    dnn_add_row ("/param/refuses", bads[i].name, &bads[i], test_bad);
  g_test_add_func ("/param/table/good", test_good_table);
  g_test_add_func ("/param/table/stride", test_stride);
  for (size_t i = 0; i < G_N_ELEMENTS (tables); i++)
    dnn_add_row ("/param/table/refuses", tables[i].name, &tables[i],
                 test_table);

  return g_test_run ();
}
