/* usher-store.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-store.h"

#include "usher-latch-private.h"

#define OBSERVER_DATA "usher-observer-data"

/**
 * UsherStore:
 *
 * The database of one service.
 *
 * Documents are changed by [struct@Commit]s, each written as one: documents, events, timers, the
 * mark that an event was applied and the key of a request. Every method may be called from any
 * thread. Errors are of [error@Error]: `USHER_ERROR_UNAVAILABLE` when the database does not answer,
 * `USHER_ERROR_FULL`, `USHER_ERROR_CORRUPT`, `USHER_ERROR_INVALID` for a caller's mistake.
 */
G_DEFINE_INTERFACE (UsherStore, usher_store, G_TYPE_OBJECT)

static void
usher_store_default_init (UsherStoreInterface *iface)
{
}

/**
 * usher_store_get_traits:
 * @self: a store
 *
 * Gets how a store is. Any thread, and never waits.
 *
 * Returns: (transfer none): its traits, which live as long as @self
 */
const UsherStoreTraits *
usher_store_get_traits (UsherStore *self)
{
  g_return_val_if_fail (USHER_IS_STORE (self), NULL);

  return USHER_STORE_GET_IFACE (self)->get_traits (self);
}

/**
 * usher_store_add_collection:
 * @self: a store
 * @schema: the schema of the collection
 * @error: return location for an error
 *
 * Makes a collection usable: before its first use, once a run. The indexes are brought in line with
 * @schema, which may have changed since the last run; that may take a while. Documents stay as they are, with all that they
 * have. `USHER_ERROR_TAKEN` when a field is unique now and stored documents share a value; `USHER_ERROR_INVALID` when a document
 * has a value in the place of a field that was declared with another type, or kept apart where it is not any more, or the other way round.
 *
 * Where copies share the database, some of them may be of another generation, with another schema: each keeps the indexes of all of
 * them in line with what it writes, and takes away none that others may want, nor what is unique for them.
 *
 * Returns: whether the collection is ready
 */
gboolean
usher_store_add_collection (UsherStore *self, UsherSchema *schema, GError **error)
{
  g_return_val_if_fail (USHER_IS_STORE (self), FALSE);
  g_return_val_if_fail (schema != NULL, FALSE);

  return USHER_STORE_GET_IFACE (self)->add_collection (self, schema, error);
}

/**
 * usher_store_check_collection:
 * @self: a store
 * @schema: the schema of a collection that was not added
 * @level: (out): the lowest level that a document of it has, at most that of @schema
 * @error: return location for an error
 *
 * Looks whether [method@Store.add_collection] would do, and changes nothing.
 *
 * Returns: whether it would; the errors are the same
 */
gboolean
usher_store_check_collection (UsherStore *self, UsherSchema *schema, guint *level, GError **error)
{
  g_return_val_if_fail (USHER_IS_STORE (self), FALSE);
  g_return_val_if_fail (schema != NULL, FALSE);
  g_return_val_if_fail (level != NULL, FALSE);

  return USHER_STORE_GET_IFACE (self)->check_collection (self, schema, level, error);
}

/**
 * usher_store_get_schema:
 * @self: a store
 * @collection: a name
 *
 * Gets the schema of a collection.
 *
 * Returns: (transfer none) (nullable): the schema, `NULL` when the collection was not added
 */
UsherSchema *
usher_store_get_schema (UsherStore *self, const char *collection)
{
  g_return_val_if_fail (USHER_IS_STORE (self), NULL);
  g_return_val_if_fail (collection != NULL, NULL);

  return USHER_STORE_GET_IFACE (self)->get_schema (self, collection);
}

/**
 * usher_store_lookup:
 * @self: a store
 * @collection: the name of a collection
 * @id: an id
 * @document: (out) (transfer full) (nullable): the document, `NULL` when there is none
 * @error: return location for an error
 *
 * Reads one document as it is committed.
 *
 * Reads of one thread share a read transaction, which is renewed once a commit of any process
 * came after it began, until [method@Store.end_reads].
 *
 * Returns: whether the store could be read; no document is no error
 */
gboolean
usher_store_lookup (UsherStore *self,
                    const char *collection,
                    const char *id,
                    UsherDocument **document,
                    GError **error)
{
  g_return_val_if_fail (USHER_IS_STORE (self), FALSE);
  g_return_val_if_fail (collection != NULL, FALSE);
  g_return_val_if_fail (id != NULL, FALSE);
  g_return_val_if_fail (document != NULL, FALSE);

  *document = NULL;

  return USHER_STORE_GET_IFACE (self)->lookup (self, collection, id, document, error);
}

/**
 * usher_store_query:
 * @self: a store
 * @query: which documents
 * @error: return location for an error
 *
 * Reads documents as they are committed, in the order of the query. Shares the read transaction of
 * [method@Store.lookup].
 *
 * Returns: (transfer container) (element-type UsherDocument): the documents, `NULL` on error
 */
GPtrArray *
usher_store_query (UsherStore *self, UsherQuery *query, GError **error)
{
  g_return_val_if_fail (USHER_IS_STORE (self), NULL);
  g_return_val_if_fail (query != NULL, NULL);

  return USHER_STORE_GET_IFACE (self)->query (self, query, error);
}

/**
 * usher_store_list_outdated:
 * @self: a store
 * @collection: a collection that was added
 * @after: (nullable): the last document of the page before, `NULL`: from the first on
 * @limit: how many documents at most
 * @error: return location for an error
 *
 * Lists documents whose level is below that of the schema, in the order of levels, then of ids. A store keeps the level with each
 * document: what is replaced has the level with which it was read, but not more than the schema knows, as somebody who does not know
 * the last upgrade has not changed what that is about. It is not in the text.
 *
 * Returns: (transfer container) (element-type UsherDocument): the documents, `NULL` on error
 */
GPtrArray *
usher_store_list_outdated (UsherStore *self,
                           const char *collection,
                           UsherDocument *after,
                           guint limit,
                           GError **error)
{
  g_return_val_if_fail (USHER_IS_STORE (self), NULL);
  g_return_val_if_fail (collection != NULL, NULL);

  return USHER_STORE_GET_IFACE (self)->list_outdated (self, collection, after, limit, error);
}

/**
 * usher_store_end_reads:
 * @self: a store
 *
 * Ends the calling thread's read transaction. Call it after each batch of reads: a store cannot
 * tidy up what an open transaction may still see.
 */
void
usher_store_end_reads (UsherStore *self)
{
  g_return_if_fail (USHER_IS_STORE (self));

  USHER_STORE_GET_IFACE (self)->end_reads (self);
}

/**
 * usher_store_commit:
 * @self: a store
 * @commit: what shall change; not to be touched until @func is called
 * @func: (scope async) (closure user_data): told how it went, on the store's thread
 * @user_data: for @func
 *
 * Writes @commit as one and durably. Commits are written in the order in which this is called.
 *
 * The error that @func gets: `USHER_ERROR_CONFLICT` when a document had changed,
 * `USHER_ERROR_TAKEN` when a unique key is another's, `USHER_ERROR_INVALID` when it cannot be
 * written as one; then nothing of it was written. A closed store calls @func at once, on the
 * calling thread, with `USHER_ERROR_UNAVAILABLE`.
 */
void
usher_store_commit (UsherStore *self,
                    UsherCommit *commit,
                    UsherCommittedFunc func,
                    gpointer user_data)
{
  g_return_if_fail (USHER_IS_STORE (self));
  g_return_if_fail (commit != NULL);
  g_return_if_fail (func != NULL);

  USHER_STORE_GET_IFACE (self)->commit (self, commit, func, user_data);
}

static void
on_committed (UsherCommit *commit, const GError *error, gpointer user_data)
{
  usher_latch_leave (user_data, error);
}

/**
 * usher_store_commit_sync:
 * @self: a store
 * @commit: what shall change
 * @error: return location for an error
 *
 * Writes @commit and waits for it. Not to be called on the store's thread, that is from an
 * [callback@CommittedFunc]. Errors as of [method@Store.commit].
 *
 * Returns: whether @commit is durable
 */
gboolean
usher_store_commit_sync (UsherStore *self, UsherCommit *commit, GError **error)
{
  UsherLatch latch;
  GError *trouble = NULL;

  g_return_val_if_fail (USHER_IS_STORE (self), FALSE);
  g_return_val_if_fail (commit != NULL, FALSE);

  usher_latch_init (&latch, 1);
  usher_store_commit (self, commit, on_committed, &latch);
  trouble = usher_latch_wait (&latch);
  if (trouble == NULL)
    return TRUE;

  g_propagate_error (error, trouble);
  return FALSE;
}

/**
 * UsherStoreInterface::set_observer:
 * @self: a store
 * @observer: (nullable) (scope forever) (closure user_data): called on the store's thread
 * @user_data: data for @observer
 *
 * Keeps both for [method@Store.set_observer], which sees to it that they live as long as the store.
 */

/**
 * usher_store_set_observer:
 * @self: a store
 * @observer: (nullable) (scope notified) (closure user_data) (destroy destroy): called for each commit that was written with
 *   any change
 * @user_data: data for @observer
 * @destroy: (nullable): frees @user_data, with the store
 *
 * Sets the one observer, before the first commit. It is called in the order of commits, on the
 * store's thread.
 */
void
usher_store_set_observer (UsherStore *self,
                          UsherStoreObserver observer,
                          gpointer user_data,
                          GDestroyNotify destroy)
{
  g_return_if_fail (USHER_IS_STORE (self));

  USHER_STORE_GET_IFACE (self)->set_observer (self, observer, user_data);
  g_object_set_data_full (G_OBJECT (self), OBSERVER_DATA, user_data, destroy);
}

/**
 * usher_store_lookup_request:
 * @self: a store
 * @key: the key of a request
 * @record: (out) (transfer full) (nullable): what was kept, `NULL` when the key is new
 * @error: return location for an error
 *
 * Reads what was kept of a request.
 *
 * Returns: whether the store could be read
 */
gboolean
usher_store_lookup_request (UsherStore *self,
                            const char *key,
                            UsherRequestRecord **record,
                            GError **error)
{
  g_return_val_if_fail (USHER_IS_STORE (self), FALSE);
  g_return_val_if_fail (key != NULL, FALSE);
  g_return_val_if_fail (record != NULL, FALSE);

  *record = NULL;

  return USHER_STORE_GET_IFACE (self)->lookup_request (self, key, record, error);
}

/**
 * usher_store_was_applied:
 * @self: a store
 * @event_id: the id of an event
 * @subscriber: who listens
 * @applied: (out): whether @subscriber's unit for the event is committed
 * @error: return location for an error
 *
 * Tells whether an event was applied before.
 *
 * Returns: whether the store could be read
 */
gboolean
usher_store_was_applied (UsherStore *self,
                         const char *event_id,
                         const char *subscriber,
                         gboolean *applied,
                         GError **error)
{
  g_return_val_if_fail (USHER_IS_STORE (self), FALSE);
  g_return_val_if_fail (event_id != NULL, FALSE);
  g_return_val_if_fail (subscriber != NULL, FALSE);
  g_return_val_if_fail (applied != NULL, FALSE);

  *applied = FALSE;

  return USHER_STORE_GET_IFACE (self)->was_applied (self, event_id, subscriber, applied, error);
}

/**
 * usher_store_list_timers:
 * @self: a store
 * @due: wall time in microseconds
 * @limit: how many at most
 * @error: return location for an error
 *
 * Lists the timers that are due at or before @due, earliest first, without those that are parked.
 *
 * Returns: (transfer container) (element-type UsherTimer): the timers, `NULL` on error
 */
GPtrArray *
usher_store_list_timers (UsherStore *self, gint64 due, guint limit, GError **error)
{
  g_return_val_if_fail (USHER_IS_STORE (self), NULL);

  return USHER_STORE_GET_IFACE (self)->list_timers (self, due, limit, error);
}

/**
 * usher_store_get_next_due:
 * @self: a store
 *
 * Gets when the earliest timer is due. Reads nothing, unless the database is shared: then it shares the read
 * transaction of [method@Store.lookup].
 *
 * Returns: wall time in microseconds, `G_MAXINT64` when there is none that is not parked
 */
gint64
usher_store_get_next_due (UsherStore *self)
{
  g_return_val_if_fail (USHER_IS_STORE (self), G_MAXINT64);

  return USHER_STORE_GET_IFACE (self)->get_next_due (self);
}

/**
 * usher_store_list_timers_since:
 * @self: a store
 * @since: wall time in microseconds
 * @limit: how many at most
 * @error: return location for an error
 *
 * Lists timers that are not parked and were set after @since, in no order. It may read all timers: ask only when the clock was
 * set, or may have been.
 *
 * Returns: (transfer container) (element-type UsherTimer): the timers, `NULL` on error
 */
GPtrArray *
usher_store_list_timers_since (UsherStore *self, gint64 since, guint limit, GError **error)
{
  g_return_val_if_fail (USHER_IS_STORE (self), NULL);

  return USHER_STORE_GET_IFACE (self)->list_timers_since (self, since, limit, error);
}

/**
 * usher_store_list_troubled_timers:
 * @self: a store
 * @offset: how many to leave out
 * @limit: how many at most
 * @error: return location for an error
 *
 * Lists the timers whose history has reasons: those that are parked first, then by name and key.
 *
 * Returns: (transfer container) (element-type UsherTimer): the timers, `NULL` on error
 */
GPtrArray *
usher_store_list_troubled_timers (UsherStore *self, guint offset, guint limit, GError **error)
{
  g_return_val_if_fail (USHER_IS_STORE (self), NULL);

  return USHER_STORE_GET_IFACE (self)->list_troubled_timers (self, offset, limit, error);
}

/**
 * usher_store_list_timers_of:
 * @self: a store
 * @correlation: the request or event that they go back to at first
 * @limit: how many at most
 * @error: return location for an error
 *
 * Lists the timers that are set, or wait for an operator, and go back to @correlation. No index leads to them: it reads the timers
 * that are set, so it is for people who ask, and not for handlers. A store that does not know what its timers go back to has none.
 *
 * Returns: (transfer container) (element-type UsherTimer): timers, or `NULL`
 */
GPtrArray *
usher_store_list_timers_of (UsherStore *self, const char *correlation, guint limit, GError **error)
{
  g_return_val_if_fail (USHER_IS_STORE (self), NULL);
  g_return_val_if_fail (correlation != NULL, NULL);

  if (USHER_STORE_GET_IFACE (self)->list_timers_of == NULL)
    return g_ptr_array_new_with_free_func ((GDestroyNotify) usher_timer_unref);

  return USHER_STORE_GET_IFACE (self)->list_timers_of (self, correlation, limit, error);
}

/**
 * usher_store_lookup_timer:
 * @self: a store
 * @name: which handler
 * @key: for what
 * @timer: (out) (transfer full) (nullable): the timer, `NULL` when it is not set
 * @error: return location for an error
 *
 * Reads one timer as it is set.
 *
 * Returns: whether the store could be read
 */
gboolean
usher_store_lookup_timer (UsherStore *self,
                          const char *name,
                          const char *key,
                          UsherTimer **timer,
                          GError **error)
{
  g_return_val_if_fail (USHER_IS_STORE (self), FALSE);
  g_return_val_if_fail (name != NULL, FALSE);
  g_return_val_if_fail (key != NULL, FALSE);
  g_return_val_if_fail (timer != NULL, FALSE);

  *timer = NULL;

  return USHER_STORE_GET_IFACE (self)->lookup_timer (self, name, key, timer, error);
}

/**
 * usher_store_list_outbox:
 * @self: a store
 * @after: a mark of the outbox
 * @limit: how many at most
 * @marks: (element-type UsherMark): gets one mark an event at its end
 * @error: return location for an error
 *
 * Lists events that are committed and not trimmed, in commit order, from behind @after on. What was trimmed is not listed
 * again, whatever @after is.
 *
 * The order is one that does not change while events are added: an event that is not listed yet stands behind all that were.
 * Where events are kept in documents, the store orders them by a number that its commits take in turn, and lists none behind
 * a number that was taken and whose commit may still come.
 *
 * Returns: (transfer container) (element-type UsherEvent): the events, `NULL` on error
 */
GPtrArray *
usher_store_list_outbox (UsherStore *self,
                         const UsherMark *after,
                         guint limit,
                         GArray *marks,
                         GError **error)
{
  g_return_val_if_fail (USHER_IS_STORE (self), NULL);
  g_return_val_if_fail (after != NULL, NULL);
  g_return_val_if_fail (marks != NULL, NULL);

  return USHER_STORE_GET_IFACE (self)->list_outbox (self, after, limit, marks, error);
}

/**
 * usher_store_trim_outbox:
 * @self: a store
 * @upto: a mark of the outbox
 *
 * Tells that the events up to @upto, as they are listed, are on the bus. They are dropped with a later commit or after
 * 200 ms; a process that dies before gives them again after its restart.
 */
void
usher_store_trim_outbox (UsherStore *self, const UsherMark *upto)
{
  g_return_if_fail (USHER_IS_STORE (self));
  g_return_if_fail (upto != NULL);

  USHER_STORE_GET_IFACE (self)->trim_outbox (self, upto);
}

/**
 * usher_store_lookup_reach:
 * @self: a store
 * @reach: (out): how far the log of the bus had come, of no log when that was never kept
 * @error: return location for an error
 *
 * Reads what [method@Store.keep_reach] kept last. A log that is not the same, or has not come as far, lacks events that left the
 * outbox, or were applied.
 *
 * Returns: whether the store could be read
 */
gboolean
usher_store_lookup_reach (UsherStore *self, UsherReach *reach, GError **error)
{
  UsherStoreInterface *iface = NULL;

  g_return_val_if_fail (USHER_IS_STORE (self), FALSE);
  g_return_val_if_fail (reach != NULL, FALSE);

  *reach = (UsherReach){ 0 };
  iface = USHER_STORE_GET_IFACE (self);

  return iface->lookup_reach == NULL || iface->lookup_reach (self, reach, error);
}

/**
 * usher_store_keep_reach:
 * @self: a store
 * @reach: how far the log of the bus has come
 *
 * Tells what the bus said of its log. It is kept with the next commit or, at the latest, with the trimming of what
 * [method@Store.trim_outbox] is told after this: no event leaves the outbox unless the database knows which log has it, and how far
 * that had come. Of those that share a database the one with the lease keeps it. Costs no flush of its own.
 */
void
usher_store_keep_reach (UsherStore *self, const UsherReach *reach)
{
  UsherStoreInterface *iface = NULL;

  g_return_if_fail (USHER_IS_STORE (self));
  g_return_if_fail (reach != NULL);

  iface = USHER_STORE_GET_IFACE (self);
  if (iface->keep_reach != NULL)
    iface->keep_reach (self, reach);
}

/**
 * usher_store_prune:
 * @self: a store
 * @inbox_before: forget events that were applied before this time
 * @requests_before: forget keys of requests that were kept before this time
 * @has_more: (out): whether there is more to forget: call it again
 * @error: return location for an error
 *
 * Forgets some of what is too old to come again: no more at once than a commit can wait for. Times are wall
 * time in microseconds. Waits; not to be called on the store's thread.
 *
 * Returns: whether it was done
 */
gboolean
usher_store_prune (UsherStore *self,
                   gint64 inbox_before,
                   gint64 requests_before,
                   gboolean *has_more,
                   GError **error)
{
  g_return_val_if_fail (USHER_IS_STORE (self), FALSE);
  g_return_val_if_fail (has_more != NULL, FALSE);

  *has_more = FALSE;

  return USHER_STORE_GET_IFACE (self)->prune (self, inbox_before, requests_before, has_more, error);
}

/**
 * usher_store_takes_changes:
 * @self: a store
 *
 * Tells whether changes can be written, as far as is known without a try: a full disk takes none, but can be read. Any
 * thread, at no cost.
 *
 * Returns: whether they can
 */
gboolean
usher_store_takes_changes (UsherStore *self)
{
  UsherStoreInterface *iface = NULL;

  g_return_val_if_fail (USHER_IS_STORE (self), FALSE);

  iface = USHER_STORE_GET_IFACE (self);

  return iface->takes_changes == NULL || iface->takes_changes (self);
}

/**
 * usher_store_is_away:
 * @self: a store
 *
 * Tells whether the server of the database does not answer, as far as is known without a try: then nothing can be read or
 * changed, and all that is asked fails at once with `USHER_ERROR_UNAVAILABLE`. The store says in the log when that begins, with
 * the reason, and when it is over, and then calls the watch of [method@Store.set_watch]. A store in a file never is. Any thread, at no
 * cost.
 *
 * Returns: whether it is
 */
gboolean
usher_store_is_away (UsherStore *self)
{
  UsherStoreInterface *iface = NULL;

  g_return_val_if_fail (USHER_IS_STORE (self), FALSE);

  iface = USHER_STORE_GET_IFACE (self);

  return iface->is_away != NULL && iface->is_away (self);
}

/**
 * usher_store_describe:
 * @self: a store
 * @error: return location for an error
 *
 * Counts what the store holds, for monitoring. Costs no more than a few percent of the time, however often it
 * is called: the counts may be some moments old. Ends the calling thread's reads.
 *
 * Rows and bytes: `documents`, `documents-bytes`, `outbox`, `outbox-bytes`, `inbox`, `inbox-bytes`, `requests`,
 * `requests-bytes`, `timers`, `timers-bytes`. Of the timers: `timers-parked`, and `timers-failing`, which are tried again. Sizes: `file-bytes`, `log-bytes`. `read-only`: 1 while
 * nothing can be written. `last-prune`: wall time in microseconds, 0: not yet. Of a shared store: `lease-token`,
 * `lease-process`, `lease-held` (1: by this one). Of one on a server: `commands`, `commands-failed`, `commands-time` (what they took, in
 * microseconds), `connections-used`, and `away`: 1 while it does not answer, and then nothing is counted. A store may know more names, or
 * fewer.
 *
 * Returns: (transfer full): numbers by name, of type `a{sx}`, `NULL` on error
 */
GVariant *
usher_store_describe (UsherStore *self, GError **error)
{
  GVariant *figures;

  g_return_val_if_fail (USHER_IS_STORE (self), NULL);

  figures = USHER_STORE_GET_IFACE (self)->describe (self, error);
  usher_store_end_reads (self);

  return figures;
}

/**
 * usher_store_close:
 * @self: a store
 * @error: return location for an error
 *
 * Waits for the commits under way, refuses others and leaves the database tidy. Closing twice does
 * nothing. Not to be called on the store's thread.
 *
 * Returns: whether the store was closed without trouble
 */
gboolean
usher_store_close (UsherStore *self, GError **error)
{
  g_return_val_if_fail (USHER_IS_STORE (self), FALSE);

  return USHER_STORE_GET_IFACE (self)->close (self, error);
}
