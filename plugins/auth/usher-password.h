/* usher-password.h: keeps passwords as hashes
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * UsherPasswordCost:
 * @passes: how often the memory is filled
 * @memory: bytes
 *
 * What one hash costs, and so what one guess costs who has stolen it.
 */
typedef struct
{
  guint64 passes;
  gsize memory;
} UsherPasswordCost;

/* UNAVAILABLE when there is no source of random numbers; before anything else */
gboolean usher_password_prepare (GError **error);
/* Argon2id with a salt of its own; takes as long as a check; UNAVAILABLE when there is no memory */
char *usher_password_hash (const char *password, const UsherPasswordCost *cost, GError **error);
/* @hash: (nullable): NULL fits no password and takes as long as one of @cost */
gboolean
usher_password_check (const char *hash, const char *password, const UsherPasswordCost *cost);
gboolean usher_password_is_outdated (const char *hash, const UsherPasswordCost *cost);

G_END_DECLS
