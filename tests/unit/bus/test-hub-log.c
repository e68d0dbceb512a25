/* test-hub-log.c: what is published, what of it is taken, and when it is durable
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>

#include "usher-error.h"
#include "usher-hub-log-private.h"
#include "usher-manual-clock.h"
#include "usher-test-base.h"

#define CHANNEL "order:created"
/* 2026-01-01 */
#define START (G_GINT64_CONSTANT (1767225600) * G_USEC_PER_SEC)

typedef struct
{
  char *directory;         /* (owned) */
  UsherManualClock *clock; /* (owned) */
  UsherWake *wake;         /* (owned) */
  UsherHubLimits limits;
  UsherHubLog *log;         /* (owned) */
  UsherHubChannel *channel; /* (unowned) */
  GString *frames;          /* (owned): those that became durable: “1-3 4-4 ” */
  guint n_written;
  guint n_refused;
} Fixture;

static void
on_frame (UsherHubChannel *channel, const UsherJournalFrame *frame, gpointer user_data)
{
  Fixture *self = user_data;
  guint64 last = frame->base + frame->count - 1;

  g_assert_cmpuint (usher_hub_channel_get_last (channel), ==, last);
  g_string_append_printf (self->frames,
                          "%" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT " ",
                          frame->base,
                          last);
}

static void
on_written (const GError *error, gpointer user_data)
{
  Fixture *self = user_data;

  if (error == NULL)
    self->n_written++;
  else
    self->n_refused++;
}

static void
open_log (Fixture *self)
{
  static const UsherHubLogFuncs funcs = { on_frame, on_written };
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&self->log, usher_hub_log_free);
  self->log = usher_hub_log_new (
      self->directory, USHER_CLOCK (self->clock), &self->limits, self->wake, &error);
  g_assert_no_error (error);
  usher_hub_log_set_funcs (self->log, &funcs, self);
  self->channel = usher_hub_log_get_channel (self->log, CHANNEL);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  self->directory = g_dir_make_tmp ("usher-log-XXXXXX", &error);
  g_assert_no_error (error);
  self->clock = usher_manual_clock_new (START);
  self->wake = usher_wake_new ();
  self->frames = g_string_new (NULL);
  open_log (self);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  usher_hub_log_free (self->log);
  usher_wake_unref (self->wake);
  g_assert_finalize_object (self->clock);
  g_string_free (self->frames, TRUE);
  usher_test_remove_tree (self->directory);
  g_free (self->directory);
}

/* Publishes events with the numbers @first to @last in one go; returns how many were looked at. */
static guint
publish (Fixture *self, guint first, guint last)
{
  g_autoptr (GByteArray) events = g_byte_array_new ();
  UsherFrameReader reader;

  for (guint i = first; i <= last; i++)
    {
      g_autofree char *id = g_strdup_printf ("01900000-0000-7000-8000-0000%08x", i);
      g_autoptr (UsherEvent) event = usher_event_new (id, CHANNEL, i, "{\"n\":1}", -1);

      usher_frame_add_event (events, event);
    }
  usher_frame_reader_init (&reader, events->data, events->len);

  return usher_hub_log_append (self->log, self->channel, &reader, last - first + 1);
}

static gboolean
take_written (Fixture *self, guint n_before)
{
  usher_hub_log_take_written (self->log, usher_clock_get_time (USHER_CLOCK (self->clock)));

  return self->n_written + self->n_refused > n_before;
}

/* What has gathered is written, or cannot be. */
static void
commit (Fixture *self)
{
  gint64 now = usher_clock_get_time (USHER_CLOCK (self->clock));
  guint n_before = self->n_written + self->n_refused;

  g_assert_true (usher_hub_log_may_submit (self->log, now));
  g_assert_true (usher_hub_log_submit (self->log, now));
  g_assert_false (usher_hub_log_may_submit (self->log, now));
  /* it may be awake since the commit before */
  usher_test_until (usher_wake_take (self->wake));
  usher_test_until (take_written (self, n_before));
}

static void
assert_frames (Fixture *self, const char *expected)
{
  g_assert_cmpstr (self->frames->str, ==, expected);
  g_string_truncate (self->frames, 0);
}

static void
set_disk_full (gboolean is_full)
{
  struct rlimit limit;

  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  limit.rlim_cur = is_full ? 1 : limit.rlim_max;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
}

static void
test_commit (Fixture *self, gconstpointer data)
{
  g_test_summary ("Events are in their channel once they are durable, and not before");

  g_assert_false (usher_hub_log_is_urgent (self->log));
  g_assert_cmpuint (publish (self, 1, 3), ==, 3);
  g_assert_true (usher_hub_log_is_urgent (self->log));
  g_assert_cmpuint (usher_hub_channel_get_last (self->channel), ==, 0);
  g_assert_null (usher_hub_channel_find (self->channel, 1));
  g_assert_cmpuint (publish (self, 4, 4), ==, 1);
  commit (self);
  assert_frames (self, "1-3 4-4 ");
  g_assert_cmpuint (self->n_written, ==, 1);
  g_assert_cmpuint (usher_hub_channel_find (self->channel, 2)->base, ==, 1);
  g_assert_cmpuint (usher_hub_log_get_n_durable (self->log), ==, 4);
  g_assert_true (usher_hub_log_is_quiet (self->log));
}

static void
test_known (Fixture *self, gconstpointer data)
{
  g_test_summary ("What is published again is taken once, after a restart too");

  publish (self, 1, 2);
  g_assert_cmpuint (publish (self, 2, 3), ==, 2);
  commit (self);
  assert_frames (self, "1-2 3-3 ");
  open_log (self);
  g_assert_cmpuint (publish (self, 1, 4), ==, 4);
  commit (self);
  assert_frames (self, "4-4 ");
}

static void
test_full (Fixture *self, gconstpointer data)
{
  g_test_summary ("A channel takes as many events as it has room for");

  self->limits.max_messages = 5;
  open_log (self);
  g_assert_cmpuint (publish (self, 1, 3), ==, 3);
  g_assert_cmpuint (publish (self, 4, 6), ==, 2);
  g_assert_cmpuint (publish (self, 6, 6), ==, 0);
  /* those that it has need none */
  g_assert_cmpuint (publish (self, 1, 5), ==, 5);
  commit (self);
  assert_frames (self, "1-3 4-5 ");
}

static gboolean
is_full (Fixture *self)
{
  UsherChannelFigures *figures = usher_hub_channel_describe (self->channel);
  gboolean is_full = figures->is_full;

  usher_channel_figures_free (figures);

  return is_full;
}

static void
turn (Fixture *self, gint64 microseconds)
{
  usher_manual_clock_advance (self->clock, microseconds);
  usher_hub_log_drop_old (self->log, usher_clock_get_time (USHER_CLOCK (self->clock)));
}

static void
test_full_until (Fixture *self, gconstpointer data)
{
  g_test_summary ("A channel is full from the first refusal until events have gone for their age");

  self->limits.max_messages = 5;
  self->limits.max_age = 60 * G_TIME_SPAN_SECOND;
  open_log (self);
  publish (self, 1, 5);
  commit (self);
  g_assert_false (is_full (self));
  g_assert_cmpuint (publish (self, 6, 6), ==, 0);
  g_assert_true (is_full (self));
  turn (self, 30 * G_TIME_SPAN_SECOND);
  g_assert_cmpuint (publish (self, 6, 6), ==, 0);
  g_assert_true (is_full (self));

  turn (self, 40 * G_TIME_SPAN_SECOND);
  g_assert_true (is_full (self));
  commit (self);
  g_assert_false (is_full (self));
  g_assert_cmpuint (publish (self, 6, 11), ==, 5);
  g_assert_true (is_full (self));
}

static void
test_refused (Fixture *self, gconstpointer data)
{
  g_test_summary ("What could not be written never was: its numbers and ids are free again");

  publish (self, 1, 1);
  commit (self);
  assert_frames (self, "1-1 ");
  set_disk_full (TRUE);
  publish (self, 2, 3);
  commit (self);
  g_assert_cmpuint (self->n_refused, ==, 1);
  g_assert_true (usher_hub_log_is_failing (self->log));
  g_assert_false (usher_hub_log_is_urgent (self->log));
  assert_frames (self, "");

  set_disk_full (FALSE);
  g_assert_cmpint (usher_hub_log_get_retry (self->log), >, START);
  g_assert_false (usher_hub_log_may_submit (self->log, START));
  usher_manual_clock_advance (self->clock, G_TIME_SPAN_SECOND);
  g_assert_cmpuint (publish (self, 3, 4), ==, 2);
  commit (self);
  assert_frames (self, "2-3 ");
  g_assert_false (usher_hub_log_is_failing (self->log));
}

static UsherParked *
make_parked (const char *group, gboolean is_deferred)
{
  UsherParked *parked = g_new0 (UsherParked, 1);

  parked->channel = g_strdup (CHANNEL);
  parked->group = g_strdup (group);
  parked->sequence = 1;
  parked->deferred = is_deferred;
  parked->reasons = g_strdup ("[\"no\"]");

  return parked;
}

static guint
count_deferred (Fixture *self)
{
  g_autoptr (GPtrArray) deferred =
      usher_hub_log_list_deferred (self->log, self->channel, "tickets");

  return deferred->len;
}

static void
test_parked (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = NULL;
  g_autoptr (UsherParked) gone = NULL;
  const UsherParkedEvent *parked = NULL;

  g_test_summary ("What is parked is listed until it is forgotten, which counts at once");

  publish (self, 1, 1);
  usher_hub_log_park (self->log, make_parked ("tickets", TRUE));
  usher_hub_log_park (self->log, make_parked ("tickets", FALSE));
  commit (self);
  g_assert_cmpuint (count_deferred (self), ==, 1);
  list = usher_hub_log_list_parked (self->log, CHANNEL, 0, 10, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (list->len, ==, 2);
  for (guint i = 0; i < list->len; i++)
    {
      parked = g_ptr_array_index (list, i);
      g_assert_cmpstr (parked->reasons[0], ==, "no");
      g_assert_nonnull (parked->event_id);
      g_assert_null (parked->event);
      usher_hub_log_unpark (self->log, parked->id);
    }

  g_assert_cmpuint (count_deferred (self), ==, 0);
  gone = usher_hub_log_find_parked (self->log, parked->id, &error);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_NOT_FOUND);
  g_assert_null (gone);
}

static void
test_parked_refused (Fixture *self, gconstpointer data)
{
  g_test_summary ("What is parked while nothing can be written is so when that goes again");

  publish (self, 1, 1);
  commit (self);
  set_disk_full (TRUE);
  usher_hub_log_park (self->log, make_parked ("tickets", TRUE));
  commit (self);
  g_assert_cmpuint (self->n_refused, ==, 1);
  g_assert_cmpuint (count_deferred (self), ==, 0);
  set_disk_full (FALSE);
  usher_manual_clock_advance (self->clock, G_TIME_SPAN_SECOND);
  g_assert_true (usher_hub_log_is_urgent (self->log));
  commit (self);
  g_assert_cmpuint (count_deferred (self), ==, 1);
}

static void
test_old (Fixture *self, gconstpointer data)
{
  gint64 now = 0;

  g_test_summary ("What is older than the limit goes, once that is durable");

  self->limits.max_age = G_TIME_SPAN_HOUR;
  open_log (self);
  publish (self, 1, 2);
  commit (self);
  usher_manual_clock_advance (self->clock, G_TIME_SPAN_HOUR / 2);
  publish (self, 3, 3);
  commit (self);
  usher_manual_clock_advance (self->clock, G_TIME_SPAN_HOUR / 2 + 1);
  now = usher_clock_get_time (USHER_CLOCK (self->clock));
  usher_hub_log_drop_old (self->log, now);
  g_assert_cmpuint (usher_hub_channel_get_first (self->channel), ==, 1);
  commit (self);
  g_assert_cmpuint (usher_hub_channel_get_first (self->channel), ==, 3);
  g_assert_cmpuint (usher_hub_channel_get_last (self->channel), ==, 3);
}

static void
test_old_clock (Fixture *self, gconstpointer data)
{
  UsherClock *clock = USHER_CLOCK (self->clock);

  g_test_summary ("A clock that is set forward makes nothing old at once");

  self->limits.max_age = G_TIME_SPAN_HOUR;
  open_log (self);
  publish (self, 1, 2);
  commit (self);
  usher_manual_clock_set_time (self->clock, usher_clock_get_time (clock) + G_TIME_SPAN_DAY);
  turn (self, G_TIME_SPAN_HOUR - 1);
  g_assert_false (usher_hub_log_is_urgent (self->log));
  g_assert_cmpuint (usher_hub_channel_get_first (self->channel), ==, 1);

  turn (self, G_TIME_SPAN_SECOND);
  commit (self);
  g_assert_cmpuint (usher_hub_channel_get_first (self->channel), ==, 3);
}

static void
count_group (const char *channel,
             const char *group,
             gconstpointer state,
             gsize size,
             gpointer user_data)
{
  g_assert_cmpstr (channel, ==, CHANNEL);
  g_assert_cmpstr (group, ==, "tickets");
  g_assert_cmpmem (state, size, "later", 5);
  ++*(guint *) user_data;
}

static guint
count_groups (Fixture *self)
{
  g_autoptr (GError) error = NULL;
  guint n = 0;

  usher_hub_log_foreach_group (self->log, count_group, &n, &error);
  g_assert_no_error (error);

  return n;
}

static void
test_groups (Fixture *self, gconstpointer data)
{
  g_autoptr (GBytes) early = g_bytes_new_static ("early", 5);
  g_autoptr (GBytes) later = g_bytes_new_static ("later", 5);

  g_test_summary ("Of a group the last state is kept, until it is forgotten");

  usher_hub_log_set_group (self->log, self->channel, "tickets", early);
  usher_hub_log_set_group (self->log, self->channel, "tickets", later);
  /* that can wait for something to write */
  g_assert_false (usher_hub_log_is_urgent (self->log));
  commit (self);
  open_log (self);
  g_assert_cmpuint (count_groups (self), ==, 1);
  usher_hub_log_set_group (self->log, self->channel, "tickets", NULL);
  commit (self);
  g_assert_cmpuint (count_groups (self), ==, 0);
}

static void
damage_frames (Fixture *self)
{
  g_autofree char *path = g_build_filename (self->directory, "log.db", NULL);
  sqlite3 *database = NULL;

  g_assert_cmpint (sqlite3_open (path, &database), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (database,
                                 "UPDATE frames SET count = 4294967297 WHERE base <= 2",
                                 NULL,
                                 NULL,
                                 NULL),
                   ==,
                   SQLITE_OK);
  g_assert_cmpint (sqlite3_close (database), ==, SQLITE_OK);
}

static void
test_unreadable (Fixture *self, gconstpointer data)
{
  g_test_summary ("What cannot be read back is told, but not each time that somebody wants it");

  for (guint i = 1; i <= 3; i++)
    {
      publish (self, i, i);
      commit (self);
    }
  open_log (self);
  damage_frames (self);

  g_test_expect_message ("usher-bus", G_LOG_LEVEL_MESSAGE, "*“" CHANNEL "” cannot be read back*");
  g_test_expect_message ("usher-test", G_LOG_LEVEL_MESSAGE, "that is all");
  for (guint i = 0; i < 10; i++)
    g_assert_null (usher_hub_channel_find (self->channel, 1 + i % 2));
  g_log ("usher-test", G_LOG_LEVEL_MESSAGE, "that is all");
  g_test_assert_expected_messages ();
  g_assert_nonnull (usher_hub_channel_find (self->channel, 3));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define add(path, func) g_test_add ("/hub-log/" path, Fixture, NULL, set_up, func, tear_down)
  add ("commit", test_commit);
  add ("known", test_known);
  add ("full", test_full);
  add ("full/until", test_full_until);
  add ("refused", test_refused);
  add ("parked", test_parked);
  add ("parked/refused", test_parked_refused);
  add ("old", test_old);
  add ("old/clock", test_old_clock);
  add ("unreadable", test_unreadable);
  add ("groups", test_groups);
#undef add

  return g_test_run ();
}
