/* usher-store-suite.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-store-suite.h"

/* 2026-01-01 */
#define START (G_GINT64_CONSTANT (1767225600) * G_USEC_PER_SEC)

static const UsherField item_fields[] = {
  { .name = "name", .type = USHER_FIELD_STRING },
  { .name = "owner", .type = USHER_FIELD_ID, .flags = USHER_FIELD_INDEXED },
  { .name = "price", .type = USHER_FIELD_MONEY, .flags = USHER_FIELD_INDEXED },
  { .name = "open", .type = USHER_FIELD_BOOLEAN, .flags = USHER_FIELD_INDEXED },
  { .name = "number", .type = USHER_FIELD_STRING, .flags = USHER_FIELD_UNIQUE },
  { .name = "box.label", .type = USHER_FIELD_STRING, .flags = USHER_FIELD_INDEXED },
  { .name = "secret",
    .type = USHER_FIELD_STRING,
    .flags = USHER_FIELD_PRIVATE | USHER_FIELD_INDEXED },
};

static void
open_store (UsherStoreFixture *self, GError **error)
{
  GError *local_error = NULL;

  self->store = self->maker->open (self->place, USHER_CLOCK (self->clock), 0, &local_error);
  g_assert_no_error (local_error);
  usher_store_add_collection (self->store, self->schema, error);
}

static void
close_store (UsherStoreFixture *self)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (usher_store_close (self->store, &error));
  g_assert_no_error (error);
  g_assert_finalize_object (self->store);
  self->store = NULL;
}

static void
set_up (UsherStoreFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  self->maker = data;
  self->place = self->maker->make_place (self->maker);
  self->clock = usher_manual_clock_new (START);
  self->schema = usher_schema_new ("items", item_fields, G_N_ELEMENTS (item_fields), &error);
  g_assert_no_error (error);
  open_store (self, &error);
  g_assert_no_error (error);
}

static void
tear_down (UsherStoreFixture *self, gconstpointer data)
{
  close_store (self);
  g_clear_pointer (&self->schema, usher_schema_unref);
  g_assert_finalize_object (self->clock);
  self->maker->free_place (self->place);
}

void
usher_store_fixture_reopen (UsherStoreFixture *self, UsherSchema *schema, GError **error)
{
  close_store (self);
  if (schema != NULL)
    {
      usher_schema_unref (self->schema);
      self->schema = usher_schema_ref (schema);
    }
  open_store (self, error);
}

UsherUnit *
usher_store_fixture_begin (UsherStoreFixture *self)
{
  return usher_unit_new (self->store, USHER_CLOCK (self->clock));
}

void
usher_store_fixture_commit (UsherStoreFixture *self, UsherUnit *unit)
{
  g_autoptr (GError) error = NULL;

  usher_store_commit_sync (self->store, usher_unit_get_commit (unit), &error);
  g_assert_no_error (error);
}

void
usher_store_fixture_refuse (UsherStoreFixture *self, UsherUnit *unit, UsherError code)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (usher_store_commit_sync (self->store, usher_unit_get_commit (unit), &error));
  g_assert_error (error, USHER_ERROR, (int) code);
}

UsherDocument *
usher_store_fixture_make (UsherStoreFixture *self, UsherUnit *unit, const char *name)
{
  g_autoptr (GError) error = NULL;
  UsherDocument *document = usher_unit_new_document (unit, "items", &error);

  g_assert_no_error (error);
  usher_document_set_string (document, "name", name);

  return document;
}

UsherUnit *
usher_store_fixture_begin_insert (UsherStoreFixture *self, const char *name)
{
  g_autoptr (GError) error = NULL;
  UsherUnit *unit = usher_store_fixture_begin (self);
  g_autoptr (UsherDocument) document = usher_store_fixture_make (self, unit, name);

  usher_unit_insert (unit, document, &error);
  g_assert_no_error (error);

  return unit;
}

UsherUnit *
usher_store_fixture_begin_taken (UsherStoreFixture *self)
{
  g_autofree char *id = usher_store_fixture_insert (self, "first");
  g_autoptr (GError) error = NULL;
  UsherUnit *unit = usher_store_fixture_begin (self);
  g_autoptr (UsherDocument) document = usher_store_fixture_make (self, unit, "second");

  usher_document_set_id (document, id);
  usher_unit_insert (unit, document, &error);
  g_assert_no_error (error);

  return unit;
}

char *
usher_store_fixture_insert (UsherStoreFixture *self, const char *name)
{
  g_autoptr (UsherUnit) unit = usher_store_fixture_begin_insert (self, name);
  UsherCommit *commit = usher_unit_get_commit (unit);

  usher_store_fixture_commit (self, unit);

  return g_strdup (usher_document_get_id (usher_commit_get_change (commit, 0)->document));
}

UsherDocument *
usher_store_fixture_read (UsherStoreFixture *self, const char *id)
{
  g_autoptr (GError) error = NULL;
  UsherDocument *document = NULL;

  usher_store_lookup (self->store, "items", id, &document, &error);
  g_assert_no_error (error);

  return document;
}

gboolean
usher_store_fixture_has_item (UsherStoreFixture *self, UsherUnit *unit)
{
  const UsherChange *change = usher_commit_get_change (usher_unit_get_commit (unit), 0);
  g_autoptr (UsherDocument) document =
      usher_store_fixture_read (self, usher_document_get_id (change->document));

  return document != NULL;
}

gboolean
usher_store_fixture_was_applied (UsherStoreFixture *self,
                                 const char *event_id,
                                 const char *subscriber)
{
  g_autoptr (GError) error = NULL;
  gboolean applied = FALSE;

  usher_store_was_applied (self->store, event_id, subscriber, &applied, &error);
  g_assert_no_error (error);

  return applied;
}

void
usher_store_fixture_set_request (UsherUnit *unit, const char *key, const char *owner)
{
  usher_commit_take_request (usher_unit_get_commit (unit),
                             usher_request_record_new (key, "hash", owner));
}

UsherRequestRecord *
usher_store_fixture_lookup_request (UsherStoreFixture *self, const char *key)
{
  g_autoptr (GError) error = NULL;
  UsherRequestRecord *record = NULL;

  usher_store_lookup_request (self->store, key, &record, &error);
  g_assert_no_error (error);

  return record;
}

void
usher_store_fixture_assert_outbox (UsherStoreFixture *self,
                                   const UsherMark *after,
                                   const char *channels)
{
  const UsherMark begin = { 0 };
  g_autoptr (GArray) marks = g_array_new (FALSE, FALSE, sizeof (UsherMark));
  g_autoptr (GString) found = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) events =
      usher_store_list_outbox (self->store, after != NULL ? after : &begin, 100, marks, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < events->len; i++)
    g_string_append (found, usher_event_get_channel (g_ptr_array_index (events, i)));
  g_assert_cmpstr (found->str, ==, channels);
  g_assert_cmpuint (marks->len, ==, events->len);
}

void
usher_store_suite_add_test (const UsherStoreMaker *maker, const char *name, UsherStoreTest test)
{
  g_autofree char *path = g_strdup_printf ("/store/%s/%s", maker->name, name);

  g_test_add (path, UsherStoreFixture, maker, set_up, test, tear_down);
}

void
usher_store_suite_add (const UsherStoreMaker *maker)
{
  usher_store_suite_add_documents (maker);
  usher_store_suite_add_evolution (maker);
  usher_store_suite_add_groups (maker);
  usher_store_suite_add_keys (maker);
  usher_store_suite_add_levels (maker);
  usher_store_suite_add_queries (maker);
  usher_store_suite_add_sorts (maker);
  usher_store_suite_add_inbox (maker);
  usher_store_suite_add_outbox (maker);
  usher_store_suite_add_reach (maker);
  usher_store_suite_add_requests (maker);
  usher_store_suite_add_timers (maker);
  usher_store_suite_add_histories (maker);
  usher_store_suite_add_upkeep (maker);
  usher_store_suite_add_races (maker);
  usher_store_suite_add_members (maker);
  usher_store_suite_add_homes (maker);
  if (maker->open_copy != NULL)
    usher_store_suite_add_copies (maker);
}
