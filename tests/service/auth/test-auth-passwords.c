/* test-auth-passwords.c: how a password is kept, and how another one is taken
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <sodium.h>

#include "service-stage.h"
#include "usher-auth-contract.h"

#define SIGN_UP  "/api/users/signup"
#define SIGN_IN  "/api/users/signin"
#define CHANGE   "/api/users/password"
#define EMAIL    "\"email\":\"alice@example.org\""
#define OLD      "correct horse"
#define NEW      "battery staple"
#define COMPOSED "caf\303\251 horse"
#define APART    "cafe\314\201 horse"
#define PERSON   "{" EMAIL ",\"password\":\"%s\"}"
#define WISH     "{\"current\":\"%s\",\"new\":\"%s\"}"

typedef struct
{
  UsherTestHost *host;
  char *id; /* (owned): Alice's */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *person = g_strdup_printf (PERSON, OLD);

  fixture->host = usher_test_host_new ("auth", USHER_TEST_BY_HAND);
  fixture->id = usher_test_user_create (usher_test_host_as (fixture->host, NULL), SIGN_UP, person);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_object_unref (fixture->host);
  g_free (fixture->id);
}

static void
sign_in (Fixture *fixture, const char *password, guint status)
{
  g_autofree char *person = g_strdup_printf (PERSON, password);

  usher_test_host_assert_call (fixture->host, "POST", SIGN_IN, NULL, person, status);
}

static UsherReply *
change (Fixture *fixture, const char *current, const char *password)
{
  g_autofree char *wish = g_strdup_printf (WISH, current, password);

  return usher_test_host_call (fixture->host, "POST", CHANGE, fixture->id, wish);
}

static void
assert_version (Fixture *fixture, const char *expected)
{
  g_autofree char *stored =
      usher_test_host_dup_document (fixture->host, "auth", "users", fixture->id);

  g_assert_nonnull (strstr (stored, expected));
}

/* as versions of before did, which hashed what was typed */
static void
store_as_written (Fixture *fixture, const char *password)
{
  char hash[crypto_pwhash_STRBYTES];
  g_autofree char *sql = NULL;

  g_assert_cmpint (crypto_pwhash_str (hash, password, strlen (password), 1, 1024 * 1024), ==, 0);
  sql = g_strdup_printf (
      "UPDATE \"c:users\" SET private = json_set (private, '$.passwordHash', '%s')", hash);
  g_assert_cmpint (service_stage_execute (fixture->host, "auth", sql), ==, 1);
}

static void
test_forms (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) reply = change (fixture, OLD, APART);

  g_test_summary ("A password fits in whatever form it is typed, without being hashed anew.");

  usher_test_assert_status (reply, 200);
  assert_version (fixture, "\"version\":1");
  sign_in (fixture, COMPOSED, 200);
  sign_in (fixture, APART, 200);
  sign_in (fixture, "cafe horse", 400);
  assert_version (fixture, "\"version\":1");
}

static void
test_as_written (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("One that was stored as typed still fits as typed, and then in any form.");

  store_as_written (fixture, APART);
  sign_in (fixture, COMPOSED, 400);
  sign_in (fixture, APART, 200);
  assert_version (fixture, "\"version\":1");
  sign_in (fixture, COMPOSED, 200);
  sign_in (fixture, APART, 200);
  assert_version (fixture, "\"version\":1");
}

static void
test_change (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) reply = NULL;
  g_autoptr (UsherEvent) event = NULL;
  g_autofree char *body = NULL;
  g_autofree char *before = NULL;
  UsherSession *session = NULL;

  g_test_summary ("Who knows the password takes another one: the other sessions end, the caller "
                  "has a new one.");

  usher_test_host_turn (fixture->host, G_TIME_SPAN_HOUR);
  reply = change (fixture, OLD, NEW);
  usher_test_assert_status (reply, 200);
  body = usher_test_dup_body (reply);
  g_assert_cmpstr (body, ==, "{}");
  sign_in (fixture, OLD, 400);
  sign_in (fixture, NEW, 200);

  event = usher_test_host_take_event (fixture->host, "auth", USHER_AUTH_SESSION_ENDED);
  usher_test_assert_event_member (event, USHER_AUTH_ID, USHER_AUTH_ALL);
  usher_test_assert_event_member (event, USHER_AUTH_USER_ID, fixture->id);
  g_assert_true (usher_reply_get_session (reply, &session));
  g_assert_cmpstr (usher_session_get_user_id (session), ==, fixture->id);
  g_assert_cmpstr (usher_session_get_email (session), ==, "alice@example.org");
  /* what began then did not begin before */
  before = g_strdup_printf ("%" G_GINT64_FORMAT, usher_session_get_issued (session));
  usher_test_assert_event_member (event, USHER_AUTH_BEFORE, before);
}

static void
test_refused (Fixture *fixture, gconstpointer data)
{
  static const char wrong[] = "{\"current\":\"wrong horse\",\"new\":\"" NEW "\"}";
  const UsherTestRefusal refusals[] = {
    { "POST", CHANGE, NULL, "{}", 401, NULL, "Not authorized" },
    { "POST", CHANGE, USHER_TEST_NOTHING, wrong, 401, NULL, "Not authorized" },
    { "POST", CHANGE, fixture->id, wrong, 400, NULL, "Invalid credentials" },
    { "POST",
      CHANGE,
      fixture->id,
      "{\"new\":\"" NEW "\"}",
      400,
      "current",
      "Password must be provided" },
    { "POST",
      CHANGE,
      fixture->id,
      "{\"current\":\"\",\"new\":\"" NEW "\"}",
      400,
      "current",
      "Password must be provided" },
    { "POST",
      CHANGE,
      fixture->id,
      "{\"current\":\"" OLD "\"}",
      400,
      "new",
      "Password must be at least 8 characters" },
    { "POST",
      CHANGE,
      fixture->id,
      "{\"current\":\"" OLD "\",\"new\":[\"" NEW "\"]}",
      400,
      "new",
      "Password must be at least 8 characters" },
    { "POST",
      CHANGE,
      fixture->id,
      "{\"current\":\"" OLD "\",\"new\":\"e\314\201e\314\201e\314\201e\314\201\"}",
      400,
      "new",
      "Password must be at least 8 characters" },
  };

  g_test_summary ("Who does not know the password, or wants one that is none, changes nothing.");

  usher_test_host_assert_refusals (fixture->host, refusals, G_N_ELEMENTS (refusals));
  usher_test_assert_quiet (fixture->host, "auth");
  assert_version (fixture, "\"version\":0");
  sign_in (fixture, OLD, 200);
}

static void
test_refused_both (Fixture *fixture, gconstpointer data)
{
  g_autofree char *as = g_strnfill (257, 'a');
  g_autoptr (UsherReply) both = change (fixture, "", "short");
  g_autoptr (UsherReply) too_long = change (fixture, OLD, as);
  g_autoptr (UsherReply) array =
      usher_test_host_call (fixture->host, "POST", CHANGE, fixture->id, "[]");

  g_test_summary ("All that is wrong is told at once.");

  usher_test_assert_status (both, 400);
  g_assert_cmpuint (usher_test_count_members (both, "errors"), ==, 2);
  usher_test_assert_refused (too_long, 400, "new", "Password must be at most 256 characters");
  usher_test_assert_status (array, 400);
}

static void
test_limited (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) limited = NULL;

  g_test_summary ("A wrong one counts as a try to sign in, a right one does not.");

  for (guint i = 0; i < 12; i++)
    {
      g_autoptr (UsherReply) right = change (fixture, OLD, OLD);

      usher_test_assert_status (right, 200);
    }
  for (guint i = 0; i < 5; i++)
    {
      g_autoptr (UsherReply) wrong = change (fixture, "wrong horse", NEW);

      usher_test_assert_status (wrong, 400);
      sign_in (fixture, "wrong horse", 400);
    }

  limited = change (fixture, OLD, NEW);
  usher_test_assert_status (limited, 429);
  g_assert_cmpstr (usher_reply_get_header (limited, "Retry-After"), ==, "900");
  sign_in (fixture, OLD, 429);
}

static void
test_unkeyed (Fixture *fixture, gconstpointer data)
{
  const char *header = "Idempotency-Key: one";
  g_autofree char *wish = g_strdup_printf (WISH, OLD, OLD);

  g_test_summary (
      "Nothing of a password is kept by an Idempotency-Key, and each answer has its session.");

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (UsherReply) reply = usher_test_user_call (
          usher_test_host_as (fixture->host, fixture->id), "POST", CHANGE, wish, header);

      usher_test_assert_status (reply, 200);
      g_assert_true (usher_reply_get_session (reply, NULL));
    }
  assert_version (fixture, "\"version\":2");
}

static void
test_banned (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_strdup_printf ("/admin/users/%s/ban", fixture->id);
  g_autoptr (UsherReply) banned = usher_test_host_call_admin (fixture->host, "POST", path);
  g_autoptr (UsherReply) reply = change (fixture, OLD, NEW);

  g_test_summary ("Who is banned takes no other password, even before the sessions are refused.");

  usher_test_assert_status (banned, 200);
  usher_test_assert_refused (reply, 401, NULL, "Not authorized");
}

#define add(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (sodium_init (), >=, 0);

  add ("/auth/password/forms", test_forms);
  add ("/auth/password/as-written", test_as_written);
  add ("/auth/password/changed", test_change);
  add ("/auth/password/refused", test_refused);
  add ("/auth/password/refused-both", test_refused_both);
  add ("/auth/password/limited", test_limited);
  add ("/auth/password/unkeyed", test_unkeyed);
  add ("/auth/password/banned", test_banned);

  return g_test_run ();
}
