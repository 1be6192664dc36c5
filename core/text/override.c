/* override.c - a key of an experiment set anew, as "section.key=value" */
#include "dnn-experiment.h"

#include <string.h>

static char *
section_before (const char *text, const char *dot)
{
  return g_strstrip (g_strndup (text, (gsize) (dot - text)));
}

/* The dot that ends the longest section which the file has, else the first. */
static const char *
find_dot (const DnnExperiment *self, const char *text, const char *equals)
{
  const char *dot = equals;

  while ((dot = g_strrstr_len (text, dot - text, ".")) != NULL) {
    g_autofree char *section = section_before (text, dot);

    if (dnn_experiment_find (self, section) != NULL)
      return dot;
  }
  return g_strstr_len (text, equals - text, ".");
}

bool
dnn_experiment_override (DnnExperiment *self, const char *text, GError **error)
{
  const char *equals = strchr (text, '=');
  const char *dot = equals != NULL ? find_dot (self, text, equals) : NULL;
  g_autofree char *section = NULL, *key = NULL, *value = NULL;

  if (dot == NULL) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_USAGE,
                 "--set takes SECTION.KEY=VALUE, not '%s'; sections are data, "
                 "model, train and optimizer, as in optimizer.type=adam",
                 text);
    return false;
  }
  section = section_before (text, dot);
  if (!dnn_experiment_check_section (section, error) ||
      !dnn_parse_assignment (dot + 1, &key, &value, error)) {
    g_prefix_error (error, "--set %s: ", text);
    return false;
  }
  dnn_experiment_set_at (self, section, key, value, DNN_PLACE_OVERRIDE);
  return true;
}
