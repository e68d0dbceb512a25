/* usher-text-arena-private.h: texts that live and die together
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define USHER_TEXT_ARENA_INLINE 320

/* The first texts lie in the arena itself. Its size and that of a block are such that the allocator hands both out of
 * the thread's own cache. */
typedef struct
{
  char *next;     /* (unowned): where the next text goes */
  gsize left;     /* bytes behind it */
  GSList *blocks; /* (owned) (element-type char) */
  char first[USHER_TEXT_ARENA_INLINE];
} UsherTextArena;

void usher_text_arena_init (UsherTextArena *self);
void usher_text_arena_clear (UsherTextArena *self);
/* a copy with a NUL behind it, valid until usher_text_arena_clear() */
char *usher_text_arena_copy (UsherTextArena *self, const char *text, gsize length);

G_END_DECLS
