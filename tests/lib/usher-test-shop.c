/* usher-test-shop.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-shop.h"

#include <string.h>

static void
assert_status (UsherTestClient *client, guint status)
{
  if (usher_test_client_get_status (client) != status)
    g_error ("status %u instead of %u: %s",
             usher_test_client_get_status (client),
             status,
             usher_test_client_get_body (client));
}

UsherTestClient *
usher_test_sign_up (UsherTestProcess *process, const char *email)
{
  UsherTestClient *client = usher_test_client_new (process);

  usher_test_client_sendf (client,
                           "POST",
                           "/api/users/signup",
                           "{\"email\":\"%s\",\"password\":\"correct horse\"}",
                           email);
  assert_status (client, 201);
  g_assert_nonnull (usher_test_client_get_session (client));

  return client;
}

static char *
dup_id (UsherTestClient *client)
{
  const char *id = usher_test_client_get_string (client, "id");

  g_assert_nonnull (id);
  g_assert_cmpuint (strlen (id), ==, 24);

  return g_strdup (id);
}

char *
usher_test_create_ticket (UsherTestClient *client, const char *title, const char *price)
{
  usher_test_client_sendf (
      client, "POST", "/api/tickets", "{\"title\":\"%s\",\"price\":%s}", title, price);
  assert_status (client, 201);

  return dup_id (client);
}

char *
usher_test_order (UsherTestClient *client, const char *ticket_id)
{
  usher_test_client_sendf (client, "POST", "/api/orders", "{\"ticketId\":\"%s\"}", ticket_id);
  assert_status (client, 201);

  return dup_id (client);
}

static gboolean
try_order (UsherTestClient *client, gpointer user_data)
{
  guint status = usher_test_client_sendf (
      client, "POST", "/api/orders", "{\"ticketId\":\"%s\"}", (const char *) user_data);

  if (status == 400)
    return FALSE;
  assert_status (client, 201);

  return TRUE;
}

char *
usher_test_order_when_free (UsherTestClient *client, const char *ticket_id)
{
  usher_test_client_until (client, try_order, (gpointer) ticket_id);

  return dup_id (client);
}

guint
usher_test_pay (UsherTestClient *client, const char *order_id, const char *token)
{
  return usher_test_client_sendf (
      client, "POST", "/api/payments", "{\"token\":\"%s\",\"orderId\":\"%s\"}", token, order_id);
}

guint
usher_test_cancel (UsherTestClient *client, const char *order_id)
{
  g_autofree char *path = g_strconcat ("/api/orders/", order_id, NULL);

  return usher_test_client_send (client, "DELETE", path, NULL);
}

typedef struct
{
  const char *path;
  const char *member;
  const char *expected;
} Expectation;

static gboolean
is_as_expected (UsherTestClient *client, gpointer user_data)
{
  Expectation *expectation = user_data;

  usher_test_client_send (client, "GET", expectation->path, NULL);
  assert_status (client, 200);

  return g_strcmp0 (usher_test_client_get_string (client, expectation->member),
                    expectation->expected) == 0;
}

void
usher_test_await_string (UsherTestClient *client,
                         const char *path,
                         const char *member,
                         const char *expected)
{
  Expectation expectation = { path, member, expected };

  usher_test_client_until (client, is_as_expected, &expectation);
}

void
usher_test_await_order (UsherTestClient *client, const char *order_id, const char *status)
{
  g_autofree char *path = g_strconcat ("/api/orders/", order_id, NULL);

  usher_test_await_string (client, path, "status", status);
}

void
usher_test_await_free (UsherTestClient *client, const char *ticket_id)
{
  g_autofree char *path = g_strconcat ("/api/tickets/", ticket_id, NULL);

  usher_test_await_string (client, path, "orderId", NULL);
}

const char *
usher_test_get_message (UsherTestClient *client)
{
  const char *message = usher_test_client_get_string (client, "errors.0.message");

  if (message == NULL)
    g_error ("no error of the one shape: %u %s",
             usher_test_client_get_status (client),
             usher_test_client_get_body (client));

  return message;
}

void
usher_test_assert_refused (UsherTestClient *client, guint status, const char *message)
{
  assert_status (client, status);
  g_assert_cmpstr (usher_test_get_message (client), ==, message);
}
