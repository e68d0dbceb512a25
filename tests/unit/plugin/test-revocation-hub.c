/* test-revocation-hub.c: who is refused, as the log of a hub keeps it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "revocation-stage.h"
#include "usher-id.h"
#include "usher-test-base.h"

static void
on_published (UsherEvent *event, const GError *error, gpointer user_data)
{
  g_assert_no_error (error);
  g_atomic_int_set ((int *) user_data, TRUE);
}

/* in the hub's log when this returns */
static void
publish (RevocationStage *fixture, const char *channel, const char *user, int version)
{
  g_autofree char *payload = revocation_stage_make_user (user, version);
  g_autofree char *id = usher_uuid_new (USHER_CLOCK (fixture->clock));
  g_autoptr (UsherEvent) event = usher_event_new (
      id, channel, usher_clock_get_time (USHER_CLOCK (fixture->clock)), payload, -1);
  int is_there = FALSE;

  usher_bus_publish (fixture->member, event, on_published, &is_there, NULL);
  usher_test_until (g_atomic_int_get (&is_there));
}

/* whether the hub keeps nothing of a channel that had something */
static gboolean
is_dropped (RevocationStage *fixture, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherBusFigures) figures =
      usher_bus_get_figures (fixture->member, USHER_BUS_PART_CHANNELS, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < figures->channels->len; i++)
    {
      const UsherChannelFigures *channel = g_ptr_array_index (figures->channels, i);

      if (g_str_equal (channel->name, name))
        return channel->n_events == 0;
    }

  return FALSE;
}

static void
test_two_hosts (RevocationStage *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("Hosts of one directory share what is known, and one that comes late has it all");

  revocation_stage_open_hub (fixture);
  revocation_stage_follow (fixture);
  fixture->other = usher_revocations_new (fixture->path,
                                          revocation_stage_channels,
                                          fixture->sessions,
                                          USHER_CLOCK (fixture->clock),
                                          &error);
  g_assert_no_error (error);
  usher_revocations_follow (fixture->other, fixture->member, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 300; i++)
    publish (fixture, REFUSED, i % 2 == 0 ? ALICE : BOB, (int) i);
  usher_test_until (!revocation_stage_is_accepted (fixture, BOB));
  revocation_stage_restart (fixture);

  revocation_stage_load (fixture);
  g_assert_false (revocation_stage_is_accepted (fixture, ALICE));
  g_assert_false (revocation_stage_is_accepted (fixture, BOB));
}

/* Limits of age for a hub, which it has from now on. */
static void
limit (RevocationStage *fixture, const UsherHubLimits *limits)
{
  usher_test_hub_leave (fixture->member);
  fixture->hub->limits = *limits;
  usher_test_hub_restart (fixture->hub);
  fixture->member = usher_test_hub_join (fixture->hub, "host");
}

static const UsherHubLimits a_minute = { .max_age = G_TIME_SPAN_MINUTE };

static void
test_dropped (RevocationStage *fixture, gconstpointer data)
{
  g_test_summary ("What the log has dropped for its age is not waited for, and is known");

  revocation_stage_open_hub (fixture);
  publish (fixture, REFUSED, ALICE, 1);
  revocation_stage_follow (fixture);
  g_assert_false (revocation_stage_is_accepted (fixture, ALICE));

  revocation_stage_restart (fixture);
  limit (fixture, &a_minute);
  usher_manual_clock_advance (fixture->clock, G_TIME_SPAN_HOUR);
  usher_test_until (is_dropped (fixture, REFUSED));
  revocation_stage_follow (fixture);
  g_assert_false (revocation_stage_is_accepted (fixture, ALICE));

  /* and what comes then is */
  publish (fixture, REFUSED, BOB, 1);
  usher_test_until (!revocation_stage_is_accepted (fixture, BOB));
}

static void
test_dropped_unseen (RevocationStage *fixture, gconstpointer data)
{
  g_test_summary ("Who has never seen what the log has dropped starts all the same");

  revocation_stage_open_hub (fixture);
  limit (fixture, &a_minute);
  publish (fixture, REFUSED, ALICE, 1);
  usher_manual_clock_advance (fixture->clock, G_TIME_SPAN_HOUR);
  usher_test_until (is_dropped (fixture, REFUSED));
  for (guint i = 0; i < 2; i++)
    {
      revocation_stage_follow (fixture);
      g_assert_true (revocation_stage_is_accepted (fixture, ALICE));
      revocation_stage_restart (fixture);
    }
}

static void
test_dropped_elsewhere (RevocationStage *fixture, gconstpointer data)
{
  static const UsherHubLasting lasting[] = { { REFUSED, 0 } };
  const UsherHubLimits limits = { .max_messages = 1,
                                  .max_age = G_TIME_SPAN_MINUTE,
                                  .lasting = lasting,
                                  .n_lasting = G_N_ELEMENTS (lasting) };

  g_test_summary ("A host with nothing of its own learns of bans that are older than the limit");

  revocation_stage_open_hub (fixture);
  limit (fixture, &limits);
  publish (fixture, REFUSED, ALICE, 1);
  publish (fixture, REFUSED, BOB, 1);
  publish (fixture, "ticket:created", ALICE, 1);
  usher_manual_clock_advance (fixture->clock, G_TIME_SPAN_HOUR);
  usher_test_until (is_dropped (fixture, "ticket:created"));
  revocation_stage_follow (fixture);
  g_assert_false (revocation_stage_is_accepted (fixture, ALICE));
  g_assert_false (revocation_stage_is_accepted (fixture, BOB));
}

#define add(path, func)                \
  g_test_add ("/revocation-hub/" path, \
              RevocationStage,         \
              NULL,                    \
              revocation_stage_set_up, \
              func,                    \
              revocation_stage_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("two-hosts", test_two_hosts);
  add ("dropped/known", test_dropped);
  add ("dropped/unseen", test_dropped_unseen);
  add ("dropped/elsewhere", test_dropped_elsewhere);

  return g_test_run ();
}
