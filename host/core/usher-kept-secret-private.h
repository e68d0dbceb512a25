/* usher-kept-secret-private.h: a secret that somebody uses for long
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-secrets.h"

G_BEGIN_DECLS

/* any thread */
typedef struct _UsherKeptSecret UsherKeptSecret;

USHER_API
UsherKeptSecret *usher_kept_secret_new (UsherSecrets *secrets, const char *name);
USHER_API
void usher_kept_secret_free (UsherKeptSecret *self);
/* (transfer full) (nullable): as it is now; while it cannot be had, as it was. An error, as of usher_secrets_lookup(), where it
 * never was. */
USHER_API
UsherSecret *usher_kept_secret_dup (UsherKeptSecret *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherKeptSecret, usher_kept_secret_free)

G_END_DECLS
