/* usher-unit.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-unit.h"

#include "usher-error.h"
#include "usher-fault-private.h"
#include "usher-id.h"
#include "usher-unit-private.h"
#include "usher-unit-run-private.h"

/**
 * UsherUnit:
 *
 * What a handler reads and wants changed, committed as one.
 *
 * A handler gets a unit, reads through it, says what shall change and returns; the host commits
 * the unit, and only then answers the request or acknowledges the event. Reads see the committed
 * state of the store and this unit's own inserts, replacements and removals. A unit holds at most
 * one change a document: replacing twice is one step of the version, a document that is inserted
 * and then replaced is inserted at version 0, one that is inserted and then removed is not written.
 * A unit is used by one thread at a time.
 *
 * What no input can excuse is a *fault of the program*: a collection or field that is not declared, a field set to what it
 * cannot hold, an id that is none, a query over a field without an index, a channel without a proper name, a payload that is
 * no JSON, over [const@EVENT_MAX_PAYLOAD] or (in debug builds) not as its event is declared, a timer that is not declared, a document that is changed twice in ways that
 * exclude each other. Nothing of a unit whose handler did one is committed, whatever the handler returns: the client is answered
 * 500, the event or timer fails, and one line of the log has service, handler and reason.
 */
G_DEFINE_FINAL_TYPE (UsherUnit, usher_unit, G_TYPE_OBJECT)

static void
usher_unit_finalize (GObject *object)
{
  UsherUnit *self = USHER_UNIT (object);

  if (self->next_destroy != NULL)
    self->next_destroy (self->next_data);
  g_free (self->wait_collection);
  g_free (self->wait_id);
  g_clear_pointer (&self->wait_query, usher_query_free);
  g_clear_object (&self->store);
  g_clear_object (&self->clock);
  g_clear_pointer (&self->commit, usher_commit_unref);
  g_clear_pointer (&self->timers, g_hash_table_unref);
  g_clear_pointer (&self->payloads, g_ptr_array_unref);
  g_free (self->origin.correlation);
  g_free (self->origin.causation);
  g_free (self->origin.traceparent);

  G_OBJECT_CLASS (usher_unit_parent_class)->finalize (object);
}

static void
usher_unit_class_init (UsherUnitClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = usher_unit_finalize;
}

static void
usher_unit_init (UsherUnit *self)
{
}

/**
 * usher_unit_new:
 * @store: where it reads and will be committed
 * @clock: gives its time
 *
 * Makes an empty unit, for one run of a handler.
 *
 * Returns: (transfer full): a unit
 */
UsherUnit *
usher_unit_new (UsherStore *store, UsherClock *clock)
{
  UsherUnit *self;

  g_return_val_if_fail (USHER_IS_STORE (store), NULL);
  g_return_val_if_fail (USHER_IS_CLOCK (clock), NULL);

  self = g_object_new (USHER_TYPE_UNIT, NULL);
  self->store = g_object_ref (store);
  self->clock = g_object_ref (clock);
  self->commit = usher_commit_new (usher_clock_get_time (clock));

  return self;
}

/**
 * usher_unit_get_commit:
 * @self: a unit
 *
 * Gets what the handler has said so far, as [method@Store.commit] takes it. The events that it has begun are published then.
 *
 * Returns: (transfer none): the commit
 */
UsherCommit *
usher_unit_get_commit (UsherUnit *self)
{
  g_return_val_if_fail (USHER_IS_UNIT (self), NULL);

  usher_unit_end_events (self);

  return self->commit;
}

/* An error that no input explains is a fault. Takes ownership of @trouble. */
static gboolean
pass_on (GError *trouble, GError **error)
{
  usher_fault_note (trouble);
  g_propagate_error (error, trouble);

  return FALSE;
}

/* likewise of the store. Takes ownership of @trouble. */
static gboolean
pass_on_read (UsherUnit *self, GError *trouble, GError **error)
{
  if (g_error_matches (trouble, USHER_ERROR, USHER_ERROR_UNAVAILABLE))
    self->has_lost_store = TRUE;

  return pass_on (trouble, error);
}

static gboolean
may_read (UsherUnit *self, GError **error)
{
  self->has_read = TRUE;

  return !self->may_not_read ||
         usher_refuse_literal (USHER_ERROR_DEFER,
                               "the store is read on a thread that may wait for it",
                               error);
}

/**
 * usher_unit_lookup:
 * @self: a unit
 * @collection: the name of a collection
 * @id: an id
 * @document: (out) (transfer full) (nullable): the document, `NULL` when there is none
 * @error: return location for an error
 *
 * Reads a document that need not exist. A document that this unit inserted or replaced is given
 * back as it is in the unit.
 *
 * Returns: whether the store could be read
 */
gboolean
usher_unit_lookup (UsherUnit *self,
                   const char *collection,
                   const char *id,
                   UsherDocument **document,
                   GError **error)
{
  const UsherChange *change;
  GError *trouble = NULL;

  g_return_val_if_fail (USHER_IS_UNIT (self), FALSE);
  g_return_val_if_fail (collection != NULL, FALSE);
  g_return_val_if_fail (id != NULL, FALSE);
  g_return_val_if_fail (document != NULL, FALSE);

  change = usher_commit_find_change (self->commit, collection, id);
  if (change == NULL)
    return may_read (self, error) &&
           (usher_store_lookup (self->store, collection, id, document, &trouble) ||
            pass_on_read (self, trouble, error));

  *document = change->kind != USHER_CHANGE_REMOVE ? usher_document_ref (change->document) : NULL;
  return TRUE;
}

/**
 * usher_unit_find:
 * @self: a unit
 * @collection: the name of a collection
 * @id: an id
 * @error: return location for an error
 *
 * Reads a document that must exist. `USHER_ERROR_NOT_FOUND` when it does not.
 *
 * Returns: (transfer full): the document, `NULL` on error
 */
UsherDocument *
usher_unit_find (UsherUnit *self, const char *collection, const char *id, GError **error)
{
  g_autoptr (UsherDocument) document = NULL;

  if (!usher_unit_lookup (self, collection, id, &document, error))
    return NULL;

  if (document == NULL)
    g_set_error (error,
                 USHER_ERROR,
                 USHER_ERROR_NOT_FOUND,
                 "collection “%s” has no document “%s”",
                 collection,
                 id);

  return g_steal_pointer (&document);
}

/**
 * usher_unit_query:
 * @self: a unit
 * @query: which documents
 * @error: return location for an error
 *
 * Reads documents in the order of the query. This unit's own changes are not among them.
 *
 * Returns: (transfer container) (element-type UsherDocument): the documents, `NULL` on error
 */
GPtrArray *
usher_unit_query (UsherUnit *self, UsherQuery *query, GError **error)
{
  GPtrArray *documents = NULL;
  GError *trouble = NULL;

  g_return_val_if_fail (USHER_IS_UNIT (self), NULL);
  g_return_val_if_fail (query != NULL, NULL);

  if (!may_read (self, error))
    return NULL;

  documents = usher_store_query (self->store, query, &trouble);
  if (documents == NULL)
    pass_on_read (self, trouble, error);

  return documents;
}

UsherSchema *
usher_unit_find_schema (UsherUnit *self, const char *collection, GError **error)
{
  UsherSchema *schema = usher_store_get_schema (self->store, collection);

  if (schema == NULL)
    pass_on (g_error_new (
                 USHER_ERROR, USHER_ERROR_INVALID, "the store has no collection “%s”", collection),
             error);

  return schema;
}

/**
 * usher_unit_new_document:
 * @self: a unit
 * @collection: the name of a collection
 * @error: return location for an error
 *
 * Makes a document without id, to be filled and inserted. `USHER_ERROR_INVALID` when the store has
 * no such collection.
 *
 * Returns: (transfer full): a document, `NULL` on error
 */
UsherDocument *
usher_unit_new_document (UsherUnit *self, const char *collection, GError **error)
{
  UsherSchema *schema;

  g_return_val_if_fail (USHER_IS_UNIT (self), NULL);
  g_return_val_if_fail (collection != NULL, NULL);

  schema = usher_unit_find_schema (self, collection, error);

  return schema != NULL ? usher_document_new (schema) : NULL;
}

/**
 * usher_unit_new_id:
 * @self: a unit
 *
 * Makes an id for a document, for who must know it before the insert.
 *
 * Returns: (transfer full): 24 hexadecimal digits
 */
char *
usher_unit_new_id (UsherUnit *self)
{
  g_return_val_if_fail (USHER_IS_UNIT (self), NULL);

  return usher_id_new (self->clock);
}

static gboolean
is_timer (UsherUnit *self, const char *name)
{
  gboolean is_known = self->timers == NULL || g_hash_table_contains (self->timers, name);

  if (!is_known)
    usher_fault_report ("timer “%s” is not declared", name);

  return is_known;
}

static gboolean
check_payload (const char *name, const char *payload)
{
  g_autoptr (UsherJson) json = NULL;
  g_autoptr (GError) error = NULL;

  if (payload != NULL)
    json = usher_json_parse (payload, -1, &error);
  if (error != NULL)
    usher_fault_report ("the payload of timer “%s” is no JSON: %s", name, error->message);

  return payload == NULL || json != NULL;
}

/* the key is mostly the id of a document, which a new one has not at once */
static gboolean
is_key (const char *key, const char *func)
{
  return usher_fault_is_given (
      key,
      func,
      "key: a new document has its id from usher_unit_create() or usher_unit_insert() on");
}

/**
 * usher_unit_schedule:
 * @self: a unit
 * @name: which handler
 * @key: for what, mostly the id of a document
 * @due: wall time in microseconds
 * @payload: (nullable): JSON text for the handler
 *
 * Sets the timer (@name, @key) with the commit, replacing it when it is set. It is due when the clock says so; if that was ahead
 * now and is set back, the timer waits from then on for as long as it was meant to. A timer that the service did not declare, no
 * @key, such as the id of a document that is not inserted yet, and a @payload that is no JSON are faults of the program.
 */
void
usher_unit_schedule (UsherUnit *self,
                     const char *name,
                     const char *key,
                     gint64 due,
                     const char *payload)
{
  g_return_if_fail (USHER_IS_UNIT (self));

  if (usher_fault_is_given (name, G_STRFUNC, "name") && is_timer (self, name) &&
      is_key (key, G_STRFUNC) && check_payload (name, payload))
    {
      usher_commit_set_origin (self->commit, &self->origin);
      usher_commit_schedule (self->commit, name, key, due, payload, 0);
    }
}

/**
 * usher_unit_unschedule:
 * @self: a unit
 * @name: which handler
 * @key: for what
 *
 * Drops the timer (@name, @key) with the commit, if it is set.
 */
void
usher_unit_unschedule (UsherUnit *self, const char *name, const char *key)
{
  g_return_if_fail (USHER_IS_UNIT (self));

  if (usher_fault_is_given (name, G_STRFUNC, "name") && is_timer (self, name) &&
      is_key (key, G_STRFUNC))
    usher_commit_unschedule (self->commit, name, key);
}

/**
 * usher_unit_get_time:
 * @self: a unit
 *
 * Gets the clock's time when the handler began: the same for the whole unit.
 *
 * Returns: wall time in microseconds
 */
gint64
usher_unit_get_time (UsherUnit *self)
{
  g_return_val_if_fail (USHER_IS_UNIT (self), 0);

  return usher_commit_get_time (self->commit);
}
