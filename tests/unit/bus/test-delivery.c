/* test-delivery.c: deliveries of any bus, and which bus an endpoint is for
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-bus.h"
#include "usher-error.h"
#include "usher-manual-clock.h"

/* What a bus would note of a delivery. */
typedef struct
{
  UsherEvent *event; /* (owned) */
  guint n_answers;
  guint n_destroyed;
  UsherAnswerKind kind;
  gint64 delay;
  char *reason; /* (owned) (nullable) */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->event = usher_event_new_full (
      "0190163d-8694-739b-aea5-966c26f8ad90", "said", 7, 0, NULL, NULL, NULL, "{}", -1);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpuint (fixture->n_answers, ==, 1);
  g_assert_cmpuint (fixture->n_destroyed, ==, 1);
  usher_event_unref (fixture->event);
  g_free (fixture->reason);
}

static void
on_answer (UsherEvent *event,
           UsherAnswerKind kind,
           gint64 delay,
           const char *reason,
           gpointer user_data)
{
  Fixture *fixture = user_data;

  g_assert_true (event == fixture->event);
  g_assert_cmpuint (fixture->n_destroyed, ==, 0);
  fixture->n_answers++;
  fixture->kind = kind;
  fixture->delay = delay;
  g_free (fixture->reason);
  fixture->reason = g_strdup (reason);
}

static void
on_destroyed (gpointer user_data)
{
  ((Fixture *) user_data)->n_destroyed++;
}

static UsherDelivery *
make (Fixture *fixture)
{
  return usher_delivery_new (fixture->event, 2, TRUE, on_answer, fixture, on_destroyed);
}

static void
test_content (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherDelivery) delivery = make (fixture);

  g_test_summary ("A delivery has the event, and tells its attempt");

  g_assert_true (usher_delivery_get_event (delivery) == fixture->event);
  g_assert_cmpuint (usher_delivery_get_attempt (delivery), ==, 2);
  g_assert_true (usher_delivery_is_redelivered (delivery));
}

static void
test_first (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherDelivery) delivery = make (fixture);

  g_test_summary ("The bus hears the first answer, and no other");

  usher_delivery_nak (delivery, 5, "not now");
  usher_delivery_ack (delivery);
  usher_delivery_hand_back (delivery);
  g_assert_cmpint (fixture->kind, ==, USHER_ANSWER_NAK);
  g_assert_cmpint (fixture->delay, ==, 5);
  g_assert_cmpstr (fixture->reason, ==, "not now");
}

static void
test_dropped (Fixture *fixture, gconstpointer data)
{
  UsherDelivery *delivery = usher_delivery_ref (make (fixture));

  g_test_summary ("The last reference of a delivery that nobody answered is a nak");

  usher_delivery_unref (delivery);
  g_assert_cmpuint (fixture->n_answers, ==, 0);
  usher_delivery_unref (delivery);
  g_assert_cmpint (fixture->kind, ==, USHER_ANSWER_NAK);
  g_assert_nonnull (fixture->reason);
}

static void
test_unknown_scheme (void)
{
  static const char *const endpoints[] = { "nothing://here", "", "tcp:/127.0.0.1:1", "/a/path" };
  g_autoptr (UsherManualClock) clock = usher_manual_clock_new (0);

  g_test_summary ("An endpoint of no known kind is refused, with the kinds that there are");

  for (guint i = 0; i < G_N_ELEMENTS (endpoints); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (usher_bus_open (endpoints[i], "member", USHER_CLOCK (clock), NULL, &error));
      g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, endpoints[i]));
      g_assert_nonnull (strstr (error->message, "“inproc://…”, “ipc://…”, “tcp://…”"));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define add(path, func) g_test_add ("/delivery/" path, Fixture, NULL, set_up, func, tear_down)
  add ("content", test_content);
  add ("first", test_first);
  add ("dropped", test_dropped);
#undef add
  g_test_add_func ("/bus/open/unknown-scheme", test_unknown_scheme);

  return g_test_run ();
}
