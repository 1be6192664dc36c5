/* socket.h - where a run listens: the socket `control.sock` in its
 * folder
 *
 * Its mode is 0600: who may write the user's files may steer the user's runs,
 * and nobody else.
 */
#pragma once

#include <dnn-error.h>

/* Listens in that folder; a socket that is left there is replaced, so the run's
 * lock must be held.  DNN_ERROR_IO with -1. */
int control_socket_listen (const char *folder, GError **error);
/* Closes it and takes it away, unless another has taken its place. */
void control_socket_close (int fd, const char *folder);
/* Connects to the run in that folder.  DNN_ERROR_NAME where there is no such
 * run, DNN_ERROR_IO where it does not listen, with -1. */
int control_socket_connect (const char *folder, GError **error);
