/* test-tickets-versions.c: who edits names the version that he saw
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "ticket-stage.h"

#define ORDER "0123456789abcdef01234567"
#define STALE "If-Match: \"000000000000000000000000-7\""

typedef struct
{
  UsherTestHost *host;
  char *id;   /* (owned) */
  char *path; /* (owned) */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->host = usher_test_host_new ("tickets", USHER_TEST_BY_HAND);
  fixture->id = ticket_stage_make (fixture->host, GOOD_TICKET);
  fixture->path = g_strconcat ("/api/tickets/", fixture->id, NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_object_unref (fixture->host);
  g_free (fixture->id);
  g_free (fixture->path);
}

/* (transfer full): a header with the tag that the ticket has now */
static char *
dup_condition (Fixture *fixture, const char *name)
{
  g_autoptr (UsherReply) reply = usher_test_assert_status (
      usher_test_host_call (fixture->host, "GET", fixture->path, NULL, NULL), 200);

  return g_strdup_printf ("%s: %s", name, usher_reply_get_header (reply, "ETag"));
}

static UsherReply *
edit (Fixture *fixture, const char *user_id, const char *body, const char *header)
{
  return usher_test_user_call (
      usher_test_host_as (fixture->host, user_id), "PUT", fixture->path, body, header);
}

static void
test_edit (Fixture *fixture, gconstpointer data)
{
  g_autofree char *seen = dup_condition (fixture, "If-Match");
  g_autoptr (UsherReply) first = edit (fixture, USHER_TEST_ALICE, GOOD_TICKET, seen);
  g_autoptr (UsherReply) second = edit (fixture, USHER_TEST_ALICE, GOOD_TICKET, seen);

  g_test_summary ("Of two edits of what both saw the second is 412, and changes nothing.");

  usher_test_assert_status (first, 200);
  usher_test_assert_member (first, "version", "1");
  usher_test_assert_refused (second, 412, NULL, "This is another version than you have");
  usher_test_assert_event (fixture->host, "tickets", "ticket:updated");
  usher_test_assert_quiet (fixture->host, "tickets");
}

static void
test_read (Fixture *fixture, gconstpointer data)
{
  g_autofree char *seen = dup_condition (fixture, "If-None-Match");
  g_autoptr (UsherReply) same = usher_test_user_call (
      usher_test_host_as (fixture->host, NULL), "GET", fixture->path, NULL, seen);
  g_autoptr (UsherReply) edited = edit (fixture, USHER_TEST_ALICE, GOOD_TICKET, NULL);
  g_autoptr (UsherReply) other = usher_test_user_call (
      usher_test_host_as (fixture->host, NULL), "GET", fixture->path, NULL, seen);

  g_test_summary ("Who has the ticket as it is gets 304, until it is edited.");

  usher_test_assert_status (same, 304);
  g_assert_null (usher_reply_get_body (same));
  usher_test_assert_status (edited, 200);
  usher_test_assert_status (other, 200);
}

static void
assert_withdrawn (Fixture *fixture, const char *header, guint status)
{
  g_autoptr (UsherReply) reply = usher_test_user_call (
      usher_test_host_as (fixture->host, USHER_TEST_ALICE), "DELETE", fixture->path, NULL, header);

  usher_test_assert_status (reply, status);
}

static void
test_withdraw (Fixture *fixture, gconstpointer data)
{
  g_autofree char *seen = dup_condition (fixture, "If-Match");

  g_test_summary ("Who withdraws names the version that he saw; twice is once.");

  assert_withdrawn (fixture, STALE, 412);
  usher_test_assert_quiet (fixture->host, "tickets");
  assert_withdrawn (fixture, seen, 204);
  assert_withdrawn (fixture, seen, 204);
}

static void
test_order_of_checks (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) anonymous = edit (fixture, NULL, GOOD_TICKET, STALE);
  g_autoptr (UsherReply) invalid = edit (fixture, USHER_TEST_ALICE, "{}", STALE);
  g_autoptr (UsherReply) stranger = edit (fixture, USHER_TEST_BOB, GOOD_TICKET, STALE);
  g_autoptr (UsherReply) reserved = NULL;

  g_test_summary ("The version is looked at when nothing else is wrong.");

  usher_test_assert_status (anonymous, 401);
  usher_test_assert_status (invalid, 400);
  usher_test_assert_status (stranger, 401);
  ticket_stage_settle (fixture->host, fixture->id, ORDER);
  reserved = edit (fixture, USHER_TEST_ALICE, GOOD_TICKET, STALE);
  usher_test_assert_refused (reserved, 400, NULL, "Cannot edit a reserved ticket");
}

#define add(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("/tickets/versions/edit", test_edit);
  add ("/tickets/versions/read", test_read);
  add ("/tickets/versions/withdraw", test_withdraw);
  add ("/tickets/versions/order-of-checks", test_order_of_checks);

  return g_test_run ();
}
