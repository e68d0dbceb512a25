/* test-session-keys.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "session-stage.h"
#include "usher-error.h"
#include "usher-session-source-private.h"

static gint64
rotate (SessionStage *fixture, gint64 after)
{
  g_autoptr (UsherSessionSource) source = usher_session_source_new (fixture->key_file, NULL);
  g_autoptr (GError) error = NULL;
  gint64 now = usher_clock_get_time (USHER_CLOCK (fixture->clock)) / G_USEC_PER_SEC;
  gint64 from = usher_session_source_rotate (source, now, after, SESSION_STAGE_LIFETIME, &error);

  g_assert_no_error (error);

  return from;
}

static char *
sign (UsherSessions *sessions)
{
  g_autoptr (UsherSession) session = usher_sessions_begin (sessions, "u2", "c@d.example");
  g_autoptr (GError) error = NULL;
  char *token = usher_sessions_make_token (sessions, session, &error);

  g_assert_no_error (error);

  return token;
}

static char *
dup_kid (const char *text)
{
  jwt_t *token = NULL;
  char *kid = NULL;

  g_assert_cmpint (jwt_decode (&token, text, NULL, 0), ==, 0);
  kid = g_strdup (jwt_get_header (token, "kid"));
  jwt_free (token);

  return kid;
}

static guint
count_keys (SessionStage *fixture)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  g_assert_true (g_file_get_contents (fixture->key_file, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);

  return g_strv_length (lines) - 1;
}

static void
expect_change (guint n)
{
  for (guint i = 0; i < n; i++)
    g_test_expect_message ("usher-http",
                           G_LOG_LEVEL_MESSAGE,
                           "the keys of sessions are others now");
}

static void
test_rotate (SessionStage *fixture, gconstpointer data)
{
  g_autoptr (UsherSessions) other = session_stage_open (fixture, NULL);
  g_autofree char *token = NULL;
  g_autofree char *kid = NULL;

  g_test_summary ("The newest key signs in a host that runs, another one believes it at once, and "
                  "what the old one "
                  "signed stays good");

  rotate (fixture, -1);
  expect_change (2);
  token = sign (fixture->sessions);
  kid = dup_kid (token);
  g_assert_cmpstr (kid, !=, fixture->kid);
  g_assert_true (session_stage_is_good (other, token));
  g_assert_true (session_stage_is_good (other, fixture->token));
  g_assert_true (session_stage_is_good (fixture->sessions, fixture->token));
  g_test_assert_expected_messages ();
}

static void
test_later (SessionStage *fixture, gconstpointer data)
{
  g_autofree char *early = NULL;
  g_autofree char *late = NULL;
  g_autofree char *early_kid = NULL;
  g_autofree char *late_kid = NULL;

  g_test_summary ("A key for later is believed at once and signs later");

  g_assert_cmpint (rotate (fixture, 10), ==, SESSION_STAGE_START + 10);
  expect_change (1);
  early = sign (fixture->sessions);
  early_kid = dup_kid (early);
  g_assert_cmpstr (early_kid, ==, fixture->kid);
  usher_manual_clock_advance (fixture->clock, 10 * G_USEC_PER_SEC);
  late = sign (fixture->sessions);
  late_kid = dup_kid (late);
  g_assert_cmpstr (late_kid, !=, fixture->kid);
  g_assert_true (session_stage_is_good (fixture->sessions, early));
  g_assert_true (session_stage_is_good (fixture->sessions, late));
  g_test_assert_expected_messages ();
}

static void
test_prune (SessionStage *fixture, gconstpointer data)
{
  g_test_summary ("A key goes when the sessions that it signed are over, and not before");

  rotate (fixture, 0);
  usher_manual_clock_advance (fixture->clock, SESSION_STAGE_LIFETIME * G_USEC_PER_SEC);
  rotate (fixture, 0);
  g_assert_cmpuint (count_keys (fixture), ==, 3);
  usher_manual_clock_advance (fixture->clock, 61 * G_USEC_PER_SEC);
  rotate (fixture, 0);
  g_assert_cmpuint (count_keys (fixture), ==, 3);
}

static void
test_many (SessionStage *fixture, gconstpointer data)
{
  g_autoptr (UsherSessionSource) source = usher_session_source_new (fixture->key_file, NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary ("There are as many keys as a host looks through, and then it is said when there "
                  "will be room");

  for (guint i = 1; i < 32; i++)
    rotate (fixture, 0);
  g_assert_cmpuint (count_keys (fixture), ==, 32);
  g_assert_cmpint (
      usher_session_source_rotate (source, SESSION_STAGE_START, 0, SESSION_STAGE_LIFETIME, &error),
      ==,
      -1);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_BUSY);
  expect_change (1);
  g_assert_true (session_stage_is_good (fixture->sessions, fixture->token));
  g_assert_false (session_stage_is_good (fixture->sessions, "a.b.c"));
}

static void
test_late (SessionStage *fixture, gconstpointer data)
{
  g_autoptr (UsherSessionSource) source = usher_session_source_new (fixture->key_file, NULL);
  g_autoptr (UsherSessions) again = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A time that no file has room for is refused, and the file stays as it was");

  g_assert_cmpint (usher_session_source_rotate (
                       source, SESSION_STAGE_START, G_MAXINT64, SESSION_STAGE_LIFETIME, &error),
                   ==,
                   -1);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
  g_clear_error (&error);
  again = usher_sessions_new (fixture->key_file,
                              SESSION_STAGE_LIFETIME * G_USEC_PER_SEC,
                              USHER_CLOCK (fixture->clock),
                              &error);
  g_assert_no_error (error);
  g_assert_true (session_stage_is_good (again, fixture->token));
}

static gpointer
rotate_some (gpointer data)
{
  for (guint i = 0; i < 5; i++)
    rotate (data, 0);

  return NULL;
}

static void
test_racing (SessionStage *fixture, gconstpointer data)
{
  GThread *threads[4];

  g_test_summary ("Who rotates at the same time loses nobody's key");

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("rotate", rotate_some, fixture);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (count_keys (fixture), ==, 21);
}

static void
test_taken_away (SessionStage *fixture, gconstpointer data)
{
  g_autofree char *text = NULL;
  const char *last = NULL;

  g_test_summary ("Sessions of a key that somebody took out are over, known or not");

  g_assert_true (session_stage_is_good (fixture->sessions, fixture->token));
  rotate (fixture, 0);
  g_assert_true (g_file_get_contents (fixture->key_file, &text, NULL, NULL));
  last = strchr (text, '\n') + 1;
  g_assert_true (g_file_set_contents (fixture->key_file, last, -1, NULL));
  g_assert_cmpint (g_chmod (fixture->key_file, 0600), ==, 0);
  expect_change (1);
  g_free (sign (fixture->sessions));
  g_assert_false (session_stage_is_good (fixture->sessions, fixture->token));
  g_test_assert_expected_messages ();
}

static void
test_damaged (SessionStage *fixture, gconstpointer data)
{
  g_autoptr (UsherSessions) other = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary (
      "Keys that cannot be read stay as they are in a host that runs, and keep one from its start");

  g_assert_true (g_file_set_contents (fixture->key_file, "0 geheimgeheimgeheim\n", -1, NULL));
  g_assert_cmpint (g_chmod (fixture->key_file, 0600), ==, 0);
  g_test_expect_message ("usher-http", G_LOG_LEVEL_WARNING, "*stay as they are*line 1*");
  g_free (sign (fixture->sessions));
  g_test_assert_expected_messages ();
  g_assert_true (session_stage_is_good (fixture->sessions, fixture->token));
  other = session_stage_open (fixture, &error);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_CORRUPT);
  g_assert_null (strstr (error->message, "geheim"));
}

static void
test_hidden (SessionStage *fixture, gconstpointer data)
{
  g_test_summary ("Keys that could not be read for a while are read when they can be, and that "
                  "they could not is said once");

  rotate (fixture, 0);
  g_assert_cmpint (g_chmod (fixture->key_file, 0644), ==, 0);
  g_test_expect_message ("usher-http", G_LOG_LEVEL_WARNING, "*stay as they are*make it 600*");
  g_free (sign (fixture->sessions));
  g_free (sign (fixture->sessions));
  g_test_assert_expected_messages ();

  g_assert_cmpint (g_chmod (fixture->key_file, 0600), ==, 0);
  expect_change (1);
  g_free (sign (fixture->sessions));
  g_test_assert_expected_messages ();
}

#define test(path, func) \
  g_test_add (path, SessionStage, NULL, session_stage_set_up, func, session_stage_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  test ("/session-keys/rotate", test_rotate);
  test ("/session-keys/later", test_later);
  test ("/session-keys/prune", test_prune);
  test ("/session-keys/many", test_many);
  test ("/session-keys/late", test_late);
  test ("/session-keys/racing", test_racing);
  test ("/session-keys/taken-away", test_taken_away);
  test ("/session-keys/damaged", test_damaged);
  test ("/session-keys/hidden", test_hidden);

  return g_test_run ();
}
