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
/* id, userId, before, exp */
#define USHER_AUTH_SESSION_ENDED "session:ended"

/* of a user; of a session, its jti or USHER_AUTH_ALL */
#define USHER_AUTH_ID "id"
/* all sessions of the user that began before “before” */
#define USHER_AUTH_ALL     "*"
#define USHER_AUTH_VERSION "version"
#define USHER_AUTH_USER_ID "userId"
/* both in microseconds since 1970 */
#define USHER_AUTH_BEFORE "before"
/* nobody needs to know of it any more: what was ended would have ended by itself */
#define USHER_AUTH_EXP "exp"
