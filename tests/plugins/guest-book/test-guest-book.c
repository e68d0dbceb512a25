/* test-guest-book.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>
#include <usher-test.h>

#define PATH   "/api/guest-book"
#define HELLO  "{\"text\":\"Hello\"}"
#define SIGNED "guest-book:signed"
#define BOOK   "guest-book"
/* of the source, without the comment at its head */
#define MAX_LINES 60

static void
test_sign (UsherTestHost *host)
{
  UsherTestUser *ann = usher_test_host_as (host, "ann");
  g_autoptr (UsherReply) reply = NULL;
  g_autoptr (UsherEvent) event = NULL;
  g_autofree char *id = NULL;
  g_autofree char *body = NULL;

  g_test_summary (
      "What a guest writes is stored, published and answered, and is the same in all three.");

  reply = usher_test_user_post (ann, PATH, HELLO);
  usher_test_assert_status (reply, 201);
  usher_test_assert_member (reply, "text", "Hello");
  usher_test_assert_member (reply, "userId", usher_test_user_get_id (ann));

  body = usher_test_dup_body (reply);
  event = usher_test_host_take_event (host, BOOK, SIGNED);
  g_assert_cmpstr (usher_event_get_payload (event, NULL), ==, body);
  id = usher_test_dup_member (reply, "id");
  usher_test_host_restart (host);
  g_assert_nonnull (id);
  g_free (body);
  body = usher_test_host_dup_field (host, BOOK, "entries", id, "text");
  g_assert_cmpstr (body, ==, "Hello");
}

static void
test_refuse (UsherTestHost *host)
{
  UsherTestUser *ann = usher_test_host_as (host, "ann");
  g_autoptr (UsherReply) nobody = NULL;
  g_autoptr (UsherReply) nothing = NULL;
  g_autoptr (UsherReply) blank = NULL;

  g_test_summary (
      "Who is not signed in, and who has nothing to say, is refused, and nothing is published.");

  nobody = usher_test_user_post (usher_test_host_as (host, NULL), PATH, HELLO);
  usher_test_assert_status (nobody, 401);
  nothing = usher_test_user_post (ann, PATH, "{}");
  usher_test_assert_refused (nothing, 400, "text", "Text must have 1 to 200 characters");
  blank = usher_test_user_post (ann, PATH, "{\"text\":\" \\t \"}");
  usher_test_assert_refused (blank, 400, "text", "Text must have 1 to 200 characters");
  usher_test_assert_quiet (host, BOOK);
}

static void
test_crash (UsherTestHost *host)
{
  UsherTestUser *ann = usher_test_host_as (host, "ann");
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("What was committed when the process died is there, and published.");

  usher_test_host_crash (host, BOOK, USHER_TEST_AFTER_COMMIT, 1);
  reply = usher_test_user_post (ann, PATH, HELLO);
  g_assert_cmpuint (usher_test_host_count_crashes (host), ==, 1);
  usher_test_assert_event (host, BOOK, SIGNED);
}

static void
test_length (void)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  guint n_lines = 0;

  g_test_summary ("A durable service with a document, a route and an event fits into 60 lines.");

  g_assert_true (g_file_get_contents (g_getenv ("USHER_TEST_SOURCE"), &text, NULL, &error));
  g_assert_no_error (error);
  for (const char *at = strstr (text, "*/\n"); (at = strchr (at, '\n')) != NULL; at++)
    n_lines++;
  g_test_message ("%u lines", n_lines);
  g_assert_cmpuint (n_lines, >, 20);
  g_assert_cmpuint (n_lines, <=, MAX_LINES);
}

int
main (int argc, char **argv)
{
  usher_test_init (&argc, &argv);

  usher_test_add ("/guest-book/sign", BOOK, test_sign);
  usher_test_add ("/guest-book/refuse", BOOK, test_refuse);
  usher_test_add ("/guest-book/crash", BOOK, test_crash);
  g_test_add_func ("/guest-book/length", test_length);

  return g_test_run ();
}
