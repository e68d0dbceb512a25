/* test-unit.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "usher-error.h"
#include "usher-id.h"
#include "usher-manual-clock.h"
#include "usher-sqlite-store.h"
#include "usher-store.h"
#include "usher-unit-run-private.h"

#define NO_TIME     "000000000000000000000000"
#define END_OF_TIME "ffffffffffffffffffffffff"
#define START       (G_GINT64_CONSTANT (1767225600) * G_USEC_PER_SEC)

static const UsherField fields[] = {
  { .name = "name", .type = USHER_FIELD_STRING },
};

typedef struct
{
  char *folder;
  UsherManualClock *clock;
  UsherStore *store;
  UsherUnit *unit;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherSchema) schema =
      usher_schema_new ("items", fields, G_N_ELEMENTS (fields), &error);
  g_autofree char *path = NULL;

  fixture->folder = g_dir_make_tmp ("usher-unit-XXXXXX", &error);
  g_assert_no_error (error);
  path = g_build_filename (fixture->folder, "items.db", NULL);
  fixture->clock = usher_manual_clock_new (START);
  fixture->store = usher_sqlite_store_new (path, USHER_CLOCK (fixture->clock), NULL, &error);
  g_assert_no_error (error);
  usher_store_add_collection (fixture->store, schema, &error);
  g_assert_no_error (error);
  fixture->unit = usher_unit_new (fixture->store, USHER_CLOCK (fixture->clock));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (fixture->folder, "items.db", NULL);

  g_assert_finalize_object (fixture->unit);
  g_assert_true (usher_store_close (fixture->store, &error));
  g_assert_finalize_object (fixture->store);
  g_assert_finalize_object (fixture->clock);
  g_unlink (path);
  g_rmdir (fixture->folder);
  g_free (fixture->folder);
}

static UsherDocument *
make (Fixture *fixture, const char *name)
{
  g_autoptr (GError) error = NULL;
  UsherDocument *document = usher_unit_new_document (fixture->unit, "items", &error);

  g_assert_no_error (error);
  usher_document_set_string (document, "name", name);

  return document;
}

/* an item that is stored, as a unit would read it */
static UsherDocument *
make_stored (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherUnit) unit = usher_unit_new (fixture->store, USHER_CLOCK (fixture->clock));
  g_autoptr (UsherDocument) document = make (fixture, "stored");

  g_assert_true (usher_unit_insert (unit, document, &error));
  g_assert_true (usher_store_commit_sync (fixture->store, usher_unit_get_commit (unit), &error));

  return usher_unit_find (fixture->unit, "items", usher_document_get_id (document), &error);
}

static void
test_new (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A new unit is empty and has the time of its begin.");

  usher_manual_clock_advance (fixture->clock, 5);
  g_assert_true (usher_commit_is_empty (usher_unit_get_commit (fixture->unit)));
  g_assert_cmpuint (usher_commit_get_n_changes (usher_unit_get_commit (fixture->unit)), ==, 0);
  g_assert_cmpint (usher_unit_get_time (fixture->unit), ==, START);
  g_assert_false (usher_unit_has_waited (fixture->unit));
}

static void
test_empty (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherUnit) other = usher_unit_new (fixture->store, USHER_CLOCK (fixture->clock));
  g_autoptr (UsherCommit) applies = usher_commit_new (START);

  g_test_summary ("Whatever must be committed makes a unit not empty.");

  usher_unit_publish (fixture->unit, "item:created", "{}");
  g_assert_false (usher_commit_is_empty (usher_unit_get_commit (fixture->unit)));
  usher_unit_unschedule (other, "expire", "a");
  g_assert_false (usher_commit_is_empty (usher_unit_get_commit (other)));
  usher_commit_set_inbox (applies, "event", "items");
  g_assert_false (usher_commit_is_empty (applies));
}

static void
test_new_document_unknown (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A document of an unknown collection is invalid.");

  g_assert_null (usher_unit_new_document (fixture->unit, "chairs", &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
}

static void
test_insert_twice (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherDocument) document = make (fixture, "chair");
  g_autoptr (GError) error = NULL;

  g_test_summary ("A unit inserts a document once.");

  g_assert_true (usher_unit_insert (fixture->unit, document, &error));
  g_assert_false (usher_unit_insert (fixture->unit, document, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
  g_assert_cmpuint (usher_commit_get_n_changes (usher_unit_get_commit (fixture->unit)), ==, 1);
}

static void
test_insert_foreign (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherSchema) schema =
      usher_schema_new ("items", fields, G_N_ELEMENTS (fields), &error);
  g_autoptr (UsherDocument) document = usher_document_new (schema);

  g_test_summary ("A document of another store's schema is invalid.");

  g_assert_false (usher_unit_insert (fixture->unit, document, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
}

static void
test_replace_new (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherDocument) document = make (fixture, "chair");
  g_autoptr (GError) error = NULL;

  g_test_summary ("A document that was never read cannot be replaced or removed.");

  g_assert_false (usher_unit_replace (fixture->unit, document, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (usher_unit_remove (fixture->unit, document, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
}

static void
test_replace_removed (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherDocument) document = make_stored (fixture);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A document that the unit removes cannot be replaced.");

  g_assert_true (usher_unit_remove (fixture->unit, document, &error));
  g_assert_false (usher_unit_replace (fixture->unit, document, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
}

static void
test_remove_inserted (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherDocument) document = make (fixture, "chair");
  g_autoptr (GError) error = NULL;

  g_test_summary ("A document that is inserted and removed is no change.");

  g_assert_true (usher_unit_insert (fixture->unit, document, &error));
  g_assert_true (usher_unit_remove (fixture->unit, document, &error));
  g_assert_true (usher_commit_is_empty (usher_unit_get_commit (fixture->unit)));
}

static void
test_remove_replaced (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherDocument) document = make_stored (fixture);
  g_autoptr (GError) error = NULL;
  const UsherChange *change;

  g_test_summary ("A document that is replaced and removed is removed at the version read.");

  g_assert_true (usher_unit_replace (fixture->unit, document, &error));
  g_assert_true (usher_unit_remove (fixture->unit, document, &error));
  g_assert_cmpuint (usher_commit_get_n_changes (usher_unit_get_commit (fixture->unit)), ==, 1);
  change = usher_commit_get_change (usher_unit_get_commit (fixture->unit), 0);
  g_assert_cmpint (change->kind, ==, USHER_CHANGE_REMOVE);
  g_assert_cmpint (change->expected_version, ==, 0);
}

static void
test_publish (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherDocument) document = make (fixture, "before");
  UsherCommit *commit = usher_unit_get_commit (fixture->unit);
  UsherEvent *event;

  g_test_summary ("An event has the text of the document as it was when it was published.");

  usher_unit_set_origin (fixture->unit, "request-1", NULL, NULL);
  usher_unit_publish_document (fixture->unit, "item:created", document);
  usher_document_set_string (document, "name", "after");

  g_assert_cmpuint (usher_commit_get_n_events (commit), ==, 1);
  event = usher_commit_get_event (commit, 0);
  g_assert_true (usher_uuid_is_valid (usher_event_get_id (event)));
  g_assert_cmpint (usher_event_get_time (event), ==, START);
  g_assert_cmpstr (usher_event_get_correlation (event), ==, "request-1");
  g_assert_nonnull (strstr (usher_event_get_payload (event, NULL), "before"));
}

static void
test_wait_for (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  const char *collection = NULL;
  const char *id = NULL;

  g_test_summary ("A unit that waits says for what, as an error that a handler returns.");

  g_assert_false (usher_unit_wait_for (fixture->unit, "items", "some", 2000000, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_DEFER);
  g_assert_true (usher_unit_get_wait (fixture->unit, &collection, &id));
  g_assert_cmpstr (collection, ==, "items");
  g_assert_cmpstr (id, ==, "some");
  g_assert_cmpint (usher_unit_get_patience (fixture->unit), ==, 2000000);
}

/* a unit of now looks for @id, which is not there: the error's code */
static int
find_coming (Fixture *fixture, const char *id, gboolean has_waited)
{
  g_autoptr (UsherUnit) unit = usher_unit_new (fixture->store, USHER_CLOCK (fixture->clock));
  g_autoptr (GError) error = NULL;
  const char *collection = NULL;
  const char *awaited = NULL;

  usher_unit_set_has_waited (unit, has_waited);
  g_assert_null (usher_unit_find_coming (unit, "items", id, 2000000, &error));
  g_assert_nonnull (error);
  if (usher_unit_get_wait (unit, &collection, &awaited))
    {
      g_assert_cmpstr (awaited, ==, id);
      g_assert_cmpint (usher_unit_get_patience (unit), ==, 2000000);
    }

  return error->code;
}

static void
test_find_coming (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = usher_unit_new_id (fixture->unit);

  g_test_summary ("A unit waits once for a document of the last 10 seconds, and for no other.");

  g_assert_cmpint (find_coming (fixture, NO_TIME, FALSE), ==, USHER_ERROR_NOT_FOUND);
  g_assert_cmpint (find_coming (fixture, END_OF_TIME, FALSE), ==, USHER_ERROR_NOT_FOUND);
  g_assert_cmpint (find_coming (fixture, id, FALSE), ==, USHER_ERROR_DEFER);
  g_assert_cmpint (find_coming (fixture, id, TRUE), ==, USHER_ERROR_NOT_FOUND);
  usher_manual_clock_advance (fixture->clock, 10 * G_TIME_SPAN_SECOND);
  g_assert_cmpint (find_coming (fixture, id, FALSE), ==, USHER_ERROR_DEFER);
  usher_manual_clock_advance (fixture->clock, G_TIME_SPAN_SECOND);
  g_assert_cmpint (find_coming (fixture, id, FALSE), ==, USHER_ERROR_NOT_FOUND);
}

static void
test_defer (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A unit that is deferred says why.");

  g_assert_false (usher_unit_defer (fixture->unit, &error, "needs version %d", 3));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_DEFER);
  g_assert_cmpstr (error->message, ==, "needs version 3");
}

static gboolean
step (UsherUnit *unit, UsherReply *reply, gpointer user_data, GError **error)
{
  return TRUE;
}

static void
count (gpointer data)
{
  (*(int *) data)++;
}

static void
test_then (Fixture *fixture, gconstpointer data)
{
  int n_destroyed = 0;
  gpointer step_data = NULL;
  GDestroyNotify destroy = NULL;

  g_test_summary ("The last step that was named counts; the data of each is freed once.");

  usher_unit_then (fixture->unit, step, &n_destroyed, count);
  usher_unit_then (fixture->unit, step, &n_destroyed, count);
  g_assert_cmpint (n_destroyed, ==, 1);
  g_assert_true (usher_unit_has_step (fixture->unit));

  g_assert_true (usher_unit_take_step (fixture->unit, &step_data, &destroy) == step);
  g_assert_false (usher_unit_has_step (fixture->unit));
  destroy (step_data);
  g_assert_cmpint (n_destroyed, ==, 2);
}

#define add(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("/unit/new", test_new);
  add ("/unit/empty", test_empty);
  add ("/unit/new-document/unknown", test_new_document_unknown);
  add ("/unit/insert/twice", test_insert_twice);
  add ("/unit/insert/foreign", test_insert_foreign);
  add ("/unit/replace/new", test_replace_new);
  add ("/unit/replace/removed", test_replace_removed);
  add ("/unit/remove/inserted", test_remove_inserted);
  add ("/unit/remove/replaced", test_remove_replaced);
  add ("/unit/publish", test_publish);
  add ("/unit/wait-for", test_wait_for);
  add ("/unit/find-coming", test_find_coming);
  add ("/unit/defer", test_defer);
  add ("/unit/then", test_then);

  return g_test_run ();
}
