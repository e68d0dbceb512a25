/* usher-auth-sessions.h: whose a session is, and how it ends
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <usher.h>

G_BEGIN_DECLS

/* Says that all sessions of a user end which began before @session. */
void usher_auth_sessions_end_before (UsherUnit *unit, UsherSession *session);

/* the routes by which people sign out and see who they are */
void usher_auth_sessions_add (UsherContext *context);

G_END_DECLS
