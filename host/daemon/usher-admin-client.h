/* usher-admin-client.h: asks the admin listener of a program that runs
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-answer.h"
#include "usher-options.h"

G_BEGIN_DECLS

/* exit statuses of the commands that ask; the second one of all of them */
#define EXIT_NOT_READY   1
#define EXIT_NOT_REACHED 3

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
/* (transfer full): the JSON object that answers a GET; CORRUPT: the answer is none */
JsonObject *usher_admin_client_get (UsherAdminClient *self, const char *target, GError **error);
/* (transfer full): likewise, and it has items, which are objects */
JsonObject *usher_admin_client_list (UsherAdminClient *self, const char *target, GError **error);

/* as the operator gave it */
const char *usher_admin_client_get_address (UsherAdminClient *self);
/* (nullable): the message of the last answer that was none of 2xx, as it came */
const char *usher_admin_client_get_refusal (UsherAdminClient *self);
/* nobody answered the last time, or who did does not let us in: others will not be answered either */
gboolean usher_admin_client_is_lost (UsherAdminClient *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherAdminClient, usher_admin_client_free)

G_END_DECLS
