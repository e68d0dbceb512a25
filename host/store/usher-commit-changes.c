/* usher-commit-changes.c: what a commit does to documents
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-commit-private.h"
#include "usher-error.h"

static void
clear_change (gpointer data)
{
  UsherChange *change = data;

  g_clear_pointer (&change->document, usher_document_unref);
}

static const char *
get_collection (UsherDocument *document)
{
  return usher_schema_get_collection (usher_document_get_schema (document));
}

static UsherChange *
find_change (UsherCommit *self, const char *collection, const char *id)
{
  for (guint i = 0; i < usher_commit_get_n_changes (self); i++)
    {
      UsherChange *change = &g_array_index (self->changes, UsherChange, i);

      if (g_str_equal (usher_document_get_id (change->document), id) &&
          g_str_equal (get_collection (change->document), collection))
        return change;
    }

  return NULL;
}

static void
add_change (UsherCommit *self, UsherChangeKind kind, UsherDocument *document, gint64 version)
{
  UsherChange change = {
    kind,
    usher_document_ref (document),
    version,
    usher_document_get_level (document),
  };

  if (self->changes == NULL)
    {
      self->changes = g_array_new (FALSE, FALSE, sizeof (UsherChange));
      g_array_set_clear_func (self->changes, clear_change);
    }
  g_array_append_val (self->changes, change);
}

static gboolean
refuse_change (UsherDocument *document, const char *reason, GError **error)
{
  const char *id = usher_document_get_id (document);

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_INVALID,
               "document “%s” of collection “%s” %s",
               id != NULL ? id : "",
               get_collection (document),
               reason);
  return FALSE;
}

/**
 * usher_commit_insert:
 * @self: a commit
 * @document: a document with an id
 * @error: return location for an error
 *
 * Inserts a document at version 0. What is changed in @document after this is stored too.
 *
 * Returns: whether it will be; `USHER_ERROR_INVALID` when it has no id, or the commit changes one of this id
 */
gboolean
usher_commit_insert (UsherCommit *self, UsherDocument *document, GError **error)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (document != NULL, FALSE);

  if (usher_document_get_id (document) == NULL)
    return refuse_change (document, "has no id", error);
  if (find_change (self, get_collection (document), usher_document_get_id (document)) != NULL)
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
  if (change->kind == USHER_CHANGE_UPGRADE)
    return refuse_change (document, "is upgraded by this unit", error);
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
 * usher_commit_replace:
 * @self: a commit
 * @document: a document as it shall be, at the version that was read
 * @error: return location for an error
 *
 * Replaces a document, if its stored version and level are still those that were read. Its version becomes one more at once.
 * What is inserted by this commit stays an insert, and what is replaced twice is one step of the version.
 *
 * Returns: whether it will be; `USHER_ERROR_INVALID` when it has no id or is removed by this commit
 */
gboolean
usher_commit_replace (UsherCommit *self, UsherDocument *document, GError **error)
{
  UsherChange *change = NULL;
  gint64 version = 0;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (document != NULL, FALSE);

  if (usher_document_get_id (document) == NULL)
    return refuse_change (document, "has no id and was not read", error);

  change = find_change (self, get_collection (document), usher_document_get_id (document));
  if (change != NULL)
    return replace_again (change, document, error);

  version = usher_document_get_version (document);
  usher_document_set_version (document, version + 1);
  add_change (self, USHER_CHANGE_REPLACE, document, version);

  return TRUE;
}

/**
 * usher_commit_remove:
 * @self: a commit
 * @document: a document as it was read
 * @error: return location for an error
 *
 * Removes a document, if its stored version is still the one that was read. What is inserted by this commit is not
 * written.
 *
 * Returns: whether it will be; `USHER_ERROR_INVALID` when it has no id
 */
gboolean
usher_commit_remove (UsherCommit *self, UsherDocument *document, GError **error)
{
  UsherChange *change = NULL;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (document != NULL, FALSE);

  if (usher_document_get_id (document) == NULL)
    return refuse_change (document, "has no id and was not read", error);

  change = find_change (self, get_collection (document), usher_document_get_id (document));
  if (change == NULL)
    add_change (self, USHER_CHANGE_REMOVE, document, usher_document_get_version (document));
  else if (change->kind == USHER_CHANGE_INSERT)
    g_array_remove_index (self->changes, change - (UsherChange *) (gpointer) self->changes->data);
  else
    change->kind = USHER_CHANGE_REMOVE;

  return TRUE;
}

/**
 * usher_commit_upgrade:
 * @self: a commit that does nothing else to @document
 * @document: a document as it shall be, at the version and level that were read
 * @level: the level that it has then
 * @error: return location for an error
 *
 * Upgrades a document: replaces it, but keeps its version, for what it says is the same; whoever counts versions by events misses
 * none. It conflicts with whoever has changed the document meanwhile, and the level with whoever read it before.
 *
 * Returns: whether it will be; `USHER_ERROR_INVALID` when it has no id or is changed by this commit
 */
gboolean
usher_commit_upgrade (UsherCommit *self, UsherDocument *document, guint level, GError **error)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (document != NULL, FALSE);

  if (usher_document_get_id (document) == NULL)
    return refuse_change (document, "has no id and was not read", error);
  if (find_change (self, get_collection (document), usher_document_get_id (document)) != NULL)
    return refuse_change (document, "is changed by this unit already", error);

  add_change (self, USHER_CHANGE_UPGRADE, document, usher_document_get_version (document));
  usher_document_set_level (document, level);

  return TRUE;
}

/**
 * usher_commit_get_n_changes:
 * @self: a commit
 *
 * Counts the documents that it changes.
 *
 * Returns: how many
 */
guint
usher_commit_get_n_changes (UsherCommit *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->changes != NULL ? self->changes->len : 0;
}

/**
 * usher_commit_get_change:
 * @self: a commit
 * @index: below [method@Commit.get_n_changes]
 *
 * Gets what is done to one document.
 *
 * Returns: (transfer none): the change, which lives as long as @self
 */
const UsherChange *
usher_commit_get_change (UsherCommit *self, guint index)
{
  g_return_val_if_fail (index < usher_commit_get_n_changes (self), NULL);

  return &g_array_index (self->changes, UsherChange, index);
}

/**
 * usher_commit_find_change:
 * @self: a commit
 * @collection: the name of a collection
 * @id: the id of a document
 *
 * Looks what is done to a document.
 *
 * Returns: (transfer none) (nullable): the change, which lives as long as @self, `NULL` when there is none
 */
const UsherChange *
usher_commit_find_change (UsherCommit *self, const char *collection, const char *id)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (collection != NULL, NULL);
  g_return_val_if_fail (id != NULL, NULL);

  return find_change (self, collection, id);
}
