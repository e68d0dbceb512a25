/* test-hub-groups.c: who gets which event, and what the next hub knows of it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "groups-stage.h"
#include "usher-frame-private.h"

static void
test_room (Stage *self, gconstpointer data)
{
  UsherHubSeat *one = NULL;

  g_test_summary ("A member gets what is durable, in order, as far as it has room");

  one = stage_join (self, "one", 10);
  stage_run (self);
  stage_assert_sent (self, "");
  stage_publish (self, 8);
  stage_publish (self, 8);
  stage_run (self);
  stage_assert_sent (self, "one 1-8; one 9-10");
  stage_ack (one, 1, 4);
  stage_run (self);
  stage_assert_sent (self, "one 11-14");
  stage_ack (one, 5, 14);
  stage_run (self);
  stage_assert_sent (self, "one 15-16");
  stage_ack (one, 15, 16);
  stage_assert_done (self);
}

static void
test_shares (Stage *self, gconstpointer data)
{
  UsherHubSeat *one = NULL;

  g_test_summary ("Members share: who has least out is next");

  one = stage_join (self, "one", 2);
  stage_join (self, "two", 2);
  stage_publish (self, 1);
  stage_publish (self, 1);
  stage_publish (self, 1);
  stage_publish (self, 1);
  stage_publish (self, 1);
  stage_run (self);
  stage_assert_sent (self, "one 1; two 2; one 3; two 4");
  stage_ack (one, 1, 1);
  stage_run (self);
  stage_assert_sent (self, "one 5");
}

static void
test_pause (Stage *self, gconstpointer data)
{
  g_test_summary ("A member that pauses gets nothing more");

  stage_join (self, "one", 10);
  stage_join (self, "two", 10);
  usher_hub_worker_pause (g_ptr_array_index (self->workers, 0));
  stage_publish (self, 1);
  stage_publish (self, 1);
  stage_run (self);
  stage_assert_sent (self, "two 1; two 2");
}

static void
test_blocked (Stage *self, gconstpointer data)
{
  gint64 next = 0;

  g_test_summary ("A member whose way is not there yet is looked after soon");

  self->is_closed = TRUE;
  stage_join (self, "one", 10);
  stage_publish (self, 1);
  stage_run (self);
  stage_assert_sent (self, "");
  next = stage_serve (self);
  g_assert_cmpint (next, >, self->moment.now);
  g_assert_cmpint (next, <, self->moment.now + G_TIME_SPAN_SECOND);
  self->is_closed = FALSE;
  stage_pass (self, next - self->moment.now);
  stage_assert_sent (self, "one 1");
}

static void
test_full (Stage *self, gconstpointer data)
{
  g_test_summary ("What could not be sent is sent the next time, as if nothing had been");

  stage_join (self, "one", 10);
  stage_publish (self, 3);
  self->is_full = TRUE;
  stage_run (self);
  stage_assert_sent (self, "");
  self->is_full = FALSE;
  stage_run (self);
  stage_assert_sent (self, "one 1-3");
}

static void
test_reserve (Stage *self, gconstpointer data)
{
  g_test_summary ("Nothing goes out before the log knows that it may be out");

  stage_join (self, "one", 10);
  stage_publish (self, 3);
  stage_serve (self);
  stage_assert_sent (self, "");
  g_assert_true (usher_hub_groups_is_urgent (self->groups));
  stage_save (self, FALSE);
  stage_serve (self);
  stage_assert_sent (self, "");
  g_assert_true (usher_hub_groups_is_urgent (self->groups));
  stage_save (self, TRUE);
  stage_serve (self);
  stage_assert_sent (self, "one 1-3");
}

static void
test_failing (Stage *self, gconstpointer data)
{
  g_test_summary ("Where nothing can be written what is durable goes out all the same");

  stage_join (self, "one", 10);
  stage_publish (self, 3);
  self->moment.is_failing = TRUE;
  stage_serve (self);
  stage_assert_sent (self, "one 1-3");
}

static void
test_aged (Stage *self, gconstpointer data)
{
  const UsherExpired expired = { .last = 5 };
  UsherHubSeat *one = NULL;

  g_test_summary ("What the limit of age has dropped is passed over, whether it was out or not");

  one = stage_join (self, "one", 2);
  stage_publish (self, 5);
  stage_publish (self, 2);
  stage_run (self);
  stage_assert_sent (self, "one 1-2");
  stage_answer (one, 1, USHER_ANSWER_HAND_BACK);
  usher_hub_channel_drop (self->channel, &expired);
  stage_run (self);
  stage_assert_sent (self, "one 6");
  stage_ack (one, 2, 6);
  stage_run (self);
  stage_assert_sent (self, "one 7");
  stage_ack (one, 7, 7);
  stage_assert_done (self);
}

static void
test_leave (Stage *self, gconstpointer data)
{
  UsherHubSeat *one = NULL;

  g_test_summary ("What a member has out when it leaves goes to others, and no attempt is counted");

  one = stage_join (self, "one", 10);
  stage_publish (self, 3);
  stage_run (self);
  stage_assert_sent (self, "one 1-3");
  stage_ack (one, 2, 2);
  stage_leave (self, one, FALSE);
  stage_join (self, "two", 10);
  stage_run (self);
  stage_assert_sent (self, "again two 1; again two 3");
  g_assert_cmpuint (stage_count_suspects (self), ==, 0);
}

static void
test_passing (Stage *self, gconstpointer data)
{
  UsherHubSeat *seat = NULL;

  g_test_summary ("A group without a durable name is never saved, and goes with its last member");

  stage_save (self, TRUE);
  g_clear_pointer (&self->state, g_bytes_unref);
  seat = stage_add_group (self, USHER_HUB_GROUP_PASSING, "guests");
  stage_publish (self, 1);
  stage_serve (self);
  stage_assert_sent (self, "guests 1");
  stage_save (self, TRUE);
  g_assert_null (self->state);
  stage_leave (self, seat, FALSE);
  g_assert_null (usher_hub_groups_find (self->groups, self->channel, "guests"));
}

static void
test_forget (Stage *self, gconstpointer data)
{
  UsherHubSeat *one = stage_join (self, "one", 10);
  UsherHubSeat *two = stage_join (self, "two", 10);

  g_test_summary (
      "A durable group is forgotten by the last one who leaves it so, and by nobody else");

  stage_run (self);
  usher_hub_groups_forget (self->groups, one);
  g_assert_nonnull (self->state);
  usher_hub_groups_forget (self->groups, two);
  g_assert_null (self->state);
  g_assert_null (usher_hub_groups_find (self->groups, self->channel, STAGE_GROUP));
}

static void
assert_position (UsherHubSeat *seat, guint64 next)
{
  g_assert_cmpuint (usher_hub_group_get_next (usher_hub_seat_get_group (seat)), ==, next);
}

static void
test_position (Stage *self, gconstpointer data)
{
  UsherHubSeat *seat = stage_add_group (self, USHER_HUB_GROUP_POSITION, "one.tail");

  g_test_summary ("A position moves over what is done without a gap, and sends nothing");

  stage_publish (self, 5);
  stage_run (self);
  stage_assert_sent (self, "");
  stage_ack (seat, 1, 1);
  stage_ack (seat, 3, 4);
  assert_position (seat, 2);
  stage_nak (seat, 2, 0, "no");
  assert_position (seat, 2);
  stage_ack (seat, 2, 2);
  assert_position (seat, 5);
  /* what is not durable cannot be done */
  stage_ack (seat, 5, 9);
  assert_position (seat, 6);
}

static void
test_restart (Stage *self, gconstpointer data)
{
  UsherHubSeat *one = NULL;

  g_test_summary (
      "After an orderly end the next hub knows what is done, and how often the rest was tried");

  one = stage_join (self, "one", 10);
  stage_publish (self, 6);
  stage_run (self);
  stage_assert_sent (self, "one 1-6");
  stage_ack (one, 1, 1);
  stage_ack (one, 4, 4);
  stage_nak (one, 3, 0, "no");
  stage_restart (self, TRUE);
  g_assert_cmpuint (stage_count_suspects (self), ==, 0);

  stage_join (self, "two", 10);
  stage_publish (self, 1);
  stage_run (self);
  stage_assert_sent (self, "again two 3 (2); again two 2; again two 5-6; two 7");
}

static void
test_restart_replay (Stage *self, gconstpointer data)
{
  const UsherParked parked = { .group = (char *) STAGE_GROUP, .sequence = 2 };
  UsherHubSeat *one = NULL;

  g_test_summary ("What is replayed is so after a restart too");

  one = stage_join (self, "one", 10);
  stage_publish (self, 3);
  stage_run (self);
  stage_ack (one, 1, 3);
  stage_assert_sent (self, "one 1-3");
  usher_hub_groups_replay (self->groups, self->channel, &parked, NULL);
  stage_restart (self, TRUE);

  one = stage_join (self, "one", 10);
  stage_run (self);
  stage_assert_sent (self, "again one 2");
  g_assert_true (usher_hub_seat_answer (one, 2, USHER_ANSWER_ACK, 0, NULL));
  stage_assert_done (self);
}

/* what a disk has made of it */
static void
test_truncated (Stage *self, gconstpointer data)
{
  g_autoptr (GBytes) whole = NULL;
  UsherHubSeat *one = NULL;

  g_test_summary ("A state that ends early is no reason to fail");

  one = stage_join (self, "one", 10);
  stage_publish (self, 6);
  stage_run (self);
  stage_ack (one, 3, 3);
  stage_nak (one, 2, 0, "no");
  stage_answer (one, 4, USHER_ANSWER_DEFER);
  stage_save (self, TRUE);
  whole = g_bytes_ref (self->state);
  for (gsize size = 0; size < g_bytes_get_size (whole); size++)
    {
      g_bytes_unref (self->state);
      self->state = g_bytes_new_from_bytes (whole, 0, size);
      stage_restart (self, FALSE);
      stage_run (self);
    }
}

/* (transfer full): a state as the log has it, with one event that was tried, one that is done, and two that may be out alone */
static GBytes *
make_state (guint64 floor, guint64 cursor, guint64 pending, guint64 done, guint64 reserved)
{
  GByteArray *state = g_byte_array_new ();

  usher_frame_add_u8 (state, 0);
  usher_frame_add_u64 (state, floor);
  usher_frame_add_u64 (state, cursor);
  for (guint i = 0; i < 2; i++)
    {
      if (i == 0)
        usher_frame_add_u32 (state, 2);
      usher_frame_add_u64 (state, pending);
      usher_frame_add_u32 (state, 1); /* attempts */
      usher_frame_add_u64 (state, 0);
      usher_frame_add_u8 (state, 2); /* alone */
      usher_frame_add_u32 (state, 0);
    }
  usher_frame_add_u32 (state, 1);
  usher_frame_add_u64 (state, done);
  usher_frame_add_u64 (state, reserved);
  usher_frame_add_u32 (state, 2);
  usher_frame_add_u64 (state, 1);
  usher_frame_add_u32 (state, 2);
  usher_frame_add_u64 (state, pending);
  usher_frame_add_u64 (state, done);

  return g_byte_array_free_to_bytes (state);
}

/* Whatever a state says, all events behind its floor come, each once, and none that there is not. */
static void
assert_recovers (Stage *self, GBytes *state)
{
  g_autoptr (UsherGroupFigures) figures = NULL;
  UsherHubSeat *one = NULL;

  g_clear_pointer (&self->state, g_bytes_unref);
  self->state = g_bytes_ref (state);
  stage_restart (self, FALSE);
  figures = usher_hub_group_describe (self->group);
  g_assert_cmpuint (figures->n_pending, <=, figures->last);
  g_assert_cmpuint (figures->n_suspects, <=, figures->n_pending);

  one = stage_join (self, "one", 100);
  for (guint i = 0; i < 10; i++)
    {
      g_assert_true (stage_handle (self, one, 0));
      stage_pass (self, G_TIME_SPAN_MINUTE);
    }
  stage_assert_done (self);
  g_assert_cmpuint (stage_count_suspects (self), ==, 0);

  g_string_truncate (self->sent, 0);
  stage_publish (self, 1);
  stage_run (self);
  g_assert_true (stage_handle (self, one, 0));
  stage_assert_done (self);
  g_assert_true (g_str_has_prefix (self->sent->str, "one "));
  g_assert_null (strchr (self->sent->str, ';'));
}

static void
test_wild (Stage *self, gconstpointer data)
{
  static const guint64 numbers[] = { 0,
                                     1,
                                     3,
                                     6,
                                     7,
                                     8,
                                     2000,
                                     G_MAXINT64,
                                     G_MAXINT64 + G_GUINT64_CONSTANT (1),
                                     G_MAXUINT64 - 1,
                                     G_MAXUINT64 };

  g_test_summary ("What a state says of events that the channel has not got is not believed");

  stage_publish (self, 6);
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    for (guint j = 0; j < 5; j++)
      {
        g_autoptr (GBytes) state = make_state (j == 0 ? numbers[i] : 0,
                                               j == 1 ? numbers[i] : 7,
                                               j == 2 ? numbers[i] : 2,
                                               j == 3 ? numbers[i] : 3,
                                               j == 4 ? numbers[i] : 2054);

        assert_recovers (self, state);
      }
}

static void
test_never_out (Stage *self, gconstpointer data)
{
  const UsherParked parked = { .channel = (char *) STAGE_CHANNEL,
                               .group = (char *) STAGE_GROUP,
                               .sequence = 2 };
  UsherHubSeat *one = NULL;

  g_test_summary ("An event that is said to be parked and was never out goes out once");

  one = stage_join (self, "one", 2);
  stage_run (self);
  g_assert_true (usher_hub_groups_replay (self->groups, self->channel, &parked, NULL));
  stage_publish (self, 2);
  stage_pass (self, G_TIME_SPAN_MINUTE);
  stage_ack (one, 1, 2);
  stage_publish (self, 2);
  stage_run (self);
  stage_assert_sent (self, "one 1-2; one 3-4");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define add(path, func) \
  g_test_add ("/hub-groups/" path, Stage, NULL, stage_set_up, func, stage_tear_down)
  add ("fresh/room", test_room);
  add ("fresh/shares", test_shares);
  add ("fresh/pause", test_pause);
  add ("fresh/blocked", test_blocked);
  add ("fresh/full", test_full);
  add ("fresh/reserve", test_reserve);
  add ("fresh/failing", test_failing);
  add ("fresh/aged", test_aged);
  add ("seat/leave", test_leave);
  add ("seat/passing", test_passing);
  add ("seat/forget", test_forget);
  add ("seat/position", test_position);
  add ("restart", test_restart);
  add ("restart/replay", test_restart_replay);
  add ("restart/truncated", test_truncated);
  add ("restart/wild", test_wild);
  add ("replay/never-out", test_never_out);
#undef add

  return g_test_run ();
}
