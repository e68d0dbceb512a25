/* test-make-keys.c: the keys of a bus over tcp, as the shell sees them
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

#include "usher-test-program.h"

static void
make_keys (UsherTestProgram *fixture, const char *name, const char *more)
{
  g_autofree char *arguments = g_strdup_printf ("keys %s/%s%s", fixture->directory, name, more);

  usher_test_program_assert_says (fixture, arguments, 0, "*");
}

static void
test_make (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *first = g_strdup_printf ("keys %s/keys", fixture->directory);
  g_autofree char *more = g_strconcat (first, " --member host-b", NULL);
  g_autofree char *wrong = g_strconcat (first, " --member ../host-b", NULL);

  g_test_summary ("“usher keys” tells what it made and where it belongs, and overwrites nothing.");

  usher_test_program_assert_says (fixture, more, 1, "*hub.key” is not there*usher keys*");
  usher_test_program_assert_says (fixture,
                                  first,
                                  0,
                                  "*/keys/hub.key_secret\n*",
                                  "*/keys/hub.key\n*",
                                  "*/keys/member.key_secret\n*",
                                  "*/keys/members/member.key\n*",
                                  "*bus.keys=*/keys *");
  usher_test_program_assert_says (fixture, first, 1, "*hub.key_secret” is there already*");
  usher_test_program_assert_says (fixture,
                                  more,
                                  0,
                                  "*/keys/host-b/member.key_secret\n*",
                                  "*/keys/host-b/hub.key\n*",
                                  "*/keys/members/host-b.key\n*",
                                  "*Move */keys/host-b *");
  usher_test_program_assert_says (fixture, wrong, 1, "*“../host-b” is no name*");
  usher_test_program_assert_says (fixture, "keys", 2, "*“usher keys” wants DIR*");
}

static void
test_hub_refuses (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *secret = g_build_filename (fixture->directory, "keys", "hub.key_secret", NULL);
  g_autofree char *beyond =
      g_strdup_printf ("hub --data %s --admin none --bus tcp://0.0.0.0:4299", fixture->data);
  g_autofree char *open = g_strdup_printf ("%s -s bus.keys=%s/keys", beyond, fixture->directory);

  g_test_summary (
      "A hub opens no port beyond this machine without keys, or with ones others can read.");

  usher_test_program_assert_says (fixture, beyond, 1, "*needs keys: “usher keys DIR” makes them*");
  make_keys (fixture, "keys", "");
  g_assert_cmpint (g_chmod (secret, 0640), ==, 0);
  usher_test_program_assert_says (fixture, open, 1, "*hub.key_secret” has mode 0640*chmod 600*");
}

static void
test_member_refused (UsherTestProgram *fixture, gconstpointer data)
{
  g_autofree char *arguments =
      g_strdup_printf ("hub --data %s --admin none --bus tcp://127.0.0.1:* -s bus.keys=%s/keys",
                       fixture->data,
                       fixture->directory);
  g_autofree char *copy = g_strdup_printf ("%s/others/hub.key", fixture->directory);
  g_autofree char *original = g_strdup_printf ("%s/keys/hub.key", fixture->directory);
  g_autofree char *endpoint = NULL;
  g_autofree char *line = NULL;
  g_autofree char *text = NULL;
  g_autofree char *member = NULL;
  g_autofree char *word = NULL;
  g_autoptr (GDataInputStream) lines = NULL;
  g_autoptr (GSubprocess) hub = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A host that the hub does not let in says why.");

  usher_test_program_add_plugin (fixture, "good", "");
  make_keys (fixture, "keys", "");
  make_keys (fixture, "others", "");
  g_file_get_contents (original, &text, NULL, &error);
  g_assert_no_error (error);
  g_file_set_contents (copy, text, -1, &error);
  g_assert_no_error (error);

  hub = usher_test_program_spawn (fixture, arguments);
  lines = usher_test_program_read_lines (g_subprocess_get_stdout_pipe (hub));
  line = usher_test_program_read_line (lines);
  endpoint = usher_test_program_cut_word (line, "bus on ");
  member = g_strdup_printf ("run good --data %s/host --listen none --admin none --bus %s -s "
                            "bus.keys=%s/others",
                            fixture->directory,
                            endpoint,
                            fixture->directory);
  fixture->host = usher_test_program_spawn (fixture, member);
  word = usher_test_program_await_line (g_subprocess_get_stderr_pipe (fixture->host),
                                        "cannot be joined: ");
  g_assert_nonnull (strstr (word, "does not know this member's key"));

  usher_test_program_stop (fixture, SIGKILL);
  g_assert_cmpint (usher_test_subprocess_end (hub, SIGTERM), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define add(path, func) usher_test_program_add ("/keys/" path, func)
  add ("make", test_make);
  add ("hub/refuses", test_hub_refuses);
  add ("member/refused", test_member_refused);
#undef add

  return g_test_run ();
}
