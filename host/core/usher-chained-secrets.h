/* usher-chained-secrets.h: several places with secrets, in order
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-secrets.h"

G_BEGIN_DECLS

#define USHER_TYPE_CHAINED_SECRETS (usher_chained_secrets_get_type ())

USHER_API
G_DECLARE_FINAL_TYPE (UsherChainedSecrets, usher_chained_secrets, USHER, CHAINED_SECRETS, GObject)

USHER_API
UsherChainedSecrets *usher_chained_secrets_new (void);
USHER_API
UsherChainedSecrets *usher_chained_secrets_new_default (const char *folder);
USHER_API
void usher_chained_secrets_add (UsherChainedSecrets *self, UsherSecrets *secrets);
USHER_API
char *usher_chained_secrets_locate (UsherChainedSecrets *self, const char *name);

G_END_DECLS
