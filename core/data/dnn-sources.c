/* dnn-sources.c - the table of what [data] may name */
#include "dnn-sources.h"

const DnnSourceOpener *const dnn_source_openers[] = {
  &dnn_source_cifar,
  &dnn_source_pictures,
  &dnn_source_files,
  NULL,
};
