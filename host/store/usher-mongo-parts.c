/* usher-mongo-parts.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-parts-private.h"

#include "usher-mongo-copying-private.h"

/* shows others that the database is open, and looks what they do */
static gboolean
begin (UsherMongoParts *self, GError **error)
{
  UsherMongoWatchParts parts = { .database = self->database };

  self->owners = usher_mongo_owners_new (self->database, error);
  if (self->owners == NULL)
    return FALSE;

  self->lease = usher_mongo_lease_new (self->database, self->owners);
  self->timers = usher_mongo_timers_new (self->database, self->tables);
  parts.owners = self->owners;
  parts.lease = self->lease;
  parts.timers = self->timers;
  self->watch = usher_mongo_watch_new (&parts, error);
  if (self->watch == NULL)
    return FALSE;

  self->tidy = usher_mongo_tidy_new (self->database, self->lease, error);
  if (self->tidy == NULL)
    return FALSE;

  self->outbox = usher_mongo_outbox_new (self->database, self->tables, self->tidy);
  self->figures = usher_mongo_figures_new (self->database, self->tables);

  return TRUE;
}

static void
on_doubt (gpointer user_data)
{
  const UsherMongoParts *self = user_data;
  g_autoptr (GError) error = NULL;

  if (!usher_mongo_layout_mend (self->database, self->tables, &error))
    g_message ("indexes that are missing cannot be made: %s", error->message);
}

UsherMongoParts *
usher_mongo_parts_new (const char *uri, GError **error)
{
  g_autoptr (UsherMongoParts) self = g_atomic_rc_box_new0 (UsherMongoParts);

  self->database = usher_mongo_database_new (uri, error);
  if (self->database == NULL)
    return NULL;

  self->tables = usher_mongo_tables_new ();
  if (!usher_mongo_layout_open (self->database, error) ||
      !usher_mongo_copying_check (self->database, error) || !begin (self, error))
    return NULL;
  usher_mongo_database_note_open (self->database);
  usher_mongo_database_set_doubt_func (self->database, on_doubt, self);

  return g_steal_pointer (&self);
}

UsherMongoParts *
usher_mongo_parts_ref (UsherMongoParts *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
usher_mongo_parts_close (UsherMongoParts *self)
{
  /* the lease last of all: what is trimmed is so as its holder */
  if (self->tidy != NULL)
    usher_mongo_tidy_close (self->tidy);
  if (self->watch != NULL)
    usher_mongo_watch_stop (self->watch);
  if (self->lease != NULL)
    usher_mongo_lease_release (self->lease);
  if (self->owners != NULL)
    usher_mongo_owners_end (self->owners);
  if (self->database != NULL)
    usher_mongo_database_close (self->database);
}

static void
clear_parts (gpointer data)
{
  UsherMongoParts *self = data;

  usher_mongo_parts_close (self);
  g_clear_pointer (&self->figures, usher_mongo_figures_free);
  g_clear_pointer (&self->outbox, usher_mongo_outbox_free);
  g_clear_pointer (&self->tidy, usher_mongo_tidy_unref);
  g_clear_pointer (&self->watch, usher_mongo_watch_unref);
  g_clear_pointer (&self->timers, usher_mongo_timers_unref);
  g_clear_pointer (&self->lease, usher_mongo_lease_unref);
  g_clear_pointer (&self->owners, usher_mongo_owners_unref);
  g_clear_pointer (&self->tables, usher_mongo_tables_free);
  g_clear_pointer (&self->database, usher_mongo_database_unref);
}

void
usher_mongo_parts_unref (UsherMongoParts *self)
{
  g_atomic_rc_box_release_full (self, clear_parts);
}
