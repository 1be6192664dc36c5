/* fuzz-descriptor.c - a plugin's descriptor, made of the bytes
 *
 * Texts, table and ops are blocks of their own.  The counts of rows and bytes
 * are true: the loader could not detect false ones.
 */
#include "dnn-loader.h"
#include "dnn-param.h"
#include "fuzz.h"

#include <string.h>

enum { MOST_ROWS = 6, OPS = 256 };

typedef struct Bytes {
  const uint8_t *at;
  size_t n;
  GPtrArray *texts; /* (owned) */
} Bytes;

/* Takes the next `size` bytes; those beyond the end are 0. */
static void
take (Bytes *self, void *out, size_t size)
{
  const size_t n = MIN (size, self->n);

  memset (out, 0, size);
  if (n > 0)
    memcpy (out, self->at, n);
  self->at += n;
  self->n -= n;
}

/* Up to the next 0, or NULL where a 1 stands first. */
static const char *
take_text (Bytes *self)
{
  const size_t n = self->n > 0 ? strnlen ((const char *) self->at, self->n) : 0;
  char *text =
      n > 0 && *self->at == 1 ? NULL : g_strndup ((const char *) self->at, n);

  self->at += MIN (n + 1, self->n);
  self->n -= MIN (n + 1, self->n);
  if (text != NULL)
    g_ptr_array_add (self->texts, text);
  return text;
}

static DnnParam *
take_params (Bytes *self, uint8_t n)
{
  DnnParam *params = g_new0 (DnnParam, n);

  for (uint8_t i = 0; i < n; i++) {
    take (self, &params[i].type, sizeof params[i].type);
    take (self, &params[i].flags, sizeof params[i].flags);
    take (self, &params[i].offset, sizeof params[i].offset);
    take (self, &params[i].size, sizeof params[i].size);
    take (self, &params[i].min, sizeof params[i].min);
    take (self, &params[i].max, sizeof params[i].max);
    params[i].name = take_text (self);
    params[i].aliases = take_text (self);
    params[i].initial = take_text (self);
    params[i].unit = take_text (self);
    params[i].help = take_text (self);
    params[i].nicks = take_text (self);
  }
  return params;
}

static void
take_plugin (Bytes *self, DnnPlugin *plugin)
{
  take (self, &plugin->magic, sizeof plugin->magic);
  take (self, &plugin->struct_size, sizeof plugin->struct_size);
  take (self, &plugin->abi_major, sizeof plugin->abi_major);
  take (self, &plugin->abi_minor, sizeof plugin->abi_minor);
  take (self, &plugin->kind, sizeof plugin->kind);
  take (self, &plugin->flags, sizeof plugin->flags);
  take (self, &plugin->dtypes, sizeof plugin->dtypes);
  take (self, &plugin->self_size, sizeof plugin->self_size);
  take (self, &plugin->param_stride, sizeof plugin->param_stride);
  plugin->name = take_text (self);
  plugin->title = take_text (self);
  plugin->version = take_text (self);
  plugin->summary = take_text (self);
  plugin->reference = take_text (self);
  plugin->base = take_text (self);
  plugin->defaults = take_text (self);
  plugin->example = take_text (self);
  plugin->example_inputs = take_text (self);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  Bytes bytes = { data, n, texts };
  DnnPlugin plugin = { 0 };
  g_autofree DnnParam *params = NULL;
  g_autofree uint8_t *ops = g_malloc0 (OPS);
  g_autoptr (GError) error = NULL;
  uint8_t n_params;
  bool good;

  take_plugin (&bytes, &plugin);
  take (&bytes, &n_params, sizeof n_params);
  plugin.n_params = n_params % (MOST_ROWS + 1);
  plugin.params = params = take_params (&bytes, (uint8_t) plugin.n_params);
  plugin.param_stride = MIN (plugin.param_stride, sizeof (DnnParam));
  take (&bytes, ops, OPS);
  plugin.ops = ops;

  good = dnn_loader_check (&plugin, "fuzzed", &error);
  fuzz_judge (good, NULL, error);
  if (good && plugin.base == NULL) {
    g_autofree void *self = g_malloc0 ((gsize) plugin.self_size + 1);

    /* A table that passed has defaults that can be set. */
    dnn_param_set_defaults (&plugin, self, &error);
    g_assert_no_error (error);
  }
  return 0;
}
