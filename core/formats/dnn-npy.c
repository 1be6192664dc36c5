/* dnn-npy.c - the .npy header, a Python dict literal, and Fortran order */
#include "dnn-npy.h"

#include "dnn-file.h"
#include "dnn-memory.h"
#include "dnn-shape.h"

#include <string.h>

/* NumPy itself writes a few hundred bytes; structured types take more, but
 * are not read. */
#define HEADER_LIMIT 65536

typedef struct Header {
  DnnDtype dtype;
  DnnShape shape;
  bool big_endian;
  bool fortran;
  bool has_descr, has_fortran, has_shape;
} Header;

/* Reads the text of a header from left to right. */
typedef struct Cursor {
  const char *name; /* of the file */
  const char *next;
} Cursor;

static const struct {
  const char *code;
  DnnDtype dtype;
} types[] = {
  { "b1", DNN_BOOL8 },   { "u1", DNN_UINT8 },   { "i1", DNN_INT8 },
  { "u2", DNN_UINT16 },  { "i2", DNN_INT16 },   { "u4", DNN_UINT32 },
  { "i4", DNN_INT32 },   { "u8", DNN_UINT64 },  { "i8", DNN_INT64 },
  { "f2", DNN_FLOAT16 }, { "f4", DNN_FLOAT32 }, { "f8", DNN_FLOAT64 },
};

/* Kinds of element that NumPy has and an array has not. */
static const struct {
  char kind;
  const char *name;
} refused[] = {
  { 'O', "Python objects" },    { 'S', "byte strings" },
  { 'a', "byte strings" },      { 'U', "strings" },
  { 'T', "strings" },           { 'c', "complex numbers" },
  { 'V', "structured (void)" }, { 'M', "dates" },
  { 'm', "time differences" },
};

static void
skip_spaces (Cursor *at)
{
  while (g_ascii_isspace (*at->next))
    at->next++;
}

/* Takes `c` and the spaces before it, if it comes next. */
static bool
take (Cursor *at, char c)
{
  skip_spaces (at);
  if (*at->next != c)
    return false;
  at->next++;
  return true;
}

static bool
expect (Cursor *at, char c, GError **error)
{
  return take (at, c) ||
         dnn_set_format_error (at->name, error,
                               ".npy header must have a '%c' before '%.20s'", c,
                               at->next);
}

/* A string in quotes of either kind, without escapes. */
static char *
take_string (Cursor *at, GError **error)
{
  const char *start, *end;
  char quote;

  skip_spaces (at);
  quote = *at->next;
  end = quote == '\'' || quote == '"' ? strchr (at->next + 1, quote) : NULL;
  if (end == NULL) {
    dnn_set_format_error (at->name, error,
                          ".npy header must have a string in quotes at '%.20s'",
                          at->next);
    return NULL;
  }

  start = at->next + 1;
  at->next = end + 1;
  return g_strndup (start, (size_t) (end - start));
}

static bool
refuse_type (const char *name, const char *descr, GError **error)
{
  const char kind = descr[strspn (descr, "<>|=")];

  for (size_t i = 0; i < G_N_ELEMENTS (refused); i++)
    if (refused[i].kind == kind)
      return dnn_set_format_error (
          name, error,
          "elements must be numbers (bool, int, float), not %s ('%s')",
          refused[i].name, descr);
  return dnn_set_format_error (
      name, error,
      "elements must be bool, int8 to int64, uint8 to uint64 or "
      "float16 to float64, not '%s'",
      descr);
}

static bool
parse_descr (Cursor *at, Header *header, GError **error)
{
  g_autofree char *descr = NULL;

  skip_spaces (at);
  if (*at->next == '[')
    return refuse_type (at->name, "V", error);
  descr = take_string (at, error);
  if (descr == NULL)
    return false;

  for (size_t i = 0; i < G_N_ELEMENTS (types); i++) {
    const bool single = types[i].code[1] == '1';

    if (descr[0] == '\0' || strcmp (descr + 1, types[i].code) != 0 ||
        strchr (single ? "|<>=" : "<>", descr[0]) == NULL)
      continue;
    header->dtype = types[i].dtype;
    header->big_endian = descr[0] == '>';
    return true;
  }
  return refuse_type (at->name, descr, error);
}

static bool
parse_fortran (Cursor *at, Header *header, GError **error)
{
  skip_spaces (at);
  header->fortran = g_str_has_prefix (at->next, "True");
  if (!header->fortran && !g_str_has_prefix (at->next, "False"))
    return dnn_set_format_error (
        at->name, error, "'fortran_order' must be True or False, not '%.20s'",
        at->next);

  at->next += header->fortran ? 4 : 5;
  return true;
}

static bool
take_dim (Cursor *at, int64_t *ret_dim, GError **error)
{
  int64_t dim = 0;

  skip_spaces (at);
  if (!g_ascii_isdigit (*at->next))
    return dnn_set_format_error (
        at->name, error,
        "'shape' must be a tuple of whole numbers, not '%.20s'", at->next);

  for (; g_ascii_isdigit (*at->next); at->next++) {
    if (dim > (INT64_MAX - 9) / 10)
      return dnn_set_format_error (at->name, error,
                                   "'shape' has a size that is too large: "
                                   "more than '%" G_GINT64_FORMAT "'",
                                   dim);
    dim = 10 * dim + (*at->next - '0');
  }
  if (*at->next == 'L') /* a long of Python 2 */
    at->next++;

  *ret_dim = dim;
  return true;
}

/* (), (3,), (3, 4) or (3, 4,) */
static bool
parse_shape (Cursor *at, Header *header, GError **error)
{
  DnnShape *shape = &header->shape;
  bool comma = true;

  if (!expect (at, '(', error))
    return false;

  while (!take (at, ')')) {
    if (!comma)
      return expect (at, ',', error);
    if (shape->n_dims == DNN_MAX_DIMS)
      return dnn_set_format_error (at->name, error,
                                   "'shape' must have at most '%d' sizes",
                                   DNN_MAX_DIMS);
    if (!take_dim (at, &shape->dims[shape->n_dims], error))
      return false;
    shape->n_dims++;
    comma = take (at, ',');
  }

  /* (3) is a number to Python, no tuple */
  if (shape->n_dims == 1 && !comma)
    return dnn_set_format_error (
        at->name, error,
        "'shape' must be a tuple, as '(%" G_GINT64_FORMAT ",)'",
        shape->dims[0]);
  return true;
}

static bool
parse_entry (Cursor *at, Header *header, GError **error)
{
  const struct {
    const char *key;
    bool (*parse) (Cursor *at, Header *header, GError **error);
    bool *seen;
  } entries[] = {
    { "descr", parse_descr, &header->has_descr },
    { "fortran_order", parse_fortran, &header->has_fortran },
    { "shape", parse_shape, &header->has_shape },
  };
  g_autofree char *key = take_string (at, error);

  if (key == NULL || !expect (at, ':', error))
    return false;

  for (size_t i = 0; i < G_N_ELEMENTS (entries); i++) {
    if (strcmp (key, entries[i].key) != 0)
      continue;
    if (*entries[i].seen)
      return dnn_set_format_error (at->name, error,
                                   ".npy header has the key '%s' twice", key);
    *entries[i].seen = true;
    return entries[i].parse (at, header, error);
  }
  return dnn_set_format_error (
      at->name, error,
      ".npy header must have the keys descr, fortran_order and "
      "shape, not '%s'",
      key);
}

static bool
parse_dict (Cursor *at, Header *header, GError **error)
{
  if (!expect (at, '{', error))
    return false;

  while (!take (at, '}')) {
    if (!parse_entry (at, header, error))
      return false;
    skip_spaces (at);
    if (*at->next != '}' && !expect (at, ',', error))
      return false;
  }

  skip_spaces (at);
  if (*at->next != '\0')
    return dnn_set_format_error (
        at->name, error,
        ".npy header must end after its '}', not go on with '%.20s'", at->next);
  if (!header->has_descr || !header->has_fortran || !header->has_shape)
    return dnn_set_format_error (at->name, error,
                                 ".npy header lacks the key '%s'",
                                 !header->has_descr     ? "descr"
                                 : !header->has_fortran ? "fortran_order"
                                                        : "shape");
  return true;
}

/* Finds where the text of the header starts and how long it is. */
static bool
find_header (const char *name, const uint8_t *data, size_t size,
             size_t *ret_start, size_t *ret_length, GError **error)
{
  size_t start, length;

  if (size < 8 || memcmp (data, "\x93NUMPY", 6) != 0)
    return dnn_set_format_error (
        name, error,
        "is no .npy file: it must start with '\\x93NUMPY' and a "
        "version");
  if (data[6] < 1 || data[6] > 3)
    return dnn_set_format_error (
        name, error, ".npy version must be 1, 2 or 3, not '%u'", data[6]);

  start = data[6] == 1 ? 10 : 12;
  if (size < start)
    return dnn_set_format_error (
        name, error, "ends after '%zu' bytes, within its header", size);

  length = data[8] | (size_t) data[9] << 8;
  if (data[6] > 1)
    length |= (size_t) data[10] << 16 | (size_t) data[11] << 24;
  if (length > HEADER_LIMIT)
    return dnn_set_format_error (
        name, error, ".npy header must be at most %d bytes, not '%zu'",
        HEADER_LIMIT, length);
  if (length > size - start)
    return dnn_set_format_error (name, error,
                                 "ends after '%zu' bytes, within its header of "
                                 "%zu",
                                 size, start + length);
  if (memchr (data + start, '\0', length) != NULL)
    return dnn_set_format_error (name, error,
                                 ".npy header has a zero byte, '\\0'");

  *ret_start = start;
  *ret_length = length;
  return true;
}

static bool
check_size (const char *name, const Header *header, size_t size, GError **error)
{
  const size_t item = dnn_dtype_size (header->dtype);
  int64_t n;

  if (!dnn_shape_count (&header->shape, &n) || (size_t) n > G_MAXSIZE / item)
    return dnn_set_format_error (
        name, error,
        "its shape makes more elements than can be counted, but it "
        "has '%zu' bytes of data",
        size);
  if ((size_t) n * item != size)
    return dnn_set_format_error (
        name, error, "has '%zu' bytes of data, but its shape needs %zu", size,
        (size_t) n * item);
  return true;
}

/* Copies n elements that lie `stride` elements apart. */
static void
gather (const uint8_t *in, size_t stride, size_t n, size_t item, uint8_t *out)
{
  for (size_t i = 0; i < n; i++)
    memcpy (out + i * item, in + i * stride * item, item);
}

/* From first index fastest to last index fastest: walks the output in order,
 * a row of the last dimension at a time. */
static GBytes *
transpose (const char *name, const Header *header, GBytes *bytes,
           GError **error)
{
  const DnnShape *shape = &header->shape;
  const uint32_t last = shape->n_dims - 1;
  const size_t item = dnn_dtype_size (header->dtype);
  size_t index[DNN_MAX_DIMS] = { 0 };
  size_t stride[DNN_MAX_DIMS] = { 1 };
  size_t size, from = 0;
  const uint8_t *in = g_bytes_get_data (bytes, &size);
  uint8_t *out = dnn_memory_new (size, error);

  if (out == NULL) {
    g_prefix_error (error, "%s: to bring it into C order, ", name);
    return NULL;
  }

  for (uint32_t i = 1; i <= last; i++)
    stride[i] = stride[i - 1] * (size_t) shape->dims[i - 1];

  for (size_t to = 0; to < size; to += item * (size_t) shape->dims[last]) {
    gather (in + from * item, stride[last], (size_t) shape->dims[last], item,
            out + to);
    for (uint32_t i = last; i-- > 0;) {
      from += stride[i];
      if (++index[i] < (size_t) shape->dims[i])
        break;
      from -= stride[i] * index[i];
      index[i] = 0;
    }
  }
  return g_bytes_new_with_free_func (out, size, dnn_memory_free, out);
}

/* The header, checked against the size of what follows it. */
static bool
read_header (const char *name, GBytes *bytes, Header *ret_header,
             size_t *ret_start, GError **error)
{
  g_autofree char *text = NULL;
  Header header = { 0 };
  Cursor at = { .name = name };
  size_t size, start = 0, length = 0;
  const uint8_t *data = g_bytes_get_data (bytes, &size);

  if (!find_header (name, data, size, &start, &length, error))
    return false;

  at.next = text = g_strndup ((const char *) data + start, length);
  if (!parse_dict (&at, &header, error) ||
      !check_size (name, &header, size - start - length, error))
    return false;

  *ret_header = header;
  *ret_start = start + length;
  return true;
}

bool
dnn_npy_parse_head (const char *name, GBytes *bytes, DnnDtype *ret_dtype,
                    DnnShape *ret_shape, GError **error)
{
  Header header;
  size_t start;

  g_return_val_if_fail (name != NULL && bytes != NULL, false);

  if (!read_header (name, bytes, &header, &start, error))
    return false;
  *ret_dtype = header.dtype;
  *ret_shape = header.shape;
  return true;
}

DnnArray *
dnn_npy_parse (const char *name, GBytes *bytes, GError **error)
{
  g_autoptr (GBytes) content = NULL;
  Header header;
  size_t size, start;

  g_return_val_if_fail (name != NULL && bytes != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!read_header (name, bytes, &header, &start, error))
    return NULL;

  size = g_bytes_get_size (bytes) - start;
  content = g_bytes_new_from_bytes (bytes, start, size);
  if (header.fortran && header.shape.n_dims > 1 && size > 0) {
    GBytes *turned = transpose (name, &header, content, error);

    if (turned == NULL)
      return NULL;
    g_bytes_unref (content);
    content = turned;
  }

  return header.big_endian
             ? dnn_array_new_take_big_endian (header.dtype, header.shape,
                                              g_steal_pointer (&content))
             : dnn_array_new_take (header.dtype, header.shape,
                                   g_steal_pointer (&content));
}

/* The whole header, a multiple of 64 bytes long. */
static GString *
make_header (DnnDtype dtype, const DnnShape *shape)
{
  GString *header = g_string_new_len ("\x93NUMPY\x01\x00\x00\x00", 10);

  g_string_append_printf (header,
                          "{'descr': '%s', 'fortran_order': False, 'shape': (",
                          dtype == DNN_INT64 ? "<i8" : "<f4");
  for (uint32_t i = 0; i < shape->n_dims; i++)
    g_string_append_printf (header, "%s%" G_GINT64_FORMAT "%s",
                            i > 0 ? ", " : "", shape->dims[i],
                            shape->n_dims == 1 ? "," : "");
  g_string_append (header, "), }");

  while (header->len % 64 != 63)
    g_string_append_c (header, ' ');
  g_string_append_c (header, '\n');

  header->str[8] = (char) ((header->len - 10) & 0xff);
  header->str[9] = (char) ((header->len - 10) >> 8);
  return header;
}

bool
dnn_npy_write (const char *path, DnnDtype dtype, const void *data,
               DnnShape shape, GError **error)
{
  g_autoptr (GString) header = NULL;
  g_autoptr (DnnFile) file = NULL;
  int64_t n;

  g_return_val_if_fail (path != NULL, false);
  g_return_val_if_fail (dtype == DNN_FLOAT32 || dtype == DNN_INT64, false);
  g_return_val_if_fail (dnn_shape_count (&shape, &n), false);
  g_return_val_if_fail (data != NULL || n == 0, false);
  g_return_val_if_fail (error == NULL || *error == NULL, false);

  header = make_header (dtype, &shape);
  file = dnn_file_open (path, error);
  return file != NULL &&
         dnn_file_write (file, header->str, header->len, error) &&
         dnn_file_write (file, data, (size_t) n * dnn_dtype_size (dtype),
                         error) &&
         dnn_file_commit (file, error);
}
