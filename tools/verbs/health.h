/* health.h - the health of an epoch as it is seen: a table, or JSON */
#pragma once

#include <dnn-health.h>

#include "command.h"

/* To stderr, as all progress. */
void print_health (const DnnHealthEpoch *epoch);
void print_health_json (const DnnHealthEpoch *epoch);
