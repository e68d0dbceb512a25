/* usher-unit-change.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-error.h"
#include "usher-fault-private.h"
#include "usher-unit-private.h"

typedef gboolean (*Change) (UsherCommit *commit, UsherDocument *document, GError **error);

static gboolean
check_schema (UsherUnit *self, UsherDocument *document, GError **error)
{
  UsherSchema *schema = usher_document_get_schema (document);
  const char *collection = usher_schema_get_collection (schema);

  if (usher_store_get_schema (self->store, collection) == schema)
    return TRUE;

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_INVALID,
               "the document's schema is not that of a collection “%s” of the store",
               collection);
  return FALSE;
}

/* Nothing that a change is refused for is anybody's fault but the program's. */
static gboolean
change_document (UsherUnit *self, UsherDocument *document, Change change, GError **error)
{
  GError *trouble = NULL;

  if (check_schema (self, document, &trouble) && change (self->commit, document, &trouble))
    return TRUE;

  usher_fault_note (trouble);
  g_propagate_error (error, trouble);

  return FALSE;
}

/**
 * usher_unit_insert:
 * @self: a unit
 * @document: a new document of a collection of this store
 * @error: return location for an error
 *
 * Inserts a document at version 0, with a new id unless it has one. What is changed in @document
 * after this, before the handler returns, is stored too.
 *
 * Returns: whether the unit holds the document; `USHER_ERROR_INVALID`, a fault of the program, when it has one of this id
 */
gboolean
usher_unit_insert (UsherUnit *self, UsherDocument *document, GError **error)
{
  g_autofree char *id = NULL;

  g_return_val_if_fail (USHER_IS_UNIT (self), FALSE);
  g_return_val_if_fail (document != NULL, FALSE);

  if (usher_document_get_id (document) == NULL)
    {
      id = usher_unit_new_id (self);
      usher_document_set_id (document, id);
    }

  return change_document (self, document, usher_commit_insert, error);
}

/**
 * usher_unit_replace:
 * @self: a unit
 * @document: a document that was read in this unit and then changed
 * @error: return location for an error
 *
 * Replaces a stored document. Its version becomes one more than was read, at once; the unit is
 * committed only if the stored version is still the one that was read.
 *
 * Returns: whether the unit holds the document; `USHER_ERROR_INVALID` when it has no id or is
 *   removed by this unit
 */
gboolean
usher_unit_replace (UsherUnit *self, UsherDocument *document, GError **error)
{
  g_return_val_if_fail (USHER_IS_UNIT (self), FALSE);
  g_return_val_if_fail (document != NULL, FALSE);

  return change_document (self, document, usher_commit_replace, error);
}

/* as it is now, in the commit that writes it */
static gboolean
tell (UsherUnit *self, UsherDocument *document, const char *channel)
{
  if (channel != NULL)
    usher_unit_publish_document (self, channel, document);

  return TRUE;
}

/**
 * usher_unit_create:
 * @self: a unit
 * @document: a new document of a collection of this store
 * @channel: (nullable): the subject of the event that tells of it, `NULL`: none
 * @error: return location for an error
 *
 * Inserts a document, as [method@Unit.insert] does, and publishes it as it is now, as [method@Unit.publish_document] does.
 *
 * Returns: whether the unit holds the document
 */
gboolean
usher_unit_create (UsherUnit *self, UsherDocument *document, const char *channel, GError **error)
{
  return usher_unit_insert (self, document, error) && tell (self, document, channel);
}

/**
 * usher_unit_update:
 * @self: a unit
 * @document: a document that was read in this unit and then changed
 * @channel: (nullable): the subject of the event that tells of it, `NULL`: none
 * @error: return location for an error
 *
 * Replaces a stored document, as [method@Unit.replace] does, and publishes it as it is now, with its new version, as
 * [method@Unit.publish_document] does.
 *
 * Returns: whether the unit holds the document
 */
gboolean
usher_unit_update (UsherUnit *self, UsherDocument *document, const char *channel, GError **error)
{
  return usher_unit_replace (self, document, error) && tell (self, document, channel);
}

/**
 * usher_unit_remove:
 * @self: a unit
 * @document: a document that was read in this unit
 * @error: return location for an error
 *
 * Removes a stored document, if its stored version is still the one that was read.
 *
 * Returns: whether the unit holds the removal; `USHER_ERROR_INVALID` when @document has no id
 */
gboolean
usher_unit_remove (UsherUnit *self, UsherDocument *document, GError **error)
{
  g_return_val_if_fail (USHER_IS_UNIT (self), FALSE);
  g_return_val_if_fail (document != NULL, FALSE);

  return change_document (self, document, usher_commit_remove, error);
}
