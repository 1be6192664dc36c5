/* test-augment.c - what random layers of pictures draw, and for whom
 *
 * Their formulas are compared with Keras in test-golden-layers.c.
 */
#include "dnn-test.h"

#include <math.h>
#include <string.h>

/* --- rows and epochs ----------------------------------------------------- */

typedef struct {
  const char *name;
  const char *chain;
} Layer;

static const Layer layers[] = {
  { "flip", "random_flip" },
  { "alternating", "random_flip alternating=true mode=horizontal" },
  { "translation", "random_translation height_factor=0.4 width_factor=0.4" },
  { "pixels", "random_translation pixels=2 fill_mode=mirror" },
  { "rotation", "random_rotation factor=0.5" },
  { "zoom", "random_zoom height_factor=0.4" },
  { "crop", "random_crop height=3 width=3" },
  { "contrast", "random_contrast factor=0.5 value_range=-9,9" },
  { "brightness", "random_brightness factor=0.5 value_range=-9,9" },
  { "erasing", "random_erasing value_range=-9,9" },
};

enum { SIDE = 6, PICTURE = SIDE * SIDE, MANY = 16 };

/* y of pictures with these rows of the data: every one is 0, 1, 2, ... / 9. */
static float *
run (const char *chain, int64_t n, uint64_t epoch, const uint64_t *rows,
     size_t *ret_n)
{
  g_autoptr (DnnTest) test = dnn_test_new (chain, DNN_SHAPE (n, SIDE, SIDE, 1));
  g_autofree float *x = g_new (float, (gsize) n *PICTURE);
  const float *y;

  for (int64_t i = 0; i < n * PICTURE; i++)
    x[i] = (float) (i % PICTURE) / 9;
  dnn_test_set (test, "x", x, (size_t) n * PICTURE);
  dnn_test_epoch (test, epoch, rows);
  dnn_test_forward (test);
  y = dnn_test_get (test, "y", ret_n);
  *ret_n /= (size_t) n;
  return g_memdup2 (y, (gsize) n * *ret_n * sizeof *y);
}

static void
test_rows (gconstpointer data)
{
  const Layer *layer = data;
  uint64_t rows[MANY];
  size_t size;
  g_autofree float *together = NULL;

  g_test_summary ("A row gets the same numbers in whatever batch it is");

  for (uint64_t i = 0; i < MANY; i++)
    rows[i] = 1000003 * i;

  together = run (layer->chain, MANY, 7, rows, &size);

  for (size_t i = 0; i < MANY; i++) {
    g_autofree float *alone = run (layer->chain, 1, 7, rows + i, &size);

    g_assert_cmpmem (together + i * size, size * sizeof *alone, alone,
                     size * sizeof *alone);
  }
}

static void
test_epochs (gconstpointer data)
{
  const Layer *layer = data;
  size_t size;
  g_autofree float *first = run (layer->chain, MANY, 0, NULL, &size);
  g_autofree float *again = run (layer->chain, MANY, 0, NULL, &size);
  g_autofree float *next = run (layer->chain, MANY, 1, NULL, &size);

  g_test_summary ("Other numbers in the next epoch, the same in the same one");

  g_assert_cmpmem (first, MANY * size * sizeof *first, again,
                   MANY * size * sizeof *first);
  g_assert_true (memcmp (first, next, MANY * size * sizeof *first) != 0);
}

static void
test_inference (gconstpointer data)
{
  const Layer *layer = data;
  g_autoptr (DnnTest) test =
      dnn_test_new (layer->chain, DNN_SHAPE (2, SIDE, SIDE, 1));
  const float *x, *y;
  size_t n;

  g_test_summary ("Inference changes nothing, and hands all gradients down");

  dnn_test_training (test, false);
  dnn_test_randomize (test, 3);

  dnn_test_backward (test);

  x = dnn_test_get (test, "x", &n);
  y = dnn_test_get (test, "y", &n);
  g_assert_cmpmem (x, n * sizeof *x, y, n * sizeof *y);
  x = dnn_test_get (test, "dx", &n);
  y = dnn_test_get (test, "dy", &n);
  g_assert_cmpmem (x, n * sizeof *x, y, n * sizeof *y);
}

/* --- distributions ------------------------------------------------------- */

enum { DRAWS = 4000 };

/* y of 4,000 pictures of these sizes, the same each. */
static const float *
draw (DnnTest *test, const float *picture, size_t size)
{
  g_autofree float *x = g_new (float, DRAWS *size);
  size_t n;

  for (size_t i = 0; i < DRAWS; i++)
    memcpy (x + i * size, picture, size * sizeof *x);
  dnn_test_set (test, "x", x, DRAWS * size);
  dnn_test_forward (test);
  return dnn_test_get (test, "y", &n);
}

/* Within four standard errors of what is meant. */
static void
assert_share (size_t n, double share)
{
  g_assert_cmpfloat_with_epsilon ((double) n / DRAWS, share,
                                  4 * sqrt (share * (1 - share) / DRAWS));
}

static void
test_flip_ways (void)
{
  static const float ways[4][4] = {
    { 1, 2, 3, 4 }, { 2, 1, 4, 3 }, { 3, 4, 1, 2 }, { 4, 3, 2, 1 }
  };
  g_autoptr (DnnTest) flip = dnn_test_layer ("random_flip", "", DRAWS, 2, 2, 1);
  const float *y = draw (flip, ways[0], 4);
  size_t n[4] = { 0 };

  g_test_summary ("Both axes by themselves: a quarter of pictures each way");

  for (size_t i = 0; i < DRAWS; i++)
    for (size_t k = 0; k < 4; k++)
      n[k] += memcmp (y + 4 * i, ways[k], sizeof ways[k]) == 0;
  for (size_t k = 0; k < 4; k++)
    assert_share (n[k], 0.25);
}

static void
test_alternating (void)
{
  g_autoptr (DnnTest) flip = dnn_test_layer (
      "random_flip", "mode=horizontal alternating=true", DRAWS, 1, 2, 1);
  const float *y = draw (flip, (const float[]){ 1, 2 }, 2);
  g_autofree float *first = g_memdup2 (y, 2 * DRAWS * sizeof *y);
  size_t n = 0;

  g_test_summary ("Half of the rows in one epoch, the other half in the next");

  dnn_test_epoch (flip, 1, NULL);
  y = draw (flip, (const float[]){ 1, 2 }, 2);

  for (size_t i = 0; i < DRAWS; i++) {
    g_assert_cmpfloat (y[2 * i], ==, first[2 * i + 1]);
    n += y[2 * i] == 2;
  }
  assert_share (n, 0.5);
}

static void
test_translation_range (void)
{
  g_autoptr (DnnTest) layer =
      dnn_test_layer ("random_translation",
                      "height_factor=0 width_factor=0.1,0.3 fill_mode=nearest",
                      DRAWS, 1, 10, 1);
  const float *y = draw (layer, V (0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
  double sum = 0;

  g_test_summary ("Shifts are uniform between the two factors, to the right");

  for (size_t i = 0; i < DRAWS; i++) {
    const double moved = 5 - (double) y[10 * i + 5];

    g_assert_cmpfloat (moved, >=, 1 - 1e-6);
    g_assert_cmpfloat (moved, <=, 3 + 1e-6);
    sum += moved;
  }
  g_assert_cmpfloat_with_epsilon (sum / DRAWS, 2,
                                  4 * 2 / sqrt (12) / sqrt (DRAWS));
}

static void
test_pixels (void)
{
  g_autoptr (DnnTest) layer = dnn_test_layer (
      "random_translation", "pixels=2 fill_mode=mirror", DRAWS, 1, 7, 1);
  const float *y = draw (layer, V (0, 1, 2, 3, 4, 5, 6));
  size_t n[5] = { 0 };

  g_test_summary ("Whole pixels, each shift as often as any other");

  for (size_t i = 0; i < DRAWS; i++) {
    const float moved = 3 - y[7 * i + 3];

    g_assert_cmpfloat (moved, ==, roundf (moved));
    n[(int) moved + 2]++;
  }
  for (size_t k = 0; k < G_N_ELEMENTS (n); k++)
    assert_share (n[k], 0.2);
}

static void
test_contrast_range (void)
{
  g_autoptr (DnnTest) layer = dnn_test_layer (
      "random_contrast", "factor=0.2,0.6 value_range=-9,9", DRAWS, 1, 2, 1);
  const float *y = draw (layer, V (-1, 1));
  double sum = 0;

  g_test_summary ("Factors are uniform between 1 - lower and 1 + upper");

  for (size_t i = 0; i < DRAWS; i++) {
    g_assert_cmpfloat (y[2 * i + 1], >=, 0.8 - 1e-6);
    g_assert_cmpfloat (y[2 * i + 1], <=, 1.6 + 1e-6);
    g_assert_cmpfloat (y[2 * i], ==, -y[2 * i + 1]);
    sum += (double) y[2 * i + 1];
  }
  g_assert_cmpfloat_with_epsilon (sum / DRAWS, 1.2,
                                  4 * 0.8 / sqrt (12) / sqrt (DRAWS));
}

static void
test_crop_corners (void)
{
  g_autoptr (DnnTest) layer =
      dnn_test_layer ("random_crop", "height=1 width=2", DRAWS, 2, 3, 1);
  const float *y = draw (layer, V (0, 1, 2, 3, 4, 5));
  size_t n[6] = { 0 };

  g_test_summary ("Every corner as often as any other, for each sample anew");

  for (size_t i = 0; i < DRAWS; i++) {
    g_assert_cmpfloat (y[2 * i + 1], ==, y[2 * i] + 1);
    n[(int) y[2 * i]]++;
  }
  for (size_t k = 0; k < G_N_ELEMENTS (n); k++)
    if (k % 3 == 2)
      g_assert_cmpuint (n[k], ==, 0);
    else
      assert_share (n[k], 0.25);
}

static void
test_erasing_box (void)
{
  g_autoptr (DnnTest) layer = dnn_test_layer (
      "random_erasing", "factor=1,1 scale=0.25,0.25 fill_value=7", DRAWS, 4, 6,
      1);
  const float picture[24] = { 0 };
  const float *y = draw (layer, picture, 24);

  g_test_summary ("A box of half the height and half the width, somewhere");

  for (size_t i = 0; i < DRAWS; i++, y += 24) {
    size_t n = 0, first = 0;

    for (size_t k = 24; k-- > 0;)
      if (y[k] != 0) {
        g_assert_cmpfloat (y[k], ==, 7);
        first = k;
        n++;
      }
    g_assert_cmpuint (n, ==, 6);
    for (size_t k = 0; k < 6; k++)
      g_assert_cmpfloat (y[first + k / 3 * 6 + k % 3], ==, 7);
  }
}

static void
test_erasing_chance (void)
{
  g_autoptr (DnnTest) layer = dnn_test_layer (
      "random_erasing", "scale=1,1 value_range=0,9", DRAWS, 1, 1, 3);
  const float *y = draw (layer, V (-1, -1, -1));
  size_t erased = 0, whole = 0, dark = 0;

  g_test_summary ("factor=1 erases half of the pictures, as Keras does, with "
                  "noise kept in the range");

  for (size_t i = 0; i < DRAWS; i++, y += 3) {
    const bool is_kept = y[0] == -1 && y[1] == -1 && y[2] == -1;

    whole += is_kept;
    erased += !is_kept && y[0] >= 0 && y[1] >= 0 && y[2] >= 0;
    dark += !is_kept && y[0] == 0;
  }
  g_assert_cmpuint (whole + erased, ==, DRAWS);
  assert_share (erased, 0.5);
  assert_share (dark, 0.25);
}

/* --- together ------------------------------------------------------------ */

static void
test_one_pass (void)
{
  /* A square moves by whole pixels: nothing is lost on the way. */
  g_autoptr (DnnTest) one = dnn_test_layer (
      "random_affine",
      "height_factor=0.25,0.25 width_factor=-0.5,-0.5 factor=0.25,0.25 "
      "fill_mode=wrap",
      2, 4, 4, 3);
  g_autoptr (DnnTest) two = dnn_test_layer (
      "random_translation",
      "height_factor=0.25,0.25 width_factor=-0.5,-0.5 fill_mode=wrap ! "
      "random_rotation factor=0.25,0.25 fill_mode=wrap",
      2, 4, 4, 3);
  size_t n;

  g_test_summary ("One pass is what the layers of the parts do in this order");

  dnn_test_randomize (one, 5);
  dnn_test_randomize (two, 5);
  dnn_test_forward (one);
  dnn_test_forward (two);

  dnn_test_get (two, "y", &n);
  dnn_test_assert (one, "y", dnn_test_get (two, "y", &n), n);
}

static void
test_gradients (void)
{
  g_autoptr (DnnTest) test = dnn_test_layer (
      "random_affine",
      "mode=horizontal_and_vertical height_factor=0.3 width_factor=0.2 "
      "factor=0.2 height_zoom=0.3 width_zoom=0.1 fill_mode=constant",
      3, 4, 5, 2);

  g_test_summary ("Every pixel's gradient goes to those it was made of");

  dnn_test_randomize (test, 8);

  dnn_test_assert_gradients (test);
}

static void
test_rejects (void)
{
  static const struct {
    const char *type;
    const char *params;
    int code;
  } rows[] = {
    { "random_affine", "", DNN_ERROR_SHAPE },
    { "random_rotation", "", DNN_ERROR_SHAPE },
    { "random_rotation", "factor=0.1,0.2,0.3", DNN_ERROR_SHAPE },
    { "random_rotation", "factor=2", DNN_ERROR_PARAM },
    { "random_flip", "mode=sideways", DNN_ERROR_PARAM },
    { "random_zoom", "height_factor=0.1 fill_mode=grey", DNN_ERROR_PARAM },
    { "random_contrast", "factor=0.1 value_range=1,0", DNN_ERROR_SHAPE },
    { "random_brightness", "factor=0.1 value_range=1", DNN_ERROR_SHAPE },
    { "random_erasing", "fill_value=1,2,3", DNN_ERROR_SHAPE },
    { "random_crop", "height=2", DNN_ERROR_PARAM },
  };
  const DnnShape x = DNN_SHAPE (2, 4, 4, 2);

  g_test_summary ("Mistakes have a code, and name the layer");

  for (size_t i = 0; i < G_N_ELEMENTS (rows); i++)
    dnn_test_assert_rejects (rows[i].type, rows[i].params, rows[i].code, x);
  dnn_test_assert_rejects ("random_flip", "", DNN_ERROR_SHAPE,
                           DNN_SHAPE (2, 16));
}

int
main (int argc, char *argv[])
{
  static const struct {
    const char *name;
    void (*test) (gconstpointer data);
  } all[] = { { "rows", test_rows },
              { "epochs", test_epochs },
              { "inference", test_inference } };

  g_test_init (&argc, &argv, NULL);

  for (size_t j = 0; j < G_N_ELEMENTS (all); j++)
    for (size_t i = 0; i < G_N_ELEMENTS (layers); i++) {
      g_autofree char *path =
          g_strdup_printf ("/augment/%s/%s", all[j].name, layers[i].name);

      if (all[j].test != test_inference || strcmp (layers[i].name, "crop") != 0)
        g_test_add_data_func (path, &layers[i], all[j].test);
    }
  g_test_add_func ("/augment/flip-ways", test_flip_ways);
  g_test_add_func ("/augment/flip-alternating", test_alternating);
  g_test_add_func ("/augment/translation-range", test_translation_range);
  g_test_add_func ("/augment/translation-pixels", test_pixels);
  g_test_add_func ("/augment/contrast-range", test_contrast_range);
  g_test_add_func ("/augment/crop-corners", test_crop_corners);
  g_test_add_func ("/augment/erasing-box", test_erasing_box);
  g_test_add_func ("/augment/erasing-chance", test_erasing_chance);
  g_test_add_func ("/augment/one-pass", test_one_pass);
  g_test_add_func ("/augment/gradients", test_gradients);
  g_test_add_func ("/augment/rejects", test_rejects);

  return g_test_run ();
}
