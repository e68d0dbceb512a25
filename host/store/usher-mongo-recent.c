/* usher-mongo-recent.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-recent-private.h"

/* Two documents that share a place forget each other, and then the server is asked. */
#define N_PLACES 256

typedef struct
{
  char *key; /* (owned) (nullable): collection and id */
  gint64 version;
  gint64 at; /* monotonic: it had that version by then */
} Place;

struct _UsherMongoRecent
{
  GMutex mutex;
  Place places[N_PLACES]; /* (mutex mutex) */
};

UsherMongoRecent *
usher_mongo_recent_new (void)
{
  UsherMongoRecent *self = g_new0 (UsherMongoRecent, 1);

  g_mutex_init (&self->mutex);

  return self;
}

void
usher_mongo_recent_free (UsherMongoRecent *self)
{
  for (guint i = 0; i < N_PLACES; i++)
    g_free (self->places[i].key);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

static char *
dup_key (const UsherChange *change)
{
  UsherSchema *schema = usher_document_get_schema (change->document);

  return g_strconcat (usher_schema_get_collection (schema),
                      "/",
                      usher_document_get_id (change->document),
                      NULL);
}

static Place *
get_place (UsherMongoRecent *self, const char *key)
{
  return &self->places[g_str_hash (key) % N_PLACES];
}

void
usher_mongo_recent_note (UsherMongoRecent *self, UsherCommit *commit)
{
  gint64 now = g_get_monotonic_time ();
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  for (guint i = 0; i < usher_commit_get_n_changes (commit); i++)
    {
      const UsherChange *change = usher_commit_get_change (commit, i);
      g_autofree char *key = NULL;
      Place *place = NULL;

      /* an upgrade leaves the version, and of what is new there was none before */
      if (change->kind != USHER_CHANGE_REPLACE && change->kind != USHER_CHANGE_REMOVE)
        continue;

      key = dup_key (change);
      place = get_place (self, key);
      g_free (place->key);
      *place = (Place){ g_steal_pointer (&key), change->expected_version + 1, now };
    }
}

/* The mutex is held. What was handed over before had been read before. */
static gboolean
is_late (UsherMongoRecent *self, const UsherChange *change, gint64 since)
{
  g_autofree char *key = dup_key (change);
  const Place *place = get_place (self, key);

  return since < place->at && change->expected_version < place->version &&
         g_strcmp0 (place->key, key) == 0;
}

const UsherChange *
usher_mongo_recent_find_late (UsherMongoRecent *self, UsherCommit *commit, gint64 since)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  for (guint i = 0; i < usher_commit_get_n_changes (commit); i++)
    {
      const UsherChange *change = usher_commit_get_change (commit, i);

      if (change->kind != USHER_CHANGE_INSERT && is_late (self, change, since))
        return change;
    }

  return NULL;
}
