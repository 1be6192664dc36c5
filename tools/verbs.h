/* verbs.h - every verb of dnnrun, in the order of its help
 *
 *   VERB (function, name, arguments, summary, fewest words, most words)
 *
 * A verb is a row here, a line of tools/meson.build and verbs/NAME.c, which
 * defines cmd_FUNCTION.
 */
VERB (train, "train", "FILE.dnn | TABLE.csv | --layers CHAIN --data NAME",
      "Train a model as an experiment file says", 0, 1)
VERB (transfer, "transfer", "BASE.safetensors | RUN",
      "Put a new head on a trained model and fine-tune", 1, 1)
VERB (evaluate, "evaluate", "MODEL [TABLE.csv]",
      "Loss and metrics of a model on data", 1, 2)
VERB (predict, "predict", "MODEL [TABLE.csv]",
      "What a model says to new inputs", 1, 2)
VERB (summary, "summary", "FILE.dnn | MODEL", "Layers, shapes and parameters",
      1, 1)
VERB (diff, "diff", "MODEL MODEL",
      "Whether two models are the same, tensor by tensor", 2, 2)
VERB (verify, "verify", "MODEL",
      "Hashes of a model's tensors, and what is wrong with it", 1, 1)
VERB (export, "export", "MODEL OUT.safetensors",
      "A model without its optimizer", 2, 2)
VERB (import, "import", "FILE.onnx|.keras|.h5 --out MODEL.safetensors",
      "A model of another program, as a model of ours", 1, 1)
VERB (data, "data", "FILE.dnn | TABLE.csv",
      "What is in the data, and what is odd about it", 1, 1)
VERB (lr_find, "lr-find", "FILE.dnn", "Which learning rate to begin with", 1, 1)
VERB (plot, "plot", "RUN...",
      "Loss and metric of runs over epochs, as a picture", 1, G_MAXINT)
VERB (inspect, "inspect", "[[KIND/]NAME]",
      "What a plugin is and takes; or all of them", 0, 1)
VERB (new, "new", "KIND|bundle NAME [DIR]",
      "A project for a plugin of your own, ready to build", 2, 3)
VERB (sweep, "sweep", "FILE.dnn",
      "Many runs over keys and values, and which is best", 1, 1)
VERB (plugins, "plugins", "",
      "Every plugin that is found, and what is wrong with it", 0, 0)
VERB (control, "control",
      "RUN status | pause | resume | checkpoint | stop | set KEY=VALUE...",
      "Look at a run while it trains, and steer it", 2, G_MAXINT)
VERB (check, "check", "FILE.so | FILE.dnn",
      "Hold a plugin to its contract, or an experiment to its plugins", 0, 1)
