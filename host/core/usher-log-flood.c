/* usher-log-flood.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-log-flood-private.h"

#include <string.h>

/* so many alike are written in such a time; what shares a place counts as alike */
#define BURST    20
#define PERIOD   (10 * G_TIME_SPAN_SECOND)
#define N_PLACES 256

#define OPENING "“"
#define CLOSING "”"

typedef struct
{
  gint64 began; /* monotonic, 0: nothing was said yet */
  guint n_written;
  guint64 n_left_out;
} Place;

/* The log is the process's. */
static struct
{
  GMutex mutex;
  Place places[N_PLACES]; /* (mutex mutex) */
} flood;

/* Where what is quoted ends, which may be at the end of the text. */
static const char *
skip_quoted (const char *text)
{
  const char *end = strstr (text, CLOSING);

  return end != NULL ? end : text + strlen (text);
}

/* A hash without numbers and without what is quoted. */
static guint
find_place (const char *message)
{
  guint32 hash = 5381;

  for (const char *c = message; *c != '\0'; c++)
    {
      if (g_str_has_prefix (c, OPENING))
        c = skip_quoted (c);
      if (*c == '\0')
        break;
      if (!g_ascii_isdigit (*c))
        hash = hash * 33 + (guchar) *c;
    }

  return hash % N_PLACES;
}

gboolean
usher_log_flood_admit (const char *message, gint64 now, guint64 *n_left_out)
{
  Place *place = &flood.places[find_place (message)];
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&flood.mutex);

  if (place->began == 0 || now - place->began >= PERIOD)
    {
      place->began = now;
      place->n_written = 0;
    }

  if (place->n_written >= BURST)
    {
      place->n_left_out++;
      return FALSE;
    }

  place->n_written++;
  *n_left_out = place->n_left_out;
  place->n_left_out = 0;

  return TRUE;
}
