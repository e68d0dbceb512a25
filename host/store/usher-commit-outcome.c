/* usher-commit-outcome.c: what became of a commit
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-commit-private.h"
#include "usher-query-private.h"

/**
 * usher_commit_set_applied:
 * @self: a commit
 * @was_applied: whether the inbox had the event, or the timer had fired
 *
 * Tells, by the store, whether it had been done before.
 */
void
usher_commit_set_applied (UsherCommit *self, gboolean was_applied)
{
  g_return_if_fail (self != NULL);

  self->was_applied = was_applied;
}

/**
 * usher_commit_was_applied:
 * @self: a commit that succeeded
 *
 * Tells whether it had been done before, so that nothing was written now.
 *
 * Returns: whether it had
 */
gboolean
usher_commit_was_applied (UsherCommit *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->was_applied;
}

/**
 * usher_commit_set_taken:
 * @self: a commit that is refused with `USHER_ERROR_TAKEN`
 * @document: one that it changes
 * @fields: (array zero-terminated=1): the fields of its key that another document has, `id` where that is it
 *
 * Tells, by the store, which unique key is another's.
 */
void
usher_commit_set_taken (UsherCommit *self, UsherDocument *document, const char *const *fields)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (document != NULL);
  g_return_if_fail (fields != NULL && fields[0] != NULL);

  g_clear_pointer (&self->taken, usher_document_unref);
  self->taken = usher_document_ref (document);
  g_strfreev (self->taken_fields);
  self->taken_fields = g_strdupv ((char **) fields);
}

/**
 * usher_commit_get_taken_field:
 * @self: a commit that failed with `USHER_ERROR_TAKEN`
 *
 * Gets the field that a client is told of.
 *
 * Returns: (nullable): the first field of the key, `NULL` when it is not a document's key that is taken
 */
const char *
usher_commit_get_taken_field (UsherCommit *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->taken_fields != NULL ? self->taken_fields[0] : NULL;
}

/**
 * usher_commit_dup_taken_message:
 * @self: a commit with [method@Commit.get_taken_field]
 *
 * Says what a person is told, as [method@Schema.dup_taken_message].
 *
 * Returns: (transfer full): the message
 */
char *
usher_commit_dup_taken_message (UsherCommit *self)
{
  g_return_val_if_fail (self != NULL && self->taken != NULL, NULL);

  return usher_schema_dup_taken_message (usher_document_get_schema (self->taken),
                                         (const char *const *) self->taken_fields);
}

static void
append_value (GString *text, UsherDocument *document, const char *name)
{
  UsherSchema *schema = usher_document_get_schema (document);
  int index = usher_schema_find_field (schema, name);
  guint n_fields = 0;
  const UsherField *fields = usher_schema_get_fields (schema, &n_fields);
  g_autofree char *value = index >= 0 ? usher_query_dup_value (document, &fields[index]) : NULL;

  /* one of another generation of the service, or “id” */
  if (value == NULL)
    value = g_strdup (usher_document_get_id (document));
  g_string_append_printf (text, "\n%s=%s", name, value);
}

/**
 * usher_commit_dup_taken_values:
 * @self: a commit with [method@Commit.get_taken_field]
 *
 * Writes down which key is taken, and at which values, for who compares it with that of another try. Values of private fields
 * are in it: it is not for people.
 *
 * Returns: (transfer full): a text
 */
char *
usher_commit_dup_taken_values (UsherCommit *self)
{
  g_autoptr (GString) text = NULL;

  g_return_val_if_fail (self != NULL && self->taken != NULL, NULL);

  text = g_string_new (usher_schema_get_collection (usher_document_get_schema (self->taken)));
  for (guint i = 0; self->taken_fields[i] != NULL; i++)
    append_value (text, self->taken, self->taken_fields[i]);

  return g_string_free (g_steal_pointer (&text), FALSE);
}

/**
 * usher_commit_set_before:
 * @self: a commit
 * @mark: where the outbox ended before its first event
 *
 * Tells, by the store, behind which event those of this commit stand. Where others write the same database, theirs may be
 * between.
 */
void
usher_commit_set_before (UsherCommit *self, const UsherMark *mark)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (mark != NULL);

  self->before = *mark;
}

/**
 * usher_commit_get_before:
 * @self: a commit that succeeded
 *
 * Gets where the outbox ended before its first event.
 *
 * Returns: (transfer none): the mark
 */
const UsherMark *
usher_commit_get_before (UsherCommit *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return &self->before;
}

/**
 * usher_commit_set_mark:
 * @self: a commit
 * @index: below [method@Commit.get_n_events]
 * @mark: the place right behind the event
 *
 * Tells, by the store, where an event stands in the outbox.
 */
void
usher_commit_set_mark (UsherCommit *self, guint index, const UsherMark *mark)
{
  g_return_if_fail (index < usher_commit_get_n_events (self));
  g_return_if_fail (mark != NULL);

  if (self->marks == NULL)
    {
      self->marks = g_array_sized_new (FALSE, TRUE, sizeof *mark, self->events->len);
      g_array_set_size (self->marks, self->events->len);
    }
  g_array_index (self->marks, UsherMark, index) = *mark;
}

/**
 * usher_commit_get_mark:
 * @self: a commit that succeeded
 * @index: below [method@Commit.get_n_events]
 *
 * Gets where an event stands in the outbox.
 *
 * Returns: (transfer none): the place right behind the event
 */
const UsherMark *
usher_commit_get_mark (UsherCommit *self, guint index)
{
  g_return_val_if_fail (self != NULL && self->marks != NULL, NULL);
  g_return_val_if_fail (index < self->marks->len, NULL);

  return &g_array_index (self->marks, UsherMark, index);
}
