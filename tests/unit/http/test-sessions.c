/* test-sessions.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <jwt.h>
#include <string.h>
#include <sys/stat.h>

#include "usher-error.h"
#include "usher-manual-clock.h"
#include "usher-sessions.h"

#define LIFETIME 100
#define START    G_GINT64_CONSTANT (1700000000)

typedef struct
{
  char *directory; /* (owned) */
  char *key_file;  /* (owned) */
  UsherManualClock *clock;
  UsherSessions *sessions;
  char *token; /* (owned) */
  char *kid;   /* (owned) */
} Fixture;

static UsherSessions *
open_sessions (Fixture *fixture, GError **error)
{
  return usher_sessions_new (fixture->key_file,
                             LIFETIME * G_USEC_PER_SEC,
                             USHER_CLOCK (fixture->clock),
                             error);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherSession) session = NULL;
  g_autoptr (GError) error = NULL;
  jwt_t *token = NULL;

  fixture->directory = g_dir_make_tmp ("usher-sessions-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->key_file = g_build_filename (fixture->directory, "key", NULL);
  fixture->clock = usher_manual_clock_new (START * G_USEC_PER_SEC);
  fixture->sessions = open_sessions (fixture, &error);
  g_assert_no_error (error);
  session = usher_sessions_begin (fixture->sessions, "u1", "a@b.example");
  fixture->token = usher_sessions_make_token (fixture->sessions, session, &error);
  g_assert_no_error (error);

  g_assert_cmpint (jwt_decode (&token, fixture->token, NULL, 0), ==, 0);
  fixture->kid = g_strdup (jwt_get_header (token, "kid"));
  jwt_free (token);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->sessions);
  g_assert_finalize_object (fixture->clock);
  g_unlink (fixture->key_file);
  g_assert_cmpint (g_rmdir (fixture->directory), ==, 0);
  g_free (fixture->key_file);
  g_free (fixture->directory);
  g_free (fixture->token);
  g_free (fixture->kid);
}

static gboolean
is_good (UsherSessions *sessions, const char *token)
{
  g_autoptr (UsherSession) session = usher_sessions_read_token (sessions, token);

  return session != NULL;
}

/* A token as somebody would make it who has the key, but another mind. */
static char *
forge (Fixture *fixture, jwt_alg_t alg, const char *kid, const char *sub, long expires)
{
  g_autofree char *key = NULL;
  g_autoptr (GError) error = NULL;
  gsize length = 0;
  jwt_t *token = NULL;
  char *text = NULL;
  char *copy = NULL;

  g_assert_true (g_file_get_contents (fixture->key_file, &key, &length, &error));
  g_assert_cmpint (jwt_new (&token), ==, 0);
  g_assert_cmpint (jwt_set_alg (token,
                                alg,
                                alg != JWT_ALG_NONE ? (const guchar *) key : NULL,
                                alg != JWT_ALG_NONE ? (int) length : 0),
                   ==,
                   0);
  if (kid != NULL)
    jwt_add_header (token, "kid", kid);
  if (sub != NULL)
    jwt_add_grant (token, "sub", sub);
  jwt_add_grant (token, "email", "a@b.example");
  jwt_add_grant_int (token, "iat", START);
  if (expires != 0)
    jwt_add_grant_int (token, "exp", expires);
  text = jwt_encode_str (token);
  copy = g_strdup (text);
  free (text);
  jwt_free (token);

  return copy;
}

static void
test_round_trip (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherSession) session = NULL;

  g_test_summary ("A token brings its session back, at first and from the cache");

  for (guint i = 0; i < 2; i++)
    {
      g_clear_pointer (&session, usher_session_unref);
      session = usher_sessions_read_token (fixture->sessions, fixture->token);
      g_assert_nonnull (session);
      g_assert_cmpstr (usher_session_get_user_id (session), ==, "u1");
      g_assert_cmpstr (usher_session_get_email (session), ==, "a@b.example");
      g_assert_cmpint (usher_session_get_issued (session), ==, START * G_USEC_PER_SEC);
      g_assert_cmpint (usher_session_get_expires (session),
                       ==,
                       (START + LIFETIME) * G_USEC_PER_SEC);
    }
}

static void
test_forger (Fixture *fixture, gconstpointer data)
{
  g_autofree char *good = forge (fixture, JWT_ALG_HS256, fixture->kid, "u1", START + 10);

  g_test_summary ("What the other tests change is all that makes their tokens bad");

  g_assert_true (is_good (fixture->sessions, good));
}

static void
test_expired (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A session ends, in the cache too");

  g_assert_true (is_good (fixture->sessions, fixture->token));
  usher_manual_clock_advance (fixture->clock, (LIFETIME - 1) * G_USEC_PER_SEC);
  g_assert_true (is_good (fixture->sessions, fixture->token));
  usher_manual_clock_advance (fixture->clock, G_USEC_PER_SEC);
  g_assert_false (is_good (fixture->sessions, fixture->token));
}

static char *
encode (const char *data, gsize size)
{
  g_autofree char *base64 = g_base64_encode ((const guchar *) data, size);
  char *end = strchr (base64, '=');

  if (end != NULL)
    *end = '\0';
  g_strdelimit (base64, "+", '-');
  g_strdelimit (base64, "/", '_');

  return g_steal_pointer (&base64);
}

/* A token to the letter, with a signature that is right; KID in @header stands for the key's name. */
static char *
sign (Fixture *fixture, const char *header, const char *claims)
{
  g_auto (GStrv) parts = g_strsplit (header, "KID", -1);
  g_autofree char *named = g_strjoinv (fixture->kid, parts);
  g_autofree char *first = encode (named, strlen (named));
  g_autofree char *second = encode (claims, strlen (claims));
  g_autofree char *text = g_strjoin (".", first, second, NULL);
  g_autofree char *key = NULL;
  g_autofree char *third = NULL;
  g_autoptr (GHmac) hmac = NULL;
  guint8 digest[32];
  gsize size = sizeof digest;
  gsize length = 0;

  g_assert_true (g_file_get_contents (fixture->key_file, &key, &length, NULL));
  hmac = g_hmac_new (G_CHECKSUM_SHA256, (const guchar *) key, length);
  g_hmac_update (hmac, (const guchar *) text, -1);
  g_hmac_get_digest (hmac, digest, &size);
  third = encode ((const char *) digest, size);

  return g_strjoin (".", text, third, NULL);
}

#define GOOD_HEADER "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"KID\"}"
#define GOOD_TIMES  "\"iat\":1700000000,\"exp\":1700000100"
#define GOOD_CLAIMS "{\"sub\":\"u1\",\"email\":\"e\"," GOOD_TIMES "}"
#define GOOD_ID     "0123456789abcdef0123456789abcdef"

static void
test_headers (Fixture *fixture, gconstpointer data)
{
  static const char *const headers[] = {
    "{\"alg\":\"hs256\",\"kid\":\"KID\"}",
    "{\"alg\":\"Hs256\",\"kid\":\"KID\"}",
    "{\"alg\":\"HS256 \",\"kid\":\"KID\"}",
    "{\"alg\":256,\"kid\":\"KID\"}",
    "{\"alg\":[\"HS256\"],\"kid\":\"KID\"}",
    "{\"kid\":\"KID\"}",
    "{\"alg\":\"none\",\"alg\":\"HS256\",\"kid\":\"KID\"}",
    "{\"alg\":\"HS256\",\"alg\":\"HS256\",\"kid\":\"KID\"}",
    "{\"alg\":\"HS256\",\"kid\":\"KID\",\"kid\":\"KID\"}",
    "{\"alg\":\"HS256\",\"kid\":[\"KID\"]}",
    "{\"alg\":\"HS256\",\"kid\":{\"KID\":1}}",
    "{\"alg\":\"HS256\",\"kid\":7}",
    "{\"alg\":\"HS256\",\"kid\":null}",
    "{\"alg\":\"HS256\",\"kid\":\"../KID\"}",
    "{\"alg\":\"HS256\",\"kid\":\"KID\",\"crit\":[\"exp\"]}",
    "{\"alg\":\"HS256\",\"kid\":\"KID\",\"crit\":[]}",
    "{\"alg\":\"HS256\",\"kid\":\"KID\",\"crit\":null}",
    "{\"alg\":\"HS256\",\"kid\":\"KID\"} x",
    "[\"HS256\",\"KID\"]",
    "{",
  };
  g_autofree char *good = sign (fixture, GOOD_HEADER, GOOD_CLAIMS);

  g_test_summary ("A header says HS256 as written and names the key, once, and asks for nothing "
                  "that is not known");

  g_assert_true (is_good (fixture->sessions, good));
  for (guint i = 0; i < G_N_ELEMENTS (headers); i++)
    {
      g_autofree char *token = sign (fixture, headers[i], GOOD_CLAIMS);

      g_test_message ("%s", headers[i]);
      g_assert_false (is_good (fixture->sessions, token));
    }
}

static void
test_odd_claims (Fixture *fixture, gconstpointer data)
{
  static const char *const claims[] = {
    "{\"sub\":\"u1\",\"sub\":\"u2\",\"email\":\"e\"," GOOD_TIMES "}",
    "{\"sub\":\"u1\",\"email\":\"e\"," GOOD_TIMES ",\"exp\":1800000000}",
    "{\"sub\":7,\"email\":\"e\"," GOOD_TIMES "}",
    "{\"sub\":\"\",\"email\":\"e\"," GOOD_TIMES "}",
    "{\"sub\":\"u1\"," GOOD_TIMES "}",
    "{\"sub\":\"u1\",\"email\":[]," GOOD_TIMES "}",
    "{\"sub\":\"u1\",\"email\":\"e\",\"exp\":1700000100}",
    "{\"sub\":\"u1\",\"email\":\"e\",\"iat\":\"1700000000\",\"exp\":1700000100}",
    "{\"sub\":\"u1\",\"email\":\"e\",\"iat\":-1,\"exp\":1700000100}",
    "{\"sub\":\"u1\",\"email\":\"e\",\"iat\":1700000000,\"exp\":9223372036854775807}",
    "{\"sub\":\"u1\",\"email\":\"e\",\"iat\":1700000000,\"exp\":1700000100.5}",
    "{\"sub\":\"u1\",\"email\":\"e\",\"iat\":1700000000,\"exp\":true}",
    "{\"sub\":\"u1\",\"email\":\"e\",\"nbf\":1700000001," GOOD_TIMES "}",
    "{\"sub\":\"u1\",\"email\":\"e\",\"nbf\":\"1700000000\"," GOOD_TIMES "}",
    "{\"sub\":\"u1\",\"email\":\"e\",\"nbf\":null," GOOD_TIMES "}",
    "{\"sub\":\"u1\",\"email\":\"e\",\"iat\":1700000061,\"exp\":1700000100}",
    "{\"sub\":\"u1\",\"email\":\"e\",\"jti\":\"*\"," GOOD_TIMES "}",
    "{\"sub\":\"u1\",\"email\":\"e\",\"jti\":7," GOOD_TIMES "}",
    "{\"sub\":\"u1\",\"email\":\"e\",\"jti\":\"" GOOD_ID "0\"," GOOD_TIMES "}",
    "{\"sub\":\"u1\",\"email\":\"e\",\"begun\":1700000001000000," GOOD_TIMES "}",
    "{\"sub\":\"u1\",\"email\":\"e\",\"begun\":\"1700000000000000\"," GOOD_TIMES "}",
    "[]",
    "7",
  };

  g_test_summary ("Claims of a wrong type, twice, out of range or of another time are nobody's");

  for (guint i = 0; i < G_N_ELEMENTS (claims); i++)
    {
      g_autofree char *token = sign (fixture, GOOD_HEADER, claims[i]);

      g_test_message ("%s", claims[i]);
      g_assert_false (is_good (fixture->sessions, token));
    }
}

static void
test_times (Fixture *fixture, gconstpointer data)
{
  g_autofree char *late =
      sign (fixture,
            GOOD_HEADER,
            "{\"sub\":\"u1\",\"email\":\"e\",\"nbf\":1700000002," GOOD_TIMES "}");
  g_autofree char *ahead =
      sign (fixture,
            GOOD_HEADER,
            "{\"sub\":\"u1\",\"email\":\"e\",\"iat\":1700000060,\"exp\":1700000100}");
  g_autofree char *far_ahead =
      sign (fixture,
            GOOD_HEADER,
            "{\"sub\":\"u1\",\"email\":\"e\",\"iat\":1700000062,\"exp\":1700000100}");

  g_test_summary ("What is not yet is nobody's until it is; a clock may be a minute ahead");

  g_assert_true (is_good (fixture->sessions, ahead));
  usher_manual_clock_advance (fixture->clock, G_USEC_PER_SEC);
  g_assert_false (is_good (fixture->sessions, late));
  g_assert_false (is_good (fixture->sessions, far_ahead));
  usher_manual_clock_advance (fixture->clock, G_USEC_PER_SEC);
  g_assert_true (is_good (fixture->sessions, late));
  g_assert_true (is_good (fixture->sessions, far_ahead));
}

static void
test_ids (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherSession) session = NULL;
  g_autoptr (UsherSession) other = usher_sessions_begin (fixture->sessions, "u1", "a@b.example");
  g_autofree char *token = NULL;
  g_autoptr (UsherSession) read = NULL;

  g_test_summary (
      "A session has an id of its own and begins at a microsecond, and its token says both");

  usher_manual_clock_advance (fixture->clock, 1234567);
  session = usher_sessions_begin (fixture->sessions, "u1", "a@b.example");
  g_assert_cmpuint (strlen (usher_session_get_id (session)), ==, 32);
  g_assert_cmpstr (usher_session_get_id (session), !=, usher_session_get_id (other));
  token = usher_sessions_make_token (fixture->sessions, session, NULL);
  read = usher_sessions_read_token (fixture->sessions, token);
  g_assert_nonnull (read);
  g_assert_cmpstr (usher_session_get_id (read), ==, usher_session_get_id (session));
  g_assert_cmpint (usher_session_get_issued (read), ==, START * G_USEC_PER_SEC + 1234567);
  g_assert_cmpint (usher_session_get_expires (read), ==, (START + 1 + LIFETIME) * G_USEC_PER_SEC);
}

static void
test_without_id (Fixture *fixture, gconstpointer data)
{
  g_autofree char *token = sign (fixture, GOOD_HEADER, GOOD_CLAIMS);
  g_autoptr (UsherSession) session = usher_sessions_read_token (fixture->sessions, token);

  g_test_summary ("A session of before there were ids is believed until it ends");

  g_assert_nonnull (session);
  g_assert_null (usher_session_get_id (session));
  g_assert_cmpint (usher_session_get_issued (session), ==, START * G_USEC_PER_SEC);
}

static void
test_no_expiry (Fixture *fixture, gconstpointer data)
{
  g_autofree char *token = forge (fixture, JWT_ALG_HS256, fixture->kid, "u1", 0);

  g_test_summary ("A token that never ends is refused");

  g_assert_false (is_good (fixture->sessions, token));
}

static void
test_algorithms (Fixture *fixture, gconstpointer data)
{
  g_autofree char *none = forge (fixture, JWT_ALG_NONE, fixture->kid, "u1", START + 10);
  g_autofree char *hs384 = forge (fixture, JWT_ALG_HS384, fixture->kid, "u1", START + 10);
  g_autofree char *hs512 = forge (fixture, JWT_ALG_HS512, fixture->kid, "u1", START + 10);

  g_test_summary ("No algorithm but HS256 is accepted, even with the right key");

  g_assert_false (is_good (fixture->sessions, none));
  g_assert_false (is_good (fixture->sessions, hs384));
  g_assert_false (is_good (fixture->sessions, hs512));
}

static void
test_claims (Fixture *fixture, gconstpointer data)
{
  g_autofree char *other_kid = forge (fixture, JWT_ALG_HS256, "0123", "u1", START + 10);
  g_autofree char *no_kid = forge (fixture, JWT_ALG_HS256, NULL, "u1", START + 10);
  g_autofree char *no_sub = forge (fixture, JWT_ALG_HS256, fixture->kid, NULL, START + 10);

  g_test_summary ("A token names our key and a user");

  g_assert_false (is_good (fixture->sessions, other_kid));
  g_assert_false (is_good (fixture->sessions, no_kid));
  g_assert_false (is_good (fixture->sessions, no_sub));
}

static void
test_garbage (Fixture *fixture, gconstpointer data)
{
  static const char *const tokens[] = {
    "", ".", "..", "a.b.c", "eyJhbGciOiJIUzI1NiJ9..", "\xff\xfe", "null", "eyJhbGciOiJIUzI1NiJ9"
  };
  g_autofree char *long_token = g_strnfill (100000, 'a');

  g_test_summary ("Garbage is nobody, never an error");

  for (guint i = 0; i < G_N_ELEMENTS (tokens); i++)
    g_assert_false (is_good (fixture->sessions, tokens[i]));
  g_assert_false (is_good (fixture->sessions, long_token));
}

static void
test_changed (Fixture *fixture, gconstpointer data)
{
  gsize length = strlen (fixture->token);

  g_test_summary ("A token of which any character is changed is refused, cached or not");

  g_assert_true (is_good (fixture->sessions, fixture->token));
  /* the last character carries bits that mean nothing */
  for (gsize i = 0; i + 1 < length; i++)
    {
      g_autofree char *changed = g_strdup (fixture->token);

      changed[i] = changed[i] == 'A' ? 'B' : 'A';
      g_assert_false (is_good (fixture->sessions, changed));
    }
}

static void
test_other_key (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherSessions) other = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A token of another key is refused");

  g_unlink (fixture->key_file);
  other = open_sessions (fixture, &error);
  g_assert_no_error (error);
  g_assert_false (is_good (other, fixture->token));
}

static void
test_same_key (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherSessions) again = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Tokens outlive the process");

  again = open_sessions (fixture, &error);
  g_assert_no_error (error);
  g_assert_true (is_good (again, fixture->token));
}

static void
test_revoke (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("All sessions of a user are refused at once, and accepted again");

  g_assert_true (is_good (fixture->sessions, fixture->token));
  usher_sessions_revoke (fixture->sessions, "u1");
  g_assert_false (is_good (fixture->sessions, fixture->token));
  usher_sessions_revoke (fixture->sessions, "u2");
  usher_sessions_restore (fixture->sessions, "u1");
  g_assert_true (is_good (fixture->sessions, fixture->token));
}

static void
test_many (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("More tokens than the cache holds are all read, again and again");

  for (guint round = 0; round < 2; round++)
    for (guint i = 0; i < 4500; i++)
      {
        g_autofree char *id = g_strdup_printf ("user-%u", i);
        g_autoptr (UsherSession) session = usher_sessions_begin (fixture->sessions, id, "e");
        g_autoptr (UsherSession) found = NULL;
        g_autofree char *token = usher_sessions_make_token (fixture->sessions, session, NULL);

        found = usher_sessions_read_token (fixture->sessions, token);
        g_assert_nonnull (found);
        g_assert_cmpstr (usher_session_get_user_id (found), ==, id);
      }
}

static void
test_key_mode (Fixture *fixture, gconstpointer data)
{
  GStatBuf info;

  g_test_summary ("The key is for its owner alone");

  g_assert_cmpint (g_stat (fixture->key_file, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 0777, ==, 0600);
}

static void
test_key_readable (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherSessions) sessions = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A key that others can read is refused");

  g_assert_cmpint (g_chmod (fixture->key_file, 0640), ==, 0);
  sessions = open_sessions (fixture, &error);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_FORBIDDEN);
}

static void
test_key_short (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherSessions) sessions = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A key of the wrong size is refused");

  g_assert_true (g_file_set_contents (fixture->key_file, "short", -1, NULL));
  g_assert_cmpint (g_chmod (fixture->key_file, 0600), ==, 0);
  sessions = open_sessions (fixture, &error);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_CORRUPT);
}

static void
test_key_no_directory (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherSessions) sessions = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (fixture->directory, "none", "key", NULL);

  g_test_summary ("A key that cannot be made is an error that names the file");

  sessions =
      usher_sessions_new (path, LIFETIME * G_USEC_PER_SEC, USHER_CLOCK (fixture->clock), &error);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE);
  g_assert_nonnull (strstr (error->message, path));
}

#define test(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  test ("/sessions/round-trip", test_round_trip);
  test ("/sessions/forger", test_forger);
  test ("/sessions/expired", test_expired);
  test ("/sessions/headers", test_headers);
  test ("/sessions/odd-claims", test_odd_claims);
  test ("/sessions/times", test_times);
  test ("/sessions/ids", test_ids);
  test ("/sessions/without-id", test_without_id);
  test ("/sessions/no-expiry", test_no_expiry);
  test ("/sessions/algorithms", test_algorithms);
  test ("/sessions/claims", test_claims);
  test ("/sessions/garbage", test_garbage);
  test ("/sessions/changed", test_changed);
  test ("/sessions/other-key", test_other_key);
  test ("/sessions/same-key", test_same_key);
  test ("/sessions/revoke", test_revoke);
  test ("/sessions/many", test_many);
  test ("/sessions/key/mode", test_key_mode);
  test ("/sessions/key/readable", test_key_readable);
  test ("/sessions/key/short", test_key_short);
  test ("/sessions/key/no-directory", test_key_no_directory);

  return g_test_run ();
}
