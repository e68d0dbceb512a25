/* test-sign-out.c: a session that ended is refused by every process
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-test-base.h"
#include "usher-test-log-reader.h"
#include "usher-test-shop.h"

#define WHO                   "/api/users/currentuser"
#define EMAIL                 "a@example.com"
#define PASSWORD              "correct horse"
#define CREDENTIALS(password) "{\"email\":\"" EMAIL "\",\"password\":\"" password "\"}"
/* more than there are copies of a service: the gateway takes them in turn */
#define N_COPIES 4
/* a busy machine may hold one of them up, not all */
#define N_ROUNDS 5

typedef struct
{
  UsherTestProcess *process;
  UsherTestClient *client; /* (owned): signed up */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->process = usher_test_process_new (NULL);
  usher_test_process_start (fixture->process);
  fixture->client = usher_test_sign_up (fixture->process, EMAIL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  usher_test_note_events (fixture->process);
  usher_test_client_free (fixture->client);
  usher_test_process_free (fixture->process);
}

/* somebody who has a copy of the cookie */
static UsherTestClient *
copy_session (Fixture *fixture, UsherTestClient *owner)
{
  UsherTestClient *thief = usher_test_client_new (fixture->process);

  usher_test_client_set_session (thief, usher_test_client_get_session (owner));

  return thief;
}

static UsherTestClient *
sign_in (Fixture *fixture, const char *credentials)
{
  UsherTestClient *client = usher_test_client_new (fixture->process);

  g_assert_cmpuint (usher_test_client_send (client, "POST", "/api/users/signin", credentials),
                    ==,
                    200);

  return client;
}

/* how many of some answers in turn say that nobody is signed in, a service */
static guint
count_anonymous (UsherTestClient *client)
{
  static const struct
  {
    const char *method;
    const char *path;
    const char *body;
  } doors[] = {
    { "POST", "/api/tickets", "{}" },
    { "GET", "/api/orders", NULL },
    { "POST", "/api/payments", "{}" },
  };
  guint n = 0;

  for (guint i = 0; i < N_COPIES; i++)
    {
      g_assert_cmpuint (usher_test_client_send (client, "GET", WHO, NULL), ==, 200);
      n += usher_test_client_get_string (client, "currentUser.email") == NULL;
      for (guint door = 0; door < G_N_ELEMENTS (doors); door++)
        n += usher_test_client_send (client,
                                     doors[door].method,
                                     doors[door].path,
                                     doors[door].body) == 401;
    }

  return n;
}

#define ALL (4 * N_COPIES)

static gboolean
is_refused (UsherTestClient *client, gpointer user_data)
{
  return count_anonymous (client) == ALL;
}

/* Every process refuses the session. */
static void
await_refused (UsherTestClient *client)
{
  usher_test_client_until (client, is_refused, NULL);
}

static void
post (UsherTestClient *client, const char *path, const char *body)
{
  g_assert_cmpuint (usher_test_client_send (client, "POST", path, body), ==, 200);
  g_assert_cmpstr (usher_test_client_get_body (client), ==, "{}");
}

static void
test_sign_out (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherTestClient) last = NULL;
  gint64 best = G_MAXINT64;

  g_test_summary ("Who signs out is signed out in every process within a second, for good, and "
                  "nowhere else");

  for (guint i = 0; i < N_ROUNDS; i++)
    {
      g_autoptr (UsherTestClient) client = sign_in (fixture, CREDENTIALS (PASSWORD));
      g_autoptr (UsherTestClient) thief = copy_session (fixture, client);
      gint64 began = 0;

      g_assert_cmpuint (count_anonymous (thief), ==, 0);
      post (client, "/api/users/signout", "{}");
      began = g_get_monotonic_time ();
      g_assert_null (strstr (usher_test_client_get_header (client, "Set-Cookie"), "session=ey"));
      await_refused (thief);
      best = MIN (best, g_get_monotonic_time () - began);
      g_clear_pointer (&last, usher_test_client_free);
      last = g_steal_pointer (&thief);
    }

  g_test_message ("refused everywhere after %.3f s", (double) best / G_USEC_PER_SEC);
  g_assert_cmpint (best, <, G_USEC_PER_SEC);
  g_assert_cmpuint (count_anonymous (fixture->client), ==, 0);

  usher_test_process_kill (fixture->process);
  usher_test_process_start (fixture->process);
  g_assert_cmpuint (count_anonymous (last), ==, ALL);
  g_assert_cmpuint (count_anonymous (fixture->client), ==, 0);
}

static void
test_sign_out_all (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherTestClient) other = sign_in (fixture, CREDENTIALS (PASSWORD));
  g_autoptr (UsherTestClient) thief = copy_session (fixture, fixture->client);
  g_autoptr (UsherTestClient) stranger = usher_test_sign_up (fixture->process, "b@example.com");
  g_autoptr (UsherTestClient) next = NULL;

  g_test_summary ("Who signs out everywhere has no session left, and may sign in again at once");

  post (other, "/api/users/signout-all", "{}");
  next = sign_in (fixture, CREDENTIALS (PASSWORD));
  await_refused (thief);
  await_refused (other);
  g_assert_cmpuint (count_anonymous (next), ==, 0);
  g_assert_cmpuint (count_anonymous (stranger), ==, 0);

  usher_test_process_kill (fixture->process);
  usher_test_process_start (fixture->process);
  g_assert_cmpuint (count_anonymous (thief), ==, ALL);
  g_assert_cmpuint (count_anonymous (next), ==, 0);
}

static void
test_password (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherTestClient) other = sign_in (fixture, CREDENTIALS (PASSWORD));
  g_autoptr (UsherTestClient) thief = copy_session (fixture, fixture->client);

  g_test_summary ("A new password ends all sessions but the one that the caller is given");

  post (fixture->client,
        "/api/users/password",
        "{\"current\":\"" PASSWORD "\",\"new\":\"battery staple\"}");
  await_refused (thief);
  await_refused (other);
  g_assert_cmpuint (count_anonymous (fixture->client), ==, 0);

  g_assert_cmpuint (
      usher_test_client_send (other, "POST", "/api/users/signin", CREDENTIALS (PASSWORD)), ==, 400);
  g_assert_cmpuint (
      usher_test_client_send (other, "POST", "/api/users/signin", CREDENTIALS ("battery staple")),
      ==,
      200);
  g_assert_cmpuint (count_anonymous (other), ==, 0);
}

#define add(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("/sign-out/one", test_sign_out);
  add ("/sign-out/all", test_sign_out_all);
  add ("/sign-out/password", test_password);

  return g_test_run ();
}
