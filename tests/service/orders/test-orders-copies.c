/* test-orders-copies.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "service-stage.h"

#define TICKET "111111111111111111111111"
#define ORDER  "222222222222222222222222"

#define NONE (-1) /* the version of no copy */

#define BAD(payload)                                     \
  {                                                      \
    NULL, "ticket:created", payload, USHER_ERROR_INVALID \
  }

typedef struct
{
  int have;              /* the version of the copy */
  int comes;             /* that of the event */
  int then;              /* that of the copy afterwards */
  const char *waits_for; /* (nullable): the event is deferred and says this */
  const char *rule;
} Row;

/* clang-format off */
static const Row rows[] = {
  { NONE, 0, 0,    NULL,                  "A copy begins with version 0" },
  { NONE, 1, NONE, "waits for version 0", "An update that overtakes the create waits for it" },
  { NONE, 2, NONE, "waits for version 0", "An update that overtakes the create waits for it" },
  { 0,    0, 0,    NULL,                  "What has been applied is acknowledged and changes nothing" },
  { 0,    1, 1,    NULL,                  "The next version is applied" },
  { 0,    2, 0,    "waits for version 1", "A later version waits for the next" },
  { 0,    3, 0,    "waits for version 1", "A later version waits for the next, not for the one before it" },
  { 1,    0, 1,    NULL,                  "An older version is acknowledged and changes nothing" },
  { 1,    1, 1,    NULL,                  "What has been applied is acknowledged and changes nothing" },
  { 1,    2, 2,    NULL,                  "A reservation is a version as any other" },
  { 1,    3, 1,    "waits for version 2", "A later version waits for the next" },
  { 2,    0, 2,    NULL,                  "An older version is acknowledged and changes nothing" },
  { 2,    1, 2,    NULL,                  "An older version is acknowledged and changes nothing" },
  { 2,    2, 2,    NULL,                  "What has been applied is acknowledged and changes nothing" },
  { 2,    3, 3,    NULL,                  "A release too: the copy has no order any more" },
};
/* clang-format on */

/* @data is the row */
static gboolean
feed (UsherTestHost *host, const char *channel, const char *payload, GError **error)
{
  g_autoptr (UsherEvent) event = usher_test_host_make_event (host, channel, payload);

  return usher_test_host_feed (host, "orders", NULL, event, error);
}

static gboolean
feed_version (UsherTestHost *host, int version, GError **error)
{
  g_autofree char *payload = NULL;

  payload = g_strdup_printf ("{\"id\":\"" TICKET "\",\"version\":%d,\"title\":\"v%d\","
                             "\"price\":%d.5,\"userId\":\"" USHER_TEST_ALICE "\"%s}",
                             version,
                             version,
                             version + 1,
                             version == 2 ? ",\"orderId\":\"" ORDER "\"" : "");

  return feed (host, version == 0 ? "ticket:created" : "ticket:updated", payload, error);
}

static void
assert_applied (UsherTestHost *host, int version)
{
  g_autoptr (GError) error = NULL;

  feed_version (host, version, &error);
  g_assert_no_error (error);
}

static void
assert_deferred (UsherTestHost *host, int version, const char *waits_for)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (feed_version (host, version, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_DEFER);
  g_assert_nonnull (strstr (error->message, TICKET));
  g_assert_nonnull (strstr (error->message, waits_for));
}

/* (nullable) */
static UsherJson *
read_copy (UsherTestHost *host)
{
  g_autofree char *text = usher_test_host_dup_document (host, "orders", "tickets", TICKET);
  g_autoptr (GError) error = NULL;
  UsherJson *json;

  if (text == NULL)
    return NULL;

  json = usher_json_parse (text, -1, &error);
  g_assert_no_error (error);

  return json;
}

static void
assert_copy (UsherTestHost *host, int version)
{
  g_autoptr (UsherJson) json = read_copy (host);
  g_autofree char *title = g_strdup_printf ("v%d", version);
  gint64 found = NONE;
  gint64 cents = 0;

  if (version == NONE)
    {
      g_assert_null (json);
      return;
    }

  g_assert_nonnull (json);
  g_assert_true (usher_json_get_integer (json, "ticketVersion", &found));
  g_assert_cmpint (found, ==, version);
  g_assert_cmpstr (usher_json_get_string (json, "title"), ==, title);
  g_assert_true (usher_json_get_money (json, "price", &cents));
  g_assert_cmpint (cents, ==, (version + 1) * 100 + 50);
  g_assert_cmpstr (usher_json_get_string (json, "orderId"), ==, version == 2 ? ORDER : NULL);
}

/* Versions come in order up to @have, then @comes: a copy takes the next, knows the older ones, and waits for what is
 * between. */
static void
test_row (UsherTestHost *host, gconstpointer data)
{
  const Row *row = data;

  g_test_summary (row->rule);

  for (int version = 0; version <= row->have; version++)
    assert_applied (host, version);
  if (row->waits_for != NULL)
    assert_deferred (host, row->comes, row->waits_for);
  else
    assert_applied (host, row->comes);

  assert_copy (host, row->then);
  usher_test_assert_quiet (host, "orders");
}

static void
test_same_event (UsherTestHost *host)
{
  g_autoptr (UsherEvent) event = NULL;

  g_test_summary ("One event that is delivered twice is applied once.");

  event = usher_test_host_make_event (host,
                                      "ticket:created",
                                      "{\"id\":\"" TICKET "\",\"version\":0,\"title\":\"v0\","
                                      "\"price\":1.5,\"userId\":\"" USHER_TEST_ALICE "\"}");
  for (guint i = 0; i < 2; i++)
    usher_test_host_deliver (host, "orders", NULL, event);

  assert_copy (host, 0);
}

static void
test_out_of_order (UsherTestHost *host)
{
  g_test_summary ("Later versions wait for the one between, then all are applied in order.");

  assert_deferred (host, 1, "waits for version 0");
  assert_applied (host, 0);
  assert_deferred (host, 3, "waits for version 1");
  assert_deferred (host, 2, "waits for version 1");
  assert_applied (host, 1);
  assert_deferred (host, 3, "waits for version 2");
  assert_applied (host, 2);
  assert_applied (host, 3);
  assert_copy (host, 3);
}

static void
give (UsherTestHost *host, const char *channel, const char *payload)
{
  usher_test_host_give (host, "orders", NULL, channel, payload);
}

static void
assert_for_sale (UsherTestHost *host, gboolean for_sale)
{
  const UsherTestRefusal refusal = {
    "POST", "/api/orders", USHER_TEST_BOB,          "{\"ticketId\":\"" TICKET "\"}",
    400,    NULL,          "Ticket is not for sale"
  };

  if (!for_sale)
    {
      usher_test_host_assert_refusals (host, &refusal, 1);
      return;
    }

  usher_test_host_assert_call (
      host, refusal.method, refusal.target, refusal.user, refusal.body, 201);
}

#define VERSION(version, more)                  \
  "{\"id\":\"" TICKET "\",\"version\":" version \
  ",\"title\":\"a\",\"price\":1.5,\"userId\":\"" USHER_TEST_ALICE "\"" more "}"

static void
test_hidden (UsherTestHost *host)
{
  g_test_summary (
      "A ticket is not for sale while it is hidden, from its first version or a later one on.");

  give (host, "ticket:created", VERSION ("0", ",\"hidden\":true"));
  assert_for_sale (host, FALSE);
  give (host, "ticket:updated", VERSION ("1", ""));
  give (host, "ticket:updated", VERSION ("2", ",\"hidden\":true"));
  assert_for_sale (host, FALSE);
  give (host, "ticket:updated", VERSION ("3", ""));
  assert_for_sale (host, TRUE);
}

static void
test_withdrawn (UsherTestHost *host)
{
  static const char withdrawn[] = "{\"id\":\"" TICKET "\",\"version\":2}";
  g_autoptr (GError) error = NULL;

  g_test_summary ("A withdrawn ticket is for sale no more, once all that came before it is known.");

  g_assert_false (feed (host, "ticket:withdrawn", withdrawn, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_DEFER);
  g_clear_error (&error);
  assert_applied (host, 0);
  g_assert_false (feed (host, "ticket:withdrawn", withdrawn, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_DEFER);
  g_assert_nonnull (strstr (error->message, "waits for version 1"));
  assert_applied (host, 1);

  give (host, "ticket:withdrawn", withdrawn);
  assert_for_sale (host, FALSE);
  give (host, "ticket:withdrawn", withdrawn);
  give (host, "ticket:updated", VERSION ("1", ""));
  assert_for_sale (host, FALSE);
  usher_test_assert_quiet (host, "orders");
}

static void
test_bad_events (UsherTestHost *host)
{
  static const UsherTestBadEvent bad[] = {
    BAD ("{}"),
    BAD ("[]"),
    BAD ("{\"id\":\"" TICKET "\"}"),
    BAD ("{\"id\":\"x\",\"version\":0}"),
    BAD ("{\"id\":\"" TICKET "\",\"version\":\"0\"}"),
    BAD ("{\"id\":\"" TICKET "\",\"version\":0}"),
    BAD ("{\"id\":\"" TICKET "\",\"version\":0,\"title\":\"a\"}"),
    BAD ("{\"id\":\"" TICKET "\",\"version\":0,\"title\":\"a\",\"price\":[]}"),
    BAD ("{\"id\":\"" TICKET "\",\"version\":0,\"title\":7,\"price\":1}"),
    BAD ("{\"id\":\"" TICKET "\",\"version\":0,\"title\":\"a\",\"price\":1,\"orderId\":\"x\"}"),
    BAD ("{\"id\":\"" TICKET "\",\"version\":0,\"title\":\"a\",\"price\":1,\"hidden\":1}"),
    { NULL, "ticket:withdrawn", "{}", USHER_ERROR_INVALID },
    { NULL, "ticket:withdrawn", "{\"id\":\"" TICKET "\"}", USHER_ERROR_INVALID },
    { NULL, "ticket:withdrawn", "{\"id\":\"" TICKET "\",\"version\":0}", USHER_ERROR_INVALID },
  };

  g_test_summary (
      "§3.11: an event that is no ticket is an error with a reason, and copies nothing.");

  usher_test_host_assert_bad (host, "orders", bad, G_N_ELEMENTS (bad));
  assert_copy (host, NONE);
}

static void
add_rows (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path =
          g_strdup_printf ("/orders/copies/%d-have-come/%d", rows[i].have + 1, rows[i].comes);

      usher_test_add_data (path, "orders", test_row, &rows[i]);
    }
}

#define add(path, func) usher_test_add (path, "orders", func)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  add_rows ();
  add ("/orders/copies/same-event", test_same_event);
  add ("/orders/copies/out-of-order", test_out_of_order);
  add ("/orders/copies/hidden", test_hidden);
  add ("/orders/copies/withdrawn", test_withdrawn);
  add ("/orders/copies/bad-events", test_bad_events);

  return g_test_run ();
}
