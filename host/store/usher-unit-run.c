/* usher-unit-run.c: how a handler goes on: waits, steps, and what its host sets
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-unit-run-private.h"

#include "usher-error.h"
#include "usher-fault-private.h"
#include "usher-unit-private.h"

/* @id: (nullable); @query: (nullable) */
static void
set_wait (UsherUnit *self, const char *collection, const char *id, UsherQuery *query, gint64 wait)
{
  g_free (self->wait_collection);
  self->wait_collection = g_strdup (collection);
  g_free (self->wait_id);
  self->wait_id = g_strdup (id);
  g_clear_pointer (&self->wait_query, usher_query_free);
  self->wait_query = query != NULL ? usher_query_copy (query) : NULL;
  self->wait = wait;
}

/**
 * usher_unit_wait_for:
 * @self: a unit
 * @collection: the name of a collection
 * @id: the id of a document, which need not exist
 * @wait: how long to wait in all, in microseconds since the request came, or since the unit before this step was committed
 * @error: return location for an error
 *
 * Says that the handler cannot decide before document @id of @collection changes. The handler
 * passes the failure on; the request is suspended without a thread, and the handler run again when
 * the document changes. At the deadline it runs a last time, with [method@Unit.has_waited] `TRUE`.
 *
 * Returns: `FALSE` always, with `USHER_ERROR_DEFER`
 */
gboolean
usher_unit_wait_for (UsherUnit *self,
                     const char *collection,
                     const char *id,
                     gint64 wait,
                     GError **error)
{
  g_return_val_if_fail (USHER_IS_UNIT (self), FALSE);
  g_return_val_if_fail (collection != NULL, FALSE);
  g_return_val_if_fail (id != NULL, FALSE);

  if (usher_store_get_schema (self->store, collection) == NULL)
    usher_fault_report ("the store has no collection “%s”", collection);

  set_wait (self, collection, id, NULL, wait);
  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_DEFER,
               "waits for document “%s” of collection “%s”",
               id,
               collection);

  return FALSE;
}

/* A condition that no document could fulfil would wait in vain. */
static void
check_query (UsherSchema *schema, UsherQuery *query)
{
  for (guint i = 0; i < usher_query_get_n_conditions (query); i++)
    {
      const char *field = usher_query_get_condition (query, i)->field;

      if (usher_schema_find_field (schema, field) < 0)
        usher_fault_report ("collection “%s” has no field “%s”",
                            usher_schema_get_collection (schema),
                            field);
    }
}

/**
 * usher_unit_wait_for_query:
 * @self: a unit
 * @query: which documents; only its collection and conditions count, and its fields need no index for this
 * @wait: how long to wait in all, in microseconds since the request came, or since the unit before this step was committed
 * @error: return location for an error
 *
 * Says that the handler cannot decide before a document is written, or removed, that fulfils the conditions of @query. Otherwise as
 * [method@Unit.wait_for]: the request is suspended without a thread and the handler run again; where it waits on it is woken at
 * growing intervals, a quarter of a second at most, however busy the collection is.
 *
 * Returns: `FALSE` always, with `USHER_ERROR_DEFER`
 */
gboolean
usher_unit_wait_for_query (UsherUnit *self, UsherQuery *query, gint64 wait, GError **error)
{
  UsherSchema *schema = NULL;
  const char *collection = NULL;

  g_return_val_if_fail (USHER_IS_UNIT (self), FALSE);
  g_return_val_if_fail (query != NULL, FALSE);

  collection = usher_query_get_collection (query);
  schema = usher_store_get_schema (self->store, collection);
  if (schema == NULL)
    usher_fault_report ("the store has no collection “%s”", collection);
  else
    check_query (schema, query);

  set_wait (self, collection, NULL, query, wait);
  g_set_error (
      error, USHER_ERROR, USHER_ERROR_DEFER, "waits for a document of collection “%s”", collection);

  return FALSE;
}

/**
 * usher_unit_has_waited:
 * @self: a unit
 *
 * Tells whether the deadline of [method@Unit.wait_for] or [method@Unit.wait_for_query] has passed: the handler must decide now.
 *
 * Returns: whether this is the last run
 */
gboolean
usher_unit_has_waited (UsherUnit *self)
{
  g_return_val_if_fail (USHER_IS_UNIT (self), FALSE);

  return self->has_waited;
}

/**
 * usher_unit_defer: (skip)
 * @self: a unit
 * @error: return location for an error
 * @format: what the event waits for
 * @...: for @format
 *
 * Does as [method@Unit.defer_literal], with a reason that is formatted.
 *
 * Returns: `FALSE` always, with `USHER_ERROR_DEFER`
 */
gboolean
usher_unit_defer (UsherUnit *self, GError **error, const char *format, ...)
{
  g_autofree char *reason = NULL;
  va_list arguments;

  g_return_val_if_fail (USHER_IS_UNIT (self), FALSE);
  g_return_val_if_fail (format != NULL, FALSE);

  va_start (arguments, format);
  reason = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  return usher_unit_defer_literal (self, reason, error);
}

/**
 * usher_unit_defer_literal: (rename-to usher_unit_defer)
 * @self: a unit
 * @reason: what the event waits for
 * @error: return location for an error
 *
 * Says that an event came too early. The handler passes the failure on; the event comes again
 * soon, and no attempt is counted. A request cannot: that is a fault of the program, and the client is answered 500. It waits
 * by [method@Unit.wait_for] or [method@Unit.wait_for_query].
 *
 * Returns: `FALSE` always, with `USHER_ERROR_DEFER`
 */
gboolean
usher_unit_defer_literal (UsherUnit *self, const char *reason, GError **error)
{
  g_return_val_if_fail (USHER_IS_UNIT (self), FALSE);
  g_return_val_if_fail (reason != NULL, FALSE);

  if (self->may_not_defer)
    usher_fault_report ("a request cannot be deferred (%s): usher_unit_wait_for() and "
                        "usher_unit_wait_for_query() suspend it",
                        reason);
  g_set_error_literal (error, USHER_ERROR, USHER_ERROR_DEFER, reason);

  return FALSE;
}

static void
set_next (UsherUnit *self, UsherStepFunc next, gpointer user_data, GDestroyNotify destroy)
{
  if (self->next_destroy != NULL)
    self->next_destroy (self->next_data);
  self->next = next;
  self->next_looks = FALSE;
  self->next_data = user_data;
  self->next_destroy = destroy;
}

/**
 * usher_unit_then:
 * @self: a unit
 * @next: (scope notified) (closure user_data) (destroy destroy): the next step
 * @user_data: for @next
 * @destroy: (nullable): frees @user_data
 *
 * Says what to do after this unit is committed: the host runs @next with a fresh unit on the
 * blocking pool, and the answer is the last step's. A step may run more than once and, when the
 * process dies, not at all: what it promises is in the committed document with a durable timer.
 * A second call takes the place of the first.
 */
void
usher_unit_then (UsherUnit *self, UsherStepFunc next, gpointer user_data, GDestroyNotify destroy)
{
  g_return_if_fail (USHER_IS_UNIT (self));

  if (usher_fault_is_given (next, G_STRFUNC, "step"))
    set_next (self, next, user_data, destroy);
  else if (destroy != NULL)
    destroy (user_data);
}

/**
 * usher_unit_hold_answer:
 * @self: a unit
 * @look: (scope notified) (closure user_data) (destroy destroy): looks whether the answer may go
 * @user_data: for @look
 * @destroy: (nullable): frees @user_data
 *
 * Says that the answer is decided with this unit, and kept with it for who repeats the request, but shall be given only when
 * others have followed. After the commit @look reads through a fresh unit, on a thread that must not block, and waits with
 * [method@Unit.wait_for] for what is still to come; the time counts from the commit. Whatever else it returns, at the
 * deadline, and when the host stops, the answer is given. Nothing that @look changes is committed, and where the process dies
 * it is not run. Takes the place of a step, as a step does of this.
 */
void
usher_unit_hold_answer (UsherUnit *self,
                        UsherStepFunc look,
                        gpointer user_data,
                        GDestroyNotify destroy)
{
  g_return_if_fail (USHER_IS_UNIT (self));

  if (usher_fault_is_given (look, G_STRFUNC, "look"))
    {
      set_next (self, look, user_data, destroy);
      self->next_looks = TRUE;
    }
  else if (destroy != NULL)
    destroy (user_data);
}

void
usher_unit_set_origin (UsherUnit *self,
                       const char *correlation,
                       const char *causation,
                       const char *traceparent)
{
  g_free (self->origin.correlation);
  self->origin.correlation = g_strdup (correlation);
  g_free (self->origin.causation);
  self->origin.causation = g_strdup (causation);
  g_free (self->origin.traceparent);
  self->origin.traceparent = g_strdup (traceparent);
}

void
usher_unit_set_timers (UsherUnit *self, GHashTable *timers)
{
  g_clear_pointer (&self->timers, g_hash_table_unref);
  self->timers = g_hash_table_ref (timers);
}

void
usher_unit_forbid_defer (UsherUnit *self)
{
  self->may_not_defer = TRUE;
}

void
usher_unit_forbid_reads (UsherUnit *self)
{
  self->may_not_read = TRUE;
}

gboolean
usher_unit_has_read (UsherUnit *self)
{
  return self->has_read;
}

gboolean
usher_unit_has_lost_store (UsherUnit *self)
{
  return self->has_lost_store;
}

void
usher_unit_set_has_waited (UsherUnit *self, gboolean has_waited)
{
  self->has_waited = has_waited;
}

gboolean
usher_unit_get_wait (UsherUnit *self, const char **collection, const char **id)
{
  *collection = self->wait_collection;
  *id = self->wait_id;

  return self->wait_collection != NULL;
}

UsherQuery *
usher_unit_take_wait_query (UsherUnit *self)
{
  return g_steal_pointer (&self->wait_query);
}

gint64
usher_unit_get_patience (UsherUnit *self)
{
  return self->wait;
}

gboolean
usher_unit_has_step (UsherUnit *self)
{
  return self->next != NULL;
}

gboolean
usher_unit_has_answer (UsherUnit *self)
{
  return self->next == NULL || self->next_looks;
}

UsherStepFunc
usher_unit_take_step (UsherUnit *self, gpointer *user_data, GDestroyNotify *destroy)
{
  *user_data = g_steal_pointer (&self->next_data);
  *destroy = g_steal_pointer (&self->next_destroy);

  return g_steal_pointer (&self->next);
}
