/* source-array.c - rows of an array in memory */
#include "dnn-sources.h"

static const DnnSourceType type = { .name = "array" };

DnnSource *
dnn_source_new_array (DnnArray *array, const char *name)
{
  DnnSource *self;

  if (array->mapped)
    return dnn_source_new_mapped (array, name);
  self = g_new0 (DnnSource, 1);
  dnn_source_init (self, &type, name, array->dtype, &array->shape);
  self->array = dnn_array_ref (array);
  self->resident = dnn_array_resident_size (array);
  return self;
}
