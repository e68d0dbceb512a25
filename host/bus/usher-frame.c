/* usher-frame.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-frame-private.h"

#include <string.h>

#define UUID_LENGTH 36
#define MAX_NAME    255
#define MAX_WORDS   2048
/* of an event, before its payload: what caused it, and what it belongs to */
#define N_TEXTS 3

GByteArray *
usher_frame_new (UsherFrameType type)
{
  GByteArray *frame = g_byte_array_sized_new (128);

  usher_frame_add_u8 (frame, (guint8) type);

  return frame;
}

void
usher_frame_add_u8 (GByteArray *frame, guint8 value)
{
  g_byte_array_append (frame, &value, sizeof value);
}

void
usher_frame_add_u16 (GByteArray *frame, guint16 value)
{
  guint16 bytes = GUINT16_TO_LE (value);

  g_byte_array_append (frame, (const guint8 *) &bytes, sizeof bytes);
}

void
usher_frame_add_u32 (GByteArray *frame, guint32 value)
{
  guint32 bytes = GUINT32_TO_LE (value);

  g_byte_array_append (frame, (const guint8 *) &bytes, sizeof bytes);
}

void
usher_frame_add_u64 (GByteArray *frame, guint64 value)
{
  guint64 bytes = GUINT64_TO_LE (value);

  g_byte_array_append (frame, (const guint8 *) &bytes, sizeof bytes);
}

static void
add_bytes (GByteArray *frame, const char *bytes, gsize length)
{
  usher_frame_add_u32 (frame, (guint32) length);
  g_byte_array_append (frame, (const guint8 *) bytes, (guint) length);
}

void
usher_frame_add_text (GByteArray *frame, const char *text)
{
  add_bytes (frame, text != NULL ? text : "", text != NULL ? strlen (text) : 0);
}

void
usher_frame_add_words (GByteArray *frame, const char *words)
{
  gsize length = words != NULL ? strlen (words) : 0;

  if (length > MAX_WORDS)
    length = (gsize) (g_utf8_find_prev_char (words, words + MAX_WORDS + 1) - words);
  add_bytes (frame, words != NULL ? words : "", length);
}

void
usher_frame_add_reach (GByteArray *frame, const UsherReach *reach)
{
  usher_frame_add_text (frame, reach->log);
  usher_frame_add_u64 (frame, reach->run);
  usher_frame_add_u64 (frame, reach->position);
  usher_frame_add_u64 (frame, (guint64) reach->time);
}

gboolean
usher_frame_is_name (const char *text)
{
  if (*text == '\0' || strlen (text) > MAX_NAME || !g_utf8_validate (text, -1, NULL))
    return FALSE;

  for (const char *at = text; *at != '\0'; at++)
    if (g_ascii_iscntrl (*at))
      return FALSE;

  return TRUE;
}

gboolean
usher_frame_parse_id (const char *uuid, guint8 *bytes)
{
  gsize n = 0;

  if (strlen (uuid) != UUID_LENGTH || !g_uuid_string_is_valid (uuid))
    return FALSE;

  for (gsize i = 0; i < UUID_LENGTH && n < USHER_EVENT_ID_SIZE; i++)
    {
      if (uuid[i] == '-')
        continue;
      bytes[n++] =
          (guint8) (g_ascii_xdigit_value (uuid[i]) << 4 | g_ascii_xdigit_value (uuid[i + 1]));
      i++;
    }

  return n == USHER_EVENT_ID_SIZE;
}

static void
format_id (const guint8 *bytes, char *uuid)
{
  static const char digits[] = "0123456789abcdef";
  gsize n = 0;

  for (gsize i = 0; i < USHER_EVENT_ID_SIZE; i++)
    {
      if (i == 4 || i == 6 || i == 8 || i == 10)
        uuid[n++] = '-';
      uuid[n++] = digits[bytes[i] >> 4];
      uuid[n++] = digits[bytes[i] & 0xf];
    }
  uuid[n] = '\0';
}

void
usher_frame_add_event (GByteArray *frame, UsherEvent *event)
{
  guint start = frame->len;
  guint8 id[USHER_EVENT_ID_SIZE] = { 0 };
  gsize length = 0;
  const char *payload = usher_event_get_payload (event, &length);
  guint32 size = 0;

  usher_frame_parse_id (usher_event_get_id (event), id);
  usher_frame_add_u32 (frame, 0);
  g_byte_array_append (frame, id, sizeof id);
  usher_frame_add_u64 (frame, (guint64) usher_event_get_time (event));
  usher_frame_add_text (frame, usher_event_get_correlation (event));
  usher_frame_add_text (frame, usher_event_get_causation (event));
  usher_frame_add_text (frame, usher_event_get_traceparent (event));
  add_bytes (frame, payload, length);

  size = GUINT32_TO_LE (frame->len - start - sizeof size);
  memcpy (frame->data + start, &size, sizeof size);
}

void
usher_frame_reader_init (UsherFrameReader *reader, gconstpointer data, gsize size)
{
  reader->at = data;
  reader->end = reader->at + size;
  reader->failed = FALSE;
}

/* The next @size bytes, or NULL. */
static const guint8 *
take (UsherFrameReader *reader, gsize size)
{
  const guint8 *bytes = reader->at;

  if (reader->failed || (gsize) (reader->end - reader->at) < size)
    {
      reader->failed = TRUE;
      return NULL;
    }
  reader->at += size;

  return bytes;
}

guint8
usher_frame_read_u8 (UsherFrameReader *reader)
{
  const guint8 *bytes = take (reader, sizeof (guint8));

  return bytes != NULL ? *bytes : 0;
}

guint16
usher_frame_read_u16 (UsherFrameReader *reader)
{
  const guint8 *bytes = take (reader, sizeof (guint16));
  guint16 value = 0;

  if (bytes != NULL)
    memcpy (&value, bytes, sizeof value);

  return GUINT16_FROM_LE (value);
}

guint32
usher_frame_read_u32 (UsherFrameReader *reader)
{
  const guint8 *bytes = take (reader, sizeof (guint32));
  guint32 value = 0;

  if (bytes != NULL)
    memcpy (&value, bytes, sizeof value);

  return GUINT32_FROM_LE (value);
}

guint64
usher_frame_read_u64 (UsherFrameReader *reader)
{
  const guint8 *bytes = take (reader, sizeof (guint64));
  guint64 value = 0;

  if (bytes != NULL)
    memcpy (&value, bytes, sizeof value);

  return GUINT64_FROM_LE (value);
}

gboolean
usher_frame_read_part (UsherFrameReader *reader, UsherFrameReader *part)
{
  guint32 size = usher_frame_read_u32 (reader);
  const guint8 *bytes = take (reader, size);

  usher_frame_reader_init (part, bytes, bytes != NULL ? size : 0);

  return bytes != NULL;
}

char *
usher_frame_read_text (UsherFrameReader *reader)
{
  guint32 length = usher_frame_read_u32 (reader);
  const guint8 *bytes = take (reader, length);

  if (bytes == NULL || length == 0)
    return NULL;

  if (!g_utf8_validate_len ((const char *) bytes, length, NULL))
    {
      reader->failed = TRUE;
      return NULL;
    }

  return g_strndup ((const char *) bytes, length);
}

void
usher_frame_read_reach (UsherFrameReader *reader, UsherReach *reach)
{
  g_autofree char *log = usher_frame_read_text (reader);

  usher_reach_set_log (reach, log);
  reach->run = usher_frame_read_u64 (reader);
  reach->position = usher_frame_read_u64 (reader);
  reach->time = (gint64) usher_frame_read_u64 (reader);
  if (reach->time < 0)
    reader->failed = TRUE;
}

gboolean
usher_frame_skip_event (UsherFrameReader *reader,
                        const guint8 **bytes,
                        gsize *size,
                        const guint8 **id)
{
  const guint8 *start = reader->at;
  guint32 length = usher_frame_read_u32 (reader);
  UsherFrameReader inner = { reader->at, reader->at, FALSE };

  /* the id, the time and four lengths are always there */
  if (take (reader, length) == NULL || length < USHER_EVENT_ID_SIZE + 8 + 4 * 4)
    {
      reader->failed = TRUE;
      return FALSE;
    }

  inner.end = reader->at;
  *id = take (&inner, USHER_EVENT_ID_SIZE);
  usher_frame_read_u64 (&inner);
  for (guint i = 0; i < N_TEXTS + 1; i++)
    {
      guint32 part = usher_frame_read_u32 (&inner);
      const guint8 *text = take (&inner, part);

      /* the last one is the payload, which is its reader's to judge */
      if (text != NULL && i < N_TEXTS && !g_utf8_validate_len ((const char *) text, part, NULL))
        inner.failed = TRUE;
    }
  if (inner.failed || inner.at != inner.end)
    {
      reader->failed = TRUE;
      return FALSE;
    }

  *bytes = start;
  *size = (gsize) (reader->at - start);

  return TRUE;
}

gboolean
usher_frame_is_small_enough (const guint8 *bytes, gsize size)
{
  UsherFrameReader reader;
  gsize n_texts = 0;

  if (size <= USHER_FRAME_MAX_BYTES)
    return TRUE;

  usher_frame_reader_init (&reader, bytes, size);
  take (&reader, sizeof (guint32) + USHER_EVENT_ID_SIZE + sizeof (gint64));
  for (guint i = 0; i < N_TEXTS; i++)
    {
      guint32 length = usher_frame_read_u32 (&reader);

      take (&reader, length);
      n_texts += length;
    }

  return !reader.failed && n_texts <= USHER_FRAME_MAX_BYTES &&
         usher_frame_read_u32 (&reader) <= USHER_EVENT_MAX_PAYLOAD;
}

UsherEvent *
usher_frame_read_event (UsherFrameReader *reader, const char *channel, guint64 sequence)
{
  guint32 size = usher_frame_read_u32 (reader);
  const guint8 *id = take (reader, USHER_EVENT_ID_SIZE);
  gint64 time = (gint64) usher_frame_read_u64 (reader);
  g_autofree char *correlation = usher_frame_read_text (reader);
  g_autofree char *causation = usher_frame_read_text (reader);
  g_autofree char *traceparent = usher_frame_read_text (reader);
  guint32 length = usher_frame_read_u32 (reader);
  const guint8 *payload = take (reader, length);
  char uuid[UUID_LENGTH + 1];

  if (reader->failed || size == 0)
    return NULL;

  format_id (id, uuid);

  return usher_event_new_full (uuid,
                               channel,
                               sequence,
                               time,
                               correlation,
                               causation,
                               traceparent,
                               (const char *) payload,
                               length);
}
