/* usher-store.h: the database of one service
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "usher-clock.h"
#include "usher-commit.h"
#include "usher-query.h"
#include "usher-reach.h"
#include "usher-request-record.h"
#include "usher-timer.h"

G_BEGIN_DECLS

#define USHER_TYPE_STORE (usher_store_get_type ())

USHER_API
G_DECLARE_INTERFACE (UsherStore, usher_store, USHER, STORE, GObject)

/**
 * UsherCommittedFunc:
 * @commit: what was to be written
 * @error: (nullable): `NULL` when @commit is durable, else nothing of it was written: `USHER_ERROR_CONFLICT`: a document had
 *   changed; `USHER_ERROR_TAKEN`: a unique key is another's, the message names collection and field; `USHER_ERROR_FULL`,
 *   `USHER_ERROR_UNAVAILABLE`, `USHER_ERROR_CORRUPT`, `USHER_ERROR_INVALID`: it cannot be committed as one;
 *   `USHER_ERROR_TOO_LARGE`: with an event over [const@EVENT_MAX_PAYLOAD]
 * @user_data: (closure): data of who committed
 *
 * Is told how a commit went, on the store's thread. It must not block.
 */
typedef void (*UsherCommittedFunc) (UsherCommit *commit, const GError *error, gpointer user_data);
/**
 * UsherStoreObserver:
 * @store: a store
 * @commit: what was written
 * @user_data: (closure): data of the observer
 *
 * Is told of each commit that changed anything, in the order of commits, before its own [callback@CommittedFunc]; on the
 * store's thread. It must not block.
 */
typedef void (*UsherStoreObserver) (UsherStore *store, UsherCommit *commit, gpointer user_data);
/**
 * UsherStoreWatchFunc:
 * @store: a store
 * @collection: (nullable): the collection of a document that changed, `NULL`: anything may have changed
 * @id: (nullable): its id; `NULL` with @collection
 * @is_lease_free: whether nobody holds the lease
 * @user_data: (closure): data of the watch
 *
 * Is told that other processes committed, however often, or that the lease is free; on a thread of the store's. It must
 * not block for long.
 *
 * A store that `watches_documents` names each document that changed, and gives `NULL` when it lost count.
 */
typedef void (*UsherStoreWatchFunc) (UsherStore *store,
                                     const char *collection,
                                     const char *id,
                                     gboolean is_lease_free,
                                     gpointer user_data);

/**
 * UsherStoreTraits:
 * @blocks: whoever reads waits for the network: not on a thread that others need
 * @documents_a_commit: how many documents a commit may change, 0: any number
 * @watches_documents: the watch knows which documents other processes changed
 * @shared_by_copies: several processes may have the database at the same time
 * @orders_by_commit: queries give documents in the order in which they were first committed, whichever process did it. Else
 *   they are in the order of their ids, so of the second of creation, and a query for the oldest first withholds those that are
 *   younger than a commit may last. Either way none comes to be before one that such a query has given
 * @orders_events_by_commit: commits are written, told and published in the order in which they were given; else those that change
 *   one document are, and one overtakes another
 *
 * How a store is, for who decides what may be asked of it and where. Traits do not change.
 */
typedef struct
{
  gboolean blocks;
  guint documents_a_commit;
  gboolean watches_documents;
  gboolean shared_by_copies;
  gboolean orders_by_commit;
  gboolean orders_events_by_commit;
} UsherStoreTraits;

/**
 * UsherStoreOptions:
 * @is_shared: other processes open the database at the same time, all of them so
 * @documents_a_commit: how many documents a commit may change, 0: as many as the kind of store can; one that cannot commit so
 *   many as one takes its own limit
 *
 * How a store is opened. All zeros is what `NULL` stands for.
 */
typedef struct
{
  gboolean is_shared;
  guint documents_a_commit;
} UsherStoreOptions;

struct _UsherStoreInterface
{
  GTypeInterface parent_iface;

  const UsherStoreTraits *(*get_traits) (UsherStore *self);
  gboolean (*add_collection) (UsherStore *self, UsherSchema *schema, GError **error);
  gboolean (*check_collection) (UsherStore *self,
                                UsherSchema *schema,
                                guint *level,
                                GError **error);
  UsherSchema *(*get_schema) (UsherStore *self, const char *collection);
  gboolean (*lookup) (UsherStore *self,
                      const char *collection,
                      const char *id,
                      UsherDocument **document,
                      GError **error);
  GPtrArray *(*query) (UsherStore *self, UsherQuery *query, GError **error);
  GPtrArray *(*list_outdated) (UsherStore *self,
                               const char *collection,
                               UsherDocument *after,
                               guint limit,
                               GError **error);
  void (*end_reads) (UsherStore *self);
  void (*commit) (UsherStore *self,
                  UsherCommit *commit,
                  UsherCommittedFunc func,
                  gpointer user_data);
  void (*set_observer) (UsherStore *self, UsherStoreObserver observer, gpointer user_data);
  gboolean (*lookup_request) (UsherStore *self,
                              const char *key,
                              UsherRequestRecord **record,
                              GError **error);
  gboolean (*was_applied) (UsherStore *self,
                           const char *event_id,
                           const char *subscriber,
                           gboolean *applied,
                           GError **error);
  GPtrArray *(*list_timers) (UsherStore *self, gint64 due, guint limit, GError **error);
  gint64 (*get_next_due) (UsherStore *self);
  GPtrArray *(*list_timers_since) (UsherStore *self, gint64 since, guint limit, GError **error);
  GPtrArray *(*list_troubled_timers) (UsherStore *self, guint offset, guint limit, GError **error);
  GPtrArray *(*list_timers_of) (UsherStore *self,
                                const char *correlation,
                                guint limit,
                                GError **error);
  gboolean (*lookup_timer) (UsherStore *self,
                            const char *name,
                            const char *key,
                            UsherTimer **timer,
                            GError **error);
  GPtrArray *(*list_outbox) (UsherStore *self,
                             const UsherMark *after,
                             guint limit,
                             GArray *marks,
                             GError **error);
  void (*trim_outbox) (UsherStore *self, const UsherMark *upto);
  gboolean (*lookup_reach) (UsherStore *self, UsherReach *reach, GError **error);
  void (*keep_reach) (UsherStore *self, const UsherReach *reach);
  gboolean (*prune) (UsherStore *self,
                     gint64 inbox_before,
                     gint64 requests_before,
                     gboolean *has_more,
                     GError **error);
  gboolean (*takes_changes) (UsherStore *self);
  gboolean (*is_away) (UsherStore *self);
  gboolean (*hold_lease) (UsherStore *self);
  void (*release_lease) (UsherStore *self);
  gboolean (*set_watch) (UsherStore *self,
                         UsherStoreWatchFunc func,
                         gpointer user_data,
                         GError **error);
  const char *(*get_owner) (UsherStore *self);
  gboolean (*is_owner_alive) (UsherStore *self, const char *owner);
  GVariant *(*describe) (UsherStore *self, GError **error);
  gboolean (*close) (UsherStore *self, GError **error);
};

USHER_API
UsherStore *usher_store_open (const char *uri,
                              UsherClock *clock,
                              const UsherStoreOptions *options,
                              GError **error);
USHER_API
const UsherStoreTraits *usher_store_get_traits (UsherStore *self);
USHER_API
gboolean usher_store_add_collection (UsherStore *self, UsherSchema *schema, GError **error);
USHER_API
gboolean
usher_store_check_collection (UsherStore *self, UsherSchema *schema, guint *level, GError **error);
USHER_API
UsherSchema *usher_store_get_schema (UsherStore *self, const char *collection);
USHER_API
gboolean usher_store_lookup (UsherStore *self,
                             const char *collection,
                             const char *id,
                             UsherDocument **document,
                             GError **error);
USHER_API
GPtrArray *usher_store_query (UsherStore *self, UsherQuery *query, GError **error);
USHER_API
GPtrArray *usher_store_list_outdated (UsherStore *self,
                                      const char *collection,
                                      UsherDocument *after,
                                      guint limit,
                                      GError **error);
USHER_API
void usher_store_end_reads (UsherStore *self);
USHER_API
void usher_store_commit (UsherStore *self,
                         UsherCommit *commit,
                         UsherCommittedFunc func,
                         gpointer user_data);
USHER_API
gboolean usher_store_commit_sync (UsherStore *self, UsherCommit *commit, GError **error);
USHER_API
void usher_store_set_observer (UsherStore *self,
                               UsherStoreObserver observer,
                               gpointer user_data,
                               GDestroyNotify destroy);
USHER_API
gboolean usher_store_lookup_request (UsherStore *self,
                                     const char *key,
                                     UsherRequestRecord **record,
                                     GError **error);
USHER_API
gboolean usher_store_was_applied (UsherStore *self,
                                  const char *event_id,
                                  const char *subscriber,
                                  gboolean *applied,
                                  GError **error);
USHER_API
GPtrArray *usher_store_list_timers (UsherStore *self, gint64 due, guint limit, GError **error);
USHER_API
gint64 usher_store_get_next_due (UsherStore *self);
USHER_API
GPtrArray *
usher_store_list_timers_since (UsherStore *self, gint64 since, guint limit, GError **error);
USHER_API
GPtrArray *
usher_store_list_troubled_timers (UsherStore *self, guint offset, guint limit, GError **error);
USHER_API
GPtrArray *
usher_store_list_timers_of (UsherStore *self, const char *correlation, guint limit, GError **error);
USHER_API
gboolean usher_store_lookup_timer (UsherStore *self,
                                   const char *name,
                                   const char *key,
                                   UsherTimer **timer,
                                   GError **error);
USHER_API
GPtrArray *usher_store_list_outbox (UsherStore *self,
                                    const UsherMark *after,
                                    guint limit,
                                    GArray *marks,
                                    GError **error);
USHER_API
void usher_store_trim_outbox (UsherStore *self, const UsherMark *upto);
USHER_API
gboolean usher_store_lookup_reach (UsherStore *self, UsherReach *reach, GError **error);
USHER_API
void usher_store_keep_reach (UsherStore *self, const UsherReach *reach);
USHER_API
gboolean usher_store_prune (UsherStore *self,
                            gint64 inbox_before,
                            gint64 requests_before,
                            gboolean *has_more,
                            GError **error);
USHER_API
gboolean usher_store_hold_lease (UsherStore *self);
USHER_API
void usher_store_release_lease (UsherStore *self);
USHER_API
gboolean usher_store_set_watch (UsherStore *self,
                                UsherStoreWatchFunc func,
                                gpointer user_data,
                                GDestroyNotify destroy,
                                GError **error);
USHER_API
const char *usher_store_get_owner (UsherStore *self);
USHER_API
gboolean usher_store_is_owner_alive (UsherStore *self, const char *owner);
USHER_API
gboolean usher_store_takes_changes (UsherStore *self);
USHER_API
gboolean usher_store_is_away (UsherStore *self);
USHER_API
GVariant *usher_store_describe (UsherStore *self, GError **error);
USHER_API
gboolean usher_store_close (UsherStore *self, GError **error);

G_END_DECLS
