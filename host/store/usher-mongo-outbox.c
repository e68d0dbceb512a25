/* usher-mongo-outbox.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-outbox-private.h"

#include "usher-mongo-entries-private.h"
#include "usher-mongo-index-private.h"
#include "usher-mongo-outbox-entry-private.h"
#include "usher-mongo-outbox-index-private.h"

/* how many documents of a collection are looked at for events that are not known */
#define MOST_DOCUMENTS 65536
/* how long a collection is looked through for what the index lacks, in ms: less than an answer is waited for */
#define MOST_LOOK 2000
/* how much is shown of an id that somebody else wrote, in bytes */
#define MOST_SHOWN 36
/* of an event that has no number, and no place behind which it is */
#define NOWHERE G_MAXUINT64

struct _UsherMongoOutbox
{
  UsherMongoDatabase *database; /* (owned) */
  UsherMongoTables *tables;     /* (unowned) */
  UsherMongoTidy *tidy;         /* (owned) */

  GMutex mutex;
  UsherMongoOutboxIndex *index; /* (owned) (mutex mutex) */
  GHashTable *searched;         /* (owned) (mutex mutex) (element-type utf8): collections */
};

static void
on_dropped (const char *event_id, gpointer user_data)
{
  UsherMongoOutbox *self = user_data;

  g_mutex_lock (&self->mutex);
  usher_mongo_outbox_index_remove (self->index, event_id);
  g_mutex_unlock (&self->mutex);
}

UsherMongoOutbox *
usher_mongo_outbox_new (UsherMongoDatabase *database,
                        UsherMongoTables *tables,
                        UsherMongoTidy *tidy)
{
  UsherMongoOutbox *self = g_new0 (UsherMongoOutbox, 1);

  g_mutex_init (&self->mutex);
  self->database = usher_mongo_database_ref (database);
  self->tables = tables;
  self->tidy = usher_mongo_tidy_ref (tidy);
  self->index = usher_mongo_outbox_index_new ();
  self->searched = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  usher_mongo_tidy_set_func (tidy, on_dropped, self);

  return self;
}

void
usher_mongo_outbox_free (UsherMongoOutbox *self)
{
  usher_mongo_outbox_index_free (self->index);
  g_hash_table_unref (self->searched);
  usher_mongo_tidy_unref (self->tidy);
  usher_mongo_database_unref (self->database);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

/* an event of an array, NULL: it is none */
static const char *
get_id (bson_iter_t *event)
{
  bson_iter_t member;

  return BSON_ITER_HOLDS_DOCUMENT (event) && bson_iter_recurse (event, &member) &&
                 bson_iter_find (&member, "id") && BSON_ITER_HOLDS_UTF8 (&member)
             ? bson_iter_utf8 (&member, NULL)
             : NULL;
}

/* Whether all events up to @before are known, so that others may go behind them: those of a document are learnt of in their order, so
 * that the last one tells of all; (mutex mutex) */
static gboolean
is_next (UsherMongoOutbox *self, const char *before)
{
  return before == NULL || usher_mongo_outbox_index_knows (self->index, before);
}

/* (mutex mutex) */
static void
set_mark (UsherMongoOutbox *self, UsherCommit *commit, guint place, guint64 number)
{
  UsherMark mark;

  usher_mongo_outbox_index_make_mark (self->index, number != 0 ? number : NOWHERE, &mark);
  usher_commit_set_mark (commit, place, &mark);
  if (place > 0)
    return;

  usher_mongo_outbox_index_make_mark (self->index, number != 0 ? number - 1 : NOWHERE, &mark);
  usher_commit_set_before (commit, &mark);
}

void
usher_mongo_outbox_add (UsherMongoOutbox *self,
                        UsherCommit *commit,
                        UsherMongoPlace *place,
                        const char *before)
{
  guint n_events = usher_commit_get_n_events (commit);
  gboolean takes = TRUE;

  if (n_events == 0)
    return;

  g_mutex_lock (&self->mutex);
  /* who relays is told by the marks to read what stands between */
  takes = is_next (self, before);
  for (guint i = 0; i < n_events; i++)
    {
      const char *id = usher_event_get_id (usher_commit_get_event (commit, i));

      set_mark (self, commit, i, takes ? usher_mongo_outbox_index_add (self->index, place, id) : 0);
    }
  g_mutex_unlock (&self->mutex);
}

/* what is looked for in one collection */
typedef struct
{
  UsherMongoOutbox *outbox;
  const char *collection;
  GHashTable *wanted;  /* (nullable) (element-type utf8 UsherEvent): ids, and what was read */
  GHashTable *damaged; /* (nullable) (element-type utf8 utf8): such ids, and their collections */
} Look;

static gboolean
on_unknown (const bson_t *row, gpointer user_data, GError **error)
{
  const Look *look = user_data;
  UsherMongoOutbox *self = look->outbox;
  g_autoptr (UsherMongoPlace) place = usher_mongo_place_new_of_row (look->collection, row);
  bson_iter_t member;
  bson_iter_t event;

  if (place == NULL || !bson_iter_init_find (&member, row, "_outbox") ||
      !bson_iter_recurse (&member, &event))
    return TRUE;

  g_mutex_lock (&self->mutex);
  /* those behind one that has no room wait with it */
  while (!usher_mongo_outbox_index_is_full (self->index) && bson_iter_next (&event))
    {
      const char *id = get_id (&event);

      if (id != NULL)
        usher_mongo_outbox_index_add (self->index, place, id);
    }
  g_mutex_unlock (&self->mutex);

  return TRUE;
}

/* those of one collection that the index has */
static gboolean
look_along_index (Look *look, GError **error)
{
  g_auto (bson_t) filter = BSON_INITIALIZER;
  g_auto (bson_t) options = BSON_INITIALIZER;

  /* ids begin with the time, so this is about the order in which they came to be; a first one may be damaged */
  BCON_APPEND (&filter, "_outbox.0.id", "{", "$exists", BCON_BOOL (true), "}");
  BCON_APPEND (&options,
               "projection",
               "{",
               "_outbox.id",
               BCON_INT32 (1),
               "}",
               "sort",
               "{",
               "_outbox.0.id",
               BCON_INT32 (1),
               "}",
               "hint",
               USHER_MONGO_INDEX_OUTBOX,
               "limit",
               BCON_INT64 (MOST_DOCUMENTS));

  return usher_mongo_database_find (
      look->outbox->database, look->collection, &filter, &options, on_unknown, look, error);
}

static gboolean
is_searched (UsherMongoOutbox *self, const char *collection)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return g_hash_table_contains (self->searched, collection);
}

/* What had no room is looked for again. */
static void
set_searched (UsherMongoOutbox *self, const char *collection)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (!usher_mongo_outbox_index_is_full (self->index))
    g_hash_table_add (self->searched, g_strdup (collection));
}

/* Those behind a first one without any id, which no index has: so each collection is looked through once, as far as that takes
 * no longer than it may. */
static gboolean
look_behind_damaged (Look *look, GError **error)
{
  UsherMongoOutbox *self = look->outbox;
  g_auto (bson_t) filter = BSON_INITIALIZER;
  g_auto (bson_t) options = BSON_INITIALIZER;
  g_autoptr (GError) cause = NULL;

  if (is_searched (self, look->collection))
    return TRUE;

  BCON_APPEND (&filter,
               "_outbox.id",
               "{",
               "$gt",
               "",
               "}",
               "_outbox.0.id",
               "{",
               "$exists",
               BCON_BOOL (false),
               "}");
  BCON_APPEND (&options,
               "projection",
               "{",
               "_outbox.id",
               BCON_INT32 (1),
               "}",
               "limit",
               BCON_INT64 (MOST_DOCUMENTS),
               "maxTimeMS",
               BCON_INT64 (MOST_LOOK));
  if (!usher_mongo_database_find (
          self->database, look->collection, &filter, &options, on_unknown, look, &cause))
    {
      if (usher_mongo_database_is_away (self->database))
        {
          g_propagate_error (error, g_steal_pointer (&cause));
          return FALSE;
        }
      g_info ("“%s” was not looked through for damaged events: %s",
              look->collection,
              cause->message);
    }
  set_searched (self, look->collection);

  return TRUE;
}

/* Learns of events that others committed, or that were there before. */
static gboolean
look_for_unknown (UsherMongoOutbox *self, GError **error)
{
  g_autoptr (GPtrArray) names = usher_mongo_entries_list_collections (self->tables);

  for (guint i = 0; i < names->len; i++)
    {
      Look look = { self, g_ptr_array_index (names, i), NULL, NULL };

      if (!look_along_index (&look, error) || !look_behind_damaged (&look, error))
        return FALSE;
    }

  return TRUE;
}

static void
on_event (const char *collection, const bson_t *row, const bson_t *entry, gpointer user_data)
{
  const Look *look = user_data;
  const char *id = usher_mongo_entry_get_text (entry, "id");
  UsherEvent *event = NULL;

  if (id == NULL || !g_hash_table_contains (look->wanted, id))
    return;

  event = usher_mongo_outbox_entry_read (entry);
  if (event != NULL)
    g_hash_table_replace (look->wanted, g_strdup (id), event);
  else
    g_hash_table_replace (look->damaged, g_strdup (id), (gpointer) collection);
}

static gboolean
on_carrying (const bson_t *row, gpointer user_data, GError **error)
{
  const Look *look = user_data;

  usher_mongo_entries_foreach (look->collection, row, "_outbox", on_event, user_data);

  return TRUE;
}

/* reads those of @events that are in one collection */
static gboolean
read_of_collection (const Look *look, GArray *events, GError **error)
{
  g_auto (bson_t) ids = BSON_INITIALIZER;
  g_auto (bson_t) filter = BSON_INITIALIZER;
  g_auto (bson_t) options = BSON_INITIALIZER;
  guint n = 0;

  for (guint i = 0; i < events->len; i++)
    {
      const UsherMongoOutboxEvent *event = &g_array_index (events, UsherMongoOutboxEvent, i);
      char buffer[16];
      const char *index = NULL;

      if (!g_str_equal (usher_mongo_place_get_collection (event->place), look->collection))
        continue;
      bson_uint32_to_string (n++, &index, buffer, sizeof buffer);
      usher_mongo_place_append (event->place, &ids, index);
    }
  if (n == 0)
    return TRUE;

  BCON_APPEND (&filter, "_id", "{", "$in", BCON_ARRAY (&ids), "}");
  BCON_APPEND (&options, "projection", "{", "_outbox", BCON_INT32 (1), "}");

  return usher_mongo_database_find (look->outbox->database,
                                    look->collection,
                                    &filter,
                                    &options,
                                    on_carrying,
                                    (gpointer) look,
                                    error);
}

static void
unref_event (gpointer event)
{
  if (event != NULL)
    usher_event_unref (event);
}

/* (transfer full) (element-type utf8 UsherEvent): what there is of @events, NULL where one has gone or is one of @damaged */
static GHashTable *
read_events (UsherMongoOutbox *self, GArray *events, GHashTable *damaged, GError **error)
{
  g_autoptr (GHashTable) wanted =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, unref_event);
  g_autoptr (GPtrArray) names = usher_mongo_entries_list_collections (self->tables);

  for (guint i = 0; i < events->len; i++)
    g_hash_table_insert (wanted,
                         g_strdup (g_array_index (events, UsherMongoOutboxEvent, i).id),
                         NULL);
  for (guint i = 0; i < names->len; i++)
    {
      const Look look = { self, g_ptr_array_index (names, i), wanted, damaged };

      if (!read_of_collection (&look, events, error))
        return NULL;
    }

  return g_steal_pointer (&wanted);
}

/* Each is told once: it is set aside, and others are sent. */
static void
tell_damaged (UsherMongoOutbox *self, GHashTable *damaged)
{
  GHashTableIter iter;
  gpointer id = NULL;
  gpointer collection = NULL;
  g_autofree char *begin = NULL;
  g_autofree char *shown = NULL;

  g_hash_table_iter_init (&iter, damaged);
  if (!g_hash_table_iter_next (&iter, &id, &collection))
    return;

  begin = g_strndup (id, MOST_SHOWN);
  shown = g_strescape (begin, NULL);
  g_message ("database “%s”: damaged in “_outbox”, and not sent: %u, such as “%s” in “%s”",
             usher_mongo_database_get_place (self->database),
             g_hash_table_size (damaged),
             shown,
             (const char *) collection);
}

/* Appends what there is of @known to @events, and forgets what another process has sent. */
static gboolean
take_events (UsherMongoOutbox *self,
             GArray *known,
             GPtrArray *events,
             GArray *marks,
             GError **error)
{
  g_autoptr (GHashTable) damaged = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) read = read_events (self, known, damaged, error);

  if (read == NULL)
    return FALSE;

  g_mutex_lock (&self->mutex);
  for (guint i = 0; i < known->len; i++)
    {
      const UsherMongoOutboxEvent *one = &g_array_index (known, UsherMongoOutboxEvent, i);
      UsherEvent *event = g_hash_table_lookup (read, one->id);
      UsherMark mark;

      if (event != NULL)
        g_hash_table_remove (damaged, one->id);
      else if (g_hash_table_contains (damaged, one->id))
        usher_mongo_outbox_index_set_aside (self->index, one->id);
      else
        usher_mongo_outbox_index_remove (self->index, one->id);
      if (event == NULL)
        continue;
      usher_mongo_outbox_index_make_mark (self->index, one->number, &mark);
      g_ptr_array_add (events, usher_event_ref (event));
      g_array_append_val (marks, mark);
    }
  g_mutex_unlock (&self->mutex);
  tell_damaged (self, damaged);

  return TRUE;
}

/* (transfer full): up to @limit that are known behind @after */
static GArray *
list_known (UsherMongoOutbox *self, guint64 after, guint limit)
{
  GArray *known = usher_mongo_outbox_index_new_events ();

  g_mutex_lock (&self->mutex);
  usher_mongo_outbox_index_list (self->index, after, limit, known);
  g_mutex_unlock (&self->mutex);

  return known;
}

GPtrArray *
usher_mongo_outbox_list (UsherMongoOutbox *self,
                         const UsherMark *after,
                         guint limit,
                         GArray *marks,
                         GError **error)
{
  g_autoptr (GPtrArray) events =
      g_ptr_array_new_with_free_func ((GDestroyNotify) usher_event_unref);
  guint64 number = usher_mongo_outbox_index_get_number (self->index, after);
  gboolean has_looked = FALSE;

  while (events->len < limit)
    {
      g_autoptr (GArray) known = list_known (self, number, limit - events->len);

      if (known->len < limit - events->len && !has_looked)
        {
          if (!look_for_unknown (self, error))
            return NULL;
          has_looked = TRUE;
          continue;
        }
      if (known->len == 0)
        break;
      if (!take_events (self, known, events, marks, error))
        return NULL;
      number = g_array_index (known, UsherMongoOutboxEvent, known->len - 1).number;
    }

  return g_steal_pointer (&events);
}

void
usher_mongo_outbox_trim (UsherMongoOutbox *self, const UsherMark *upto)
{
  g_autoptr (GArray) events = usher_mongo_outbox_index_new_events ();

  g_mutex_lock (&self->mutex);
  usher_mongo_outbox_index_trim (self->index,
                                 usher_mongo_outbox_index_get_number (self->index, upto),
                                 events);
  g_mutex_unlock (&self->mutex);

  for (guint i = 0; i < events->len; i++)
    {
      const UsherMongoOutboxEvent *event = &g_array_index (events, UsherMongoOutboxEvent, i);

      usher_mongo_tidy_drop_event (self->tidy, event->place, event->id);
    }
}
