/* usher-sessions-private.h: the cookie that carries a session
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-sessions.h"

G_BEGIN_DECLS

/* the value of Set-Cookie; @session: (nullable): NULL clears it */
char *usher_sessions_make_cookie (UsherSessions *self,
                                  UsherSession *session,
                                  gboolean secure,
                                  GError **error);

G_END_DECLS
