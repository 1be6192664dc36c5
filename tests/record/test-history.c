/* test-history - a history's text, written and read back */
#include "dnn-assert.h"
#include "dnn-folder.h"
#include "dnn-history.h"

#include <math.h>

/* --- what is read is what was written ------------------------------------ */

typedef struct {
  const char *name;
  const char *csv;
} Row;

#define HEAD                                                                   \
  "epoch,phase,loss,accuracy,val_loss,val_accuracy,"                           \
  "learning_rate,seconds\n"

static const Row whole[] = {
  { "no-epoch", HEAD },
  { "epochs", HEAD "1,frozen,1.5,0.25,1.25,0.5,0.01,2\n"
                   "2,tuned,0.001,1,1e-09,1,1e-05,0.5\n" },
  { "empty-cells", HEAD "1,train,,,,,,\n" },
  { "infinite", HEAD "1,train,inf,0,-inf,0,0.01,1\n" },
  { "no-metric", "epoch,phase,loss,val_loss,learning_rate,seconds\n"
                 "1,train,1,2,3,4\n" },
  { "no-validation", "epoch,phase,loss,accuracy,precision,learning_rate,"
                     "seconds\n1,train,1,2,3,4,5\n" },
  { "only-a-loss", "epoch,phase,loss,learning_rate,seconds\n1,train,1,2,3\n" },
};

static void
test_round_trip (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnHistory) history =
      dnn_history_parse ("h.csv", row->csv, &error);
  g_autofree char *text = NULL;

  g_assert_no_error (error);

  text = dnn_history_to_csv (history);

  g_assert_cmpstr (text, ==, row->csv);
}

static void
test_values (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnHistory) history =
      dnn_history_parse ("h.csv", HEAD "1,a,6,5,,3,2,1\r\n", &error);
  const DnnHistoryEpoch *epoch;

  g_test_summary ("Each cell goes where its column says; empty is NaN");

  g_assert_no_error (error);
  epoch = dnn_history_at (history, 0);

  g_assert_cmpint (epoch->number, ==, 1);
  g_assert_cmpstr (epoch->phase, ==, "a");
  g_assert_cmpfloat (epoch->loss, ==, 6);
  g_assert_cmpfloat (epoch->metrics[0], ==, 5);
  g_assert_true (isnan (epoch->val_loss));
  g_assert_cmpfloat (epoch->val_metrics[0], ==, 3);
  g_assert_cmpfloat (epoch->learning_rate, ==, 2);
  g_assert_cmpfloat (epoch->seconds, ==, 1);
}

static void
test_copy (void)
{
  g_autoptr (DnnHistory) history =
      dnn_history_parse ("h.csv", HEAD "1,a,6,5,4,3,2,1\n2,b,1,,,,,\n", NULL);
  g_autoptr (DnnHistory) copy = dnn_history_copy (history);
  DnnHistoryEpoch *first = g_ptr_array_index (copy->epochs, 0);
  g_autofree char *text = dnn_history_to_csv (copy);
  g_autofree char *own = NULL;

  g_test_summary ("A copy has all values and shares none of them");

  first->metrics[0] = first->val_metrics[0] = first->seconds = 9;
  own = dnn_history_to_csv (history);

  g_assert_cmpstr (text, ==, HEAD "1,a,6,5,4,3,2,1\n2,b,1,,,,,\n");
  g_assert_cmpstr (own, ==, text);
}

/* --- what is malformed --------------------------------------------------- */

typedef struct {
  const char *name;
  const char *csv;
  const char *piece; /* of the message */
} Malformed;

#define ROW "1,train,1,2,3,4,5,6\n"

static const Malformed malformed[] = {
  { "empty", "", "h.csv:1: the columns must be 'epoch,phase,loss," },
  { "no-columns", "\n", "h.csv:1: the columns must be" },
  { "other-columns", "a,b,c\n1,2,3\n", "not 'a,b,c'" },
  { "column-left-out",
    "epoch,phase,loss,accuracy,val_loss,learning_rate,"
    "seconds\n",
    "h.csv:1: the columns must be 'epoch,phase,loss,accuracy,val_loss,"
    "val_accuracy,learning_rate,seconds'" },
  { "column-too-many", "epoch,phase,loss,learning_rate,seconds,more\n",
    "h.csv:1: the columns must be" },
  { "column-without-name", "epoch,phase,loss,,learning_rate,seconds\n",
    "h.csv:1: the columns must be" },
  { "cell-left-out", HEAD ROW "2,train,1,2,3,4,5\n",
    "h.csv:3: a row must have 8 cells, as the first line has, not 7" },
  { "cell-too-many", HEAD "1,train,1,2,3,4,5,6,7\n", "h.csv:2: a row must" },
  { "empty-line", HEAD ROW "\n", "h.csv:3: a row must have 8 cells" },
  { "epoch-from-0", HEAD "0,train,1,2,3,4,5,6\n",
    "h.csv:2: epoch must be 1, not '0'" },
  { "epoch-twice", HEAD ROW ROW, "h.csv:3: epoch must be 2, not '1'" },
  { "epoch-no-number", HEAD "one,train,1,2,3,4,5,6\n", "not 'one'" },
  { "no-phase", HEAD "1,,1,2,3,4,5,6\n", "h.csv:2: phase must be a name" },
  { "word", HEAD "1,train,1,2,three,4,5,6\n",
    "h.csv:2: val_loss must be a number or empty, not 'three'" },
  { "unit", HEAD "1,train,1,2,3,4,5,6s\n", "seconds must be a number" },
  { "space", HEAD "1,train, 1,2,3,4,5,6\n", "loss must be a number" },
  { "hexadecimal", HEAD "1,train,0x1,2,3,4,5,6\n", "not '0x1'" },
  { "cut", HEAD ROW "2,train,1,2,3,4,5,6",
    "h.csv:3: the line must end with a newline" },
};

static void
test_malformed (gconstpointer data)
{
  const Malformed *row = data;
  g_autoptr (GError) error = NULL;

  g_assert_null (dnn_history_parse ("h.csv", row->csv, &error));

  dnn_assert_error (error, DNN_ERROR_FORMAT, row->piece);
  g_assert_true (g_str_has_prefix (error->message, "h.csv:"));
}

static void
test_load (void)
{
  g_autoptr (DnnFolder) folder = dnn_folder_new ();
  g_autofree char *path =
      dnn_folder_write (folder, "history.csv", HEAD ROW, strlen (HEAD ROW));
  g_autofree char *bad =
      dnn_folder_write (folder, "bad.csv", HEAD "\0", sizeof HEAD);
  g_autofree char *empty = dnn_folder_write (folder, "empty.csv", "", 0);
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnHistory) history = dnn_history_load (path, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (dnn_history_count (history), ==, 1);

  g_assert_null (dnn_history_load (bad, &error));
  dnn_assert_error (error, DNN_ERROR_FORMAT, "it is not text");
  g_clear_error (&error);
  g_assert_null (dnn_history_load (empty, &error));
  dnn_assert_error (error, DNN_ERROR_FORMAT, "empty.csv:1: the columns must");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (whole); i++)
    dnn_add_row ("/history/round-trip", whole[i].name, &whole[i],
                 test_round_trip);
  g_test_add_func ("/history/values", test_values);
  g_test_add_func ("/history/copy", test_copy);
  for (size_t i = 0; i < G_N_ELEMENTS (malformed); i++)
    dnn_add_row ("/history/malformed", malformed[i].name, &malformed[i],
                 test_malformed);
  g_test_add_func ("/history/load", test_load);

  return g_test_run ();
}
