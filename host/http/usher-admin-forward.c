/* usher-admin-forward.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-admin-forward.h"

#include <gio/gunixsocketaddress.h>
#include <libsoup/soup.h>
#include <string.h>

#include "usher-error.h"
#include "usher-request-private.h"

#define TIMEOUT 10 /* seconds */

static void
fail (UsherExchange *exchange, const char *message)
{
  g_autoptr (GError) error = g_error_new_literal (USHER_ERROR, USHER_ERROR_UNAVAILABLE, message);

  usher_exchange_fail (exchange, error);
}

static void
copy_header (SoupMessage *message, UsherReply *reply, const char *name)
{
  const char *value =
      soup_message_headers_get_one (soup_message_get_response_headers (message), name);

  if (value != NULL)
    usher_reply_set_header (reply, name, value);
}

static void
on_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SoupSession *session = SOUP_SESSION (source);
  g_autoptr (UsherExchange) exchange = user_data;
  SoupMessage *message = soup_session_get_async_result_message (session, result);
  UsherReply *reply = usher_exchange_get_reply (exchange);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body = soup_session_send_and_read_finish (session, result, &error);
  const char *type = NULL;
  guint status = soup_message_get_status (message);

  if (body == NULL || status < 200 || status > 599)
    {
      g_info ("an operator's request was not passed on: %s",
              error != NULL ? error->message : "no answer that can be read");
      fail (exchange, "The process does not answer, try again");
      return;
    }

  type = soup_message_headers_get_one (soup_message_get_response_headers (message), "Content-Type");
  usher_reply_set_status (reply, status);
  copy_header (message, reply, "Allow");
  copy_header (message, reply, "Retry-After");
  if (g_bytes_get_size (body) > 0)
    usher_reply_set_body (reply, body, type != NULL ? type : "application/octet-stream");
  usher_exchange_finish (exchange);
}

static void
pass_header (SoupMessage *message, UsherRequest *request, const char *name)
{
  const char *value = usher_request_get_header (request, name);

  if (value != NULL)
    soup_message_headers_replace (soup_message_get_request_headers (message), name, value);
}

static SoupMessage *
make_message (UsherRequest *request, const char *target)
{
  g_autofree char *uri = g_strconcat ("http://usher", target, NULL);
  SoupMessage *message = soup_message_new (usher_request_get_method (request), uri);
  GBytes *body = usher_request_get_body (request);
  const char *type = usher_request_get_header (request, "Content-Type");

  if (message == NULL)
    return NULL;

  pass_header (message, request, "Accept");
  pass_header (message, request, "Traceparent");
  soup_message_headers_replace (soup_message_get_request_headers (message),
                                "X-Request-Id",
                                usher_request_get_id (request));
  if (body != NULL)
    soup_message_set_request_body_from_bytes (message,
                                              type != NULL ? type : "application/json",
                                              body);

  return message;
}

/**
 * usher_admin_forward:
 * @exchange: (transfer full): what an operator asks
 * @admin: `unix:PATH`, where the admin listener of another process is
 * @target: path and query there
 *
 * Asks another process the same and answers what it answers, or 503 when it does not. Call it on the thread of an
 * [class@AdminListener], in a route's function: it returns at once.
 */
void
usher_admin_forward (UsherExchange *exchange, const char *admin, const char *target)
{
  g_autoptr (UsherExchange) owned = exchange;
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (SoupSession) session = NULL;
  g_autoptr (SoupMessage) message = NULL;

  g_return_if_fail (USHER_IS_EXCHANGE (exchange));
  g_return_if_fail (admin != NULL);
  g_return_if_fail (target != NULL && *target == '/');

  if (!g_str_has_prefix (admin, "unix:"))
    {
      fail (owned, "The process has no admin listener in the run directory");
      return;
    }

  address = g_unix_socket_address_new (admin + strlen ("unix:"));
  session = soup_session_new_with_options ("remote-connectable", address, "timeout", TIMEOUT, NULL);
  message = make_message (usher_exchange_get_request (owned), target);
  if (message == NULL)
    {
      fail (owned, "The address cannot be passed on");
      return;
    }

  soup_session_send_and_read_async (
      session, message, G_PRIORITY_DEFAULT, NULL, on_answer, g_steal_pointer (&owned));
}
