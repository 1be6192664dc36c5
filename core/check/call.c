/* call.c - calls into a plugin, and what they touched */
#include "dnn-build.h"
#include "dnn-checker.h"

#include "dnn-dtype.h"
#include "dnn-guard.h"
#include "dnn-running.h"
#include "dnn-shape.h"

#include <signal.h>

/* Calls body (tensor's name, tensor) for all tensors with data. */
typedef bool (*Visit) (void *data, const DnnWatched *list, const DnnTensor *t,
                       uint32_t i);

static bool
visit_all (const DnnWatched *lists, size_t n, Visit visit, void *data)
{
  for (size_t i = 0; i < n; i++)
    for (uint32_t j = 0; j < lists[i].list->n; j++) {
      const DnnTensor *t = &lists[i].list->at[j];

      if (t->data != NULL && !visit (data, &lists[i], t, j))
        return false;
    }
  return true;
}

static bool
protect (void *data, const DnnWatched *list, const DnnTensor *t, uint32_t i)
{
  const bool *on = data;

  (void) i;
  if (list->read_only)
    dnn_guard_set_writable (t->data, !*on);
  return true;
}

static char *
name_of (const DnnWatched *list, uint32_t i)
{
  return list->list->n > 1 ? g_strdup_printf ("%s %u", list->name, i)
                           : g_strdup (list->name);
}

typedef struct {
  DnnChecker *checker;
  const char *what;
  const char *address;
} Search;

static bool
check_fence (void *data, const DnnWatched *list, const DnnTensor *t, uint32_t i)
{
  const Search *search = data;
  g_autofree char *name = name_of (list, i);

  if (dnn_guard_is_whole (t->data))
    return true;
  dnn_checker_fail (search->checker, "%s writes before the first element of %s",
                    search->what, name);
  return false;
}

/* False: the address is found, and told. */
static bool
find_address (void *data, const DnnWatched *list, const DnnTensor *t,
              uint32_t i)
{
  const Search *search = data;
  const char *first = t->data;
  const int64_t n = dnn_count (t);
  const int64_t at = (search->address - first) /
                     (int64_t) dnn_dtype_size ((DnnDtype) t->dtype);
  g_autofree char *name = name_of (list, i);

  if (!dnn_guard_is_near (t->data, search->address))
    return true;
  if (search->address < first || at >= n)
    dnn_checker_fail (search->checker,
                      "%s touches element %" G_GINT64_FORMAT
                      " of %s, which has %" G_GINT64_FORMAT,
                      search->what, at, name, n);
  else {
    g_autofree char *place = dnn_check_place (name, t, at);

    dnn_checker_fail (search->checker, "%s writes %s, which it may only read",
                      search->what, place);
  }
  return false;
}

static void
report_fault (Search *search, const DnnFault *fault, const DnnWatched *lists,
              size_t n)
{
  if (fault->signal != SIGSEGV && fault->signal != SIGBUS) {
    dnn_checker_fail (search->checker, "%s crashes (%s)", search->what,
                      g_strsignal (fault->signal));
    return;
  }
  search->address = fault->address;
  if (!visit_all (lists, n, find_address, search))
    return;
  if ((uintptr_t) fault->address < 65536)
    dnn_checker_fail (search->checker,
                      "%s touches an entry that is NULL (it crashes: %s)",
                      search->what, g_strsignal (fault->signal));
  else
    dnn_checker_fail (search->checker, "%s touches memory that is not its own",
                      search->what);
}

bool
dnn_checker_call (DnnChecker *self, const char *what, const DnnWatched *lists,
                  size_t n, void (*body) (void *data), void *data)
{
  Search search = { self, what, NULL };
  bool on = true;
  DnnFault fault;

  if (self->strict)
    visit_all (lists, n, protect, &on);
  fault = dnn_guard_trap (body, data);
  if (fault.signal != 0)
    dnn_running_end ();
  on = false;
  if (self->strict)
    visit_all (lists, n, protect, &on);
  if (fault.signal != 0) {
    report_fault (&search, &fault, lists, n);
    return false;
  }
  return !self->strict || visit_all (lists, n, check_fence, &search);
}

/* --- build --------------------------------------------------------------- */

typedef struct {
  const DnnComponent *component;
  const DnnTensor **x, **masks;
  uint32_t n;
  DnnBuilt *built;
  GError **error;
} Build;

static void
call_build (void *data)
{
  Build *build = data;

  build->built =
      dnn_build_masked (build->component, build->component->plugin->name,
                        build->x, build->masks, build->n, build->error);
}

DnnTensor
dnn_checker_mask_shape (const DnnTensor *x)
{
  DnnTensor mask = *x;

  mask.data = NULL;
  mask.n_dims = MAX (x->n_dims, 1) - 1;
  return mask;
}

DnnBuilt *
dnn_checker_build (DnnChecker *self, int64_t batch_factor, GError **error)
{
  const DnnCheckSubject *subject = self->subject;
  const uint32_t n = subject->n_inputs;
  g_autofree DnnTensor *shapes = g_new0 (DnnTensor, 2 * n + 1);
  g_autofree const DnnTensor **x = g_new0 (const DnnTensor *, 2 * n + 1);
  g_autoptr (GError) local = NULL;
  Build build = { self->component, x, x + n, n, NULL, &local };

  for (uint32_t i = 0; i < n; i++) {
    shapes[i] = dnn_tensor_of (&subject->inputs[i]);
    shapes[i].dims[0] *= batch_factor;
    x[i] = &shapes[i];
    shapes[n + i] = dnn_checker_mask_shape (&shapes[i]);
    if (self->masked && shapes[n + i].n_dims > 0)
      x[n + i] = &shapes[n + i];
  }
  if (!dnn_checker_call (self, "build", NULL, 0, call_build, &build)) {
    g_set_error (error, DNN_ERROR, DNN_ERROR_PLUGIN, "%s: build crashes",
                 self->component->plugin->name);
    return NULL;
  }
  if (build.built == NULL) {
    if (local->code == DNN_ERROR_PLUGIN)
      dnn_checker_fail (self, "%s", local->message);
    g_propagate_error (error, g_steal_pointer (&local));
  }
  return build.built;
}
