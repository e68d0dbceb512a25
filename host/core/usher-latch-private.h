/* usher-latch-private.h: a thread that waits until others have done something
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Lies on the stack of who waits: for nothing but these functions. */
typedef struct
{
  GMutex mutex;
  GCond cond;
  guint n_open;  /* (mutex mutex) */
  GError *error; /* (owned) (nullable) (mutex mutex) */
} UsherLatch;

void usher_latch_init (UsherLatch *self, guint n_open);
void usher_latch_leave (UsherLatch *self, const GError *error);
GError *usher_latch_wait (UsherLatch *self);

G_END_DECLS
