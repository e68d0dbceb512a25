/* test-hub-groups.c: who gets which event, when again, and when no more
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "groups-stage.h"
#include "usher-error.h"

#define FIRST_DEFERRAL (20 * G_TIME_SPAN_MILLISECOND)

static const UsherParked *
get_parked (Stage *self, guint index)
{
  g_assert_cmpuint (self->parked->len, >, index);

  return g_ptr_array_index (self->parked, index);
}

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
test_nak (Stage *self, gconstpointer data)
{
  UsherHubSeat *one = NULL;

  g_test_summary ("What is refused comes again after the delay, as the next attempt");

  one = stage_join (self, "one", 10);
  stage_publish (self, 2);
  stage_run (self);
  stage_assert_sent (self, "one 1-2");
  stage_nak (one, 1, G_TIME_SPAN_SECOND, "no");
  stage_pass (self, G_TIME_SPAN_SECOND - 1);
  stage_assert_sent (self, "");
  stage_pass (self, 1);
  stage_assert_sent (self, "again one 1 (2)");
  stage_ack (one, 1, 2);
  stage_assert_done (self);
}

static void
test_nak_for_ever (Stage *self, gconstpointer data)
{
  UsherHubSeat *one = NULL;

  g_test_summary ("A delay that is longer than time does not begin anew");

  one = stage_join (self, "one", 10);
  stage_publish (self, 1);
  stage_run (self);
  stage_assert_sent (self, "one 1");
  stage_nak (one, 1, G_MAXINT64, "no");
  stage_pass (self, 365 * G_TIME_SPAN_DAY);
  stage_assert_sent (self, "");
}

static void
test_late (Stage *self, gconstpointer data)
{
  g_test_summary ("What is not answered in time is an attempt, and comes again");

  stage_join (self, "one", 10);
  stage_publish (self, 1);
  stage_run (self);
  stage_assert_sent (self, "one 1");
  stage_pass (self, STAGE_ACK_WAIT - 1);
  stage_assert_sent (self, "");
  stage_pass (self, 1);
  stage_assert_sent (self, "again one 1 (2)");
}

static void
test_next_due (Stage *self, gconstpointer data)
{
  g_test_summary ("Groups say when they have to be served again");

  g_assert_cmpint (stage_serve (self), ==, G_MAXINT64);
  stage_join (self, "one", 10);
  stage_publish (self, 1);
  stage_run (self);
  g_assert_cmpint (stage_serve (self), ==, self->moment.now + STAGE_ACK_WAIT);
}

static void
test_parked (Stage *self, gconstpointer data)
{
  static const char *const attempts[] = {
    "one 1", "again one 1 (2)", "again one 1 (3)", "again one 1 (4)", "again one 1 (5)",
  };
  UsherHubSeat *one = NULL;
  const UsherParked *parked = NULL;

  g_test_summary ("What has used up its attempts is parked with its reasons, and is done");

  one = stage_join (self, "one", 10);
  stage_publish (self, 1);
  for (guint i = 0; i < STAGE_MAX_DELIVER; i++)
    {
      stage_run (self);
      stage_assert_sent (self, attempts[i]);
      g_assert_cmpuint (self->parked->len, ==, 0);
      stage_nak (one, 1, 0, i == 0 ? "a \"reason\"" : "no");
    }
  stage_run (self);
  stage_assert_sent (self, "");
  parked = get_parked (self, 0);
  g_assert_cmpstr (parked->channel, ==, STAGE_CHANNEL);
  g_assert_cmpstr (parked->group, ==, STAGE_GROUP);
  g_assert_cmpuint (parked->sequence, ==, 1);
  g_assert_cmpuint (parked->attempts, ==, STAGE_MAX_DELIVER);
  g_assert_cmpint (parked->time, ==, self->moment.wall);
  g_assert_false (parked->deferred);
  g_assert_cmpstr (parked->reasons, ==, "[\"a \\\"reason\\\"\",\"no\",\"no\",\"no\",\"no\"]");
  stage_assert_done (self);
}

static void
test_defer (Stage *self, gconstpointer data)
{
  UsherHubSeat *one = NULL;
  const UsherParked *parked = NULL;
  guint n = 0;

  g_test_summary (
      "What is deferred comes again, ever later, without an attempt, until it is parked");

  one = stage_join (self, "one", 10);
  stage_publish (self, 1);
  stage_run (self);
  stage_assert_sent (self, "one 1");
  stage_answer (one, 1, USHER_ANSWER_DEFER);
  stage_pass (self, FIRST_DEFERRAL - 1);
  stage_assert_sent (self, "");
  stage_pass (self, 1);
  stage_assert_sent (self, "again one 1");

  for (; self->parked->len == 0; n++)
    {
      stage_answer (one, 1, USHER_ANSWER_DEFER);
      stage_pass (self, G_TIME_SPAN_SECOND);
      stage_assert_sent (self, self->parked->len == 0 ? "again one 1" : "");
    }
  g_assert_cmpuint (n, ==, STAGE_DEFER_LIMIT / G_TIME_SPAN_SECOND + 1);
  parked = get_parked (self, 0);
  g_assert_true (parked->deferred);
  g_assert_cmpuint (parked->attempts, ==, 0);
  stage_assert_done (self);
}

static void
test_hand_back (Stage *self, gconstpointer data)
{
  UsherHubSeat *one = NULL;

  g_test_summary ("What is handed back goes out at once, and no attempt is counted");

  one = stage_join (self, "one", 10);
  stage_publish (self, 1);
  stage_run (self);
  stage_assert_sent (self, "one 1");
  stage_answer (one, 1, USHER_ANSWER_HAND_BACK);
  stage_run (self);
  stage_assert_sent (self, "again one 1");
}

static void
test_answered_twice (Stage *self, gconstpointer data)
{
  UsherHubSeat *one = NULL;

  g_test_summary ("A second answer changes nothing");

  one = stage_join (self, "one", 10);
  stage_publish (self, 1);
  stage_run (self);
  stage_assert_sent (self, "one 1");
  stage_ack (one, 1, 1);
  stage_nak (one, 1, 0, "no");
  stage_ack (one, 1, 1);
  stage_ack (one, 99, 99);
  stage_run (self);
  stage_assert_sent (self, "");
  stage_assert_done (self);
}

static void
test_lost (Stage *self, gconstpointer data)
{
  UsherHubSeat *one = NULL;
  UsherHubSeat *two = NULL;

  g_test_summary ("Of a member that has lost an event to another only the acknowledgement counts");

  one = stage_join (self, "one", 1);
  stage_publish (self, 1);
  stage_run (self);
  stage_assert_sent (self, "one 1");
  two = stage_join (self, "two", 1);
  usher_hub_worker_pause (g_ptr_array_index (self->workers, 0));
  stage_pass (self, STAGE_ACK_WAIT);
  stage_assert_sent (self, "again two 1 (2)");
  stage_nak (one, 1, 0, "no");
  stage_run (self);
  stage_assert_sent (self, "");
  stage_ack (one, 1, 1);
  stage_assert_done (self);
  stage_nak (two, 1, 0, "no");
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
test_replay (Stage *self, gconstpointer data)
{
  const UsherParked parked = { .group = (char *) STAGE_GROUP, .sequence = 1 };
  g_autoptr (GError) error = NULL;
  UsherHubSeat *one = NULL;

  g_test_summary (
      "A parked event comes again with all its attempts before it; its success is told");

  one = stage_join (self, "one", 10);
  stage_publish (self, 2);
  stage_run (self);
  stage_ack (one, 1, 2);
  stage_assert_sent (self, "one 1-2");

  usher_hub_groups_replay (self->groups, self->channel, &parked, &error);
  g_assert_no_error (error);
  stage_run (self);
  stage_assert_sent (self, "again one 1");
  stage_nak (one, 1, 0, "no");
  stage_run (self);
  stage_assert_sent (self, "again one 1 (2)");
  g_assert_true (usher_hub_seat_answer (one, 1, USHER_ANSWER_ACK, 0, NULL));
  stage_assert_done (self);
}

static void
test_replay_gone (Stage *self, gconstpointer data)
{
  const UsherParked parked = { .channel = (char *) STAGE_CHANNEL,
                               .group = (char *) "nobody",
                               .sequence = 1 };
  g_autoptr (GError) error = NULL;

  g_test_summary ("What was parked for a group that is no more cannot be replayed");

  g_assert_false (usher_hub_groups_replay (self->groups, self->channel, &parked, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_NOT_FOUND);
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
  add ("answer/nak", test_nak);
  add ("answer/nak-for-ever", test_nak_for_ever);
  add ("answer/late", test_late);
  add ("answer/next-due", test_next_due);
  add ("answer/parked", test_parked);
  add ("answer/defer", test_defer);
  add ("answer/hand-back", test_hand_back);
  add ("answer/twice", test_answered_twice);
  add ("answer/lost", test_lost);
  add ("seat/leave", test_leave);
  add ("seat/passing", test_passing);
  add ("seat/forget", test_forget);
  add ("seat/position", test_position);
  add ("replay", test_replay);
  add ("replay/gone", test_replay_gone);
  add ("restart", test_restart);
  add ("restart/replay", test_restart_replay);
  add ("restart/truncated", test_truncated);
#undef add

  return g_test_run ();
}
