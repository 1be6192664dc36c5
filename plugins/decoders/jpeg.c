/* jpeg - pictures of ITU-T T.81, by libjpeg-turbo
 *
 * https://www.w3.org/Graphics/JPEG/itu-t81.pdf
 *
 * Gray is Y where there is one, else .299 R + .587 G + .114 B.  Four inks
 * become R = C K / 255, and so on.  The orientation of a camera is not applied.
 */
#include <dnn/plugin.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <jerror.h>
#include <jpeglib.h>
#include <setjmp.h>

/* A block of 64 pixels takes a bit at least, and a scan of many may be sent
 * again and again. */
enum { PIXELS_A_BYTE = 512, MAX_SCANS = 100 };

typedef struct {
  struct jpeg_error_mgr errors; /* first, as the library has it */
  struct jpeg_progress_mgr progress;
  struct jpeg_decompress_struct jpeg;
  const DnnHost *host;
  DnnDecode *d;
  jmp_buf back;
} File;

static int32_t
recognizes (const uint8_t *bytes, int64_t n)
{
  return n >= 3 && memcmp (bytes, "\xff\xd8\xff", 3) == 0;
}

static void
refuse (j_common_ptr jpeg)
{
  File *file = (File *) jpeg->err;
  char message[JMSG_LENGTH_MAX];

  jpeg->err->format_message (jpeg, message);
  file->host->fail (file->d, "libjpeg says '%s'", message);
  longjmp (file->back, 1);
}

static void
refuse_because (File *file, const char *why)
{
  file->host->fail (file->d, "%s", why);
  longjmp (file->back, 1);
}

/* Warnings about what is missing or wrong in the picture itself are errors;
 * stray bytes between its parts are not. */
static void
warn (j_common_ptr jpeg, int level)
{
  const int code = jpeg->err->msg_code;

  if (level < 0 && (code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER ||
                    code == JWRN_HUFF_BAD_CODE))
    refuse (jpeg);
}

static void
count_scans (j_common_ptr jpeg)
{
  if (((j_decompress_ptr) jpeg)->input_scan_number > MAX_SCANS)
    refuse_because ((File *) jpeg->err, "it has more than 100 scans");
}

/* Inks of Adobe's files are stored as 255 - ink, which is what this needs. */
static void
mix_inks (const uint8_t *inks, bool inverted, int64_t width, uint32_t n,
          uint8_t *y)
{
  for (int64_t i = 0; i < width; i++, inks += 4, y += n) {
    uint32_t c[3], flip = inverted ? 0 : 255;

    for (int j = 0; j < 3; j++)
      c[j] = ((inks[j] ^ flip) * (inks[3] ^ flip) + 127) / 255;
    if (n == 1)
      y[0] = (uint8_t) ((299 * c[0] + 587 * c[1] + 114 * c[2] + 500) / 1000);
    for (uint32_t j = 0; n == 3 && j < 3; j++)
      y[j] = (uint8_t) c[j];
  }
}

static void
read_rows (File *file, uint32_t n, uint8_t *y)
{
  j_decompress_ptr jpeg = &file->jpeg;
  const int64_t width = jpeg->output_width;
  const bool inks = jpeg->out_color_space == JCS_CMYK;
  JSAMPARRAY row = NULL;

  if (inks)
    row = jpeg->mem->alloc_sarray ((j_common_ptr) jpeg, JPOOL_IMAGE,
                                   (JDIMENSION) (4 * width), 1);
  while (jpeg->output_scanline < jpeg->output_height) {
    JSAMPROW out = y + jpeg->output_scanline * width * n;

    jpeg_read_scanlines (jpeg, inks ? row : &out, 1);
    if (inks)
      mix_inks (row[0], jpeg->saw_Adobe_marker, width, n, out);
  }
}

static void
read_picture (File *file)
{
  j_decompress_ptr jpeg = &file->jpeg;
  const int64_t n_bytes = file->d->n_bytes;
  uint32_t n = file->d->channels;
  uint8_t *y;

  jpeg->progress = &file->progress;
  jpeg_mem_src (jpeg, file->d->bytes, (unsigned long) n_bytes);
  jpeg_read_header (jpeg, TRUE);
  if ((int64_t) jpeg->image_width * jpeg->image_height >
      PIXELS_A_BYTE * n_bytes)
    refuse_because (file, "it is too short for the size in its header");
  if (n == 0)
    n = jpeg->num_components == 1 ? 1 : 3;
  jpeg->out_color_space = jpeg->num_components == 4 ? JCS_CMYK
                          : n == 1                  ? JCS_GRAYSCALE
                                                    : JCS_RGB;
  y = file->host->set_array (
      file->d, DNN_UINT8, DNN_SHAPE (jpeg->image_height, jpeg->image_width, n));
  if (y == NULL)
    return;
  jpeg_start_decompress (jpeg);
  read_rows (file, n, y);
}

static int32_t
read_or_return (File *file)
{
  if (setjmp (file->back) != 0)
    return -1;
  jpeg_create_decompress (&file->jpeg);
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
    return host->fail (d, "it does not begin as a JPEG file");
  if (d->channels > 3 || d->channels == 2)
    return host->fail (d, "it has 1 or 3 channels, not '%u'", d->channels);
  file.jpeg.err = jpeg_std_error (&file.errors);
  file.errors.error_exit = refuse;
  file.errors.emit_message = warn;
  file.progress.progress_monitor = count_scans;
  status = read_or_return (&file);
  jpeg_destroy_decompress (&file.jpeg);
  return status;
}

static const DnnDecoderOps ops = { DNN_DECODER_OPS, recognizes, decode };

const DnnPlugin dnn_plugin_v1 = {
  DNN_PLUGIN_V1_1,
  DNN_KIND_DECODER,
  .name = "jpeg",
  .title = "JPEG",
  .version = "1.0",
  .summary = "pictures of ITU-T T.81: 1 or 3 channels of 8 bits",
  .reference = "https://www.w3.org/Graphics/JPEG/itu-t81.pdf",
  .ops = &ops,
  /* 3 x 2 gray pixels */
  .example_inputs = "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgF"
                    "BQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMUFRUVDA8XGBYU"
                    "GBIUFRT/wAALCAACAAMBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAABf/E"
                    "ABoQAAEFAQAAAAAAAAAAAAAAAAIABgg4dbL/2gAIAQEAAD8AbivXliZw"
                    "9Ev/2Q==",
};
