/* test-auth-sessions.c: how sessions end
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "service-stage.h"
#include "usher-auth-contract.h"

#define SIGN_OUT     "/api/users/signout"
#define SIGN_OUT_ALL "/api/users/signout-all"
#define WHO          "/api/users/currentuser"
#define LIFETIME     (7 * G_TIME_SPAN_DAY)

static void
assert_cleared (UsherReply *reply)
{
  g_autofree char *body = usher_test_dup_body (reply);
  UsherSession *session = NULL;

  usher_test_assert_status (reply, 200);
  g_assert_cmpstr (body, ==, "{}");
  g_assert_true (usher_reply_get_session (reply, &session));
  g_assert_null (session);
}

static gint64
get_number (UsherEvent *event, const char *member)
{
  g_autofree char *text = usher_test_dup_event_member (event, member);

  g_assert_nonnull (text);

  return g_ascii_strtoll (text, NULL, 10);
}

static void
test_sign_out (UsherTestHost *host)
{
  g_autofree char *token = usher_host_make_token (usher_test_host_get_host (host, "auth"),
                                                  USHER_TEST_ALICE,
                                                  "a@example.org",
                                                  NULL);
  g_autofree char *header = g_strdup_printf ("Cookie: session=%s", token);
  g_autoptr (UsherReply) reply =
      usher_test_user_call (usher_test_host_as (host, NULL), "POST", SIGN_OUT, "{}", header);
  g_autoptr (UsherReply) again =
      usher_test_user_call (usher_test_host_as (host, NULL), "POST", SIGN_OUT, "{}", header);
  g_autoptr (GPtrArray) events = usher_test_host_take_events (host, "auth");
  g_autofree char *id = NULL;
  g_autofree char *id_again = NULL;

  g_test_summary (
      "To sign out clears the cookie, and says which session ended, and until when that matters.");

  assert_cleared (reply);
  assert_cleared (again);
  g_assert_cmpuint (events->len, ==, 2);
  id = usher_test_dup_event_member (events->pdata[0], USHER_AUTH_ID);
  id_again = usher_test_dup_event_member (events->pdata[1], USHER_AUTH_ID);
  g_assert_cmpstr (usher_event_get_channel (events->pdata[0]), ==, USHER_AUTH_SESSION_ENDED);
  g_assert_cmpuint (strlen (id), ==, 32);
  g_assert_cmpstr (id_again, ==, id);
  usher_test_assert_event_member (events->pdata[0], USHER_AUTH_USER_ID, USHER_TEST_ALICE);
  g_assert_cmpint (get_number (events->pdata[0], USHER_AUTH_BEFORE), >, USHER_TEST_TIME);
  g_assert_cmpint (get_number (events->pdata[0], USHER_AUTH_EXP), ==, USHER_TEST_TIME + LIFETIME);
}

static void
test_two_sessions (UsherTestHost *host)
{
  g_autoptr (UsherEvent) first = NULL;
  g_autoptr (UsherEvent) second = NULL;
  g_autofree char *id = NULL;
  g_autofree char *other = NULL;

  g_test_summary ("Two sessions of one user are two.");

  usher_test_host_assert_call (host, "POST", SIGN_OUT, USHER_TEST_ALICE, NULL, 200);
  first = usher_test_host_take_event (host, "auth", USHER_AUTH_SESSION_ENDED);
  usher_test_host_assert_call (host, "POST", SIGN_OUT, USHER_TEST_ALICE, NULL, 200);
  second = usher_test_host_take_event (host, "auth", USHER_AUTH_SESSION_ENDED);
  id = usher_test_dup_event_member (first, USHER_AUTH_ID);
  other = usher_test_dup_event_member (second, USHER_AUTH_ID);
  g_assert_cmpstr (id, !=, other);
}

static void
test_anonymous (UsherTestHost *host)
{
  g_autoptr (UsherReply) reply = usher_test_host_call (host, "POST", SIGN_OUT, NULL, NULL);
  g_autoptr (UsherReply) garbage = usher_test_user_call (
      usher_test_host_as (host, NULL), "POST", SIGN_OUT, NULL, "Cookie: session=garbage");

  g_test_summary ("Who has no session is signed out already: nothing ends.");

  assert_cleared (reply);
  assert_cleared (garbage);
  usher_test_assert_quiet (host, "auth");
}

static void
test_all (UsherTestHost *host)
{
  g_autoptr (UsherReply) reply = NULL;
  g_autoptr (UsherEvent) event = NULL;

  g_test_summary ("All sessions of a user that began before now end, the caller's too.");

  usher_test_host_turn (host, G_TIME_SPAN_HOUR + 1);
  reply = usher_test_host_call (host, "POST", SIGN_OUT_ALL, USHER_TEST_ALICE, NULL);
  assert_cleared (reply);
  event = usher_test_host_take_event (host, "auth", USHER_AUTH_SESSION_ENDED);
  usher_test_assert_event_member (event, USHER_AUTH_ID, USHER_AUTH_ALL);
  usher_test_assert_event_member (event, USHER_AUTH_USER_ID, USHER_TEST_ALICE);
  g_assert_cmpint (get_number (event, USHER_AUTH_BEFORE),
                   ==,
                   USHER_TEST_TIME + G_TIME_SPAN_HOUR + 1);
  g_assert_cmpint (get_number (event, USHER_AUTH_EXP),
                   >=,
                   USHER_TEST_TIME + G_TIME_SPAN_HOUR + LIFETIME);
}

static void
test_all_anonymous (UsherTestHost *host)
{
  static const UsherTestRefusal refusal = {
    "POST", SIGN_OUT_ALL, NULL, "{}", 401, NULL, "Not authorized",
  };

  g_test_summary ("Whose sessions shall end must be known.");

  usher_test_host_assert_refusals (host, &refusal, 1);
  usher_test_assert_quiet (host, "auth");
}

static void
test_current_user (UsherTestHost *host)
{
  g_autoptr (UsherReply) reply = usher_test_host_call (host, "GET", WHO, USHER_TEST_ALICE, NULL);
  g_autoptr (UsherReply) anonymous = usher_test_host_call (host, "GET", WHO, NULL, NULL);
  g_autoptr (UsherReply) forged = usher_test_user_call (
      usher_test_host_as (host, NULL), "GET", WHO, NULL, "Authorization: Bearer garbage");
  g_autofree char *body = usher_test_dup_body (reply);
  g_autofree char *nobody = usher_test_dup_body (anonymous);
  g_autofree char *forged_body = usher_test_dup_body (forged);

  g_test_summary ("The current user is who the session names, or nobody; that is no error.");

  usher_test_assert_status (reply, 200);
  g_assert_cmpstr (body,
                   ==,
                   "{\"currentUser\":{\"id\":\"" USHER_TEST_ALICE "\",\"email\":\"" USHER_TEST_ALICE
                   "@example.org\",\"iat\":1767225600}}");
  usher_test_assert_status (anonymous, 200);
  g_assert_cmpstr (nobody, ==, "{\"currentUser\":null}");
  usher_test_assert_status (forged, 200);
  g_assert_cmpstr (forged_body, ==, "{\"currentUser\":null}");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  usher_test_add ("/auth/sign-out/ended", "auth", test_sign_out);
  usher_test_add ("/auth/sign-out/two-sessions", "auth", test_two_sessions);
  usher_test_add ("/auth/sign-out/anonymous", "auth", test_anonymous);
  usher_test_add ("/auth/sign-out-all/ended", "auth", test_all);
  usher_test_add ("/auth/sign-out-all/anonymous", "auth", test_all_anonymous);
  usher_test_add ("/auth/current-user", "auth", test_current_user);

  return g_test_run ();
}
