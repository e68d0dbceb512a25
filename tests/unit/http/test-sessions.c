/* test-sessions.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "session-stage.h"
#include "usher-error.h"

static void
test_round_trip (SessionStage *fixture, gconstpointer data)
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
      g_assert_cmpint (usher_session_get_issued (session),
                       ==,
                       SESSION_STAGE_START * G_USEC_PER_SEC);
      g_assert_cmpint (usher_session_get_expires (session),
                       ==,
                       (SESSION_STAGE_START + SESSION_STAGE_LIFETIME) * G_USEC_PER_SEC);
    }
}

static void
test_expired (SessionStage *fixture, gconstpointer data)
{
  g_test_summary ("A session ends, in the cache too");

  g_assert_true (session_stage_is_good (fixture->sessions, fixture->token));
  usher_manual_clock_advance (fixture->clock, (SESSION_STAGE_LIFETIME - 1) * G_USEC_PER_SEC);
  g_assert_true (session_stage_is_good (fixture->sessions, fixture->token));
  usher_manual_clock_advance (fixture->clock, G_USEC_PER_SEC);
  g_assert_false (session_stage_is_good (fixture->sessions, fixture->token));
}

static void
test_ids (SessionStage *fixture, gconstpointer data)
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
  g_assert_cmpint (usher_session_get_issued (read),
                   ==,
                   SESSION_STAGE_START * G_USEC_PER_SEC + 1234567);
  g_assert_cmpint (usher_session_get_expires (read),
                   ==,
                   (SESSION_STAGE_START + 1 + SESSION_STAGE_LIFETIME) * G_USEC_PER_SEC);
}

static void
test_other_key (SessionStage *fixture, gconstpointer data)
{
  g_autoptr (UsherSessions) other = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A token of another key is refused");

  g_unlink (fixture->key_file);
  other = session_stage_open (fixture, &error);
  g_assert_no_error (error);
  g_assert_false (session_stage_is_good (other, fixture->token));
}

static void
test_same_key (SessionStage *fixture, gconstpointer data)
{
  g_autoptr (UsherSessions) again = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Tokens outlive the process");

  again = session_stage_open (fixture, &error);
  g_assert_no_error (error);
  g_assert_true (session_stage_is_good (again, fixture->token));
}

static void
test_revoke (SessionStage *fixture, gconstpointer data)
{
  g_test_summary ("All sessions of a user are refused at once, and accepted again");

  g_assert_true (session_stage_is_good (fixture->sessions, fixture->token));
  usher_sessions_revoke (fixture->sessions, "u1");
  g_assert_false (session_stage_is_good (fixture->sessions, fixture->token));
  usher_sessions_revoke (fixture->sessions, "u2");
  usher_sessions_restore (fixture->sessions, "u1");
  g_assert_true (session_stage_is_good (fixture->sessions, fixture->token));
}

static void
test_end (SessionStage *fixture, gconstpointer data)
{
  g_autoptr (UsherSession) session = usher_sessions_begin (fixture->sessions, "u1", "a@b.example");
  g_autofree char *token = usher_sessions_make_token (fixture->sessions, session, NULL);
  const gint64 expires = usher_session_get_expires (session);

  g_test_summary ("One session is over at once, though its token is known, and no other");

  for (guint i = 0; i < 2; i++)
    g_assert_true (session_stage_is_good (fixture->sessions, token));
  usher_sessions_end (fixture->sessions, GOOD_ID, expires);
  g_assert_true (session_stage_is_good (fixture->sessions, token));
  usher_sessions_end (fixture->sessions, "*", expires);
  usher_sessions_end (fixture->sessions, "", expires);
  usher_sessions_end (fixture->sessions, GOOD_ID "0", expires);
  g_assert_true (session_stage_is_good (fixture->sessions, token));
  usher_sessions_end (fixture->sessions, usher_session_get_id (session), expires);
  g_assert_false (session_stage_is_good (fixture->sessions, token));
  g_assert_true (session_stage_is_good (fixture->sessions, fixture->token));
}

static void
test_end_all (SessionStage *fixture, gconstpointer data)
{
  const gint64 now = SESSION_STAGE_START * G_USEC_PER_SEC;
  const gint64 expires = now + SESSION_STAGE_LIFETIME * G_USEC_PER_SEC;
  g_autofree char *old = session_stage_sign (fixture, GOOD_HEADER, GOOD_CLAIMS);
  g_autofree char *other =
      session_stage_forge (fixture, JWT_ALG_HS256, fixture->kid, "u2", SESSION_STAGE_START + 10);

  g_test_summary ("All sessions of a user of before are over, those without id too, and a restored "
                  "user's stay so");

  usher_sessions_end_all (fixture->sessions, "u1", now, expires);
  g_assert_true (session_stage_is_good (fixture->sessions, fixture->token));
  g_assert_true (session_stage_is_good (fixture->sessions, old));
  usher_sessions_end_all (fixture->sessions, "u1", now + 1, expires);
  g_assert_false (session_stage_is_good (fixture->sessions, fixture->token));
  g_assert_false (session_stage_is_good (fixture->sessions, old));
  g_assert_true (session_stage_is_good (fixture->sessions, other));
  usher_sessions_revoke (fixture->sessions, "u1");
  usher_sessions_restore (fixture->sessions, "u1");
  g_assert_false (session_stage_is_good (fixture->sessions, fixture->token));
}

static void
test_shorter_lifetime (SessionStage *fixture, gconstpointer data)
{
  g_autoptr (UsherSessions) shorter = usher_sessions_new (fixture->key_file,
                                                          10 * G_USEC_PER_SEC,
                                                          USHER_CLOCK (fixture->clock),
                                                          NULL);

  g_test_summary ("No session lasts longer than the setting says now");

  g_assert_true (session_stage_is_good (shorter, fixture->token));
  usher_manual_clock_advance (fixture->clock, 10 * G_USEC_PER_SEC);
  g_assert_false (session_stage_is_good (shorter, fixture->token));
  g_assert_true (session_stage_is_good (fixture->sessions, fixture->token));
}

static void
test_many (SessionStage *fixture, gconstpointer data)
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
test_key_mode (SessionStage *fixture, gconstpointer data)
{
  GStatBuf info;

  g_test_summary ("The key is for its owner alone");

  g_assert_cmpint (g_stat (fixture->key_file, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 0777, ==, 0600);
}

static void
test_key_readable (SessionStage *fixture, gconstpointer data)
{
  g_autoptr (UsherSessions) sessions = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A key that others can read is refused");

  g_assert_cmpint (g_chmod (fixture->key_file, 0640), ==, 0);
  sessions = session_stage_open (fixture, &error);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_FORBIDDEN);
}

static void
test_key_short (SessionStage *fixture, gconstpointer data)
{
  g_autoptr (UsherSessions) sessions = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A key of the wrong size is refused");

  g_assert_true (g_file_set_contents (fixture->key_file, "short", -1, NULL));
  g_assert_cmpint (g_chmod (fixture->key_file, 0600), ==, 0);
  sessions = session_stage_open (fixture, &error);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_CORRUPT);
}

static void
test_key_no_directory (SessionStage *fixture, gconstpointer data)
{
  g_autoptr (UsherSessions) sessions = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (fixture->directory, "none", "key", NULL);

  g_test_summary ("A key that cannot be made is an error that names the file");

  sessions = usher_sessions_new (path,
                                 SESSION_STAGE_LIFETIME * G_USEC_PER_SEC,
                                 USHER_CLOCK (fixture->clock),
                                 &error);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE);
  g_assert_nonnull (strstr (error->message, path));
}

#define test(path, func) \
  g_test_add (path, SessionStage, NULL, session_stage_set_up, func, session_stage_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  test ("/sessions/round-trip", test_round_trip);
  test ("/sessions/expired", test_expired);
  test ("/sessions/ids", test_ids);
  test ("/sessions/other-key", test_other_key);
  test ("/sessions/same-key", test_same_key);
  test ("/sessions/revoke", test_revoke);
  test ("/sessions/end", test_end);
  test ("/sessions/end-all", test_end_all);
  test ("/sessions/shorter-lifetime", test_shorter_lifetime);
  test ("/sessions/many", test_many);
  test ("/sessions/key/mode", test_key_mode);
  test ("/sessions/key/readable", test_key_readable);
  test ("/sessions/key/short", test_key_short);
  test ("/sessions/key/no-directory", test_key_no_directory);

  return g_test_run ();
}
