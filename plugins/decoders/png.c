/* png - portable network graphics, by libpng
 *
 * https://www.w3.org/TR/png-3/
 *
 * Numbers of 8 bits, as they are in the file: palettes are looked up, 16 bits
 * become the nearest of 8, gamma and profiles are not applied.  Gray of
 * colours is .299 R + .587 G + .114 B; alpha is dropped where it is not
 * wanted.
 */
#include <dnn/plugin.h>
#include <png.h>
#include <stdbool.h>
#include <string.h>

/* Deflate makes at most this many bytes of one, so that no room is made for
 * what cannot be there. */
enum { RATIO = 1032, MAX_SIDE = 1 << 20, MAX_CHUNK = 8 << 20 };

typedef struct {
  const DnnHost *host;
  DnnDecode *d;
  int64_t at; /* bytes read */
  png_structp png;
  png_infop info;
} File;

static int32_t
recognizes (const uint8_t *bytes, int64_t n)
{
  return n >= 8 && memcmp (bytes, "\x89PNG\r\n\x1a\n", 8) == 0;
}

static void
refuse (png_structp png, png_const_charp message)
{
  File *file = png_get_error_ptr (png);

  file->host->fail (file->d, "libpng says '%s'", message);
  png_longjmp (png, 1);
}

/* About chunks that do not matter. */
static void
warn (png_structp png, png_const_charp message)
{
  (void) png;
  (void) message;
}

static void
take (png_structp png, png_bytep out, png_size_t n)
{
  File *file = png_get_io_ptr (png);

  if ((uint64_t) (file->d->n_bytes - file->at) < n)
    png_error (png, "the file ends too early");
  memcpy (out, file->d->bytes + file->at, n);
  file->at += (int64_t) n;
}

/* The channels that come out; those of the file where none are wanted. */
static uint32_t
convert (File *file)
{
  png_structp png = file->png;
  const uint32_t type = png_get_color_type (png, file->info);
  const bool clear = (type & PNG_COLOR_MASK_ALPHA) != 0 ||
                     png_get_valid (png, file->info, PNG_INFO_tRNS) != 0;
  const bool coloured = (type & PNG_COLOR_MASK_COLOR) != 0;
  const uint32_t own = (coloured ? 3u : 1u) + clear;
  const uint32_t n = file->d->channels != 0 ? file->d->channels : own;

  png_set_expand (png);
  png_set_scale_16 (png);
  if (n % 2 == 1)
    png_set_strip_alpha (png);
  else if (!clear)
    png_set_add_alpha (png, 255, PNG_FILLER_AFTER);
  if (n > 2)
    png_set_gray_to_rgb (png);
  else if (coloured)
    png_set_rgb_to_gray_fixed (png, PNG_ERROR_ACTION_NONE, 29900, 58700);
  return n;
}

static void
read_rows (File *file, uint8_t *y, int64_t height, size_t row)
{
  const int n_passes = png_set_interlace_handling (file->png);

  png_read_update_info (file->png, file->info);
  if (png_get_rowbytes (file->png, file->info) > row)
    png_error (file->png, "a row has too many bytes");
  for (int pass = 0; pass < n_passes; pass++)
    for (int64_t i = 0; i < height; i++)
      png_read_row (file->png, y + (size_t) i * row, NULL);
}

static void
read_picture (File *file)
{
  int64_t width, height, depth;
  uint32_t n;
  uint8_t *y;

  png_set_user_limits (file->png, MAX_SIDE, MAX_SIDE);
  png_set_chunk_malloc_max (file->png, MAX_CHUNK);
  png_set_read_fn (file->png, file, take);
  png_read_info (file->png, file->info);
  width = png_get_image_width (file->png, file->info);
  height = png_get_image_height (file->png, file->info);
  depth = png_get_bit_depth (file->png, file->info) *
          png_get_channels (file->png, file->info);
  if (width * height / 8 * depth > RATIO * file->d->n_bytes)
    png_error (file->png, "the file is too short for the size in its header");
  n = convert (file);
  y = file->host->set_array (file->d, DNN_UINT8, DNN_SHAPE (height, width, n));
  if (y == NULL)
    return;
  read_rows (file, y, height, (size_t) (width * n));
}

static int32_t
read_or_return (File *file)
{
  if (setjmp (png_jmpbuf (file->png)) != 0)
    return -1;
  file->info = png_create_info_struct (file->png);
  read_picture (file);
  return 0;
}

static int32_t
decode (const void *self, const DnnHost *host, DnnDecode *d)
{
  File file = { .host = host, .d = d };
  int32_t status;

  (void) self;
  if (!recognizes (d->bytes, d->n_bytes))
    return host->fail (d, "it does not begin as a PNG file");
  if (d->channels > 4)
    return host->fail (d, "it has 1 to 4 channels, not '%u'", d->channels);
  file.png =
      png_create_read_struct (PNG_LIBPNG_VER_STRING, &file, refuse, warn);
  if (file.png == NULL)
    return host->fail (d, "libpng has no memory, or is of another version");
  status = read_or_return (&file);
  png_destroy_read_struct (&file.png, &file.info, NULL);
  return status;
}

static const DnnDecoderOps ops = { DNN_DECODER_OPS, recognizes, decode };

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  DNN_KIND_DECODER,
  .name = "png",
  .title = "PNG",
  .version = "1.0",
  .summary = "portable network graphics: 1 to 4 channels of 8 bits",
  .reference = "https://www.w3.org/TR/png-3/",
  .ops = &ops,
  /* 3 x 2 pixels of three colours */
  .example_inputs =
      "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAIAAAASFvFNAAAAFklEQVR42mP4z8DAAMMMDQ0N"
      "////BwA6YQd7Ap/f9AAAAABJRU5ErkJggg==",
};
