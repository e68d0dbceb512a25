/* usher-mongo-next-due-private.h: the timers that are due next, in memory
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* All that are due before a horizon are known, of those behind it none. No thread of its own: whoever has it locks. */
typedef struct _UsherMongoNextDue UsherMongoNextDue;

UsherMongoNextDue *usher_mongo_next_due_new (void);
void usher_mongo_next_due_free (UsherMongoNextDue *self);
/* forgets all; what is due before @horizon is added then */
void usher_mongo_next_due_reset (UsherMongoNextDue *self, gint64 horizon);
/* @due: G_MAXINT64: it does not fire any more */
void
usher_mongo_next_due_set (UsherMongoNextDue *self, const char *key, gint64 generation, gint64 due);
/* FALSE: none is known, and there may be some; @due: (out): none is due earlier, G_MAXINT64: there is none, or nobody has looked */
gboolean usher_mongo_next_due_get (UsherMongoNextDue *self, gint64 *due);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherMongoNextDue, usher_mongo_next_due_free)

G_END_DECLS
