/* usher-test-payer.h: a payment that the processor holds until the test lets it go
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-test-client.h"

G_BEGIN_DECLS

/* Somebody whose card is being charged, on a thread and a connection of its own; one of a host at a time. A held charge that
 * takes longer than [payments] settle-seconds is closed. */
typedef struct _UsherTestPayer UsherTestPayer;

/* @client: whose order it is. Returns when the processor holds the charge, or when there is an answer already. */
UsherTestPayer *
usher_test_payer_new (UsherTestProcess *process, UsherTestClient *client, const char *order_id);
/* the answer must have come, or be free to come */
void usher_test_payer_free (UsherTestPayer *self);

/* FALSE: the answer has come instead */
gboolean usher_test_payer_is_held (UsherTestPayer *self);
/* the processor goes on */
void usher_test_payer_release (UsherTestPayer *self);
/* waits for the answer, and returns its status; the client has it */
guint usher_test_payer_finish (UsherTestPayer *self);
UsherTestClient *usher_test_payer_get_client (UsherTestPayer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherTestPayer, usher_test_payer_free)

G_END_DECLS
