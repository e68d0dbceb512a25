/* fuzz-frame.c: what may be skipped of a frame may be read, and is the same when it is written again
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "fuzz.h"
#include "usher-frame-private.h"

#define CHANNEL "order:created"

const char *const fuzz_tokens[] = {
  "\x01",
  "\x10",
  "\x7f",
  "\xff\xff\xff\xff",
  "\xff\xff\xff\x7f",
  "\x24\x01\x01\x01",
  CHANNEL,
  "{\"id\":1}",
  "0123456789abcdef",
  "\xc3\xa9",
  "\xed\xa0\x80",
  NULL,
};

/* What came of a peer, in an order that it chooses itself. */
static void
read_anything (const uint8_t *data, size_t size)
{
  UsherFrameReader reader;
  gboolean had_failed = FALSE;

  usher_frame_reader_init (&reader, data, size);
  while (!reader.failed)
    {
      const guint8 *before = reader.at;
      g_autofree char *text = NULL;

      switch (usher_frame_read_u8 (&reader) % 4)
        {
        case 0:
          usher_frame_read_u16 (&reader);
          break;
        case 1:
          usher_frame_read_u32 (&reader);
          break;
        case 2:
          usher_frame_read_u64 (&reader);
          break;
        default:
          text = usher_frame_read_text (&reader);
          if (text != NULL)
            usher_frame_is_name (text);
          break;
        }
      g_assert_true (reader.at > before || reader.failed);
      g_assert_true (reader.at <= reader.end);
    }

  had_failed = reader.failed;
  g_assert_cmpuint (usher_frame_read_u64 (&reader), ==, 0);
  g_assert_true (had_failed && reader.failed);
}

static void
assert_same_event (UsherEvent *event)
{
  GByteArray *frame = usher_frame_new (USHER_FRAME_PUBLISH);
  guint start = frame->len;
  UsherFrameReader reader;
  g_autoptr (UsherEvent) again = NULL;
  gsize length = 0;
  gsize length_again = 0;
  const char *payload = usher_event_get_payload (event, &length);
  const char *payload_again = NULL;

  usher_frame_add_event (frame, event);
  usher_frame_reader_init (&reader, frame->data + start, frame->len - start);
  again = usher_frame_read_event (&reader, CHANNEL, 7);
  g_assert_false (reader.failed);
  g_assert_true (reader.at == reader.end);
  g_assert_nonnull (again);
  payload_again = usher_event_get_payload (again, &length_again);
  g_assert_cmpmem (payload, length, payload_again, length_again);
  g_assert_cmpstr (usher_event_get_id (event), ==, usher_event_get_id (again));
  g_assert_cmpint (usher_event_get_time (event), ==, usher_event_get_time (again));
  g_assert_cmpstr (usher_event_get_correlation (event), ==, usher_event_get_correlation (again));
  g_assert_cmpstr (usher_event_get_causation (event), ==, usher_event_get_causation (again));
  g_assert_cmpstr (usher_event_get_traceparent (event), ==, usher_event_get_traceparent (again));
  g_byte_array_unref (frame);
}

/* The hub skips what members read. */
static void
read_events (const uint8_t *data, size_t size)
{
  UsherFrameReader reader;
  const guint8 *bytes = NULL;
  const guint8 *id = NULL;
  gsize n = 0;

  usher_frame_reader_init (&reader, data, size);
  while (usher_frame_skip_event (&reader, &bytes, &n, &id))
    {
      UsherFrameReader inner;
      g_autoptr (UsherEvent) event = NULL;

      g_assert_true (bytes >= data && bytes + n <= data + size);
      usher_frame_reader_init (&inner, bytes, n);
      event = usher_frame_read_event (&inner, CHANNEL, 7);
      g_assert_nonnull (event);
      g_assert_false (inner.failed);
      g_assert_true (inner.at == inner.end);
      assert_same_event (event);
    }
}

/* What a member reads that no hub has looked at does no harm either. */
static void
read_event (const uint8_t *data, size_t size)
{
  UsherFrameReader reader;
  g_autoptr (UsherEvent) event = NULL;

  usher_frame_reader_init (&reader, data, size);
  event = usher_frame_read_event (&reader, CHANNEL, 7);
  g_assert_true (event == NULL || !reader.failed);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  read_anything (data, size);
  read_events (data, size);
  read_event (data, size);

  return 0;
}
