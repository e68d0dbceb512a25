/* usher-id.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-id.h"

#include <string.h>
#include <sys/random.h>

#define ID_LENGTH   24
#define UUID_LENGTH 36

static const char digits[] = "0123456789abcdef";

/* What makes the ids of this process its own and rising; (mutex mutex). */
static struct
{
  GMutex mutex;
  gboolean seeded;
  guint8 process[5]; /* of a document's id */
  guint32 counter;
  guint32 id_second;
  guint64 uuid_time; /* milliseconds << 12 and a counter below */
} state;

static void
fill_random (void *buffer, gsize length)
{
  gsize done = 0;

  while (done < length)
    {
      gssize n = getrandom ((guint8 *) buffer + done, length - done, 0);

      if (n > 0)
        done += (gsize) n;
    }
}

static void
seed (void)
{
  if (state.seeded)
    return;

  fill_random (state.process, sizeof state.process);
  fill_random (&state.counter, sizeof state.counter);
  /* the upper bit is left free, so that it does not wrap soon */
  state.counter &= 0x7fffff;
  state.seeded = TRUE;
}

static void
write_hex (char *text, const guint8 *bytes, gsize length)
{
  for (gsize i = 0; i < length; i++)
    {
      text[2 * i] = digits[bytes[i] >> 4];
      text[2 * i + 1] = digits[bytes[i] & 0xf];
    }
}

/**
 * usher_id_new:
 * @clock: a clock
 *
 * Makes the id of a document: a BSON ObjectId of seconds, a number of this process and a
 * counter, as 24 lower-case hexadecimal digits. Within a process ids rise. Any thread.
 *
 * Returns: (transfer full): the id
 */
char *
usher_id_new (UsherClock *clock)
{
  guint32 second = 0;
  guint8 bytes[12];
  char text[ID_LENGTH + 1] = { 0 };

  g_return_val_if_fail (USHER_IS_CLOCK (clock), NULL);

  second = (guint32) (usher_clock_get_time (clock) / G_USEC_PER_SEC);

  g_mutex_lock (&state.mutex);
  seed ();
  state.counter = (state.counter + 1) & 0xffffff;
  /* a full turn of the counter goes on in the next second */
  if (state.counter == 0)
    state.id_second = MAX (state.id_second, second) + 1;
  if (second > state.id_second || state.id_second - second > 60)
    state.id_second = second;
  bytes[0] = (guint8) (state.id_second >> 24);
  bytes[1] = (guint8) (state.id_second >> 16);
  bytes[2] = (guint8) (state.id_second >> 8);
  bytes[3] = (guint8) state.id_second;
  memcpy (bytes + 4, state.process, sizeof state.process);
  bytes[9] = (guint8) (state.counter >> 16);
  bytes[10] = (guint8) (state.counter >> 8);
  bytes[11] = (guint8) state.counter;
  g_mutex_unlock (&state.mutex);

  write_hex (text, bytes, sizeof bytes);

  return g_strdup (text);
}

static gboolean
is_lower_hex (char c)
{
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/**
 * usher_id_is_valid:
 * @id: (nullable): a text
 *
 * Tells whether a text has the form of a document's id.
 *
 * Returns: whether it has
 */
gboolean
usher_id_is_valid (const char *id)
{
  gsize n = 0;

  if (id == NULL)
    return FALSE;

  while (n <= ID_LENGTH && is_lower_hex (id[n]))
    n++;

  return n == ID_LENGTH && id[n] == '\0';
}

/**
 * usher_id_get_time:
 * @id: (nullable): a document's id
 *
 * Tells when an id was made, exact to the second.
 *
 * Returns: microseconds since 1970, 0 when @id is not valid
 */
gint64
usher_id_get_time (const char *id)
{
  gint64 second = 0;

  if (!usher_id_is_valid (id))
    return 0;

  for (guint i = 0; i < 8; i++)
    second = second * 16 + g_ascii_xdigit_value (id[i]);

  return second * G_USEC_PER_SEC;
}

/**
 * usher_uuid_new:
 * @clock: a clock
 *
 * Makes a UUID of version 7 (RFC 9562), for events and requests. Within a process they
 * rise. Any thread.
 *
 * Returns: (transfer full): the UUID
 */
char *
usher_uuid_new (UsherClock *clock)
{
  guint64 time = 0;
  guint64 random = 0;
  guint8 bytes[16];
  char hex[32];
  char text[UUID_LENGTH + 1];

  g_return_val_if_fail (USHER_IS_CLOCK (clock), NULL);

  time = (guint64) (usher_clock_get_time (clock) / 1000) << 12;
  random = (guint64) g_random_int () << 32 | g_random_int ();

  g_mutex_lock (&state.mutex);
  state.uuid_time = time > state.uuid_time ? time : state.uuid_time + 1;
  time = state.uuid_time;
  g_mutex_unlock (&state.mutex);

  for (guint i = 0; i < 6; i++)
    bytes[i] = (guint8) (time >> (12 + 8 * (5 - i)));
  bytes[6] = (guint8) (0x70 | ((time >> 8) & 0xf));
  bytes[7] = (guint8) time;
  memcpy (bytes + 8, &random, sizeof random);
  bytes[8] = (guint8) (0x80 | (bytes[8] & 0x3f));

  write_hex (hex, bytes, sizeof bytes);
  memcpy (text, hex, 8);
  text[8] = '-';
  memcpy (text + 9, hex + 8, 4);
  text[13] = '-';
  memcpy (text + 14, hex + 12, 4);
  text[18] = '-';
  memcpy (text + 19, hex + 16, 4);
  text[23] = '-';
  memcpy (text + 24, hex + 20, 12);
  text[UUID_LENGTH] = '\0';

  return g_strdup (text);
}

/**
 * usher_uuid_is_valid:
 * @uuid: (nullable): a text
 *
 * Tells whether a text has the form of a UUID.
 *
 * Returns: whether it has
 */
gboolean
usher_uuid_is_valid (const char *uuid)
{
  return uuid != NULL && g_uuid_string_is_valid (uuid);
}
