/* test-hub-quarantine.c: events whose process died, and which of them killed it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "groups-stage.h"

#define SET   32
#define GRACE (2 * G_TIME_SPAN_SECOND)
/* among all that was out, in a set of those, and alone */
#define N_DEATHS        (2 + STAGE_MAX_DELIVER)
#define N_DEATHS_OF_ONE (1 + STAGE_MAX_DELIVER)
#define REASON          "\"its process ended while it handled this event alone\""
#define ALL_REASONS     "[" REASON "," REASON "," REASON "," REASON "," REASON "]"

static void
test_trial (Stage *self, gconstpointer data)
{
  UsherHubSeat *one = NULL;
  UsherHubSeat *two = NULL;

  g_test_summary (
      "What a process had when it died goes out together, to one that has nothing else");

  one = stage_join (self, "one", 3);
  stage_publish (self, 5);
  stage_run (self);
  two = stage_join (self, "two", 10);
  stage_run (self);
  stage_assert_sent (self, "one 1-3; two 4-5");
  stage_leave (self, one, TRUE);
  g_assert_cmpuint (stage_count_suspects (self), ==, 3);

  stage_publish (self, 1);
  stage_run (self);
  stage_assert_sent (self, "");
  stage_ack (two, 4, 5);
  stage_run (self);
  stage_assert_sent (self, "again two 1; again two 2; again two 3");
  stage_ack (two, 1, 2);
  stage_run (self);
  stage_assert_sent (self, "");
  stage_ack (two, 3, 3);
  stage_run (self);
  stage_assert_sent (self, "two 6");
  g_assert_cmpuint (stage_count_suspects (self), ==, 0);
}

static void
test_others (Stage *self, gconstpointer data)
{
  UsherHubSeat *one = NULL;

  g_test_summary ("While one process tries suspects the others go on");

  one = stage_join (self, "one", 1);
  stage_publish (self, 1);
  stage_run (self);
  stage_assert_sent (self, "one 1");
  stage_leave (self, one, TRUE);
  stage_join (self, "two", 10);
  stage_join (self, "three", 10);
  stage_publish (self, 3);
  stage_run (self);
  stage_assert_sent (self, "three 2-4; again two 1");
}

static void
test_sets (Stage *self, gconstpointer data)
{
  UsherHubSeat *two = NULL;

  g_test_summary ("Many suspects are tried in sets");

  stage_join (self, "one", 100);
  stage_publish (self, SET + 2);
  stage_run (self);
  stage_kill (self);
  g_string_truncate (self->sent, 0);
  two = stage_join (self, "two", 100);
  stage_run (self);
  g_string_truncate (self->sent, 0);
  stage_ack (two, 1, SET);
  stage_run (self);
  stage_assert_sent (self, "again two 33; again two 34");
}

static void
test_alone (Stage *self, gconstpointer data)
{
  g_test_summary (
      "The events of a set that dies are tried alone; only a death alone is an attempt");

  stage_join (self, "one", 10);
  stage_publish (self, 2);
  stage_run (self);
  stage_assert_sent (self, "one 1-2");
  stage_kill (self);
  stage_join (self, "two", 10);
  stage_run (self);
  stage_assert_sent (self, "again two 1; again two 2");
  stage_kill (self);
  stage_join (self, "three", 10);
  stage_run (self);
  stage_assert_sent (self, "again three 1");
  stage_kill (self);
  stage_join (self, "four", 10);
  stage_run (self);
  stage_assert_sent (self, "again four 1 (2)");
}

static void
test_nak (Stage *self, gconstpointer data)
{
  UsherHubSeat *two = NULL;

  g_test_summary ("Whoever answers has survived: a nak counts, and ends the suspicion");

  stage_join (self, "one", 10);
  stage_publish (self, 1);
  stage_run (self);
  stage_kill (self);
  two = stage_join (self, "two", 10);
  stage_run (self);
  stage_assert_sent (self, "one 1; again two 1");
  stage_publish (self, 1);
  stage_nak (two, 1, 0, "no");
  stage_run (self);
  stage_assert_sent (self, "again two 1 (2); two 2");
  g_assert_cmpuint (stage_count_suspects (self), ==, 0);
}

static void
test_unwritten (Stage *self, gconstpointer data)
{
  g_test_summary (
      "A trial begins once the log says so: one that it does not know of would not count");

  stage_join (self, "one", 10);
  stage_publish (self, 1);
  stage_run (self);
  stage_assert_sent (self, "one 1");
  stage_kill (self);
  stage_join (self, "two", 10);
  stage_serve (self);
  g_assert_true (usher_hub_groups_is_urgent (self->groups));
  stage_save (self, FALSE);
  self->moment.is_failing = TRUE;
  stage_serve (self);
  stage_assert_sent (self, "");
  self->moment.is_failing = FALSE;
  stage_serve (self);
  stage_assert_sent (self, "");
  stage_save (self, TRUE);
  stage_serve (self);
  stage_assert_sent (self, "again two 1");
}

static void
test_pause (Stage *self, gconstpointer data)
{
  g_test_summary ("A process that pauses before its trial is spared");

  stage_join (self, "one", 10);
  stage_publish (self, 1);
  stage_run (self);
  stage_assert_sent (self, "one 1");
  stage_kill (self);
  stage_join (self, "two", 10);
  stage_serve (self);
  usher_hub_worker_pause (g_ptr_array_index (self->workers, 1));
  stage_run (self);
  stage_assert_sent (self, "");
  stage_join (self, "three", 10);
  stage_run (self);
  stage_assert_sent (self, "again three 1");
}

static void
test_left (Stage *self, gconstpointer data)
{
  UsherHubSeat *two = NULL;

  g_test_summary ("A process that leaves before its trial leaves it to another");

  stage_join (self, "one", 1);
  stage_publish (self, 2);
  stage_run (self);
  stage_assert_sent (self, "one 1");
  stage_kill (self);
  two = stage_join (self, "two", 1);
  stage_serve (self);
  stage_leave (self, two, FALSE);
  stage_join (self, "three", 1);
  stage_run (self);
  stage_assert_sent (self, "again three 1");
}

static void
test_mixed (Stage *self, gconstpointer data)
{
  UsherHubSeat *one = NULL;
  UsherHubSeat *two = NULL;
  UsherHubSeat *four = NULL;

  g_test_summary ("Those that have to be alone are in no set");

  one = stage_join (self, "one", 1);
  two = stage_join (self, "two", 2);
  stage_publish (self, 3);
  stage_run (self);
  stage_assert_sent (self, "one 1; two 2-3");
  stage_leave (self, two, TRUE);
  two = stage_join (self, "three", 2);
  stage_run (self);
  stage_assert_sent (self, "again three 2; again three 3");
  stage_leave (self, two, TRUE);
  stage_leave (self, one, TRUE);

  four = stage_join (self, "four", 10);
  stage_run (self);
  stage_assert_sent (self, "again four 1");
  stage_ack (four, 1, 1);
  stage_run (self);
  stage_assert_sent (self, "again four 2");
}

static void
test_two_groups (Stage *self, gconstpointer data)
{
  UsherHubSeat *guest = stage_add_group (self, USHER_HUB_GROUP_PASSING, "guest");
  UsherHubSeat *two = NULL;

  g_test_summary (
      "A process gets nothing of other groups during a trial, and all of it after that");

  stage_join (self, "one", 1);
  stage_publish (self, 1);
  stage_run (self);
  stage_assert_sent (self, "guest 1; one 1");
  stage_kill (self);
  two = usher_hub_seat_new (self->group, g_ptr_array_index (self->workers, 0), 1, (gpointer) "two");
  stage_run (self);
  stage_nak (guest, 1, 0, "no");
  stage_run (self);
  stage_assert_sent (self, "again two 1");
  stage_ack (two, 1, 1);
  stage_run (self);
  stage_assert_sent (self, "again guest 1 (2)");
}

static void
test_acquit (Stage *self, gconstpointer data)
{
  UsherHubSeat *again = NULL;

  g_test_summary ("A process that was only cut off comes back: its death does not count");

  stage_join_as (self, "one", 1, 10);
  stage_publish (self, 1);
  stage_run (self);
  stage_kill (self);
  stage_join_as (self, "two", 2, 10);
  stage_run (self);
  stage_kill (self);
  stage_join_as (self, "three", 3, 10);
  stage_run (self);
  stage_kill (self);
  stage_assert_sent (self, "one 1; again two 1; again three 1 (2)");

  usher_hub_groups_acquit (self->groups, 2);
  g_assert_cmpuint (stage_count_suspects (self), ==, 1);
  usher_hub_groups_acquit (self->groups, 3);
  g_assert_cmpuint (stage_count_suspects (self), ==, 0);
  again = stage_join_as (self, "three", 3, 10);
  stage_run (self);
  stage_assert_sent (self, "again three 1 (2)");
  stage_ack (again, 1, 1);
  stage_assert_done (self);
}

static void
test_deferred (Stage *self, gconstpointer data)
{
  static const char death[] = "its process ended while it handled this event alone";
  g_autofree char *expected = g_strdup_printf (
      "[\"\",\"%s\",\"%s\",\"%s\",\"%s\",\"%s\"]", death, death, death, death, death);
  UsherHubSeat *one = NULL;
  const UsherParked *parked = NULL;

  g_test_summary ("Each death of an event that was deferred before is a reason by itself");

  one = stage_join (self, "one", 10);
  stage_publish (self, 1);
  stage_run (self);
  stage_answer (one, 1, USHER_ANSWER_DEFER);
  stage_pass (self, G_TIME_SPAN_SECOND);
  stage_kill (self);
  for (guint i = 0; i < STAGE_MAX_DELIVER; i++)
    {
      stage_join (self, "again", 10);
      stage_run (self);
      stage_kill (self);
    }
  stage_pass (self, GRACE);
  g_assert_cmpuint (self->parked->len, ==, 1);
  parked = g_ptr_array_index (self->parked, 0);
  g_assert_cmpuint (parked->attempts, ==, STAGE_MAX_DELIVER);
  g_assert_cmpstr (parked->reasons, ==, expected);
}

/* Lets a process handle what there is; whether it survives that. */
static gboolean
work (Stage *self, guint64 killer)
{
  UsherHubSeat *seat = stage_join (self, "one", 100);

  do
    {
      if (!stage_handle (self, seat, killer))
        return FALSE;
      stage_pass (self, GRACE);
    }
  while (self->out->len > 0);

  return TRUE;
}

/* Processes come until one of them survives. */
static void
check_killer (Stage *self, guint n, gboolean with_hub)
{
  const UsherParked *parked = NULL;
  guint n_deaths = 0;

  stage_publish (self, n);
  for (; !work (self, n / 2); n_deaths++)
    if (with_hub)
      stage_restart (self, FALSE);
    else
      stage_kill (self);

  g_assert_cmpuint (n_deaths, ==, N_DEATHS);
  stage_assert_done (self);
  g_assert_cmpuint (self->parked->len, ==, 1);
  parked = g_ptr_array_index (self->parked, 0);
  g_assert_cmpuint (parked->sequence, ==, n / 2);
  g_assert_cmpuint (parked->attempts, ==, STAGE_MAX_DELIVER);
  g_assert_cmpstr (parked->reasons, ==, ALL_REASONS);
}

static void
test_killer_few (Stage *self, gconstpointer data)
{
  g_test_summary (
      "An event that kills its process is parked after as many deaths alone as attempts; "
      "those that were out beside it are handled");

  check_killer (self, 20, FALSE);
}

static void
test_killer_many (Stage *self, gconstpointer data)
{
  g_test_summary ("A killer is found as soon where many are out beside it");

  check_killer (self, 600, FALSE);
}

static void
test_killer_hub (Stage *self, gconstpointer data)
{
  g_test_summary ("A killer is found as soon where hub and process die together");

  check_killer (self, 600, TRUE);
}

static void
test_grace (Stage *self, gconstpointer data)
{
  g_test_summary (
      "After the last death a process has a while to come back before the event is parked");

  stage_publish (self, 1);
  for (guint i = 1; i <= N_DEATHS_OF_ONE; i++)
    {
      stage_join_as (self, "one", i, 10);
      stage_run (self);
      g_string_truncate (self->sent, 0);
      stage_kill (self);
    }
  stage_join_as (self, "two", 100, 10);
  stage_pass (self, GRACE - 1);
  stage_assert_sent (self, "");
  g_assert_cmpuint (self->parked->len, ==, 0);
  usher_hub_groups_acquit (self->groups, N_DEATHS_OF_ONE);
  stage_pass (self, 1);
  stage_assert_sent (self, "again two 1 (5)");
  g_assert_cmpuint (self->parked->len, ==, 0);
}

static void
test_grace_over (Stage *self, gconstpointer data)
{
  g_test_summary ("An event whose last process does not come back is parked, and never sent again");

  stage_publish (self, 1);
  for (guint i = 1; i <= N_DEATHS_OF_ONE; i++)
    {
      stage_join (self, "one", 10);
      stage_run (self);
      g_string_truncate (self->sent, 0);
      stage_kill (self);
    }
  stage_join (self, "two", 10);
  stage_pass (self, GRACE);
  stage_assert_sent (self, "");
  g_assert_cmpuint (self->parked->len, ==, 1);
  stage_assert_done (self);
}

static void
test_restart (Stage *self, gconstpointer data)
{
  UsherHubSeat *two = NULL;

  g_test_summary (
      "Whatever may have been out when the hub died is suspect, and comes again as such");

  stage_join (self, "one", 10);
  stage_publish (self, 3);
  stage_run (self);
  stage_assert_sent (self, "one 1-3");
  /* it may have been sent, for all that the next hub knows */
  stage_publish (self, 1);
  stage_restart (self, FALSE);
  g_assert_cmpuint (stage_count_suspects (self), ==, 4);
  stage_publish (self, 1);
  two = stage_join (self, "two", 10);
  stage_run (self);
  stage_assert_sent (self, "again two 1; again two 2; again two 3; again two 4");
  stage_ack (two, 1, 4);
  stage_run (self);
  stage_assert_sent (self, "two 5");
}

static void
test_restart_acquit (Stage *self, gconstpointer data)
{
  UsherHubSeat *one = NULL;

  g_test_summary (
      "A process that outlives its hub in a trial has not died of it: nothing is counted");

  stage_join_as (self, "one", 1, 10);
  stage_publish (self, 1);
  stage_run (self);
  stage_assert_sent (self, "one 1");
  for (guint i = 0; i < STAGE_MAX_DELIVER + 1; i++)
    {
      stage_restart (self, FALSE);
      usher_hub_groups_acquit (self->groups, 1);
      one = stage_join_as (self, "one", 1, 10);
      stage_run (self);
      stage_assert_sent (self, "again one 1");
    }
  stage_ack (one, 1, 1);
  stage_assert_done (self);
}

static void
test_limits (Stage *self, gconstpointer data)
{
  g_test_summary (
      "How many attempts are too many is the members' to say: without one nothing is parked");

  stage_publish (self, 1);
  for (guint i = 0; i < N_DEATHS_OF_ONE; i++)
    {
      stage_join (self, "one", 10);
      stage_run (self);
      stage_restart (self, FALSE);
    }
  stage_pass (self, G_TIME_SPAN_HOUR);
  g_assert_cmpuint (self->parked->len, ==, 0);
  stage_join (self, "one", 10);
  stage_run (self);
  g_assert_cmpuint (self->parked->len, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define add(path, func) \
  g_test_add ("/hub-quarantine/" path, Stage, NULL, stage_set_up, func, stage_tear_down)
  add ("trial", test_trial);
  add ("trial/others", test_others);
  add ("trial/sets", test_sets);
  add ("trial/alone", test_alone);
  add ("trial/nak", test_nak);
  add ("trial/unwritten", test_unwritten);
  add ("trial/pause", test_pause);
  add ("trial/left", test_left);
  add ("trial/mixed", test_mixed);
  add ("trial/two-groups", test_two_groups);
  add ("acquit", test_acquit);
  add ("deferred", test_deferred);
  add ("killer/few", test_killer_few);
  add ("killer/many", test_killer_many);
  add ("killer/hub", test_killer_hub);
  add ("grace", test_grace);
  add ("grace/over", test_grace_over);
  add ("restart", test_restart);
  add ("restart/acquit", test_restart_acquit);
  add ("restart/limits", test_limits);
#undef add

  return g_test_run ();
}
