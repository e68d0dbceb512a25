/* usher-context-private.h: a context, for the host that makes it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-context.h"
#include "usher-declarations-private.h"

G_BEGIN_DECLS

UsherContext *usher_context_new (const char *name,
                                 const char *directory,
                                 UsherSettings *settings,
                                 UsherSessions *sessions,
                                 UsherClock *clock);
/* nothing can be declared any more; the first declaration that was wrong is the error */
gboolean usher_context_freeze (UsherContext *self, GError **error);
/* Whether it is still time; else the service is blamed for @what. */
gboolean usher_context_may_declare (UsherContext *self, const char *what);
/* a declaration that is wrong: the first one is kept. Takes ownership of @error. */
void usher_context_fail (UsherContext *self, GError *error);
UsherDeclarations *usher_context_get_declarations (UsherContext *self);

G_END_DECLS
