/* test-auth-routes.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "service-stage.h"

#define RACERS  10
#define SIGN_UP "/api/users/signup"
#define SIGN_IN "/api/users/signin"
#define ALICE   "{\"email\":\"alice@example.org\",\"password\":\"correct horse\"}"

static UsherReply *
post (UsherTestHost *host, const char *path, const char *body)
{
  return usher_test_host_call (host, "POST", path, NULL, body);
}

static void
refuse (UsherTestHost *host,
        const char *path,
        const char *body,
        const char *field,
        const char *message)
{
  g_autoptr (UsherReply) reply = post (host, path, body);

  usher_test_assert_refused (reply, 400, field, message);
}

static void
assert_session (UsherReply *reply, const char *user_id, const char *email)
{
  UsherSession *session = NULL;

  g_assert_true (usher_reply_get_session (reply, &session));
  g_assert_nonnull (session);
  g_assert_cmpstr (usher_session_get_user_id (session), ==, user_id);
  g_assert_cmpstr (usher_session_get_email (session), ==, email);
  g_assert_cmpint (usher_session_get_issued (session), ==, USHER_TEST_TIME);
  g_assert_cmpint (usher_session_get_expires (session), ==, USHER_TEST_TIME + 7 * G_TIME_SPAN_DAY);
}

static void
test_sign_up (UsherTestHost *host)
{
  g_autoptr (UsherReply) reply = post (host, SIGN_UP, ALICE);
  g_autofree char *id = NULL;
  g_autofree char *stored = NULL;
  g_autofree char *expected = NULL;
  g_autofree char *body = NULL;

  g_test_summary ("Who signs up is answered id and e-mail, and signed in; nothing else is said.");

  usher_test_assert_status (reply, 201);
  id = usher_test_dup_member (reply, "id");
  body = usher_test_dup_body (reply);
  expected = g_strdup_printf ("{\"id\":\"%s\",\"email\":\"alice@example.org\"}", id);
  g_assert_cmpstr (body, ==, expected);
  assert_session (reply, id, "alice@example.org");

  stored = usher_test_host_dup_document (host, "auth", "users", id);
  g_assert_nonnull (stored);
  g_assert_null (strstr (stored, "argon2"));
  g_assert_null (strstr (stored, "correct horse"));
  usher_test_assert_quiet (host, "auth");
}

static void
test_sign_up_invalid (UsherTestHost *host)
{
  g_autofree char *as = g_strnfill (257, 'a');
  g_autofree char *too_long =
      g_strdup_printf ("{\"email\":\"alice@example.org\",\"password\":\"%s\"}", as);

  g_test_summary ("A bad e-mail and a bad password are told, each with its field.");

  refuse (host,
          SIGN_UP,
          "{\"email\":\"alice\",\"password\":\"correct horse\"}",
          "email",
          "Email must be valid");
  refuse (host, SIGN_UP, "{\"password\":\"correct horse\"}", "email", "Email must be valid");
  refuse (host,
          SIGN_UP,
          "{\"email\":7,\"password\":\"correct horse\"}",
          "email",
          "Email must be valid");
  refuse (host,
          SIGN_UP,
          "{\"email\":\"alice@example.org\",\"password\":\"1234567\"}",
          "password",
          "Password must be at least 8 characters");
  refuse (host,
          SIGN_UP,
          "{\"email\":\"alice@example.org\"}",
          "password",
          "Password must be at least 8 characters");
  refuse (host, SIGN_UP, too_long, "password", "Password must be at most 256 characters");
}

static void
test_sign_up_both_invalid (UsherTestHost *host)
{
  g_autoptr (UsherReply) reply =
      post (host, SIGN_UP, "{\"email\":\"alice@nowhere\",\"password\":\"short\"}");
  g_autoptr (UsherReply) empty = post (host, SIGN_UP, "{}");

  g_test_summary ("All that is wrong is told at once.");

  usher_test_assert_status (reply, 400);
  g_assert_cmpuint (usher_test_count_members (reply, "errors"), ==, 2);
  usher_test_assert_status (empty, 400);
  g_assert_cmpuint (usher_test_count_members (empty, "errors"), ==, 2);
}

static void
test_sign_up_malformed (UsherTestHost *host)
{
  static const char *const bodies[] = { "", "{", "[]", "7", "\"x\"", "null", "{'email':1}" };

  g_test_summary ("What is no JSON object is 400.");

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_autoptr (UsherReply) reply = post (host, SIGN_UP, bodies[i]);

      usher_test_assert_status (reply, 400);
    }
}

static void
test_password_length (UsherTestHost *host)
{
  g_autofree char *as = g_strnfill (256, 'a');
  g_autofree char *longest =
      g_strdup_printf ("{\"email\":\"long@example.org\",\"password\":\"%s\"}", as);
  g_autoptr (UsherReply) shortest = NULL;
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("Characters are counted, not bytes: 8 to 256 of them.");

  shortest = post (host,
                   SIGN_UP,
                   "{\"email\":\"short@example.org\",\"password\":\"\xc3\xa4\xc3\xa4\xc3\xa4"
                   "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\"}");
  usher_test_assert_status (shortest, 201);
  refuse (host,
          SIGN_UP,
          "{\"email\":\"other@example.org\",\"password\":\"\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\"}",
          "password",
          "Password must be at least 8 characters");
  reply = post (host, SIGN_UP, longest);
  usher_test_assert_status (reply, 201);
}

static void
test_email_in_use (UsherTestHost *host)
{
  g_autoptr (UsherReply) first = post (host, SIGN_UP, ALICE);

  g_test_summary ("An e-mail is used once, in whatever case and with whatever space around.");

  usher_test_assert_status (first, 201);
  refuse (host, SIGN_UP, ALICE, NULL, "Email in use");
  refuse (host,
          SIGN_UP,
          "{\"email\":\"  ALICE@Example.org \",\"password\":\"other horse\"}",
          NULL,
          "Email in use");
  refuse (host,
          SIGN_UP,
          "{\"email\":\"\\u00a0\\u3000\\ufeffalice@example.org\\u200b\\u2009\",\"password\":"
          "\"other horse\"}",
          NULL,
          "Email in use");
  refuse (host,
          SIGN_UP,
          "{\"email\":\"al\\u200bice@example.org\",\"password\":\"other horse\"}",
          "email",
          "Email must be valid");
}

typedef struct
{
  UsherTestHost *host; /* (unowned) */
  int n_created;       /* (atomic) */
  int n_refused;       /* (atomic) */
} Race;

static gpointer
race_to_sign_up (gpointer data)
{
  Race *race = data;
  g_autoptr (UsherReply) reply = usher_test_host_call (race->host, "POST", SIGN_UP, NULL, ALICE);

  if (usher_reply_get_status (reply) == 201)
    g_atomic_int_inc (&race->n_created);
  else
    {
      usher_test_assert_refused (reply, 400, NULL, "Email in use");
      g_atomic_int_inc (&race->n_refused);
    }

  return NULL;
}

static void
test_race (UsherTestHost *host)
{
  Race race = { .host = host };

  g_test_summary ("§3.7: of ten who sign up with one e-mail at once, one is created.");

  usher_test_race (RACERS, race_to_sign_up, &race);

  g_assert_cmpint (race.n_created, ==, 1);
  g_assert_cmpint (race.n_refused, ==, RACERS - 1);
}

static void
test_sign_in (UsherTestHost *host)
{
  g_autoptr (UsherReply) created = post (host, SIGN_UP, ALICE);
  g_autoptr (UsherReply) reply = NULL;
  g_autofree char *id = usher_test_dup_member (created, "id");

  g_test_summary ("Who knows the password is signed in, in whatever case the e-mail is.");

  reply = post (host, SIGN_IN, "{\"email\":\" Alice@EXAMPLE.org\",\"password\":\"correct horse\"}");
  usher_test_assert_status (reply, 200);
  usher_test_assert_member (reply, "id", id);
  usher_test_assert_member (reply, "email", "alice@example.org");
  assert_session (reply, id, "alice@example.org");
  g_assert_cmpuint (usher_test_count_members (reply, ""), ==, 2);
}

static void
test_sign_in_refused (UsherTestHost *host)
{
  g_autoptr (UsherReply) created = post (host, SIGN_UP, ALICE);
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("An unknown e-mail and a wrong password are answered alike, without a session.");

  usher_test_assert_status (created, 201);
  refuse (host,
          SIGN_IN,
          "{\"email\":\"nobody@example.org\",\"password\":\"correct horse\"}",
          NULL,
          "Invalid credentials");
  refuse (host,
          SIGN_IN,
          "{\"email\":\"alice@example.org\",\"password\":\" correct horse\"}",
          NULL,
          "Invalid credentials");
  reply = post (host, SIGN_IN, "{\"email\":\"alice@example.org\",\"password\":\"wrong horse\"}");
  usher_test_assert_refused (reply, 400, NULL, "Invalid credentials");
  g_assert_false (usher_reply_get_session (reply, NULL));
}

static void
test_sign_in_invalid (UsherTestHost *host)
{
  g_test_summary ("To sign in takes an e-mail and a password that is not empty.");

  refuse (host,
          SIGN_IN,
          "{\"email\":\"alice@example.org\",\"password\":\"\"}",
          "password",
          "Password must be provided");
  refuse (host, SIGN_IN, "{\"password\":\"x\"}", "email", "Email must be valid");
}

static void
test_rehash (UsherTestHost *host)
{
  g_autoptr (UsherReply) created = post (host, SIGN_UP, ALICE);
  g_autofree char *id = usher_test_dup_member (created, "id");
  g_autofree char *stored = NULL;

  g_test_summary ("A hash that is cheaper than the operator asks is made anew, once.");

  usher_test_host_set (host, "auth.hash-passes=2");
  usher_test_host_restart (host);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (UsherReply) reply = post (host, SIGN_IN, ALICE);

      usher_test_assert_status (reply, 200);
    }

  stored = usher_test_host_dup_document (host, "auth", "users", id);
  g_assert_nonnull (strstr (stored, "\"version\":1"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  usher_test_add ("/auth/sign-up/created", "auth", test_sign_up);
  usher_test_add ("/auth/sign-up/invalid", "auth", test_sign_up_invalid);
  usher_test_add ("/auth/sign-up/both-invalid", "auth", test_sign_up_both_invalid);
  usher_test_add ("/auth/sign-up/malformed", "auth", test_sign_up_malformed);
  usher_test_add ("/auth/sign-up/password-length", "auth", test_password_length);
  usher_test_add ("/auth/sign-up/email-in-use", "auth", test_email_in_use);
  usher_test_add ("/auth/sign-up/race", "auth", test_race);
  usher_test_add ("/auth/sign-in/signed-in", "auth", test_sign_in);
  usher_test_add ("/auth/sign-in/refused", "auth", test_sign_in_refused);
  usher_test_add ("/auth/sign-in/invalid", "auth", test_sign_in_invalid);
  usher_test_add ("/auth/sign-in/rehash", "auth", test_rehash);

  return g_test_run ();
}
