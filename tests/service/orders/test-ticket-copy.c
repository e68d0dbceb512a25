/* test-ticket-copy.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-id.h"
#include "usher-manual-clock.h"
#include "usher-ticket-copy.h"

#define NOW G_GINT64_CONSTANT (1767225600000000)

static void
test_judge (void)
{
  g_test_summary ("Exactly the next version is applied.");

  g_assert_cmpint (usher_ticket_copy_judge (USHER_TICKET_COPY_NONE, 0),
                   ==,
                   USHER_TICKET_COPY_APPLY);
  g_assert_cmpint (usher_ticket_copy_judge (USHER_TICKET_COPY_NONE, 1),
                   ==,
                   USHER_TICKET_COPY_EARLY);
  g_assert_cmpint (usher_ticket_copy_judge (0, 0), ==, USHER_TICKET_COPY_KNOWN);
  g_assert_cmpint (usher_ticket_copy_judge (0, 1), ==, USHER_TICKET_COPY_APPLY);
  g_assert_cmpint (usher_ticket_copy_judge (0, 2), ==, USHER_TICKET_COPY_EARLY);
  g_assert_cmpint (usher_ticket_copy_judge (5, 3), ==, USHER_TICKET_COPY_KNOWN);
  g_assert_cmpint (usher_ticket_copy_judge (5, 5), ==, USHER_TICKET_COPY_KNOWN);
  g_assert_cmpint (usher_ticket_copy_judge (5, 6), ==, USHER_TICKET_COPY_APPLY);
  g_assert_cmpint (usher_ticket_copy_judge (5, G_MAXINT64), ==, USHER_TICKET_COPY_EARLY);
  g_assert_cmpint (usher_ticket_copy_judge (0, G_MININT64), ==, USHER_TICKET_COPY_KNOWN);
}

static void
test_may_come (void)
{
  g_autoptr (UsherManualClock) clock = usher_manual_clock_new (NOW);
  g_autofree char *id = usher_id_new (USHER_CLOCK (clock));

  g_test_summary ("The copy of a ticket of the last 10 seconds may be on its way, no other.");

  g_assert_true (usher_ticket_copy_may_come (id, NOW));
  g_assert_true (usher_ticket_copy_may_come (id, NOW + 10 * G_TIME_SPAN_SECOND));
  g_assert_false (usher_ticket_copy_may_come (id, NOW + 11 * G_TIME_SPAN_SECOND));
  g_assert_false (usher_ticket_copy_may_come (id, NOW - 11 * G_TIME_SPAN_SECOND));
  g_assert_false (usher_ticket_copy_may_come ("000000000000000000000000", NOW));
  g_assert_false (usher_ticket_copy_may_come ("ffffffffffffffffffffffff", NOW));
}

static void
test_apply (void)
{
  g_autoptr (UsherSchema) schema = NULL;
  g_autoptr (UsherDocument) copy = NULL;
  g_autoptr (UsherDocument) content = NULL;
  g_autoptr (GError) error = NULL;
  const UsherField *fields;
  guint n_fields;

  g_test_summary (
      "A copy is what the last event says, also that nobody holds or hides the ticket.");

  fields = usher_ticket_copy_get_fields (&n_fields);
  schema = usher_schema_new (USHER_TICKET_COPY_COLLECTION, fields, n_fields, &error);
  g_assert_no_error (error);
  copy = usher_document_new (schema);
  usher_document_set_string (copy, USHER_TICKET_COPY_ORDER_ID, "111111111111111111111111");
  usher_document_set_boolean (copy, USHER_TICKET_COPY_HIDDEN, TRUE);
  usher_document_set_integer (copy, USHER_TICKET_COPY_PRICE, 1);
  content = usher_document_new (schema);
  usher_document_set_string (content, USHER_TICKET_COPY_TITLE, "Opera");
  usher_document_set_integer (content, USHER_TICKET_COPY_PRICE, 2510);

  g_assert_false (usher_ticket_copy_is_for_sale (copy));
  usher_ticket_copy_apply (copy, content, 3);

  g_assert_true (usher_ticket_copy_is_for_sale (copy));
  g_assert_false (usher_document_has (copy, USHER_TICKET_COPY_ORDER_ID));
  g_assert_cmpstr (usher_document_get_string (copy, USHER_TICKET_COPY_TITLE), ==, "Opera");
  g_assert_cmpint (usher_document_get_integer (copy, USHER_TICKET_COPY_PRICE), ==, 2510);
  g_assert_cmpint (usher_ticket_copy_get_version (copy), ==, 3);

  usher_ticket_copy_withdraw (copy, 4);
  g_assert_false (usher_ticket_copy_is_for_sale (copy));
  g_assert_cmpint (usher_ticket_copy_get_version (copy), ==, 4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/ticket-copy/judge", test_judge);
  g_test_add_func ("/ticket-copy/may-come", test_may_come);
  g_test_add_func ("/ticket-copy/apply", test_apply);

  return g_test_run ();
}
