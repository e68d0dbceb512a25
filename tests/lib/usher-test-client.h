/* usher-test-client.h: a blocking HTTP client on one connection that is kept
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

#include "usher-test-process.h"

G_BEGIN_DECLS

/* One person, one connection, one thread at a time. Keeps the session cookie that it was given. Sends a request
 * once: what gets no answer is the caller's to judge. */
typedef struct _UsherTestClient UsherTestClient;

UsherTestClient *usher_test_client_new (UsherTestProcess *process);
UsherTestClient *usher_test_client_new_admin (UsherTestProcess *process);
/* the same person on a connection of its own */
UsherTestClient *usher_test_client_copy (UsherTestClient *self);
void usher_test_client_free (UsherTestClient *self);

/* the status of the answer, 0 when none came; @body: (nullable), JSON unless a Content-Type is set */
guint usher_test_client_send (UsherTestClient *self,
                              const char *method,
                              const char *path,
                              const char *body);
guint usher_test_client_sendf (UsherTestClient *self,
                               const char *method,
                               const char *path,
                               const char *format,
                               ...) G_GNUC_PRINTF (4, 5);
/* any bytes on a fresh connection, then the first answer: for what no good client sends. The connection is closed. */
guint usher_test_client_send_raw (UsherTestClient *self, const char *bytes, gssize length);

/* with every request from now on; @value: (nullable) drops it */
void usher_test_client_set_header (UsherTestClient *self, const char *name, const char *value);
void usher_test_client_set_session (UsherTestClient *self, const char *token);
const char *usher_test_client_get_session (UsherTestClient *self);
/* the address that it connects from */
void usher_test_client_set_source (UsherTestClient *self, const char *address);
/* opens a connection, if there is none, that has sent nothing yet; (transfer none) (nullable) */
GSocketConnection *usher_test_client_connect (UsherTestClient *self);
void usher_test_client_disconnect (UsherTestClient *self);

/* of the last answer, until the next request */
guint usher_test_client_get_status (UsherTestClient *self);
const char *usher_test_client_get_body (UsherTestClient *self);
const char *usher_test_client_get_header (UsherTestClient *self, const char *name);
/* (transfer none) (nullable) */
JsonNode *usher_test_client_get_json (UsherTestClient *self);
/* the string at @path of the JSON, NULL when it is missing */
const char *usher_test_client_get_string (UsherTestClient *self, const char *path);

/* TRUE ends the waiting */
typedef gboolean (*UsherTestCondition) (UsherTestClient *client, gpointer user_data);

/* asks until @condition holds, or the test ends and prints the last answer */
void
usher_test_client_until (UsherTestClient *self, UsherTestCondition condition, gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherTestClient, usher_test_client_free)

G_END_DECLS
