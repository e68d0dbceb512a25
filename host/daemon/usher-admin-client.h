/* usher-admin-client.h: asks the admin listener of a program that runs
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-json.h"
#include "usher-options.h"

G_BEGIN_DECLS

typedef struct _UsherAdminClient UsherAdminClient;

/* Of the one at --admin, with the token of the settings. @timeout: seconds that an answer may take. */
UsherAdminClient *
usher_admin_client_new (const UsherOptions *options, guint timeout, GError **error);
void usher_admin_client_free (UsherAdminClient *self);

/* (transfer full): the answer's text. UNAVAILABLE: nobody answers there. Any other status than 2xx is an error too, with the
 * answer's message; @status: (out) (optional): 0 when there is no answer */
char *usher_admin_client_send (UsherAdminClient *self,
                               const char *method,
                               const char *target,
                               guint *status,
                               GError **error);
/* (transfer full): the JSON of a GET */
UsherJson *usher_admin_client_get (UsherAdminClient *self, const char *target, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherAdminClient, usher_admin_client_free)

G_END_DECLS
