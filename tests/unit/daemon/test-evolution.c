/* test-evolution.c: a service whose schema changes, as operators see it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

#include "usher-test-base.h"
#include "usher-test-program.h"

#define OTHER_TYPE  "*“seats”*“row” integer*“row” string*docs/evolution.md*"
#define NOT_UNIQUE  "*“seats” wants “name” unique, but documents*share “name”*"
#define GAP         "*“seats” are at level 0*begins at 1*docs/evolution.md*"
#define N_DOCUMENTS "300"

static void
set_up (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *manifest =
      g_strdup_printf ("[Plugin]\nName=changing\nVersion=1.0.0\nABI=1\nModule=%s\n",
                       g_getenv ("USHER_TEST_CHANGING_MODULE"));
  g_autofree char *config = NULL;

  usher_test_program_set_up (fixture, data);
  config = g_build_filename (fixture->directory, "usher", NULL);
  g_assert_cmpint (g_mkdir (config, 0700), ==, 0);
  usher_test_program_add_file (fixture->plugins, "changing.plugin", manifest);
}

/* which version of the service the next process is; @more: further settings of it */
static void
set_version (UsherTestProgram *fixture, int version, const char *more)
{
  g_autofree char *folder = g_build_filename (fixture->directory, "usher", NULL);
  g_autofree char *text = g_strdup_printf ("[changing]\nversion=%d\n%s", version, more);

  usher_test_program_add_file (folder, "usher.conf", text);
}

static char *
get (UsherTestProgram *fixture, const char *format, const char *first, const char *second)
{
  g_autofree char *path = g_strjoin ("/", "/api/changing", format, first, second, NULL);

  return usher_test_program_ask (fixture->public, "GET", path);
}

/* (transfer full): the id of the last of some seats of the first version */
static char *
fill (UsherTestProgram *fixture, const char *n)
{
  g_autofree char *answer = get (fixture, "fill", n, NULL);
  g_autofree char *id = usher_test_program_cut_word (answer, "{\"id\":\"");

  return g_strndup (id, 24);
}

static void
assert_answer (char *answer, const char *pattern)
{
  g_autofree char *own = answer;

  g_test_message ("%s", own);
  g_assert_true (g_pattern_match_simple (pattern, own));
}

static void
assert_checked (UsherTestProgram *fixture, int status, const char *pattern)
{
  g_autofree char *check = usher_test_program_make_arguments (fixture, "check", "");

  usher_test_program_assert_says (fixture, check, status, pattern);
}

/* whether so many seats have no price yet */
static gboolean
is_behind (UsherTestProgram *fixture, const char *n)
{
  g_autofree char *answer = get (fixture, "behind", NULL, NULL);
  g_autofree char *count = g_strdup_printf ("{\"behind\":%s}", n);

  return strstr (answer, count) != NULL;
}

static void
test_kept (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *id = NULL;

  g_test_summary ("Another version of a service changes documents and drops nothing of them");

  usher_test_program_start (fixture, "run", "");
  id = fill (fixture, "1");
  g_assert_cmpint (usher_test_program_stop (fixture, SIGTERM), ==, 0);

  set_version (fixture, 2, "");
  assert_checked (fixture, 0, "*nothing is wrong*");
  usher_test_program_start (fixture, "run", "");
  usher_test_until (is_behind (fixture, "0"));
  assert_answer (get (fixture, "change", id, "stool"), "HTTP/1.1 200*\"name\":\"stool\"*");
  assert_answer (get (fixture, "show", id, NULL),
                 "*\"version\":1,\"name\":\"stool\",\"row\":7,\"price\":1,"
                 "\"place\":{\"seat\":12},\"gone\":\"kept\"}");
  g_assert_cmpint (usher_test_program_stop (fixture, SIGTERM), ==, 0);

  set_version (fixture, 6, "");
  assert_checked (fixture, 0, "*nothing is wrong*");
  usher_test_program_start (fixture, "run", "");
  assert_answer (get (fixture, "change", id, "bench"), "HTTP/1.1 200*\"gone\":\"kept\"*");
}

static void
assert_refused (UsherTestProgram *fixture, int version, const char *pattern)
{
  g_autofree char *run = usher_test_program_make_arguments (fixture, "run", "");

  set_version (fixture, version, "");
  assert_checked (fixture, 1, pattern);
  usher_test_program_assert_says (fixture, run, 1, pattern);
}

static void
test_refused (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *id = NULL;

  g_test_summary ("What a start refuses the check finds, with the same words, and changes nothing");

  usher_test_program_start (fixture, "run", "");
  id = fill (fixture, "2");
  g_assert_cmpint (usher_test_program_stop (fixture, SIGTERM), ==, 0);

  assert_refused (fixture, 3, OTHER_TYPE);
  assert_refused (fixture, 4, NOT_UNIQUE);
  assert_refused (fixture, 5, GAP);

  set_version (fixture, 1, "");
  usher_test_program_start (fixture, "run", "");
  assert_answer (get (fixture, "show", id, NULL), "HTTP/1.1 200*\"cost\":2*");
}

static void
reload (UsherTestProgram *fixture, int version, const char *pattern)
{
  set_version (fixture, version, "");
  assert_answer (usher_test_program_ask (fixture->admin, "POST", "/services/changing/reload"),
                 pattern);
}

static void
test_reload (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *id = NULL;

  g_test_summary ("A reload to a version that the documents do not fit leaves the old one serving");

  set_version (fixture, 1, "");
  usher_test_program_start (fixture, "up", " -s supervisor.start-timeout=20");
  id = fill (fixture, "2");
  reload (fixture, 3, "HTTP/1.1 503 *did not take over*");
  assert_answer (get (fixture, "change", id, "stool"), "HTTP/1.1 200*");
  reload (fixture, 2, "HTTP/1.1 200 *");
  usher_test_until (is_behind (fixture, "0"));
  assert_answer (get (fixture, "show", id, NULL),
                 "*\"name\":\"stool\",*\"price\":2,*\"gone\":\"kept\"}");
}

static void
test_killed (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *id = NULL;

  g_test_summary ("An upgrade that is killed goes on where it was, and does nothing twice");

  usher_test_program_start (fixture, "run", "");
  id = fill (fixture, N_DOCUMENTS);
  g_assert_cmpint (usher_test_program_stop (fixture, SIGTERM), ==, 0);

  /* one slice, and some of the next, which are not committed */
  set_version (fixture, 2, "hang-after=100\n");
  usher_test_program_start (fixture, "run", "");
  usher_test_until (!is_behind (fixture, N_DOCUMENTS));
  assert_answer (get (fixture, "show", id, NULL), "HTTP/1.1 200*\"cost\":" N_DOCUMENTS "*");
  usher_test_program_stop (fixture, SIGKILL);

  set_version (fixture, 2, "");
  usher_test_program_start (fixture, "run", "");
  usher_test_until (is_behind (fixture, "0"));
  assert_answer (get (fixture, "show", id, NULL), "*\"version\":0,*\"price\":" N_DOCUMENTS ",*");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define test(path, func) \
  g_test_add (path, UsherTestProgram, NULL, set_up, func, usher_test_program_tear_down)
  test ("/evolution/kept", test_kept);
  test ("/evolution/refused", test_refused);
  test ("/evolution/reload", test_reload);
  test ("/evolution/killed", test_killed);
#undef test

  return g_test_run ();
}
