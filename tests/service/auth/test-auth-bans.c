/* test-auth-bans.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "service-stage.h"
#include "usher-auth-contract.h"

#define ALICE "{\"email\":\"alice@example.org\",\"password\":\"correct horse\"}"

typedef struct
{
  UsherTestHost *host;
  char *id;    /* (owned): Alice's */
  char *ban;   /* (owned): paths */
  char *unban; /* (owned) */
} Fixture;

static UsherReply *
sign (Fixture *fixture, const char *how)
{
  g_autofree char *path = g_strconcat ("/api/users/sign", how, NULL);

  return usher_test_host_call (fixture->host, "POST", path, NULL, ALICE);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->host = usher_test_host_new ("auth", USHER_TEST_BY_HAND);
  fixture->id =
      usher_test_user_create (usher_test_host_as (fixture->host, NULL), "/api/users/signup", ALICE);
  fixture->ban = g_strdup_printf ("/admin/users/%s/ban", fixture->id);
  fixture->unban = g_strdup_printf ("/admin/users/%s/unban", fixture->id);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_object_unref (fixture->host);
  g_free (fixture->unban);
  g_free (fixture->ban);
  g_free (fixture->id);
}

static void
call (Fixture *fixture, const char *path, guint status)
{
  g_autoptr (UsherReply) reply = usher_test_host_call_admin (fixture->host, "POST", path);

  usher_test_assert_status (reply, status);
}

static void
assert_event (Fixture *fixture, const char *channel, const char *version)
{
  g_autoptr (UsherEvent) event = usher_test_host_take_event (fixture->host, "auth", channel);
  g_autofree char *id = usher_test_dup_event_member (event, USHER_AUTH_ID);
  g_autofree char *said = usher_test_dup_event_member (event, USHER_AUTH_VERSION);

  g_assert_cmpstr (id, ==, fixture->id);
  g_assert_cmpstr (said, ==, version);
}

static void
test_ban (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) reply = usher_test_host_call_admin (fixture->host, "POST", fixture->ban);
  g_autoptr (UsherReply) refused = NULL;

  g_test_summary ("A banned user cannot sign in, and is told no more than who mistypes.");

  usher_test_assert_status (reply, 200);
  usher_test_assert_member (reply, "banned", "true");
  usher_test_assert_member (reply, "passwordHash", NULL);
  assert_event (fixture, USHER_AUTH_BANNED, "1");

  refused = sign (fixture, "in");
  usher_test_assert_refused (refused, 400, NULL, "Invalid credentials");
}

static void
test_ban_twice (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A second ban is answered and not said again.");

  call (fixture, fixture->ban, 200);
  assert_event (fixture, USHER_AUTH_BANNED, "1");
  call (fixture, fixture->ban, 200);
  usher_test_assert_quiet (fixture->host, "auth");
}

static void
test_unban (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("A ban is taken back, and the later event has the higher version.");

  call (fixture, fixture->unban, 200);
  usher_test_assert_quiet (fixture->host, "auth");
  call (fixture, fixture->ban, 200);
  assert_event (fixture, USHER_AUTH_BANNED, "1");
  call (fixture, fixture->unban, 200);
  assert_event (fixture, USHER_AUTH_UNBANNED, "2");

  reply = sign (fixture, "in");
  usher_test_assert_status (reply, 200);
}

static void
test_unknown (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Whom nobody knows cannot be banned.");

  call (fixture, "/admin/users/" USHER_TEST_NOTHING "/ban", 404);
  call (fixture, "/admin/users/nonsense/ban", 404);
  call (fixture, "/admin/users/nonsense/unban", 404);
  usher_test_assert_quiet (fixture->host, "auth");
}

static void
test_not_public (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) reply =
      usher_test_host_call (fixture->host, "POST", fixture->ban, USHER_TEST_ALICE, "{}");

  g_test_summary ("The public cannot ban.");

  usher_test_assert_status (reply, 404);
}

static void
test_email_stays_used (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("A banned user's e-mail is not free.");

  call (fixture, fixture->ban, 200);
  reply = sign (fixture, "up");
  usher_test_assert_refused (reply, 400, NULL, "Email in use");
}

#define add(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("/auth/ban/banned", test_ban);
  add ("/auth/ban/twice", test_ban_twice);
  add ("/auth/ban/unban", test_unban);
  add ("/auth/ban/unknown", test_unknown);
  add ("/auth/ban/not-public", test_not_public);
  add ("/auth/ban/email", test_email_stays_used);

  return g_test_run ();
}
