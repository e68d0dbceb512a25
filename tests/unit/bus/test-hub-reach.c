/* test-hub-reach.c: whose log it is, as members find out
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-error.h"
#include "usher-test-base.h"
#include "usher-test-hub.h"
#include "usher-test-listener.h"
#include "usher-test-publisher.h"

#define CHANNEL "order:created"

typedef struct
{
  UsherTestHub *hub;             /* (owned) */
  UsherTestPublisher *publisher; /* (owned) */
  UsherBus *bus;                 /* (owned): a member */
  char *log;                     /* (owned) */
  char *copy;                    /* (owned) */
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  self->hub = usher_test_hub_new (USHER_TEST_HUB_IPC, NULL);
  self->publisher = usher_test_publisher_new ();
  self->log = g_build_filename (self->hub->directory, "log", NULL);
  self->copy = g_build_filename (self->hub->directory, "copy", NULL);
  self->bus = usher_test_hub_join (self->hub, "first");
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  usher_test_hub_leave (self->bus);
  usher_test_publisher_free (self->publisher);
  usher_test_hub_free (self->hub);
  g_free (self->log);
  g_free (self->copy);
}

static void
copy_log (const char *from, const char *to)
{
  g_autoptr (GError) error = NULL;
  const char *const arguments[] = { "cp", "-r", from, to, NULL };
  int status = 0;

  usher_test_remove_tree (to);
  g_spawn_sync (NULL,
                (char **) arguments,
                NULL,
                G_SPAWN_SEARCH_PATH,
                NULL,
                NULL,
                NULL,
                NULL,
                &status,
                &error);
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
}

static void
publish (Fixture *self, guint n)
{
  usher_test_publisher_publish (self->publisher, self->bus, CHANNEL, n);
}

/* What the bus says of its log. */
static void
look (Fixture *self, UsherReach *reach)
{
  usher_test_hub_settle (self->bus);
  g_assert_true (usher_bus_get_reach (self->bus, reach));
}

static gboolean
check (UsherBus *bus, const UsherReach *known)
{
  g_autoptr (GError) error = NULL;
  gboolean fits = usher_bus_check_log (bus, known, &error);

  if (!fits)
    {
      g_assert_error (error, USHER_ERROR, USHER_ERROR_CONFLICT);
      g_assert_nonnull (strstr (error->message, known->log));
      g_assert_nonnull (strstr (error->message, "--adopt"));
    }

  return fits;
}

static void
adopt (Fixture *self)
{
  g_autoptr (GError) error = NULL;

  usher_hub_adopt (self->log, self->hub->clock, &error);
  g_assert_no_error (error);
}

static void
test_reach (Fixture *self, gconstpointer data)
{
  UsherReach begin;
  UsherReach reach;

  g_test_summary ("A confirmation says how far the log has come, which counts what it confirms");

  g_assert_false (usher_bus_get_reach (self->bus, &reach));
  g_assert_false (usher_reach_is_known (&reach));
  look (self, &begin);
  g_assert_cmpuint (begin.position, ==, 0);
  publish (self, 3);
  g_assert_true (usher_bus_get_reach (self->bus, &reach));
  g_assert_cmpstr (reach.log, ==, begin.log);
  g_assert_cmpuint (reach.position, ==, 3);
  g_assert_cmpuint (reach.run, !=, 0);
  usher_test_publisher_publish (self->publisher, self->bus, "order:cancelled", 2);
  g_assert_true (usher_bus_get_reach (self->bus, &reach));
  g_assert_cmpuint (reach.position, ==, 5);
  g_assert_true (check (self->bus, &reach));
  g_assert_true (check (self->bus, &begin));
}

static gboolean
has_heard (UsherBus *bus, guint64 position)
{
  UsherReach reach;

  return usher_bus_get_reach (bus, &reach) && reach.position == position;
}

static void
test_others (Fixture *self, gconstpointer data)
{
  UsherBus *other = usher_test_hub_join (self->hub, "second");

  g_test_summary ("Who publishes nothing hears how far the log has come, too");

  usher_test_until (has_heard (other, 0));
  publish (self, 4);
  usher_test_until (has_heard (other, 4));
  usher_test_hub_leave (other);
}

static gboolean
is_dropped (Fixture *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherBusFigures) figures =
      usher_bus_get_figures (self->bus, USHER_BUS_PART_CHANNELS, &error);

  g_assert_no_error (error);

  return ((UsherChannelFigures *) g_ptr_array_index (figures->channels, 0))->first == 6;
}

static void
test_dropped (Fixture *self, gconstpointer data)
{
  UsherReach known;

  g_test_summary ("What age has dropped had come in: the log is the same");

  publish (self, 5);
  look (self, &known);
  g_assert_true (check (self->bus, &known));
  self->hub->limits.max_age = 1;
  usher_test_hub_restart (self->hub);
  usher_test_until (is_dropped (self));
  g_assert_true (check (self->bus, &known));
  usher_test_hub_restart (self->hub);
  g_assert_true (check (self->bus, &known));
  look (self, &known);
  g_assert_cmpuint (known.position, ==, 5);
}

/* The member that insists on its log does not come in. */
static void
assert_kept_out (Fixture *self, const UsherReach *known)
{
  g_autofree char *refusal = NULL;

  usher_test_until (refusal != NULL || (refusal = usher_bus_dup_refusal (self->bus)) != NULL);
  g_assert_nonnull (strstr (refusal, known->log));
  g_assert_nonnull (strstr (refusal, "usher restore"));
  g_assert_false (usher_bus_is_connected (self->bus));
}

static void
test_emptied (Fixture *self, gconstpointer data)
{
  UsherReach known;
  UsherReach now;
  UsherBus *other = NULL;

  g_test_summary ("A hub that comes back with an emptied log gets no event of who knew it, until "
                  "the log is back");

  publish (self, 3);
  look (self, &known);
  g_assert_true (check (self->bus, &known));
  usher_test_hub_stop (self->hub);
  copy_log (self->log, self->copy);
  usher_test_remove_tree (self->log);
  usher_test_publisher_post (self->publisher, self->bus, CHANNEL, 2);
  usher_test_hub_start (self->hub);
  assert_kept_out (self, &known);
  g_assert_cmpuint (self->publisher->n_confirmed, ==, 3);

  /* who knows no log looks at this one, and is told when he asks for the other */
  other = usher_test_hub_join (self->hub, "second");
  g_assert_false (check (other, &known));
  g_assert_true (usher_bus_get_reach (other, &now));
  g_assert_cmpstr (now.log, !=, known.log);
  g_assert_cmpuint (now.position, ==, 0);
  usher_test_hub_leave (other);

  usher_test_hub_stop (self->hub);
  copy_log (self->copy, self->log);
  usher_test_hub_start (self->hub);
  usher_test_publisher_await (self->publisher, 5);
  g_assert_null (usher_bus_dup_refusal (self->bus));
  look (self, &now);
  g_assert_cmpstr (now.log, ==, known.log);
  g_assert_cmpuint (now.position, ==, 5);
}

static void
test_older (Fixture *self, gconstpointer data)
{
  UsherReach known;
  UsherBus *other = NULL;

  g_test_summary ("An older copy is told from the log, although others have gone on with it");

  publish (self, 3);
  usher_test_hub_stop (self->hub);
  copy_log (self->log, self->copy);
  usher_test_hub_start (self->hub);
  publish (self, 2);
  look (self, &known);
  g_assert_true (check (self->bus, &known));
  usher_test_hub_stop (self->hub);
  copy_log (self->copy, self->log);
  usher_test_hub_start (self->hub);
  assert_kept_out (self, &known);

  other = usher_test_hub_join (self->hub, "second");
  usher_test_publisher_post (self->publisher, other, CHANNEL, 10);
  usher_test_publisher_await (self->publisher, 15);
  g_assert_false (check (other, &known));
  g_assert_false (usher_bus_is_connected (self->bus));
  usher_test_hub_leave (other);
  usher_test_hub_stop (self->hub);
  adopt (self);
  usher_test_hub_start (self->hub);
  usher_test_publisher_post (self->publisher, self->bus, CHANNEL, 1);
  usher_test_publisher_await (self->publisher, 16);
}

static void
test_adopt (Fixture *self, gconstpointer data)
{
  UsherReach known;
  UsherReach now;

  g_test_summary ("Who knew the log of before takes over the one that is adopted, and insists on "
                  "that from then on");

  publish (self, 3);
  look (self, &known);
  g_assert_true (check (self->bus, &known));
  usher_test_hub_stop (self->hub);
  usher_test_remove_tree (self->log);
  usher_test_publisher_post (self->publisher, self->bus, CHANNEL, 2);
  usher_test_hub_start (self->hub);
  assert_kept_out (self, &known);
  usher_test_hub_stop (self->hub);
  adopt (self);
  usher_test_hub_start (self->hub);
  usher_test_publisher_await (self->publisher, 5);
  look (self, &now);
  g_assert_cmpstr (now.log, !=, known.log);
  g_assert_cmpuint (now.position, ==, 2);
  g_assert_true (check (self->bus, &known));

  usher_test_hub_stop (self->hub);
  usher_test_remove_tree (self->log);
  usher_test_hub_start (self->hub);
  assert_kept_out (self, &now);
  usher_test_hub_stop (self->hub);
  adopt (self);
  usher_test_hub_start (self->hub);
  publish (self, 1);
}

static void
test_adopt_followers (Fixture *self, gconstpointer data)
{
  const UsherSubscription plain = { .channel = CHANNEL, .start = USHER_START_ALL };
  const UsherSubscription shared = {
    .channel = CHANNEL, .group = "tickets", .durable = "tickets", .start = USHER_START_ALL
  };
  g_autoptr (UsherTestListener) follower = usher_test_listener_new (self->bus, &plain, TRUE);
  g_autoptr (UsherTestListener) group = usher_test_listener_new (self->bus, &shared, TRUE);
  static const guint64 expected[] = { 1, 2, 3, 1, 2 };

  g_test_summary ("Whoever listens goes on with the first event of a log that was adopted, "
                  "whatever he had heard");

  publish (self, 3);
  usher_test_listener_await (follower, 3);
  usher_test_listener_await (group, 3);
  usher_test_hub_stop (self->hub);
  usher_test_remove_tree (self->log);
  adopt (self);
  usher_test_hub_start (self->hub);
  publish (self, 2);
  usher_test_listener_await (follower, 5);
  usher_test_listener_await (group, 5);
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_assert_cmpuint (g_array_index (follower->sequences, guint64, i), ==, expected[i]);
      g_assert_cmpuint (g_array_index (group->sequences, guint64, i), ==, expected[i]);
    }
}

static void
test_adopt_busy (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A log that a hub has open is not adopted");

  g_assert_false (usher_hub_adopt (self->log, self->hub->clock, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_BUSY);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*func) (Fixture *self, gconstpointer data);
  } tests[] = {
    { "/hub/reach", test_reach },
    { "/hub/reach/others", test_others },
    { "/hub/reach/dropped", test_dropped },
    { "/hub/reach/emptied", test_emptied },
    { "/hub/reach/older", test_older },
    { "/hub/adopt", test_adopt },
    { "/hub/adopt/followers", test_adopt_followers },
    { "/hub/adopt/busy", test_adopt_busy },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].func, tear_down);

  return g_test_run ();
}
