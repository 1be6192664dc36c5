/* no_descriptor - a shared object that has nothing to do with plugins */
#include <dnn/plugin.h>

DNN_EXPORT int foreign (int x);

int
foreign (int x)
{
  return 2 * x;
}
