/* usher-test-clock.c: a clock that a test sets while a program runs, for LD_PRELOAD
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/*
 * LD_PRELOAD=…/libusher-test-clock.so USHER_TEST_CLOCK=FILE program …
 *
 * The time of day, as GLib tells it, is so many seconds ahead as the file says, which is read each time. A program with
 * AddressSanitizer needs ASAN_OPTIONS=verify_asan_link_order=0.
 */

#define _GNU_SOURCE
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static gint64
read_seconds (void)
{
  const char *path = getenv ("USHER_TEST_CLOCK");
  FILE *file = path != NULL ? fopen (path, "re") : NULL;
  char text[32] = "";

  if (file == NULL)
    return 0;

  if (fgets (text, sizeof text, file) == NULL)
    text[0] = '\0';
  fclose (file);

  return strtoll (text, NULL, 10);
}

gint64
g_get_real_time (void)
{
  struct timespec now = { 0 };

  clock_gettime (CLOCK_REALTIME, &now);

  return (now.tv_sec + read_seconds ()) * G_USEC_PER_SEC + now.tv_nsec / 1000;
}
