/* usher-store.h: the database of one service
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "usher-query.h"
#include "usher-timer.h"
#include "usher-unit.h"

G_BEGIN_DECLS

#define USHER_TYPE_STORE (usher_store_get_type ())

USHER_API
G_DECLARE_INTERFACE (UsherStore, usher_store, USHER, STORE, GObject)

/* @error: NULL: @unit is durable. CONFLICT: a document had changed; TAKEN: a unique key is another's (the message
 * names collection and field); FULL, UNAVAILABLE, CORRUPT, INVALID (a unit that cannot be committed
 * atomically). On error nothing of the unit was written. On the store's thread; must not block. */
typedef void (*UsherCommittedFunc) (UsherUnit *unit, const GError *error, gpointer user_data);
/* For each unit that was committed with any change, in commit order, before its own UsherCommittedFunc; on the store's
 * thread; must not block. */
typedef void (*UsherStoreObserver) (UsherStore *store, UsherUnit *unit, gpointer user_data);

/* Other processes committed, however often, or (@is_lease_free) nobody holds the lease; on a thread of the store's; must
 * not block for long. */
typedef void (*UsherStoreWatchFunc) (UsherStore *store, gboolean is_lease_free, gpointer user_data);

/* An idempotency key as it was kept. Strings are owned by the record. */
typedef struct
{
  char *hash;
  char *owner;
  guint status; /* 0: not answered yet */
  char *body;
  gint64 time;
} UsherRequestRecord;

#define USHER_TYPE_REQUEST_RECORD (usher_request_record_get_type ())

USHER_API
GType usher_request_record_get_type (void);
USHER_API
void usher_request_record_free (UsherRequestRecord *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherRequestRecord, usher_request_record_free)

struct _UsherStoreInterface
{
  GTypeInterface parent_iface;

  gboolean (*add_collection) (UsherStore *self, UsherSchema *schema, GError **error);
  UsherSchema *(*get_schema) (UsherStore *self, const char *collection);
  gboolean (*find) (UsherStore *self,
                    const char *collection,
                    const char *id,
                    UsherDocument **document,
                    GError **error);
  GPtrArray *(*query) (UsherStore *self, UsherQuery *query, GError **error);
  void (*end_reads) (UsherStore *self);
  void (*commit) (UsherStore *self, UsherUnit *unit, UsherCommittedFunc func, gpointer user_data);
  void (*set_observer) (UsherStore *self, UsherStoreObserver observer, gpointer user_data);
  gboolean (*find_request) (UsherStore *self,
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
  GPtrArray *(
      *list_outbox) (UsherStore *self, gint64 after, guint limit, gint64 *last, GError **error);
  void (*trim_outbox) (UsherStore *self, gint64 upto);
  gboolean (*prune) (UsherStore *self,
                     gint64 inbox_before,
                     gint64 requests_before,
                     gboolean *has_more,
                     GError **error);
  gboolean (*hold_lease) (UsherStore *self);
  void (*release_lease) (UsherStore *self);
  void (*set_watch) (UsherStore *self, UsherStoreWatchFunc func, gpointer user_data);
  const char *(*get_owner) (UsherStore *self);
  gboolean (*is_owner_alive) (UsherStore *self, const char *owner);
  GVariant *(*describe) (UsherStore *self, GError **error);
  gboolean (*close) (UsherStore *self, GError **error);
};

/* makes table and indexes; before any other use of the collection; the schema's indexes may have
 * grown or shrunk since the last run: they are brought in line */
USHER_API
gboolean usher_store_add_collection (UsherStore *self, UsherSchema *schema, GError **error);
/* (transfer none) (nullable) */
USHER_API
UsherSchema *usher_store_get_schema (UsherStore *self, const char *collection);
/* Any thread. Reads of one thread share a read transaction, which is renewed once a commit of any process came
 * after it began (a thread reads what was committed before the call), until the thread says end_reads. */
USHER_API
gboolean usher_store_find (UsherStore *self,
                           const char *collection,
                           const char *id,
                           UsherDocument **document,
                           GError **error);
USHER_API
GPtrArray *usher_store_query (UsherStore *self, UsherQuery *query, GError **error);
/* ends the calling thread's read transaction; cheap when there is none */
USHER_API
void usher_store_end_reads (UsherStore *self);
/* Any thread. The unit must not be touched until @func is called. */
USHER_API
void
usher_store_commit (UsherStore *self, UsherUnit *unit, UsherCommittedFunc func, gpointer user_data);
/* waits; not on the store's thread */
USHER_API
gboolean usher_store_commit_sync (UsherStore *self, UsherUnit *unit, GError **error);
/* one observer; set before the first commit */
USHER_API
void usher_store_set_observer (UsherStore *self, UsherStoreObserver observer, gpointer user_data);
USHER_API
gboolean usher_store_find_request (UsherStore *self,
                                   const char *key,
                                   UsherRequestRecord **record,
                                   GError **error);
USHER_API
gboolean usher_store_was_applied (UsherStore *self,
                                  const char *event_id,
                                  const char *subscriber,
                                  gboolean *applied,
                                  GError **error);
/* timers due at or before @due, earliest first; (element-type UsherTimer) */
USHER_API
GPtrArray *usher_store_list_timers (UsherStore *self, gint64 due, guint limit, GError **error);
/* when the earliest timer is due, G_MAXINT64 when there is none; from memory */
USHER_API
gint64 usher_store_get_next_due (UsherStore *self);
/* events committed but not trimmed, numbered after @after, in commit order; @last: the number of the last */
USHER_API
GPtrArray *
usher_store_list_outbox (UsherStore *self, gint64 after, guint limit, gint64 *last, GError **error);
/* events up to this number are on the bus; dropped lazily, with a later commit or after 200 ms of quiet */
USHER_API
void usher_store_trim_outbox (UsherStore *self, gint64 upto);
/* a slice that holds nobody up; @has_more: (out): call it again */
USHER_API
gboolean usher_store_prune (UsherStore *self,
                            gint64 inbox_before,
                            gint64 requests_before,
                            gboolean *has_more,
                            GError **error);
/* One of the processes that share a database has the lease: it relays the outbox and fires the timers. To be called at
 * least each 250 ms by who has it or wants it; after a second of silence it is another's. */
USHER_API
gboolean usher_store_hold_lease (UsherStore *self);
USHER_API
void usher_store_release_lease (UsherStore *self);
/* one watch; set before the first commit; nothing is called when no other process has the database */
USHER_API
void usher_store_set_watch (UsherStore *self, UsherStoreWatchFunc func, gpointer user_data);
/* names this opening of the database, in the records of keys */
USHER_API
const char *usher_store_get_owner (UsherStore *self);
USHER_API
gboolean usher_store_is_owner_alive (UsherStore *self, const char *owner);
/* figures of the store, a{sx}: name → number */
USHER_API
GVariant *usher_store_describe (UsherStore *self, GError **error);
/* waits for the commits under way, refuses others (UNAVAILABLE), checkpoints */
USHER_API
gboolean usher_store_close (UsherStore *self, GError **error);

G_END_DECLS
