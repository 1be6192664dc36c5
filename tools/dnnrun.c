/* dnnrun.c - the host binary: finds the verb and runs it */
#include "command.h"
#include "describe.h"
#include "faults.h"
#include "output.h"

#include <dnn-memory.h>
#include <dnn-simd.h>
#include <dnn-suggest.h>
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
  printf ("\ndnnrun VERB --help and dnnrun help VERB tell the options of a "
          "verb;\ndnnrun --version, the version.\n");
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

/* Sentences are the user's language; numbers have a dot in every one, as in
 * files and on the command line. */
static void
set_locale (void)
{
  setlocale (LC_ALL, "");
  setlocale (LC_NUMERIC, "C");
}

/* Results that nobody got are not done. */
static int
check_output (void)
{
  return output_flush () ? EXIT_DONE : EXIT_IO;
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

static bool
is_one_of (const char *word, const char *a, const char *b, const char *c)
{
  return strcmp (word, a) == 0 || strcmp (word, b) == 0 ||
         strcmp (word, c) == 0;
}

/* "help train" becomes "train --help". */
static void
ask_for_help (int argc, char *argv[])
{
  if (argc != 3 || strcmp (argv[1], "help") != 0)
    return;
  argv[1] = argv[2];
  argv[2] = (char *) "--help";
}

int
main (int argc, char *argv[])
{
  g_autoptr (GError) error = NULL;
  g_autofree char *line = NULL;
  const Command *command;

  /* Before OpenBLAS is loaded, of which dnnrun wants one thread. */
  g_setenv ("OPENBLAS_NUM_THREADS", "1", TRUE);
  set_locale ();
  faults_install ();
  if (argc < 2) {
    print_help ();
    return EXIT_USAGE;
  }
  ask_for_help (argc, argv);
  if (is_one_of (argv[1], "--help", "-h", "help")) {
    print_help ();
    return EXIT_DONE;
  }
  if (is_one_of (argv[1], "--version", "-V", "version")) {
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
  fprintf (stderr, "dnnrun: %s%s\n", line,
           dnn_memory_is_refusal (error)
               ? "; dnnrun summary --memory tells what is needed"
               : "");
  return exit_code (error);
}
