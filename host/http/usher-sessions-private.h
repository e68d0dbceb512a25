/* usher-sessions-private.h: the cookie that carries a session, and the end of many
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-ending-set-private.h"
#include "usher-session-source-private.h"
#include "usher-sessions.h"

G_BEGIN_DECLS

/* As usher_sessions_new(), with keys from elsewhere, which may change while it runs. Takes ownership of @source. */
UsherSessions *usher_sessions_open (UsherSessionSource *source,
                                    gint64 lifetime,
                                    UsherClock *clock,
                                    GError **error);
/* the value of Set-Cookie; @session: (nullable): NULL clears it */
char *usher_sessions_make_cookie (UsherSessions *self,
                                  UsherSession *session,
                                  gboolean secure,
                                  GError **error);
/* as usher_sessions_end() */
void usher_sessions_end_many (UsherSessions *self, const UsherEnding *endings, guint n);
/* single sessions that were ended, and users that are refused */
void usher_sessions_count (UsherSessions *self, guint *n_ended, guint *n_refused);

G_END_DECLS
