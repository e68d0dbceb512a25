/* usher-prompt.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-prompt.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "usher-error.h"

#define MAX_LINE 4096

/* Reads until the end of the line, or until a signal waits. */
static gssize
read_line (int signals, char *line)
{
  gssize n = 0;
  gsize size = 0;
  struct pollfd sources[] = { { signals, POLLIN, 0 }, { STDIN_FILENO, POLLIN, 0 } };

  while (size < MAX_LINE && (size == 0 || line[size - 1] != '\n'))
    {
      if (poll (sources, G_N_ELEMENTS (sources), -1) < 0 || (sources[0].revents & POLLIN) != 0)
        return -1;
      n = read (STDIN_FILENO, line + size, MAX_LINE - size);
      if (n <= 0)
        break;
      size += (gsize) n;
    }

  return (gssize) size;
}

static UsherSecret *
take_line (char *line, gssize size, GError **error)
{
  UsherSecret *secret = NULL;

  while (size > 0 && (line[size - 1] == '\n' || line[size - 1] == '\r'))
    size--;
  if (size >= MAX_LINE - 1)
    usher_refuse (error,
                  USHER_ERROR_INVALID,
                  "a terminal cuts lines of over %d bytes: “--stdin” reads the secret from a file",
                  MAX_LINE - 2);
  else if (size > 0)
    secret = usher_secret_new_bytes ((const guint8 *) line, (gsize) size);
  else
    usher_refuse (error, USHER_ERROR_INVALID, "nothing was typed");
  explicit_bzero (line, MAX_LINE);

  return secret;
}

UsherSecret *
usher_prompt_read (const char *question, GError **error)
{
  struct termios former;
  struct termios silent;
  char line[MAX_LINE];
  sigset_t ends;
  sigset_t before;
  gssize size = 0;
  int signals = -1;

  if (tcgetattr (STDIN_FILENO, &former) != 0)
    {
      usher_refuse (error,
                    USHER_ERROR_INVALID,
                    "standard input is no terminal: “--stdin” reads the secret from it");
      return NULL;
    }

  sigemptyset (&ends);
  sigaddset (&ends, SIGINT);
  sigaddset (&ends, SIGQUIT);
  sigaddset (&ends, SIGTERM);
  sigaddset (&ends, SIGHUP);
  sigprocmask (SIG_BLOCK, &ends, &before);
  signals = signalfd (-1, &ends, SFD_CLOEXEC);
  silent = former;
  silent.c_lflag &= (tcflag_t) ~ECHO;
  silent.c_lflag |= ECHONL;
  tcsetattr (STDIN_FILENO, TCSAFLUSH, &silent);

  g_printerr ("%s", question);
  size = read_line (signals, line);

  tcsetattr (STDIN_FILENO, TCSAFLUSH, &former);
  if (signals >= 0)
    close (signals);
  /* what came meanwhile ends the program here */
  sigprocmask (SIG_SETMASK, &before, NULL);

  return take_line (line, size, error);
}
