/* dnn-expression.c - reads and computes C expressions, operator by operator */
#include "dnn-expression.h"

#include <math.h>
#include <string.h>

enum { MAX_DEPTH = 100 };

typedef struct {
  const char *text, *at;
  const DnnVariable *variables;
  size_t n_variables;
  int depth;
  GError *error; /* (owned) the first fault; NULL: none */
} Reader;

static double read_ternary (Reader *self);

/* Returns: NaN; the rest is not read. */
static double
refuse (Reader *self, const char *wanted)
{
  if (self->error == NULL)
    self->error =
        g_error_new (DNN_ERROR, DNN_ERROR_PLUGIN,
                     "column %zu: %s must stand here, not '%.20s'",
                     (size_t) (self->at - self->text) + 1, wanted, self->at);
  self->at += strlen (self->at);
  return NAN;
}

/* Takes the operator, unless what follows makes it another one. */
static bool
take (Reader *self, const char *operator, const char * unless)
{
  const size_t n = strlen (operator);

  self->at += strspn (self->at, " \n\t");
  if (strncmp (self->at, operator, n) != 0 ||
      (self->at[n] != '\0' && strchr (unless, self->at[n]) != NULL))
    return false;
  self->at += n;
  return true;
}

/* --- functions ----------------------------------------------------------- */

static const struct {
  const char *name;
  double (*one) (double);
  double (*two) (double, double);
} functions[] = {
  { "acosf", acos, NULL },         { "asinf", asin, NULL },
  { "atanf", atan, NULL },         { "ceilf", ceil, NULL },
  { "cosf", cos, NULL },           { "coshf", cosh, NULL },
  { "erfcf", erfc, NULL },         { "erff", erf, NULL },
  { "exp2f", exp2, NULL },         { "expf", exp, NULL },
  { "expm1f", expm1, NULL },       { "fabsf", fabs, NULL },
  { "floorf", floor, NULL },       { "log1pf", log1p, NULL },
  { "log2f", log2, NULL },         { "logf", log, NULL },
  { "rintf", rint, NULL },         { "roundf", round, NULL },
  { "sinf", sin, NULL },           { "sinhf", sinh, NULL },
  { "sqrtf", sqrt, NULL },         { "tanf", tan, NULL },
  { "tanhf", tanh, NULL },         { "truncf", trunc, NULL },
  { "copysignf", NULL, copysign }, { "fmaxf", NULL, fmax },
  { "fminf", NULL, fmin },         { "fmodf", NULL, fmod },
  { "powf", NULL, pow },
};

static double
call_function (Reader *self, size_t i)
{
  const double a = read_ternary (self);
  double b = 0;

  if (functions[i].two != NULL) {
    if (!take (self, ",", ""))
      return refuse (self, "','");
    b = read_ternary (self);
  }
  if (!take (self, ")", ""))
    return refuse (self, "')'");
  return functions[i].two != NULL ? functions[i].two (a, b)
                                  : functions[i].one (a);
}

/* --- terms --------------------------------------------------------------- */

static bool
is_word (const char *at, size_t n, const char *word)
{
  return strlen (word) == n && strncmp (at, word, n) == 0;
}

static double
read_name (Reader *self)
{
  size_t n = 0;

  while (g_ascii_isalnum (self->at[n]) || self->at[n] == '_')
    n++;
  for (size_t i = 0; i < self->n_variables; i++)
    if (is_word (self->at, n, self->variables[i].name)) {
      self->at += n;
      return self->variables[i].value;
    }
  for (size_t i = 0; i < G_N_ELEMENTS (functions); i++)
    if (is_word (self->at, n, functions[i].name)) {
      self->at += n;
      return take (self, "(", "") ? call_function (self, i)
                                  : refuse (self, "'('");
    }
  return refuse (self, "x, a parameter or a function of <math.h> of float");
}

static double
read_number (Reader *self)
{
  char *end;
  const double number = g_ascii_strtod (self->at, &end);

  if (end == self->at)
    return refuse (self, "a number");
  self->at = end;
  if (*self->at == 'f' || *self->at == 'F')
    self->at++;
  return number;
}

static double
read_primary (Reader *self)
{
  double value;

  self->at += strspn (self->at, " \n\t");
  if (g_ascii_isdigit (*self->at) || *self->at == '.')
    return read_number (self);
  if (g_ascii_isalpha (*self->at) || *self->at == '_')
    return read_name (self);
  if (!take (self, "(", ""))
    return refuse (self, "a number, a name or '('");
  value = read_ternary (self);
  return take (self, ")", "") ? value : refuse (self, "')'");
}

static double
read_unary (Reader *self)
{
  double value;

  if (++self->depth > MAX_DEPTH)
    return refuse (self, "an expression less deep");
  if (take (self, "-", "-="))
    value = -read_unary (self);
  else if (take (self, "+", "+="))
    value = read_unary (self);
  else if (take (self, "!", "="))
    value = read_unary (self) == 0;
  else
    value = read_primary (self);
  self->depth--;
  return value;
}

/* --- operators, from the tightest ---------------------------------------- */

static double
read_product (Reader *self)
{
  double value = read_unary (self);

  while (true) {
    if (take (self, "*", "="))
      value *= read_unary (self);
    else if (take (self, "/", "="))
      value /= read_unary (self);
    else
      return value;
  }
}

static double
read_sum (Reader *self)
{
  double value = read_product (self);

  while (true) {
    if (take (self, "+", "+="))
      value += read_product (self);
    else if (take (self, "-", "-="))
      value -= read_product (self);
    else
      return value;
  }
}

static double
read_order (Reader *self)
{
  double value = read_sum (self);

  while (true) {
    if (take (self, "<=", ""))
      value = value <= read_sum (self);
    else if (take (self, ">=", ""))
      value = value >= read_sum (self);
    else if (take (self, "<", "<"))
      value = value < read_sum (self);
    else if (take (self, ">", ">"))
      value = value > read_sum (self);
    else
      return value;
  }
}

static double
read_equality (Reader *self)
{
  double value = read_order (self);

  while (true) {
    if (take (self, "==", ""))
      value = value == read_order (self);
    else if (take (self, "!=", ""))
      value = value != read_order (self);
    else
      return value;
  }
}

static double
read_and (Reader *self)
{
  double value = read_equality (self);

  while (take (self, "&&", "")) {
    const double other = read_equality (self);

    value = value != 0 && other != 0;
  }
  return value;
}

static double
read_or (Reader *self)
{
  double value = read_and (self);

  while (take (self, "||", "")) {
    const double other = read_and (self);

    value = value != 0 || other != 0;
  }
  return value;
}

static double
read_ternary (Reader *self)
{
  const double condition = read_or (self);
  double yes, no;

  if (!take (self, "?", ""))
    return condition;
  if (++self->depth > MAX_DEPTH)
    return refuse (self, "an expression less deep");
  yes = read_ternary (self);
  if (!take (self, ":", ""))
    return refuse (self, "':'");
  no = read_ternary (self);
  self->depth--;
  return condition != 0 ? yes : no;
}

bool
dnn_expression_compute (const char *text, const DnnVariable *variables,
                        size_t n_variables, double *ret_value, GError **error)
{
  Reader self = { text, text, variables, n_variables, 0, NULL };
  const double value = read_ternary (&self);

  self.at += strspn (self.at, " \n\t");
  if (self.error == NULL && *self.at != '\0')
    refuse (&self, "an operator or the end");
  if (self.error != NULL) {
    g_propagate_error (error, self.error);
    return false;
  }
  *ret_value = value;
  return true;
}
