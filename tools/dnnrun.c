/* dnnrun.c - the host binary: finds the verb and runs it */
#include "command.h"
#include "describe.h"
#include "faults.h"

#include <dnn-simd.h>
#include <dnn-suggest.h>
#include <errno.h>
#include <gio/gio.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

static const Command commands[] = {
#define VERB(function, name, arguments, summary, fewest, most)                 \
  { name, arguments, summary, fewest, most, cmd_##function },
#include "verbs.h"
#undef VERB
};

/* dnnrun runs itself as these, to open a plugin in a process of its own. */
static const Command hidden[] = {
  { "probe-plugin", "PATH NAME", "", 2, 2, cmd_probe },
  { "check-part", "CHECK PATH SEED FOLDERS", "", 4, 4, cmd_check_part },
};

static void
print_help (void)
{
  printf ("Usage: dnnrun VERB [OPTION...]\n\n"
          "Trains, fine-tunes and runs deep neural networks from plugins.\n\n"
          "Verbs:\n");
  for (size_t i = 0; i < G_N_ELEMENTS (commands); i++)
    printf ("  %-10s %s\n", commands[i].name, commands[i].summary);
  printf ("\ndnnrun VERB --help tells the options of a verb; "
          "dnnrun --version, the version.\n");
}

static const Command *
find_command (const char *name)
{
  for (size_t i = 0; i < G_N_ELEMENTS (commands); i++)
    if (strcmp (commands[i].name, name) == 0)
      return &commands[i];
  for (size_t i = 0; i < G_N_ELEMENTS (hidden); i++)
    if (strcmp (hidden[i].name, name) == 0)
      return &hidden[i];
  return NULL;
}

static void
print_unknown_verb (const char *name)
{
  const char *names[G_N_ELEMENTS (commands) + 1] = { NULL };
  g_autofree char *nearest = NULL;

  for (size_t i = 0; i < G_N_ELEMENTS (commands); i++)
    names[i] = commands[i].name;
  nearest = dnn_suggest (name, names);
  fprintf (stderr, "dnnrun: there is no verb '%s'; %s\n", name, nearest);
}

/* Results that nobody got are not done. */
static int
check_output (void)
{
  if (fflush (stdout) == 0 && !ferror (stdout))
    return EXIT_DONE;
  fprintf (stderr, "dnnrun: cannot write to the standard output: %s\n",
           g_strerror (errno));
  return EXIT_IO;
}

/* Each verb describes its own options, which only it knows. */
static void
describe (void)
{
  describe_program ();
  for (size_t i = 0; i < G_N_ELEMENTS (commands); i++) {
    char *words[] = { (char *) commands[i].name, (char *) "--describe", NULL };
    char **argv = words;
    int argc = 2;

    commands[i].run (&commands[i], &argc, &argv, NULL);
  }
}

int
main (int argc, char *argv[])
{
  g_autoptr (GError) error = NULL;
  g_autofree char *line = NULL;
  const Command *command;

  setlocale (LC_ALL, "");
  faults_install ();
  if (argc < 2) {
    print_help ();
    return EXIT_USAGE;
  }
  if (strcmp (argv[1], "--help") == 0 || strcmp (argv[1], "-h") == 0) {
    print_help ();
    return EXIT_DONE;
  }
  if (strcmp (argv[1], "--version") == 0) {
    printf ("dnnrun %s (plugin ABI %d.%d)\n", DNN_VERSION, DNN_ABI_MAJOR,
            DNN_ABI_MINOR);
    return EXIT_DONE;
  }
  if (is_describe (argc, argv)) {
    describe ();
    return check_output ();
  }
  command = find_command (argv[1]);
  if (command == NULL) {
    print_unknown_verb (argv[1]);
    return EXIT_USAGE;
  }
  argc--;
  argv++;
  if ((dnn_simd_check (&error) &&
       command->run (command, &argc, &argv, &error)) ||
      error == NULL)
    return check_output ();
  line = dnn_error_to_line (error);
  fprintf (stderr, "dnnrun: %s\n", line);
  return exit_code (error);
}
