/* usher-password.h: keeps passwords as hashes
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What one hash costs, and so what one guess costs who has stolen it. */
typedef struct
{
  guint64 passes; /* how often the memory is filled */
  gsize memory;   /* bytes */
} UsherPasswordCost;

/* UNAVAILABLE when there is no source of random numbers; before anything else */
gboolean usher_password_prepare (GError **error);
/* (nullable): what is wrong with a new password, for who chose it; its length is that of its normal form. @password:
 * (nullable): none */
const char *usher_password_find_problem (const char *password);
/* Argon2id of the normal form (NFKC), with a salt of its own; takes as long as a check of one form; UNAVAILABLE when
 * there is no memory */
char *usher_password_hash (const char *password, const UsherPasswordCost *cost, GError **error);
/* Tries the normal form, then, where that is another, the password as written: so it was hashed before there were
 * normal forms. @hash: (nullable): NULL fits no password and takes as long as one of @cost. @is_outdated: (out): whether
 * one that fits should be hashed anew */
gboolean usher_password_check (const char *hash,
                               const char *password,
                               const UsherPasswordCost *cost,
                               gboolean *is_outdated);

G_END_DECLS
