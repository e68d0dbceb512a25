/* test-tickets-routes.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "ticket-stage.h"
#include "usher-tickets-contract.h"

#define ALICE USHER_TEST_ALICE
#define BOB   USHER_TEST_BOB
#define GOOD  GOOD_TICKET

static char *
path_of (const char *id)
{
  return g_strconcat ("/api/tickets/", id, NULL);
}

static void
test_create (UsherTestHost *host)
{
  g_autoptr (UsherReply) reply = usher_test_host_call (host, "POST", "/api/tickets", ALICE, GOOD);
  g_autoptr (UsherEvent) event = NULL;
  g_autofree char *body = usher_test_dup_body (reply);

  g_test_summary ("A ticket is answered with 201 and published as it is answered.");

  usher_test_assert_status (reply, 201);
  usher_test_assert_member (reply, "title", "Concert");
  usher_test_assert_member (reply, "userId", ALICE);
  usher_test_assert_member (reply, "version", "0");
  usher_test_assert_member (reply, "orderId", NULL);
  usher_test_assert_member (reply, "editedVersion", NULL);
  g_assert_cmpint (usher_test_get_money (reply, "price"), ==, 1999);
  g_assert_cmpuint (usher_test_count_members (reply, ""), ==, 5);

  event = usher_test_host_take_event (host, "tickets", USHER_TICKETS_CREATED);
  g_assert_cmpstr (usher_event_get_payload (event, NULL), ==, body);
}

static void
test_create_anonymous (UsherTestHost *host)
{
  static const UsherTestRefusal refusals[] = {
    { "POST", "/api/tickets", NULL, GOOD, 401, NULL, "Not authorized" },
    { "POST", "/api/tickets", NULL, "{}", 401, NULL, "Not authorized" },
  };

  g_test_summary ("Who is not signed in is told so, whatever the body.");

  usher_test_host_assert_refusals (host, refusals, G_N_ELEMENTS (refusals));
  usher_test_assert_quiet (host, "tickets");
}

static void
test_create_title (UsherTestHost *host)
{
  static const char *const bodies[] = {
    "{\"price\":1}",
    "{\"title\":\"\",\"price\":1}",
    "{\"title\":\" \\t\\n \",\"price\":1}",
    "{\"title\":null,\"price\":1}",
    "{\"title\":\"\\u00a0\\u3000\\u2028\\u0085\",\"price\":1}",
    "{\"title\":\"\\u200b\\ufeff\",\"price\":1}",
    "{\"title\":\"\\u202e\\u2066\",\"price\":1}",
    "{\"title\":\"\\u0301\",\"price\":1}",
    "{\"title\":\"\\u3164\",\"price\":1}",
    "{\"title\":\"\\u0001\\u007f\",\"price\":1}",
  };
  static const char *const no_text[] = {
    "{\"title\":5,\"price\":1}",
    "{\"title\":[\"a\"],\"price\":1}",
    "{\"title\":{},\"price\":1}",
  };

  g_test_summary ("A title is a string of which something can be seen.");

  usher_test_user_assert_bad_bodies (usher_test_host_as (host, USHER_TEST_ALICE),
                                     "/api/tickets",
                                     bodies,
                                     G_N_ELEMENTS (bodies),
                                     "title",
                                     "Title is required");
  usher_test_user_assert_bad_bodies (usher_test_host_as (host, USHER_TEST_ALICE),
                                     "/api/tickets",
                                     no_text,
                                     G_N_ELEMENTS (no_text),
                                     "title",
                                     "Title must be text");
  usher_test_assert_quiet (host, "tickets");
}

static void
test_create_no_line (UsherTestHost *host)
{
  static const char *const bodies[] = {
    "{\"title\":\"Con\\ncert\",\"price\":1}",
    "{\"title\":\"\\u001b[2JConcert\",\"price\":1}",
    "{\"title\":\"Con\\u2029cert\",\"price\":1}",
  };

  g_test_summary ("A title is one line without control characters.");

  usher_test_user_assert_bad_bodies (usher_test_host_as (host, USHER_TEST_ALICE),
                                     "/api/tickets",
                                     bodies,
                                     G_N_ELEMENTS (bodies),
                                     "title",
                                     "Title must not contain control characters");
}

static void
test_create_too_much (UsherTestHost *host)
{
  g_autofree char *title = g_strnfill (201, 'x');
  g_autofree char *too_long = g_strdup_printf ("{\"title\":\"%s\",\"price\":1}", title);
  const char *const titles[] = { too_long };
  static const char *const prices[] = {
    "{\"title\":\"Concert\",\"price\":1000000.01}",
    "{\"title\":\"Concert\",\"price\":1000001}",
    "{\"title\":\"Concert\",\"price\":\"1000000.01\"}",
    "{\"title\":\"Concert\",\"price\":90000000000000000}",
    "{\"title\":\"Concert\",\"price\":99999999999999999999}",
    "{\"title\":\"Concert\",\"price\":\"99999999999999999999\"}",
  };

  g_test_summary ("What is too much is told as that.");

  usher_test_user_assert_bad_bodies (usher_test_host_as (host, USHER_TEST_ALICE),
                                     "/api/tickets",
                                     titles,
                                     G_N_ELEMENTS (titles),
                                     "title",
                                     "Title must have at most 200 characters");
  usher_test_user_assert_bad_bodies (usher_test_host_as (host, USHER_TEST_ALICE),
                                     "/api/tickets",
                                     prices,
                                     G_N_ELEMENTS (prices),
                                     "price",
                                     "Price must be at most 1000000");
}

static void
test_create_longest_title (UsherTestHost *host)
{
  g_autoptr (GString) title = g_string_new (NULL);
  g_autofree char *body = NULL;
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary (
      "200 characters fit, however many bytes they take; what is blank around them goes.");

  for (guint i = 0; i < 200; i++)
    g_string_append (title, "ß");
  body = g_strdup_printf ("{\"title\":\" \\u00a0%s\\u200b\\n\",\"price\":1}", title->str);
  reply = usher_test_host_call (host, "POST", "/api/tickets", ALICE, body);

  usher_test_assert_status (reply, 201);
  usher_test_assert_member (reply, "title", title->str);
}

static void
test_create_bad_price (UsherTestHost *host)
{
  static const struct
  {
    const char *price; /* NULL: none */
    const char *message;
  } rows[] = {
    { NULL, "Price must be greater than 0" },
    { "0", "Price must be greater than 0" },
    { "0.00", "Price must be greater than 0" },
    { "-1", "Price must be greater than 0" },
    { "-0.01", "Price must be greater than 0" },
    { "\"0\"", "Price must be greater than 0" },
    { "\"-1\"", "Price must be greater than 0" },
    { "\"\"", "Price must be greater than 0" },
    { "null", "Price must be greater than 0" },
    { "19.999", "Price must have at most 2 decimals" },
    { "\"19.999\"", "Price must have at most 2 decimals" },
    { "1e3", "Price must be written without an exponent" },
    { "1E-2", "Price must be written without an exponent" },
    { "\"1e3\"", "Price must be written without an exponent" },
    { "\"abc\"", "Price must be a number" },
    { "\"NaN\"", "Price must be a number" },
    { "\"Infinity\"", "Price must be a number" },
    { "\"0x10\"", "Price must be a number" },
    { "\"1,5\"", "Price must be a number" },
    { "\"1.\"", "Price must be a number" },
    { "\".5\"", "Price must be a number" },
    { "[]", "Price must be a number" },
    { "[1]", "Price must be a number" },
    { "{}", "Price must be a number" },
    { "true", "Price must be a number" },
  };

  g_test_summary ("A price is above 0 and has at most two decimals; each cause is told as it is.");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *member =
          rows[i].price != NULL ? g_strdup_printf (",\"price\":%s", rows[i].price) : NULL;
      g_autofree char *text =
          g_strdup_printf ("{\"title\":\"Concert\"%s}", member != NULL ? member : "");
      const char *const bodies[] = { text };

      usher_test_user_assert_bad_bodies (usher_test_host_as (host, USHER_TEST_ALICE),
                                         "/api/tickets",
                                         bodies,
                                         1,
                                         "price",
                                         rows[i].message);
    }
  usher_test_assert_quiet (host, "tickets");
}

static void
test_create_good_price (UsherTestHost *host)
{
  static const struct
  {
    const char *price;
    gint64 cents;
  } rows[] = {
    { "19.99", 1999 },
    { "\"19.99\"", 1999 },
    { "0.01", 1 },
    { "\"0.01\"", 1 },
    { "1", 100 },
    { "\"20\"", 2000 },
    { "20.5", 2050 },
    { "20.50", 2050 },
    { "1000000", 100000000 },
    { "1000000.00", 100000000 },
    { "0.07", 7 },
    { "1.1", 110 },
    { "4.35", 435 },
    { "1.15", 115 },
    { "8.2", 820 },
    { "999999.99", 99999999 },
  };

  g_test_summary ("A price is kept to the cent, as a number or as a form's string.");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *body =
          g_strdup_printf ("{\"title\":\"Concert\",\"price\":%s}", rows[i].price);
      g_autofree char *id = ticket_stage_make (host, body);
      g_autofree char *path = path_of (id);
      g_autoptr (UsherReply) reply = usher_test_host_call (host, "GET", path, NULL, NULL);

      g_test_message ("%s", body);
      usher_test_assert_status (reply, 200);
      g_assert_cmpint (usher_test_get_money (reply, "price"), ==, rows[i].cents);
    }
}

static void
test_create_both_wrong (UsherTestHost *host)
{
  g_autoptr (UsherReply) reply = usher_test_host_call (host, "POST", "/api/tickets", ALICE, "{}");

  g_test_summary ("Each field that is wrong is told, once.");

  usher_test_assert_status (reply, 400);
  g_assert_cmpuint (usher_test_count_members (reply, "errors"), ==, 2);
  usher_test_assert_member (reply, "errors.0.field", "title");
  usher_test_assert_member (reply, "errors.1.field", "price");
}

static void
test_create_malformed (UsherTestHost *host)
{
  static const char *const bodies[] = {
    "",
    "{",
    "[]",
    "\"x\"",
    "{\"title\":\"a\",\"title\":\"b\",\"price\":1}",
    "{\"title\":\"a\",\"price\":0x10}",
    "{\"title\":\"a\",\"price\":010}",
    "{\"title\":\"a\",\"price\":1e999}",
    "{'title':'a','price':1}",
    "{\"title\":\"a\",\"price\":1} x",
  };

  g_test_summary ("A body that is no JSON object, strictly read, is 400.");

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    usher_test_host_assert_call (host, "POST", "/api/tickets", ALICE, bodies[i], 400);

  usher_test_assert_quiet (host, "tickets");
}

static void
test_create_foreign_members (UsherTestHost *host)
{
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("Nobody chooses the owner, the id, the version or the reservation.");

  reply = usher_test_host_call (host,
                                "POST",
                                "/api/tickets",
                                ALICE,
                                "{\"title\":\"a\",\"price\":1,\"userId\":\"" BOB "\",\"id\":\"" BOB
                                "\",\"version\":7,\"orderId\":\"" BOB
                                "\",\"editedVersion\":9,\"hidden\":true,\"withdrawn\":true}");

  usher_test_assert_status (reply, 201);
  usher_test_assert_member (reply, "userId", ALICE);
  usher_test_assert_member (reply, "version", "0");
  usher_test_assert_member (reply, "orderId", NULL);
  usher_test_assert_member (reply, "hidden", NULL);
  usher_test_assert_member (reply, "withdrawn", NULL);
}

static void
test_create_again (UsherTestHost *host)
{
  g_autoptr (UsherReply) bob = NULL;
  g_autoptr (GPtrArray) events = NULL;

  g_test_summary ("One key makes one ticket; with another body it is 409; it is one user's own.");

  usher_test_user_assert_repeatable (usher_test_host_as (host, ALICE),
                                     "/api/tickets",
                                     GOOD,
                                     "{\"title\":\"b\",\"price\":2}");
  bob = usher_test_user_call (
      usher_test_host_as (host, BOB), "POST", "/api/tickets", GOOD, "Idempotency-Key: k1");
  usher_test_assert_status (bob, 201);
  usher_test_assert_member (bob, "userId", BOB);
  events = usher_test_host_take_events (host, "tickets");
  g_assert_cmpuint (events->len, ==, 2);
}

static void
test_show (UsherTestHost *host)
{
  g_autofree char *id = ticket_stage_make (host, GOOD);
  g_autofree char *path = path_of (id);
  g_autoptr (UsherReply) before = usher_test_host_call (host, "GET", path, NULL, NULL);
  g_autoptr (UsherReply) after = NULL;

  g_test_summary ("Anybody sees a ticket, a reserved one too.");

  usher_test_assert_status (before, 200);
  usher_test_assert_member (before, "id", id);

  ticket_stage_settle (host, id, BOB);
  after = usher_test_host_call (host, "GET", path, NULL, NULL);
  usher_test_assert_status (after, 200);
  usher_test_assert_member (after, "orderId", BOB);
  usher_test_assert_member (after, "version", "1");
}

static void
test_show_unknown (UsherTestHost *host)
{
  static const UsherTestRefusal refusals[] = {
    { "GET", "/api/tickets/" USHER_TEST_NOTHING, NULL, NULL, 404, NULL, "Not Found" },
    { "GET", "/api/tickets/x", NULL, NULL, 404, NULL, "Not Found" },
    { "GET", "/api/tickets/A11CEA11CEA11CEA11CEA11C", NULL, NULL, 404, NULL, "Not Found" },
    { "GET", "/api/tickets/a11cea11cea11cea11cea11", NULL, NULL, 404, NULL, "Not Found" },
  };

  g_test_summary ("A ticket that is not there and an id that is none are 404.");

  usher_test_host_assert_refusals (host, refusals, G_N_ELEMENTS (refusals));
}

static void
test_edit (UsherTestHost *host)
{
  g_autofree char *id = ticket_stage_make (host, GOOD);
  g_autofree char *path = path_of (id);
  g_autofree char *body = NULL;
  g_autoptr (UsherReply) reply = NULL;
  g_autoptr (UsherReply) shown = NULL;
  g_autoptr (UsherEvent) event = NULL;

  g_test_summary ("An edit changes title and price, raises the version and is published.");

  reply = usher_test_host_call (
      host, "PUT", path, ALICE, "{\"title\":\" Opera \",\"price\":\"25.10\"}");
  usher_test_assert_status (reply, 200);
  usher_test_assert_member (reply, "id", id);
  usher_test_assert_member (reply, "title", "Opera");
  usher_test_assert_member (reply, "version", "1");
  usher_test_assert_member (reply, "userId", ALICE);
  usher_test_assert_member (reply, "editedVersion", NULL);
  g_assert_cmpint (usher_test_get_money (reply, "price"), ==, 2510);

  body = usher_test_dup_body (reply);
  event = usher_test_host_take_event (host, "tickets", USHER_TICKETS_UPDATED);
  g_assert_cmpstr (usher_event_get_payload (event, NULL), ==, body);

  shown = usher_test_host_call (host, "GET", path, NULL, NULL);
  usher_test_assert_member (shown, "title", "Opera");
}

static void
test_edit_order_of_checks (UsherTestHost *host)
{
  static const char nowhere[] = "/api/tickets/" USHER_TEST_NOTHING;
  g_autofree char *id = ticket_stage_make (host, GOOD);
  g_autofree char *path = path_of (id);
  const UsherTestRefusal refusals[] = {
    { "PUT", nowhere, NULL, "{}", 401, NULL, "Not authorized" },
    { "PUT", nowhere, BOB, "{\"title\":\"a\"}", 400, "price", "Price must be greater than 0" },
    { "PUT", nowhere, BOB, GOOD, 404, NULL, "Not Found" },
    { "PUT", "/api/tickets/x", BOB, GOOD, 404, NULL, "Not Found" },
    { "PUT", path, BOB, GOOD, 401, NULL, "Not authorized" },
    { "PUT", path, ALICE, GOOD, 400, NULL, "Cannot edit a reserved ticket" },
  };

  g_test_summary ("Signed in, validation, exists, owner, state: in this order.");

  ticket_stage_settle (host, id, BOB);
  usher_test_host_assert_refusals (host, refusals, G_N_ELEMENTS (refusals));
  usher_test_assert_quiet (host, "tickets");
}

static void
test_edit_needs_both (UsherTestHost *host)
{
  g_autofree char *id = ticket_stage_make (host, GOOD);
  g_autofree char *path = path_of (id);
  const UsherTestRefusal refusals[] = {
    { "PUT", path, ALICE, "{\"price\":3}", 400, "title", "Title is required" },
    { "PUT", path, ALICE, "{\"title\":\"b\"}", 400, "price", "Price must be greater than 0" },
    { "PUT",
      path,
      ALICE,
      "{\"title\":\"b\",\"price\":-1}",
      400,
      "price",
      "Price must be greater than 0" },
  };
  g_autoptr (UsherReply) shown = NULL;

  g_test_summary ("An edit has title and price, by the same rules; else nothing is changed.");

  usher_test_host_assert_refusals (host, refusals, G_N_ELEMENTS (refusals));
  shown = usher_test_host_call (host, "GET", path, NULL, NULL);
  usher_test_assert_member (shown, "version", "0");
  usher_test_assert_member (shown, "title", "Concert");
}

static void
test_routes (UsherTestHost *host)
{
  g_autoptr (UsherReply) patch = usher_test_host_call (host, "PATCH", "/api/tickets", ALICE, "{}");
  g_autoptr (UsherReply) deep = usher_test_host_call (host, "GET", "/api/tickets/a/b", NULL, NULL);

  g_test_summary ("Other methods are 405, other paths 404.");

  usher_test_assert_status (patch, 405);
  g_assert_nonnull (usher_reply_get_header (patch, "Allow"));
  usher_test_assert_refused (deep, 404, NULL, "Not Found");
}

#define add(path, func) usher_test_add (path, "tickets", func)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  add ("/tickets/create/good", test_create);
  add ("/tickets/create/anonymous", test_create_anonymous);
  add ("/tickets/create/title", test_create_title);
  add ("/tickets/create/no-line", test_create_no_line);
  add ("/tickets/create/too-much", test_create_too_much);
  add ("/tickets/create/longest-title", test_create_longest_title);
  add ("/tickets/create/bad-price", test_create_bad_price);
  add ("/tickets/create/good-price", test_create_good_price);
  add ("/tickets/create/both-wrong", test_create_both_wrong);
  add ("/tickets/create/malformed", test_create_malformed);
  add ("/tickets/create/foreign-members", test_create_foreign_members);
  add ("/tickets/create/idempotency-key", test_create_again);
  add ("/tickets/show/reserved", test_show);
  add ("/tickets/show/unknown", test_show_unknown);
  add ("/tickets/edit/good", test_edit);
  add ("/tickets/edit/order-of-checks", test_edit_order_of_checks);
  add ("/tickets/edit/needs-both", test_edit_needs_both);
  add ("/tickets/routes", test_routes);

  return g_test_run ();
}
