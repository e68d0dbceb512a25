/* usher-test-store.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-store-private.h"

/**
 * UsherTestStore:
 *
 * A store that a witness looks into. Once the process that has it has died, nothing gets into the database any more and nobody
 * is told anything.
 */
struct _UsherTestStore
{
  GObject parent_instance;

  UsherStore *inner;         /* (owned) */
  char *service;             /* (owned) */
  UsherTestWitness *witness; /* (owned) */
  UsherTestLife *life;       /* (owned) */
  UsherStoreObserver observer;
  gpointer observer_data;
  UsherStoreWatchFunc watch;
  gpointer watch_data;
};

/* who waits to be told of a commit */
typedef struct
{
  UsherTestStore *self; /* (owned) */
  UsherCommit *commit;  /* (owned) */
  UsherCommittedFunc func;
  gpointer user_data;
  GError *refusal; /* (owned) (nullable): it was not given to the database */
} Waiter;

static void store_iface_init (UsherStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (UsherTestStore,
                               usher_test_store,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (USHER_TYPE_STORE, store_iface_init))

static UsherStore *
get_inner (UsherStore *store)
{
  return USHER_TEST_STORE (store)->inner;
}

static const UsherStoreTraits *
usher_test_store_get_traits (UsherStore *store)
{
  return usher_store_get_traits (get_inner (store));
}

static gboolean
usher_test_store_add_collection (UsherStore *store, UsherSchema *schema, GError **error)
{
  return usher_store_add_collection (get_inner (store), schema, error);
}

static gboolean
usher_test_store_check_collection (UsherStore *store,
                                   UsherSchema *schema,
                                   guint *level,
                                   GError **error)
{
  return usher_store_check_collection (get_inner (store), schema, level, error);
}

static UsherSchema *
usher_test_store_get_schema (UsherStore *store, const char *collection)
{
  return usher_store_get_schema (get_inner (store), collection);
}

static gboolean
usher_test_store_lookup (UsherStore *store,
                         const char *collection,
                         const char *id,
                         UsherDocument **document,
                         GError **error)
{
  return usher_store_lookup (get_inner (store), collection, id, document, error);
}

static GPtrArray *
usher_test_store_query (UsherStore *store, UsherQuery *query, GError **error)
{
  return usher_store_query (get_inner (store), query, error);
}

static GPtrArray *
usher_test_store_list_outdated (UsherStore *store,
                                const char *collection,
                                UsherDocument *after,
                                guint limit,
                                GError **error)
{
  return usher_store_list_outdated (get_inner (store), collection, after, limit, error);
}

static void
usher_test_store_end_reads (UsherStore *store)
{
  usher_store_end_reads (get_inner (store));
}

static void
on_committed (UsherCommit *commit, const GError *error, gpointer user_data)
{
  Waiter *waiter = user_data;
  g_autoptr (GError) silence = usher_test_life_dup_silence (waiter->self->life);

  if (silence != NULL)
    error = silence;
  else if (waiter->refusal != NULL)
    error = waiter->refusal;

  waiter->func (waiter->commit, error, waiter->user_data);
  g_object_unref (waiter->self);
  usher_commit_unref (waiter->commit);
  g_clear_error (&waiter->refusal);
  g_free (waiter);
}

/* What is refused is told on the store's thread, too: something that changes nothing is committed in its place. */
static void
usher_test_store_commit (UsherStore *store,
                         UsherCommit *commit,
                         UsherCommittedFunc func,
                         gpointer user_data)
{
  UsherTestStore *self = USHER_TEST_STORE (store);
  Waiter *waiter = g_new0 (Waiter, 1);
  g_autoptr (UsherCommit) nothing = NULL;

  waiter->self = g_object_ref (self);
  waiter->commit = usher_commit_ref (commit);
  waiter->func = func;
  waiter->user_data = user_data;
  waiter->refusal = usher_test_witness_admit (self->witness, self->service, self->life);

  if (waiter->refusal != NULL)
    nothing = usher_commit_new (usher_commit_get_time (commit));
  usher_store_commit (self->inner, nothing != NULL ? nothing : commit, on_committed, waiter);
}

static void
on_observed (UsherStore *store, UsherCommit *commit, gpointer user_data)
{
  UsherTestStore *self = user_data;

  if (usher_test_witness_see (self->witness, self->service, commit, self->life))
    self->observer (USHER_STORE (self), commit, self->observer_data);
}

static void
usher_test_store_set_observer (UsherStore *store, UsherStoreObserver observer, gpointer user_data)
{
  UsherTestStore *self = USHER_TEST_STORE (store);

  self->observer = observer;
  self->observer_data = user_data;
  usher_store_set_observer (self->inner, observer != NULL ? on_observed : NULL, self, NULL);
}

static gboolean
usher_test_store_lookup_request (UsherStore *store,
                                 const char *key,
                                 UsherRequestRecord **record,
                                 GError **error)
{
  return usher_store_lookup_request (get_inner (store), key, record, error);
}

static gboolean
usher_test_store_was_applied (UsherStore *store,
                              const char *event_id,
                              const char *subscriber,
                              gboolean *applied,
                              GError **error)
{
  return usher_store_was_applied (get_inner (store), event_id, subscriber, applied, error);
}

/* nothing is due for the dead, who would try again and again */
static GPtrArray *
usher_test_store_list_timers (UsherStore *store, gint64 due, guint limit, GError **error)
{
  if (usher_test_life_has_ended (USHER_TEST_STORE (store)->life))
    return g_ptr_array_new_with_free_func ((GDestroyNotify) usher_timer_unref);

  return usher_store_list_timers (get_inner (store), due, limit, error);
}

static gint64
usher_test_store_get_next_due (UsherStore *store)
{
  return usher_store_get_next_due (get_inner (store));
}

static GPtrArray *
usher_test_store_list_timers_since (UsherStore *store, gint64 since, guint limit, GError **error)
{
  return usher_store_list_timers_since (get_inner (store), since, limit, error);
}

static GPtrArray *
usher_test_store_list_troubled_timers (UsherStore *store, guint offset, guint limit, GError **error)
{
  return usher_store_list_troubled_timers (get_inner (store), offset, limit, error);
}

static GPtrArray *
usher_test_store_list_timers_of (UsherStore *store,
                                 const char *correlation,
                                 guint limit,
                                 GError **error)
{
  return usher_store_list_timers_of (get_inner (store), correlation, limit, error);
}

static gboolean
usher_test_store_lookup_timer (UsherStore *store,
                               const char *name,
                               const char *key,
                               UsherTimer **timer,
                               GError **error)
{
  return usher_store_lookup_timer (get_inner (store), name, key, timer, error);
}

static GPtrArray *
usher_test_store_list_outbox (UsherStore *store,
                              const UsherMark *after,
                              guint limit,
                              GArray *marks,
                              GError **error)
{
  return usher_store_list_outbox (get_inner (store), after, limit, marks, error);
}

static void
usher_test_store_trim_outbox (UsherStore *store, const UsherMark *upto)
{
  usher_store_trim_outbox (get_inner (store), upto);
}

static gboolean
usher_test_store_lookup_reach (UsherStore *store, UsherReach *reach, GError **error)
{
  return usher_store_lookup_reach (get_inner (store), reach, error);
}

static void
usher_test_store_keep_reach (UsherStore *store, const UsherReach *reach)
{
  usher_store_keep_reach (get_inner (store), reach);
}

static gboolean
usher_test_store_takes_changes (UsherStore *store)
{
  return usher_store_takes_changes (get_inner (store));
}

static gboolean
usher_test_store_is_away (UsherStore *store)
{
  return usher_store_is_away (get_inner (store));
}

static gboolean
usher_test_store_prune (UsherStore *store,
                        gint64 inbox_before,
                        gint64 requests_before,
                        gboolean *has_more,
                        GError **error)
{
  return usher_store_prune (get_inner (store), inbox_before, requests_before, has_more, error);
}

static gboolean
usher_test_store_hold_lease (UsherStore *store)
{
  return usher_store_hold_lease (get_inner (store));
}

static void
usher_test_store_release_lease (UsherStore *store)
{
  usher_store_release_lease (get_inner (store));
}

static void
on_watched (UsherStore *store,
            const char *collection,
            const char *id,
            gboolean is_lease_free,
            gpointer user_data)
{
  UsherTestStore *self = user_data;

  self->watch (USHER_STORE (self), collection, id, is_lease_free, self->watch_data);
}

static gboolean
usher_test_store_set_watch (UsherStore *store,
                            UsherStoreWatchFunc func,
                            gpointer user_data,
                            GError **error)
{
  UsherTestStore *self = USHER_TEST_STORE (store);

  self->watch = func;
  self->watch_data = user_data;

  return usher_store_set_watch (self->inner, func != NULL ? on_watched : NULL, self, NULL, error);
}

static const char *
usher_test_store_get_owner (UsherStore *store)
{
  return usher_store_get_owner (get_inner (store));
}

static gboolean
usher_test_store_is_owner_alive (UsherStore *store, const char *owner)
{
  return usher_store_is_owner_alive (get_inner (store), owner);
}

static GVariant *
usher_test_store_describe (UsherStore *store, GError **error)
{
  return usher_store_describe (get_inner (store), error);
}

static gboolean
usher_test_store_close (UsherStore *store, GError **error)
{
  return usher_store_close (get_inner (store), error);
}

static void
store_iface_init (UsherStoreInterface *iface)
{
  iface->get_traits = usher_test_store_get_traits;
  iface->add_collection = usher_test_store_add_collection;
  iface->check_collection = usher_test_store_check_collection;
  iface->get_schema = usher_test_store_get_schema;
  iface->lookup = usher_test_store_lookup;
  iface->query = usher_test_store_query;
  iface->list_outdated = usher_test_store_list_outdated;
  iface->end_reads = usher_test_store_end_reads;
  iface->commit = usher_test_store_commit;
  iface->set_observer = usher_test_store_set_observer;
  iface->lookup_request = usher_test_store_lookup_request;
  iface->was_applied = usher_test_store_was_applied;
  iface->list_timers = usher_test_store_list_timers;
  iface->get_next_due = usher_test_store_get_next_due;
  iface->list_timers_since = usher_test_store_list_timers_since;
  iface->list_troubled_timers = usher_test_store_list_troubled_timers;
  iface->list_timers_of = usher_test_store_list_timers_of;
  iface->lookup_timer = usher_test_store_lookup_timer;
  iface->list_outbox = usher_test_store_list_outbox;
  iface->trim_outbox = usher_test_store_trim_outbox;
  iface->lookup_reach = usher_test_store_lookup_reach;
  iface->keep_reach = usher_test_store_keep_reach;
  iface->takes_changes = usher_test_store_takes_changes;
  iface->is_away = usher_test_store_is_away;
  iface->prune = usher_test_store_prune;
  iface->hold_lease = usher_test_store_hold_lease;
  iface->release_lease = usher_test_store_release_lease;
  iface->set_watch = usher_test_store_set_watch;
  iface->get_owner = usher_test_store_get_owner;
  iface->is_owner_alive = usher_test_store_is_owner_alive;
  iface->describe = usher_test_store_describe;
  iface->close = usher_test_store_close;
}

static void
usher_test_store_finalize (GObject *object)
{
  UsherTestStore *self = USHER_TEST_STORE (object);

  g_clear_object (&self->inner);
  g_clear_pointer (&self->service, g_free);
  g_clear_pointer (&self->witness, usher_test_witness_unref);
  g_clear_pointer (&self->life, usher_test_life_unref);

  G_OBJECT_CLASS (usher_test_store_parent_class)->finalize (object);
}

static void
usher_test_store_class_init (UsherTestStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = usher_test_store_finalize;
}

static void
usher_test_store_init (UsherTestStore *self)
{
}

UsherStore *
usher_test_store_new (UsherStore *inner,
                      const char *service,
                      UsherTestWitness *witness,
                      UsherTestLife *life)
{
  UsherTestStore *self = g_object_new (USHER_TEST_TYPE_STORE, NULL);

  self->inner = g_object_ref (inner);
  self->service = g_strdup (service);
  self->witness = usher_test_witness_ref (witness);
  self->life = usher_test_life_ref (life);

  return USHER_STORE (self);
}
