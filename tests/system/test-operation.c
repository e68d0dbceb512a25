/* test-operation.c: the host as those who run it see it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-test-base.h"
#include "usher-test-checker.h"
#include "usher-test-children.h"
#include "usher-test-payer.h"
#include "usher-test-shop.h"

/* what max-deliver says */
#define N_TRIALS 5
#define N_GOOD   10

typedef struct
{
  UsherTestProcess *process;
  UsherTestClient *admin;
  char *cure; /* while this file is not there the plugin “trouble” cannot bear “Bad news” */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  /* what a test holds is neither settled nor given up meanwhile */
  const char *const settings[] = { "payments.settle-seconds=3600", "host.stop-timeout=300", NULL };
  g_autofree char *cure = NULL;

  fixture->process = usher_test_process_new (settings);
  fixture->cure =
      g_build_filename (usher_test_process_get_directory (fixture->process), "cure", NULL);
  cure = g_strconcat ("trouble.cure=", fixture->cure, NULL);
  usher_test_process_add_plugins (fixture->process, g_getenv ("USHER_TEST_TROUBLE_DIR"));
  usher_test_process_add_setting (fixture->process, cure);
  usher_test_process_start (fixture->process);
  fixture->admin = usher_test_client_new_admin (fixture->process);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  usher_test_client_free (fixture->admin);
  usher_test_process_free (fixture->process);
  g_free (fixture->cure);
}

static guint
get (UsherTestClient *client, const char *path)
{
  return usher_test_client_send (client, "GET", path, NULL);
}

static void
test_ready (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A host that says where it listens is alive and ready");

  g_assert_cmpuint (get (fixture->admin, "/healthz"), ==, 200);
  g_assert_cmpuint (get (fixture->admin, "/readyz"), ==, 200);
  g_assert_cmpint (usher_test_process_stop (fixture->process), ==, 0);
}

static gboolean
is_not_ready (UsherTestClient *client, gpointer user_data)
{
  return get (client, "/readyz") == 503;
}

/* a connection that is open may have one more answer */
static gboolean
is_not_served (UsherTestClient *client, gpointer user_data)
{
  return get (client, "/api/tickets") != 200;
}

static void
test_drain (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherTestChecker) checker = usher_test_checker_new (fixture->process);
  g_autoptr (UsherTestClient) client = usher_test_sign_up (fixture->process, "a@example.com");
  g_autofree char *ticket_id = usher_test_create_ticket (client, "Concert", "10");
  g_autofree char *order_id = usher_test_order (client, ticket_id);
  g_autoptr (UsherTestPayer) payer = NULL;

  g_test_summary ("SIGTERM: not ready, no new requests, what is under way is answered, exit 0");

  usher_test_await_order (client, order_id, "awaiting:payment");
  payer = usher_test_payer_new (fixture->process, client, order_id);
  g_assert_true (usher_test_payer_is_held (payer));

  usher_test_process_signal_stop (fixture->process);
  usher_test_client_until (fixture->admin, is_not_ready, NULL);
  g_assert_cmpuint (get (fixture->admin, "/healthz"), ==, 200);
  usher_test_client_until (client, is_not_served, NULL);
  usher_test_payer_release (payer);

  g_assert_cmpint (usher_test_process_await_exit (fixture->process), ==, 0);
  g_assert_cmpuint (usher_test_payer_finish (payer), ==, 201);

  usher_test_process_start (fixture->process);
  usher_test_await_order (client, order_id, "complete");
  usher_test_checker_await_settled (checker);
}

static void
treat_user (Fixture *fixture, const char *user_id, const char *verb)
{
  g_autofree char *path = g_strdup_printf ("/admin/users/%s/%s", user_id, verb);
  guint status = usher_test_client_send (fixture->admin, "POST", path, NULL);

  g_assert_true (status == 200 || status == 204);
}

/* @email: NULL: nobody is signed in */
static void
await_user (UsherTestClient *client, const char *email)
{
  usher_test_await_string (client, "/api/users/currentuser", "currentUser.email", email);
}

static void
assert_user (UsherTestClient *client, const char *email)
{
  g_assert_cmpuint (get (client, "/api/users/currentuser"), ==, 200);
  g_assert_cmpstr (usher_test_client_get_string (client, "currentUser.email"), ==, email);
}

static gboolean
is_signed_out (UsherTestClient *client, gpointer user_data)
{
  return get (client, "/api/orders") == 401;
}

static void
test_ban (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherTestClient) client = usher_test_sign_up (fixture->process, "a@example.com");
  g_autoptr (UsherTestClient) other = usher_test_sign_up (fixture->process, "b@example.com");
  g_autofree char *user_id = g_strdup (usher_test_client_get_string (client, "id"));

  g_test_summary ("A banned user's sessions are refused soon, and after a restart at once");

  assert_user (client, "a@example.com");
  treat_user (fixture, user_id, "ban");
  await_user (client, NULL);
  /* each process hears of it by itself */
  usher_test_client_until (client, is_signed_out, NULL);
  assert_user (other, "b@example.com");

  usher_test_process_kill (fixture->process);
  usher_test_process_start (fixture->process);
  assert_user (client, NULL);

  treat_user (fixture, user_id, "unban");
  await_user (client, "a@example.com");
  g_assert_cmpint (usher_test_process_stop (fixture->process), ==, 0);
  usher_test_process_start (fixture->process);
  assert_user (client, "a@example.com");
}

/* all but the ban has been dropped for its age */
static gboolean
is_aged (UsherTestClient *client, gpointer user_data)
{
  g_assert_cmpuint (get (client, "/streaming/storez"), ==, 200);

  return json_object_get_int_member (json_node_get_object (usher_test_client_get_json (client)),
                                     "total_msgs") <= 1;
}

static void
test_ban_aged (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherTestClient) client = usher_test_sign_up (fixture->process, "a@example.com");
  g_autofree char *user_id = g_strdup (usher_test_client_get_string (client, "id"));
  g_autofree char *ticket_id = usher_test_create_ticket (client, "Concert", "10");

  g_test_summary ("A ban outlasts what the log keeps, and no start waits for what it does not");

  treat_user (fixture, user_id, "ban");
  await_user (client, NULL);
  usher_test_process_add_setting (fixture->process, "bus.max-age=1");
  for (guint i = 0; i < 2; i++)
    {
      g_assert_cmpint (usher_test_process_stop (fixture->process), ==, 0);
      usher_test_process_start (fixture->process);
      assert_user (client, NULL);
      usher_test_client_until (fixture->admin, is_aged, NULL);
    }
}

/* what the plugin “trouble” has seen */
static void
await_seen (UsherTestClient *client, const char *ticket_id)
{
  g_autofree char *path = g_strconcat ("/api/trouble/", ticket_id, NULL);

  usher_test_until (get (client, path) == 200);
}

static gboolean
is_parked (UsherTestClient *client, gpointer user_data)
{
  g_assert_cmpuint (get (client, "/parked"), ==, 200);

  return usher_test_client_get_string (client, "items.0.id") != NULL;
}

/* the id of the parked event */
static char *
park (Fixture *fixture, UsherTestClient *client, char **ticket_id)
{
  g_autofree char *good_id = NULL;

  *ticket_id = usher_test_create_ticket (client, "Bad news", "10");
  good_id = usher_test_create_ticket (client, "Good news", "10");
  await_seen (client, good_id);
  usher_test_client_until (fixture->admin, is_parked, NULL);

  return g_strdup (usher_test_client_get_string (fixture->admin, "items.0.id"));
}

static void
cure (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  g_file_set_contents (fixture->cure, "well", -1, &error);
  g_assert_no_error (error);
}

static void
test_replay (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherTestClient) client = usher_test_sign_up (fixture->process, "a@example.com");
  g_autofree char *ticket_id = NULL;
  g_autofree char *parked_id = NULL;
  g_autofree char *path = NULL;
  g_autofree char *order_id = NULL;

  g_test_summary ("A bad event is parked with its reason, stops no other, and can be replayed");

  parked_id = park (fixture, client, &ticket_id);
  g_assert_nonnull (strstr (usher_test_client_get_body (fixture->admin), "cannot bear “Bad news”"));
  order_id = usher_test_order (client, ticket_id);
  usher_test_await_order (client, order_id, "awaiting:payment");

  usher_test_process_kill (fixture->process);
  usher_test_process_start (fixture->process);
  g_assert_true (is_parked (fixture->admin, NULL));
  g_assert_cmpstr (usher_test_client_get_string (fixture->admin, "items.0.id"), ==, parked_id);

  cure (fixture);
  path = g_strdup_printf ("/parked/%s/replay", parked_id);
  g_assert_cmpuint (usher_test_client_send (fixture->admin, "POST", path, NULL), ==, 204);
  await_seen (client, ticket_id);
  g_assert_false (is_parked (fixture->admin, NULL));
  g_assert_cmpuint (usher_test_client_send (fixture->admin, "POST", path, NULL), ==, 404);
}

static void
test_drop (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherTestClient) client = usher_test_sign_up (fixture->process, "a@example.com");
  g_autofree char *ticket_id = NULL;
  g_autofree char *parked_id = NULL;
  g_autofree char *path = NULL;

  g_test_summary ("A parked event can be dropped and does not come back");

  parked_id = park (fixture, client, &ticket_id);
  path = g_strconcat ("/parked/", parked_id, NULL);
  g_assert_cmpuint (usher_test_client_send (fixture->admin, "DELETE", path, NULL), ==, 204);
  g_assert_false (is_parked (fixture->admin, NULL));

  g_assert_cmpint (usher_test_process_stop (fixture->process), ==, 0);
  usher_test_process_start (fixture->process);
  g_assert_false (is_parked (fixture->admin, NULL));
  g_assert_cmpuint (usher_test_client_send (fixture->admin, "DELETE", path, NULL), ==, 404);
}

static void
test_stop_parks_nothing (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherTestClient) client = usher_test_sign_up (fixture->process, "a@example.com");
  g_autofree char *ticket_id = usher_test_create_ticket (client, "Bad news", "10");

  g_test_summary ("Stops and deaths of the host park no event that could still be applied");

  g_assert_cmpint (usher_test_process_stop (fixture->process), ==, 0);
  usher_test_process_start (fixture->process);
  usher_test_process_kill (fixture->process);
  cure (fixture);
  usher_test_process_start (fixture->process);
  await_seen (client, ticket_id);
  g_assert_false (is_parked (fixture->admin, NULL));
}

typedef struct
{
  Fixture *fixture; /* (unowned) */
  guint n_deaths;
} Quarantine;

/* where all are one process it is for us to start it again */
static gboolean
is_in_quarantine (UsherTestClient *client, gpointer user_data)
{
  Quarantine *quarantine = user_data;

  quarantine->n_deaths += usher_test_process_revive (quarantine->fixture->process);

  return get (client, "/parked") == 200 &&
         usher_test_client_get_string (client, "items.0.id") != NULL;
}

/* the process may die before it answers, where it is the same one */
static void
create_poison (Fixture *fixture, UsherTestClient *client)
{
  guint status = usher_test_client_send (client,
                                         "POST",
                                         "/api/tickets",
                                         "{\"title\":\"Poison\",\"price\":10}");

  if (status != 201)
    g_assert_cmpint (usher_test_process_get_placement (fixture->process), ==, USHER_TEST_ONE);
}

static void
create_good (UsherTestClient *client, GPtrArray *ids)
{
  guint status = usher_test_client_send (client,
                                         "POST",
                                         "/api/tickets",
                                         "{\"title\":\"Good news\",\"price\":10}");

  if (status == 201)
    g_ptr_array_add (ids, g_strdup (usher_test_client_get_string (client, "id")));
}

static void
test_poison (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherTestClient) client = usher_test_sign_up (fixture->process, "a@example.com");
  g_autoptr (GPtrArray) good = g_ptr_array_new_with_free_func (g_free);
  Quarantine quarantine = { fixture, 0 };

  g_test_summary (
      "An event that kills its process is parked, it alone, and the others are applied");

  create_good (client, good);
  create_poison (fixture, client);
  for (guint i = 0; i < N_GOOD; i++)
    {
      quarantine.n_deaths += usher_test_process_revive (fixture->process);
      create_good (client, good);
    }

  usher_test_client_until (fixture->admin, is_in_quarantine, &quarantine);
  g_test_message ("parked after %u deaths: %s",
                  quarantine.n_deaths,
                  usher_test_client_get_body (fixture->admin));
  g_assert_null (usher_test_client_get_string (fixture->admin, "items.1.id"));
  g_assert_nonnull (strstr (usher_test_client_get_body (fixture->admin), "its process ended"));
  if (usher_test_process_get_placement (fixture->process) == USHER_TEST_ONE)
    g_assert_cmpuint (quarantine.n_deaths, >=, N_TRIALS);
  else
    g_assert_cmpuint (good->len, ==, 1 + N_GOOD);

  usher_test_children_await_ready (fixture->process);
  for (guint i = 0; i < good->len; i++)
    await_seen (client, g_ptr_array_index (good, i));
  usher_test_process_assert_alive (fixture->process);
}

#define add(path, func) g_test_add ("/operation/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  add ("ready", test_ready);
  add ("drain", test_drain);
  add ("ban", test_ban);
  add ("ban-aged", test_ban_aged);
  add ("parked/replay", test_replay);
  add ("parked/drop", test_drop);
  add ("parked/poison", test_poison);
  add ("parked/not-by-stopping", test_stop_parks_nothing);

  return g_test_run ();
}
