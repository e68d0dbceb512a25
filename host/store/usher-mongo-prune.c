/* usher-mongo-prune.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-prune-private.h"

#include "usher-mongo-entries-private.h"
#include "usher-mongo-index-private.h"
#include "usher-mongo-timer-entry-private.h"
#include "usher-mongo-value-private.h"

/* how many documents of each kind in each collection are changed by one piece */
#define ROWS 250

static const char *const members[] = { "_outbox", "_applied", "_timers", "_request" };

void
usher_mongo_prune_append_empty (bson_t *filter)
{
  BCON_APPEND (filter, "_removed", "{", "$exists", BCON_BOOL (true), "}");
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      g_autofree char *first = g_strconcat (members[i], ".0", NULL);

      BCON_APPEND (filter, first, "{", "$exists", BCON_BOOL (false), "}");
    }
}

typedef struct
{
  bson_t ids; /* (owned): an array */
  guint n;
} Ids;

static gboolean
on_row (const bson_t *row, gpointer user_data, GError **error)
{
  Ids *ids = user_data;
  g_autofree char *index = g_strdup_printf ("%u", ids->n);
  bson_iter_t iter;

  if (bson_iter_init_find (&iter, row, "_id") && bson_append_iter (&ids->ids, index, -1, &iter))
    ids->n++;

  return TRUE;
}

/* @ids: (out): to be destroyed, on error too */
static gboolean
find_ids (UsherMongoPrune *self,
          const char *collection,
          const bson_t *filter,
          Ids *ids,
          GError **error)
{
  g_auto (bson_t) options = BSON_INITIALIZER;

  bson_init (&ids->ids);
  ids->n = 0;
  BCON_APPEND (&options, "projection", "{", "_id", BCON_INT32 (1), "}", "limit", BCON_INT64 (ROWS));
  if (!usher_mongo_database_find (self->database, collection, filter, &options, on_row, ids, error))
    return FALSE;

  self->has_more |= ids->n == ROWS;
  return TRUE;
}

/* those of @ids that carry nothing any more */
static gboolean
delete_empty (UsherMongoPrune *self, const char *collection, const bson_t *ids, GError **error)
{
  g_auto (bson_t) query = BSON_INITIALIZER;
  g_auto (bson_t) command = BSON_INITIALIZER;
  g_auto (bson_t) reply = BSON_INITIALIZER;

  BCON_APPEND (&query, "_id", "{", "$in", BCON_ARRAY (ids), "}");
  usher_mongo_prune_append_empty (&query);
  BCON_APPEND (&command,
               "delete",
               BCON_UTF8 (collection),
               "deletes",
               "[",
               "{",
               "q",
               BCON_DOCUMENT (&query),
               "limit",
               BCON_INT32 (0),
               "}",
               "]");

  return usher_mongo_database_write (self->database, NULL, &command, &reply, error);
}

static gboolean
pull (UsherMongoPrune *self,
      const char *collection,
      const bson_t *ids,
      const char *member,
      const bson_t *which,
      GError **error)
{
  g_auto (bson_t) command = BSON_INITIALIZER;
  g_auto (bson_t) reply = BSON_INITIALIZER;

  BCON_APPEND (&command,
               "update",
               BCON_UTF8 (collection),
               "updates",
               "[",
               "{",
               "q",
               "{",
               "_id",
               "{",
               "$in",
               BCON_ARRAY (ids),
               "}",
               "}",
               "u",
               "{",
               "$pull",
               "{",
               member,
               BCON_DOCUMENT (which),
               "}",
               "}",
               "multi",
               BCON_BOOL (true),
               "}",
               "]");

  return usher_mongo_database_write (self->database, NULL, &command, &reply, error);
}

/* Entries of @member that are older than @before. */
static gboolean
prune_member (UsherMongoPrune *self,
              const char *collection,
              const char *member,
              gint64 before,
              GError **error)
{
  g_autofree char *path = g_strconcat (member, ".at", NULL);
  g_auto (bson_t) filter = BSON_INITIALIZER;
  g_auto (bson_t) which = BSON_INITIALIZER;
  Ids ids;
  gboolean ok = FALSE;

  BCON_APPEND (
      &filter, path, "{", "$lt", BCON_DATE_TIME (usher_mongo_entry_make_date (before)), "}");
  BCON_APPEND (
      &which, "at", "{", "$lt", BCON_DATE_TIME (usher_mongo_entry_make_date (before)), "}");
  ok = find_ids (self, collection, &filter, &ids, error) &&
       (ids.n == 0 || (pull (self, collection, &ids.ids, member, &which, error) &&
                       delete_empty (self, collection, &ids.ids, error)));
  bson_destroy (&ids.ids);

  return ok;
}

/* What is older than all that it may have carried has something to do still, or nothing. */
static gboolean
prune_empty (UsherMongoPrune *self, const char *collection, GError **error)
{
  gint64 before = MIN (self->inbox_before, self->requests_before);
  g_auto (bson_t) empty = BSON_INITIALIZER;
  g_auto (bson_t) filter = BSON_INITIALIZER;
  Ids ids;
  gboolean ok = FALSE;

  usher_mongo_prune_append_empty (&empty);
  BCON_APPEND (&filter,
               "$and",
               "[",
               "{",
               "_removed",
               "{",
               "$lt",
               BCON_DATE_TIME (usher_mongo_entry_make_date (before)),
               "}",
               "}",
               BCON_DOCUMENT (&empty),
               "]");
  ok = find_ids (self, collection, &filter, &ids, error) &&
       (ids.n == 0 || delete_empty (self, collection, &ids.ids, error));
  bson_destroy (&ids.ids);

  return ok;
}

/* a dead timer, and what it supersedes */
typedef struct
{
  char *key; /* (owned) */
  gint64 generation;
} Dead;

static void
clear_dead (gpointer data)
{
  g_free (((Dead *) data)->key);
}

typedef struct
{
  GArray *dead; /* (element-type Dead) */
  gint64 before;
} Graves;

static void
on_entry (const char *collection, const bson_t *row, const bson_t *entry, gpointer user_data)
{
  Graves *graves = user_data;
  const char *key = usher_mongo_entry_get_text (entry, "k");
  Dead dead = { NULL, usher_mongo_entry_get_integer (entry, "g") };
  gint64 since = 0;

  usher_mongo_read_time (entry, "since", &since);
  if (key == NULL || !usher_mongo_entry_is_dead (entry) || since >= graves->before)
    return;

  dead.key = g_strdup (key);
  g_array_append_val (graves->dead, dead);
}

/* In @collection: entries that the dead ones supersede, then (@themselves) those. */
static gboolean
bury (UsherMongoPrune *self,
      const char *collection,
      GArray *dead,
      gboolean themselves,
      GError **error)
{
  g_auto (bson_t) command = BSON_INITIALIZER;
  g_auto (bson_t) reply = BSON_INITIALIZER;
  bson_t updates;

  BCON_APPEND (&command, "update", BCON_UTF8 (collection));
  bson_append_array_begin (&command, "updates", -1, &updates);
  for (guint i = 0; i < dead->len; i++)
    {
      const Dead *one = &g_array_index (dead, Dead, i);
      g_autofree char *index = g_strdup_printf ("%u", i);
      g_auto (bson_t) which = BSON_INITIALIZER;
      g_auto (bson_t) update = BSON_INITIALIZER;

      BCON_APPEND (&which,
                   "k",
                   BCON_UTF8 (one->key),
                   "g",
                   "{",
                   themselves ? "$lte" : "$lt",
                   BCON_INT64 (one->generation),
                   "}");
      BCON_APPEND (&update,
                   "q",
                   "{",
                   "_timers.k",
                   BCON_UTF8 (one->key),
                   "}",
                   "u",
                   "{",
                   "$pull",
                   "{",
                   "_timers",
                   BCON_DOCUMENT (&which),
                   "}",
                   "}",
                   "multi",
                   BCON_BOOL (true));
      bson_append_document (&updates, index, -1, &update);
    }
  bson_append_array_end (&command, &updates);

  return usher_mongo_database_write (self->database, NULL, &command, &reply, error);
}

/* Timers that were dropped so long ago that no commit is under way which does not know it. All that they supersede goes first, lest
 * it count again. */
static gboolean
prune_dead (UsherMongoPrune *self, GPtrArray *collections, GError **error)
{
  g_autoptr (GArray) dead = g_array_new (FALSE, FALSE, sizeof (Dead));
  Graves graves = { dead, MIN (self->inbox_before, self->requests_before) };
  g_auto (bson_t) filter = BSON_INITIALIZER;
  g_auto (bson_t) options = BSON_INITIALIZER;

  g_array_set_clear_func (dead, clear_dead);
  BCON_APPEND (&filter, "_timers.state", USHER_MONGO_TIMER_DEAD);
  BCON_APPEND (&options, "limit", BCON_INT64 (ROWS));
  if (!usher_mongo_entries_find (
          self->database, self->tables, "_timers", &filter, &options, on_entry, &graves, error))
    return FALSE;
  if (dead->len == 0)
    return TRUE;

  self->has_more |= dead->len >= ROWS;
  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < collections->len; i++)
      if (!bury (self, g_ptr_array_index (collections, i), dead, pass == 1, error))
        return FALSE;

  return TRUE;
}

static gboolean
set_last (UsherMongoPrune *self, gint64 now, GError **error)
{
  g_auto (bson_t) set = BSON_INITIALIZER;
  g_auto (bson_t) command = BSON_INITIALIZER;
  g_auto (bson_t) reply = BSON_INITIALIZER;

  usher_mongo_append_time (&set, "time", now);
  BCON_APPEND (&command,
               "update",
               USHER_MONGO_META,
               "updates",
               "[",
               "{",
               "q",
               "{",
               "_id",
               "prune",
               "}",
               "u",
               "{",
               "$set",
               BCON_DOCUMENT (&set),
               "}",
               "upsert",
               BCON_BOOL (true),
               "}",
               "]");

  return usher_mongo_database_write (self->database, NULL, &command, &reply, error);
}

gboolean
usher_mongo_prune_run (UsherMongoPrune *self, gint64 now, GError **error)
{
  g_autoptr (GPtrArray) collections = usher_mongo_entries_list_collections (self->tables);

  self->has_more = FALSE;
  for (guint i = 0; i < collections->len; i++)
    {
      const char *collection = g_ptr_array_index (collections, i);

      if (!prune_member (self, collection, "_applied", self->inbox_before, error) ||
          !prune_member (self, collection, "_request", self->requests_before, error) ||
          !prune_empty (self, collection, error))
        return FALSE;
    }
  if (!prune_dead (self, collections, error))
    return FALSE;

  /* nobody else would notice that an index is missing which only keeps something unique */
  usher_mongo_database_doubt (self->database);

  return self->has_more ||
         (usher_mongo_owners_prune (self->owners, error) && set_last (self, now, error));
}

static gboolean
on_last (const bson_t *row, gpointer user_data, GError **error)
{
  usher_mongo_read_time (row, "time", user_data);

  return TRUE;
}

gboolean
usher_mongo_prune_get_last (UsherMongoDatabase *database, gint64 *time, GError **error)
{
  g_auto (bson_t) filter = BSON_INITIALIZER;

  *time = 0;
  BCON_APPEND (&filter, "_id", "prune");

  return usher_mongo_database_find (
      database, USHER_MONGO_META, &filter, NULL, on_last, time, error);
}
