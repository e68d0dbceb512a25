/* usher-solitude-private.h: who may be the only one that runs in a process
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A process's, for its events and timers; any thread. What may kill the process runs alone, so that nothing else is blamed. */
typedef struct _UsherSolitude UsherSolitude;

UsherSolitude *usher_solitude_new (void);
void usher_solitude_free (UsherSolitude *self);
/* one of many begins. FALSE: somebody is alone, or waits until all have left: come again */
gboolean usher_solitude_enter (UsherSolitude *self);
void usher_solitude_leave (UsherSolitude *self);
/* TRUE: @who is alone. FALSE: not yet, ask again; until then, or until it is given back, nobody else enters */
gboolean usher_solitude_take (UsherSolitude *self, gpointer who);
/* if @who has it or waits for it */
void usher_solitude_give_back (UsherSolitude *self, gpointer who);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherSolitude, usher_solitude_free)

G_END_DECLS
