/* usher-session-key-private.h: what signs sessions and reads what it signed
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-session.h"

G_BEGIN_DECLS

/* of a session's id, hexadecimal digits */
#define USHER_SESSION_ID_LENGTH 32

/* bytes of a key */
#define USHER_SESSION_KEY_SIZE 32

/* immutable, any thread */
typedef struct _UsherSessionKey UsherSessionKey;

/* @bytes: %USHER_SESSION_KEY_SIZE; @from: seconds since 1970, from when on it signs */
UsherSessionKey *usher_session_key_new (const guint8 *bytes, gint64 from);
void usher_session_key_free (UsherSessionKey *self);
const guint8 *usher_session_key_get_bytes (UsherSessionKey *self);
gint64 usher_session_key_get_from (UsherSessionKey *self);

/* (transfer full): a JWT, or NULL with %USHER_ERROR_FAILED */
char *usher_session_key_sign (UsherSessionKey *self, UsherSession *session, GError **error);
/* (transfer full) (nullable): NULL for all that this key has not signed in just this form, and before its `nbf`; whether it
 * has ended is not asked */
UsherSession *usher_session_key_read (UsherSessionKey *self, const char *text, gint64 now);
/* (transfer full): a random id for a session */
char *usher_session_key_make_id (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherSessionKey, usher_session_key_free)

G_END_DECLS
