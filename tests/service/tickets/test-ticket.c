/* test-ticket.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-ticket.h"
#include "usher-tickets-contract.h"

#define OWNER "a11cea11cea11cea11cea11c"
#define ONE   "111111111111111111111111"
#define OTHER "222222222222222222222222"

typedef struct
{
  UsherSchema *schema;
  UsherDocument *ticket;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->schema = usher_schema_new (USHER_TICKET_COLLECTION,
                                      usher_ticket_fields,
                                      G_N_ELEMENTS (usher_ticket_fields),
                                      &error);
  g_assert_no_error (error);

  fixture->ticket = usher_document_new (fixture->schema);
  usher_document_set_version (fixture->ticket, 0);
  usher_document_set_string (fixture->ticket, USHER_TICKETS_TITLE, "Concert");
  usher_document_set_integer (fixture->ticket, USHER_TICKETS_PRICE, 1999);
  usher_document_set_string (fixture->ticket, USHER_TICKETS_USER_ID, OWNER);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  usher_document_unref (fixture->ticket);
  usher_schema_unref (fixture->schema);
}

static void
edit (Fixture *fixture)
{
  g_autoptr (UsherDocument) wanted = usher_document_new (fixture->schema);

  usher_document_set_string (wanted, USHER_TICKETS_TITLE, "Concert, standing");
  usher_document_set_integer (wanted, USHER_TICKETS_PRICE, 2500);
  usher_ticket_edit (fixture->ticket, wanted);
  usher_document_set_version (fixture->ticket, usher_document_get_version (fixture->ticket) + 1);
}

static void
test_judge_free (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A ticket that nobody holds is free for an order.");

  g_assert_false (usher_ticket_is_reserved (fixture->ticket));
  g_assert_cmpint (usher_ticket_judge (fixture->ticket, ONE, 0, FALSE), ==, USHER_TICKET_FREE);
}

static void
test_judge_held (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("What one order holds is done for it and held for another.");

  usher_document_set_string (fixture->ticket, USHER_TICKETS_ORDER_ID, ONE);

  g_assert_true (usher_ticket_is_reserved (fixture->ticket));
  g_assert_cmpint (usher_ticket_judge (fixture->ticket, ONE, 0, FALSE), ==, USHER_TICKET_DONE);
  g_assert_cmpint (usher_ticket_judge (fixture->ticket, OTHER, 0, FALSE), ==, USHER_TICKET_HELD);
}

static void
test_judge_changed (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("An edit fails the orders that were placed before it, and only those.");

  edit (fixture);

  g_assert_cmpint (usher_document_get_integer (fixture->ticket, USHER_TICKETS_PRICE), ==, 2500);
  g_assert_cmpint (usher_ticket_judge (fixture->ticket, ONE, 0, FALSE), ==, USHER_TICKET_CHANGED);
  g_assert_cmpint (usher_ticket_judge (fixture->ticket, ONE, 1, FALSE), ==, USHER_TICKET_FREE);
}

static void
test_judge_held_and_changed (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("The order that holds a ticket keeps it, whatever version it saw.");

  edit (fixture);
  usher_document_set_string (fixture->ticket, USHER_TICKETS_ORDER_ID, ONE);

  g_assert_cmpint (usher_ticket_judge (fixture->ticket, ONE, 0, FALSE), ==, USHER_TICKET_DONE);
}

static void
test_judge_withdrawn (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A withdrawn ticket is for no order, and that is said before anything else.");

  usher_ticket_withdraw (fixture->ticket);

  g_assert_true (usher_ticket_is_withdrawn (fixture->ticket));
  g_assert_cmpint (usher_ticket_judge (fixture->ticket, ONE, 0, FALSE), ==, USHER_TICKET_WITHDRAWN);
  g_assert_cmpint (usher_ticket_judge (fixture->ticket, ONE, 0, TRUE), ==, USHER_TICKET_WITHDRAWN);
}

static void
test_judge_banned (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("What a banned user sells is for no order but the one that has it.");

  g_assert_cmpint (usher_ticket_judge (fixture->ticket, ONE, 0, TRUE), ==, USHER_TICKET_BANNED);
  usher_ticket_hold (fixture->ticket, ONE);
  g_assert_cmpint (usher_ticket_judge (fixture->ticket, ONE, 0, TRUE), ==, USHER_TICKET_DONE);
  g_assert_cmpint (usher_ticket_judge (fixture->ticket, OTHER, 0, TRUE), ==, USHER_TICKET_BANNED);
}

static gboolean
is_listed (Fixture *fixture)
{
  return !usher_document_has (fixture->ticket, USHER_TICKET_UNLISTED);
}

static void
test_listed (Fixture *fixture, gconstpointer data)
{
  UsherDocument *ticket = fixture->ticket;

  g_test_summary ("A ticket is listed while nobody holds it, hides it or has withdrawn it.");

  g_assert_true (is_listed (fixture));
  usher_ticket_hold (ticket, ONE);
  g_assert_false (is_listed (fixture));
  g_assert_true (usher_ticket_hide (ticket, TRUE));
  g_assert_false (usher_ticket_hide (ticket, TRUE));
  usher_ticket_hold (ticket, NULL);
  g_assert_false (usher_ticket_is_reserved (ticket));
  g_assert_false (is_listed (fixture));
  g_assert_true (usher_ticket_hide (ticket, FALSE));
  g_assert_false (usher_ticket_hide (ticket, FALSE));
  g_assert_true (is_listed (fixture));
  usher_ticket_withdraw (ticket);
  g_assert_false (is_listed (fixture));
  g_assert_false (usher_ticket_hide (ticket, TRUE));
}

static void
test_upgrade (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary (
      "A ticket of an older build is listed unless it is reserved; what is right stays as it is.");

  for (guint i = 0; i < 2; i++)
    {
      g_assert_true (usher_ticket_upgrade (fixture->ticket, NULL, &error));
      g_assert_true (is_listed (fixture));
    }
  usher_document_set_string (fixture->ticket, USHER_TICKETS_ORDER_ID, ONE);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_true (usher_ticket_upgrade (fixture->ticket, NULL, &error));
      g_assert_false (is_listed (fixture));
    }
}

static void
test_edited_is_private (Fixture *fixture, gconstpointer data)
{
  g_test_summary (
      "The version of the last edit and the place in the list are in no answer and no event.");

  edit (fixture);

  g_assert_null (strstr (usher_document_get_text (fixture->ticket, NULL), USHER_TICKET_EDITED));
  usher_ticket_withdraw (fixture->ticket);
  g_assert_null (strstr (usher_document_get_text (fixture->ticket, NULL), USHER_TICKET_UNLISTED));
}

#define add(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  add ("/ticket/judge/free", test_judge_free);
  add ("/ticket/judge/held", test_judge_held);
  add ("/ticket/judge/changed", test_judge_changed);
  add ("/ticket/judge/held-and-changed", test_judge_held_and_changed);
  add ("/ticket/judge/withdrawn", test_judge_withdrawn);
  add ("/ticket/judge/banned", test_judge_banned);
  add ("/ticket/listed", test_listed);
  add ("/ticket/upgrade", test_upgrade);
  add ("/ticket/edit/private", test_edited_is_private);

  return g_test_run ();
}
