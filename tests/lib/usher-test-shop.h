/* usher-test-shop.h: what people do on the marketplace
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-test-client.h"

G_BEGIN_DECLS

/* Where a verb returns an id or a person, it asserts that the host said 201. */

UsherTestClient *usher_test_sign_up (UsherTestProcess *process, const char *email);
char *usher_test_create_ticket (UsherTestClient *client, const char *title, const char *price);
char *usher_test_order (UsherTestClient *client, const char *ticket_id);
/* tries again while the ticket's last holder is just letting go of it */
char *usher_test_order_when_free (UsherTestClient *client, const char *ticket_id);
guint usher_test_pay (UsherTestClient *client, const char *order_id, const char *token);
guint usher_test_cancel (UsherTestClient *client, const char *order_id);

/* until GET @path has this string, or with NULL no string, at @member */
void usher_test_await_string (UsherTestClient *client,
                              const char *path,
                              const char *member,
                              const char *expected);
void usher_test_await_order (UsherTestClient *client, const char *order_id, const char *status);
void usher_test_await_free (UsherTestClient *client, const char *ticket_id);

/* the last answer refuses, for that reason */
void usher_test_assert_refused (UsherTestClient *client, guint status, const char *message);
/* the first message of the last answer, which must be an error of the one shape */
const char *usher_test_get_message (UsherTestClient *client);

G_END_DECLS
