/* usher-context-data.c: what a service declares of what it stores, asks for and tells
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-context-private.h"

/**
 * usher_context_add_collection:
 * @self: a context
 * @collection: the name of the collection
 * @fields: (array length=n_fields): its fields
 * @n_fields: how many
 *
 * Declares a collection of the service's store. In configure() only.
 */
void
usher_context_add_collection (UsherContext *self,
                              const char *collection,
                              const UsherField *fields,
                              guint n_fields)
{
  UsherSchema *schema = NULL;
  GError *error = NULL;

  g_return_if_fail (USHER_IS_CONTEXT (self));
  g_return_if_fail (collection != NULL);

  if (!usher_context_may_declare (self, "a collection"))
    return;

  schema = usher_schema_new (collection, fields, n_fields, &error);
  if (schema == NULL ||
      !usher_declarations_add_schema (usher_context_get_declarations (self), schema, &error))
    usher_context_fail (self, error);
}

/**
 * usher_context_add_key:
 * @self: a context
 * @collection: a collection that is declared already
 * @fields: (array zero-terminated=1): the names of one to eight of its fields
 * @message: (nullable): what a client is told when the key is taken, `NULL`: a sentence of the fields' names
 *
 * Declares a unique key: no two documents that have all of @fields share their values. In configure() only. The fields are indexed
 * by that. A field that is `USHER_FIELD_UNIQUE` gets a message by a key of it alone.
 *
 * A handler whose unit runs into a key runs again, and sees who has it. Where it insists on the same values a request is answered
 * 400 with @message and the first of @fields, and an event or timer fails with it. Stored documents that share values already
 * refuse the start: `docs/evolution.md`.
 */
void
usher_context_add_key (UsherContext *self,
                       const char *collection,
                       const char *const *fields,
                       const char *message)
{
  GError *error = NULL;

  g_return_if_fail (USHER_IS_CONTEXT (self));
  g_return_if_fail (collection != NULL);
  g_return_if_fail (fields != NULL);

  if (!usher_context_may_declare (self, "a key"))
    return;

  if (!usher_declarations_add_key (
          usher_context_get_declarations (self), collection, fields, message, &error))
    usher_context_fail (self, error);
}

/**
 * usher_context_add_form:
 * @self: a context
 * @name: what it is called
 * @fields: (array length=n_fields): what is asked for
 * @n_fields: how many
 *
 * Declares what a request is asked for that is not a document of the service: credentials, an order to be paid. A handler reads
 * it by [method@Request.read] with what [method@Context.get_form] gives. In configure() only.
 */
void
usher_context_add_form (UsherContext *self,
                        const char *name,
                        const UsherField *fields,
                        guint n_fields)
{
  UsherSchema *form = NULL;
  GError *error = NULL;

  g_return_if_fail (USHER_IS_CONTEXT (self));
  g_return_if_fail (name != NULL);

  if (!usher_context_may_declare (self, "a form"))
    return;

  form = usher_schema_new (name, fields, n_fields, &error);
  if (form == NULL ||
      !usher_declarations_add_form (usher_context_get_declarations (self), form, &error))
    usher_context_fail (self, error);
}

/**
 * usher_context_add_upgrade:
 * @self: a context
 * @collection: a collection that is declared already
 * @from: the level of the documents that are brought along, 0: those that were made before there was an upgrade
 * @to: their level then, which is that of new documents if this is the last upgrade
 * @func: (scope notified) (closure user_data) (destroy destroy): changes one document
 * @user_data: data for @func
 * @destroy: (nullable): frees @user_data
 *
 * Declares how stored documents are brought in line with what the service makes of new ones. In configure() only; the upgrades of a
 * collection follow each other without a gap.
 *
 * One copy of the service upgrades the documents that are behind, in slices, on a thread of the host's, while all of them serve; after a
 * restart it goes on where it was. Until all is done handlers meet documents of both levels. Neither the version of a document nor an
 * event tells of its upgrade.
 *
 * @func may be given a document a second time, when a copy that does not know the upgrade has changed it: it leaves as it is what is
 * right already. It reads and sets fields of the schema alone, so a field that it reads is declared still. A document for which it fails
 * is tried again in a minute, and told of in the log.
 */
void
usher_context_add_upgrade (UsherContext *self,
                           const char *collection,
                           guint from,
                           guint to,
                           UsherUpgradeFunc func,
                           gpointer user_data,
                           GDestroyNotify destroy)
{
  UsherUpgrade *upgrade = NULL;
  GError *error = NULL;

  g_return_if_fail (USHER_IS_CONTEXT (self));
  g_return_if_fail (collection != NULL);
  g_return_if_fail (func != NULL);

  if (!usher_context_may_declare (self, "an upgrade"))
    return;

  upgrade = usher_upgrade_new (collection, from, to, func, user_data, destroy);
  if (!usher_declarations_add_upgrade (usher_context_get_declarations (self), upgrade, &error))
    usher_context_fail (self, error);
}

/**
 * usher_context_add_event:
 * @self: a context
 * @channel: the channel on which the service publishes
 * @fields: (array length=n_fields): the members of the payload: name, type, and `USHER_FIELD_REQUIRED`
 * @n_fields: how many
 *
 * Declares what an event tells. In configure() only; once for each channel. Of @fields the flag `USHER_FIELD_REQUIRED` counts, and
 * private ones are left out: where documents are published, this is the table of their collection. A dot in a name nests. `id` and
 * `version` may have rows, and be there without.
 *
 * The host describes the event at `/services`. A library that is built with meson's option `debug` holds what the service publishes on
 * @channel against it, whichever function publishes: what is required and missing, of another type (an amount is an exact number, a
 * time ISO 8601) or not declared is a fault of the program, which names channel and member; `null` is as good as missing. A document
 * may hold besides what its schema does not know. Others publish unchecked.
 *
 * Two services of a host that declare one channel declare the same, or the second one fails its configuration.
 */
void
usher_context_add_event (UsherContext *self,
                         const char *channel,
                         const UsherField *fields,
                         guint n_fields)
{
  UsherEventSchema *event = NULL;
  GError *error = NULL;

  g_return_if_fail (USHER_IS_CONTEXT (self));
  g_return_if_fail (channel != NULL);
  g_return_if_fail (fields != NULL || n_fields == 0);

  if (!usher_context_may_declare (self, "an event"))
    return;

  event = usher_event_schema_new (channel, fields, n_fields, &error);
  if (event == NULL ||
      !usher_declarations_add_event (usher_context_get_declarations (self), event, &error))
    usher_context_fail (self, error);
}

/**
 * usher_context_get_form:
 * @self: a context
 * @name: the name of a form
 *
 * Gets a form that the service declared. Any thread.
 *
 * Returns: (transfer none) (nullable): its schema
 */
UsherSchema *
usher_context_get_form (UsherContext *self, const char *name)
{
  g_return_val_if_fail (USHER_IS_CONTEXT (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  return usher_declarations_find_form (usher_context_get_declarations (self), name);
}

/**
 * usher_context_get_schema:
 * @self: a context
 * @collection: the name of a collection
 *
 * Gets the schema of a collection that the service declared. Any thread.
 *
 * Returns: (transfer none) (nullable): the schema
 */
UsherSchema *
usher_context_get_schema (UsherContext *self, const char *collection)
{
  g_return_val_if_fail (USHER_IS_CONTEXT (self), NULL);

  return usher_declarations_find_schema (usher_context_get_declarations (self), collection);
}
