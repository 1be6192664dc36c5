/* descriptor.c - what a plugin says of itself, and its parameters */
#include "dnn-check-file.h"

#include "dnn-elf.h"
#include "dnn-kind-row.h"
#include "dnn-param.h"

#include <math.h>
#include <string.h>

/* --- the descriptor ------------------------------------------------------ */

static void
check_words (DnnFileChecker *self)
{
  const DnnPlugin *plugin = self->plugin;
  const struct {
    const char *what, *text;
  } words[] = {
    { "title", plugin->title },
    { "version", plugin->version },
    { "summary", plugin->summary },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (words); i++)
    if (*words[i].text == '\0' || strchr (words[i].text, '\n') != NULL)
      dnn_file_checker_fail (self, "its %s must be one line of text, not '%s'",
                             words[i].what, words[i].text);
  for (uint32_t i = 0; i < plugin->n_params; i++) {
    const DnnParam *param = dnn_param_at (plugin, i);

    if (*param->help == '\0')
      dnn_file_checker_fail (self, "parameter '%s' has no help", param->name);
  }
}

static void
check_base (DnnFileChecker *self)
{
  const DnnPlugin *plugin = self->plugin;

  if (plugin->n_params > 0 || plugin->flags != 0 || plugin->ops != NULL)
    dnn_file_checker_fail (self,
                           "it has a base, '%s', and parameters, flags or ops "
                           "of its own, which nobody looks at",
                           plugin->base);
}

void
dnn_check_descriptor (DnnFileChecker *self)
{
  const DnnPlugin *plugin = self->plugin;
  const uint64_t known_flags = dnn_kind_row (plugin->kind)->flags;
  g_autoptr (DnnElf) elf = dnn_elf_read (self->path, NULL);

  check_words (self);
  if (elf != NULL && elf->descriptor_size > 0 &&
      plugin->struct_size > elf->descriptor_size)
    dnn_file_checker_fail (
        self, "its struct_size is '%u', and it has %" G_GUINT64_FORMAT " bytes",
        plugin->struct_size, elf->descriptor_size);
  if (known_flags != 0 && (plugin->flags & ~known_flags) != 0)
    dnn_file_checker_fail (self,
                           "its flags are '%#" G_GINT64_MODIFIER
                           "x', and some are not for its kind",
                           plugin->flags);
  if (plugin->base != NULL)
    check_base (self);
  else
    dnn_check_ops (plugin, self->failures);
}

/* --- the example --------------------------------------------------------- */

/* The checks that follow build it too; here it is built twice, alike. */
void
dnn_check_example (DnnFileChecker *self)
{
  const char *spec = self->example->spec;
  const DnnCheckSubject subject = dnn_file_checker_subject (self, spec);
  g_autoptr (GError) error = NULL;

  if (!dnn_check_takes (&subject, &error) ||
      !dnn_check_takes (&subject, &error))
    dnn_file_checker_fail (self, "%s: %s", spec, error->message);
}

/* --- parameters ---------------------------------------------------------- */

static bool
is_number (const DnnParam *param)
{
  return param->type == DNN_PARAM_INT || param->type == DNN_PARAM_INTS ||
         param->type == DNN_PARAM_FLOAT || param->type == DNN_PARAM_FLOATS;
}

static bool
is_whole (const DnnParam *param)
{
  return param->type == DNN_PARAM_INT || param->type == DNN_PARAM_INTS;
}

static char *
number_to_string (const DnnParam *param, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  if (is_whole (param))
    return g_strdup_printf ("%" G_GINT64_FORMAT, (int64_t) value);
  return g_strdup (g_ascii_dtostr (text, sizeof text, value));
}

/* A value that the table refuses. */
static void
check_refused (DnnFileChecker *self, const DnnParam *param, const char *value)
{
  g_autofree char *spec = dnn_file_checker_spec_with (self, param, value);
  const DnnCheckSubject subject = dnn_file_checker_subject (self, spec);
  g_autoptr (DnnComponent) component = dnn_check_component (&subject, NULL);

  if (component != NULL)
    dnn_file_checker_fail (self, "%s '%s' is taken, and should be refused",
                           param->name, value);
}

/* A value within the range: the plugin may refuse it in build, with these
 * inputs; where it does not, it must compute and touch nothing else. */
static void
check_taken (DnnFileChecker *self, const DnnParam *param, const char *value)
{
  const char *trial = dnn_check_trial ((DnnKind) self->plugin->kind);
  g_autofree char *spec = dnn_file_checker_spec_with (self, param, value);
  const DnnCheckSubject subject = dnn_file_checker_subject (self, spec);
  g_autoptr (GError) error = NULL;
  g_autoptr (DnnCheckReport) report = dnn_check_run (&subject, trial, &error);

  if (report == NULL && error->code != DNN_ERROR_SHAPE)
    dnn_file_checker_fail (self, "%s: %s", spec, error->message);
  for (guint i = 0; report != NULL && i < report->failures->len; i++)
    dnn_file_checker_fail (self, "%s: %s", spec,
                           (char *) g_ptr_array_index (report->failures, i));
}

/* Whole numbers are exact in double up to here, and so are their bounds. */
static bool
is_bound (const DnnParam *param, double value)
{
  return isfinite (value) && (!is_whole (param) || fabs (value) < 9e15);
}

static void
check_bounds (DnnFileChecker *self, const DnnParam *param)
{
  const double bounds[] = { param->min, param->max };
  const double beyond[] = {
    is_whole (param) ? param->min - 1 : nextafter (param->min, -INFINITY),
    is_whole (param) ? param->max + 1 : nextafter (param->max, INFINITY),
  };

  for (int i = 0; i < 2; i++) {
    g_autofree char *bound = NULL, *other = NULL;

    if (!is_bound (param, bounds[i]))
      continue;
    bound = number_to_string (param, bounds[i]);
    check_taken (self, param, bound);
    other = number_to_string (param, beyond[i]);
    if (isfinite (beyond[i]))
      check_refused (self, param, other);
  }
}

static void
check_parameter (DnnFileChecker *self, const DnnParam *param)
{
  static const char *const no_numbers[] = { "nan", "much", "1x", "0x10" };
  g_auto (GStrv) nicks =
      g_strsplit (param->nicks != NULL ? param->nicks : "", " ", -1);

  if (is_number (param))
    check_bounds (self, param);
  for (size_t i = 0; is_number (param) && i < G_N_ELEMENTS (no_numbers); i++)
    check_refused (self, param, no_numbers[i]);
  if (is_whole (param))
    check_refused (self, param, "1.5");
  if (param->type == DNN_PARAM_BOOL) {
    check_taken (self, param, "true");
    check_taken (self, param, "false");
    check_refused (self, param, "2");
  }
  for (size_t i = 0; param->type == DNN_PARAM_ENUM && nicks[i] != NULL; i++)
    check_taken (self, param, nicks[i]);
  if (param->type == DNN_PARAM_ENUM)
    check_refused (self, param, "none-of-them");
}

void
dnn_check_parameters (DnnFileChecker *self)
{
  for (uint32_t i = 0; i < self->code->n_params; i++) {
    const DnnParam *param = dnn_param_at (self->code, i);

    check_parameter (self, param);
    if (param->initial != NULL)
      check_taken (self, param, param->initial);
  }
}
