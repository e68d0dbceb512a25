/* usher-mongo-lease.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-lease-private.h"

#include <string.h>

#include "usher-mongo-entries-private.h"
#include "usher-mongo-index-private.h"
#include "usher-mongo-process-private.h"
#include "usher-mongo-reach-private.h"

#define ID "lease"

/* how long a lease holds without a sign of life, and how often its holder gives one */
#define LEASE_TIME G_TIME_SPAN_SECOND
#define BEAT_TIME  (200 * G_TIME_SPAN_MILLISECOND)
/* how old a look may be of who wants it */
#define LOOK_TIME (100 * G_TIME_SPAN_MILLISECOND)

/* what nothing is counted up to */
#define MOST_COUNT (G_MAXINT64 / 2)

/* as it was seen */
typedef struct
{
  gint64 token;
  gint64 beat;
  gint64 pid;
  gboolean is_there;
  gboolean has_owner;
  gboolean is_damaged; /* somebody edited it so that it counts nothing */
  gboolean is_gone;    /* whoever has it died on this machine, or is this process and lost count */
  gint64 since;        /* monotonic: that it is so */
  gint64 looked_at;    /* monotonic, 0: never */
} Seen;

struct _UsherMongoLease
{
  UsherMongoDatabase *database; /* (owned) */
  UsherMongoOwners *owners;     /* (owned) */
  GMutex writing;               /* one writes at a time */

  GMutex mutex;
  Seen seen;          /* (mutex mutex) */
  gint64 token;       /* (mutex mutex): under which it was taken here, 0: it was not */
  gint64 beat_at;     /* (mutex mutex): monotonic: before the last one that succeeded */
  UsherReach reach;   /* (mutex mutex): to be kept */
  gboolean has_reach; /* (mutex mutex) */
  UsherReach known;   /* (mutex mutex): what the database has, as of the last look */
};

UsherMongoLease *
usher_mongo_lease_new (UsherMongoDatabase *database, UsherMongoOwners *owners)
{
  UsherMongoLease *self = g_atomic_rc_box_new0 (UsherMongoLease);

  g_mutex_init (&self->writing);
  g_mutex_init (&self->mutex);
  self->database = usher_mongo_database_ref (database);
  self->owners = usher_mongo_owners_ref (owners);

  return self;
}

UsherMongoLease *
usher_mongo_lease_ref (UsherMongoLease *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear_lease (gpointer data)
{
  UsherMongoLease *self = data;

  usher_mongo_database_unref (self->database);
  usher_mongo_owners_unref (self->owners);
  g_mutex_clear (&self->writing);
  g_mutex_clear (&self->mutex);
}

void
usher_mongo_lease_unref (UsherMongoLease *self)
{
  g_atomic_rc_box_release_full (self, clear_lease);
}

gboolean
usher_mongo_lease_is_held (UsherMongoLease *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->token != 0 && g_get_monotonic_time () - self->beat_at < LEASE_TIME;
}

/* The mutex is held. */
static gboolean
is_free (UsherMongoLease *self, gint64 now)
{
  const Seen *seen = &self->seen;

  return seen->looked_at != 0 &&
         (!seen->is_there || !seen->has_owner || seen->is_gone || now - seen->since >= LEASE_TIME);
}

gboolean
usher_mongo_lease_is_free (UsherMongoLease *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  gint64 now = g_get_monotonic_time ();

  return (self->token == 0 || now - self->beat_at >= LEASE_TIME) && is_free (self, now);
}

/* The mutex is held. */
static gboolean
is_gone (UsherMongoLease *self, const bson_t *row, gint64 token)
{
  const char *owner = usher_mongo_entry_get_text (row, "owner");

  /* the answer that it was taken here did not come */
  if (g_strcmp0 (owner, usher_mongo_owners_get_name (self->owners)) == 0)
    return token != self->token;

  return usher_mongo_process_is_gone (row);
}

/* what a lease counts, that nobody but its holders has written */
static gboolean
is_count (const bson_t *row, const char *name)
{
  bson_iter_t iter;

  return bson_iter_init_find (&iter, row, name) && BSON_ITER_HOLDS_INT64 (&iter) &&
         bson_iter_int64 (&iter) >= 0 && bson_iter_int64 (&iter) < MOST_COUNT;
}

void
usher_mongo_lease_take_row (UsherMongoLease *self, const bson_t *row)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  Seen seen = { .is_there = row != NULL, .looked_at = g_get_monotonic_time () };

  seen.since = seen.looked_at;
  if (row != NULL)
    {
      seen.token = usher_mongo_entry_get_integer (row, "token");
      seen.beat = usher_mongo_entry_get_integer (row, "beat");
      seen.pid = usher_mongo_entry_get_integer (row, "pid");
      seen.is_damaged = !is_count (row, "token") || !is_count (row, "beat");
      seen.has_owner = usher_mongo_entry_get_text (row, "owner") != NULL;
      seen.is_gone = is_gone (self, row, seen.token);
      usher_mongo_reach_read (row, "", &self->known, NULL);
    }
  if (self->seen.is_there && self->seen.token == seen.token && self->seen.beat == seen.beat)
    seen.since = self->seen.since;

  self->seen = seen;
}

typedef struct
{
  UsherMongoLease *lease;
  gboolean is_there;
  UsherReach *reach; /* (nullable) */
} Look;

static gboolean
on_row (const bson_t *row, gpointer user_data, GError **error)
{
  Look *look = user_data;

  look->is_there = TRUE;
  usher_mongo_lease_take_row (look->lease, row);

  return look->reach == NULL ||
         usher_mongo_reach_read (row,
                                 usher_mongo_database_get_place (look->lease->database),
                                 look->reach,
                                 error);
}

static gboolean
look (UsherMongoLease *self, UsherReach *reach, GError **error)
{
  g_auto (bson_t) filter = BSON_INITIALIZER;
  Look data = { self, FALSE, reach };

  BCON_APPEND (&filter, "_id", ID);
  if (!usher_mongo_database_find (
          self->database, USHER_MONGO_META, &filter, NULL, on_row, &data, error))
    return FALSE;

  if (!data.is_there)
    usher_mongo_lease_take_row (self, NULL);
  return TRUE;
}

/* The mutex is held. What says less of the same log changes nothing. */
static gboolean
is_news (UsherMongoLease *self)
{
  return self->has_reach && usher_reach_is_behind (&self->known, &self->reach);
}

/* FALSE: nobody knows what came of it; @found: (out): the lease was as @query says, and is now as @update does */
static gboolean
run (UsherMongoLease *self,
     const bson_t *query,
     const bson_t *update,
     gboolean upsert,
     gboolean *found)
{
  g_auto (bson_t) command = BSON_INITIALIZER;
  g_auto (bson_t) reply = BSON_INITIALIZER;
  const guint8 *data = NULL;
  guint32 length = 0;
  bson_iter_t iter;
  bson_t row;

  *found = FALSE;
  BCON_APPEND (&command,
               "findAndModify",
               USHER_MONGO_META,
               "query",
               BCON_DOCUMENT (query),
               "update",
               BCON_DOCUMENT (update),
               "upsert",
               BCON_BOOL (upsert),
               "new",
               BCON_BOOL (true));
  if (!usher_mongo_database_write (self->database, NULL, &command, &reply, NULL))
    return FALSE;
  if (!bson_iter_init_find (&iter, &reply, "value") || !BSON_ITER_HOLDS_DOCUMENT (&iter))
    return TRUE;

  bson_iter_document (&iter, &length, &data);
  *found = bson_init_static (&row, data, length);
  if (*found)
    usher_mongo_lease_take_row (self, &row);

  return TRUE;
}

/* The mutex is held. @reach is copied to @set, if it is news. */
static void
append_reach (UsherMongoLease *self, bson_t *set)
{
  if (is_news (self))
    usher_mongo_reach_append (set, &self->reach);
}

/* Shows that its holder lives, and writes what is to be kept; @writing is held. FALSE: it is not known to have been written. */
static gboolean
beat (UsherMongoLease *self, gboolean ends)
{
  g_auto (bson_t) query = BSON_INITIALIZER;
  g_auto (bson_t) update = BSON_INITIALIZER;
  g_auto (bson_t) set = BSON_INITIALIZER;
  gint64 start = g_get_monotonic_time ();
  gboolean found = FALSE;
  gboolean ok = FALSE;

  g_mutex_lock (&self->mutex);
  BCON_APPEND (&query, "_id", ID, "token", BCON_INT64 (self->token));
  append_reach (self, &set);
  g_mutex_unlock (&self->mutex);
  BCON_APPEND (&update, "$inc", "{", "beat", BCON_INT64 (1), "}");
  if (!bson_empty (&set))
    BCON_APPEND (&update, "$set", BCON_DOCUMENT (&set));
  if (ends)
    BCON_APPEND (&update, "$unset", "{", "owner", "", "host", "", "pid", "", "started", "", "}");
  ok = run (self, &query, &update, FALSE, &found);

  g_mutex_lock (&self->mutex);
  if (found)
    self->beat_at = start;
  if (ends || (ok && !found))
    self->token = 0;
  g_mutex_unlock (&self->mutex);

  return found;
}

static void
append_damaged (bson_t *list, const char *index, const char *name)
{
  g_auto (bson_t) query = BSON_INITIALIZER;

  BCON_APPEND (&query,
               name,
               "{",
               "$not",
               "{",
               "$type",
               "long",
               "$gte",
               BCON_INT64 (0),
               "$lt",
               BCON_INT64 (MOST_COUNT),
               "}",
               "}");
  bson_append_document (list, index, -1, &query);
}

/* a list is compared by each of its numbers, so that it may look sound */
static void
append_list (bson_t *list, const char *index, const char *name)
{
  g_auto (bson_t) query = BSON_INITIALIZER;

  BCON_APPEND (&query, name, "{", "$type", "array", "}");
  bson_append_document (list, index, -1, &query);
}

/* the lease, as long as it is as @seen */
static void
append_seen (bson_t *query, const Seen *seen)
{
  g_auto (bson_t) damages = BSON_INITIALIZER;

  BCON_APPEND (query, "_id", ID);
  if (!seen->is_there)
    {
      BCON_APPEND (query, "token", "{", "$exists", BCON_BOOL (false), "}");
      return;
    }
  if (!seen->is_damaged)
    {
      BCON_APPEND (query, "token", BCON_INT64 (seen->token), "beat", BCON_INT64 (seen->beat));
      return;
    }

  append_damaged (&damages, "0", "token");
  append_damaged (&damages, "1", "beat");
  append_list (&damages, "2", "token");
  append_list (&damages, "3", "beat");
  bson_append_array (query, "$or", -1, &damages);
}

/* As @seen, when it was free; @writing is held. */
static gboolean
take (UsherMongoLease *self, const Seen *seen)
{
  g_auto (bson_t) query = BSON_INITIALIZER;
  g_auto (bson_t) update = BSON_INITIALIZER;
  g_auto (bson_t) set = BSON_INITIALIZER;
  gint64 start = g_get_monotonic_time ();
  /* behind all that were ever counted */
  gint64 token = seen->is_damaged ? g_get_real_time () : seen->token + 1;
  gboolean found = FALSE;

  g_mutex_lock (&self->mutex);
  append_reach (self, &set);
  g_mutex_unlock (&self->mutex);

  append_seen (&query, seen);
  BCON_APPEND (&set,
               "owner",
               BCON_UTF8 (usher_mongo_owners_get_name (self->owners)),
               "token",
               BCON_INT64 (token));
  if (seen->is_damaged)
    BCON_APPEND (&set, "beat", BCON_INT64 (1));
  usher_mongo_process_append (&set);
  BCON_APPEND (&update, "$set", BCON_DOCUMENT (&set));
  if (!seen->is_damaged)
    BCON_APPEND (&update, "$inc", "{", "beat", BCON_INT64 (1), "}");
  run (self, &query, &update, !seen->is_there, &found);
  if (!found)
    return FALSE;

  g_mutex_lock (&self->mutex);
  self->token = token;
  self->beat_at = start;
  self->seen.is_gone = FALSE;
  g_mutex_unlock (&self->mutex);
  if (seen->is_damaged)
    g_message ("database “%s”: “token” or “beat” of its lease was damaged, and is counted anew",
               usher_mongo_database_get_place (self->database));

  return TRUE;
}

/* A lease that is damaged is nobody's: @writing is held. FALSE: it is ours still, perhaps, when the server answers again */
static gboolean
give_up_damaged (UsherMongoLease *self)
{
  gboolean is_damaged = FALSE;

  if (!look (self, NULL, NULL))
    return FALSE;

  g_mutex_lock (&self->mutex);
  is_damaged = self->seen.is_damaged;
  if (is_damaged)
    self->token = 0;
  g_mutex_unlock (&self->mutex);

  return is_damaged;
}

/* @writing is held. */
static gboolean
hold (UsherMongoLease *self)
{
  gint64 now = g_get_monotonic_time ();
  gint64 token = 0;
  gint64 age = 0;
  gint64 looked_at = 0;
  gboolean free = FALSE;
  Seen seen;

  g_mutex_lock (&self->mutex);
  token = self->token;
  age = now - self->beat_at;
  g_mutex_unlock (&self->mutex);
  if (token != 0 && (age < BEAT_TIME || beat (self, FALSE) || usher_mongo_lease_is_held (self)))
    return TRUE;

  g_mutex_lock (&self->mutex);
  token = self->token;
  looked_at = self->seen.looked_at;
  g_mutex_unlock (&self->mutex);
  if (token != 0 && !give_up_damaged (self))
    return FALSE;
  if ((looked_at == 0 || now - looked_at > LOOK_TIME) && !look (self, NULL, NULL))
    return FALSE;

  /* at one moment: a beat that is seen after that is one of a holder that lives */
  g_mutex_lock (&self->mutex);
  free = is_free (self, g_get_monotonic_time ());
  seen = self->seen;
  g_mutex_unlock (&self->mutex);

  if (!free)
    return FALSE;
  if (take (self, &seen))
    return TRUE;

  /* another one was first */
  look (self, NULL, NULL);
  return FALSE;
}

gboolean
usher_mongo_lease_hold (UsherMongoLease *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->writing);

  return hold (self);
}

/* The mutex is not held. */
static gboolean
has_news (UsherMongoLease *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return is_news (self);
}

gboolean
usher_mongo_lease_flush (UsherMongoLease *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->writing);

  return hold (self) && (!has_news (self) || beat (self, FALSE));
}

void
usher_mongo_lease_release (UsherMongoLease *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->writing);
  gboolean is_ours = FALSE;

  g_mutex_lock (&self->mutex);
  is_ours = self->token != 0;
  g_mutex_unlock (&self->mutex);

  /* what nobody keeps is kept here, if that is nobody else's */
  if (is_ours || (has_news (self) && hold (self)))
    beat (self, TRUE);
}

void
usher_mongo_lease_keep_reach (UsherMongoLease *self, const UsherReach *reach)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (self->has_reach && !usher_reach_is_behind (&self->reach, reach))
    return;

  self->reach = *reach;
  self->has_reach = TRUE;
}

gboolean
usher_mongo_lease_lookup_reach (UsherMongoLease *self, UsherReach *reach, GError **error)
{
  *reach = (UsherReach){ 0 };
  if (!look (self, reach, error))
    return FALSE;

  /* what was told and waits to be written */
  g_mutex_lock (&self->mutex);
  if (self->has_reach && usher_reach_is_behind (reach, &self->reach))
    *reach = self->reach;
  g_mutex_unlock (&self->mutex);

  return TRUE;
}

void
usher_mongo_lease_describe (UsherMongoLease *self, GVariantBuilder *builder)
{
  gboolean is_held = usher_mongo_lease_is_held (self);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  g_variant_builder_add (builder, "{sx}", "lease-token", self->seen.token);
  g_variant_builder_add (builder, "{sx}", "lease-process", self->seen.pid);
  g_variant_builder_add (builder, "{sx}", "lease-held", (gint64) is_held);
}
