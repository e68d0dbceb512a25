/* test-tickets-list.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "ticket-stage.h"

#define BOB  USHER_TEST_BOB
#define GOOD GOOD_TICKET

static void
test_list (UsherTestHost *host)
{
  g_autofree char *first = ticket_stage_make (host, "{\"title\":\"first\",\"price\":1}");
  g_autofree char *second = ticket_stage_make (host, "{\"title\":\"second\",\"price\":2}");
  g_autofree char *third = ticket_stage_make (host, "{\"title\":\"third\",\"price\":3}");
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("The list has what is not reserved, newest first.");

  ticket_stage_settle (host, second, BOB);
  reply = usher_test_host_call (host, "GET", "/api/tickets", NULL, NULL);

  usher_test_assert_status (reply, 200);
  g_assert_cmpuint (usher_test_count_members (reply, ""), ==, 2);
  usher_test_assert_member (reply, "0.id", third);
  usher_test_assert_member (reply, "1.id", first);
  g_assert_null (usher_reply_get_header (reply, "Link"));
}

static void
test_list_empty (UsherTestHost *host)
{
  g_autoptr (UsherReply) reply = usher_test_host_call (host, "GET", "/api/tickets", NULL, NULL);
  g_autofree char *body = usher_test_dup_body (reply);

  g_test_summary ("Without tickets the list is an empty array.");

  usher_test_assert_status (reply, 200);
  g_assert_cmpstr (body, ==, "[]");
}

/* the target of the Link header, NULL without one */
static char *
dup_next (UsherReply *reply)
{
  const char *link = usher_reply_get_header (reply, "Link");
  const char *end;

  if (link == NULL)
    return NULL;

  g_assert_true (g_str_has_prefix (link, "<"));
  g_assert_nonnull (strstr (link, "rel=\"next\""));
  end = strchr (link, '>');
  g_assert_nonnull (end);

  return g_strndup (link + 1, (gsize) (end - link - 1));
}

/* @step: 1 the oldest first, -1 the newest first */
static void
assert_pages (UsherTestHost *host, GPtrArray *ids, const char *start, int step)
{
  g_autofree char *target = g_strdup (start);
  guint next = step > 0 ? 0 : ids->len - 1;
  guint n_listed = 0;
  guint n_pages = 0;

  while (target != NULL)
    {
      g_autoptr (UsherReply) reply = usher_test_host_call (host, "GET", target, NULL, NULL);
      guint length = usher_test_count_members (reply, "");

      usher_test_assert_status (reply, 200);
      g_assert_cmpuint (length, <=, 2);
      for (guint i = 0; i < length; i++)
        {
          g_autofree char *path = g_strdup_printf ("%u.id", i);

          g_assert_cmpuint (n_listed++, <, ids->len);
          usher_test_assert_member (reply, path, g_ptr_array_index (ids, next));
          next += (guint) step;
        }
      n_pages++;
      g_free (target);
      target = dup_next (reply);
    }

  g_assert_cmpuint (n_listed, ==, 5);
  g_assert_cmpuint (n_pages, ==, 3);
}

static void
test_list_pages (UsherTestHost *host)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);

  g_test_summary (
      "Following the Link headers shows each ticket once, in the order of the first page.");

  for (guint i = 0; i < 5; i++)
    g_ptr_array_add (ids, ticket_stage_make (host, GOOD));

  assert_pages (host, ids, "/api/tickets?limit=2", -1);
  assert_pages (host, ids, "/api/tickets?order=newest&limit=2&who=me", -1);
  assert_pages (host, ids, "/api/tickets?limit=2&order=oldest", 1);
}

static void
test_list_moves (UsherTestHost *host)
{
  g_autofree char *first = ticket_stage_make (host, GOOD);
  g_autofree char *second = ticket_stage_make (host, GOOD);
  g_autofree char *newest = g_strconcat ("/api/tickets?after=", second, NULL);
  g_autofree char *oldest = g_strconcat ("/api/tickets?order=oldest&after=", second, NULL);
  g_autofree char *third = NULL;
  g_autoptr (UsherReply) older = NULL;
  g_autoptr (UsherReply) newer = NULL;

  g_test_summary ("A page goes on behind a ticket that left the list, and before what came since.");

  ticket_stage_settle (host, second, BOB);
  third = ticket_stage_make (host, GOOD);
  older = usher_test_host_call (host, "GET", newest, NULL, NULL);
  newer = usher_test_host_call (host, "GET", oldest, NULL, NULL);

  g_assert_cmpuint (usher_test_count_members (older, ""), ==, 1);
  usher_test_assert_member (older, "0.id", first);
  g_assert_cmpuint (usher_test_count_members (newer, ""), ==, 1);
  usher_test_assert_member (newer, "0.id", third);
}

static void
test_list_full_page (UsherTestHost *host)
{
  g_autofree char *first = ticket_stage_make (host, GOOD);
  g_autofree char *second = ticket_stage_make (host, GOOD);
  g_autoptr (UsherReply) reply =
      usher_test_host_call (host, "GET", "/api/tickets?limit=2", NULL, NULL);

  g_test_summary ("A page that is just full names no next one.");

  g_assert_cmpuint (usher_test_count_members (reply, ""), ==, 2);
  g_assert_null (usher_reply_get_header (reply, "Link"));
}

static void
test_list_at_most_100 (UsherTestHost *host)
{
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("A page has 100 tickets when nobody says otherwise.");

  for (guint i = 0; i < 101; i++)
    g_free (ticket_stage_make (host, GOOD));
  reply = usher_test_host_call (host, "GET", "/api/tickets", NULL, NULL);

  g_assert_cmpuint (usher_test_count_members (reply, ""), ==, 100);
  g_assert_nonnull (usher_reply_get_header (reply, "Link"));
}

static void
test_list_bad_page (UsherTestHost *host)
{
  static const struct
  {
    const char *query;
    const char *field;
  } rows[] = {
    { "limit=0", "limit" },     { "limit=101", "limit" },
    { "limit=-1", "limit" },    { "limit=two", "limit" },
    { "limit=", "limit" },      { "after=x", "after" },
    { "after=", "after" },      { "order=", "order" },
    { "order=price", "order" }, { "after=000000000000000000000000", "after" },
  };

  g_test_summary ("A page that cannot be is 400 and names the parameter.");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *target = g_strconcat ("/api/tickets?", rows[i].query, NULL);
      g_autoptr (UsherReply) reply = usher_test_host_call (host, "GET", target, NULL, NULL);

      g_test_message ("%s", target);
      usher_test_assert_status (reply, 400);
      usher_test_assert_member (reply, "errors.0.field", rows[i].field);
    }
}

static gboolean
has_left (UsherTestHost *host)
{
  g_autoptr (UsherReply) reply = usher_test_host_call (host, "GET", "/api/tickets", NULL, NULL);

  return usher_test_count_members (reply, "") == 1;
}

static void
test_list_older_build (UsherTestHost *host)
{
  g_autofree char *free_one = ticket_stage_make (host, GOOD);
  g_autofree char *reserved = ticket_stage_make (host, GOOD);
  g_autofree char *path = g_strconcat ("/api/tickets/", reserved, NULL);
  g_autoptr (UsherReply) list = NULL;
  g_autoptr (UsherReply) shown = NULL;

  g_test_summary ("What an older build has reserved leaves the list soon after the start, and "
                  "changes no version.");

  ticket_stage_settle (host, reserved, BOB);
  service_stage_execute (
      host, "tickets", "UPDATE \"c:tickets\" SET level = 0, private = NULL, \"f:unlisted\" = NULL");
  usher_test_host_restart (host);
  usher_test_until (has_left (host));

  list = usher_test_host_call (host, "GET", "/api/tickets", NULL, NULL);
  usher_test_assert_member (list, "0.id", free_one);
  shown = usher_test_host_call (host, "GET", path, NULL, NULL);
  usher_test_assert_member (shown, "version", "1");
  usher_test_assert_member (shown, "orderId", BOB);
  usher_test_assert_quiet (host, "tickets");
}

#define add(path, func) usher_test_add (path, "tickets", func)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  add ("/tickets/list/free", test_list);
  add ("/tickets/list/empty", test_list_empty);
  add ("/tickets/list/pages", test_list_pages);
  add ("/tickets/list/moves", test_list_moves);
  add ("/tickets/list/full-page", test_list_full_page);
  add ("/tickets/list/at-most-100", test_list_at_most_100);
  add ("/tickets/list/bad-page", test_list_bad_page);
  add ("/tickets/list/older-build", test_list_older_build);

  return g_test_run ();
}
