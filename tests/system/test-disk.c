/* test-disk.c: the disk is full, or does not keep what it was given
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-test-base.h"
#include "usher-test-checker.h"
#include "usher-test-shop.h"

#define N_PEOPLE 3
#define N_ROUNDS 8
#define SEED     42
/* what people are answered until the disk fails, or heals */
#define MIN_LIFE 20
#define MAX_LIFE 100

typedef struct
{
  UsherTestProcess *process;
  UsherTestChecker *checker;
  char *disk; /* (owned): the file that says what the disk does */
  char *path; /* (owned): pattern of what it does it to */
} Fixture;

/* The library of the bad disk comes before all others, which a sanitizer must be told of. */
static void
set_up (Fixture *fixture, gconstpointer data)
{
  /* a payment whose end the disk refused is settled soon */
  const char *const settings[] = { "payments.settle-seconds=1", NULL };
  const char *directory = NULL;

  fixture->process = usher_test_process_new (settings);
  directory = usher_test_process_get_directory (fixture->process);
  fixture->disk = g_build_filename (directory, "disk", NULL);
  fixture->path = g_build_filename (directory, "*.db*", NULL);
  usher_test_process_set_variable (fixture->process,
                                   "LD_PRELOAD",
                                   g_getenv ("USHER_TEST_DISK_LIBRARY"));
  usher_test_process_set_variable (fixture->process, "USHER_TEST_DISK", fixture->disk);
  usher_test_process_set_variable (fixture->process, "ASAN_OPTIONS", "verify_asan_link_order=0");
  usher_test_process_start (fixture->process);
  fixture->checker = usher_test_checker_new (fixture->process);
}

/* whatever the disk did, what was confirmed is there, for one who reads the disk after kill -9 too */
static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autofree char *fault = NULL;

  usher_test_process_kill (fixture->process);
  usher_test_process_start (fixture->process);
  usher_test_checker_await_settled (fixture->checker);
  g_assert_cmpint (usher_test_process_stop (fixture->process), ==, 0);
  fault = usher_test_checker_find_fault (fixture->checker, TRUE);
  g_assert_cmpstr (fault, ==, NULL);

  usher_test_checker_free (fixture->checker);
  usher_test_process_free (fixture->process);
  g_free (fixture->disk);
  g_free (fixture->path);
}

static void
break_disk (Fixture *fixture, const char *how)
{
  g_autofree char *line = g_strdup_printf ("%s %s\n", how, fixture->path);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (fixture->disk, line, -1, &error);
  g_assert_no_error (error);
}

static void
mend_disk (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  g_file_set_contents (fixture->disk, "", 0, &error);
  g_assert_no_error (error);
}

static gboolean
sell (UsherTestClient *client, gpointer user_data)
{
  guint status = usher_test_client_send (client,
                                         "POST",
                                         "/api/tickets",
                                         "{\"title\":\"Concert\",\"price\":10}");

  if (status == 503)
    return FALSE;
  if (status != 201)
    g_error ("status %u: %s", status, usher_test_client_get_body (client));
  usher_test_checker_note (user_data,
                           USHER_TEST_SAID_TICKET,
                           usher_test_client_get_string (client, "id"),
                           0);

  return TRUE;
}

/* what sell() does not get */
static gboolean
is_refused (UsherTestClient *client, gpointer user_data)
{
  return !sell (client, user_data);
}

/* One service's store says so, whatever process it is in. */
static gboolean
is_told (UsherTestClient *watcher, gpointer user_data)
{
  const char *line = NULL;

  g_assert_cmpuint (usher_test_client_send (watcher, "GET", "/metrics", NULL), ==, 200);
  line = strstr (usher_test_client_get_body (watcher), "service=\"tickets\"} 1\n");
  for (; line != NULL; line = strstr (line + 1, "service=\"tickets\"} 1\n"))
    {
      const char *start = line;

      while (start > usher_test_client_get_body (watcher) && start[-1] != '\n')
        start--;
      if (g_str_has_prefix (start, "usher_store_read_only{"))
        return TRUE;
    }

  return FALSE;
}

static gboolean
is_told_no_more (UsherTestClient *watcher, gpointer user_data)
{
  return !is_told (watcher, user_data);
}

static void
test_read_only (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherTestClient) watcher = usher_test_client_new_admin (fixture->process);
  g_autoptr (UsherTestClient) client = usher_test_sign_up (fixture->process, "a@example.com");
  g_autofree char *ticket_id = usher_test_create_ticket (client, "Concert", "10");
  g_autofree char *path = g_strconcat ("/api/tickets/", ticket_id, NULL);

  g_test_summary ("A disk that refuses makes the host read-only: 503 and a reason, reads go on, "
                  "and it recovers");

  break_disk (fixture, data);
  usher_test_client_until (client, is_refused, fixture->checker);
  g_assert_nonnull (usher_test_get_message (client));
  g_assert_null (strstr (usher_test_client_get_body (client),
                         usher_test_process_get_directory (fixture->process)));
  g_test_message ("while the disk refuses: %s", usher_test_client_get_body (client));
  g_assert_nonnull (usher_test_client_get_header (client, "Retry-After"));
  for (guint i = 0; i < 20; i++)
    {
      g_assert_true (is_refused (client, fixture->checker));
      g_assert_cmpuint (usher_test_client_send (client, "GET", path, NULL), ==, 200);
    }
  usher_test_process_assert_alive (fixture->process);
  usher_test_client_until (watcher, is_told, NULL);

  mend_disk (fixture);
  usher_test_client_until (client, sell, fixture->checker);
  usher_test_client_until (watcher, is_told_no_more, NULL);
}

typedef struct
{
  UsherTestChecker *checker; /* (unowned) */
  UsherTestClient *client;
  gboolean *closing; /* (unowned) (atomic) */
  int *n_answers;    /* (unowned) (atomic): of all */
} Person;

/* Whether it was done. What was not may be refused as read-only, or since an earlier step is not known yet. */
static gboolean
is_done (Person *person, guint success)
{
  static const guint expected[] = { 400, 404, 409, 503 };
  guint status = usher_test_client_get_status (person->client);

  g_atomic_int_inc (person->n_answers);
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    if (status == expected[i])
      return FALSE;
  if (status != success)
    g_error ("status %u: %s", status, usher_test_client_get_body (person->client));

  return TRUE;
}

static void
buy (Person *person)
{
  g_autofree char *ticket_id = NULL;
  g_autofree char *order_id = NULL;

  g_atomic_int_inc (person->n_answers);
  if (!sell (person->client, person->checker))
    return;

  ticket_id = g_strdup (usher_test_client_get_string (person->client, "id"));
  usher_test_client_sendf (
      person->client, "POST", "/api/orders", "{\"ticketId\":\"%s\"}", ticket_id);
  if (!is_done (person, 201))
    return;

  order_id = g_strdup (usher_test_client_get_string (person->client, "id"));
  usher_test_checker_note (person->checker, USHER_TEST_SAID_ORDER, order_id, 0);
  usher_test_pay (person->client, order_id, "tok_visa");
  if (is_done (person, 201))
    usher_test_checker_note (person->checker, USHER_TEST_SAID_PAYMENT, order_id, 0);
}

static gpointer
live (gpointer data)
{
  Person *person = data;

  while (!g_atomic_int_get (person->closing))
    buy (person);

  return NULL;
}

/* until people had as many more answers as the dice say */
static void
await_answers (int *n_answers, GRand *dice)
{
  int until = g_atomic_int_get (n_answers) + g_rand_int_range (dice, MIN_LIFE, MAX_LIFE);

  usher_test_until (g_atomic_int_get (n_answers) >= until);
}

static void
test_under_load (Fixture *fixture, gconstpointer data)
{
  static const char *const faults[] = { "flush EIO", "write ENOSPC", "write EIO", "flush 50" };
  g_autoptr (GRand) dice = g_rand_new_with_seed (SEED);
  Person people[N_PEOPLE] = { 0 };
  GThread *threads[N_PEOPLE] = { NULL };
  gboolean closing = FALSE;
  int n_answers = 0;

  g_test_summary (
      "People buy while the disk fails and heals; what they were told was done is done");

  for (guint i = 0; i < N_PEOPLE; i++)
    {
      g_autofree char *email = g_strdup_printf ("person%u@example.com", i);

      people[i] = (Person){ .checker = fixture->checker,
                            .client = usher_test_sign_up (fixture->process, email),
                            .closing = &closing,
                            .n_answers = &n_answers };
    }
  for (guint i = 0; i < N_PEOPLE; i++)
    threads[i] = g_thread_new ("person", live, &people[i]);

  for (guint i = 0; i < N_ROUNDS; i++)
    {
      break_disk (fixture, faults[i % G_N_ELEMENTS (faults)]);
      await_answers (&n_answers, dice);
      usher_test_process_assert_alive (fixture->process);
      mend_disk (fixture);
      await_answers (&n_answers, dice);
    }
  g_atomic_int_set (&closing, TRUE);
  for (guint i = 0; i < N_PEOPLE; i++)
    g_thread_join (threads[i]);
  usher_test_client_until (people[0].client, sell, fixture->checker);
  for (guint i = 0; i < N_PEOPLE; i++)
    usher_test_client_free (people[i].client);
  g_test_message ("%u tickets, %u orders, %u payments",
                  usher_test_checker_count (fixture->checker, USHER_TEST_SAID_TICKET),
                  usher_test_checker_count (fixture->checker, USHER_TEST_SAID_ORDER),
                  usher_test_checker_count (fixture->checker, USHER_TEST_SAID_PAYMENT));
}

#define add(path, fault, func) g_test_add ("/disk/" path, Fixture, fault, set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  add ("full", "write ENOSPC", test_read_only);
  add ("flush-fails", "flush EIO", test_read_only);
  add ("write-fails", "write EIO", test_read_only);
  add ("under-load", NULL, test_under_load);

  return g_test_run ();
}
