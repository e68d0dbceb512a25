/* test-record.c: figures as they go over the wire
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-bus-figures-private.h"

/* (transfer full): one of all that there is */
static UsherBusFigures *
make_figures (void)
{
  UsherBusFigures *figures = usher_bus_figures_new ();
  UsherChannelFigures *channel = usher_channel_figures_new ();
  UsherSubscriptionFigures *subscription = usher_subscription_figures_new ();

  figures->id = g_strdup ("here");
  figures->is_failing = TRUE;
  figures->start_time = -1;
  figures->n_events = G_MAXUINT64;
  channel->name = g_strdup ("ü");
  channel->n_parked = 7;
  subscription->channel = g_strdup ("ü");
  subscription->ack_wait = G_MAXINT64;
  g_ptr_array_add (channel->subscriptions, subscription);
  g_ptr_array_add (figures->channels, channel);

  return figures;
}

/* (transfer full): as a member gets it */
static GByteArray *
write_figures (const UsherBusFigures *figures)
{
  GByteArray *bytes = g_byte_array_new ();

  usher_record_write (&usher_bus_figures_type, figures, bytes);

  return bytes;
}

static UsherBusFigures *
read_figures (const guint8 *bytes, gsize size)
{
  UsherFrameReader reader;

  usher_frame_reader_init (&reader, bytes, size);

  return usher_record_read (&usher_bus_figures_type, &reader);
}

static void
check_figures (const UsherBusFigures *figures)
{
  const UsherChannelFigures *channel = NULL;
  const UsherSubscriptionFigures *subscription = NULL;

  g_assert_cmpstr (figures->id, ==, "here");
  g_assert_null (figures->version);
  g_assert_true (figures->is_failing);
  g_assert_cmpint (figures->start_time, ==, -1);
  g_assert_cmpuint (figures->n_events, ==, G_MAXUINT64);
  g_assert_cmpuint (figures->channels->len, ==, 1);
  g_assert_cmpuint (figures->clients->len, ==, 0);
  channel = g_ptr_array_index (figures->channels, 0);
  g_assert_cmpstr (channel->name, ==, "ü");
  g_assert_cmpuint (channel->n_parked, ==, 7);
  g_assert_cmpuint (channel->subscriptions->len, ==, 1);
  subscription = g_ptr_array_index (channel->subscriptions, 0);
  g_assert_cmpstr (subscription->channel, ==, "ü");
  g_assert_null (subscription->client);
  g_assert_cmpint (subscription->ack_wait, ==, G_MAXINT64);
}

static void
test_figures (void)
{
  g_autoptr (UsherBusFigures) figures = make_figures ();
  g_autoptr (UsherBusFigures) copy = usher_bus_figures_copy (figures);
  g_autoptr (GByteArray) bytes = write_figures (copy);
  g_autoptr (UsherBusFigures) got = read_figures (bytes->data, bytes->len);

  g_test_summary ("Figures come as they were written, and are copied whole");

  check_figures (copy);
  g_assert_nonnull (got);
  check_figures (got);
}

static void
test_parked (void)
{
  g_autoptr (UsherEvent) event = usher_event_new_full (
      "0190163d-8694-739b-aea5-966c26f8ad90", "said", 7, 5, "c", NULL, NULL, "{}", -1);
  const char *const reasons[] = { "one", "", "ü", NULL };
  g_autoptr (UsherParkedEvent) parked = usher_parked_event_new ();
  g_autoptr (UsherParkedEvent) got = NULL;
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  UsherFrameReader reader;

  g_test_summary ("A parked event comes with its reasons and the event");

  parked->id = g_strdup ("id");
  parked->channel = g_strdup ("said");
  parked->group = g_strdup ("group");
  parked->event_id = g_strdup (usher_event_get_id (event));
  parked->event = usher_event_ref (event);
  parked->reasons = g_strdupv ((char **) reasons);
  usher_record_write (&usher_parked_event_type, parked, bytes);
  usher_frame_reader_init (&reader, bytes->data, bytes->len);
  got = usher_record_read (&usher_parked_event_type, &reader);
  g_assert_nonnull (got);
  g_assert_true (reader.at == reader.end);
  g_assert_true (g_strv_equal ((const char *const *) got->reasons, reasons));
  g_assert_cmpstr (got->event_id, ==, parked->event_id);
  g_assert_cmpstr (usher_event_get_id (got->event), ==, usher_event_get_id (event));
  g_assert_cmpstr (usher_event_get_channel (got->event), ==, "said");
  g_assert_cmpuint (usher_event_get_sequence (got->event), ==, 7);
  g_assert_cmpstr (usher_event_get_correlation (got->event), ==, "c");
}

/* What a build says that has @n_fields of the fields of a channel, and @n_more bytes of others. */
static UsherChannelFigures *
read_channel_of_another_build (guint n_fields, guint n_more)
{
  const UsherRecordType other = { usher_channel_figures_type.size,
                                  usher_channel_figures_type.free,
                                  n_fields,
                                  usher_channel_figures_type.fields };
  g_autoptr (UsherChannelFigures) channel = usher_channel_figures_new ();
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  UsherFrameReader reader;
  UsherChannelFigures *got = NULL;

  channel->name = g_strdup ("said");
  channel->n_events = 12;
  channel->is_full = TRUE;
  usher_record_write (&other, channel, bytes);
  bytes->data[0] += (guint8) n_more;
  for (guint i = 0; i < n_more; i++)
    usher_frame_add_u8 (bytes, 0xff);
  /* what comes behind the record */
  usher_frame_add_u8 (bytes, 77);

  usher_frame_reader_init (&reader, bytes->data, bytes->len);
  got = usher_record_read (&usher_channel_figures_type, &reader);
  if (got != NULL)
    g_assert_cmpuint (usher_frame_read_u8 (&reader), ==, 77);

  return got;
}

static void
test_other_build (void)
{
  guint n_fields = usher_channel_figures_type.n_fields;
  g_autoptr (UsherChannelFigures) newer = read_channel_of_another_build (n_fields, 5);
  g_autoptr (UsherChannelFigures) older = read_channel_of_another_build (2, 0);

  g_test_summary (
      "Figures of a build with more fields or fewer are read, as far as both know them");

  g_assert_cmpstr (newer->name, ==, "said");
  g_assert_cmpuint (newer->n_events, ==, 12);
  g_assert_true (newer->is_full);
  g_assert_cmpstr (older->name, ==, "said");
  g_assert_cmpuint (older->n_events, ==, 12);
  g_assert_false (older->is_full);
  g_assert_cmpuint (older->subscriptions->len, ==, 0);
  g_assert_null (read_channel_of_another_build (0, 0));
}

static void
test_truncated (void)
{
  g_autoptr (UsherBusFigures) figures = make_figures ();
  g_autoptr (GByteArray) bytes = write_figures (figures);

  g_test_summary ("Figures that end too early are refused, wherever they end");

  for (guint size = 0; size < bytes->len; size++)
    g_assert_null (read_figures (bytes->data, size));
}

static void
test_garbled (void)
{
  g_autoptr (UsherBusFigures) figures = make_figures ();
  g_autoptr (GByteArray) bytes = write_figures (figures);
  guint n_refused = 0;

  g_test_summary ("Bytes that are wrong are refused or change a value, and nothing else");

  for (guint i = 0; i < bytes->len; i++)
    for (guint bit = 0; bit < 8; bit++)
      {
        g_autoptr (UsherBusFigures) got = NULL;

        bytes->data[i] ^= (guint8) (1u << bit);
        got = read_figures (bytes->data, bytes->len);
        bytes->data[i] ^= (guint8) (1u << bit);
        if (got == NULL)
          n_refused++;
        else
          g_assert_nonnull (got->id);
      }
  g_assert_cmpuint (n_refused, >, 100);
}

static void
test_nameless (void)
{
  g_autoptr (UsherBusFigures) figures = make_figures ();
  g_autoptr (GByteArray) bytes = NULL;

  g_test_summary ("A channel without a name is refused");

  g_clear_pointer (&((UsherChannelFigures *) g_ptr_array_index (figures->channels, 0))->name,
                   g_free);
  bytes = write_figures (figures);
  g_assert_null (read_figures (bytes->data, bytes->len));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/record/figures", test_figures);
  g_test_add_func ("/record/parked", test_parked);
  g_test_add_func ("/record/other-build", test_other_build);
  g_test_add_func ("/record/truncated", test_truncated);
  g_test_add_func ("/record/garbled", test_garbled);
  g_test_add_func ("/record/nameless", test_nameless);

  return g_test_run ();
}
