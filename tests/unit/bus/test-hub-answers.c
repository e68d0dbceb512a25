/* test-hub-answers.c: what members say of their events, when these come again, and when no more
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
  stage_answer (one, 1, USHER_ANSWER_DEFER);
  stage_pass (self, 2 * FIRST_DEFERRAL - 1);
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
test_defer_clock (Stage *self, gconstpointer data)
{
  UsherHubSeat *one = NULL;

  g_test_summary (
      "For how long an event may be deferred is told by the time that passes, not by the clock");

  one = stage_join (self, "one", 10);
  stage_publish (self, 1);
  stage_run (self);
  stage_answer (one, 1, USHER_ANSWER_DEFER);
  self->moment.wall += G_TIME_SPAN_DAY;
  stage_pass (self, G_TIME_SPAN_SECOND);
  stage_answer (one, 1, USHER_ANSWER_DEFER);
  stage_run (self);
  g_assert_cmpuint (self->parked->len, ==, 0);

  self->moment.wall -= 2 * G_TIME_SPAN_DAY;
  stage_pass (self, STAGE_DEFER_LIMIT);
  stage_answer (one, 1, USHER_ANSWER_DEFER);
  stage_run (self);
  g_assert_true (get_parked (self, 0)->deferred);
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
test_oldest_first (Stage *self, gconstpointer data)
{
  UsherHubSeat *one = NULL;

  g_test_summary ("What waits goes out oldest first, before what is new");

  one = stage_join (self, "one", 6);
  stage_publish (self, 7);
  stage_run (self);
  stage_assert_sent (self, "one 1-6");
  for (guint sequence = 6; sequence > 0; sequence--)
    stage_answer (one, sequence, USHER_ANSWER_HAND_BACK);
  stage_run (self);
  stage_assert_sent (
      self, "again one 1; again one 2; again one 3; again one 4; again one 5; again one 6");
  stage_ack (one, 1, 6);
  stage_run (self);
  stage_assert_sent (self, "one 7");
}

/* Event 1 is due, and nobody has room for it. */
static UsherHubSeat *
starve (Stage *self)
{
  UsherHubSeat *one = stage_join (self, "one", 1);

  stage_publish (self, 2);
  stage_run (self);
  stage_nak (one, 1, G_TIME_SPAN_SECOND, "no");
  stage_pass (self, 0);
  stage_pass (self, G_TIME_SPAN_SECOND);
  stage_assert_sent (self, "one 1; one 2");

  return one;
}

static void
test_starved (Stage *self, gconstpointer data)
{
  UsherHubSeat *one = starve (self);

  g_test_summary ("What is due and finds no room goes out as soon as there is some");

  stage_ack (one, 2, 2);
  stage_run (self);
  stage_assert_sent (self, "again one 1 (2)");
}

static void
test_starved_join (Stage *self, gconstpointer data)
{
  starve (self);

  g_test_summary ("Likewise as soon as somebody comes who has room");

  stage_join (self, "two", 1);
  stage_run (self);
  stage_assert_sent (self, "again two 1 (2)");
}

static void
test_starved_parked (Stage *self, gconstpointer data)
{
  UsherHubSeat *one = stage_join (self, "one", 1);

  g_test_summary ("Likewise as soon as the event that had the room is parked, in the same turn");

  usher_hub_group_set_limits (self->group, 0, 2, 0);
  stage_publish (self, 2);
  stage_run (self);
  stage_nak (one, 1, STAGE_ACK_WAIT, "no");
  stage_run (self);
  stage_nak (one, 2, 0, "no");
  stage_run (self);
  stage_assert_sent (self, "one 1; one 2; again one 2 (2)");
  stage_pass (self, STAGE_ACK_WAIT);
  g_assert_cmpuint (get_parked (self, 0)->sequence, ==, 2);
  stage_assert_sent (self, "again one 1 (2)");
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define add(path, func) \
  g_test_add ("/hub-answers/" path, Stage, NULL, stage_set_up, func, stage_tear_down)
  add ("nak", test_nak);
  add ("nak-for-ever", test_nak_for_ever);
  add ("late", test_late);
  add ("next-due", test_next_due);
  add ("parked", test_parked);
  add ("defer", test_defer);
  add ("defer/clock", test_defer_clock);
  add ("hand-back", test_hand_back);
  add ("twice", test_answered_twice);
  add ("lost", test_lost);
  add ("due/oldest-first", test_oldest_first);
  add ("due/starved", test_starved);
  add ("due/starved/join", test_starved_join);
  add ("due/starved/parked", test_starved_parked);
  add ("replay", test_replay);
  add ("replay/gone", test_replay_gone);
#undef add

  return g_test_run ();
}
