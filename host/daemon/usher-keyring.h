/* usher-keyring.h: the secrets of a desktop's keyring
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-secrets.h"

G_BEGIN_DECLS

#define USHER_TYPE_KEYRING (usher_keyring_get_type ())

G_DECLARE_FINAL_TYPE (UsherKeyring, usher_keyring, USHER, KEYRING, GObject)

/* Nothing is asked or loaded before a secret is. */
UsherKeyring *usher_keyring_new (void);
/* for who only looks: nothing is kept in it */
void usher_keyring_set_read_only (UsherKeyring *self);

G_END_DECLS
