/* test-sorted-list.c: lists in the order of values, as clients follow them
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "stage.h"
#include "usher-list.h"

#define ID "aaaaaaaaaaaaaaaaaaaaaaa%u"

static const UsherField fields[] = {
  { "label", USHER_FIELD_STRING, USHER_FIELD_INDEXED },
};

typedef struct
{
  Stage stage;
  gboolean is_upward;
} Fixture;

static gboolean
on_list (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  g_autoptr (UsherQuery) query = usher_query_new ("rows");

  usher_query_order_by (query, "label");
  usher_query_oldest_first (query, ((Fixture *) data)->is_upward);

  return usher_list_answer (request, unit, reply, query, error);
}

static void
declare (UsherContext *context, gpointer data)
{
  usher_context_add_collection (context, "rows", fields, G_N_ELEMENTS (fields));
  usher_context_add_route (context, "GET", "/list", 0, on_list, data, NULL);
}

static void
put (Fixture *fixture, guint which, const char *label)
{
  g_autoptr (UsherUnit) unit = stage_begin (&fixture->stage);
  g_autoptr (GError) error = NULL;
  g_autofree char *id = g_strdup_printf (ID, which);
  g_autoptr (UsherDocument) row = NULL;

  usher_unit_lookup (unit, "rows", id, &row, &error);
  g_assert_no_error (error);
  usher_store_end_reads (stage_get_store (&fixture->stage));
  if (row != NULL)
    usher_unit_replace (unit, row, &error);
  else
    {
      row = usher_unit_new_document (unit, "rows", &error);
      usher_document_set_id (row, id);
      usher_unit_insert (unit, row, &error);
    }
  g_assert_no_error (error);
  usher_document_set_string (row, "label", label);
  stage_commit (&fixture->stage, unit);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  static const char *const labels[] = { "b&at=x", "a", "c ü", "b&at=x", "d" };

  stage_init (&fixture->stage, declare, fixture, FALSE, NULL);
  stage_start (&fixture->stage);
  for (guint i = 0; i < G_N_ELEMENTS (labels); i++)
    put (fixture, i, labels[i]);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  stage_clear (&fixture->stage);
}

/* Appends the last digits of the ids on a page; (transfer full) (nullable): the target of the next */
static char *
read_page (Fixture *fixture, const char *target, GString *ids)
{
  g_autoptr (UsherReply) reply = stage_call (&fixture->stage, "GET", target, NULL, NULL, NULL);
  g_autofree char *body = stage_dup_body (reply);
  const char *link = usher_reply_get_header (reply, "Link");

  stage_assert_status (reply, 200);
  for (const char *at = strstr (body, "\"id\":\""); at != NULL; at = strstr (at + 1, "\"id\":\""))
    g_string_append_c (ids, at[strlen ("\"id\":\"") + 23]);

  return link != NULL ? g_strndup (link + 1, strcspn (link, ">") - 1) : NULL;
}

static void
assert_pages (Fixture *fixture, const char *target, const char *expected, gboolean changes)
{
  g_autoptr (GString) ids = g_string_new (NULL);
  g_autofree char *next = g_strdup (target);

  while (next != NULL)
    {
      g_autofree char *page = g_steal_pointer (&next);

      g_test_message ("%s", page);
      next = read_page (fixture, page, ids);
      if (changes && ids->len == 2)
        put (fixture, (guint) (ids->str[1] - '0'), "zz");
    }
  g_assert_cmpstr (ids->str, ==, expected);
}

static void
test_pages (Fixture *fixture, gconstpointer data)
{
  g_test_summary (
      "The links of a sorted list lead through it, in the direction of its query unless "
      "another is asked for");

  assert_pages (fixture, "/list?limit=2", "42301", FALSE);
  assert_pages (fixture, "/list?limit=1", "42301", FALSE);
  assert_pages (fixture, "/list?limit=1&order=oldest", "10324", FALSE);
  fixture->is_upward = TRUE;
  assert_pages (fixture, "/list?limit=2", "10324", FALSE);
  assert_pages (fixture, "/list?limit=2&order=newest", "42301", FALSE);
}

static void
test_changed (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("When the last row of a page goes elsewhere, no other is missed or doubled");

  assert_pages (fixture, "/list?limit=2", "42301", TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/sorted-list/pages", Fixture, NULL, set_up, test_pages, tear_down);
  g_test_add ("/sorted-list/changed", Fixture, NULL, set_up, test_changed, tear_down);

  return g_test_run ();
}
