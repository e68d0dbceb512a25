/* test-desk.c: threads for answers that may wait
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "stage.h"
#include "usher-desk-private.h"
#include "usher-test-base.h"

/* more than the threads that there are */
#define MANY 10

typedef struct
{
  UsherDesk *desk;
  GMutex gate;    /* what is locked holds whoever answers */
  int n_begun;    /* (atomic) */
  int n_answered; /* (atomic) */
  int n_refused;  /* (atomic) */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->desk = usher_desk_new ();
  g_mutex_init (&fixture->gate);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  usher_desk_free (fixture->desk);
  g_mutex_clear (&fixture->gate);
}

static void
on_done (UsherExchange *exchange, gpointer user_data)
{
  Fixture *fixture = user_data;
  guint status = usher_reply_get_status (usher_exchange_get_reply (exchange));

  g_assert_true (status == 200 || status == 503);
  g_atomic_int_inc (status == 200 ? &fixture->n_answered : &fixture->n_refused);
}

static void
answer (UsherExchange *exchange, gpointer user_data)
{
  Fixture *fixture = user_data;

  g_atomic_int_inc (&fixture->n_begun);
  g_mutex_lock (&fixture->gate);
  g_mutex_unlock (&fixture->gate);
  usher_exchange_answer_json (exchange, g_strdup ("{}"));
}

static void
push (Fixture *fixture)
{
  g_autoptr (UsherRequest) request = usher_request_new ("GET", "/");

  usher_desk_push (fixture->desk, usher_exchange_new (request, on_done, fixture), answer, fixture);
}

static void
test_many (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A few are answered at once, the others in turn, by the same threads again");

  for (guint round = 1; round <= 2; round++)
    {
      g_atomic_int_set (&fixture->n_begun, 0);
      g_mutex_lock (&fixture->gate);
      for (guint i = 0; i < MANY; i++)
        push (fixture);
      usher_test_until (g_atomic_int_get (&fixture->n_begun) == 4);
      g_assert_cmpint (g_atomic_int_get (&fixture->n_answered), ==, (round - 1) * MANY);
      g_mutex_unlock (&fixture->gate);
      usher_test_until (g_atomic_int_get (&fixture->n_answered) == (int) (round * MANY));
    }
}

static void
test_drain (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Who comes after the drain is refused; what was pushed before is answered");

  g_mutex_lock (&fixture->gate);
  for (guint i = 0; i < MANY; i++)
    push (fixture);
  usher_desk_drain (fixture->desk);
  push (fixture);
  g_assert_cmpint (g_atomic_int_get (&fixture->n_refused), ==, 1);
  g_assert_cmpint (g_atomic_int_get (&fixture->n_answered), ==, 0);
  g_mutex_unlock (&fixture->gate);
  usher_desk_stop (fixture->desk);
  g_assert_cmpint (g_atomic_int_get (&fixture->n_answered), ==, MANY);
  push (fixture);
  g_assert_cmpint (g_atomic_int_get (&fixture->n_refused), ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/desk/push/many", Fixture, NULL, set_up, test_many, tear_down);
  g_test_add ("/desk/drain", Fixture, NULL, set_up, test_drain, tear_down);

  return g_test_run ();
}
