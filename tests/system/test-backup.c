/* test-backup.c: a backup while people buy, and what it is worth
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-test-checker.h"
#include "usher-test-shop.h"

/* USHER_TEST_SEEDS says how many seeds, USHER_TEST_SEED which one alone */
#define N_SEEDS  4
#define N_PEOPLE 4
#define MIN_LIFE (100 * G_TIME_SPAN_MILLISECOND)
#define MAX_LIFE (600 * G_TIME_SPAN_MILLISECOND)

typedef struct
{
  UsherTestProcess *process;
  UsherTestChecker *checker;  /* of all that was answered */
  UsherTestChecker *restored; /* of what was answered before the backup began */
  guint32 seed;

  GMutex mutex;
  GPtrArray *tickets;    /* (owned) (element-type utf8) (mutex mutex): of everybody */
  gboolean is_backed_up; /* (mutex mutex): what is answered now may be missing in the backup */
  gboolean closing;      /* (atomic) */
} Market;

/* who sells and buys, on a thread of his own */
typedef struct
{
  Market *market; /* (unowned) */
  UsherTestClient *client;
  GRand *dice;
  GPtrArray *orders; /* (element-type utf8) */
} Person;

static void
note (Person *person, UsherTestSaid said, const char *id)
{
  Market *market = person->market;
  UsherJson *json = usher_test_client_get_json (person->client);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&market->mutex);
  gint64 version = 0;

  if (json != NULL)
    usher_json_get_integer (json, "version", &version);
  usher_test_checker_note (market->checker, said, id, version);
  if (!market->is_backed_up)
    usher_test_checker_note (market->restored, said, id, version);
}

static void
create_ticket (Person *person)
{
  static const char body[] = "{\"title\":\"Concert\",\"price\":\"12.50\"}";
  Market *market = person->market;
  const char *id = NULL;

  if (usher_test_client_send (person->client, "POST", "/api/tickets", body) != 201)
    return;

  id = usher_test_client_get_string (person->client, "id");
  note (person, USHER_TEST_SAID_TICKET, id);
  g_mutex_lock (&market->mutex);
  g_ptr_array_add (market->tickets, g_strdup (id));
  g_mutex_unlock (&market->mutex);
}

/* one of the last, which others want too */
static char *
dup_ticket (Person *person)
{
  Market *market = person->market;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&market->mutex);
  guint n_last = MIN (market->tickets->len, 8);
  guint back = 0;

  if (n_last == 0)
    return NULL;

  back = 1 + (guint) g_rand_int_range (person->dice, 0, (gint32) n_last);

  return g_strdup (g_ptr_array_index (market->tickets, market->tickets->len - back));
}

static void
place_order (Person *person)
{
  g_autofree char *ticket_id = dup_ticket (person);
  g_autofree char *body = g_strdup_printf ("{\"ticketId\":\"%s\"}", ticket_id);
  const char *id = NULL;

  if (ticket_id == NULL ||
      usher_test_client_send (person->client, "POST", "/api/orders", body) != 201)
    return;

  id = usher_test_client_get_string (person->client, "id");
  note (person, USHER_TEST_SAID_ORDER, id);
  g_ptr_array_add (person->orders, g_strdup (id));
}

static const char *
choose_order (Person *person)
{
  if (person->orders->len == 0)
    return NULL;

  return g_ptr_array_index (person->orders,
                            g_rand_int_range (person->dice, 0, (gint32) person->orders->len));
}

static void
pay (Person *person)
{
  const char *id = choose_order (person);

  if (id != NULL && usher_test_pay (person->client, id, "tok_visa") == 201)
    note (person, USHER_TEST_SAID_PAYMENT, id);
}

static void
cancel_order (Person *person)
{
  const char *id = choose_order (person);

  if (id != NULL && usher_test_cancel (person->client, id) == 204)
    note (person, USHER_TEST_SAID_CANCEL, id);
}

static gpointer
live (gpointer data)
{
  static void (*const deeds[]) (Person *) = {
    create_ticket, create_ticket, place_order, place_order, place_order, pay, pay, cancel_order,
  };
  Person *person = data;

  while (!g_atomic_int_get (&person->market->closing))
    deeds[g_rand_int_range (person->dice, 0, G_N_ELEMENTS (deeds))](person);

  return NULL;
}

static void
person_init (Person *person, Market *market, guint index)
{
  g_autofree char *email = g_strdup_printf ("person%u@example.com", index);

  person->market = market;
  person->client = usher_test_sign_up (market->process, email);
  note (person, USHER_TEST_SAID_USER, usher_test_client_get_string (person->client, "id"));
  person->dice = g_rand_new_with_seed (market->seed * N_PEOPLE + index);
  person->orders = g_ptr_array_new_with_free_func (g_free);
}

static void
person_clear (Person *person)
{
  usher_test_client_free (person->client);
  g_rand_free (person->dice);
  g_ptr_array_unref (person->orders);
}

static void
run (const char *command, const char *folder, const char *data, const char *option)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *out = NULL;
  g_autoptr (GSubprocess) process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE,
                                                      &error,
                                                      g_getenv ("USHER_TEST_PROGRAM"),
                                                      command,
                                                      folder,
                                                      "--data",
                                                      data,
                                                      option,
                                                      NULL);

  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (process, NULL, NULL, &out, NULL, &error);
  g_assert_no_error (error);
  g_test_message ("usher %s: %s", command, out);
  g_assert_true (g_subprocess_get_successful (process));
}

/* The people trade, and in the midst of it the backup is made. */
static void
trade (Market *market, const char *folder)
{
  g_autoptr (GRand) dice = g_rand_new_with_seed (market->seed);
  Person people[N_PEOPLE] = { 0 };
  GThread *threads[N_PEOPLE] = { NULL };

  for (guint i = 0; i < N_PEOPLE; i++)
    person_init (&people[i], market, i);
  for (guint i = 0; i < N_PEOPLE; i++)
    threads[i] = g_thread_new ("person", live, &people[i]);

  g_usleep ((gulong) g_rand_int_range (dice, MIN_LIFE, MAX_LIFE));
  g_mutex_lock (&market->mutex);
  market->is_backed_up = TRUE;
  g_mutex_unlock (&market->mutex);
  run ("backup", folder, usher_test_process_get_directory (market->process), NULL);
  g_usleep (MIN_LIFE);

  g_atomic_int_set (&market->closing, TRUE);
  for (guint i = 0; i < N_PEOPLE; i++)
    g_thread_join (threads[i]);
  for (guint i = 0; i < N_PEOPLE; i++)
    person_clear (&people[i]);
}

static void
remove_tree (const char *path)
{
  g_autoptr (GSubprocess) process =
      g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, NULL, "rm", "-r", path, NULL);

  g_assert_true (g_subprocess_wait_check (process, NULL, NULL));
}

static void
test_seed (gconstpointer data)
{
  Market market = { .seed = GPOINTER_TO_UINT (data) };
  /* a payment that the backup caught between its steps is settled soon */
  const char *const settings[] = { "orders.hold-seconds=1", "payments.settle-seconds=2", NULL };
  g_autoptr (UsherTestProcess) other = usher_test_process_new (settings);
  g_autofree char *folder = NULL;

  g_test_summary ("A backup under load has all that was answered before it, and nothing by half");
  g_test_message ("replay with USHER_TEST_SEED=%u", market.seed);

  g_mutex_init (&market.mutex);
  market.tickets = g_ptr_array_new_with_free_func (g_free);
  market.process = usher_test_process_new (settings);
  market.checker = usher_test_checker_new (market.process);
  market.restored = usher_test_checker_new (other);
  folder = g_strconcat (usher_test_process_get_directory (market.process), ".backup", NULL);
  usher_test_process_start (market.process);

  trade (&market, folder);
  /* the keys of a bus over tcp are there already */
  run ("restore", folder, usher_test_process_get_directory (other), "--force");
  usher_test_process_start (other);
  g_test_message ("%u of %u orders and %u of %u payments were answered before",
                  usher_test_checker_count (market.restored, USHER_TEST_SAID_ORDER),
                  usher_test_checker_count (market.checker, USHER_TEST_SAID_ORDER),
                  usher_test_checker_count (market.restored, USHER_TEST_SAID_PAYMENT),
                  usher_test_checker_count (market.checker, USHER_TEST_SAID_PAYMENT));

  usher_test_checker_await_settled (market.restored);
  usher_test_checker_await_settled (market.checker);
  g_assert_cmpint (usher_test_process_stop (other), ==, 0);
  g_assert_cmpint (usher_test_process_stop (market.process), ==, 0);

  remove_tree (folder);
  usher_test_checker_free (market.restored);
  usher_test_checker_free (market.checker);
  usher_test_process_free (market.process);
  g_ptr_array_unref (market.tickets);
  g_mutex_clear (&market.mutex);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  usher_test_add_seeds ("/backup", N_SEEDS, test_seed);

  return g_test_run ();
}
