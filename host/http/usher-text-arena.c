/* usher-text-arena.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-text-arena-private.h"

#include <string.h>

#define BLOCK_SIZE 1000

void
usher_text_arena_init (UsherTextArena *self)
{
  self->next = self->first;
  self->left = sizeof self->first;
  self->blocks = NULL;
}

void
usher_text_arena_clear (UsherTextArena *self)
{
  g_slist_free_full (g_steal_pointer (&self->blocks), g_free);
}

char *
usher_text_arena_copy (UsherTextArena *self, const char *text, gsize length)
{
  char *copy = NULL;

  if (length + 1 > self->left)
    {
      self->left = MAX (BLOCK_SIZE, length + 1);
      self->next = g_malloc (self->left);
      self->blocks = g_slist_prepend (self->blocks, self->next);
    }

  copy = self->next;
  memcpy (copy, text, length);
  copy[length] = '\0';
  self->next += length + 1;
  self->left -= length + 1;

  return copy;
}
