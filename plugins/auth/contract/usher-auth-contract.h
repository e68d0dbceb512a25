/* usher-auth-contract.h: what auth says to the other services and to the host
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

/* id, version */
#define USHER_AUTH_BANNED "user:banned"
/* id, version */
#define USHER_AUTH_UNBANNED "user:unbanned"

#define USHER_AUTH_ID      "id"
#define USHER_AUTH_VERSION "version"
