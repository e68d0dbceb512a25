/* usher-auth-try.h: a try to sign in or up, counted before the work
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <usher.h>

G_BEGIN_DECLS

/* names of the group [auth] */
#define USHER_AUTH_MAX_BY_PAIR    "max-failed-sign-ins"
#define USHER_AUTH_MAX_BY_EMAIL   "max-failed-sign-ins-per-email"
#define USHER_AUTH_MAX_BY_ADDRESS "max-failed-sign-ins-per-address"
#define USHER_AUTH_MAX_SIGN_UPS   "max-sign-ups-per-address"
#define USHER_AUTH_WINDOW         "limit-window"

/* It counts unless it is given back. */
typedef struct _UsherAuthTry UsherAuthTry;

/* Both (transfer full) (nullable): NULL: LIMITED, and @reply says when there is a try again. */

/* @is_known: who is from there may try whatever others do to the e-mail from elsewhere */
UsherAuthTry *usher_auth_try_sign_in (UsherContext *context,
                                      UsherRequest *request,
                                      UsherReply *reply,
                                      const char *email_key,
                                      gboolean is_known,
                                      GError **error);
UsherAuthTry *usher_auth_try_sign_up (UsherContext *context,
                                      UsherRequest *request,
                                      UsherReply *reply,
                                      GError **error);
void usher_auth_try_give_back (UsherAuthTry *self);
void usher_auth_try_free (UsherAuthTry *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherAuthTry, usher_auth_try_free)

G_END_DECLS
