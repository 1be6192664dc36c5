/* source-mapped.c - rows of a file that the system reads when it is looked at
 */
#include "dnn-sources.h"

static void
release (const DnnSource *self)
{
  dnn_array_release (self->array);
}

static const DnnSourceType type = { .name = "mapped", .release = release };

DnnSource *
dnn_source_new_mapped (DnnArray *array, const char *name)
{
  DnnSource *self = g_new0 (DnnSource, 1);

  dnn_source_init (self, &type, name, array->dtype, &array->shape);
  self->array = dnn_array_ref (array);
  self->mapped = true;
  return self;
}
