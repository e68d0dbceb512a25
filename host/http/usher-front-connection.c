/* usher-front-connection.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-front-connection-private.h"

#include <errno.h>
#include <string.h>

#include "usher-error.h"
#include "usher-exchange-private.h"
#include "usher-log.h"
#include "usher-request-private.h"
#include "usher-router-private.h"
#include "usher-sessions-private.h"

/* A body that is refused is read up to here, so that the client gets to see the answer. */
#define MAX_DISCARD G_GUINT64_CONSTANT (8388608)

#define TIMEOUT_BODY "{\"errors\":[{\"message\":\"The request took too long\"}]}"
#define TOO_LARGE    "{\"errors\":[{\"message\":\"Body too large\"}]}"

static const char timeout_answer[] = "HTTP/1.1 408 Request Timeout\r\n"
                                     "Content-Type: application/json\r\n"
                                     "Content-Length: 52\r\n"
                                     "Connection: close\r\n\r\n" TIMEOUT_BODY;
static const char too_large_answer[] = "HTTP/1.1 413 Content Too Large\r\n"
                                       "Content-Type: application/json\r\n"
                                       "Content-Length: 41\r\n"
                                       "Connection: close\r\n\r\n" TOO_LARGE;

G_STATIC_ASSERT (sizeof TIMEOUT_BODY - 1 == 52);
G_STATIC_ASSERT (sizeof TOO_LARGE - 1 == 41);

static void
forget_request (UsherFrontConnection *connection)
{
  g_clear_object (&connection->request);
  g_clear_object (&connection->reply);
  g_clear_pointer (&connection->body, g_byte_array_unref);
}

void
usher_front_connection_unref (UsherFrontConnection *connection)
{
  if (!g_atomic_ref_count_dec (&connection->ref_count))
    return;

  forget_request (connection);
  usher_front_thread_unref (connection->thread);
  g_free (connection->address);
  g_free (connection);
}

void
usher_front_connection_leave_queue (UsherFrontConnection *connection)
{
  g_queue_unlink (&connection->thread->queues[connection->kind], &connection->link);
}

static void
enter_queue (UsherFrontConnection *connection, QueueKind kind)
{
  UsherFrontThread *thread = connection->thread;
  UsherFrontShared *shared = thread->shared;
  const gint64 timeouts[N_QUEUES] = {
    shared->idle_timeout, shared->head_timeout, shared->body_timeout, shared->idle_timeout, 0
  };

  usher_front_connection_leave_queue (connection);
  connection->kind = kind;
  connection->deadline = thread->now + timeouts[kind];
  g_queue_push_tail_link (&thread->queues[kind], &connection->link);
}

/* The library notices that nothing more will come, and closes. */
static void
cut (UsherFrontConnection *connection, const char *answer, gsize length)
{
  if (answer != NULL && send (connection->fd, answer, length, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
    g_debug ("a client was not told why it is cut: %s", g_strerror (errno));
  if (shutdown (connection->fd, SHUT_RDWR) != 0)
    g_debug ("a connection was over already: %s", g_strerror (errno));
}

/* On any thread. The connection cannot be gone: it is referenced for this call. */
static void
on_done (UsherExchange *exchange, gpointer user_data)
{
  UsherFrontConnection *connection = user_data;

  if (connection->thread->thread != g_thread_self () || !connection->in_handler)
    {
      usher_front_thread_resume (connection->thread, connection);
      return;
    }

  connection->is_done = TRUE;
  usher_front_connection_unref (connection);
}

void
usher_front_connection_cut_late (UsherFrontConnection *connection)
{
  gboolean can_tell = connection->request != NULL && connection->kind != QUEUE_SEND;

  enter_queue (connection, QUEUE_BUSY);
  cut (connection, can_tell ? timeout_answer : NULL, can_tell ? sizeof timeout_answer - 1 : 0);
}

static void
on_reply_header (const char *name, const char *value, gpointer user_data)
{
  if (MHD_add_response_header (user_data, name, value) != MHD_YES)
    g_message ("header “%s” was not sent", name);
}

static void
add_cookie (UsherFrontConnection *connection, struct MHD_Response *response)
{
  UsherSessions *sessions = connection->thread->shared->sessions;
  UsherSession *session = NULL;
  g_autofree char *cookie = NULL;
  g_autoptr (GError) error = NULL;

  if (sessions == NULL || !usher_reply_get_session (connection->reply, &session))
    return;

  cookie = usher_sessions_make_cookie (sessions,
                                       session,
                                       usher_request_is_secure (connection->request),
                                       &error);
  if (cookie != NULL)
    on_reply_header ("Set-Cookie", cookie, response);
  else
    g_message ("%s", error->message);
}

static void
add_headers (UsherFrontConnection *connection, struct MHD_Response *response)
{
  UsherReply *reply = connection->reply;
  const char *type = usher_reply_get_media_type (reply);

  on_reply_header ("X-Request-Id", usher_request_get_id (connection->request), response);
  on_reply_header ("X-Content-Type-Options", "nosniff", response);
  if (type != NULL)
    on_reply_header ("Content-Type", type, response);
  if (usher_reply_get_header (reply, "Cache-Control") == NULL)
    on_reply_header ("Cache-Control", "no-store", response);
  usher_reply_foreach_header (reply, on_reply_header, response);
  add_cookie (connection, response);
  if (connection->must_close || g_atomic_int_get (&connection->thread->shared->draining))
    on_reply_header ("Connection", "close", response);
}

static void
free_bytes (void *bytes)
{
  g_bytes_unref (bytes);
}

static struct MHD_Response *
make_response (UsherReply *reply)
{
  guint status = usher_reply_get_status (reply);
  GBytes *body = usher_reply_get_body (reply);
  gsize size = 0;
  gconstpointer data = NULL;

  if (body != NULL && status != 204 && status != 304)
    data = g_bytes_get_data (body, &size);
  if (data == NULL)
    return MHD_create_response_from_buffer (0, NULL, MHD_RESPMEM_PERSISTENT);

  return MHD_create_response_from_buffer_with_free_callback_cls (size,
                                                                 (void *) data,
                                                                 free_bytes,
                                                                 g_bytes_ref (body));
}

static void
log_access (UsherFrontConnection *connection)
{
  UsherLogScope scope = { .request = usher_request_get_id (connection->request) };

  usher_log_push_scope (&scope);
  g_info ("%s %s %s %u %" G_GINT64_FORMAT " us",
          usher_request_get_address (connection->request),
          usher_request_get_method (connection->request),
          usher_request_get_path (connection->request),
          usher_reply_get_status (connection->reply),
          g_get_monotonic_time () - connection->started);
  usher_log_pop_scope (&scope);
}

static enum MHD_Result
answer (UsherFrontConnection *connection)
{
  struct MHD_Response *response = make_response (connection->reply);
  enum MHD_Result result = MHD_NO;

  if (response == NULL)
    return MHD_NO;

  add_headers (connection, response);
  connection->step = STEP_ANSWER;
  enter_queue (connection, QUEUE_SEND);
  result =
      MHD_queue_response (connection->mhd, usher_reply_get_status (connection->reply), response);
  MHD_destroy_response (response);
  if (g_atomic_int_get (&connection->thread->shared->access_log))
    log_access (connection);
  forget_request (connection);

  return result;
}

/* Most answers are there when the router returns: those never leave the thread. */
static enum MHD_Result
run_request (UsherFrontConnection *connection)
{
  connection->step = STEP_RUN;
  if (connection->body != NULL)
    {
      g_autoptr (GBytes) body = g_byte_array_free_to_bytes (g_steal_pointer (&connection->body));

      usher_request_set_body (connection->request, body);
    }

  enter_queue (connection, QUEUE_BUSY);
  connection->in_handler = TRUE;
  usher_router_run (connection->thread->shared->router, g_steal_pointer (&connection->exchange));
  connection->in_handler = FALSE;

  if (connection->is_done)
    return answer (connection);

  MHD_suspend_connection (connection->mhd);

  return MHD_YES;
}

/* The library lets white space before the colon pass, in strict mode too, and then does not know the header. */
static gboolean
is_name (const char *name, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (name[i] <= ' ' || name[i] == '\x7f')
      return FALSE;

  return length > 0;
}

static enum MHD_Result
on_header (void *cls,
           enum MHD_ValueKind kind,
           const char *name,
           size_t name_size,
           const char *value,
           size_t value_size)
{
  UsherFrontConnection *connection = cls;

  if (!is_name (name, name_size))
    connection->has_bad_header = TRUE;
  usher_request_add_header_sized (connection->request,
                                  name,
                                  name_size,
                                  value != NULL ? value : "",
                                  value != NULL ? value_size : 0);

  return MHD_YES;
}

static void
set_origin (UsherFrontConnection *connection)
{
  UsherRequest *request = connection->request;
  const char *forwarded = NULL;
  const char *proto = NULL;
  const char *host = NULL;
  g_autofree char *client = NULL;

  if (!connection->is_proxy)
    {
      usher_request_set_origin (request, connection->address, FALSE);
      return;
    }

  forwarded = usher_request_peek_header (request, USHER_HEADER_FORWARDED_FOR);
  proto = usher_request_peek_header (request, USHER_HEADER_FORWARDED_PROTO);
  host = usher_request_peek_header (request, USHER_HEADER_FORWARDED_HOST);
  if (forwarded != NULL)
    client = usher_proxies_dup_client (connection->thread->shared->proxies, forwarded);
  usher_request_set_origin (request,
                            client != NULL ? client : connection->address,
                            proto != NULL && g_ascii_strcasecmp (proto, "https") == 0);
  if (host != NULL)
    usher_request_set_authority (request, host);
}

/* Why the request could be read in two ways, or NULL. */
static const char *
find_fault (UsherFrontConnection *connection)
{
  UsherRequest *request = connection->request;
  const char *encoding = usher_request_peek_header (request, USHER_HEADER_TRANSFER_ENCODING);

  if (connection->has_bad_header)
    return "The name of a header is malformed";
  if (usher_request_is_ambiguous (request))
    return "The length or the host of the request is ambiguous";
  if (encoding != NULL && g_ascii_strcasecmp (encoding, "chunked") != 0)
    return "Transfer-Encoding may only be chunked";

  return NULL;
}

/* Returns whether the request goes on; if not, the reply is set. */
static gboolean
admit (UsherFrontConnection *connection, gint64 length)
{
  UsherFrontShared *shared = connection->thread->shared;
  UsherRequest *request = connection->request;
  g_autoptr (GError) error = NULL;
  const char *fault = find_fault (connection);
  guint retry_after = 0;

  if (fault != NULL)
    {
      g_set_error_literal (&error, USHER_ERROR, USHER_ERROR_INVALID, fault);
      connection->must_close = TRUE;
    }
  /* 0: any rate */
  else if (usher_limiter_get_max (shared->limiter) > 0 && !connection->is_local &&
           !usher_limiter_reserve (
               shared->limiter, usher_request_get_address (request), &retry_after, &error))
    {
      g_autofree char *seconds = g_strdup_printf ("%u", MAX (1, retry_after));

      usher_reply_set_header (connection->reply, "Retry-After", seconds);
    }

  if (error != NULL)
    {
      usher_router_miss (shared->router, connection->exchange);
      usher_reply_set_error (connection->reply, error, NULL);
    }

  return error == NULL && usher_router_admit (shared->router, connection->exchange, length);
}

static void
open_exchange (UsherFrontConnection *connection)
{
  connection->is_open = TRUE;
  g_atomic_int_inc (&connection->thread->n_open);
  connection->thread->n_requests++;
  connection->is_done = FALSE;
  connection->is_refused = FALSE;
  connection->must_close = FALSE;
  connection->received = 0;

  g_atomic_ref_count_inc (&connection->ref_count);
  connection->exchange = usher_exchange_new (connection->request, on_done, connection);
  connection->reply = g_object_ref (usher_exchange_get_reply (connection->exchange));
  connection->started = usher_exchange_get_started (connection->exchange);
}

static void
refuse (UsherFrontConnection *connection)
{
  g_autoptr (UsherExchange) exchange = g_steal_pointer (&connection->exchange);

  connection->is_refused = TRUE;
  connection->in_handler = TRUE;
  usher_exchange_finish (exchange);
  connection->in_handler = FALSE;
}

static enum MHD_Result
expect_body (UsherFrontConnection *connection, gint64 length)
{
  gboolean waits = usher_request_peek_header (connection->request, USHER_HEADER_EXPECT) != NULL;

  /* a client that waits to be asked for its body, or has too much of it, is answered at once */
  if (connection->is_refused && (waits || connection->must_close || length > (gint64) MAX_DISCARD))
    {
      connection->must_close = TRUE;
      return answer (connection);
    }

  connection->step = STEP_BODY;
  enter_queue (connection, QUEUE_BODY);
  if (!connection->is_refused)
    connection->body = g_byte_array_sized_new (length > 0 ? (guint) length : 512);

  return MHD_YES;
}

static enum MHD_Result
begin (UsherFrontConnection *connection, const char *method)
{
  UsherRequest *request = connection->request;
  const char *text = NULL;
  gint64 length = 0;

  usher_request_set_method (request, method);
  connection->has_bad_header = FALSE;
  MHD_get_connection_values_n (connection->mhd, MHD_HEADER_KIND, on_header, connection);
  usher_request_adopt_id (request);
  set_origin (connection);

  text = usher_request_peek_header (request, USHER_HEADER_CONTENT_LENGTH);
  if (text != NULL)
    length = g_ascii_strtoll (text, NULL, 10);
  else if (usher_request_peek_header (request, USHER_HEADER_TRANSFER_ENCODING) != NULL)
    length = -1;

  open_exchange (connection);
  if (!admit (connection, length))
    refuse (connection);

  if (length != 0)
    return expect_body (connection, length);

  /* the library closes a connection that is answered this early, so it is asked to come again */
  connection->step = STEP_RUN;

  return MHD_YES;
}

static enum MHD_Result
take_body (UsherFrontConnection *connection, const char *data, size_t *size)
{
  connection->received += *size;
  if (!connection->is_refused && connection->received > connection->thread->shared->max_body)
    {
      g_autoptr (GError) error =
          g_error_new_literal (USHER_ERROR, USHER_ERROR_TOO_LARGE, "too large");

      usher_reply_set_error (connection->reply, error, NULL);
      g_clear_pointer (&connection->body, g_byte_array_unref);
      refuse (connection);
    }

  if (connection->is_refused && connection->received > MAX_DISCARD)
    {
      cut (connection, too_large_answer, sizeof too_large_answer - 1);
      return MHD_NO;
    }

  if (!connection->is_refused)
    g_byte_array_append (connection->body, (const guint8 *) data, (guint) *size);
  *size = 0;

  return MHD_YES;
}

enum MHD_Result
usher_front_connection_on_access (void *cls,
                                  struct MHD_Connection *mhd,
                                  const char *url,
                                  const char *method,
                                  const char *version,
                                  const char *upload_data,
                                  size_t *upload_data_size,
                                  void **con_cls)
{
  UsherFrontConnection *connection = *con_cls;

  if (connection == NULL || connection->request == NULL ||
      g_atomic_int_get (&connection->thread->stopping))
    return MHD_NO;

  switch (connection->step)
    {
    case STEP_HEAD:
      return begin (connection, method);

    case STEP_BODY:
      if (*upload_data_size > 0)
        return take_body (connection, upload_data, upload_data_size);
      return connection->is_refused ? answer (connection) : run_request (connection);

    case STEP_RUN:
      return connection->is_done ? answer (connection) : run_request (connection);

    case STEP_ANSWER:
    default:
      return MHD_NO;
    }
}

/* Called with the request line as it came, before the library takes it apart. */
void *
usher_front_connection_on_target (void *cls, const char *uri, struct MHD_Connection *mhd)
{
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info (mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  UsherFrontConnection *connection = info != NULL ? info->socket_context : NULL;

  if (connection == NULL)
    return NULL;

  forget_request (connection);
  connection->request = usher_request_new ("GET", uri);
  connection->step = STEP_HEAD;
  if (connection->kind == QUEUE_IDLE)
    enter_queue (connection, QUEUE_HEAD);

  return connection;
}

void
usher_front_connection_on_completed (void *cls,
                                     struct MHD_Connection *mhd,
                                     void **con_cls,
                                     enum MHD_RequestTerminationCode code)
{
  UsherFrontConnection *connection = *con_cls;
  g_autoptr (UsherExchange) unused = NULL;

  *con_cls = NULL;
  if (connection == NULL)
    return;

  /* the client is gone in the middle of its body */
  unused = g_steal_pointer (&connection->exchange);
  if (unused != NULL)
    {
      /* nobody was answered */
      usher_exchange_set_route (unused, NULL);
      connection->in_handler = TRUE;
      usher_exchange_finish (unused);
      connection->in_handler = FALSE;
    }

  forget_request (connection);
  connection->step = STEP_HEAD;
  if (connection->is_open)
    g_atomic_int_add (&connection->thread->n_open, -1);
  connection->is_open = FALSE;
  enter_queue (connection, QUEUE_IDLE);
}

UsherFrontConnection *
usher_front_connection_new (UsherFrontThread *thread, struct MHD_Connection *mhd)
{
  UsherFrontConnection *connection = g_new0 (UsherFrontConnection, 1);
  g_autoptr (GInetAddress) address = usher_proxies_make_address (&thread->adding->address);

  g_atomic_ref_count_init (&connection->ref_count);
  g_atomic_ref_count_inc (&thread->ref_count);
  connection->thread = thread;
  connection->mhd = mhd;
  connection->incoming = *thread->adding;
  connection->fd = connection->incoming.fd;
  connection->address = address != NULL ? g_inet_address_to_string (address) : g_strdup ("");
  connection->is_local = connection->incoming.address.ss_family == AF_UNIX;
  connection->is_proxy =
      connection->is_local ||
      (address != NULL && usher_proxies_contains (thread->shared->proxies, address));
  connection->link.data = connection;
  connection->kind = QUEUE_HEAD;
  connection->deadline = thread->now + thread->shared->head_timeout;
  g_queue_push_tail_link (&thread->queues[QUEUE_HEAD], &connection->link);

  return connection;
}
