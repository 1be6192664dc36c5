/* dnn-onnx-tensor.c - raw, typed and external data as arrays */
#include "dnn-onnx-tensor.h"

#include "dnn-array.h"
#include "dnn-onnx-private.h"
#include "dnn-shape.h"

#include <string.h>

static const struct {
  const char *name;
  bool is_array; /* some DnnDtype holds it */
  DnnDtype dtype;
  size_t size; /* of an element in the file */
} types[] = {
  [DNN_ONNX_UNDEFINED] = { .name = "undefined" },
  [DNN_ONNX_FLOAT] = { "float", true, DNN_FLOAT32, 4 },
  [DNN_ONNX_UINT8] = { "uint8", true, DNN_UINT8, 1 },
  [DNN_ONNX_INT8] = { "int8", true, DNN_INT8, 1 },
  [DNN_ONNX_UINT16] = { "uint16", true, DNN_UINT16, 2 },
  [DNN_ONNX_INT16] = { "int16", true, DNN_INT16, 2 },
  [DNN_ONNX_INT32] = { "int32", true, DNN_INT32, 4 },
  [DNN_ONNX_INT64] = { "int64", true, DNN_INT64, 8 },
  [DNN_ONNX_STRING] = { .name = "string" },
  [DNN_ONNX_BOOL] = { "bool", true, DNN_BOOL8, 1 },
  [DNN_ONNX_FLOAT16] = { "float16", true, DNN_FLOAT16, 2 },
  [DNN_ONNX_DOUBLE] = { "double", true, DNN_FLOAT64, 8 },
  [DNN_ONNX_UINT32] = { "uint32", true, DNN_UINT32, 4 },
  [DNN_ONNX_UINT64] = { "uint64", true, DNN_UINT64, 8 },
  [DNN_ONNX_COMPLEX64] = { .name = "complex64" },
  [DNN_ONNX_COMPLEX128] = { .name = "complex128" },
  [DNN_ONNX_BFLOAT16] = { "bfloat16", true, DNN_FLOAT32, 2 },
  { .name = "float8e4m3fn" },
  { .name = "float8e4m3fnuz" },
  { .name = "float8e5m2" },
  { .name = "float8e5m2fnuz" },
  { .name = "uint4" },
  { .name = "int4" },
  { .name = "float4e2m1" },
  { .name = "float8e8m0" },
};

typedef struct External {
  const char *location, *checksum; /* NULL: not given */
  uint64_t offset, length;
  bool has_length;
} External;

/* Another file that data lie in. */
typedef struct Other {
  GBytes *bytes; /* kept by the file */
  char *sum;     /* SHA-1, once somebody has asked for it */
} Other;

/* Where the data of one tensor come from. */
typedef struct Source {
  DnnOnnxTensorFields *fields;
  DnnForeignFile *file;
  size_t n;    /* elements */
  size_t size; /* bytes in the file */
} Source;

const char *
dnn_onnx_type_name (int64_t type)
{
  return type >= 0 && (size_t) type < G_N_ELEMENTS (types) ? types[type].name
                                                           : "a later type";
}

bool
dnn_onnx_type_to_dtype (int64_t type, DnnDtype *ret_dtype)
{
  if (type < 0 || (size_t) type >= G_N_ELEMENTS (types) ||
      !types[type].is_array)
    return false;
  *ret_dtype = types[type].dtype;
  return true;
}

DnnOnnxType
dnn_onnx_type_of (DnnDtype dtype)
{
  size_t type = DNN_ONNX_FLOAT;

  /* float comes before bfloat16, which becomes it */
  while (type < G_N_ELEMENTS (types) &&
         !(types[type].is_array && types[type].dtype == dtype))
    type++;
  return type < G_N_ELEMENTS (types) ? (DnnOnnxType) type : DNN_ONNX_UNDEFINED;
}

static bool fail (const Source *self, GError **error, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

static bool
fail (const Source *self, GError **error, const char *format, ...)
{
  g_autofree char *sentence = NULL;
  va_list args;

  va_start (args, format);
  sentence = g_strdup_vprintf (format, args);
  va_end (args);
  return dnn_foreign_file_fail (self->file, error, "tensor '%s': %s",
                                self->fields->name, sentence);
}

/* --- data in other files ------------------------------------------------- */

static bool
read_number (const Source *self, const DnnOnnxText *entry, uint64_t *ret_number,
             GError **error)
{
  return g_ascii_string_to_unsigned (entry->value, 10, 0, INT64_MAX, ret_number,
                                     NULL) ||
         fail (self, error, "its %s must be a number of bytes, not '%s'",
               entry->key, entry->value);
}

static bool
read_external (const Source *self, External *ret_external, GError **error)
{
  const DnnOnnxTensorFields *fields = self->fields;

  for (size_t i = 0; i < fields->n_external; i++) {
    const DnnOnnxText *entry = fields->external[i];

    if (strcmp (entry->key, "location") == 0)
      ret_external->location = entry->value;
    else if (strcmp (entry->key, "checksum") == 0)
      ret_external->checksum = entry->value;
    else if (strcmp (entry->key, "offset") == 0) {
      if (!read_number (self, entry, &ret_external->offset, error))
        return false;
    } else if (strcmp (entry->key, "length") == 0) {
      ret_external->has_length = true;
      if (!read_number (self, entry, &ret_external->length, error))
        return false;
    }
  }
  return ret_external->location != NULL ||
         fail (self, error,
               "its data lie in another file, and no 'location' "
               "says in which");
}

static Other *
map_other (const Source *self, const char *location, const char *folder,
           GHashTable *others, GError **error)
{
  Other *other;

  if (folder == NULL) {
    fail (self, error,
          "its data lie in the file '%s', and only a model that is a file "
          "itself may have such",
          location);
    return NULL;
  }
  other = g_hash_table_lookup (others, location);
  if (other != NULL)
    return other;
  other = dnn_foreign_file_take (self->file, sizeof *other, error);
  if (other == NULL)
    return NULL;
  other->bytes =
      dnn_foreign_file_map_below (self->file, folder, location, error);
  if (other->bytes == NULL)
    return NULL;
  dnn_foreign_file_join (self->file, other->bytes);
  g_hash_table_insert (others, (void *) location, other);
  return other;
}

/* Of the whole file, summed once whichever tensors have a checksum. */
static bool
check_sum (const Source *self, const External *external, Other *other,
           GError **error)
{
  if (external->checksum == NULL || *external->checksum == '\0')
    return true;
  if (other->sum == NULL) {
    g_autofree char *sum =
        g_compute_checksum_for_bytes (G_CHECKSUM_SHA1, other->bytes);

    other->sum = dnn_foreign_file_text (self->file, sum, strlen (sum), error);
    if (other->sum == NULL)
      return false;
  }
  return g_ascii_strcasecmp (other->sum, external->checksum) == 0 ||
         fail (self, error,
               "the file '%s' must have the SHA-1 checksum '%s', and has %s",
               external->location, external->checksum, other->sum);
}

static bool
take_external (const Source *self, const char *folder, GHashTable *others,
               const void **ret_data, GError **error)
{
  External external = { 0 };
  Other *other;
  size_t size;

  if (!read_external (self, &external, error))
    return false;
  other = map_other (self, external.location, folder, others, error);
  if (other == NULL)
    return false;
  size = g_bytes_get_size (other->bytes);
  if (external.has_length && external.length != self->size)
    return fail (self, error,
                 "has '%" G_GUINT64_FORMAT "' bytes in '%s', and its shape "
                 "needs %zu",
                 external.length, external.location, self->size);
  if (external.offset > size || self->size > size - external.offset)
    return fail (self, error,
                 "its data end %zu bytes behind byte '%" G_GUINT64_FORMAT
                 "' of '%s', which has %zu",
                 self->size, external.offset, external.location, size);
  if (!check_sum (self, &external, other, error))
    return false;
  *ret_data =
      (const uint8_t *) g_bytes_get_data (other->bytes, NULL) + external.offset;
  return true;
}

/* --- typed data ---------------------------------------------------------- */

/* Numbers of int32_data that are narrower, in their own place. */
static bool
narrow (const Source *self, int64_t least, int64_t most, GError **error)
{
  int32_t *numbers = self->fields->int32s;
  uint8_t *out = (uint8_t *) numbers;
  const size_t size = self->size / MAX (self->n, 1);

  for (size_t i = 0; i < self->n; i++) {
    const int32_t number = numbers[i];
    const uint8_t byte = (uint8_t) number;
    const uint16_t word = (uint16_t) number;

    if (number < least || number > most)
      return fail (self, error, "element %zu is '%d', and %s holds none such",
                   i, number, dnn_onnx_type_name (self->fields->tensor.type));
    memcpy (out + i * size, size == 1 ? (const void *) &byte : &word, size);
  }
  return true;
}

/* Numbers of uint64_data that have 32 bits. */
static bool
narrow_uint64 (const Source *self, GError **error)
{
  int64_t *numbers = self->fields->uint64s;

  for (size_t i = 0; i < self->n; i++) {
    const uint32_t number = (uint32_t) numbers[i];

    if (numbers[i] != (int64_t) number)
      return fail (self, error,
                   "element %zu is '%" G_GUINT64_FORMAT
                   "', and uint32 holds none such",
                   i, (uint64_t) numbers[i]);
    memcpy ((uint8_t *) numbers + i * sizeof number, &number, sizeof number);
  }
  return true;
}

static bool
check_count (const Source *self, size_t n, GError **error)
{
  return n == self->n ||
         fail (self, error, "has '%zu' numbers, and its shape needs %zu", n,
               self->n);
}

static bool
take_int32s (const Source *self, const void **ret_data, GError **error)
{
  static const struct {
    int64_t least, most;
  } ranges[] = {
    [DNN_ONNX_UINT8] = { 0, UINT8_MAX },
    [DNN_ONNX_INT8] = { INT8_MIN, INT8_MAX },
    [DNN_ONNX_UINT16] = { 0, UINT16_MAX },
    [DNN_ONNX_INT16] = { INT16_MIN, INT16_MAX },
    [DNN_ONNX_BOOL] = { 0, UINT8_MAX },
    [DNN_ONNX_FLOAT16] = { 0, UINT16_MAX },
    [DNN_ONNX_BFLOAT16] = { 0, UINT16_MAX },
  };
  const int64_t type = self->fields->tensor.type;

  *ret_data = self->fields->int32s;
  if (!check_count (self, self->fields->n_int32s, error))
    return false;
  return type == DNN_ONNX_INT32 ||
         narrow (self, ranges[type].least, ranges[type].most, error);
}

static bool
take_typed (const Source *self, const void **ret_data, GError **error)
{
  const DnnOnnxTensorFields *fields = self->fields;

  switch (fields->tensor.type) {
  case DNN_ONNX_FLOAT:
    *ret_data = fields->floats;
    return check_count (self, fields->n_floats, error);
  case DNN_ONNX_DOUBLE:
    *ret_data = fields->doubles;
    return check_count (self, fields->n_doubles, error);
  case DNN_ONNX_INT64:
    *ret_data = fields->int64s;
    return check_count (self, fields->n_int64s, error);
  case DNN_ONNX_UINT64:
    *ret_data = fields->uint64s;
    return check_count (self, fields->n_uint64s, error);
  case DNN_ONNX_UINT32:
    *ret_data = fields->uint64s;
    return check_count (self, fields->n_uint64s, error) &&
           narrow_uint64 (self, error);
  default:
    return take_int32s (self, ret_data, error);
  }
}

static bool
take_raw (const Source *self, const void **ret_data, GError **error)
{
  const DnnOnnxTensorFields *fields = self->fields;

  if (fields->n_raw != self->size)
    return fail (self, error,
                 "has '%zu' bytes of data, and its shape needs %zu",
                 fields->n_raw, self->size);
  if (fields->n_floats + fields->n_int32s + fields->n_int64s +
          fields->n_doubles + fields->n_uint64s >
      0)
    return fail (self, error, "has its data twice, as bytes and as numbers");
  *ret_data = fields->raw;
  return true;
}

/* --- all of it ----------------------------------------------------------- */

/* bfloat16 is the upper half of float32. */
static const void *
widen (const Source *self, const uint8_t *data, GError **error)
{
  uint8_t *wide = dnn_foreign_file_take (self->file, self->n * 4, error);

  for (size_t i = 0; wide != NULL && i < self->n; i++)
    memcpy (wide + 4 * i + 2, data + 2 * i, 2);
  return wide;
}

static bool
fill_shape (Source *self, GError **error)
{
  const DnnOnnxTensorFields *fields = self->fields;
  DnnShape *shape = &self->fields->tensor.array.shape;
  int64_t n;

  if (fields->n_dims > DNN_MAX_DIMS)
    return fail (self, error, "has '%zu' axes, and at most %d are read",
                 fields->n_dims, DNN_MAX_DIMS);
  shape->n_dims = (uint32_t) fields->n_dims;
  for (size_t i = 0; i < fields->n_dims; i++) {
    shape->dims[i] = fields->dims[i];
    if (fields->dims[i] < 0)
      return fail (self, error,
                   "axis %zu has the size '%" G_GINT64_FORMAT
                   "'; it must be 0 or more",
                   i, fields->dims[i]);
  }
  if (!dnn_shape_count (shape, &n) || n > INT64_MAX / 8)
    return fail (self, error, "has more elements than '%" G_GINT64_FORMAT "'",
                 INT64_MAX / 8);
  self->n = (size_t) n;
  return true;
}

static bool
fill_data (Source *self, const char *folder, GHashTable *others, GError **error)
{
  DnnOnnxTensor *tensor = &self->fields->tensor;
  const void *data = NULL;
  bool done;

  self->size = self->n * types[tensor->type].size;
  if (self->fields->location == 1)
    done = take_external (self, folder, others, &data, error);
  else if (self->fields->n_raw > 0)
    done = take_raw (self, &data, error);
  else
    done = take_typed (self, &data, error);
  if (done && self->n > 0 && tensor->type == DNN_ONNX_BFLOAT16) {
    data = widen (self, data, error);
    done = data != NULL;
  }
  if (done)
    tensor->array.data = self->n > 0 ? data : "";
  return done;
}

bool
dnn_onnx_tensor_finish (DnnOnnxTensorFields *self, DnnForeignFile *file,
                        const char *folder, GHashTable *others, GError **error)
{
  Source source = { .fields = self, .file = file };
  DnnOnnxTensor *tensor = &self->tensor;

  tensor->array.name = self->name;
  if (self->n_segments > 0)
    return fail (&source, error, "is a segment of a tensor, which is not read");
  if (self->location != 0 && self->location != 1)
    return fail (&source, error,
                 "its data_location must be 0 or 1, not '%" G_GINT64_FORMAT "'",
                 self->location);
  if (!fill_shape (&source, error))
    return false;
  if (tensor->type == DNN_ONNX_UNDEFINED)
    return fail (&source, error, "has no element type");
  if (tensor->type == DNN_ONNX_STRING)
    return check_count (&source, tensor->n_texts, error);
  return !dnn_onnx_type_to_dtype (tensor->type, &tensor->array.dtype) ||
         fill_data (&source, folder, others, error);
}

/* --- files of one tensor ------------------------------------------------- */

struct DnnOnnxTensorFile {
  DnnForeignFile *file; /* (owned) */
  DnnOnnxTensorFields *fields;
};

DnnOnnxTensorFile *
dnn_onnx_tensor_file_parse (const char *name, GBytes *bytes, GError **error)
{
  g_autoptr (DnnOnnxTensorFile) self = g_new0 (DnnOnnxTensorFile, 1);
  gsize n;
  const void *data = g_bytes_get_data (bytes, &n);

  self->file = dnn_foreign_file_new (name, bytes);
  self->fields =
      dnn_protobuf_read (self->file, &dnn_onnx_tensor_message, data, n, error);
  if (self->fields == NULL ||
      !dnn_onnx_tensor_finish (self->fields, self->file, NULL, NULL, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
dnn_onnx_tensor_file_free (DnnOnnxTensorFile *self)
{
  if (self == NULL)
    return;

  dnn_foreign_file_free (self->file);
  g_free (self);
}

const DnnOnnxTensor *
dnn_onnx_tensor_file_get (const DnnOnnxTensorFile *self)
{
  return &self->fields->tensor;
}
