/* usher-mongo-writer.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-writer-private.h"

#include "usher-error.h"
#include "usher-mongo-commit-private.h"
#include "usher-mongo-entries-private.h"
#include "usher-mongo-group-private.h"
#include "usher-mongo-index-private.h"
#include "usher-mongo-lanes-private.h"
#include "usher-mongo-recent-private.h"
#include "usher-mongo-refusal-private.h"
#include "usher-mongo-slips-private.h"

/* how often a disk that was full is tried */
#define PROBE_PAUSE (G_TIME_SPAN_SECOND / 4)

struct _UsherMongoWriter
{
  UsherMongoParts *parts; /* (owned) */
  guint limit;
  gboolean is_shared;
  UsherMongoLanes *lanes;   /* (owned) */
  UsherMongoRecent *recent; /* (owned) */
  guint64 n_commits;        /* (atomic): makes their names */
  int is_full;              /* (atomic) */
  gint64 probed;            /* (atomic): when that was tried last, monotonic */

  GMutex mutex;                /* one is told at a time, in the order of the outbox */
  UsherStore *store;           /* (unowned) (mutex mutex): whose writer it is */
  UsherStoreObserver observer; /* (nullable) (mutex mutex) */
  gpointer observer_data;      /* (mutex mutex) */
};

/* something to commit */
typedef struct
{
  UsherCommit *commit; /* (owned) (nullable): NULL: the disk is to be tried */
  UsherCommittedFunc func;
  gpointer user_data;
  gint64 since; /* monotonic: when it was handed over */

  char *token;               /* (owned) (nullable) */
  UsherMongoCommit written;  /* once there is a token */
  UsherMongoAttempt attempt; /* of a group */
  gboolean was_tried;        /* by that */
} Entry;

static void
free_entry (Entry *entry)
{
  if (entry->token != NULL)
    usher_mongo_commit_clear (&entry->written);
  usher_mongo_attempt_clear (&entry->attempt);
  g_free (entry->token);
  g_clear_pointer (&entry->commit, usher_commit_unref);
  g_free (entry);
}

/* Says once that nothing can be written, and once that it can again. @error: (nullable): of a write; NULL: something was written */
static void
set_full (UsherMongoWriter *self, const GError *error)
{
  gboolean is_full = g_error_matches (error, USHER_ERROR, USHER_ERROR_FULL);
  const char *place = usher_mongo_database_get_place (self->parts->database);

  /* what is refused for another reason tells nothing about the disk */
  if ((error != NULL && !is_full) || g_atomic_int_exchange (&self->is_full, is_full) == is_full)
    return;

  if (error != NULL)
    g_message ("%s; nothing is written until that is over", error->message);
  else
    g_message ("database “%s” is written again", place);
}

/* A timer is for whoever has the lease, as if that had been first; one that is parked is for nobody but operators. Who is alone needs
 * no lease. */
static gboolean
is_for_another (UsherMongoWriter *self, UsherCommit *commit)
{
  UsherTimer *fired = usher_commit_get_fired (commit);
  gboolean is_alone =
      !self->is_shared && usher_mongo_owners_get_n_others (self->parts->owners) == 0;

  return fired != NULL && !usher_timer_is_parked (fired) && !is_alone &&
         !usher_mongo_lease_is_held (self->parts->lease);
}

static gint64
get_due (const UsherMongoSlip *slip)
{
  const UsherTimerChange *change = slip->change;

  return change != NULL && change->set && (change->history == NULL || change->history->parked == 0)
             ? change->due
             : G_MAXINT64;
}

/* What the commit supersedes elsewhere is taken away, and then what says that it is dead. */
static void
tidy_up (UsherMongoWriter *self, const UsherMongoCommit *written, const UsherMongoSlip *slip)
{
  gboolean is_dead = slip->request == NULL && (slip->change == NULL || !slip->change->set);

  for (guint i = 0; i < slip->found->len; i++)
    {
      const UsherMongoSlipEntry *entry = &g_array_index (slip->found, UsherMongoSlipEntry, i);
      g_autofree char *unique = usher_mongo_entry_make_unique (slip->key, entry->generation);

      if (!usher_mongo_place_equal (entry->place, written->home))
        usher_mongo_tidy_drop_entry (self->parts->tidy, entry->place, slip->member, unique, FALSE);
    }
  if (slip->generation != 0 && is_dead)
    {
      g_autofree char *unique = usher_mongo_entry_make_unique (slip->key, slip->generation);

      usher_mongo_tidy_drop_entry (self->parts->tidy, written->home, slip->member, unique, TRUE);
    }
}

static void
note_slips (UsherMongoWriter *self, const UsherMongoCommit *written)
{
  for (guint i = 0; i < written->slips->len; i++)
    {
      const UsherMongoSlip *slip = g_ptr_array_index (written->slips, i);

      tidy_up (self, written, slip);
      if (slip->request == NULL)
        usher_mongo_timers_note (self->parts->timers,
                                 slip->key,
                                 slip->generation != 0 ? slip->generation : slip->highest + 1,
                                 get_due (slip));
    }
}

/* (mutex mutex) */
static void
tell (UsherMongoWriter *self, Entry *entry, const GError *error)
{
  UsherCommit *commit = entry->commit;
  const UsherMongoCommit *written = &entry->written;
  gboolean is_change = error == NULL && !usher_commit_was_applied (commit);

  if (is_change && written->home != NULL)
    usher_mongo_outbox_add (self->parts->outbox, commit, written->home, written->before);
  if (is_change && self->observer != NULL && !usher_commit_is_empty (commit))
    self->observer (self->store, commit, self->observer_data);

  entry->func (commit, error, entry->user_data);
}

static void
begin_entry (UsherMongoWriter *self, Entry *entry)
{
  entry->token = g_strdup_printf ("%s-%" G_GINT64_MODIFIER "x",
                                  usher_mongo_owners_get_name (self->parts->owners),
                                  __atomic_add_fetch (&self->n_commits, 1, __ATOMIC_RELAXED));
  usher_mongo_commit_init (
      &entry->written, self->parts->database, self->parts->tables, entry->commit, entry->token);
  if (is_for_another (self, entry->commit))
    usher_commit_set_applied (entry->commit, TRUE);
  else
    usher_mongo_commit_begin (&entry->written, self->limit);
}

static void
end_entry (UsherMongoWriter *self, Entry *entry)
{
  UsherMongoCommit *written = &entry->written;
  g_autoptr (GError) error = NULL;

  if (!usher_mongo_commit_end (written, entry->was_tried ? &entry->attempt : NULL, &error))
    set_full (self, error);
  else if (written->home != NULL)
    {
      usher_mongo_recent_note (self->recent, entry->commit);
      set_full (self, NULL);
      note_slips (self, written);
      usher_mongo_watch_announce (self->parts->watch);
    }
  if (written->is_unknown)
    usher_mongo_watch_lose (self->parts->watch);

  g_mutex_lock (&self->mutex);
  tell (self, entry, error);
  g_mutex_unlock (&self->mutex);
}

static void
try_disk (UsherMongoWriter *self)
{
  g_auto (bson_t) command = BSON_INITIALIZER;
  g_auto (bson_t) reply = BSON_INITIALIZER;
  g_autoptr (GError) error = NULL;

  BCON_APPEND (&command,
               "update",
               USHER_MONGO_META,
               "updates",
               "[",
               "{",
               "q",
               "{",
               "_id",
               "probe",
               "}",
               "u",
               "{",
               "$currentDate",
               "{",
               "at",
               BCON_BOOL (true),
               "}",
               "}",
               "upsert",
               BCON_BOOL (true),
               "}",
               "]");
  usher_mongo_database_write (self->parts->database, NULL, &command, &reply, &error);
  set_full (self, error);
}

/* TRUE: somebody here was first, which the server need not be asked */
static gboolean
refuse_late (UsherMongoWriter *self, Entry *entry)
{
  const UsherChange *late =
      usher_mongo_recent_find_late (self->recent, entry->commit, entry->since);
  g_autoptr (GError) error = NULL;

  if (late == NULL)
    return FALSE;

  usher_mongo_refusal_set_conflict (late, &error);
  g_mutex_lock (&self->mutex);
  tell (self, entry, error);
  g_mutex_unlock (&self->mutex);

  return TRUE;
}

static void
write_entry (UsherMongoWriter *self, Entry *entry)
{
  if (refuse_late (self, entry))
    return;

  begin_entry (self, entry);
  end_entry (self, entry);
}

/* New documents of one collection: @n entries from @begin on. */
static void
write_new (UsherMongoWriter *self, GPtrArray *entries, guint begin, guint n, const char *collection)
{
  g_autoptr (UsherMongoGroup) group = usher_mongo_group_new (self->parts->database, collection);

  for (guint i = begin; i < begin + n; i++)
    {
      Entry *entry = g_ptr_array_index (entries, i);

      begin_entry (self, entry);
      entry->was_tried = entry->written.state == USHER_MONGO_COMMIT_READY;
      if (entry->was_tried)
        usher_mongo_group_add (group, &entry->written.statement, &entry->attempt);
    }
  usher_mongo_group_send (group);
  for (guint i = begin; i < begin + n; i++)
    end_entry (self, g_ptr_array_index (entries, i));
}

/* (nullable) */
static const char *
get_new_collection (GPtrArray *entries, guint place)
{
  const Entry *entry = g_ptr_array_index (entries, place);

  return entry->commit != NULL ? usher_mongo_commit_get_new_collection (entry->commit) : NULL;
}

/* how many from @begin on make something new in @collection */
static guint
count_new (GPtrArray *entries, guint begin, const char *collection)
{
  guint n = 0;

  while (begin + n < entries->len &&
         g_strcmp0 (get_new_collection (entries, begin + n), collection) == 0)
    n++;

  return n;
}

static void
on_work (GPtrArray *work, gpointer user_data)
{
  guint n = 1;

  for (guint begin = 0; begin < work->len; begin += n)
    {
      Entry *entry = g_ptr_array_index (work, begin);
      const char *collection = get_new_collection (work, begin);

      n = 1;
      if (collection != NULL)
        write_new (user_data, work, begin, n = count_new (work, begin, collection), collection);
      else if (entry->commit != NULL)
        write_entry (user_data, entry);
      else
        try_disk (user_data);
      for (guint i = begin; i < begin + n; i++)
        free_entry (g_ptr_array_index (work, i));
    }
}

static gpointer
ref_writer (gpointer user_data)
{
  return usher_mongo_writer_ref (user_data);
}

static void
unref_writer (gpointer user_data)
{
  usher_mongo_writer_unref (user_data);
}

UsherMongoWriter *
usher_mongo_writer_new (UsherMongoParts *parts, guint limit, gboolean is_shared)
{
  UsherMongoWriter *self = g_atomic_rc_box_new0 (UsherMongoWriter);

  g_mutex_init (&self->mutex);
  self->parts = usher_mongo_parts_ref (parts);
  self->limit = limit;
  self->is_shared = is_shared;
  self->lanes = usher_mongo_lanes_new (on_work, ref_writer, unref_writer);
  self->recent = usher_mongo_recent_new ();

  return self;
}

UsherMongoWriter *
usher_mongo_writer_ref (UsherMongoWriter *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear_writer (gpointer data)
{
  UsherMongoWriter *self = data;

  usher_mongo_lanes_free (self->lanes);
  usher_mongo_recent_free (self->recent);
  usher_mongo_parts_unref (self->parts);
  g_mutex_clear (&self->mutex);
}

void
usher_mongo_writer_unref (UsherMongoWriter *self)
{
  g_atomic_rc_box_release_full (self, clear_writer);
}

void
usher_mongo_writer_set_observer (UsherMongoWriter *self,
                                 UsherStore *store,
                                 UsherStoreObserver observer,
                                 gpointer user_data)
{
  g_mutex_lock (&self->mutex);
  self->store = store;
  self->observer = observer;
  self->observer_data = user_data;
  g_mutex_unlock (&self->mutex);
}

void
usher_mongo_writer_commit (UsherMongoWriter *self,
                           UsherCommit *commit,
                           UsherCommittedFunc func,
                           gpointer user_data)
{
  Entry *entry = g_new0 (Entry, 1);
  g_autoptr (GError) error = NULL;

  entry->commit = usher_commit_ref (commit);
  entry->func = func;
  entry->user_data = user_data;
  entry->since = g_get_monotonic_time ();
  if (usher_mongo_lanes_push (self->lanes, usher_mongo_commit_hash (commit), entry, self))
    return;

  usher_refuse (&error,
                USHER_ERROR_UNAVAILABLE,
                "database “%s” is closed",
                usher_mongo_database_get_place (self->parts->database));
  func (commit, error, user_data);
  free_entry (entry);
}

static void
probe (UsherMongoWriter *self)
{
  gint64 now = g_get_monotonic_time ();
  gint64 probed = __atomic_load_n (&self->probed, __ATOMIC_SEQ_CST);
  Entry *entry = NULL;

  if (now - probed < PROBE_PAUSE ||
      !__atomic_compare_exchange_n (
          &self->probed, &probed, now, FALSE, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
    return;

  entry = g_new0 (Entry, 1);
  if (!usher_mongo_lanes_push (self->lanes, 0, entry, self))
    free_entry (entry);
}

gboolean
usher_mongo_writer_is_full (UsherMongoWriter *self)
{
  gboolean is_full = g_atomic_int_get (&self->is_full);

  if (is_full)
    probe (self);

  return is_full;
}

void
usher_mongo_writer_close (UsherMongoWriter *self)
{
  /* a callback, which is called with the mutex, dropped the last reference of the store */
  if (!usher_mongo_lanes_close (self->lanes))
    self->observer = NULL;
}
