/* test-torch-file.c - files that torch.save wrote, and pickles that harm */
#include "dnn-pickle.h"
#include "dnn-torch-file.h"
#include "dnn-zip-file.h"
#include "foreign/foreign-files.h"

static DnnTorchFile *
load (const char *name)
{
  g_autofree char *path = golden_path (name);
  g_autoptr (GError) error = NULL;
  DnnTorchFile *file = dnn_torch_file_read (path, &error);

  g_assert_no_error (error);
  return file;
}

typedef struct Pair {
  const char *file, *twin;
} Pair;

static const Pair pairs[] = {
  { "state.pth", "state.safetensors" },
  { "state-old.pth", "state.safetensors" },
  { "state-protocol-4.pth", "state.safetensors" },
  { "checkpoint.pth", "checkpoint.safetensors" },
  { "checkpoint-old.pth", "checkpoint.safetensors" },
};

static void
test_values (const void *data)
{
  const Pair *pair = data;
  g_autoptr (DnnTorchFile) file = load (pair->file);
  g_autofree char *path = golden_path (pair->twin);
  g_autoptr (DnnSafetensors) twin = dnn_safetensors_read (path, NULL);

  g_test_summary ("Types, strides and numbers as PyTorch has them, to the bit");

  g_assert_cmpuint (dnn_torch_file_count (file), ==,
                    dnn_safetensors_count (twin));
  for (size_t i = 0; i < dnn_safetensors_count (twin); i++) {
    const DnnNamedTensor *wanted = dnn_safetensors_at (twin, i);

    assert_same_tensor (dnn_torch_file_find (file, wanted->name), wanted);
  }
}

static void
test_order (void)
{
  g_autoptr (DnnTorchFile) file = load ("state.pth");

  g_test_summary ("Tensors come in the order of the state dict");

  g_assert_cmpstr (dnn_torch_file_at (file, 0)->name, ==, "0.weight");
  g_assert_cmpstr (dnn_torch_file_at (file, 1)->name, ==, "0.bias");
  g_assert_null (dnn_torch_file_find (file, "0"));
}

static void
test_whole_network (void)
{
  g_autoptr (GBytes) bytes = golden_bytes ("network.pth");
  g_autoptr (GError) error = NULL;

  g_test_summary ("A pickled network needs code, and is refused by its class");

  g_assert_null (dnn_torch_file_parse ("n", bytes, &error));

  dnn_assert_error (error, DNN_ERROR_FORMAT,
                    "'torch.nn.modules.container.Sequential'");
}

static void
test_truncated (const void *data)
{
  const Pair *pair = data;
  g_autoptr (GBytes) whole = golden_bytes (pair->file);
  const size_t n = g_bytes_get_size (whole);

  g_test_summary ("A file cut anywhere is refused");

  for (size_t i = 0; i < n; i++) {
    g_autoptr (GBytes) part = g_bytes_new (g_bytes_get_data (whole, NULL), i);
    g_autoptr (GError) error = NULL;

    g_assert_null (dnn_torch_file_parse ("n", part, &error));
    g_assert_error (error, DNN_ERROR, DNN_ERROR_FORMAT);
  }
}

/* --- pickles ------------------------------------------------------------- */

typedef struct Row {
  const char *label;
  const char *pickle;
  size_t n;
  const char *piece;
} Row;

#define P(s) (s), sizeof (s) - 1
/* A tensor of 2 floats: offset, sizes and strides follow, then END. */
#define STORAGE(n)                                                             \
  "((X\7\0\0\0storagectorch\nFloatStorage\nX\1\0\0\0"                          \
  "0X\3\0\0\0cpuK" n "tQ"
#define TENSOR "\x80\2}X\1\0\0\0wctorch._utils\n_rebuild_tensor_v2\n"
#define END    "\x89}tRs."

static const Row pickles[] = {
  { "empty", P (""), "'1' bytes follow, it says, and there are 0" },
  { "no-value", P ("\x80\2."), "ends with '0' values" },
  { "two-values", P ("\x80\2NN."), "ends with '2' values" },
  { "mark-left", P ("\x80\2N(."), "ends with '1' values" },
  { "protocol-0", P ("\x80\0N."), "protocol is '0'" },
  { "protocol-6", P ("\x80\6N."), "protocol is '6'" },
  { "opcode-unknown", P ("\x80\2\xff."), "opcode '0xff'" },
  { "opcode-newobj", P ("\x80\2)\x81."), "opcode '0x81'" },
  { "opcode-inst", P ("\x80\2(ios\nsystem\n."), "opcode '0x69'" },
  { "opcode-extension", P ("\x80\2\x82\1."), "opcode '0x82'" },
  { "os-system", P ("\x80\2cos\nsystem\nX\2\0\0\0id\x85R."), "'os.system'" },
  { "os-system-posix", P ("\x80\2cposix\nsystem\n."), "'posix.system'" },
  { "os-system-stack", P ("\x80\4\x8c\2os\x8c\6system\x93."), "'os.system'" },
  { "eval", P ("\x80\2c__builtin__\neval\n."), "'__builtin__.eval'" },
  { "name-dotted", P ("\x80\4\x8c\5torch\x8c\10os.popen\x93."),
    "'torch.os.popen'" },
  { "name-without-end", P ("\x80\2ctorch\nFloat"), "a name has no end" },
  { "name-of-numbers", P ("\x80\4K\1K\2\x93."), "must be two texts" },
  { "call-of-text", P ("\x80\2X\2\0\0\0os)R."), "a str is called" },
  { "call-with-list", P ("\x80\2ctorch\nSize\n]R."), "called with a list" },
  { "text-beyond",
    P ("\x80\2X\xff\xff\xff\xff"
       "a."),
    "'4294967295' bytes" },
  { "text-far-beyond", P ("\x80\4\x8d\xff\xff\xff\xff\xff\xff\xff\xff."),
    "'18446744073709551615' bytes" },
  { "text-zero", P ("\x80\2X\3\0\0\0a\0b."), "zero byte" },
  { "long-beyond", P ("\x80\2\x8b\xff\xff\xff\x7f."), "bytes follow" },
  { "get-nothing", P ("\x80\2h\5."), "under '5'" },
  { "put-nothing", P ("\x80\2q\5."), "needs 1 values" },
  { "no-mark", P ("\x80\2Nt."), "no mark" },
  { "below-mark", P ("\x80\2]N(a."), "needs 2 values" },
  { "append-to-dict", P ("\x80\2}Na."), "put in a dict" },
  { "set-in-list", P ("\x80\2]NNs."), "put in a list" },
  { "key-alone", P ("\x80\2}(Nu."), "has no value" },
  { "build-of-list", P ("\x80\2]}b."), "attributes are set of a list" },
  { "dict-of-number", P ("\x80\2ccollections\nOrderedDict\n]K\1a\x85R."),
    "must be pairs" },
  { "no-tensors", P ("\x80\2}."), "has no tensors" },
  { "holds-itself", P ("\x80\2]q\0h\0a."), "nested deeper" },
  { "key-of-list", P ("\x80\2}]Ns."), "is a list; it must be a text" },
  { "tensor-bare", P (TENSOR ")Rs."), "must have a storage" },
  { "tensor-no-storage", P (TENSOR "(NK\0K\2\x85K\1\x85" END), "not in None" },
  { "tensor-offset", P (TENSOR STORAGE ("\2") "K\1K\2\x85K\1\x85" END),
    "beyond its storage" },
  { "tensor-sizes", P (TENSOR STORAGE ("\2") "K\0K\3\x85K\1\x85" END),
    "beyond its storage" },
  { "tensor-strides", P (TENSOR STORAGE ("\2") "K\0K\2\x85K\2\x85" END),
    "beyond its storage" },
  { "tensor-strides-wrap",
    P (TENSOR STORAGE ("\2") "K\0K\3\x85\x8a\10\0\0\0\0\0\0\0\x7f\x85" END),
    "beyond its storage" },
  { "tensor-offset-negative",
    P (TENSOR STORAGE ("\2") "J\xff\xff\xff\xffK\2\x85K\1\x85" END),
    "an offset" },
  { "tensor-size-negative",
    P (TENSOR STORAGE ("\2") "K\0J\xff\xff\xff\xff\x85K\1\x85" END),
    "from 0 up, not '-1'" },
  { "tensor-stride-negative",
    P (TENSOR STORAGE ("\2") "K\1K\2\x85J\xff\xff\xff\xff\x85" END),
    "from 0 up, not '-1'" },
  { "tensor-strides-few", P (TENSOR STORAGE ("\2") "K\0K\1K\2\x86K\1\x85" END),
    "'1' strides" },
  { "tensor-storage-larger", P (TENSOR STORAGE ("\3") "K\0K\3\x85K\1\x85" END),
    "has 8 bytes" },
  { "tensor-expanded",
    P (TENSOR STORAGE ("\2") "K\0J\xff\xff\xff\x7f\x85K\0\x85" END),
    "60 MiB and four times" },
  { "tensor-twice",
    P ("\x80\2}(X\1\0\0\0wctorch._utils\n_rebuild_tensor_v2\n" STORAGE (
        "\2") "K\0K\2\x85K\1\x85\x89}tRq\0X\1\0\0\0wh\0u."),
    "'w' twice" },
};

/* An archive with that pickle and one storage of two floats. */
static GBytes *
make_archive (const void *pickle, size_t n)
{
  const DnnZipMember members[] = { { "a/data.pkl", ZIP_CM_STORE, pickle, n },
                                   { "a/data/0", ZIP_CM_STORE, "12345678",
                                     8 } };

  return dnn_zip_file_make (members, G_N_ELEMENTS (members));
}

static void
test_pickle (const void *data)
{
  const Row *row = data;
  g_autoptr (GBytes) bytes = make_archive (row->pickle, row->n);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A pickle that asks for more than data is refused");

  g_assert_null (dnn_torch_file_parse ("f.pth", bytes, &error));

  dnn_assert_error (error, DNN_ERROR_FORMAT, row->piece);
  g_assert_true (g_str_has_prefix (error->message, "f.pth: "));
  g_assert_false (g_str_has_suffix (error->message, "."));
}

static void
test_good_pickle (void)
{
  static const char pickle[] = TENSOR STORAGE ("\2") "K\0K\2\x85K\1\x85" END;
  g_autoptr (GBytes) bytes = make_archive (pickle, sizeof pickle - 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnTorchFile) file = dnn_torch_file_parse ("f", bytes, &error);

  g_test_summary ("What the rows spoil is read as it should be");

  g_assert_no_error (error);
  g_assert_cmpmem (dnn_torch_file_find (file, "w")->data, 8, "12345678", 8);
}

static void
test_shared_lists (void)
{
  g_autoptr (GByteArray) pickle = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Lists of lists that double at each level end soon");

  g_byte_array_append (pickle, (const uint8_t *) "\x80\2]", 3);
  for (uint8_t i = 0; i < 30; i++) {
    const uint8_t level[] = { 'q', i, 'h', i, 0x86 }; /* (a, a) */

    g_byte_array_append (pickle, level, sizeof level);
  }
  g_byte_array_append (pickle, (const uint8_t *) ".", 1);
  bytes = make_archive (pickle->data, pickle->len);

  g_assert_null (dnn_torch_file_parse ("f", bytes, &error));

  dnn_assert_error (error, DNN_ERROR_FORMAT, "or too often");
}

static void
test_numbers (void)
{
  static const char data[] = "\x80\2(K\xffM\1\2J\xfe\xff\xff\xff\x8a\0\x8a\1"
                             "\x80\x8a\3\0\0\1G\xbf\xf8\0\0\0\0\0\0t.";
  static const int64_t wanted[] = { 255, 513, -2, 0, -128, 65536 };
  static const char *const names[] = { NULL };
  g_autoptr (GBytes) bytes = g_bytes_new_static (data, sizeof data - 1);
  g_autoptr (DnnForeignFile) file = dnn_foreign_file_new ("f", bytes);
  g_autoptr (GError) error = NULL;
  DnnPickle pickle = { 0 };

  g_test_summary ("Integers of each width, and floats");

  g_assert_true (
      dnn_pickle_read (file, names, data, sizeof data - 1, &pickle, &error));

  g_assert_no_error (error);
  g_assert_cmpuint (pickle.value->n, ==, 7);
  for (size_t i = 0; i < G_N_ELEMENTS (wanted); i++)
    g_assert_cmpint (pickle.value->items[i]->integer, ==, wanted[i]);
  g_assert_cmpfloat (pickle.value->items[6]->number, ==, -1.5);
  g_assert_cmpuint (pickle.size, ==, sizeof data - 1);
}

static void
test_not_torch (void)
{
  static const char *const files[] = { "", "P", "PK\3\4", "\x80\2N.", "text" };

  g_test_summary ("Other files are refused by a sentence");

  for (size_t i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autoptr (GBytes) bytes = g_bytes_new (files[i], strlen (files[i]));
    g_autoptr (GError) error = NULL;

    g_assert_null (dnn_torch_file_parse ("f", bytes, &error));
    g_assert_error (error, DNN_ERROR, DNN_ERROR_FORMAT);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (pairs); i++) {
    dnn_add_row ("/torch-file/values", pairs[i].file, &pairs[i], test_values);
    dnn_add_row ("/torch-file/truncated", pairs[i].file, &pairs[i],
                 test_truncated);
  }
  for (size_t i = 0; i < G_N_ELEMENTS (pickles); i++)
    dnn_add_row ("/torch-file/pickle", pickles[i].label, &pickles[i],
                 test_pickle);
  g_test_add_func ("/torch-file/order", test_order);
  g_test_add_func ("/torch-file/whole-network", test_whole_network);
  g_test_add_func ("/torch-file/good-pickle", test_good_pickle);
  g_test_add_func ("/torch-file/shared-lists", test_shared_lists);
  g_test_add_func ("/torch-file/numbers", test_numbers);
  g_test_add_func ("/torch-file/not-torch", test_not_torch);

  return g_test_run ();
}
