/* usher-sessions.h: makes, reads and refuses session tokens
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "usher-clock.h"
#include "usher-session.h"

G_BEGIN_DECLS

#define USHER_TYPE_SESSIONS (usher_sessions_get_type ())

USHER_API
G_DECLARE_FINAL_TYPE (UsherSessions, usher_sessions, USHER, SESSIONS, GObject)

USHER_API
UsherSessions *
usher_sessions_new (const char *key_file, gint64 lifetime, UsherClock *clock, GError **error);
USHER_API
UsherSession *usher_sessions_begin (UsherSessions *self, const char *user_id, const char *email);
USHER_API
char *usher_sessions_make_token (UsherSessions *self, UsherSession *session, GError **error);
USHER_API
UsherSession *usher_sessions_read_token (UsherSessions *self, const char *token);
USHER_API
void usher_sessions_revoke (UsherSessions *self, const char *user_id);
USHER_API
void usher_sessions_restore (UsherSessions *self, const char *user_id);
USHER_API
void usher_sessions_end (UsherSessions *self, const char *id, gint64 expires);
USHER_API
void
usher_sessions_end_all (UsherSessions *self, const char *user_id, gint64 before, gint64 expires);

G_END_DECLS
