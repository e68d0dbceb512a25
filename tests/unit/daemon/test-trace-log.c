/* test-trace-log.c: “usher trace” finds in a log what goes back to an id, and stops somewhere
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <signal.h>
#include <string.h>

#include "usher-bus.h"
#include "usher-clock.h"
#include "usher-id.h"
#include "usher-manual-clock.h"
#include "usher-test-base.h"
#include "usher-test-program.h"
#include "usher-test-publisher.h"

#define N_NOISE 3000
#define N_MANY  150
#define OLD     (90 * G_TIME_SPAN_MINUTE)

/* A hub with a log of three hours, and this test as its member. */
typedef struct
{
  UsherTestProgram program;
  UsherBus *bus; /* (owned) (nullable) */
  UsherTestPublisher *publisher;
  gint64 now;
  char *old; /* (owned): the id of an event of ninety minutes before */
} Fixture;

/* @id: (nullable) */
static void
post (Fixture *fixture, const char *channel, const char *id, gint64 time, const char *correlation)
{
  g_autofree char *random = g_uuid_string_random ();
  g_autoptr (UsherEvent) event = usher_event_new_full (
      id != NULL ? id : random, channel, 0, time, correlation, NULL, NULL, "{}", -1);

  usher_test_publisher_post_event (fixture->publisher, fixture->bus, event);
}

/* The hour and a half before, and after, what is looked for. */
static void
fill (Fixture *fixture)
{
  g_autoptr (UsherManualClock) clock = usher_manual_clock_new (fixture->now - OLD);
  g_autofree char *consequence = g_uuid_string_random ();

  fixture->old = usher_uuid_new (USHER_CLOCK (clock));
  for (guint i = 0; i < N_NOISE; i++)
    {
      if (i == N_NOISE / 2)
        post (fixture, "noise", fixture->old, fixture->now - OLD, "request-old");
      post (fixture, "noise", NULL, fixture->now - 2 * OLD + i * (2 * OLD / N_NOISE), NULL);
    }
  post (fixture, "said", consequence, fixture->now - OLD + 1000, "request-old");
  for (guint i = 0; i < N_MANY; i++)
    post (fixture, "many", NULL, fixture->now, "request-many");
  usher_test_publisher_await (fixture->publisher, N_NOISE + N_MANY + 2);
  g_assert_cmpuint (fixture->publisher->n_refused, ==, 0);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherClock) clock = usher_real_clock_new ();
  g_autofree char *arguments = NULL;
  g_autoptr (GError) error = NULL;

  usher_test_program_set_up (&fixture->program, data);
  fixture->publisher = usher_test_publisher_new ();
  fixture->now = usher_clock_get_time (clock);
  arguments = g_strdup_printf ("hub --data %s --run %s/run --admin %s",
                               fixture->program.data,
                               fixture->program.directory,
                               ANY);
  usher_test_program_launch (&fixture->program, arguments, "admin on ");
  fixture->bus = usher_bus_open (fixture->program.bus, "test", clock, NULL, &error);
  g_assert_no_error (error);
  fill (fixture);
}

static void
stop_hub (Fixture *fixture)
{
  usher_bus_close (fixture->bus, USHER_TEST_PATIENCE, NULL);
  g_clear_object (&fixture->bus);
  g_assert_cmpint (usher_test_program_stop (&fixture->program, SIGTERM), ==, 0);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  if (fixture->bus != NULL)
    stop_hub (fixture);
  usher_test_program_tear_down (&fixture->program, data);
  usher_test_publisher_free (fixture->publisher);
  g_free (fixture->old);
}

/* (transfer full) */
static char *
make_arguments (Fixture *fixture, const char *words)
{
  return g_strdup_printf ("trace %s --data %s --admin %s",
                          words,
                          fixture->program.data,
                          fixture->program.admin);
}

static void
assert_says (Fixture *fixture, const char *words, int status, const char *pattern)
{
  g_autofree char *arguments = make_arguments (fixture, words);

  usher_test_program_assert_says (&fixture->program, arguments, status, pattern);
}

/* how many items there are, and whether that is not all */
static void
assert_shows (Fixture *fixture, const char *words, guint n_items, gboolean is_cut)
{
  g_autofree char *all = g_strconcat ("--json ", words, NULL);
  g_autofree char *arguments = make_arguments (fixture, all);
  g_autoptr (JsonNode) json = usher_test_program_read_json (&fixture->program, arguments);
  JsonObject *object = json_node_get_object (json);

  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (object, "items")),
                    ==,
                    n_items);
  g_assert_cmpint (json_object_get_boolean_member (object, "cut"), ==, is_cut);
}

static void
test_find (Fixture *fixture, gconstpointer data)
{
  g_test_summary (
      "What tells its time is found where it is; else an hour is read, or as many as one wants");

  assert_shows (fixture, fixture->old, 2, FALSE);
  assert_says (fixture,
               "request-old",
               1,
               "*has nothing of “request-old” in the time that was read*");
  assert_shows (fixture, "--hours 2 request-old", 2, FALSE);
  assert_shows (fixture, "--all request-old", 2, FALSE);
  assert_says (fixture, "--all request-none", 1, "*has nothing of “request-none”\n*");
}

static void
test_cut (Fixture *fixture, gconstpointer data)
{
  g_test_summary (
      "Of many events so many are shown as one wants, and a word says that there are more");

  assert_shows (fixture, "--limit 100 request-many", 100, TRUE);
  assert_says (fixture, "--limit 100 request-many", 0, "*Cut: there are more than 100 events*");
  assert_shows (fixture, "request-many", N_MANY, FALSE);
}

static void
on_bad (UsherDelivery *delivery, gpointer user_data)
{
  usher_delivery_nak (delivery, 0, "a reason");
  usher_delivery_unref (delivery);
}

/* all is done but the first, which waits long to go out again */
static void
on_slow (UsherDelivery *delivery, gpointer user_data)
{
  if (usher_event_get_sequence (usher_delivery_get_event (delivery)) == 1)
    usher_delivery_nak (delivery, G_TIME_SPAN_HOUR, "a reason");
  else
    usher_delivery_ack (delivery);
  usher_delivery_unref (delivery);
}

static void
listen (Fixture *fixture, const char *group, guint max_deliver, UsherDeliveryFunc func)
{
  const UsherSubscription wish = { .channel = "many",
                                   .group = group,
                                   .durable = group,
                                   .start = USHER_START_ALL,
                                   .max_deliver = max_deliver };
  g_autoptr (GError) error = NULL;

  usher_bus_subscribe (fixture->bus, &wish, func, NULL, NULL, &error);
  g_assert_no_error (error);
}

/* how many of the many are so */
static guint
count_states (Fixture *fixture, const char *group, const char *state)
{
  g_autofree char *arguments = make_arguments (fixture, "--json request-many");
  g_autoptr (JsonNode) json = usher_test_program_read_json (&fixture->program, arguments);
  JsonArray *items = json_object_get_array_member (json_node_get_object (json), "items");
  guint n = 0;

  for (guint i = 0; i < json_array_get_length (items); i++)
    {
      JsonArray *listeners =
          json_object_get_array_member (json_array_get_object_element (items, i), "listeners");

      for (guint j = 0; j < json_array_get_length (listeners); j++)
        {
          JsonObject *listener = json_array_get_object_element (listeners, j);

          if (g_str_equal (json_object_get_string_member (listener, "group"), group) &&
              g_str_equal (json_object_get_string_member (listener, "state"), state))
            n++;
        }
    }

  return n;
}

static void
test_states (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("All that are parked are told, and none is called done that may be tried again");

  listen (fixture, "bad", 1, on_bad);
  listen (fixture, "slow", 5, on_slow);
  usher_test_until (count_states (fixture, "bad", "parked") == N_MANY);
  usher_test_until (count_states (fixture, "slow", "done, or tried again") == N_MANY);
}

static void
test_at_rest (Fixture *fixture, gconstpointer data)
{
  g_autofree char *first = NULL;

  g_test_summary ("Where nobody runs the data directory tells, as often as one wants, and a hub "
                  "goes on with it");

  stop_hub (fixture);
  assert_shows (fixture, fixture->old, 2, FALSE);
  assert_says (fixture, "--all request-old", 0, "*noise:*said:*timers that are set are not told*");
  assert_says (fixture, "--all request-none", 1, "*has nothing of*");
  first = g_strdup_printf ("hub --data %s --run %s/run --admin %s",
                           fixture->program.data,
                           fixture->program.directory,
                           ANY);
  usher_test_program_launch (&fixture->program, first, "admin on ");
  g_assert_cmpint (usher_test_program_stop (&fixture->program, SIGTERM), ==, 0);
}

static void
test_pages (Fixture *fixture, gconstpointer data)
{
  const char *admin = fixture->program.admin;

  g_test_summary ("A page of the admin listener has no payloads, and refuses what is no cursor");

  usher_test_program_assert_answer (admin,
                                    "/trace/request-old",
                                    "* 200 *\"items\":[*request-old*\"cursor\":*\"more\":*");
  usher_test_program_assert_answer (admin,
                                    "/trace/request-old?cursor=nonsense",
                                    "* 400 *no cursor*");
  usher_test_program_assert_answer (admin,
                                    "/trace/x?since=nonsense&until=0",
                                    "* 200 *\"items\":[]*");
}

int
main (int argc, char *argv[])
{
  static const struct
  {
    const char *path;
    void (*func) (Fixture *fixture, gconstpointer data);
  } tests[] = {
    { "/trace-log/find", test_find },     { "/trace-log/cut", test_cut },
    { "/trace-log/states", test_states }, { "/trace-log/at-rest", test_at_rest },
    { "/trace-log/pages", test_pages },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].func, tear_down);

  return g_test_run ();
}
