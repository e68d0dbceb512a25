/* usher-sqlite-store.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-sqlite-store.h"

#include "usher-error.h"
#include "usher-sqlite-figures-private.h"
#include "usher-sqlite-inbox-private.h"
#include "usher-sqlite-layout-private.h"
#include "usher-sqlite-levels-private.h"
#include "usher-sqlite-lookup-private.h"
#include "usher-sqlite-outbox-private.h"
#include "usher-sqlite-prune-private.h"
#include "usher-sqlite-query-private.h"
#include "usher-sqlite-reach-private.h"
#include "usher-sqlite-reader-private.h"
#include "usher-sqlite-requests-private.h"
#include "usher-sqlite-share-private.h"
#include "usher-sqlite-table-private.h"
#include "usher-sqlite-timers-private.h"
#include "usher-sqlite-watch-private.h"
#include "usher-sqlite-writer-private.h"

/**
 * UsherSqliteStore:
 *
 * The embedded store: a SQLite file a service.
 *
 * One thread writes and commits in groups: what was queued while the last group was flushed is the
 * next. Each thread that reads has a connection of its own, which ends with the thread. Other
 * processes may use the file at the same time, if all of them open it as shared.
 */
struct _UsherSqliteStore
{
  GObject parent_instance;

  UsherStoreTraits traits;
  UsherClock *clock;           /* (owned) */
  char *owner;                 /* (owned) */
  UsherSqliteShare *share;     /* (owned) (nullable): with other processes */
  UsherSqliteTables *tables;   /* (owned) */
  UsherSqliteReaders *readers; /* (owned) */
  UsherSqliteWriter *writer;   /* (owned) */
  UsherSqliteFigures *figures; /* (owned) */
  UsherSqliteWatch *watch;     /* (owned) (nullable) */
  gint64 last_prune;           /* (atomic): where nobody shares the file */
};

static const UsherStoreTraits *
usher_sqlite_store_get_traits (UsherStore *store)
{
  return &USHER_SQLITE_STORE (store)->traits;
}

typedef struct
{
  UsherSqliteStore *store; /* (unowned) */
  UsherSqliteTable *table; /* (unowned) */
  guint *level; /* (nullable): it is only looked whether it would do; gets the lowest level */
} Addition;

/* In the gate: who opens the file next to this one is not past it. */
static gboolean
add_on_writer (UsherSqliteConnection *connection, gpointer user_data, GError **error)
{
  const Addition *addition = user_data;
  UsherSqliteShare *share = addition->store->share;
  gboolean is_alone = share == NULL || usher_sqlite_share_is_alone (share);

  if (addition->level != NULL)
    return usher_sqlite_layout_check (
        connection, addition->table, is_alone, addition->level, error);

  return usher_sqlite_layout_add (connection, addition->table, is_alone, error);
}

static gboolean
run_addition (UsherSqliteStore *self, UsherSqliteTable *table, guint *level, GError **error)
{
  Addition addition = { self, table, level };
  const char *collection = usher_schema_get_collection (table->schema);

  /* SQLite takes names that differ in case for the same */
  if (usher_sqlite_tables_find_like (self->tables, collection) != NULL)
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_INVALID,
                   "the store has a collection “%s” already",
                   collection);
      return FALSE;
    }

  return usher_sqlite_writer_run (
      self->writer, add_on_writer, USHER_SQLITE_OPEN_TIMEOUT, &addition, error);
}

static gboolean
usher_sqlite_store_add_collection (UsherStore *store, UsherSchema *schema, GError **error)
{
  UsherSqliteStore *self = USHER_SQLITE_STORE (store);
  g_autoptr (UsherSqliteTable) table = usher_sqlite_table_new (schema);

  if (!run_addition (self, table, NULL, error))
    return FALSE;

  usher_sqlite_tables_add (self->tables, g_steal_pointer (&table));
  return TRUE;
}

static gboolean
usher_sqlite_store_check_collection (UsherStore *store,
                                     UsherSchema *schema,
                                     guint *level,
                                     GError **error)
{
  g_autoptr (UsherSqliteTable) table = usher_sqlite_table_new (schema);

  return run_addition (USHER_SQLITE_STORE (store), table, level, error);
}

static UsherSchema *
usher_sqlite_store_get_schema (UsherStore *store, const char *collection)
{
  UsherSqliteStore *self = USHER_SQLITE_STORE (store);
  UsherSqliteTable *table = usher_sqlite_tables_find (self->tables, collection);

  return table != NULL ? table->schema : NULL;
}

static UsherSqliteTable *
find_table (UsherSqliteStore *self, const char *collection, GError **error)
{
  UsherSqliteTable *table = usher_sqlite_tables_find (self->tables, collection);

  if (table == NULL)
    g_set_error (
        error, USHER_ERROR, USHER_ERROR_INVALID, "the store has no collection “%s”", collection);

  return table;
}

static gboolean
usher_sqlite_store_lookup (UsherStore *store,
                           const char *collection,
                           const char *id,
                           UsherDocument **document,
                           GError **error)
{
  UsherSqliteStore *self = USHER_SQLITE_STORE (store);
  UsherSqliteTable *table = find_table (self, collection, error);
  g_autoptr (UsherSqliteReader) reader = NULL;

  if (table == NULL)
    return FALSE;
  reader = usher_sqlite_readers_enter (self->readers, error);
  if (reader == NULL)
    return FALSE;

  return usher_sqlite_lookup_run (reader, table, id, document, error);
}

static GPtrArray *
usher_sqlite_store_query (UsherStore *store, UsherQuery *query, GError **error)
{
  UsherSqliteStore *self = USHER_SQLITE_STORE (store);
  UsherSqliteTable *table = find_table (self, usher_query_get_collection (query), error);
  g_autoptr (UsherSqliteReader) reader = NULL;

  if (table == NULL)
    return NULL;
  reader = usher_sqlite_readers_enter (self->readers, error);
  if (reader == NULL)
    return NULL;

  return usher_sqlite_query_run (query, reader, table, error);
}

static GPtrArray *
usher_sqlite_store_list_outdated (UsherStore *store,
                                  const char *collection,
                                  UsherDocument *after,
                                  guint limit,
                                  GError **error)
{
  UsherSqliteStore *self = USHER_SQLITE_STORE (store);
  UsherSqliteTable *table = find_table (self, collection, error);
  g_autoptr (UsherSqliteReader) reader = NULL;

  if (table == NULL)
    return NULL;
  reader = usher_sqlite_readers_enter (self->readers, error);
  if (reader == NULL)
    return NULL;

  return usher_sqlite_levels_list (reader->connection, table, after, limit, error);
}

static void
usher_sqlite_store_end_reads (UsherStore *store)
{
  usher_sqlite_readers_end (USHER_SQLITE_STORE (store)->readers);
}

static void
usher_sqlite_store_commit (UsherStore *store,
                           UsherCommit *commit,
                           UsherCommittedFunc func,
                           gpointer user_data)
{
  UsherSqliteStore *self = USHER_SQLITE_STORE (store);

  /* texts are made here, beside other threads, and not on the one that writes */
  for (guint i = 0; i < usher_commit_get_n_changes (commit); i++)
    {
      const UsherChange *change = usher_commit_get_change (commit, i);

      if (change->kind != USHER_CHANGE_REMOVE)
        usher_document_get_text (change->document, NULL);
    }

  usher_sqlite_writer_commit (self->writer, commit, func, user_data);
}

static void
usher_sqlite_store_set_observer (UsherStore *store, UsherStoreObserver observer, gpointer user_data)
{
  usher_sqlite_writer_set_observer (USHER_SQLITE_STORE (store)->writer, store, observer, user_data);
}

static gboolean
usher_sqlite_store_lookup_request (UsherStore *store,
                                   const char *key,
                                   UsherRequestRecord **record,
                                   GError **error)
{
  UsherSqliteStore *self = USHER_SQLITE_STORE (store);
  g_autoptr (UsherSqliteReader) reader = usher_sqlite_readers_enter (self->readers, error);

  return reader != NULL && usher_sqlite_requests_find (reader->connection, key, record, error);
}

static gboolean
usher_sqlite_store_was_applied (UsherStore *store,
                                const char *event_id,
                                const char *subscriber,
                                gboolean *applied,
                                GError **error)
{
  UsherSqliteStore *self = USHER_SQLITE_STORE (store);
  g_autoptr (UsherSqliteReader) reader = usher_sqlite_readers_enter (self->readers, error);

  return reader != NULL &&
         usher_sqlite_inbox_find (reader->connection, event_id, subscriber, applied, error);
}

static GPtrArray *
usher_sqlite_store_list_timers (UsherStore *store, gint64 due, guint limit, GError **error)
{
  UsherSqliteStore *self = USHER_SQLITE_STORE (store);
  g_autoptr (UsherSqliteReader) reader = usher_sqlite_readers_enter (self->readers, error);

  if (reader == NULL)
    return NULL;

  return usher_sqlite_timers_list (reader->connection, due, limit, error);
}

static GPtrArray *
usher_sqlite_store_list_timers_since (UsherStore *store, gint64 since, guint limit, GError **error)
{
  UsherSqliteStore *self = USHER_SQLITE_STORE (store);
  g_autoptr (UsherSqliteReader) reader = usher_sqlite_readers_enter (self->readers, error);

  if (reader == NULL)
    return NULL;

  return usher_sqlite_timers_list_since (reader->connection, since, limit, error);
}

static GPtrArray *
usher_sqlite_store_list_troubled_timers (UsherStore *store,
                                         guint offset,
                                         guint limit,
                                         GError **error)
{
  UsherSqliteStore *self = USHER_SQLITE_STORE (store);
  g_autoptr (UsherSqliteReader) reader = usher_sqlite_readers_enter (self->readers, error);

  if (reader == NULL)
    return NULL;

  return usher_sqlite_timers_list_troubled (reader->connection, offset, limit, error);
}

static GPtrArray *
usher_sqlite_store_list_timers_of (UsherStore *store,
                                   const char *correlation,
                                   guint limit,
                                   GError **error)
{
  UsherSqliteStore *self = USHER_SQLITE_STORE (store);
  g_autoptr (UsherSqliteReader) reader = usher_sqlite_readers_enter (self->readers, error);

  if (reader == NULL)
    return NULL;

  return usher_sqlite_timers_list_of (reader->connection, correlation, limit, error);
}

static gboolean
usher_sqlite_store_lookup_timer (UsherStore *store,
                                 const char *name,
                                 const char *key,
                                 UsherTimer **timer,
                                 GError **error)
{
  UsherSqliteStore *self = USHER_SQLITE_STORE (store);
  g_autoptr (UsherSqliteReader) reader = usher_sqlite_readers_enter (self->readers, error);

  return reader != NULL && usher_sqlite_timers_find (reader->connection, name, key, timer, error);
}

static gint64
usher_sqlite_store_get_next_due (UsherStore *store)
{
  UsherSqliteStore *self = USHER_SQLITE_STORE (store);
  g_autoptr (UsherSqliteReader) reader = NULL;
  gint64 due = G_MAXINT64;

  if (self->share == NULL)
    return usher_sqlite_writer_get_next_due (self->writer);

  /* another process may have set or unset it; who cannot read it now asks again soon */
  reader = usher_sqlite_readers_enter (self->readers, NULL);
  if (reader != NULL)
    usher_sqlite_timers_get_next_due (reader->connection, &due, NULL);

  return due;
}

static GPtrArray *
usher_sqlite_store_list_outbox (UsherStore *store,
                                const UsherMark *after,
                                guint limit,
                                GArray *marks,
                                GError **error)
{
  UsherSqliteStore *self = USHER_SQLITE_STORE (store);
  gint64 trimmed = usher_sqlite_writer_get_trimmed (self->writer);
  gint64 begin = MAX (usher_sqlite_outbox_get_number (after), trimmed);
  g_autoptr (UsherSqliteReader) reader = usher_sqlite_readers_enter (self->readers, error);

  if (reader == NULL)
    return NULL;

  return usher_sqlite_outbox_list (reader->connection, begin, limit, marks, error);
}

static void
usher_sqlite_store_trim_outbox (UsherStore *store, const UsherMark *upto)
{
  UsherSqliteStore *self = USHER_SQLITE_STORE (store);

  usher_sqlite_writer_trim (self->writer, usher_sqlite_outbox_get_number (upto));
}

static gboolean
usher_sqlite_store_lookup_reach (UsherStore *store, UsherReach *reach, GError **error)
{
  UsherSqliteStore *self = USHER_SQLITE_STORE (store);
  g_autoptr (UsherSqliteReader) reader = usher_sqlite_readers_enter (self->readers, error);

  return reader != NULL && usher_sqlite_reach_find (reader->connection, reach, error);
}

static void
usher_sqlite_store_keep_reach (UsherStore *store, const UsherReach *reach)
{
  usher_sqlite_writer_keep_reach (USHER_SQLITE_STORE (store)->writer, reach);
}

static void
set_last_prune (UsherSqliteStore *self)
{
  gint64 time = usher_clock_get_time (self->clock);

  if (self->share != NULL)
    usher_sqlite_share_set_last_prune (self->share, time);
  else
    __atomic_store_n (&self->last_prune, time, __ATOMIC_SEQ_CST);
}

static gint64
get_last_prune (UsherSqliteStore *self)
{
  if (self->share != NULL)
    return usher_sqlite_share_get_last_prune (self->share);

  return __atomic_load_n (&self->last_prune, __ATOMIC_SEQ_CST);
}

static gboolean
prune_on_writer (UsherSqliteConnection *connection, gpointer user_data, GError **error)
{
  return usher_sqlite_prune_run (user_data, connection, error);
}

static gboolean
usher_sqlite_store_prune (UsherStore *store,
                          gint64 inbox_before,
                          gint64 requests_before,
                          gboolean *has_more,
                          GError **error)
{
  UsherSqliteStore *self = USHER_SQLITE_STORE (store);
  UsherSqlitePrune prune = { inbox_before, requests_before, FALSE };

  if (!usher_sqlite_writer_run (self->writer, prune_on_writer, USHER_SQLITE_TIMEOUT, &prune, error))
    return FALSE;

  *has_more = prune.has_more;
  if (!prune.has_more)
    set_last_prune (self);

  return TRUE;
}

static gboolean
usher_sqlite_store_hold_lease (UsherStore *store)
{
  UsherSqliteStore *self = USHER_SQLITE_STORE (store);

  return self->share == NULL || usher_sqlite_share_hold_lease (self->share);
}

static void
usher_sqlite_store_release_lease (UsherStore *store)
{
  UsherSqliteStore *self = USHER_SQLITE_STORE (store);

  if (self->share != NULL)
    usher_sqlite_share_release_lease (self->share);
}

static gboolean
usher_sqlite_store_set_watch (UsherStore *store,
                              UsherStoreWatchFunc func,
                              gpointer user_data,
                              GError **error)
{
  UsherSqliteStore *self = USHER_SQLITE_STORE (store);

  if (self->share == NULL || self->watch != NULL)
    return TRUE;

  self->watch = usher_sqlite_watch_new (self->share, self->readers, store, func, user_data, error);

  return self->watch != NULL;
}

static const char *
usher_sqlite_store_get_owner (UsherStore *store)
{
  return USHER_SQLITE_STORE (store)->owner;
}

static gboolean
usher_sqlite_store_is_owner_alive (UsherStore *store, const char *owner)
{
  UsherSqliteStore *self = USHER_SQLITE_STORE (store);

  return self->share != NULL ? usher_sqlite_share_is_open (self->share, owner)
                             : g_str_equal (owner, self->owner);
}

static GVariant *
usher_sqlite_store_describe (UsherStore *store, GError **error)
{
  UsherSqliteStore *self = USHER_SQLITE_STORE (store);
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{sx}"));

  if (!usher_sqlite_figures_add (self->figures, self->readers, &builder, error))
    return NULL;

  g_variant_builder_add (&builder, "{sx}", "last-prune", get_last_prune (self));
  g_variant_builder_add (&builder,
                         "{sx}",
                         "read-only",
                         (gint64) usher_sqlite_writer_is_read_only (self->writer));
  if (self->share != NULL)
    usher_sqlite_share_describe (self->share, &builder);

  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

static gboolean
usher_sqlite_store_takes_changes (UsherStore *store)
{
  return !usher_sqlite_writer_is_read_only (USHER_SQLITE_STORE (store)->writer);
}

static gboolean
usher_sqlite_store_close (UsherStore *store, GError **error)
{
  UsherSqliteStore *self = USHER_SQLITE_STORE (store);

  if (self->watch != NULL)
    usher_sqlite_watch_stop (self->watch);

  return usher_sqlite_writer_close (self->writer, error);
}

static void
store_iface_init (UsherStoreInterface *iface)
{
  iface->get_traits = usher_sqlite_store_get_traits;
  iface->add_collection = usher_sqlite_store_add_collection;
  iface->check_collection = usher_sqlite_store_check_collection;
  iface->get_schema = usher_sqlite_store_get_schema;
  iface->lookup = usher_sqlite_store_lookup;
  iface->query = usher_sqlite_store_query;
  iface->list_outdated = usher_sqlite_store_list_outdated;
  iface->end_reads = usher_sqlite_store_end_reads;
  iface->commit = usher_sqlite_store_commit;
  iface->set_observer = usher_sqlite_store_set_observer;
  iface->lookup_request = usher_sqlite_store_lookup_request;
  iface->was_applied = usher_sqlite_store_was_applied;
  iface->list_timers = usher_sqlite_store_list_timers;
  iface->get_next_due = usher_sqlite_store_get_next_due;
  iface->list_timers_since = usher_sqlite_store_list_timers_since;
  iface->list_troubled_timers = usher_sqlite_store_list_troubled_timers;
  iface->list_timers_of = usher_sqlite_store_list_timers_of;
  iface->lookup_timer = usher_sqlite_store_lookup_timer;
  iface->list_outbox = usher_sqlite_store_list_outbox;
  iface->trim_outbox = usher_sqlite_store_trim_outbox;
  iface->lookup_reach = usher_sqlite_store_lookup_reach;
  iface->keep_reach = usher_sqlite_store_keep_reach;
  iface->prune = usher_sqlite_store_prune;
  iface->hold_lease = usher_sqlite_store_hold_lease;
  iface->release_lease = usher_sqlite_store_release_lease;
  iface->set_watch = usher_sqlite_store_set_watch;
  iface->get_owner = usher_sqlite_store_get_owner;
  iface->is_owner_alive = usher_sqlite_store_is_owner_alive;
  iface->takes_changes = usher_sqlite_store_takes_changes;
  iface->describe = usher_sqlite_store_describe;
  iface->close = usher_sqlite_store_close;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (UsherSqliteStore,
                               usher_sqlite_store,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (USHER_TYPE_STORE, store_iface_init))

static void
usher_sqlite_store_finalize (GObject *object)
{
  UsherSqliteStore *self = USHER_SQLITE_STORE (object);

  if (self->watch != NULL)
    usher_sqlite_watch_stop (self->watch);
  if (self->writer != NULL)
    usher_sqlite_writer_close (self->writer, NULL);
  g_clear_pointer (&self->watch, usher_sqlite_watch_unref);
  g_clear_pointer (&self->writer, usher_sqlite_writer_unref);
  g_clear_pointer (&self->figures, usher_sqlite_figures_free);
  g_clear_pointer (&self->readers, usher_sqlite_readers_unref);
  g_clear_pointer (&self->tables, usher_sqlite_tables_unref);
  g_clear_pointer (&self->share, usher_sqlite_share_unref);
  g_clear_object (&self->clock);
  g_free (self->owner);

  G_OBJECT_CLASS (usher_sqlite_store_parent_class)->finalize (object);
}

static void
usher_sqlite_store_class_init (UsherSqliteStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = usher_sqlite_store_finalize;
}

static void
usher_sqlite_store_init (UsherSqliteStore *self)
{
}

/**
 * usher_sqlite_store_new:
 * @path: the file, made when it is missing; its folder must exist
 * @clock: the clock of the host
 * @options: (nullable): how it is opened
 * @error: return location for an error
 *
 * Opens a database that is a file, as [func@Store.open] does it for `sqlite:PATH`.
 *
 * When it is shared, the file `-shared` beside it says whose turn it is to write, tells each process of the others' commits,
 * and has the lease. Commits wait up to five seconds for another process, then they are `USHER_ERROR_UNAVAILABLE`.
 *
 * Returns: (transfer full): a store, `NULL` on error
 */
UsherStore *
usher_sqlite_store_new (const char *path,
                        UsherClock *clock,
                        const UsherStoreOptions *options,
                        GError **error)
{
  static const UsherStoreOptions alone = { 0 };
  g_autoptr (UsherSqliteStore) self = NULL;

  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (USHER_IS_CLOCK (clock), NULL);

  if (options == NULL)
    options = &alone;
  self = g_object_new (USHER_TYPE_SQLITE_STORE, NULL);
  if (options->is_shared && (self->share = usher_sqlite_share_new (path, error)) == NULL)
    return NULL;

  self->clock = g_object_ref (clock);
  self->owner = self->share != NULL ? g_strdup (usher_sqlite_share_get_id (self->share))
                                    : g_uuid_string_random ();
  self->tables = usher_sqlite_tables_new ();
  self->readers = usher_sqlite_readers_new (path, self->share);
  self->figures = usher_sqlite_figures_new ();
  self->traits.documents_a_commit = options->documents_a_commit;
  self->traits.shared_by_copies = TRUE;
  self->traits.orders_by_commit = TRUE;
  self->traits.orders_events_by_commit = TRUE;
  self->writer = usher_sqlite_writer_new (
      path, self->share, self->readers, self->tables, options->documents_a_commit, error);

  return self->writer != NULL ? USHER_STORE (g_steal_pointer (&self)) : NULL;
}
