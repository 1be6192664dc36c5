/* json.c - results as JSON, an object per line */
#include "json.h"

#include "output.h"

#include <math.h>
#include <stdio.h>

/* json-glib writes 1e30 as 1e+30.0, which is no JSON. */
static char *
mend_numbers (const char *text)
{
  g_autoptr (GRegex) regex =
      g_regex_new ("(?<=[:,\\[])(-?[0-9]e[+-][0-9]+)\\.0(?=[,}\\]])",
                   (GRegexCompileFlags) 0, (GRegexMatchFlags) 0, NULL);

  return g_regex_replace (regex, text, -1, 0, "\\1", (GRegexMatchFlags) 0,
                          NULL);
}

char *
json_to_line (JsonBuilder *builder)
{
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *text = NULL;

  json_generator_set_root (generator, root);
  text = json_generator_to_data (generator, NULL);
  g_object_unref (builder);
  return mend_numbers (text);
}

void
print_json (JsonBuilder *builder)
{
  g_autofree char *line = json_to_line (builder);

  printf ("%s\n", line);
  output_flush ();
}

void
add_json_number (JsonBuilder *builder, const char *name, double value)
{
  json_builder_set_member_name (builder, name);
  if (isfinite (value))
    json_builder_add_double_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

void
add_json_text (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  if (value != NULL)
    json_builder_add_string_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

void
add_json_int (JsonBuilder *builder, const char *name, int64_t value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

void
add_json_bool (JsonBuilder *builder, const char *name, bool value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_boolean_value (builder, value);
}
