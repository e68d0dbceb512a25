/* usher-http-client.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-http-client.h"

#include <gio/gunixsocketaddress.h>
#include <libsoup/soup.h>
#include <string.h>

#include "usher-error.h"

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

  guint timeout;
  gsize max_answer;
  char *path; /* (owned) (nullable): of a Unix socket */
};

G_DEFINE_FINAL_TYPE (UsherHttpClient, usher_http_client, G_TYPE_OBJECT)

/* One request on its way. */
typedef struct
{
  GMainContext *context;     /* (owned) */
  SoupSession *session;      /* (owned) */
  SoupMessage *message;      /* (owned) */
  GCancellable *cancellable; /* (owned) */
  GInputStream *stream;      /* (owned) (nullable) */
  GByteArray *body;          /* (owned) */
  gsize max_answer;
  GError *error; /* (owned) (nullable) */
  gboolean is_done;
  gboolean is_late;
} Call;

static void
call_clear (Call *call)
{
  g_clear_object (&call->stream);
  g_clear_object (&call->message);
  g_clear_object (&call->session);
  g_clear_object (&call->cancellable);
  g_clear_pointer (&call->body, g_byte_array_unref);
  g_clear_pointer (&call->context, g_main_context_unref);
  g_clear_error (&call->error);
}

static void
usher_http_client_finalize (GObject *object)
{
  g_free (USHER_HTTP_CLIENT (object)->path);

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
 * @timeout: how many seconds a request may take, from the first byte sent to the last one received
 *
 * Makes a client.
 *
 * Returns: (transfer full): the client
 */
UsherHttpClient *
usher_http_client_new (guint timeout)
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
 * @timeout: how many seconds a request may take, from the first byte sent to the last one received
 *
 * Makes a client that asks the server behind a Unix socket, whatever host is in an address.
 *
 * Returns: (transfer full): the client
 */
UsherHttpClient *
usher_http_client_new_on_socket (const char *path, guint timeout)
{
  UsherHttpClient *self = NULL;

  g_return_val_if_fail (path != NULL, NULL);

  self = usher_http_client_new (timeout);
  if (self != NULL)
    self->path = g_strdup (path);

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

static SoupSession *
make_session (UsherHttpClient *self)
{
  g_autoptr (GSocketAddress) address = NULL;

  if (self->path == NULL)
    return soup_session_new ();

  address = g_unix_socket_address_new (self->path);

  return soup_session_new_with_options ("remote-connectable", address, NULL);
}

static void read_next (Call *call);

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  g_autoptr (GBytes) bytes =
      g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &call->error);

  if (bytes == NULL || g_bytes_get_size (bytes) == 0)
    {
      call->is_done = TRUE;
      return;
    }

  g_byte_array_append (call->body,
                       g_bytes_get_data (bytes, NULL),
                       (guint) g_bytes_get_size (bytes));
  if (call->body->len > call->max_answer)
    {
      g_set_error (&call->error,
                   USHER_ERROR,
                   USHER_ERROR_TOO_LARGE,
                   "the answer is over %" G_GSIZE_FORMAT " bytes",
                   call->max_answer);
      call->is_done = TRUE;
      return;
    }

  read_next (call);
}

static void
read_next (Call *call)
{
  g_input_stream_read_bytes_async (
      call->stream, CHUNK, G_PRIORITY_DEFAULT, call->cancellable, on_read, call);
}

static void
on_sent (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;

  call->stream = soup_session_send_finish (SOUP_SESSION (source), result, &call->error);
  if (call->stream != NULL)
    read_next (call);
  else
    call->is_done = TRUE;
}

static gboolean
on_timeout (gpointer user_data)
{
  Call *call = user_data;

  call->is_late = TRUE;
  g_cancellable_cancel (call->cancellable);

  return G_SOURCE_REMOVE;
}

static void
run_call (Call *call, guint timeout)
{
  g_autoptr (GSource) timer = g_timeout_source_new_seconds (timeout);

  g_source_set_callback (timer, on_timeout, call, NULL);
  g_source_attach (timer, call->context);
  soup_session_send_async (
      call->session, call->message, G_PRIORITY_DEFAULT, call->cancellable, on_sent, call);
  while (!call->is_done)
    g_main_context_iteration (call->context, TRUE);

  g_source_destroy (timer);
  soup_session_abort (call->session);
  while (g_main_context_iteration (call->context, FALSE))
    continue;
}

static gboolean
add_headers (SoupMessage *message, const char *const *headers, GError **error)
{
  for (guint i = 0; headers != NULL && headers[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (headers[i], ":", 2);

      if (g_strv_length (parts) != 2 || strpbrk (headers[i], "\r\n") != NULL)
        {
          g_set_error (
              error, USHER_ERROR, USHER_ERROR_INVALID, "header %u is not “Name: value”", i + 1);
          return FALSE;
        }
      soup_message_headers_append (soup_message_get_request_headers (message),
                                   g_strstrip (parts[0]),
                                   g_strstrip (parts[1]));
    }

  return TRUE;
}

static gboolean
prepare_call (Call *call,
              const char *method,
              const char *uri,
              const char *const *headers,
              GError **error)
{
  call->context = g_main_context_new ();
  call->cancellable = g_cancellable_new ();
  call->body = g_byte_array_new ();
  call->message = soup_message_new (method, uri);
  if (call->message == NULL)
    {
      g_set_error (error, USHER_ERROR, USHER_ERROR_INVALID, "“%s” is no address of a server", uri);
      return FALSE;
    }

  return add_headers (call->message, headers, error);
}

static GBytes *
take_answer (Call *call, guint timeout, guint *status, GError **error)
{
  const char *host = g_uri_get_host (soup_message_get_uri (call->message));

  if (call->error == NULL)
    {
      if (status != NULL)
        *status = soup_message_get_status (call->message);
      return g_byte_array_free_to_bytes (g_steal_pointer (&call->body));
    }

  if (call->is_late)
    g_set_error (error,
                 USHER_ERROR,
                 USHER_ERROR_UNAVAILABLE,
                 "“%s” did not answer within %u s",
                 host,
                 timeout);
  else if (call->error->domain == USHER_ERROR)
    g_propagate_prefixed_error (error, g_steal_pointer (&call->error), "“%s”: ", host);
  else
    g_set_error (error,
                 USHER_ERROR,
                 USHER_ERROR_UNAVAILABLE,
                 "“%s” did not answer: %s",
                 host,
                 call->error->message);

  return NULL;
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
 * Sends a request and waits for the answer, whatever its status. Redirects are not followed.
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
  Call call = { NULL };
  GBytes *answer = NULL;

  g_return_val_if_fail (USHER_IS_HTTP_CLIENT (self), NULL);
  g_return_val_if_fail (method != NULL, NULL);
  g_return_val_if_fail (uri != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (prepare_call (&call, method, uri, headers, error))
    {
      g_main_context_push_thread_default (call.context);
      call.session = make_session (self);
      call.max_answer = self->max_answer;
      soup_message_add_flags (call.message, SOUP_MESSAGE_NO_REDIRECT);
      if (body != NULL)
        soup_message_set_request_body_from_bytes (call.message, NULL, body);
      run_call (&call, self->timeout);
      answer = take_answer (&call, self->timeout, status, error);
      g_clear_object (&call.stream);
      g_clear_object (&call.session);
      g_main_context_pop_thread_default (call.context);
    }
  call_clear (&call);

  return answer;
}
