/* usher-mongo-store.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mongo-store-private.h"

#include "usher-error.h"
#include "usher-mongo-inbox-private.h"
#include "usher-mongo-layout-private.h"
#include "usher-mongo-prune-private.h"
#include "usher-mongo-query-private.h"
#include "usher-mongo-requests-private.h"
#include "usher-mongo-writer-private.h"

/* how old what is known of timers may be where others set some too */
#define TIMERS_AGE (250 * G_TIME_SPAN_MILLISECOND)

/*
 * A store on a MongoDB server: a database a service.
 *
 * A commit is one write of one document, which carries its events, timers and whatever else goes with it, or one transaction of a
 * replica set. Other processes, here and on other machines, may have the database at the same time, and all are taken to do so. The
 * server is waited for within bounds: while it is away everything is `USHER_ERROR_UNAVAILABLE` at once.
 */
struct _UsherMongoStore
{
  GObject parent_instance;

  UsherStoreTraits traits;
  UsherClock *clock;        /* (owned) */
  UsherMongoParts *parts;   /* (owned) */
  UsherMongoWriter *writer; /* (owned) */
};

static const UsherStoreTraits *
usher_mongo_store_get_traits (UsherStore *store)
{
  return &USHER_MONGO_STORE (store)->traits;
}

static gboolean
check_name (UsherMongoStore *self, UsherSchema *schema, GError **error)
{
  const char *collection = usher_schema_get_collection (schema);

  if (usher_mongo_tables_find (self->parts->tables, collection) == NULL)
    return TRUE;

  return usher_refuse (error,
                       USHER_ERROR_INVALID,
                       "the store has a collection “%s” already",
                       collection);
}

static gboolean
usher_mongo_store_add_collection (UsherStore *store, UsherSchema *schema, GError **error)
{
  UsherMongoStore *self = USHER_MONGO_STORE (store);
  UsherMongoParts *parts = self->parts;
  g_autoptr (UsherMongoTable) table = usher_mongo_table_new (schema);

  if (!check_name (self, schema, error) ||
      !usher_mongo_layout_add (
          parts->database, table, usher_mongo_owners_get_n_others (parts->owners) == 0, error))
    return FALSE;

  usher_mongo_tables_add (parts->tables, g_steal_pointer (&table));
  usher_mongo_timers_forget (parts->timers);
  return TRUE;
}

static gboolean
usher_mongo_store_check_collection (UsherStore *store,
                                    UsherSchema *schema,
                                    guint *level,
                                    GError **error)
{
  UsherMongoStore *self = USHER_MONGO_STORE (store);
  g_autoptr (UsherMongoTable) table = usher_mongo_table_new (schema);

  return check_name (self, schema, error) &&
         usher_mongo_layout_check (self->parts->database, table, level, error);
}

static UsherMongoTable *
find_table (UsherMongoStore *self, const char *collection, GError **error)
{
  UsherMongoTable *table = usher_mongo_tables_find (self->parts->tables, collection);

  if (table == NULL)
    usher_refuse (error, USHER_ERROR_INVALID, "the store has no collection “%s”", collection);

  return table;
}

static UsherSchema *
usher_mongo_store_get_schema (UsherStore *store, const char *collection)
{
  UsherMongoTable *table =
      usher_mongo_tables_find (USHER_MONGO_STORE (store)->parts->tables, collection);

  return table != NULL ? usher_mongo_table_get_schema (table) : NULL;
}

static gboolean
usher_mongo_store_lookup (UsherStore *store,
                          const char *collection,
                          const char *id,
                          UsherDocument **document,
                          GError **error)
{
  UsherMongoStore *self = USHER_MONGO_STORE (store);
  UsherMongoTable *table = find_table (self, collection, error);

  return table != NULL &&
         usher_mongo_lookup_run (self->parts->database, table, id, document, error);
}

static GPtrArray *
usher_mongo_store_query (UsherStore *store, UsherQuery *query, GError **error)
{
  UsherMongoStore *self = USHER_MONGO_STORE (store);
  UsherMongoTable *table = find_table (self, usher_query_get_collection (query), error);

  if (table == NULL)
    return NULL;

  return usher_mongo_query_run (
      self->parts->database, table, query, usher_clock_get_time (self->clock), error);
}

static GPtrArray *
usher_mongo_store_list_outdated (UsherStore *store,
                                 const char *collection,
                                 UsherDocument *after,
                                 guint limit,
                                 GError **error)
{
  UsherMongoStore *self = USHER_MONGO_STORE (store);
  UsherMongoTable *table = find_table (self, collection, error);

  if (table == NULL)
    return NULL;

  return usher_mongo_levels_list (self->parts->database, table, after, limit, error);
}

/* each read is one of its own */
static void
usher_mongo_store_end_reads (UsherStore *store)
{
}

static void
usher_mongo_store_commit (UsherStore *store,
                          UsherCommit *commit,
                          UsherCommittedFunc func,
                          gpointer user_data)
{
  usher_mongo_writer_commit (USHER_MONGO_STORE (store)->writer, commit, func, user_data);
}

static void
usher_mongo_store_set_observer (UsherStore *store, UsherStoreObserver observer, gpointer user_data)
{
  usher_mongo_writer_set_observer (USHER_MONGO_STORE (store)->writer, store, observer, user_data);
}

static gboolean
usher_mongo_store_lookup_request (UsherStore *store,
                                  const char *key,
                                  UsherRequestRecord **record,
                                  GError **error)
{
  UsherMongoParts *parts = USHER_MONGO_STORE (store)->parts;

  return usher_mongo_requests_find (parts->database, parts->tables, key, record, error);
}

static gboolean
usher_mongo_store_was_applied (UsherStore *store,
                               const char *event_id,
                               const char *subscriber,
                               gboolean *applied,
                               GError **error)
{
  UsherMongoParts *parts = USHER_MONGO_STORE (store)->parts;

  return usher_mongo_inbox_find (
      parts->database, parts->tables, event_id, subscriber, applied, error);
}

static GPtrArray *
usher_mongo_store_list_timers (UsherStore *store, gint64 due, guint limit, GError **error)
{
  return usher_mongo_timers_list (USHER_MONGO_STORE (store)->parts->timers, due, limit, error);
}

static gint64
usher_mongo_store_get_next_due (UsherStore *store)
{
  UsherMongoParts *parts = USHER_MONGO_STORE (store)->parts;
  gboolean is_alone = usher_mongo_owners_get_n_others (parts->owners) == 0;

  return usher_mongo_timers_get_next_due (parts->timers, is_alone ? G_MAXINT64 : TIMERS_AGE);
}

static GPtrArray *
usher_mongo_store_list_timers_since (UsherStore *store, gint64 since, guint limit, GError **error)
{
  return usher_mongo_timers_list_since (USHER_MONGO_STORE (store)->parts->timers,
                                        since,
                                        limit,
                                        error);
}

static GPtrArray *
usher_mongo_store_list_troubled_timers (UsherStore *store,
                                        guint offset,
                                        guint limit,
                                        GError **error)
{
  return usher_mongo_timers_list_troubled (USHER_MONGO_STORE (store)->parts->timers,
                                           offset,
                                           limit,
                                           error);
}

static GPtrArray *
usher_mongo_store_list_timers_of (UsherStore *store,
                                  const char *correlation,
                                  guint limit,
                                  GError **error)
{
  return usher_mongo_timers_list_of (USHER_MONGO_STORE (store)->parts->timers,
                                     correlation,
                                     limit,
                                     error);
}

static gboolean
usher_mongo_store_lookup_timer (UsherStore *store,
                                const char *name,
                                const char *key,
                                UsherTimer **timer,
                                GError **error)
{
  return usher_mongo_timers_find (
      USHER_MONGO_STORE (store)->parts->timers, name, key, timer, error);
}

static GPtrArray *
usher_mongo_store_list_outbox (UsherStore *store,
                               const UsherMark *after,
                               guint limit,
                               GArray *marks,
                               GError **error)
{
  return usher_mongo_outbox_list (
      USHER_MONGO_STORE (store)->parts->outbox, after, limit, marks, error);
}

static void
usher_mongo_store_trim_outbox (UsherStore *store, const UsherMark *upto)
{
  usher_mongo_outbox_trim (USHER_MONGO_STORE (store)->parts->outbox, upto);
}

static gboolean
usher_mongo_store_lookup_reach (UsherStore *store, UsherReach *reach, GError **error)
{
  return usher_mongo_lease_lookup_reach (USHER_MONGO_STORE (store)->parts->lease, reach, error);
}

static void
usher_mongo_store_keep_reach (UsherStore *store, const UsherReach *reach)
{
  usher_mongo_lease_keep_reach (USHER_MONGO_STORE (store)->parts->lease, reach);
}

static gboolean
usher_mongo_store_prune (UsherStore *store,
                         gint64 inbox_before,
                         gint64 requests_before,
                         gboolean *has_more,
                         GError **error)
{
  UsherMongoStore *self = USHER_MONGO_STORE (store);
  UsherMongoPrune prune = {
    .database = self->parts->database,
    .tables = self->parts->tables,
    .owners = self->parts->owners,
    .inbox_before = inbox_before,
    .requests_before = requests_before,
  };

  if (!usher_mongo_prune_run (&prune, usher_clock_get_time (self->clock), error))
    return FALSE;

  *has_more = prune.has_more;
  return TRUE;
}

static gboolean
usher_mongo_store_hold_lease (UsherStore *store)
{
  return usher_mongo_lease_hold (USHER_MONGO_STORE (store)->parts->lease);
}

static void
usher_mongo_store_release_lease (UsherStore *store)
{
  usher_mongo_lease_release (USHER_MONGO_STORE (store)->parts->lease);
}

static gboolean
usher_mongo_store_set_watch (UsherStore *store,
                             UsherStoreWatchFunc func,
                             gpointer user_data,
                             GError **error)
{
  usher_mongo_watch_set_func (USHER_MONGO_STORE (store)->parts->watch, store, func, user_data);

  return TRUE;
}

static const char *
usher_mongo_store_get_owner (UsherStore *store)
{
  return usher_mongo_owners_get_name (USHER_MONGO_STORE (store)->parts->owners);
}

static gboolean
usher_mongo_store_is_owner_alive (UsherStore *store, const char *owner)
{
  return usher_mongo_owners_is_alive (USHER_MONGO_STORE (store)->parts->owners, owner);
}

static gboolean
usher_mongo_store_is_away (UsherStore *store)
{
  UsherMongoStore *self = USHER_MONGO_STORE (store);

  return usher_mongo_database_is_away (self->parts->database);
}

static gboolean
usher_mongo_store_takes_changes (UsherStore *store)
{
  UsherMongoStore *self = USHER_MONGO_STORE (store);

  return !usher_mongo_database_is_away (self->parts->database) &&
         !usher_mongo_writer_is_full (self->writer);
}

static GVariant *
usher_mongo_store_describe (UsherStore *store, GError **error)
{
  UsherMongoStore *self = USHER_MONGO_STORE (store);
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{sx}"));
  gboolean is_read_only = !usher_mongo_store_takes_changes (store);

  if (!usher_mongo_figures_add (self->parts->figures, &builder, error))
    return NULL;

  g_variant_builder_add (&builder, "{sx}", "read-only", (gint64) is_read_only);
  usher_mongo_lease_describe (self->parts->lease, &builder);

  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

static gboolean
usher_mongo_store_close (UsherStore *store, GError **error)
{
  UsherMongoStore *self = USHER_MONGO_STORE (store);

  usher_mongo_watch_set_func (self->parts->watch, NULL, NULL, NULL);
  usher_mongo_writer_close (self->writer);
  usher_mongo_parts_close (self->parts);

  return TRUE;
}

static void
store_iface_init (UsherStoreInterface *iface)
{
  iface->get_traits = usher_mongo_store_get_traits;
  iface->add_collection = usher_mongo_store_add_collection;
  iface->check_collection = usher_mongo_store_check_collection;
  iface->get_schema = usher_mongo_store_get_schema;
  iface->lookup = usher_mongo_store_lookup;
  iface->query = usher_mongo_store_query;
  iface->list_outdated = usher_mongo_store_list_outdated;
  iface->end_reads = usher_mongo_store_end_reads;
  iface->commit = usher_mongo_store_commit;
  iface->set_observer = usher_mongo_store_set_observer;
  iface->lookup_request = usher_mongo_store_lookup_request;
  iface->was_applied = usher_mongo_store_was_applied;
  iface->list_timers = usher_mongo_store_list_timers;
  iface->get_next_due = usher_mongo_store_get_next_due;
  iface->list_timers_since = usher_mongo_store_list_timers_since;
  iface->list_troubled_timers = usher_mongo_store_list_troubled_timers;
  iface->list_timers_of = usher_mongo_store_list_timers_of;
  iface->lookup_timer = usher_mongo_store_lookup_timer;
  iface->list_outbox = usher_mongo_store_list_outbox;
  iface->trim_outbox = usher_mongo_store_trim_outbox;
  iface->lookup_reach = usher_mongo_store_lookup_reach;
  iface->keep_reach = usher_mongo_store_keep_reach;
  iface->prune = usher_mongo_store_prune;
  iface->hold_lease = usher_mongo_store_hold_lease;
  iface->release_lease = usher_mongo_store_release_lease;
  iface->set_watch = usher_mongo_store_set_watch;
  iface->get_owner = usher_mongo_store_get_owner;
  iface->is_owner_alive = usher_mongo_store_is_owner_alive;
  iface->takes_changes = usher_mongo_store_takes_changes;
  iface->is_away = usher_mongo_store_is_away;
  iface->describe = usher_mongo_store_describe;
  iface->close = usher_mongo_store_close;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (UsherMongoStore,
                               usher_mongo_store,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (USHER_TYPE_STORE, store_iface_init))

static void
usher_mongo_store_finalize (GObject *object)
{
  UsherMongoStore *self = USHER_MONGO_STORE (object);

  if (self->writer != NULL)
    usher_mongo_store_close (USHER_STORE (self), NULL);
  g_clear_pointer (&self->writer, usher_mongo_writer_unref);
  g_clear_pointer (&self->parts, usher_mongo_parts_unref);
  g_clear_object (&self->clock);

  G_OBJECT_CLASS (usher_mongo_store_parent_class)->finalize (object);
}

static void
usher_mongo_store_class_init (UsherMongoStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = usher_mongo_store_finalize;
}

static void
usher_mongo_store_init (UsherMongoStore *self)
{
}

static guint
get_limit (UsherMongoStore *self, const UsherStoreOptions *options)
{
  /* only a transaction could change more */
  if (!usher_mongo_database_is_replica_set (self->parts->database))
    return 1;

  return options != NULL ? options->documents_a_commit : 0;
}

UsherStore *
usher_mongo_store_new (const char *uri,
                       UsherClock *clock,
                       const UsherStoreOptions *options,
                       GError **error)
{
  g_autoptr (UsherMongoStore) self = NULL;

  g_return_val_if_fail (uri != NULL, NULL);
  g_return_val_if_fail (USHER_IS_CLOCK (clock), NULL);

  self = g_object_new (USHER_TYPE_MONGO_STORE, NULL);
  self->clock = g_object_ref (clock);
  self->parts = usher_mongo_parts_new (uri, error);
  if (self->parts == NULL)
    return NULL;

  self->traits.blocks = TRUE;
  self->traits.documents_a_commit = get_limit (self, options);
  self->traits.watches_documents = usher_mongo_database_is_replica_set (self->parts->database);
  self->traits.shared_by_copies = TRUE;
  self->writer = usher_mongo_writer_new (self->parts,
                                         self->traits.documents_a_commit,
                                         options != NULL && options->is_shared);

  return USHER_STORE (g_steal_pointer (&self));
}
