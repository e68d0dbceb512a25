/* test-tickets-listeners.c: what each event of an order makes of a ticket, whatever has become of it before
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "ticket-stage.h"
#include "usher-tickets-contract.h"

#define ALICE USHER_TEST_ALICE
#define ONE   "111111111111111111111111"
#define OTHER "222222222222222222222222"

#define UPDATED  USHER_TICKETS_UPDATED
#define FAILED   USHER_TICKETS_RESERVATION_FAILED
#define DEFERRED "deferred"

/* what may be told of a ticket; `edit` and `withdraw` are no events but what its owner does, `ban` and `unban` what
 * becomes of him */
static const struct
{
  const char *name;
  const char *channel;
  const char *order_id;
  guint seen; /* the version of the ticket that the order saw */
} news[] = {
  { "one", "order:created", ONE, 0 },     { "one-at-1", "order:created", ONE, 1 },
  { "other", "order:created", OTHER, 0 }, { "other-at-3", "order:created", OTHER, 3 },
  { "-one", "order:cancelled", ONE, 0 },  { "-other", "order:cancelled", OTHER, 0 },
};

typedef struct
{
  const char *before;  /* what was told before, with spaces between */
  const char *event;   /* what is told now */
  const char *holder;  /* (nullable): the order that has the ticket then */
  const char *version; /* one more if that is a change */
  const char *says;    /* (nullable): the event of it, or DEFERRED */
  const char *rule;
} Row;

/* clang-format off */
static const Row rows[] = {
  { "", "one",  ONE,  "1", UPDATED, "An order gets a free ticket" },
  { "", "-one", NULL, "0", NULL,    "A cancel before its create frees nothing" },

  { "one", "one",    ONE,  "1", NULL,     "What the inbox has forgotten is done already by state" },
  { "one", "other",  ONE,  "1", DEFERRED, "An order waits for the cancel of the one before it" },
  { "one", "-one",   NULL, "2", UPDATED,  "A cancel frees the ticket of its order" },
  { "one", "-other", ONE,  "1", NULL,     "§3.6: a cancel frees nothing that another order holds" },

  { "-one", "one",  ONE,  "1", UPDATED, "A create behind its cancel says who holds the ticket, so that orders cancels again" },
  { "-one", "-one", NULL, "0", NULL,    "A cancel before its create frees nothing" },

  { "one -one", "-one",  NULL,  "2", NULL,    "A ticket is freed once" },
  { "one -one", "one",   ONE,   "3", UPDATED, "A create behind its cancel says who holds the ticket, so that orders cancels again" },
  { "one -one", "other", OTHER, "3", UPDATED, "A reservation is no edit: who saw an older version gets the ticket" },

  { "one -one other", "-one",   OTHER, "3", NULL,     "§3.6: a late cancel frees nothing that a newer order holds" },
  { "one -one other", "one",    OTHER, "3", DEFERRED, "§3.6: nor does a late create take it" },
  { "one -one other", "other",  OTHER, "3", NULL,     "What the inbox has forgotten is done already by state" },
  { "one -one other", "-other", NULL,  "4", UPDATED,  "A cancel frees the ticket of its order" },

  { "edit", "one",      NULL, "1", FAILED,  "§3.10: nothing is sold at a price that was edited before the order came" },
  { "edit", "one-at-1", ONE,  "2", UPDATED, "An order that saw the edit gets the ticket" },
  { "edit", "-one",     NULL, "1", NULL,    "A cancel before its create frees nothing" },

  { "one -one edit", "other",      NULL,  "3", FAILED,  "A freed ticket may be edited, and then §3.10 holds again" },
  { "one -one edit", "other-at-3", OTHER, "4", UPDATED, "An order that saw the edit gets the ticket" },

  { "withdraw", "one",      NULL, "1", FAILED, "A withdrawn ticket is not sold to whom ordered it before" },
  { "withdraw", "one-at-1", NULL, "1", FAILED, "A withdrawn ticket is sold to nobody" },
  { "withdraw", "-one",     NULL, "1", NULL,   "A cancel before its create frees nothing" },
  { "one -one withdraw", "one", NULL, "3", FAILED, "A create behind its cancel gets no withdrawn ticket" },
  { "withdraw ban",      "one", NULL, "1", FAILED, "A withdrawn ticket changes no more" },

  { "ban",         "one",      NULL, "1", FAILED,  "What a banned user sells is not sold to whom ordered it before" },
  { "ban",         "one-at-1", NULL, "1", FAILED,  "What a banned user sells is sold to nobody" },
  { "ban unban",   "one",      ONE,  "3", UPDATED, "Who is let in again sells again, and a ban is no edit" },
  { "one ban",     "one",      ONE,  "2", NULL,    "A reserved ticket runs on" },
  { "one ban",     "-one",     NULL, "3", UPDATED, "It is freed by the cancel of its order" },
  { "one ban",     "-other",   ONE,  "2", NULL,    "§3.6: a cancel frees nothing that another order holds" },
  { "one ban",     "other",    ONE,  "2", FAILED,  "Nobody waits for what he will not get" },
  { "one ban -one", "one",     NULL, "3", FAILED,  "What was freed since the ban is sold to nobody" },
  { "edit ban",    "one",      NULL, "2", FAILED,  "What a banned user sells is not sold to whom ordered it before" },
};
/* clang-format on */

typedef struct
{
  UsherTestHost *host;
  char *ticket_id;
  char *path;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->host = usher_test_host_new ("tickets", USHER_TEST_BY_HAND);
  fixture->ticket_id = ticket_stage_make (fixture->host, GOOD_TICKET);
  fixture->path = g_strconcat ("/api/tickets/", fixture->ticket_id, NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_object_unref (fixture->host);
  g_free (fixture->ticket_id);
  g_free (fixture->path);
}

/* the place of @name in `news` */
static guint
find_news (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (news); i++)
    if (g_str_equal (news[i].name, name))
      return i;

  g_error ("“%s” is no news", name);
}

static UsherEvent *
make_event (Fixture *fixture, const char *name)
{
  guint i = find_news (name);
  g_autofree char *payload = g_strdup_printf (
      "{\"id\":\"%s\",\"version\":0,\"status\":\"created\",\"userId\":\"" USHER_TEST_BOB
      "\",\"expiresAt\":\"2026-01-01T00:15:00.000Z\","
      "\"ticket\":{\"id\":\"%s\",\"price\":19.99,\"version\":%u}}",
      news[i].order_id,
      fixture->ticket_id,
      news[i].seen);

  return usher_test_host_make_event (fixture->host, news[i].channel, payload);
}

static void
feed (Fixture *fixture, UsherEvent *event)
{
  usher_test_host_deliver (fixture->host, "tickets", NULL, event);
}

static void
edit (Fixture *fixture)
{
  usher_test_host_assert_call (
      fixture->host, "PUT", fixture->path, ALICE, "{\"title\":\"Concert\",\"price\":50}", 200);
}

static void
withdraw (Fixture *fixture)
{
  usher_test_host_assert_call (fixture->host, "DELETE", fixture->path, ALICE, NULL, 204);
}

static void
ban (Fixture *fixture)
{
  ticket_stage_tell_ban (fixture->host, TRUE, 1);
}

static void
unban (Fixture *fixture)
{
  ticket_stage_tell_ban (fixture->host, FALSE, 2);
}

static void
tell (Fixture *fixture, const char *name)
{
  static const struct
  {
    const char *name;
    void (*func) (Fixture *fixture);
  } deeds[] = { { "edit", edit }, { "withdraw", withdraw }, { "ban", ban }, { "unban", unban } };
  g_autoptr (UsherEvent) event = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (deeds); i++)
    if (g_str_equal (name, deeds[i].name))
      {
        deeds[i].func (fixture);
        return;
      }

  event = make_event (fixture, name);
  feed (fixture, event);
}

static void
tell_all (Fixture *fixture, const char *names)
{
  g_auto (GStrv) all = g_strsplit (names, " ", -1);

  for (guint i = 0; all[i] != NULL; i++)
    tell (fixture, all[i]);
  usher_test_host_skip_events (fixture->host, "tickets");
}

static void
assert_ticket (Fixture *fixture, const char *holder, const char *version)
{
  g_autoptr (UsherReply) reply =
      usher_test_host_call (fixture->host, "GET", fixture->path, NULL, NULL);

  usher_test_assert_member (reply, "orderId", holder);
  usher_test_assert_member (reply, "version", version);
}

static void
assert_deferred (Fixture *fixture, UsherEvent *event)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (usher_test_host_feed (fixture->host, "tickets", NULL, event, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_DEFER);
  g_assert_nonnull (strstr (error->message, ONE));
  g_assert_nonnull (strstr (error->message, OTHER));
}

static void
assert_says (Fixture *fixture, const Row *row)
{
  g_autoptr (UsherEvent) event = NULL;

  if (row->says == NULL)
    {
      usher_test_assert_quiet (fixture->host, "tickets");
      return;
    }

  event = usher_test_host_take_event (fixture->host, "tickets", row->says);
  if (g_str_equal (row->says, UPDATED))
    {
      usher_test_assert_event_member (event, "id", fixture->ticket_id);
      usher_test_assert_event_member (event, "orderId", row->holder);
      usher_test_assert_event_member (event, "version", row->version);
      return;
    }

  usher_test_assert_event_member (event, "orderId", news[find_news (row->event)].order_id);
  usher_test_assert_event_member (event, "ticket.id", fixture->ticket_id);
  usher_test_assert_event_member (event, "ticket.version", row->version);
}

/* What the inbox has seen is done already, whatever the ticket would make of it now. */
static void
test_row (Fixture *fixture, gconstpointer data)
{
  const Row *row = data;
  g_autoptr (UsherEvent) event = make_event (fixture, row->event);

  g_test_summary (row->rule);

  tell_all (fixture, row->before);
  if (g_strcmp0 (row->says, DEFERRED) == 0)
    {
      assert_deferred (fixture, event);
      assert_ticket (fixture, row->holder, row->version);
      usher_test_assert_quiet (fixture->host, "tickets");
      return;
    }

  feed (fixture, event);
  assert_ticket (fixture, row->holder, row->version);
  assert_says (fixture, row);

  feed (fixture, event);
  assert_ticket (fixture, row->holder, row->version);
  usher_test_assert_quiet (fixture->host, "tickets");
}

static void
test_whole (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherEvent) reserve = make_event (fixture, "one");
  g_autoptr (UsherEvent) event = NULL;

  g_test_summary ("The copies get all of a ticket that was reserved.");

  feed (fixture, reserve);
  event = usher_test_host_take_event (fixture->host, "tickets", UPDATED);
  usher_test_assert_event_member (event, "price", "19.99");
  usher_test_assert_event_member (event, "title", "Concert");
  usher_test_assert_event_member (event, "userId", ALICE);
}

static void
test_reason (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *before;
    const char *reason;
  } reasons[] = {
    { "edit", "price-changed" },
    { "ban", "seller-banned" },
    { "unban", "price-changed" },
    { "withdraw", "withdrawn" },
  };

  g_test_summary ("Who ordered in vain gets the reason.");

  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    {
      g_autoptr (UsherEvent) late = make_event (fixture, "one");
      g_autoptr (UsherEvent) event = NULL;

      tell_all (fixture, reasons[i].before);
      feed (fixture, late);
      event = usher_test_host_take_event (fixture->host, "tickets", FAILED);
      usher_test_assert_event_member (event, "reason", reasons[i].reason);
    }
}

static void
test_seen_before_cancel (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherEvent) event = make_event (fixture, "one");

  g_test_summary ("Delivered again after a cancel, the inbox keeps it from reserving.");

  feed (fixture, event);
  tell_all (fixture, "-one");
  feed (fixture, event);

  assert_ticket (fixture, NULL, "2");
  usher_test_assert_quiet (fixture->host, "tickets");
}

static void
test_deferred_until_free (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherEvent) event = make_event (fixture, "other");

  g_test_summary ("An order that waits gets the ticket once the one before it is cancelled.");

  tell_all (fixture, "one");
  assert_deferred (fixture, event);
  tell_all (fixture, "-one");
  feed (fixture, event);

  assert_ticket (fixture, OTHER, "3");
}

static void
test_bad_events (Fixture *fixture, gconstpointer data)
{
  static const UsherTestBadEvent bad[] = {
    { NULL, "order:created", "{}", USHER_ERROR_INVALID },
    { NULL, "order:created", "{\"id\":\"x\"}", USHER_ERROR_INVALID },
    { NULL, "order:created", "{\"id\":\"" ONE "\"}", USHER_ERROR_INVALID },
    { NULL, "order:created", "{\"id\":\"" ONE "\",\"ticket\":7}", USHER_ERROR_INVALID },
    { NULL,
      "order:created",
      "{\"id\":\"" ONE "\",\"ticket\":{\"id\":\"x\"}}",
      USHER_ERROR_INVALID },
    { NULL,
      "order:created",
      "{\"id\":\"" ONE "\",\"ticket\":{\"id\":\"" USHER_TEST_NOTHING "\",\"version\":0}}",
      USHER_ERROR_NOT_FOUND },
    { NULL, "user:banned", "{}", USHER_ERROR_INVALID },
    { NULL, "user:banned", "{\"id\":\"x\",\"version\":1}", USHER_ERROR_INVALID },
    { NULL, "user:banned", "{\"id\":\"" ALICE "\"}", USHER_ERROR_INVALID },
    { NULL, "user:unbanned", "{\"id\":\"" ALICE "\",\"version\":\"1\"}", USHER_ERROR_INVALID },
    { NULL, "order:cancelled", "{}", USHER_ERROR_INVALID },
    { NULL, "order:cancelled", "[]", USHER_ERROR_INVALID },
    { NULL, "order:cancelled", "{\"id\":\"" ONE "\"}", USHER_ERROR_INVALID },
    { NULL,
      "order:cancelled",
      "{\"id\":\"" ONE "\",\"ticket\":{\"id\":\"" USHER_TEST_NOTHING "\"}}",
      USHER_ERROR_NOT_FOUND },
  };

  g_test_summary ("§3.11: a bad event is an error with a reason, and changes nothing.");

  usher_test_host_assert_bad (fixture->host, "tickets", bad, G_N_ELEMENTS (bad));
  assert_ticket (fixture, NULL, "0");
  usher_test_assert_quiet (fixture->host, "tickets");
}

static void
test_no_version (Fixture *fixture, gconstpointer data)
{
  g_autofree char *payload =
      g_strdup_printf ("{\"id\":\"" ONE "\",\"ticket\":{\"id\":\"%s\"}}", fixture->ticket_id);
  const UsherTestBadEvent bad = { NULL, "order:created", payload, USHER_ERROR_INVALID };

  g_test_summary ("An order that does not say which version it saw gets nothing.");

  usher_test_host_assert_bad (fixture->host, "tickets", &bad, 1);
  assert_ticket (fixture, NULL, "0");
}

static void
add_rows (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path =
          service_stage_make_row_path ("/tickets/listen", rows[i].before, rows[i].event);

      g_test_add (path, Fixture, &rows[i], set_up, test_row, tear_down);
    }
}

#define add(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  add_rows ();
  add ("/tickets/listen/whole", test_whole);
  add ("/tickets/listen/reason", test_reason);
  add ("/tickets/listen/seen-before-cancel", test_seen_before_cancel);
  add ("/tickets/listen/deferred-until-free", test_deferred_until_free);
  add ("/tickets/listen/bad", test_bad_events);
  add ("/tickets/listen/no-version", test_no_version);

  return g_test_run ();
}
