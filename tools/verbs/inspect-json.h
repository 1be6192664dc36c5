/* inspect-json.h - an inspection as one JSON object; see docs/json.md */
#pragma once

#include <dnn-inspect.h>

/* Prints it, on one line of stdout. */
void print_inspection (const DnnInspection *self);
