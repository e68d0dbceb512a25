/* test-tickets-routes.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-host.h"
#include "usher-tickets-contract.h"

#define ALICE USHER_TEST_ALICE
#define BOB   USHER_TEST_BOB

#define GOOD "{\"title\":\"Concert\",\"price\":19.99}"

typedef struct
{
  UsherTestHost *host;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->host = usher_test_host_new ("tickets", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  usher_test_host_free (fixture->host);
}

static UsherReply *
call (Fixture *fixture, const char *method, const char *path, const char *user, const char *body)
{
  return usher_test_host_call (fixture->host, method, path, user, body);
}

static char *
path_of (const char *id)
{
  return g_strconcat ("/api/tickets/", id, NULL);
}

/* lists a ticket of Alice and forgets its event; the id */
static char *
make_ticket (Fixture *fixture, const char *body)
{
  g_autoptr (UsherReply) reply = call (fixture, "POST", "/api/tickets", ALICE, body);

  usher_test_assert_status (reply, 201);
  usher_test_host_skip_events (fixture->host, "tickets");

  return usher_test_dup_member (reply, "id");
}

static void
reserve (Fixture *fixture, const char *ticket_id, const char *order_id)
{
  g_autofree char *payload =
      g_strdup_printf ("{\"id\":\"%s\",\"version\":0,\"ticket\":{\"id\":\"%s\",\"version\":0}}",
                       order_id,
                       ticket_id);

  usher_test_host_give (fixture->host, "tickets", NULL, "order:created", payload);
  usher_test_host_skip_events (fixture->host, "tickets");
}

static void
test_create (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) reply = call (fixture, "POST", "/api/tickets", ALICE, GOOD);
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

  event = usher_test_host_take_event (fixture->host, "tickets", USHER_TICKETS_CREATED);
  g_assert_cmpstr (usher_event_get_payload (event, NULL), ==, body);
}

static void
test_create_anonymous (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) good = call (fixture, "POST", "/api/tickets", NULL, GOOD);
  g_autoptr (UsherReply) bad = call (fixture, "POST", "/api/tickets", NULL, "{}");

  g_test_summary ("Who is not signed in is told so, whatever the body.");

  usher_test_assert_refused (good, 401, NULL, "Not authorized");
  usher_test_assert_refused (bad, 401, NULL, "Not authorized");
  usher_test_host_assert_quiet (fixture->host, "tickets");
}

static void
test_create_title (Fixture *fixture, gconstpointer data)
{
  static const char *const titles[] = {
    "",
    "\"title\":\"\",",
    "\"title\":\" \\t\\n \",",
    "\"title\":5,",
    "\"title\":null,",
    "\"title\":[\"a\"],",
    "\"title\":{},",
  };
  g_autofree char *long_title = g_strnfill (201, 'x');
  g_autofree char *long_body = g_strdup_printf ("{\"title\":\"%s\",\"price\":1}", long_title);
  g_autoptr (UsherReply) too_long = call (fixture, "POST", "/api/tickets", ALICE, long_body);

  g_test_summary ("A title has 1 to 200 characters after trimming, and is a string.");

  for (guint i = 0; i < G_N_ELEMENTS (titles); i++)
    {
      g_autofree char *body = g_strdup_printf ("{%s\"price\":1}", titles[i]);
      g_autoptr (UsherReply) reply = call (fixture, "POST", "/api/tickets", ALICE, body);

      usher_test_assert_refused (reply, 400, "title", "Title is required");
    }

  usher_test_assert_refused (too_long, 400, "title", "Title is required");
  usher_test_host_assert_quiet (fixture->host, "tickets");
}

static void
test_create_longest_title (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GString) title = g_string_new (NULL);
  g_autofree char *body = NULL;
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary (
      "200 characters fit, however many bytes they take; white space around them goes.");

  for (guint i = 0; i < 200; i++)
    g_string_append (title, "ß");
  body = g_strdup_printf ("{\"title\":\"  %s\\n\",\"price\":1}", title->str);
  reply = call (fixture, "POST", "/api/tickets", ALICE, body);

  usher_test_assert_status (reply, 201);
  usher_test_assert_member (reply, "title", title->str);
}

static void
test_create_bad_price (Fixture *fixture, gconstpointer data)
{
  static const char *const prices[] = {
    "",
    "\"price\":0,",
    "\"price\":0.00,",
    "\"price\":-1,",
    "\"price\":-0.01,",
    "\"price\":19.999,",
    "\"price\":1000000.01,",
    "\"price\":1000001,",
    "\"price\":1e3,",
    "\"price\":1E-2,",
    "\"price\":\"1e3\",",
    "\"price\":\"19.999\",",
    "\"price\":\"0\",",
    "\"price\":\"-1\",",
    "\"price\":\"\",",
    "\"price\":\"abc\",",
    "\"price\":\"NaN\",",
    "\"price\":\"Infinity\",",
    "\"price\":\"0x10\",",
    "\"price\":[],",
    "\"price\":[1],",
    "\"price\":{},",
    "\"price\":null,",
    "\"price\":true,",
    "\"price\":\"1000000.01\",",
    "\"price\":\"1,5\",",
    "\"price\":\"1.\",",
    "\"price\":\".5\",",
  };

  g_test_summary ("A price is above 0, at most a million and has at most two decimals.");

  for (guint i = 0; i < G_N_ELEMENTS (prices); i++)
    {
      g_autofree char *body = g_strdup_printf ("{%s\"title\":\"Concert\"}", prices[i]);
      g_autoptr (UsherReply) reply = call (fixture, "POST", "/api/tickets", ALICE, body);

      g_test_message ("%s", body);
      usher_test_assert_refused (reply, 400, "price", "Price must be greater than 0");
    }

  usher_test_host_assert_quiet (fixture->host, "tickets");
}

static void
test_create_good_price (Fixture *fixture, gconstpointer data)
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
      g_autofree char *id = make_ticket (fixture, body);
      g_autofree char *path = path_of (id);
      g_autoptr (UsherReply) reply = call (fixture, "GET", path, NULL, NULL);

      g_test_message ("%s", body);
      usher_test_assert_status (reply, 200);
      g_assert_cmpint (usher_test_get_money (reply, "price"), ==, rows[i].cents);
    }
}

static void
test_create_both_wrong (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) reply = call (fixture, "POST", "/api/tickets", ALICE, "{}");

  g_test_summary ("Each field that is wrong is told, once.");

  usher_test_assert_status (reply, 400);
  g_assert_cmpuint (usher_test_count_members (reply, "errors"), ==, 2);
  usher_test_assert_member (reply, "errors.0.field", "title");
  usher_test_assert_member (reply, "errors.1.field", "price");
}

static void
test_create_malformed (Fixture *fixture, gconstpointer data)
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
    {
      g_autoptr (UsherReply) reply = call (fixture, "POST", "/api/tickets", ALICE, bodies[i]);

      g_test_message ("%s", bodies[i]);
      usher_test_assert_status (reply, 400);
    }

  usher_test_host_assert_quiet (fixture->host, "tickets");
}

static void
test_create_foreign_members (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) reply = NULL;

  g_test_summary ("Nobody chooses the owner, the id, the version or the reservation.");

  reply = call (fixture,
                "POST",
                "/api/tickets",
                ALICE,
                "{\"title\":\"a\",\"price\":1,\"userId\":\"" BOB "\",\"id\":\"" BOB
                "\",\"version\":7,\"orderId\":\"" BOB "\",\"editedVersion\":9}");

  usher_test_assert_status (reply, 201);
  usher_test_assert_member (reply, "userId", ALICE);
  usher_test_assert_member (reply, "version", "0");
  usher_test_assert_member (reply, "orderId", NULL);
}

static void
test_create_again (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) first = NULL;
  g_autoptr (UsherReply) second = NULL;
  g_autoptr (UsherReply) other = NULL;
  g_autoptr (UsherReply) bob = NULL;
  g_autoptr (GPtrArray) events = NULL;
  g_autofree char *first_body = NULL;
  g_autofree char *second_body = NULL;
  const char *key = "Idempotency-Key: k1";

  g_test_summary ("One key makes one ticket; with another body it is 409; it is one user's own.");

  first = usher_test_host_call_with (fixture->host, "POST", "/api/tickets", ALICE, GOOD, key);
  second = usher_test_host_call_with (fixture->host, "POST", "/api/tickets", ALICE, GOOD, key);
  other = usher_test_host_call_with (
      fixture->host, "POST", "/api/tickets", ALICE, "{\"title\":\"b\",\"price\":2}", key);
  bob = usher_test_host_call_with (fixture->host, "POST", "/api/tickets", BOB, GOOD, key);
  first_body = usher_test_dup_body (first);
  second_body = usher_test_dup_body (second);

  usher_test_assert_status (first, 201);
  usher_test_assert_status (second, 201);
  g_assert_cmpstr (first_body, ==, second_body);
  usher_test_assert_status (other, 409);
  usher_test_assert_status (bob, 201);
  usher_test_assert_member (bob, "userId", BOB);
  events = usher_test_host_take_events (fixture->host, "tickets");
  g_assert_cmpuint (events->len, ==, 2);
}

static void
test_show (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = make_ticket (fixture, GOOD);
  g_autofree char *path = path_of (id);
  g_autoptr (UsherReply) before = call (fixture, "GET", path, NULL, NULL);
  g_autoptr (UsherReply) after = NULL;

  g_test_summary ("Anybody sees a ticket, a reserved one too.");

  usher_test_assert_status (before, 200);
  usher_test_assert_member (before, "id", id);

  reserve (fixture, id, BOB);
  after = call (fixture, "GET", path, NULL, NULL);
  usher_test_assert_status (after, 200);
  usher_test_assert_member (after, "orderId", BOB);
  usher_test_assert_member (after, "version", "1");
}

static void
test_show_unknown (Fixture *fixture, gconstpointer data)
{
  static const char *const ids[] = {
    USHER_TEST_NOTHING,
    "x",
    "A11CEA11CEA11CEA11CEA11C",
    "a11cea11cea11cea11cea11",
  };

  g_test_summary ("A ticket that is not there and an id that is none are 404.");

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autofree char *path = path_of (ids[i]);
      g_autoptr (UsherReply) reply = call (fixture, "GET", path, NULL, NULL);

      usher_test_assert_refused (reply, 404, NULL, "Not Found");
    }
}

static void
test_edit (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = make_ticket (fixture, GOOD);
  g_autofree char *path = path_of (id);
  g_autofree char *body = NULL;
  g_autoptr (UsherReply) reply = NULL;
  g_autoptr (UsherReply) shown = NULL;
  g_autoptr (UsherEvent) event = NULL;

  g_test_summary ("An edit changes title and price, raises the version and is published.");

  reply = call (fixture, "PUT", path, ALICE, "{\"title\":\" Opera \",\"price\":\"25.10\"}");
  usher_test_assert_status (reply, 200);
  usher_test_assert_member (reply, "id", id);
  usher_test_assert_member (reply, "title", "Opera");
  usher_test_assert_member (reply, "version", "1");
  usher_test_assert_member (reply, "userId", ALICE);
  usher_test_assert_member (reply, "editedVersion", NULL);
  g_assert_cmpint (usher_test_get_money (reply, "price"), ==, 2510);

  body = usher_test_dup_body (reply);
  event = usher_test_host_take_event (fixture->host, "tickets", USHER_TICKETS_UPDATED);
  g_assert_cmpstr (usher_event_get_payload (event, NULL), ==, body);

  shown = call (fixture, "GET", path, NULL, NULL);
  usher_test_assert_member (shown, "title", "Opera");
}

static void
test_edit_order_of_checks (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = make_ticket (fixture, GOOD);
  g_autofree char *path = path_of (id);
  g_autofree char *nowhere = path_of (USHER_TEST_NOTHING);
  g_autofree char *malformed = path_of ("x");
  g_autoptr (UsherReply) anonymous = NULL;
  g_autoptr (UsherReply) invalid = NULL;
  g_autoptr (UsherReply) unknown = NULL;
  g_autoptr (UsherReply) no_id = NULL;
  g_autoptr (UsherReply) stranger = NULL;
  g_autoptr (UsherReply) reserved = NULL;

  g_test_summary ("Signed in, validation, exists, owner, state: in this order.");

  reserve (fixture, id, BOB);
  anonymous = call (fixture, "PUT", nowhere, NULL, "{}");
  invalid = call (fixture, "PUT", nowhere, BOB, "{\"title\":\"a\"}");
  unknown = call (fixture, "PUT", nowhere, BOB, GOOD);
  no_id = call (fixture, "PUT", malformed, BOB, GOOD);
  stranger = call (fixture, "PUT", path, BOB, GOOD);
  reserved = call (fixture, "PUT", path, ALICE, GOOD);

  usher_test_assert_refused (anonymous, 401, NULL, "Not authorized");
  usher_test_assert_refused (invalid, 400, "price", "Price must be greater than 0");
  usher_test_assert_refused (unknown, 404, NULL, "Not Found");
  usher_test_assert_refused (no_id, 404, NULL, "Not Found");
  usher_test_assert_refused (stranger, 401, NULL, "Not authorized");
  usher_test_assert_refused (reserved, 400, NULL, "Cannot edit a reserved ticket");
  usher_test_host_assert_quiet (fixture->host, "tickets");
}

static void
test_edit_needs_both (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = make_ticket (fixture, GOOD);
  g_autofree char *path = path_of (id);
  g_autoptr (UsherReply) no_title = call (fixture, "PUT", path, ALICE, "{\"price\":3}");
  g_autoptr (UsherReply) no_price = call (fixture, "PUT", path, ALICE, "{\"title\":\"b\"}");
  g_autoptr (UsherReply) bad_price =
      call (fixture, "PUT", path, ALICE, "{\"title\":\"b\",\"price\":-1}");
  g_autoptr (UsherReply) shown = NULL;

  g_test_summary ("An edit has title and price, by the same rules; else nothing is changed.");

  usher_test_assert_refused (no_title, 400, "title", "Title is required");
  usher_test_assert_refused (no_price, 400, "price", "Price must be greater than 0");
  usher_test_assert_refused (bad_price, 400, "price", "Price must be greater than 0");
  shown = call (fixture, "GET", path, NULL, NULL);
  usher_test_assert_member (shown, "version", "0");
  usher_test_assert_member (shown, "title", "Concert");
}

static void
test_routes (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherReply) patch = call (fixture, "PATCH", "/api/tickets", ALICE, "{}");
  g_autoptr (UsherReply) deep = call (fixture, "GET", "/api/tickets/a/b", NULL, NULL);

  g_test_summary ("Other methods are 405, other paths 404.");

  usher_test_assert_status (patch, 405);
  g_assert_nonnull (usher_reply_get_header (patch, "Allow"));
  usher_test_assert_refused (deep, 404, NULL, "Not Found");
}

#define add(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  add ("/tickets/create/good", test_create);
  add ("/tickets/create/anonymous", test_create_anonymous);
  add ("/tickets/create/title", test_create_title);
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
