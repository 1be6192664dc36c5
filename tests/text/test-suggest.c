/* test-suggest.c - what is offered in place of a wrong name */
#include "dnn-assert.h"
#include "dnn-suggest.h"

typedef struct {
  const char *name;
  const char *wrong;
  const char *names[16];
  const char *expect;
} Row;

static const Row rows[] = {
  { "one",
    "desne",
    { "dense", "flatten", "dropout" },
    "did you mean 'dense'?" },
  { "swap-is-one", "ab", { "ba", "cd" }, "did you mean 'ba'?" },
  { "two",
    "relux",
    { "relu", "selu", "flatten" },
    "did you mean 'relu' or 'selu'?" },
  { "once-each",
    "kernell",
    { "kernel", "bias", "kernel" },
    "did you mean 'kernel'?" },
  { "three-at-most",
    "elu",
    { "celu", "relu", "selu", "gelu" },
    "did you mean 'celu', 'relu' or 'selu'?" },
  { "nearest-first",
    "relu7",
    { "relux9", "relu6" },
    "did you mean 'relu6' or 'relux9'?" },
  { "part-of-a-name",
    "crossentropy",
    { "categorical_crossentropy", "huber" },
    "did you mean 'categorical_crossentropy'?" },
  { "none-near",
    "zzzzzz",
    { "add", "dense", "dropout" },
    "there are 'add', 'dense' and 'dropout'" },
  { "only-one", "zzzzzz", { "dense" }, "there is only 'dense'" },
  { "no-names", "dense", { NULL }, "" },
  { "empty-word", "", { "dense", "add" }, "there are 'dense' and 'add'" },
  { "twelve-at-most",
    "zzzzzz",
    { "aa", "ab", "ac", "ad", "ae", "af", "ag", "ah", "ai", "aj", "ak", "al",
      "am" },
    "there are 'aa', 'ab', 'ac', 'ad', 'ae', 'af', 'ag', 'ah', 'ai', 'aj', "
    "'ak', 'al', ..." },
};

static void
test_row (gconstpointer data)
{
  const Row *row = data;
  g_autofree char *text = dnn_suggest (row->wrong, row->names);

  g_assert_cmpstr (text, ==, row->expect);
}

static void
test_long_word (void)
{
  g_autofree char *word = g_strnfill (5000, 'a');
  const char *const names[] = { "dense", "aaa", NULL };
  g_autofree char *text = dnn_suggest (word, names);

  g_test_summary ("A very long word is near to nothing, and harmless");

  g_assert_cmpstr (text, ==, "there are 'dense' and 'aaa'");
  g_free (text);

  /* two megabytes: a table of all edits would have 10^12 cells */
  g_free (word);
  word = g_strnfill (1 << 20, 'a');
  text = dnn_suggest (word, (const char *const[]){ word, NULL });
  g_assert_true (g_str_has_prefix (text, "there is only 'aaa"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    dnn_add_row ("/suggest", rows[i].name, &rows[i], test_row);
  g_test_add_func ("/suggest/long-word", test_long_word);

  return g_test_run ();
}
