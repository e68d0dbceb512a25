/* usher-commit-outcome.c: what became of a commit
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-commit-private.h"

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
