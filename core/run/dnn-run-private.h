/* dnn-run-private.h - the inside of a run, for its own files */
#pragma once

#include "dnn-file.h"
#include "dnn-lock.h"
#include "dnn-model-file.h"
#include "dnn-model-save.h"
#include "dnn-pace.h"
#include "dnn-phase.h"
#include "dnn-run.h"

enum { DNN_RUN_N_TABLES = 2 };

/* A table of the folder, which grows by its end. */
typedef struct DnnRunTable {
  size_t n_epochs; /* in the file; 0: it is to be written whole */
  size_t bytes;    /* of the file */
} DnnRunTable;

struct DnnRun {
  DnnExperiment *experiment; /* (owned) */
  DnnTrainSettings settings; /* [train], without phases */
  GPtrArray *phases;         /* (owned) of DnnPhase */
  guint phase;               /* the one being trained */
  bool inside;               /* that phase has begun: the run goes on */
  DnnData *data;             /* (owned) */
  char *data_hash;           /* (owned) */
  char *rows_hash;           /* (owned) */
  DnnModel *model;           /* (owned) */
  DnnTrainer *trainer;       /* (owned) */
  char *base_report;         /* (owned) NULL: no base */
  bool stopped;              /* before its end */
  bool replays;              /* it has diverged, and looks for where */

  char *folder;        /* (owned) NULL until open */
  DnnLock *lock;       /* (owned) NULL: not held */
  char *health_before; /* (owned) rows of health.csv before it went on */
  double best;         /* lowest validation loss saved, of the phase */
  double best_missed;  /* lowest that could not be saved; infinite: none */
  double best_staged;  /* that of best_file */
  DnnFile *best_file;  /* (owned) best.safetensors, not yet in its place */
  DnnFile *kept_file;  /* (owned) model.safetensors, likewise */
  int64_t kept_step;   /* of kept_file */
  int64_t saved_step;  /* of the checkpoint that is there; -1: none */
  GError *unsaved;     /* (owned) why the last one could not be written */
  bool files_behind;   /* a table or a picture could not be written */
  DnnSaveEvery saves;  /* how often it is saved */
  DnnPace saving;      /* of checkpoints */
  DnnPace drawing;     /* of curves.svg */
  size_t n_drawn;      /* epochs in curves.svg */
  DnnRunTable tables[DNN_RUN_N_TABLES]; /* history, health */
  const DnnTrainEvents *events;         /* while it trains */
};

/* Reads the data; what the experiment leaves open goes into its text. */
bool dnn_run_load_data (DnnRun *self, GError **error);
bool dnn_run_settle (DnnRun *self, GError **error);
/* The trainer, in phase self->phase; later ones are checked. */
bool dnn_run_make_trainer (DnnRun *self, GError **error);
/* The folder is this run's from now on, whose lock it holds; what a run that
 * was killed left half written is removed. */
void dnn_run_take_folder (DnnRun *self, const char *folder);
/* A sentence to whoever watches. */
void dnn_run_tell (const DnnRun *self, const char *text);
/* The same of something that went wrong, or will. */
void dnn_run_warn (const DnnRun *self, const char *text);
/* Warns of settings with which little or nothing can be learnt. */
void dnn_run_warn_of_void (const DnnRun *self, const DnnPhase *phase);
/* Writes a file of the folder, whole or not at all. */
bool dnn_run_write_text (const DnnRun *self, const char *name, const char *text,
                         GError **error);
char *dnn_run_path (const DnnRun *self, const char *file);

/* --- what is saved; nothing where no folder is open ---------------------- */

/* model.safetensors, with all that is needed to go on.  What cannot be written
 * is DNN_ERROR_IO; a state that nobody wants is DNN_ERROR_DIVERGED, and is not
 * written. */
bool dnn_run_save_checkpoint (DnnRun *self, GError **error);
/* The same while training goes on: what cannot be written is a warning, to be
 * tried again at the next occasion; only DNN_ERROR_DIVERGED is an error. */
bool dnn_run_try_checkpoint (DnnRun *self, GError **error);
/* True if a step is one after which a checkpoint is wanted. */
bool dnn_run_is_step_due (const DnnRun *self);
/* best.safetensors takes its place, where one waits for it. */
void dnn_run_commit_best (DnnRun *self);
/* The same, and then the checkpoint of the last epoch: a failure comes later.
 */
void dnn_run_commit_kept (DnnRun *self);
/* history.csv is on the disk, with all rows; false where it cannot be. */
bool dnn_run_sync_history (DnnRun *self);
/* The rows of the last epochs are added to the tables; the picture is drawn
 * where it is due, or, to finish, where it lacks an epoch. */
bool dnn_run_save_tables (DnnRun *self, GError **error);
bool dnn_run_finish_tables (DnnRun *self, GError **error);
/* After an epoch: the best model, tables, pictures and, where it is due, the
 * checkpoint, the last last, so that a kill leaves a checkpoint with all that
 * belongs to it. */
bool dnn_run_try_epoch (DnnRun *self, GError **error);
/* At the end: everything that is still to be written must be, now. */
bool dnn_run_save_all (DnnRun *self, GError **error);

/* DNN_ERROR_DIVERGED where what is trained is no longer the run, but looked
 * through for where it went wrong. */
bool dnn_run_check_alive (const DnnRun *self, GError **error);

/* --- going on ------------------------------------------------------------ */

/* Takes the state of the folder's checkpoint.  `beside`: the history of the
 * folder, or NULL. */
bool dnn_run_take_checkpoint (DnnRun *self, const DnnSafetensors *file,
                              const DnnHistory *beside, GError **error);
/* After DNN_ERROR_DIVERGED by a weight that was lost in an earlier step: takes
 * the steps since the last checkpoint again, looking at everything after each,
 * and puts a better sentence in place of `error`. */
void dnn_run_explain (DnnRun *self, GError **error);
