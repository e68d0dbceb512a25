/* usher-session-key-private.h: what signs sessions and reads what it signed
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-session.h"

G_BEGIN_DECLS

/* immutable, any thread */
typedef struct _UsherSessionKey UsherSessionKey;

/* @path: made with mode 0600 and a random key when it is missing */
UsherSessionKey *usher_session_key_new (const char *path, GError **error);
void usher_session_key_free (UsherSessionKey *self);

/* (transfer full): a JWT, or NULL with %USHER_ERROR_FAILED */
char *usher_session_key_sign (UsherSessionKey *self, UsherSession *session, GError **error);
/* (transfer full) (nullable): NULL for all that this key has not signed in just this form, and before its `nbf`; whether it
 * has ended is not asked */
UsherSession *usher_session_key_read (UsherSessionKey *self, const char *text, gint64 now);
/* (transfer full): a random id for a session */
char *usher_session_key_make_id (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherSessionKey, usher_session_key_free)

G_END_DECLS
