/* test-session-token.c: what is believed of a token
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "session-stage.h"

static void
test_forger (SessionStage *fixture, gconstpointer data)
{
  g_autofree char *good =
      session_stage_forge (fixture, JWT_ALG_HS256, fixture->kid, "u1", SESSION_STAGE_START + 10);

  g_test_summary ("What the other tests change is all that makes their tokens bad");

  g_assert_true (session_stage_is_good (fixture->sessions, good));
}

static void
test_headers (SessionStage *fixture, gconstpointer data)
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
  g_autofree char *good = session_stage_sign (fixture, GOOD_HEADER, GOOD_CLAIMS);

  g_test_summary ("A header says HS256 as written and names the key, once, and asks for nothing "
                  "that is not known");

  g_assert_true (session_stage_is_good (fixture->sessions, good));
  for (guint i = 0; i < G_N_ELEMENTS (headers); i++)
    {
      g_autofree char *token = session_stage_sign (fixture, headers[i], GOOD_CLAIMS);

      g_test_message ("%s", headers[i]);
      g_assert_false (session_stage_is_good (fixture->sessions, token));
    }
}

static void
test_odd_claims (SessionStage *fixture, gconstpointer data)
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
      g_autofree char *token = session_stage_sign (fixture, GOOD_HEADER, claims[i]);

      g_test_message ("%s", claims[i]);
      g_assert_false (session_stage_is_good (fixture->sessions, token));
    }
}

static void
test_times (SessionStage *fixture, gconstpointer data)
{
  g_autofree char *late =
      session_stage_sign (fixture,
                          GOOD_HEADER,
                          "{\"sub\":\"u1\",\"email\":\"e\",\"nbf\":1700000002," GOOD_TIMES "}");
  g_autofree char *ahead =
      session_stage_sign (fixture,
                          GOOD_HEADER,
                          "{\"sub\":\"u1\",\"email\":\"e\",\"iat\":1700000060,\"exp\":1700000100}");
  g_autofree char *far_ahead =
      session_stage_sign (fixture,
                          GOOD_HEADER,
                          "{\"sub\":\"u1\",\"email\":\"e\",\"iat\":1700000062,\"exp\":1700000100}");

  g_test_summary ("What is not yet is nobody's until it is; a clock may be a minute ahead");

  g_assert_true (session_stage_is_good (fixture->sessions, ahead));
  usher_manual_clock_advance (fixture->clock, G_USEC_PER_SEC);
  g_assert_false (session_stage_is_good (fixture->sessions, late));
  g_assert_false (session_stage_is_good (fixture->sessions, far_ahead));
  usher_manual_clock_advance (fixture->clock, G_USEC_PER_SEC);
  g_assert_true (session_stage_is_good (fixture->sessions, late));
  g_assert_true (session_stage_is_good (fixture->sessions, far_ahead));
}

static void
test_without_id (SessionStage *fixture, gconstpointer data)
{
  g_autofree char *token = session_stage_sign (fixture, GOOD_HEADER, GOOD_CLAIMS);
  g_autoptr (UsherSession) session = usher_sessions_read_token (fixture->sessions, token);

  g_test_summary ("A session of before there were ids is believed until it ends");

  g_assert_nonnull (session);
  g_assert_null (usher_session_get_id (session));
  g_assert_cmpint (usher_session_get_issued (session), ==, SESSION_STAGE_START * G_USEC_PER_SEC);
}

static void
test_no_expiry (SessionStage *fixture, gconstpointer data)
{
  g_autofree char *token = session_stage_forge (fixture, JWT_ALG_HS256, fixture->kid, "u1", 0);

  g_test_summary ("A token that never ends is refused");

  g_assert_false (session_stage_is_good (fixture->sessions, token));
}

static void
test_algorithms (SessionStage *fixture, gconstpointer data)
{
  g_autofree char *none =
      session_stage_forge (fixture, JWT_ALG_NONE, fixture->kid, "u1", SESSION_STAGE_START + 10);
  g_autofree char *hs384 =
      session_stage_forge (fixture, JWT_ALG_HS384, fixture->kid, "u1", SESSION_STAGE_START + 10);
  g_autofree char *hs512 =
      session_stage_forge (fixture, JWT_ALG_HS512, fixture->kid, "u1", SESSION_STAGE_START + 10);

  g_test_summary ("No algorithm but HS256 is accepted, even with the right key");

  g_assert_false (session_stage_is_good (fixture->sessions, none));
  g_assert_false (session_stage_is_good (fixture->sessions, hs384));
  g_assert_false (session_stage_is_good (fixture->sessions, hs512));
}

static void
test_claims (SessionStage *fixture, gconstpointer data)
{
  g_autofree char *other_kid =
      session_stage_forge (fixture, JWT_ALG_HS256, "0123", "u1", SESSION_STAGE_START + 10);
  g_autofree char *no_kid =
      session_stage_forge (fixture, JWT_ALG_HS256, NULL, "u1", SESSION_STAGE_START + 10);
  g_autofree char *no_sub =
      session_stage_forge (fixture, JWT_ALG_HS256, fixture->kid, NULL, SESSION_STAGE_START + 10);

  g_test_summary ("A token names our key and a user");

  g_assert_false (session_stage_is_good (fixture->sessions, other_kid));
  g_assert_false (session_stage_is_good (fixture->sessions, no_kid));
  g_assert_false (session_stage_is_good (fixture->sessions, no_sub));
}

static void
test_garbage (SessionStage *fixture, gconstpointer data)
{
  static const char *const tokens[] = {
    "", ".", "..", "a.b.c", "eyJhbGciOiJIUzI1NiJ9..", "\xff\xfe", "null", "eyJhbGciOiJIUzI1NiJ9"
  };
  g_autofree char *long_token = g_strnfill (100000, 'a');

  g_test_summary ("Garbage is nobody, never an error");

  for (guint i = 0; i < G_N_ELEMENTS (tokens); i++)
    g_assert_false (session_stage_is_good (fixture->sessions, tokens[i]));
  g_assert_false (session_stage_is_good (fixture->sessions, long_token));
}

static void
test_changed (SessionStage *fixture, gconstpointer data)
{
  gsize length = strlen (fixture->token);

  g_test_summary ("A token of which any character is changed is refused, cached or not");

  g_assert_true (session_stage_is_good (fixture->sessions, fixture->token));
  /* the last character carries bits that mean nothing */
  for (gsize i = 0; i + 1 < length; i++)
    {
      g_autofree char *changed = g_strdup (fixture->token);

      changed[i] = changed[i] == 'A' ? 'B' : 'A';
      g_assert_false (session_stage_is_good (fixture->sessions, changed));
    }
}

#define test(path, func) \
  g_test_add (path, SessionStage, NULL, session_stage_set_up, func, session_stage_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  test ("/sessions/forger", test_forger);
  test ("/sessions/headers", test_headers);
  test ("/sessions/odd-claims", test_odd_claims);
  test ("/sessions/times", test_times);
  test ("/sessions/without-id", test_without_id);
  test ("/sessions/no-expiry", test_no_expiry);
  test ("/sessions/algorithms", test_algorithms);
  test ("/sessions/claims", test_claims);
  test ("/sessions/garbage", test_garbage);
  test ("/sessions/changed", test_changed);

  return g_test_run ();
}
