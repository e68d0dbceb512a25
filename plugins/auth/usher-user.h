/* usher-user.h: a person who may sign in
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <usher.h>

G_BEGIN_DECLS

#define USHER_USER_COLLECTION "users"
/* as the person wrote it, without white space around */
#define USHER_USER_EMAIL "email"
/* private and unique: two spellings of one address have one key */
#define USHER_USER_EMAIL_KEY "emailKey"
#define USHER_USER_PASSWORD  "passwordHash"
#define USHER_USER_BANNED    "banned"
/* private: whence the user signed in lately; usher_user_knows_place() reads it */
#define USHER_USER_PLACES "places"

#define USHER_USER_MAX_EMAIL 254

extern const UsherField usher_user_fields[5];

/* Visible ASCII: a local part of 1 to 64 characters, one @, a domain of at least two labels. */
gboolean usher_user_is_email (const char *email);
char *usher_user_make_email_key (const char *email);

gboolean usher_user_is_banned (UsherDocument *user);
/* Tells whether that changed anything. */
gboolean usher_user_set_banned (UsherDocument *user, gboolean banned);
/* Whether the user signed in from there in the last 30 days. @network: as usher_request_dup_network() has it; @now:
 * microseconds since 1970 */
gboolean usher_user_knows_place (UsherDocument *user, const char *network, gint64 now);
/* The user signs in from there. Tells whether that changed anything: once a day, and for the first time. */
gboolean usher_user_note_place (UsherDocument *user, const char *network, gint64 now);
/* {"id":…,"email":…} */
char *usher_user_to_json (UsherDocument *user);

G_END_DECLS
