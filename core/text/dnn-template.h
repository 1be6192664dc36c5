/* dnn-template.h - texts with the values of parameters put in
 *
 * `$name`, with the longest run of a-z, 0-9 and '_', or `${name}` is a
 * parameter; `$$` is a dollar.  A value is put in as it is and not looked
 * through again.
 */
#pragma once

#include "dnn-error.h"

DNN_BEGIN_DECLS

/* The value of a parameter (transfer none); NULL and an error: there is none of
 * that name. */
typedef const char *(*DnnTemplateFind) (const char *name, void *data,
                                        GError **error);

/* The text with the values of its parameters.  DNN_ERROR_PARAM: a dollar before
 * something else, or a text of more than 64 KiB.  Returns: (transfer full). */
char *dnn_template_fill (const char *text, DnnTemplateFind find, void *data,
                         GError **error);

/* Whole numbers joined by '*' and '/', "4*16", worked out from left to right;
 * so is each piece between commas.  Whatever else stands there, and a division
 * that does not come out whole, stays as it is.  DNN_ERROR_PARAM: a product
 * that no number holds.  Returns: (transfer full). */
char *dnn_template_work_out (const char *text, GError **error);

DNN_END_DECLS
