/* dnn-data-source.c - finds the files of a data set */
#include "dnn-data-source.h"

#include "dnn-file-names.h"
#include "dnn-param.h"
#include "dnn-parse.h"
#include "dnn-sources.h"
#include "dnn-suggest.h"

#include <string.h>

static const DnnParam params[] = {
  DNN_ROW (DnnDataSettings, dataset, NULL, DNN_PARAM_TEXT, 0, "", 0, 0, "",
           "a data set by name", NULL),
  DNN_ROW (DnnDataSettings, inputs, NULL, DNN_PARAM_TEXT, 0, "", 0, 0, "",
           "file of the inputs", NULL),
  DNN_ROW (DnnDataSettings, targets, NULL, DNN_PARAM_TEXT, 0, "", 0, 0, "",
           "file of the targets", NULL),
  DNN_ROW (DnnDataSettings, weights, NULL, DNN_PARAM_TEXT, 0, "", 0, 0, "",
           "file of the weights of the inputs' rows in the loss", NULL),
  DNN_ROW (DnnDataSettings, validation_inputs, NULL, DNN_PARAM_TEXT, 0, "", 0,
           0, "", "file of the validation inputs", NULL),
  DNN_ROW (DnnDataSettings, validation_targets, NULL, DNN_PARAM_TEXT, 0, "", 0,
           0, "", "file of the validation targets", NULL),
  DNN_ROW (DnnDataSettings, test_inputs, NULL, DNN_PARAM_TEXT, 0, "", 0, 0, "",
           "file of the test inputs", NULL),
  DNN_ROW (DnnDataSettings, test_targets, NULL, DNN_PARAM_TEXT, 0, "", 0, 0, "",
           "file of the test targets", NULL),
  DNN_ENUM (DnnDataSettings, format, "auto", "auto idx npy npz csv",
            "format of the files; auto: their first bytes and name tell"),
  DNN_ROW (DnnDataSettings, target, NULL, DNN_PARAM_TEXT, 0, "", 0, 0, "",
           "column of a table that is the target; the last if none", NULL),
  DNN_ROW (DnnDataSettings, ignore_columns, NULL, DNN_PARAM_TEXT, 0, "", 0, 0,
           "", "columns of a table that are left out", NULL),
  DNN_ENUM (DnnDataSettings, header, "auto", "auto true false",
            "whether the first line of a table has names"),
  DNN_ENUM (DnnDataSettings, missing, "refuse", "refuse skip fill",
            "what becomes of rows of a table with an empty cell"),
  DNN_BOOL (DnnDataSettings, missing_flags, "false",
            "a column of 0 and 1 beside each that has empty cells"),
  DNN_ROW (DnnDataSettings, categories, NULL, DNN_PARAM_TEXT, 0, "auto", 0, 0,
           "", "columns of words: auto, none, or which", NULL),
  DNN_ROW (DnnDataSettings, weight_column, NULL, DNN_PARAM_TEXT, 0, "", 0, 0,
           "", "column of a table that has the weight of each row", NULL),
  DNN_ROW (DnnDataSettings, time, NULL, DNN_PARAM_TEXT, 0, "", 0, 0, "",
           "column of a table by which rows are split, the latest last", NULL),
  DNN_ROW (DnnDataSettings, group, NULL, DNN_PARAM_TEXT, 0, "", 0, 0, "",
           "column of a table: rows of one value are never parted", NULL),
  DNN_ROW (DnnDataSettings, memory_limit, NULL, DNN_PARAM_TEXT, 0, "", 0, 0, "",
           "bytes of memory, with K, M or G; half of them are for rows", NULL),
  DNN_INT (DnnDataSettings, validation_first, "0", 0, 1e15, "rows",
           "this many of the first rows validate"),
  DNN_FLOAT (DnnDataSettings, validation_split, "0", 0, 1, "",
             "this share of the rows validates"),
  DNN_FLOAT (DnnDataSettings, test_split, "0", 0, 1, "",
             "this share of the rows is kept for testing"),
  DNN_INT (DnnDataSettings, folds, "0", 0, 10000, "",
           "parts, one of which validates; 0: none"),
  DNN_INT (DnnDataSettings, fold, "1", 1, 10000, "", "which of the folds"),
  DNN_ENUM (DnnDataSettings, split, "last", "last random stratified time",
            "which rows validate and test"),
  DNN_INT (DnnDataSettings, split_seed, "1", 0, 1e15, "",
           "of the random numbers of a split"),
  DNN_FLOAT (DnnDataSettings, scale, "1", -1e30, 1e30, "",
             "what inputs are multiplied by"),
  DNN_BOOL (DnnDataSettings, standardize, "false",
            "mean 0 and deviation 1, by the training rows"),
  DNN_INT (DnnDataSettings, discretize, "0", 0, 1e6, "bins",
           "numbers to bins that the training rows fill alike; 0: none"),
  DNN_FLOAT (DnnDataSettings, discretize_epsilon, "0.01", 1e-6, 1, "share",
             "how exact the boundaries of these bins are"),
  DNN_ROW (DnnDataSettings, augment, NULL, DNN_PARAM_TEXT, 0, "", 0, 0, "",
           "layers that change training rows, as random_flip ! random_zoom",
           NULL),
  DNN_INTS (DnnDataSettings, image_size, "", 1, 1 << 14, "pixels",
            "height and width that pictures get, or one number for both"),
  DNN_ENUM (
      DnnDataSettings, channels, "auto", "auto 1 3 4",
      "of pictures: 1 gray, 3 RGB, 4 with alpha; auto: 1 if all are gray, "
      "else 3"),
  DNN_ENUM (DnnDataSettings, resize, "stretch", "stretch crop pad",
            "how pictures come to image_size"),
  DNN_BOOL (DnnDataSettings, standardize_targets, "false",
            "the same of targets; predictions are in the file's units"),
  DNN_INTS (DnnDataSettings, keep_classes, "", 0, 1e9, "",
            "only these classes, numbered anew in this order"),
  DNN_INT (DnnDataSettings, positive_class, "-1", -1, 1e9, "",
           "targets become 1 for this class and 0 for others; -1: off"),
  DNN_ROW (DnnDataSettings, class_names, NULL, DNN_PARAM_TEXT, 0, "", 0, 0, "",
           "names of the classes, in order", NULL),
  DNN_INT (DnnDataSettings, train_limit, "0", 0, 1e15, "rows",
           "only this many training rows; 0: all"),
};

static const DnnPlugin table = {
  .name = "data",
  .self_size = sizeof (DnnDataSettings),
  .params = params,
  .n_params = G_N_ELEMENTS (params),
  .param_stride = sizeof params[0],
};

/* A data set known by name. */
typedef struct {
  const char *name;
  const char *folder; /* below DNN_DATA_DIR, or the system's */
  const char *train_inputs, *train_targets; /* targets NULL: in the inputs */
  const char *test_inputs, *test_targets;
  const char *class_names;
  const char *remedy; /* where there is none */
} Known;

static const Known known[] = {
  {
      "fashion-mnist",
      "fashion-mnist",
      "train-images-idx3-ubyte",
      "train-labels-idx1-ubyte",
      "t10k-images-idx3-ubyte",
      "t10k-labels-idx1-ubyte",
      "T-shirt/top,Trouser,Pullover,Dress,Coat,Sandal,Shirt,Sneaker,Bag,Ankle "
      "boot",
      "install Debian's package dataset-fashion-mnist, or set DNN_DATA_DIR to "
      "the folder that holds its four files",
  },
  {
      "cifar-10",
      "cifar-10-batches-bin",
      "data_batch_*.bin",
      NULL,
      "test_batch.bin",
      NULL,
      "airplane,automobile,bird,cat,deer,dog,frog,horse,ship,truck",
      "set DNN_DATA_DIR to the folder that holds its six .bin files, of the "
      "archive cifar-10-binary.tar.gz",
  },
};

static const char *const system_folders[] = {
  "/usr/share/datasets",
  "/usr/local/share/datasets",
};

void
dnn_data_source_free (DnnDataSource *self)
{
  if (self == NULL)
    return;
  g_free (self->train.inputs);
  g_free (self->train.targets);
  g_free (self->validation.inputs);
  g_free (self->validation.targets);
  g_free (self->test.inputs);
  g_free (self->test.targets);
  g_free (self);
}

/* --- data sets by name --------------------------------------------------- */

/* True if the folder has a file of a name like that. */
static bool
has_file_like (const char *folder, const char *pattern)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_pattern_match_simple (pattern, name))
      return true;
  return false;
}

/* FOLDER/FILE or FOLDER/FILE.gz, or NULL. */
static char *
find_file (const char *folder, const char *file)
{
  char *path = g_build_filename (folder, file, NULL);
  char *packed;

  if (strchr (file, '*') != NULL && has_file_like (folder, file))
    return path;
  if (g_file_test (path, G_FILE_TEST_IS_REGULAR))
    return path;
  packed = g_strconcat (path, ".gz", NULL);
  g_free (path);
  if (g_file_test (packed, G_FILE_TEST_IS_REGULAR))
    return packed;
  g_free (packed);
  return NULL;
}

/* Finds one file of the set; true: it is there, or there is none to find. */
static bool
find_part (char **ret_path, const char *folder, const char *file)
{
  *ret_path = file != NULL ? find_file (folder, file) : NULL;
  return file == NULL || *ret_path != NULL;
}

static bool
find_in (DnnDataSource *self, const Known *set, const char *folder)
{
  DnnDataFiles *train = &self->train, *test = &self->test;
  const bool found[] = {
    find_part (&train->inputs, folder, set->train_inputs),
    find_part (&train->targets, folder, set->train_targets),
    find_part (&test->inputs, folder, set->test_inputs),
    find_part (&test->targets, folder, set->test_targets),
  };

  if (found[0] && found[1] && found[2] && found[3])
    return true;
  g_clear_pointer (&train->inputs, g_free);
  g_clear_pointer (&train->targets, g_free);
  g_clear_pointer (&test->inputs, g_free);
  g_clear_pointer (&test->targets, g_free);
  return false;
}

static bool
find_known (DnnDataSource *self, const Known *set, GError **error)
{
  const char *own = g_getenv ("DNN_DATA_DIR");
  g_autofree char *below =
      own != NULL ? g_build_filename (own, set->folder, NULL) : NULL;

  if (own != NULL && (find_in (self, set, own) || find_in (self, set, below)))
    return true;
  for (size_t i = 0; i < G_N_ELEMENTS (system_folders); i++) {
    g_autofree char *folder =
        g_build_filename (system_folders[i], set->folder, NULL);

    if (find_in (self, set, folder))
      return true;
  }
  g_set_error (error, DNN_ERROR, DNN_ERROR_DATA,
               "data set '%s' is not in %s%s%s/%s; %s", set->name,
               own != NULL ? own : "", own != NULL ? " or " : "",
               system_folders[0], set->folder, set->remedy);
  return false;
}

static bool
find_by_name (DnnDataSource *self, GError **error)
{
  const char *names[G_N_ELEMENTS (known) + 1] = { NULL };
  g_autofree char *nearest = NULL;

  for (size_t i = 0; i < G_N_ELEMENTS (known); i++) {
    names[i] = known[i].name;
    if (strcmp (known[i].name, self->settings.dataset) == 0) {
      if (*self->class_names == '\0')
        self->class_names = known[i].class_names;
      return find_known (self, &known[i], error);
    }
  }
  nearest = dnn_suggest (self->settings.dataset, names);
  g_set_error (error, DNN_ERROR, DNN_ERROR_NAME,
               "there is no data set '%s'; %s%s", self->settings.dataset,
               nearest,
               strpbrk (self->settings.dataset, "./") != NULL
                   ? "; a file of data is named by inputs, in a section [data]"
                   : "");
  return false;
}

/* --- files by name ------------------------------------------------------- */

/* One of the two, and what was named cannot have both. */
static void
set_alone (const char *inputs, const char *targets, const char *prefix,
           GError **error)
{
  const char *name = *inputs != '\0' ? inputs : targets;
  const bool quoted = strpbrk (name, "'\"") != NULL;

  if (!dnn_file_check_name (name, error))
    return;
  g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
               "%sinputs and %stargets must be given together: '%s' %s", prefix,
               prefix, name,
               *inputs == '\0' ? "is targets alone"
               : quoted ? "has quotes, and names of files are written without"
                        : "is no table (.csv, .tsv, .txt) and no .npz, which "
                          "hold both");
}

static bool
take_files (DnnDataFiles *files, const DnnDataSettings *settings,
            const char *inputs, const char *targets, const char *prefix,
            GError **error)
{
  const bool both =
      *targets == '\0' && *inputs != '\0' &&
      dnn_source_find_opener (inputs)->holds_both (inputs, settings);

  if (!both && (*inputs == '\0') != (*targets == '\0')) {
    set_alone (inputs, targets, prefix, error);
    return false;
  }
  if (*inputs == '\0')
    return true;
  g_free (files->inputs);
  g_free (files->targets);
  files->inputs = g_strdup (inputs);
  files->targets = both ? NULL : g_strdup (targets);
  return true;
}

static bool
find_files (DnnDataSource *self, GError **error)
{
  const DnnDataSettings *s = &self->settings;

  if ((*s->dataset != '\0') == (*s->inputs != '\0')) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                 "either dataset, or inputs and targets, must be given%s",
                 *s->dataset != '\0' ? ", not both" : "");
    return false;
  }
  if (*s->dataset != '\0' && !find_by_name (self, error))
    return false;
  return take_files (&self->train, s, s->inputs, s->targets, "", error) &&
         take_files (&self->validation, s, s->validation_inputs,
                     s->validation_targets, "validation_", error) &&
         take_files (&self->test, s, s->test_inputs, s->test_targets, "test_",
                     error);
}

static bool
parse_limit (DnnDataSource *self, GError **error)
{
  if (*self->settings.memory_limit == '\0' ||
      dnn_parse_bytes (self->settings.memory_limit, &self->memory_limit, error))
    return true;
  g_prefix_error (error, "memory_limit ");
  return false;
}

static bool
check_keep (const DnnInts *keep, GError **error)
{
  for (int64_t i = 0; i < keep->n; i++)
    for (int64_t j = 0; j < i; j++)
      if (keep->at[i] == keep->at[j]) {
        g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
                     "keep_classes must name every class once, and "
                     "'%" G_GINT64_FORMAT "' is there twice",
                     keep->at[i]);
        return false;
      }
  return true;
}

bool
dnn_data_settings_parse (const DnnSpec *section, DnnDataSettings *ret_settings,
                         GError **error)
{
  if (!dnn_param_apply (&table, section, NULL, ret_settings, error))
    return false;
  if (ret_settings->scale != 0)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_PARAM,
               "[data] scale '0' would make every input 0; it must be another "
               "number, as 1/255");
  dnn_error_prefix_place (error, dnn_spec_find (section, "scale")->place);
  return false;
}

DnnDataSource *
dnn_data_source_new (const DnnSpec *section, GError **error)
{
  g_autoptr (DnnDataSource) self = g_new0 (DnnDataSource, 1);

  if (!dnn_data_settings_parse (section, &self->settings, error))
    return NULL;
  self->class_names = self->settings.class_names;
  if (!check_keep (&self->settings.keep_classes, error) ||
      !parse_limit (self, error) || !find_files (self, error)) {
    g_prefix_error (error, "[data] ");
    dnn_error_prefix_place (error, section->place);
    return NULL;
  }
  return g_steal_pointer (&self);
}
