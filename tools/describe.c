/* describe.c - dnnrun --describe */
#include "describe.h"

#include "json.h"

#include <string.h>

bool
is_describe (int argc, char **argv)
{
  return argc == 2 && strcmp (argv[1], "--describe") == 0;
}

void
describe_program (void)
{
  JsonBuilder *b = json_builder_new ();

  json_builder_begin_object (b);
  add_json_text (b, "program", "dnnrun");
  add_json_text (b, "version", DNN_VERSION);
  json_builder_end_object (b);
  print_json (b);
}

static void
add_options (JsonBuilder *b, const GOptionEntry *entries, bool is_common)
{
  for (; entries != NULL && entries->long_name != NULL; entries++) {
    const bool is_file = entries->arg == G_OPTION_ARG_FILENAME ||
                         entries->arg == G_OPTION_ARG_FILENAME_ARRAY;
    const char letter[] = { entries->short_name, '\0' };

    if ((entries->flags & G_OPTION_FLAG_HIDDEN) != 0 ||
        *entries->long_name == '\0')
      continue;
    json_builder_begin_object (b);
    add_json_text (b, "name", entries->long_name);
    add_json_text (b, "letter", *letter != '\0' ? letter : NULL);
    add_json_text (b, "argument", entries->arg_description);
    add_json_text (b, "help", entries->description);
    add_json_bool (b, "file", is_file);
    add_json_bool (b, "common", is_common);
    json_builder_end_object (b);
  }
}

void
describe_command (const char *name, const char *arguments, const char *summary,
                  const GOptionEntry *entries, const GOptionEntry *common)
{
  JsonBuilder *b = json_builder_new ();

  json_builder_begin_object (b);
  add_json_text (b, "verb", name);
  add_json_text (b, "arguments", arguments);
  add_json_text (b, "summary", summary);
  json_builder_set_member_name (b, "options");
  json_builder_begin_array (b);
  add_options (b, entries, false);
  add_options (b, common, true);
  json_builder_end_array (b);
  json_builder_end_object (b);
  print_json (b);
}
