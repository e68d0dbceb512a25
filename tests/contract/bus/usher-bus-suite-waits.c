/* usher-bus-suite-waits.c: questions for events that wait in the hub
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-bus-suite.h"

#define CHANNEL  "order:created"
#define PATIENCE (90 * G_TIME_SPAN_SECOND)
/* of one member, as the hub has it */
#define MAX_OF_ONE 16

/* A question that was asked without waiting; the answer comes once. */
typedef struct
{
  GMutex mutex;
  GCond cond;
  guint n_told;    /* (mutex mutex) */
  UsherJson *page; /* (owned) (nullable) (mutex mutex) */
  GError *error;   /* (owned) (nullable) (mutex mutex) */
} Question;

static void
on_described (const char *text, const GError *error, gpointer user_data)
{
  Question *question = user_data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&question->mutex);

  g_assert_true ((text != NULL) != (error != NULL));
  question->page = text != NULL ? usher_json_parse (text, -1, NULL) : NULL;
  question->error = error != NULL ? g_error_copy (error) : NULL;
  question->n_told++;
  g_cond_broadcast (&question->cond);
}

static Question *
ask (UsherBus *bus, const char *what, gint64 patience)
{
  Question *question = g_new0 (Question, 1);

  g_mutex_init (&question->mutex);
  g_cond_init (&question->cond);
  usher_bus_describe_async (bus, what, patience, on_described, question);

  return question;
}

static gboolean
is_told (Question *question)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&question->mutex);

  return question->n_told > 0;
}

static void
await (Question *question)
{
  gint64 deadline = g_get_monotonic_time () + 30 * G_TIME_SPAN_SECOND;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&question->mutex);

  while (question->n_told == 0)
    g_assert_true (g_cond_wait_until (&question->cond, &question->mutex, deadline));
}

static void
question_free (Question *question)
{
  g_assert_cmpuint (question->n_told, ==, 1);
  g_clear_pointer (&question->page, usher_json_unref);
  g_clear_error (&question->error);
  g_mutex_clear (&question->mutex);
  g_cond_clear (&question->cond);
  g_free (question);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Question, question_free)

static guint
count_events (Question *question)
{
  await (question);
  g_assert_no_error (question->error);

  return usher_json_get_length (question->page, "events");
}

static void
test_event (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (Question) question = NULL;
  g_autoptr (Question) first = NULL;

  g_test_summary (
      "A question waits until there is an event, and is answered at once where there is");

  question = ask (self->bus, "events?wait=60", PATIENCE);
  usher_bus_fixture_settle (self->bus);
  g_assert_false (is_told (question));
  usher_bus_fixture_publish (self, CHANNEL, 1);
  g_assert_cmpuint (count_events (question), ==, 1);
  g_assert_cmpstr (usher_json_get_string (question->page, "events.0.channel"), ==, CHANNEL);

  first = ask (self->bus, "events?after=0&wait=60", PATIENCE);
  g_assert_cmpuint (count_events (first), ==, 1);
}

static void
test_channel (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (Question) question = NULL;

  g_test_summary (
      "A question for a channel, which need not be there yet, waits for its events alone");

  question = ask (self->bus, "events?channel=late&wait=60", PATIENCE);
  usher_bus_fixture_publish (self, CHANNEL, 3);
  usher_bus_fixture_settle (self->bus);
  g_assert_false (is_told (question));
  usher_bus_fixture_publish (self, "late", 1);
  g_assert_cmpuint (count_events (question), ==, 1);
  g_assert_cmpstr (usher_json_get_string (question->page, "cursor"), ==, "late:1");
}

static void
test_time (UsherBusFixture *self, gconstpointer data)
{
  gint64 start_time = g_get_monotonic_time ();
  g_autoptr (Question) question = NULL;

  g_test_summary ("When the time is over there is a page without events, whose cursor goes on");

  usher_bus_fixture_publish (self, CHANNEL, 1);
  question = ask (self->bus, "events?wait=1", PATIENCE);
  g_assert_cmpuint (count_events (question), ==, 0);
  g_assert_cmpint (g_get_monotonic_time () - start_time, >=, G_TIME_SPAN_SECOND);
  g_assert_cmpstr (usher_json_get_string (question->page, "cursor"), ==, "order%3Acreated:1");
}

static void
test_hub_closes (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (Question) question = NULL;

  g_test_summary ("A hub that closes answers what waits; where the answer is lost with it, the "
                  "next one is asked");

  usher_bus_fixture_publish (self, CHANNEL, 1);
  question = ask (self->bus, "events?wait=60", PATIENCE);
  usher_bus_fixture_settle (self->bus);
  if (self->maker->outlives_hub)
    {
      usher_bus_fixture_restart (self);
      usher_bus_fixture_publish (self, CHANNEL, 1);
      g_assert_cmpuint (count_events (question), <=, 1);
    }
  else
    {
      usher_bus_fixture_close_hub (self);
      g_assert_cmpuint (count_events (question), ==, 0);
    }
}

static void
test_hub_away (UsherBusFixture *self, gconstpointer data)
{
  g_autoptr (Question) question = NULL;

  g_test_summary ("Who asks without a hub is told when the patience is over");

  usher_bus_fixture_close_hub (self);
  question = ask (self->bus, "serverz", 100 * G_TIME_SPAN_MILLISECOND);
  await (question);
  g_assert_error (question->error, USHER_ERROR, USHER_ERROR_UNAVAILABLE);
}

static void
test_member_leaves (UsherBusFixture *self, gconstpointer data)
{
  UsherBus *second = usher_bus_fixture_join (self, "second");
  g_autoptr (Question) question = NULL;

  g_test_summary ("A member that leaves takes its questions with it, and tells who asked");

  question = ask (second, "events?wait=60", PATIENCE);
  usher_bus_fixture_settle (second);
  usher_bus_fixture_leave (second);
  await (question);
  g_assert_error (question->error, USHER_ERROR, USHER_ERROR_UNAVAILABLE);
  usher_bus_fixture_publish (self, CHANNEL, 1);
}

static void
test_limit (UsherBusFixture *self, gconstpointer data)
{
  Question *questions[MAX_OF_ONE] = { NULL };
  g_autoptr (Question) over = NULL;

  g_test_summary ("A member has so many questions that wait, the next one is refused");

  usher_bus_fixture_settle (self->bus);
  for (guint i = 0; i < MAX_OF_ONE; i++)
    questions[i] = ask (self->bus, "events?wait=60", PATIENCE);
  over = ask (self->bus, "events?wait=60", PATIENCE);
  await (over);
  g_assert_error (over->error, USHER_ERROR, USHER_ERROR_BUSY);

  usher_bus_fixture_publish (self, CHANNEL, 1);
  for (guint i = 0; i < MAX_OF_ONE; i++)
    {
      g_assert_cmpuint (count_events (questions[i]), ==, 1);
      question_free (questions[i]);
    }
}

void
usher_bus_suite_add_waits (const UsherBusMaker *maker)
{
  usher_bus_suite_add_test (maker, "waits/event", test_event);
  usher_bus_suite_add_test (maker, "waits/channel", test_channel);
  usher_bus_suite_add_test (maker, "waits/time", test_time);
  usher_bus_suite_add_test (maker, "waits/hub-closes", test_hub_closes);
  usher_bus_suite_add_test (maker, "waits/hub-away", test_hub_away);
  usher_bus_suite_add_test (maker, "waits/member-leaves", test_member_leaves);
  usher_bus_suite_add_test (maker, "waits/limit", test_limit);
}
