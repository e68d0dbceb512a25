/* usher-recent-ids.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-recent-ids-private.h"

#include <string.h>

typedef struct
{
  guint8 id[USHER_EVENT_ID_SIZE];
} Id;

/* A ring of ids, and a set of pointers into it: a third of what a hash table with its own copies and a queue
 * would take. The ring is never moved; pages that no id was written to take no memory. */
struct _UsherRecentIds
{
  Id *ring; /* (owned) */
  guint max;
  guint next;        /* where the next one goes */
  guint n;           /* how many were written, at most @max */
  GHashTable *known; /* (owned) (element-type Id): those of the ring that count */
};

static guint
hash_id (gconstpointer key)
{
  guint value = 0;

  /* the end of a UUID is the random part */
  memcpy (&value, ((const Id *) key)->id + USHER_EVENT_ID_SIZE - sizeof value, sizeof value);

  return value;
}

static gboolean
equal_id (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, sizeof (Id)) == 0;
}

UsherRecentIds *
usher_recent_ids_new (guint max)
{
  UsherRecentIds *self = g_new0 (UsherRecentIds, 1);

  self->ring = g_new0 (Id, max);
  self->max = max;
  self->known = g_hash_table_new (hash_id, equal_id);

  return self;
}

void
usher_recent_ids_free (UsherRecentIds *self)
{
  g_hash_table_unref (self->known);
  g_free (self->ring);
  g_free (self);
}

gboolean
usher_recent_ids_contains (UsherRecentIds *self, const guint8 *id)
{
  return g_hash_table_contains (self->known, id);
}

void
usher_recent_ids_add (UsherRecentIds *self, const guint8 *id)
{
  Id *slot = NULL;

  if (usher_recent_ids_contains (self, id))
    return;

  slot = &self->ring[self->next];
  /* the set may have the same id from another slot, when this one was removed and added anew */
  if (self->n == self->max && g_hash_table_lookup (self->known, slot) == slot)
    g_hash_table_remove (self->known, slot);

  memcpy (slot->id, id, sizeof slot->id);
  g_hash_table_add (self->known, slot);
  self->next = (self->next + 1) % self->max;
  self->n = MIN (self->n + 1, self->max);
}

static void
remove_id (UsherRecentIds *self, const guint8 *id)
{
  g_hash_table_remove (self->known, id);
}

static void
visit (UsherRecentIds *self, GBytes *events, void (*func) (UsherRecentIds *self, const guint8 *id))
{
  UsherFrameReader reader;
  const guint8 *bytes = NULL;
  const guint8 *id = NULL;
  gsize size = 0;

  usher_frame_reader_init (&reader, g_bytes_get_data (events, NULL), g_bytes_get_size (events));
  while (reader.at < reader.end && usher_frame_skip_event (&reader, &bytes, &size, &id))
    func (self, id);
}

void
usher_recent_ids_add_all (UsherRecentIds *self, GBytes *events)
{
  visit (self, events, usher_recent_ids_add);
}

void
usher_recent_ids_remove_all (UsherRecentIds *self, GBytes *events)
{
  visit (self, events, remove_id);
}
