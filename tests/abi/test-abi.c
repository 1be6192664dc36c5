/* test-abi.c - sizes and offsets of the plugin ABI, pinned
 *
 * abi-pins.h is made by build-aux/abi-pins.py; lines are only added.
 */
#include <dnn/plugin.h>
#include <glib.h>

typedef struct {
  const char *name;
  size_t is;
  size_t pinned;
} Pin;

#define SIZE(S, bytes)                                                         \
  {                                                                            \
#S, sizeof(S), bytes                                                       \
  }
#define AT(S, member, offset)                                                  \
  {                                                                            \
#S "." #member, offsetof(S, member), offset                                \
  }
#define VALUE(constant, value)                                                 \
  {                                                                            \
#constant, (size_t) constant, value                                        \
  }

static const Pin pins[] = {
#include "abi-pins.h"
};

static void
test_pins (void)
{
  g_test_summary ("A moved member breaks every plugin that was built before");

  for (size_t i = 0; i < G_N_ELEMENTS (pins); i++)
    if (pins[i].is != pins[i].pinned) {
      g_test_message ("%s is %zu, and was %zu", pins[i].name, pins[i].is,
                      pins[i].pinned);
      g_test_fail ();
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/abi/pins", test_pins);

  return g_test_run ();
}
