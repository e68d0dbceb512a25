/* usher-mongo-census.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-census-private.h"

#include "usher-mongo-entries-private.h"
#include "usher-mongo-timer-entry-private.h"

/* of how many documents each is counted, and how many stand for more */
#define MAX_COUNTED 10000
#define SAMPLE      1000

/* what is counted of one kind by the pipeline, and how its results are called */
static const struct
{
  const char *member; /* NULL: the documents themselves */
  const char *rows;
  const char *bytes;
} kinds[USHER_MONGO_N_KINDS] = {
  [USHER_MONGO_DOCUMENTS] = { NULL, "documents", "documentBytes" },
  [USHER_MONGO_OUTBOX] = { "$_outbox", "outbox", "outboxBytes" },
  [USHER_MONGO_INBOX] = { "$_applied", "inbox", "inboxBytes" },
  [USHER_MONGO_REQUESTS] = { "$_request", "requests", "requestBytes" },
  [USHER_MONGO_TIMERS] = { "$_timers", "timers", "timerBytes" },
};

/* appends the number of those entries whose @name is (@is) @value */
static void
append_filtered (bson_t *group,
                 const char *result,
                 const char *name,
                 gboolean is,
                 const char *value)
{
  BCON_APPEND (group,
               result,
               "{",
               "$sum",
               "{",
               "$size",
               "{",
               "$filter",
               "{",
               "input",
               "{",
               "$ifNull",
               "[",
               "$_timers",
               "[",
               "]",
               "]",
               "}",
               "as",
               "entry",
               "cond",
               "{",
               is ? "$eq" : "$ne",
               "[",
               BCON_UTF8 (name),
               BCON_UTF8 (value),
               "]",
               "}",
               "}",
               "}",
               "}",
               "}");
}

static void
append_kind (bson_t *group, UsherMongoKind kind)
{
  const char *member = kinds[kind].member;

  if (kind == USHER_MONGO_TIMERS)
    append_filtered (group, kinds[kind].rows, "$$entry.state", FALSE, USHER_MONGO_TIMER_DEAD);
  else
    BCON_APPEND (group,
                 kinds[kind].rows,
                 "{",
                 "$sum",
                 "{",
                 "$size",
                 "{",
                 "$ifNull",
                 "[",
                 BCON_UTF8 (member),
                 "[",
                 "]",
                 "]",
                 "}",
                 "}",
                 "}");
  BCON_APPEND (group,
               kinds[kind].bytes,
               "{",
               "$sum",
               "{",
               "$cond",
               "[",
               "{",
               "$isArray",
               BCON_UTF8 (member),
               "}",
               "{",
               "$bsonSize",
               "{",
               "entries",
               BCON_UTF8 (member),
               "}",
               "}",
               BCON_INT32 (0),
               "]",
               "}",
               "}");
}

/* What is left of a removed document is none. */
static void
append_group (bson_t *group)
{
  BCON_APPEND (group,
               "_id",
               BCON_NULL,
               "all",
               "{",
               "$sum",
               BCON_INT32 (1),
               "}",
               "allBytes",
               "{",
               "$sum",
               "{",
               "$bsonSize",
               "$$ROOT",
               "}",
               "}",
               kinds[USHER_MONGO_DOCUMENTS].rows,
               "{",
               "$sum",
               "{",
               "$cond",
               "[",
               "{",
               "$gt",
               "[",
               "$version",
               BCON_NULL,
               "]",
               "}",
               BCON_INT32 (1),
               BCON_INT32 (0),
               "]",
               "}",
               "}");
  for (UsherMongoKind kind = USHER_MONGO_OUTBOX; kind < USHER_MONGO_N_KINDS; kind++)
    append_kind (group, kind);
  append_filtered (group, "parked", "$$entry.state", TRUE, USHER_MONGO_TIMER_PARKED);
  append_filtered (group, "failing", "$$entry.state", TRUE, USHER_MONGO_TIMER_FAILING);
}

/* @result: (out): the one row of an aggregate, empty when there is none; to be destroyed, on error too */
static gboolean
aggregate (UsherMongoDatabase *database,
           const char *collection,
           const bson_t *choice,
           bson_t *result,
           GError **error)
{
  g_auto (bson_t) group = BSON_INITIALIZER;
  g_auto (bson_t) command = BSON_INITIALIZER;
  g_auto (bson_t) reply = BSON_INITIALIZER;
  bson_iter_t iter;
  bson_iter_t row;
  const guint8 *data = NULL;
  guint32 length = 0;
  bson_t found;

  bson_init (result);
  append_group (&group);
  BCON_APPEND (&command,
               "aggregate",
               BCON_UTF8 (collection),
               "pipeline",
               "[",
               BCON_DOCUMENT (choice),
               "{",
               "$group",
               BCON_DOCUMENT (&group),
               "}",
               "]",
               "cursor",
               "{",
               "}");
  if (!usher_mongo_database_read (database, &command, &reply, error))
    return FALSE;

  if (!bson_iter_init (&iter, &reply) ||
      !bson_iter_find_descendant (&iter, "cursor.firstBatch.0", &row) ||
      !BSON_ITER_HOLDS_DOCUMENT (&row))
    return TRUE;
  bson_iter_document (&row, &length, &data);
  if (bson_init_static (&found, data, length))
    bson_concat (result, &found);

  return TRUE;
}

static gboolean
count (UsherMongoDatabase *database, const char *collection, gint64 *n, GError **error)
{
  g_auto (bson_t) command = BSON_INITIALIZER;
  g_auto (bson_t) reply = BSON_INITIALIZER;

  BCON_APPEND (&command, "count", BCON_UTF8 (collection));
  if (!usher_mongo_database_read (database, &command, &reply, error))
    return FALSE;

  *n = usher_mongo_entry_get_integer (&reply, "n");
  return TRUE;
}

/* the rows of @result, each of which stands for @scale */
static void
add_kinds (UsherMongoCensus *census, const bson_t *result, double scale, gboolean with_outbox)
{
  gint64 carried = 0;

  for (UsherMongoKind kind = USHER_MONGO_DOCUMENTS; kind < USHER_MONGO_N_KINDS; kind++)
    {
      gint64 rows = usher_mongo_entry_get_integer (result, kinds[kind].rows);
      gint64 bytes = usher_mongo_entry_get_integer (result, kinds[kind].bytes);

      carried += bytes;
      if (kind == USHER_MONGO_OUTBOX && !with_outbox)
        continue;
      if (kind == USHER_MONGO_DOCUMENTS)
        continue;
      census->rows[kind] += (gint64) (scale * (double) rows);
      census->bytes[kind] += (gint64) (scale * (double) bytes);
    }

  census->rows[USHER_MONGO_DOCUMENTS] +=
      (gint64) (scale *
                (double) usher_mongo_entry_get_integer (result, kinds[USHER_MONGO_DOCUMENTS].rows));
  census->bytes[USHER_MONGO_DOCUMENTS] +=
      (gint64) (scale * (double) (usher_mongo_entry_get_integer (result, "allBytes") - carried));
}

static void
add_troubled (UsherMongoCensus *census, const bson_t *result)
{
  census->n_parked += usher_mongo_entry_get_integer (result, "parked");
  census->n_failing += usher_mongo_entry_get_integer (result, "failing");
}

static gboolean
count_all (UsherMongoCensus *census,
           UsherMongoDatabase *database,
           const char *collection,
           GError **error)
{
  g_auto (bson_t) choice = BSON_INITIALIZER;
  g_auto (bson_t) result = BSON_INITIALIZER;

  BCON_APPEND (&choice, "$match", "{", "}");
  if (!aggregate (database, collection, &choice, &result, error))
    return FALSE;

  add_kinds (census, &result, 1, TRUE);
  add_troubled (census, &result);

  return TRUE;
}

/* What operators act on is counted in a large collection too, as an index has it. */
static gboolean
count_indexed (UsherMongoCensus *census,
               UsherMongoDatabase *database,
               const char *collection,
               GError **error)
{
  g_auto (bson_t) events = BSON_INITIALIZER;
  g_auto (bson_t) timers = BSON_INITIALIZER;
  g_auto (bson_t) result = BSON_INITIALIZER;
  g_auto (bson_t) troubled = BSON_INITIALIZER;

  BCON_APPEND (&events, "$match", "{", "_outbox.0.id", "{", "$exists", BCON_BOOL (true), "}", "}");
  BCON_APPEND (&timers,
               "$match",
               "{",
               "_timers.state",
               "{",
               "$in",
               "[",
               USHER_MONGO_TIMER_PARKED,
               USHER_MONGO_TIMER_FAILING,
               "]",
               "}",
               "}");
  if (!aggregate (database, collection, &events, &result, error) ||
      !aggregate (database, collection, &timers, &troubled, error))
    return FALSE;

  census->rows[USHER_MONGO_OUTBOX] +=
      usher_mongo_entry_get_integer (&result, kinds[USHER_MONGO_OUTBOX].rows);
  census->bytes[USHER_MONGO_OUTBOX] +=
      usher_mongo_entry_get_integer (&result, kinds[USHER_MONGO_OUTBOX].bytes);
  add_troubled (census, &troubled);

  return TRUE;
}

static gboolean
estimate (UsherMongoCensus *census,
          UsherMongoDatabase *database,
          const char *collection,
          gint64 n,
          GError **error)
{
  g_auto (bson_t) choice = BSON_INITIALIZER;
  g_auto (bson_t) result = BSON_INITIALIZER;
  gint64 n_seen = 0;

  BCON_APPEND (&choice, "$sample", "{", "size", BCON_INT32 (SAMPLE), "}");
  if (!aggregate (database, collection, &choice, &result, error))
    return FALSE;

  n_seen = usher_mongo_entry_get_integer (&result, "all");
  if (n_seen > 0)
    add_kinds (census, &result, (double) n / (double) n_seen, FALSE);

  return count_indexed (census, database, collection, error);
}

gboolean
usher_mongo_census_take (UsherMongoCensus *census,
                         UsherMongoDatabase *database,
                         const char *collection,
                         GError **error)
{
  gint64 n = 0;

  if (!count (database, collection, &n, error))
    return FALSE;

  return n <= MAX_COUNTED ? count_all (census, database, collection, error)
                          : estimate (census, database, collection, n, error);
}
