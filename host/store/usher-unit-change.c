/* usher-unit-change.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-error.h"
#include "usher-unit-private.h"

static void
clear_change (gpointer data)
{
  UsherChange *change = data;

  g_clear_pointer (&change->document, usher_document_unref);
}

UsherChange *
usher_unit_find_change (UsherUnit *self, const char *collection, const char *id)
{
  for (guint i = 0; i < usher_unit_count_documents (self); i++)
    {
      UsherChange *change = &g_array_index (self->changes, UsherChange, i);
      UsherSchema *schema = usher_document_get_schema (change->document);

      if (g_str_equal (usher_document_get_id (change->document), id) &&
          g_str_equal (usher_schema_get_collection (schema), collection))
        return change;
    }

  return NULL;
}

static void
add_change (UsherUnit *self, UsherChangeKind kind, UsherDocument *document, gint64 expected_version)
{
  UsherChange change = { kind, usher_document_ref (document), expected_version };

  if (self->changes == NULL)
    {
      self->changes = g_array_new (FALSE, FALSE, sizeof (UsherChange));
      g_array_set_clear_func (self->changes, clear_change);
    }
  g_array_append_val (self->changes, change);
}

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

static gboolean
refuse_change (UsherDocument *document, const char *reason, GError **error)
{
  UsherSchema *schema = usher_document_get_schema (document);
  const char *id = usher_document_get_id (document);

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_INVALID,
               "document “%s” of collection “%s” %s",
               id != NULL ? id : "",
               usher_schema_get_collection (schema),
               reason);
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
 * Returns: whether the unit holds the document; `USHER_ERROR_INVALID` when it has one of this id
 */
gboolean
usher_unit_insert (UsherUnit *self, UsherDocument *document, GError **error)
{
  g_autofree char *id = NULL;

  g_return_val_if_fail (USHER_IS_UNIT (self), FALSE);
  g_return_val_if_fail (document != NULL, FALSE);

  if (!check_schema (self, document, error))
    return FALSE;

  if (usher_document_get_id (document) == NULL)
    {
      id = usher_unit_new_id (self);
      usher_document_set_id (document, id);
    }
  else if (usher_unit_find_change (self,
                                   usher_schema_get_collection (
                                       usher_document_get_schema (document)),
                                   usher_document_get_id (document)) != NULL)
    return refuse_change (document, "is changed by this unit already", error);

  usher_document_set_version (document, 0);
  add_change (self, USHER_CHANGE_INSERT, document, 0);

  return TRUE;
}

static gboolean
replace_again (UsherChange *change, UsherDocument *document, GError **error)
{
  gint64 version = change->kind == USHER_CHANGE_INSERT ? 0 : change->expected_version + 1;

  if (change->kind == USHER_CHANGE_REMOVE)
    return refuse_change (document, "is removed by this unit", error);
  if (usher_document_get_version (document) != version &&
      usher_document_get_version (document) != change->expected_version)
    return refuse_change (document, "is changed by this unit at another version", error);

  usher_document_set_version (document, version);
  usher_document_ref (document);
  usher_document_unref (change->document);
  change->document = document;

  return TRUE;
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
  gint64 version;
  UsherChange *change;

  g_return_val_if_fail (USHER_IS_UNIT (self), FALSE);
  g_return_val_if_fail (document != NULL, FALSE);

  if (!check_schema (self, document, error))
    return FALSE;
  if (usher_document_get_id (document) == NULL)
    return refuse_change (document, "has no id and was not read", error);

  change =
      usher_unit_find_change (self,
                              usher_schema_get_collection (usher_document_get_schema (document)),
                              usher_document_get_id (document));
  if (change != NULL)
    return replace_again (change, document, error);

  version = usher_document_get_version (document);
  usher_document_set_version (document, version + 1);
  add_change (self, USHER_CHANGE_REPLACE, document, version);

  return TRUE;
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
  UsherChange *change;

  g_return_val_if_fail (USHER_IS_UNIT (self), FALSE);
  g_return_val_if_fail (document != NULL, FALSE);

  if (!check_schema (self, document, error))
    return FALSE;
  if (usher_document_get_id (document) == NULL)
    return refuse_change (document, "has no id and was not read", error);

  change =
      usher_unit_find_change (self,
                              usher_schema_get_collection (usher_document_get_schema (document)),
                              usher_document_get_id (document));
  if (change == NULL)
    add_change (self, USHER_CHANGE_REMOVE, document, usher_document_get_version (document));
  else if (change->kind == USHER_CHANGE_INSERT)
    g_array_remove_index (self->changes, change - (UsherChange *) (gpointer) self->changes->data);
  else
    change->kind = USHER_CHANGE_REMOVE;

  return TRUE;
}
