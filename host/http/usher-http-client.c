/* usher-http-client.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-http-client-private.h"

#include <gio/gunixsocketaddress.h>
#include <libsoup/soup.h>
#include <string.h>

#include "usher-error.h"
#include "usher-log-private.h"
#include "usher-reply-private.h"

#define MAX_ANSWER (1024 * 1024)
#define CHUNK      16384

/**
 * UsherHttpClient:
 *
 * Sends requests to other servers and waits for the answers.
 *
 * It blocks, so it is for steps and for handlers of blocking routes. Any thread, one request at a time. Each request has a
 * session and a main context of its own, because a session of libsoup belongs to the thread that made it.
 */
struct _UsherHttpClient
{
  GObject parent_instance;

  gint64 timeout;
  gsize max_answer;
  GSocketAddress *address; /* (owned) (nullable): whom to ask instead of the host in an address */
  GCancellable *outer;     /* (owned) (nullable): ends what is under way */
};

G_DEFINE_FINAL_TYPE (UsherHttpClient, usher_http_client, G_TYPE_OBJECT)

static void
usher_http_client_finalize (GObject *object)
{
  g_clear_object (&USHER_HTTP_CLIENT (object)->address);
  g_clear_object (&USHER_HTTP_CLIENT (object)->outer);

  G_OBJECT_CLASS (usher_http_client_parent_class)->finalize (object);
}

static void
usher_http_client_class_init (UsherHttpClientClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = usher_http_client_finalize;
}

static void
usher_http_client_init (UsherHttpClient *self)
{
  self->max_answer = MAX_ANSWER;
}

/**
 * usher_http_client_new:
 * @timeout: how many microseconds a request may take, from the first byte sent to the last one received
 *
 * Makes a client.
 *
 * Returns: (transfer full): the client
 */
UsherHttpClient *
usher_http_client_new (gint64 timeout)
{
  UsherHttpClient *self = NULL;

  g_return_val_if_fail (timeout > 0, NULL);

  self = g_object_new (USHER_TYPE_HTTP_CLIENT, NULL);
  self->timeout = timeout;

  return self;
}

/**
 * usher_http_client_new_on_socket:
 * @path: the path of a Unix socket
 * @timeout: how many microseconds a request may take, from the first byte sent to the last one received
 *
 * Makes a client that asks the server behind a Unix socket, whatever host is in an address.
 *
 * Returns: (transfer full): the client
 */
UsherHttpClient *
usher_http_client_new_on_socket (const char *path, gint64 timeout)
{
  UsherHttpClient *self = NULL;

  g_return_val_if_fail (path != NULL, NULL);

  self = usher_http_client_new (timeout);
  if (self != NULL)
    self->address = g_unix_socket_address_new (path);

  return self;
}

/**
 * usher_http_client_set_max_answer:
 * @self: a client that has sent nothing
 * @max: bytes
 *
 * Sets how long the body of an answer may be; 1 MiB at first.
 */
void
usher_http_client_set_max_answer (UsherHttpClient *self, gsize max)
{
  g_return_if_fail (USHER_IS_HTTP_CLIENT (self));

  self->max_answer = max;
}

void
usher_http_client_set_cancellable (UsherHttpClient *self, GCancellable *cancellable)
{
  g_set_object (&self->outer, cancellable);
}

/* A handler's requests belong to the trace that it works in, unless it says otherwise. */
static void
add_trace (SoupMessageHeaders *headers)
{
  const UsherLogScope *scope = usher_log_find_trace ();

  if (scope == NULL || soup_message_headers_get_one (headers, "traceparent") != NULL)
    return;

  soup_message_headers_replace (headers, "traceparent", scope->traceparent);
  if (scope->tracestate != NULL)
    soup_message_headers_replace (headers, "tracestate", scope->tracestate);
}

static SoupMessage *
make_message (const char *method, const char *uri, const char *const *headers, GError **error)
{
  g_autoptr (SoupMessage) message = soup_message_new (method, uri);

  if (message == NULL)
    {
      g_set_error (error, USHER_ERROR, USHER_ERROR_INVALID, "“%s” is no address of a server", uri);
      return NULL;
    }

  for (guint i = 0; headers != NULL && headers[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (headers[i], ":", 2);

      if (g_strv_length (parts) != 2 || strpbrk (headers[i], "\r\n") != NULL)
        {
          g_set_error (
              error, USHER_ERROR, USHER_ERROR_INVALID, "header %u is not “Name: value”", i + 1);
          return NULL;
        }
      soup_message_headers_append (soup_message_get_request_headers (message),
                                   g_strstrip (parts[0]),
                                   g_strstrip (parts[1]));
    }
  add_trace (soup_message_get_request_headers (message));
  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);

  return g_steal_pointer (&message);
}

static gboolean
on_timeout (gpointer user_data)
{
  g_cancellable_cancel (user_data);

  return G_SOURCE_REMOVE;
}

static void
on_step_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static void
wait_for_step (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (g_main_context_get_thread_default (), TRUE);
}

static GBytes *
read_answer (GInputStream *stream, gsize max, GCancellable *cancellable, GError **error)
{
  g_autoptr (GByteArray) body = g_byte_array_new ();

  while (body->len <= max)
    {
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GBytes) bytes = NULL;

      g_input_stream_read_bytes_async (
          stream, CHUNK, G_PRIORITY_DEFAULT, cancellable, on_step_done, &result);
      wait_for_step (&result);
      bytes = g_input_stream_read_bytes_finish (stream, result, error);
      if (bytes == NULL)
        return NULL;
      if (g_bytes_get_size (bytes) == 0)
        return g_byte_array_free_to_bytes (g_steal_pointer (&body));
      g_byte_array_append (body, g_bytes_get_data (bytes, NULL), (guint) g_bytes_get_size (bytes));
    }

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_TOO_LARGE,
               "the answer is over %" G_GSIZE_FORMAT " bytes",
               max);

  return NULL;
}

static GBytes *
run (UsherHttpClient *self, SoupMessage *message, GCancellable *cancellable, GError **error)
{
  GMainContext *context = g_main_context_get_thread_default ();
  g_autoptr (SoupSession) session =
      soup_session_new_with_options ("remote-connectable", self->address, NULL);
  g_autoptr (GSource) timer = g_timeout_source_new ((guint) MIN (self->timeout / 1000, G_MAXUINT));
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GInputStream) stream = NULL;
  GBytes *answer = NULL;

  g_source_set_callback (timer, on_timeout, cancellable, NULL);
  g_source_attach (timer, context);
  soup_session_send_async (
      session, message, G_PRIORITY_DEFAULT, cancellable, on_step_done, &result);
  wait_for_step (&result);
  stream = soup_session_send_finish (session, result, error);
  if (stream != NULL)
    answer = read_answer (stream, self->max_answer, cancellable, error);

  g_source_destroy (timer);
  soup_session_abort (session);
  while (g_main_context_iteration (context, FALSE))
    continue;

  return answer;
}

static void
on_outer_cancelled (GCancellable *outer, gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
}

static GBytes *
ask (UsherHttpClient *self, SoupMessage *message, GBytes *body, GError **error)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GMainContextPusher) pusher = g_main_context_pusher_new (context);
  g_autoptr (GError) cause = NULL;
  gulong handler = 0;
  GBytes *answer = NULL;

  if (body != NULL)
    soup_message_set_request_body_from_bytes (message, NULL, body);

  if (self->outer != NULL)
    handler = g_cancellable_connect (self->outer,
                                     G_CALLBACK (on_outer_cancelled),
                                     g_object_ref (cancellable),
                                     g_object_unref);
  answer = run (self, message, cancellable, &cause);
  g_cancellable_disconnect (self->outer, handler);
  if (answer == NULL)
    g_set_error (error,
                 USHER_ERROR,
                 cause->domain == USHER_ERROR ? cause->code : USHER_ERROR_UNAVAILABLE,
                 "no good answer from “%s”: %s",
                 g_uri_get_host (soup_message_get_uri (message)),
                 g_cancellable_is_cancelled (cancellable) ? "it takes too long" : cause->message);

  return answer;
}

/**
 * usher_http_client_send:
 * @self: a client
 * @method: the method
 * @uri: the address
 * @headers: (nullable) (array zero-terminated=1): lines `Name: value`
 * @body: (nullable): the body
 * @status: (out) (optional): the status of the answer
 * @error: return location for a [error@Error]
 *
 * Sends a request and waits for the answer, whatever its status. Redirects are not followed. From a handler that works in a
 * distributed trace it has the headers `traceparent` and `tracestate`, unless @headers has `traceparent`.
 *
 * Returns: (transfer full): the body of the answer, or `NULL`: `USHER_ERROR_UNAVAILABLE` when there is no answer in
 *   time, `USHER_ERROR_TOO_LARGE` when it is too long, `USHER_ERROR_INVALID` when the request is none
 */
GBytes *
usher_http_client_send (UsherHttpClient *self,
                        const char *method,
                        const char *uri,
                        const char *const *headers,
                        GBytes *body,
                        guint *status,
                        GError **error)
{
  g_autoptr (SoupMessage) message = NULL;
  GBytes *answer = NULL;

  g_return_val_if_fail (USHER_IS_HTTP_CLIENT (self), NULL);
  g_return_val_if_fail (method != NULL, NULL);
  g_return_val_if_fail (uri != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  message = make_message (method, uri, headers, error);
  if (message == NULL)
    return NULL;

  answer = ask (self, message, body, error);
  if (answer != NULL && status != NULL)
    *status = soup_message_get_status (message);

  return answer;
}

static void
take_header (const char *name, const char *value, gpointer reply)
{
  usher_reply_take_header (reply, g_strdup (name), g_strdup (value));
}

/**
 * usher_http_client_ask:
 * @self: a client
 * @method: the method
 * @uri: the address
 * @headers: (nullable) (array zero-terminated=1): lines `Name: value`
 * @body: (nullable): the body
 * @error: return location for a [error@Error]
 *
 * Sends a request as [method@HttpClient.send] does, for who wants the headers of the answer too.
 *
 * Returns: (transfer full): the answer: status, headers and body, whose media type is the header `Content-Type`; or `NULL`
 *   with the errors of [method@HttpClient.send]
 */
UsherReply *
usher_http_client_ask (UsherHttpClient *self,
                       const char *method,
                       const char *uri,
                       const char *const *headers,
                       GBytes *body,
                       GError **error)
{
  g_autoptr (SoupMessage) message = NULL;
  g_autoptr (GBytes) answer = NULL;
  UsherReply *reply = NULL;

  g_return_val_if_fail (USHER_IS_HTTP_CLIENT (self), NULL);
  g_return_val_if_fail (method != NULL, NULL);
  g_return_val_if_fail (uri != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  message = make_message (method, uri, headers, error);
  answer = message != NULL ? ask (self, message, body, error) : NULL;
  if (answer == NULL)
    return NULL;

  reply = usher_reply_new ();
  usher_reply_set_status (reply, soup_message_get_status (message));
  usher_reply_set_body (reply, answer, "application/octet-stream");
  soup_message_headers_foreach (soup_message_get_response_headers (message), take_header, reply);

  return reply;
}
