/* usher-mongo-owners.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-owners-private.h"

#include <string.h>

#include "usher-mongo-entries-private.h"
#include "usher-mongo-index-private.h"
#include "usher-mongo-process-private.h"

#define PREFIX        "owner "
#define BEHIND_PREFIX "owner!"

/* how old the last sign of life of an owner is that lives, in ms by the server's clock */
#define MAX_AGE 10000
/* how long it must have been seen so, as the server's clock may have been set */
#define DOUBT (2 * G_TIME_SPAN_SECOND)
/* when nobody asks for a dead one any more, in ms */
#define FORGET_AGE (10 * 60 * 1000)

/* another one, as it was seen */
typedef struct
{
  gint64 beat;
  gint64 n_commits;
  gint64 since; /* monotonic: that @beat is known */
  gint64 seen;  /* the server's time of that beat, in ms */
  gboolean is_gone;
  guint look; /* which one found it last */
} Other;

struct _UsherMongoOwners
{
  UsherMongoDatabase *database; /* (owned) */
  char *name;                   /* (owned) */
  char *id;                     /* (owned): of its document */
  gint64 n_commits;             /* (atomic) */
  gint64 n_told;                /* (atomic) */
  int n_others;                 /* (atomic) */
  int has_ended;                /* (atomic) */

  GMutex mutex;
  GHashTable *others; /* (owned) (mutex mutex) (element-type utf8 Other): by id of the document */
  gint64 own_seen;    /* (mutex mutex): the server's time of the last beat, in ms */
  guint look;         /* (mutex mutex) */
  gboolean has_news;  /* (mutex mutex): of this look */
};

static gboolean
on_owner (const bson_t *row, gpointer user_data, GError **error)
{
  usher_mongo_owners_take (user_data, row);

  return TRUE;
}

/* Whoever opens it now is not alone if another one has it. */
static gboolean
look (UsherMongoOwners *self, GError **error)
{
  g_auto (bson_t) filter = BSON_INITIALIZER;

  BCON_APPEND (&filter, "_id", "{", "$gte", PREFIX, "$lt", BEHIND_PREFIX, "}");
  usher_mongo_owners_begin_look (self);
  if (!usher_mongo_database_find (
          self->database, USHER_MONGO_META, &filter, NULL, on_owner, self, error))
    return FALSE;

  usher_mongo_owners_end_look (self);
  return TRUE;
}

UsherMongoOwners *
usher_mongo_owners_new (UsherMongoDatabase *database, GError **error)
{
  g_autoptr (UsherMongoOwners) self = g_atomic_rc_box_new0 (UsherMongoOwners);

  g_mutex_init (&self->mutex);
  self->database = usher_mongo_database_ref (database);
  self->name = g_uuid_string_random ();
  self->id = g_strconcat (PREFIX, self->name, NULL);
  self->others = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  return usher_mongo_owners_beat (self, error) && look (self, error) ? g_steal_pointer (&self)
                                                                     : NULL;
}

UsherMongoOwners *
usher_mongo_owners_ref (UsherMongoOwners *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear_owners (gpointer data)
{
  UsherMongoOwners *self = data;

  usher_mongo_database_unref (self->database);
  g_hash_table_unref (self->others);
  g_mutex_clear (&self->mutex);
  g_free (self->name);
  g_free (self->id);
}

void
usher_mongo_owners_unref (UsherMongoOwners *self)
{
  g_atomic_rc_box_release_full (self, clear_owners);
}

/* A server that is away is not waited for: the document is too old soon. */
void
usher_mongo_owners_end (UsherMongoOwners *self)
{
  g_auto (bson_t) command = BSON_INITIALIZER;
  g_auto (bson_t) reply = BSON_INITIALIZER;

  if (g_atomic_int_exchange (&self->has_ended, TRUE))
    return;

  BCON_APPEND (&command,
               "delete",
               USHER_MONGO_META,
               "deletes",
               "[",
               "{",
               "q",
               "{",
               "_id",
               BCON_UTF8 (self->id),
               "}",
               "limit",
               BCON_INT32 (1),
               "}",
               "]");
  usher_mongo_database_write (self->database, NULL, &command, &reply, NULL);
}

const char *
usher_mongo_owners_get_name (UsherMongoOwners *self)
{
  return self->name;
}

static gint64
get_time (const bson_t *row, const char *name)
{
  bson_iter_t iter;

  return bson_iter_init_find (&iter, row, name) && BSON_ITER_HOLDS_DATE_TIME (&iter)
             ? bson_iter_date_time (&iter)
             : 0;
}

/* The mutex is held. (transfer none): what is known of the owner of @row now */
static Other *
note_other (UsherMongoOwners *self, const char *id, const bson_t *row)
{
  Other *other = g_hash_table_lookup (self->others, id);
  gint64 beat = usher_mongo_entry_get_integer (row, "beat");

  if (other == NULL)
    {
      other = g_new0 (Other, 1);
      g_hash_table_insert (self->others, g_strdup (id), other);
    }
  if (other->since == 0 || other->beat != beat)
    other->since = g_get_monotonic_time ();
  other->beat = beat;
  other->seen = get_time (row, "seen");
  other->is_gone = usher_mongo_process_is_gone (row);

  return other;
}

/* The mutex is held. */
static gboolean
is_other_alive (UsherMongoOwners *self, const Other *other)
{
  if (other->is_gone)
    return FALSE;

  return self->own_seen - other->seen <= MAX_AGE || g_get_monotonic_time () - other->since < DOUBT;
}

typedef struct
{
  UsherMongoOwners *owners;
  const char *id;
  gboolean is_there;
} Question;

static gboolean
on_row (const bson_t *row, gpointer user_data, GError **error)
{
  Question *question = user_data;
  UsherMongoOwners *self = question->owners;
  const char *id = usher_mongo_entry_get_text (row, "_id");
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (g_strcmp0 (id, self->id) == 0)
    self->own_seen = MAX (self->own_seen, get_time (row, "seen"));
  else
    question->is_there = note_other (self, question->id, row) != NULL;

  return TRUE;
}

gboolean
usher_mongo_owners_is_alive (UsherMongoOwners *self, const char *name)
{
  g_autofree char *id = g_strconcat (PREFIX, name, NULL);
  g_auto (bson_t) filter = BSON_INITIALIZER;
  g_auto (bson_t) options = BSON_INITIALIZER;
  Question question = { self, id, FALSE };
  const Other *other = NULL;
  gboolean is_alive = FALSE;

  if (g_str_equal (name, self->name))
    return TRUE;

  BCON_APPEND (&filter, "_id", "{", "$in", "[", BCON_UTF8 (self->id), BCON_UTF8 (id), "]", "}");
  if (!usher_mongo_database_find (
          self->database, USHER_MONGO_META, &filter, &options, on_row, &question, NULL))
    return TRUE;

  g_mutex_lock (&self->mutex);
  other = question.is_there ? g_hash_table_lookup (self->others, id) : NULL;
  is_alive = other != NULL && is_other_alive (self, other);
  g_mutex_unlock (&self->mutex);

  return is_alive;
}

guint
usher_mongo_owners_get_n_others (UsherMongoOwners *self)
{
  return (guint) g_atomic_int_get (&self->n_others);
}

void
usher_mongo_owners_announce (UsherMongoOwners *self)
{
  __atomic_add_fetch (&self->n_commits, 1, __ATOMIC_SEQ_CST);
}

gboolean
usher_mongo_owners_is_late (UsherMongoOwners *self)
{
  return __atomic_load_n (&self->n_commits, __ATOMIC_SEQ_CST) !=
         __atomic_load_n (&self->n_told, __ATOMIC_SEQ_CST);
}

gboolean
usher_mongo_owners_beat (UsherMongoOwners *self, GError **error)
{
  gint64 n_commits = __atomic_load_n (&self->n_commits, __ATOMIC_SEQ_CST);
  g_auto (bson_t) process = BSON_INITIALIZER;
  g_auto (bson_t) command = BSON_INITIALIZER;
  g_auto (bson_t) reply = BSON_INITIALIZER;

  if (g_atomic_int_get (&self->has_ended))
    return TRUE;

  usher_mongo_process_append (&process);
  BCON_APPEND (&process,
               "n",
               BCON_INT64 (n_commits),
               "beat",
               "{",
               "$add",
               "[",
               "{",
               "$ifNull",
               "[",
               "$beat",
               BCON_INT64 (0),
               "]",
               "}",
               BCON_INT64 (1),
               "]",
               "}",
               "seen",
               "$$NOW");
  BCON_APPEND (&command,
               "update",
               USHER_MONGO_META,
               "updates",
               "[",
               "{",
               "q",
               "{",
               "_id",
               BCON_UTF8 (self->id),
               "}",
               "u",
               "[",
               "{",
               "$set",
               BCON_DOCUMENT (&process),
               "}",
               "]",
               "upsert",
               BCON_BOOL (true),
               "}",
               "]");
  if (!usher_mongo_database_write (self->database, NULL, &command, &reply, error))
    return FALSE;

  __atomic_store_n (&self->n_told, n_commits, __ATOMIC_SEQ_CST);
  return TRUE;
}

void
usher_mongo_owners_begin_look (UsherMongoOwners *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->look++;
  self->has_news = FALSE;
}

void
usher_mongo_owners_take (UsherMongoOwners *self, const bson_t *row)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  const char *id = usher_mongo_entry_get_text (row, "_id");
  gint64 n_commits = usher_mongo_entry_get_integer (row, "n");
  Other *other = NULL;

  if (id == NULL || !g_str_has_prefix (id, PREFIX))
    return;
  if (g_str_equal (id, self->id))
    {
      self->own_seen = MAX (self->own_seen, get_time (row, "seen"));
      return;
    }

  other = note_other (self, id, row);
  self->has_news |= other->n_commits != n_commits;
  other->n_commits = n_commits;
  other->look = self->look;
}

gboolean
usher_mongo_owners_end_look (UsherMongoOwners *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  GHashTableIter iter;
  gpointer value = NULL;
  int n_alive = 0;

  g_hash_table_iter_init (&iter, self->others);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const Other *other = value;

      n_alive += other->look == self->look && is_other_alive (self, other);
      if (other->look != self->look)
        g_hash_table_iter_remove (&iter);
    }
  /* who went may not have told its last commits */
  self->has_news |= n_alive < g_atomic_int_get (&self->n_others);
  g_atomic_int_set (&self->n_others, n_alive);

  return self->has_news;
}

gboolean
usher_mongo_owners_prune (UsherMongoOwners *self, GError **error)
{
  g_auto (bson_t) command = BSON_INITIALIZER;
  g_auto (bson_t) reply = BSON_INITIALIZER;
  gint64 before = 0;

  g_mutex_lock (&self->mutex);
  before = self->own_seen - FORGET_AGE;
  g_mutex_unlock (&self->mutex);
  if (before <= 0)
    return TRUE;

  BCON_APPEND (&command,
               "delete",
               USHER_MONGO_META,
               "deletes",
               "[",
               "{",
               "q",
               "{",
               "_id",
               "{",
               "$gte",
               PREFIX,
               "$lt",
               BEHIND_PREFIX,
               "}",
               "seen",
               "{",
               "$lt",
               BCON_DATE_TIME (before),
               "}",
               "}",
               "limit",
               BCON_INT32 (0),
               "}",
               "]");

  return usher_mongo_database_write (self->database, NULL, &command, &reply, error);
}
