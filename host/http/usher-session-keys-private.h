/* usher-session-keys-private.h: the keys of sessions, of which the newest signs
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-secret.h"
#include "usher-session-key-private.h"

G_BEGIN_DECLS

/* immutable, reference counted, any thread; in order of when they begin to sign */
typedef struct _UsherSessionKeys UsherSessionKeys;

/* A text with a key a line, 32 bytes in base64, and before it the second since 1970 from which on it signs, where it is not the
 * only one; or the 32 bytes themselves. CORRUPT: it is none; the error does not tell what it is. */
UsherSessionKeys *usher_session_keys_parse (UsherSecret *secret, GError **error);
UsherSessionKeys *usher_session_keys_ref (UsherSessionKeys *self);
void usher_session_keys_unref (UsherSessionKeys *self);

/* (transfer none): the one that signs at @now, in seconds since 1970 */
UsherSessionKey *usher_session_keys_get_signer (UsherSessionKeys *self, gint64 now);
/* (transfer full) (nullable): as usher_session_key_read(), of each key whose sessions may last; microseconds */
UsherSession *
usher_session_keys_read (UsherSessionKeys *self, const char *text, gint64 now, gint64 lifetime);
/* (transfer full): the text with one more key, which signs from @from on, and without those whose sessions are all over;
 * seconds. BUSY: there are as many as there may be. @self: (nullable) */
UsherSecret *usher_session_keys_rotate (UsherSessionKeys *self,
                                        gint64 now,
                                        gint64 from,
                                        gint64 lifetime,
                                        GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherSessionKeys, usher_session_keys_unref)

G_END_DECLS
