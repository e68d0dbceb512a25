/* test-frame.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-frame-private.h"

#define ID          "0190a1b2-c3d4-7e5f-8a6b-0c1d2e3f4a5b"
#define CHANNEL     "order:created"
#define CORRELATION "01900000-0000-7000-8000-000000000001"
#define TRACE       "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
#define PAYLOAD     "{\"price\":\"1.00\",\"name\":\"Zoë\"}"

static GByteArray *
make_event_frame (void)
{
  GByteArray *frame = g_byte_array_new ();
  g_autoptr (UsherEvent) event = usher_event_new_full (
      ID, CHANNEL, 0, G_GINT64_CONSTANT (1700000000123456), CORRELATION, NULL, TRACE, PAYLOAD, -1);

  usher_frame_add_event (frame, event);

  return frame;
}

static void
test_numbers (void)
{
  g_autoptr (GByteArray) frame = usher_frame_new (USHER_FRAME_PING);
  static const guint8 expected[] = { USHER_FRAME_PING,
                                     0x01,
                                     0x34,
                                     0x12,
                                     0xef,
                                     0xbe,
                                     0xad,
                                     0xde,
                                     0x08,
                                     0x07,
                                     0x06,
                                     0x05,
                                     0x04,
                                     0x03,
                                     0x02,
                                     0x01 };
  UsherFrameReader reader;

  g_test_summary ("Numbers are packed, little-endian, and come back");

  usher_frame_add_u8 (frame, 1);
  usher_frame_add_u16 (frame, 0x1234);
  usher_frame_add_u32 (frame, 0xdeadbeef);
  usher_frame_add_u64 (frame, G_GUINT64_CONSTANT (0x0102030405060708));
  g_assert_cmpmem (frame->data, frame->len, expected, sizeof expected);

  usher_frame_reader_init (&reader, frame->data, frame->len);
  g_assert_cmpuint (usher_frame_read_u8 (&reader), ==, USHER_FRAME_PING);
  g_assert_cmpuint (usher_frame_read_u8 (&reader), ==, 1);
  g_assert_cmpuint (usher_frame_read_u16 (&reader), ==, 0x1234);
  g_assert_cmpuint (usher_frame_read_u32 (&reader), ==, 0xdeadbeef);
  g_assert_cmpuint (usher_frame_read_u64 (&reader), ==, G_GUINT64_CONSTANT (0x0102030405060708));
  g_assert_false (reader.failed);
  g_assert_cmpuint (usher_frame_read_u8 (&reader), ==, 0);
  g_assert_true (reader.failed);
}

static void
test_event (void)
{
  g_autoptr (GByteArray) frame = make_event_frame ();
  g_autoptr (UsherEvent) event = NULL;
  UsherFrameReader reader;

  g_test_summary ("An event comes back as it was");

  usher_frame_reader_init (&reader, frame->data, frame->len);
  event = usher_frame_read_event (&reader, CHANNEL, 7);
  g_assert_nonnull (event);
  g_assert_true (reader.at == reader.end);
  g_assert_cmpstr (usher_event_get_id (event), ==, ID);
  g_assert_cmpstr (usher_event_get_channel (event), ==, CHANNEL);
  g_assert_cmpuint (usher_event_get_sequence (event), ==, 7);
  g_assert_cmpint (usher_event_get_time (event), ==, G_GINT64_CONSTANT (1700000000123456));
  g_assert_cmpstr (usher_event_get_correlation (event), ==, CORRELATION);
  g_assert_null (usher_event_get_causation (event));
  g_assert_cmpstr (usher_event_get_traceparent (event), ==, TRACE);
  g_assert_cmpstr (usher_event_get_payload (event, NULL), ==, PAYLOAD);
}

/* Reads from a copy that is exactly as long, so that a sanitizer sees each byte too many. */
static gboolean
skip_copy (const guint8 *data, gsize size)
{
  g_autofree guint8 *copy = g_memdup2 (data, size);
  const guint8 *bytes = NULL;
  const guint8 *id = NULL;
  gsize length = 0;
  UsherFrameReader reader;

  usher_frame_reader_init (&reader, copy, size);

  return usher_frame_skip_event (&reader, &bytes, &length, &id) && !reader.failed;
}

static void
read_copy (const guint8 *data, gsize size)
{
  g_autofree guint8 *copy = g_memdup2 (data, size);
  g_autoptr (UsherEvent) event = NULL;
  UsherFrameReader reader;

  usher_frame_reader_init (&reader, copy, size);
  event = usher_frame_read_event (&reader, CHANNEL, 1);
  g_assert_true (reader.at <= reader.end);
  g_assert_true (event == NULL || !reader.failed);
}

static void
test_truncated (void)
{
  g_autoptr (GByteArray) frame = make_event_frame ();

  g_test_summary ("An event that was cut at any length is malformed");

  for (gsize size = 0; size < frame->len; size++)
    {
      g_autofree guint8 *copy = g_memdup2 (frame->data, size);
      g_autoptr (UsherEvent) event = NULL;
      UsherFrameReader reader;

      g_assert_false (skip_copy (frame->data, size));
      usher_frame_reader_init (&reader, copy, size);
      event = usher_frame_read_event (&reader, CHANNEL, 1);
      g_assert_null (event);
      g_assert_true (reader.failed);
    }
  g_assert_true (skip_copy (frame->data, frame->len));
}

static void
test_lengths (void)
{
  g_autoptr (GByteArray) frame = make_event_frame ();
  static const guint32 lengths[] = { 0, 1, 0x7fffffff, 0x80000000, 0xffffffff };

  g_test_summary ("A length that lies is malformed, wherever it stands");

  for (gsize at = 0; at + sizeof (guint32) <= frame->len; at++)
    for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
      {
        g_autofree guint8 *copy = g_memdup2 (frame->data, frame->len);
        guint32 length = GUINT32_TO_LE (lengths[i]);

        memcpy (copy + at, &length, sizeof length);
        read_copy (copy, frame->len);
        if (at == 0)
          g_assert_false (skip_copy (copy, frame->len));
        else
          skip_copy (copy, frame->len);
      }
}

static void
test_noise (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (20260131);

  g_test_summary ("Noise of any length is read without harm");

  for (guint round = 0; round < 20000; round++)
    {
      guint8 noise[96];
      gsize size = (gsize) g_rand_int_range (rand, 0, sizeof noise + 1);

      for (gsize i = 0; i < size; i++)
        noise[i] = (guint8) g_rand_int_range (rand, 0, i % 4 == 0 ? 64 : 2);
      skip_copy (noise, size);
      read_copy (noise, size);
    }
}

static void
test_text (void)
{
  g_autoptr (GByteArray) frame = g_byte_array_new ();
  static const guint8 broken[] = { 2, 0, 0, 0, 0xc3, 0x28 };
  g_autofree char *empty = NULL;
  g_autofree char *text = NULL;
  g_autofree char *bad = NULL;
  UsherFrameReader reader;

  g_test_summary ("Text comes back, an empty one as none; what is not UTF-8 is malformed");

  usher_frame_add_text (frame, NULL);
  usher_frame_add_text (frame, "Zoë");
  g_byte_array_append (frame, broken, sizeof broken);
  usher_frame_reader_init (&reader, frame->data, frame->len);
  empty = usher_frame_read_text (&reader);
  text = usher_frame_read_text (&reader);
  g_assert_null (empty);
  g_assert_cmpstr (text, ==, "Zoë");
  g_assert_false (reader.failed);
  bad = usher_frame_read_text (&reader);
  g_assert_null (bad);
  g_assert_true (reader.failed);
}

static void
test_id (void)
{
  static const char *const bad[] = {
    "",
    "0190a1b2",
    "0190a1b2-c3d4-7e5f-8a6b-0c1d2e3f4a5",
    "0190a1b2-c3d4-7e5f-8a6b-0c1d2e3f4a5g",
    "0190a1b2cc3d4-7e5f-8a6b-0c1d2e3f4a5b",
    "0190a1b2-c3d4-7e5f-8a6b-0c1d2e3f4a5b0",
  };
  static const guint8 expected[USHER_EVENT_ID_SIZE] = {
    0x01, 0x90, 0xa1, 0xb2, 0xc3, 0xd4, 0x7e, 0x5f, 0x8a, 0x6b, 0x0c, 0x1d, 0x2e, 0x3f, 0x4a, 0x5b,
  };
  guint8 id[USHER_EVENT_ID_SIZE];

  g_test_summary ("Only a UUID is an id");

  g_assert_true (usher_frame_parse_id (ID, id));
  g_assert_cmpmem (id, sizeof id, expected, sizeof expected);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (usher_frame_parse_id (bad[i], id));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/frame/numbers", test_numbers);
  g_test_add_func ("/frame/text", test_text);
  g_test_add_func ("/frame/id", test_id);
  g_test_add_func ("/frame/event", test_event);
  g_test_add_func ("/frame/truncated", test_truncated);
  g_test_add_func ("/frame/lengths", test_lengths);
  g_test_add_func ("/frame/noise", test_noise);

  return g_test_run ();
}
