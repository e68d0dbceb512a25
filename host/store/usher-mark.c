/* usher-mark.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-mark.h"

static UsherMark *
copy_mark (UsherMark *self)
{
  return g_memdup2 (self, sizeof *self);
}

G_DEFINE_BOXED_TYPE (UsherMark, usher_mark, copy_mark, g_free)

/**
 * usher_mark_equal:
 * @self: a mark
 * @other: a mark of the same store
 *
 * Compares two marks.
 *
 * Returns: whether they are the same place
 */
gboolean
usher_mark_equal (const UsherMark *self, const UsherMark *other)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (other != NULL, FALSE);

  return self->words[0] == other->words[0] && self->words[1] == other->words[1];
}
