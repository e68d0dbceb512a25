/* usher-store-copy-mark-private.h: what a database says of itself until it is a copy as a whole
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

#include "usher-macros.h"

G_BEGIN_DECLS

/* All services of a copy have one until all are copied. */
typedef struct
{
  gboolean is_whole; /* this service is copied, others may not be */
  char *from;        /* (owned): where the copy is from, without credentials */
  char **services;   /* (owned): all that were to be copied */
} UsherStoreCopyMark;

void usher_store_copy_mark_free (UsherStoreCopyMark *self);
/* (transfer full) */
char *usher_store_copy_mark_make (gboolean is_whole, const char *from, const char *const *services);
/* (transfer full): whatever @text is */
UsherStoreCopyMark *usher_store_copy_mark_parse (const char *text);
/* Always FALSE: no host is to use @place, which has the mark @text. */
USHER_API
gboolean usher_store_copy_mark_refuse (const char *place, const char *text, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherStoreCopyMark, usher_store_copy_mark_free)

G_END_DECLS
