/* dnnrun.c - the host binary: finds the verb and runs it */
#include "command.h"
#include "describe.h"

#include <dnn-simd.h>
#include <dnn-suggest.h>
#include <errno.h>
#include <gio/gio.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

/* One line a verb. */
static const Command commands[] = {
  { "train", "FILE.dnn | --layers CHAIN --data NAME",
    "Train a model as an experiment file says", 0, 1, cmd_train },
  { "transfer", "BASE.safetensors",
    "Put a new head on a trained model and fine-tune", 1, 1, cmd_transfer },
  { "evaluate", "MODEL", "Loss and metrics of a model on data", 1, 1,
    cmd_evaluate },
  { "predict", "MODEL", "What a model says to new inputs", 1, 1, cmd_predict },
  { "summary", "FILE.dnn | MODEL", "Layers, shapes and parameters", 1, 1,
    cmd_summary },
  { "diff", "MODEL MODEL", "Whether two models are the same, tensor by tensor",
    2, 2, cmd_diff },
  { "verify", "MODEL", "Hashes of a model's tensors, and what is wrong with it",
    1, 1, cmd_verify },
  { "export", "MODEL OUT.safetensors", "A model without its optimizer", 2, 2,
    cmd_export },
  { "data", "FILE.dnn", "What is in the data, and what is odd about it", 1, 1,
    cmd_data },
  { "lr-find", "FILE.dnn", "Which learning rate to begin with", 1, 1,
    cmd_lr_find },
  { "plot", "RUN...", "Loss and metric of runs over epochs, as a picture", 1,
    G_MAXINT, cmd_plot },
  { "inspect", "[[KIND/]NAME]", "What a plugin is and takes; or all of them", 0,
    1, cmd_inspect },
  { "new", "KIND NAME [DIR]",
    "A project for a plugin of your own, ready to build", 2, 3, cmd_new },
  { "sweep", "FILE.dnn", "Many runs over keys and values, and which is best", 1,
    1, cmd_sweep },
  { "plugins", "", "Every plugin that is found, and what is wrong with it", 0,
    0, cmd_plugins },
  { "control",
    "RUN status | pause | resume | checkpoint | stop | set KEY=VALUE...",
    "Look at a run while it trains, and steer it", 2, G_MAXINT, cmd_control },
  { "check", "FILE.so | FILE.dnn",
    "Hold a plugin to its contract, or an experiment to its plugins", 0, 1,
    cmd_check },
};

/* What dnnrun runs itself as, to open a plugin in a process of its own. */
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
