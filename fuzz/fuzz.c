/* fuzz.c - copies of the input, and the judge of refusals */
#include "fuzz.h"

#include <string.h>

/* In bytes: of what dnn_error_to_line lets through, each may become four. */
enum { MOST = 5000 };

char *
fuzz_text (const uint8_t *data, size_t n)
{
  return g_strndup (n > 0 ? (const char *) data : "", n);
}

GBytes *
fuzz_bytes (const uint8_t *data, size_t n)
{
  return g_bytes_new (data, n);
}

static const char *
find_fault (const char *place, const GError *error)
{
  g_autofree char *text = dnn_error_to_line (error);

  if (error->domain != DNN_ERROR)
    return "is no error of libdnn's";
  if (place != NULL && !g_str_has_prefix (text, place))
    return "does not begin with the place";
  if (strchr (text, '\n') != NULL || strchr (text, '\r') != NULL)
    return "is more than a line";
  if (*text == '\0' || strlen (text) > MOST)
    return "is empty or too long";
  /* a list that is cut ends in three of them */
  return g_str_has_suffix (text, ".") && !g_str_has_suffix (text, "...")
             ? "ends in a period"
             : NULL;
}

void
fuzz_judge (bool done, const char *place, const GError *error)
{
  const char *fault;

  if (done != (error == NULL))
    g_error ("%s", done ? "done, with an error" : "refused without a word");
  fault = error != NULL ? find_fault (place, error) : NULL;
  if (fault != NULL)
    g_error ("a refusal %s: '%s'", fault, error->message);
}
