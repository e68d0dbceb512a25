/* usher-keyring-call.h: asks the keyring, and waits for a bounded time
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-libsecret.h"

G_BEGIN_DECLS

/* A call of libsecret, on a context of its own, so that any thread may wait for it. */
typedef struct _UsherKeyringCall UsherKeyringCall;

UsherKeyringCall *usher_keyring_call_new (void);
/* forgets the service, too, whose signals would have nobody to go to */
void usher_keyring_call_free (UsherKeyringCall *self, const UsherLibsecret *library);

/* what an asynchronous function of libsecret is called with; @user_data: the call */
GCancellable *usher_keyring_call_get_cancellable (UsherKeyringCall *self);
void usher_keyring_call_done (GObject *source, GAsyncResult *result, gpointer user_data);
/* (transfer none) (nullable): the result; cancelled when it was not there in time; NULL: not even that came, and @self is lost */
GAsyncResult *usher_keyring_call_await (UsherKeyringCall *self);
gboolean usher_keyring_call_is_late (UsherKeyringCall *self);

G_END_DECLS
