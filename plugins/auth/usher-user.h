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

const UsherField *usher_user_get_fields (guint *n_fields);

/* what is asked of who signs up or in; never stored */
#define USHER_CREDENTIALS_EMAIL    "email"
#define USHER_CREDENTIALS_PASSWORD "password"

const UsherField *usher_user_get_sign_up_fields (guint *n_fields);
const UsherField *usher_user_get_sign_in_fields (guint *n_fields);

/* Visible ASCII: a local part of 1 to 64 characters, one @, a domain of at least two labels. */
gboolean usher_user_is_email (const char *email);
char *usher_user_make_email_key (const char *email);

gboolean usher_user_is_banned (UsherDocument *user);
/* Tells whether that changed anything. */
gboolean usher_user_set_banned (UsherDocument *user, gboolean banned);
/* {"id":…,"email":…} */
char *usher_user_to_json (UsherDocument *user);

G_END_DECLS
