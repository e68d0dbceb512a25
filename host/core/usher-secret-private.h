/* usher-secret-private.h: secrets as they are in files
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-secret.h"

G_BEGIN_DECLS

/* of a file with a secret */
#define USHER_SECRET_MAX 65536

/* (transfer full) (nullable): what is left to read of @fd, never outside of guarded memory; NULL: errno says why, EFBIG when it
 * is too much */
USHER_API
UsherSecret *usher_secret_read (int fd);
/* (transfer full): without the ends of lines at its end, which editors add. Takes ownership of @secret. */
USHER_API
UsherSecret *usher_secret_trim (UsherSecret *secret);

G_END_DECLS
