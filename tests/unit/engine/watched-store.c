/* watched-store.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "watched-store.h"

#include "usher-error.h"

typedef struct
{
  const char *verb;
  GThread *thread; /* (unowned): compared only */
} Call;

struct _WatchedStore
{
  GObject parent_instance;

  UsherStore *inner; /* (owned) */
  UsherStoreTraits traits;
  UsherStoreObserver observer;
  gpointer observer_data;
  UsherStoreWatchFunc watch;
  gpointer watch_data;

  GMutex mutex;
  GCond cond;
  GArray *calls;    /* (owned) (mutex mutex) (element-type Call) */
  GThread *thread;  /* (unowned) (nullable) (mutex mutex) */
  const char *held; /* (nullable) (mutex mutex): the verb that hangs */
  int is_away;      /* (atomic) */
};

static void store_iface_init (UsherStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (WatchedStore,
                               watched_store,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (USHER_TYPE_STORE, store_iface_init))

/* Notes a call that may wait, and hands it on. */
static UsherStore *
note (UsherStore *store, const char *verb)
{
  WatchedStore *self = WATCHED_STORE (store);
  Call call = { verb, g_thread_self () };

  g_mutex_lock (&self->mutex);
  g_array_append_val (self->calls, call);
  while (g_strcmp0 (self->held, verb) == 0)
    g_cond_wait (&self->cond, &self->mutex);
  g_mutex_unlock (&self->mutex);

  return self->inner;
}

static GError *
make_absence (void)
{
  return g_error_new_literal (USHER_ERROR, USHER_ERROR_UNAVAILABLE, "the server does not answer");
}

/* FALSE, with the error: it is away */
static gboolean
is_there (UsherStore *store, GError **error)
{
  if (!usher_store_is_away (store))
    return TRUE;

  g_propagate_error (error, make_absence ());

  return FALSE;
}

static UsherStore *
pass (UsherStore *store)
{
  return WATCHED_STORE (store)->inner;
}

static const UsherStoreTraits *
watched_store_get_traits (UsherStore *store)
{
  return &WATCHED_STORE (store)->traits;
}

static gboolean
watched_store_add_collection (UsherStore *store, UsherSchema *schema, GError **error)
{
  return usher_store_add_collection (note (store, "add-collection"), schema, error);
}

static UsherSchema *
watched_store_get_schema (UsherStore *store, const char *collection)
{
  return usher_store_get_schema (pass (store), collection);
}

static gboolean
watched_store_lookup (UsherStore *store,
                      const char *collection,
                      const char *id,
                      UsherDocument **document,
                      GError **error)
{
  UsherStore *inner = note (store, "lookup");

  return is_there (store, error) && usher_store_lookup (inner, collection, id, document, error);
}

static GPtrArray *
watched_store_query (UsherStore *store, UsherQuery *query, GError **error)
{
  return usher_store_query (note (store, "query"), query, error);
}

static void
watched_store_end_reads (UsherStore *store)
{
  usher_store_end_reads (pass (store));
}

static void
watched_store_commit (UsherStore *store,
                      UsherCommit *commit,
                      UsherCommittedFunc func,
                      gpointer user_data)
{
  g_autoptr (GError) absence = NULL;

  if (usher_store_is_away (store))
    {
      absence = make_absence ();
      func (commit, absence, user_data);
      return;
    }

  usher_store_commit (pass (store), commit, func, user_data);
}

static void
on_observed (UsherStore *store, UsherCommit *commit, gpointer user_data)
{
  WatchedStore *self = user_data;

  g_mutex_lock (&self->mutex);
  self->thread = g_thread_self ();
  g_mutex_unlock (&self->mutex);
  self->observer (USHER_STORE (self), commit, self->observer_data);
}

static void
watched_store_set_observer (UsherStore *store, UsherStoreObserver observer, gpointer user_data)
{
  WatchedStore *self = WATCHED_STORE (store);

  self->observer = observer;
  self->observer_data = user_data;
  usher_store_set_observer (self->inner, on_observed, self, NULL);
}

static gboolean
watched_store_lookup_request (UsherStore *store,
                              const char *key,
                              UsherRequestRecord **record,
                              GError **error)
{
  return usher_store_lookup_request (note (store, "lookup-request"), key, record, error);
}

static gboolean
watched_store_was_applied (UsherStore *store,
                           const char *event_id,
                           const char *subscriber,
                           gboolean *applied,
                           GError **error)
{
  return usher_store_was_applied (
      note (store, "was-applied"), event_id, subscriber, applied, error);
}

static GPtrArray *
watched_store_list_timers (UsherStore *store, gint64 due, guint limit, GError **error)
{
  return usher_store_list_timers (note (store, "list-timers"), due, limit, error);
}

static gint64
watched_store_get_next_due (UsherStore *store)
{
  return usher_store_get_next_due (note (store, "get-next-due"));
}

static GPtrArray *
watched_store_list_timers_since (UsherStore *store, gint64 since, guint limit, GError **error)
{
  return usher_store_list_timers_since (note (store, "list-timers-since"), since, limit, error);
}

static GPtrArray *
watched_store_list_troubled_timers (UsherStore *store, guint offset, guint limit, GError **error)
{
  return usher_store_list_troubled_timers (note (store, "list-troubled-timers"),
                                           offset,
                                           limit,
                                           error);
}

static gboolean
watched_store_lookup_timer (UsherStore *store,
                            const char *name,
                            const char *key,
                            UsherTimer **timer,
                            GError **error)
{
  return usher_store_lookup_timer (note (store, "lookup-timer"), name, key, timer, error);
}

static GPtrArray *
watched_store_list_outbox (UsherStore *store,
                           const UsherMark *after,
                           guint limit,
                           GArray *marks,
                           GError **error)
{
  return usher_store_list_outbox (note (store, "list-outbox"), after, limit, marks, error);
}

static void
watched_store_trim_outbox (UsherStore *store, const UsherMark *upto)
{
  usher_store_trim_outbox (pass (store), upto);
}

static gboolean
watched_store_prune (UsherStore *store,
                     gint64 inbox_before,
                     gint64 requests_before,
                     gboolean *has_more,
                     GError **error)
{
  return usher_store_prune (note (store, "prune"), inbox_before, requests_before, has_more, error);
}

static gboolean
watched_store_hold_lease (UsherStore *store)
{
  return usher_store_hold_lease (note (store, "hold-lease"));
}

static void
watched_store_release_lease (UsherStore *store)
{
  usher_store_release_lease (note (store, "release-lease"));
}

static gboolean
watched_store_set_watch (UsherStore *store,
                         UsherStoreWatchFunc func,
                         gpointer user_data,
                         GError **error)
{
  WatchedStore *self = WATCHED_STORE (store);

  self->watch = func;
  self->watch_data = user_data;

  return TRUE;
}

static const char *
watched_store_get_owner (UsherStore *store)
{
  return usher_store_get_owner (pass (store));
}

static gboolean
watched_store_is_owner_alive (UsherStore *store, const char *owner)
{
  return usher_store_is_owner_alive (note (store, "is-owner-alive"), owner);
}

static gboolean
watched_store_is_away (UsherStore *store)
{
  return g_atomic_int_get (&WATCHED_STORE (store)->is_away);
}

static GVariant *
watched_store_describe (UsherStore *store, GError **error)
{
  return usher_store_describe (note (store, "describe"), error);
}

static gboolean
watched_store_close (UsherStore *store, GError **error)
{
  return usher_store_close (pass (store), error);
}

static void
store_iface_init (UsherStoreInterface *iface)
{
  iface->get_traits = watched_store_get_traits;
  iface->add_collection = watched_store_add_collection;
  iface->get_schema = watched_store_get_schema;
  iface->lookup = watched_store_lookup;
  iface->query = watched_store_query;
  iface->end_reads = watched_store_end_reads;
  iface->commit = watched_store_commit;
  iface->set_observer = watched_store_set_observer;
  iface->lookup_request = watched_store_lookup_request;
  iface->was_applied = watched_store_was_applied;
  iface->list_timers = watched_store_list_timers;
  iface->get_next_due = watched_store_get_next_due;
  iface->list_timers_since = watched_store_list_timers_since;
  iface->list_troubled_timers = watched_store_list_troubled_timers;
  iface->lookup_timer = watched_store_lookup_timer;
  iface->list_outbox = watched_store_list_outbox;
  iface->trim_outbox = watched_store_trim_outbox;
  iface->prune = watched_store_prune;
  iface->hold_lease = watched_store_hold_lease;
  iface->release_lease = watched_store_release_lease;
  iface->set_watch = watched_store_set_watch;
  iface->get_owner = watched_store_get_owner;
  iface->is_owner_alive = watched_store_is_owner_alive;
  iface->is_away = watched_store_is_away;
  iface->describe = watched_store_describe;
  iface->close = watched_store_close;
}

static void
watched_store_finalize (GObject *object)
{
  WatchedStore *self = WATCHED_STORE (object);

  g_clear_object (&self->inner);
  g_array_unref (self->calls);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->mutex);

  G_OBJECT_CLASS (watched_store_parent_class)->finalize (object);
}

static void
watched_store_class_init (WatchedStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = watched_store_finalize;
}

static void
watched_store_init (WatchedStore *self)
{
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->calls = g_array_new (FALSE, FALSE, sizeof (Call));
}

UsherStore *
watched_store_new (UsherStore *inner, gboolean blocks)
{
  WatchedStore *self = g_object_new (WATCHED_TYPE_STORE, NULL);

  self->inner = g_object_ref (inner);
  self->traits = *usher_store_get_traits (inner);
  self->traits.blocks = blocks;

  return USHER_STORE (self);
}

void
watched_store_begin (WatchedStore *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  g_array_set_size (self->calls, 0);
}

/* @thread: (nullable): NULL: any */
static guint
count (WatchedStore *self, const char *verb, GThread *thread)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  guint n = 0;

  for (guint i = 0; i < self->calls->len; i++)
    {
      const Call *call = &g_array_index (self->calls, Call, i);

      if ((thread == NULL || call->thread == thread) &&
          (verb == NULL || g_str_equal (call->verb, verb)))
        n++;
    }

  return n;
}

guint
watched_store_count_on (WatchedStore *self, const char *verb, GThread *thread)
{
  return count (self, verb, thread);
}

guint
watched_store_count (WatchedStore *self, const char *verb)
{
  return count (self, verb, NULL);
}

GThread *
watched_store_get_thread (WatchedStore *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->thread;
}

void
watched_store_tell (WatchedStore *self, const char *collection, const char *id)
{
  self->watch (USHER_STORE (self), collection, id, FALSE, self->watch_data);
}

void
watched_store_hold (WatchedStore *self, const char *verb)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->held = verb;
  g_cond_broadcast (&self->cond);
}

void
watched_store_set_away (WatchedStore *self, gboolean is_away)
{
  g_atomic_int_set (&self->is_away, is_away);
  if (!is_away)
    watched_store_tell (self, NULL, NULL);
}
