/* usher-connection-answer.c: an answer on its way from the router to a socket
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-connection-private.h"
#include "usher-exchange-private.h"
#include "usher-log-private.h"
#include "usher-reply-head-private.h"
#include "usher-reply-private.h"
#include "usher-sessions-private.h"

/* (transfer full) (nullable) */
static char *
make_cookie (UsherConnection *self)
{
  UsherSessions *sessions = self->thread->serving->sessions;
  UsherSession *session = NULL;
  g_autoptr (GError) error = NULL;
  char *cookie = NULL;

  if (sessions == NULL || !usher_reply_get_session (self->reply, &session))
    return NULL;

  cookie = usher_sessions_make_cookie (sessions,
                                       session,
                                       usher_request_is_secure (self->request),
                                       &error);
  if (cookie == NULL)
    g_message ("%s", error->message);

  return cookie;
}

static void
log_access (UsherConnection *self)
{
  UsherLogScope scope = { .request = usher_request_get_id (self->request) };

  usher_log_push_scope (&scope);
  g_info ("%s %s %s %u %" G_GINT64_FORMAT " us",
          usher_request_get_address (self->request),
          usher_request_get_method (self->request),
          usher_request_get_path (self->request),
          usher_reply_get_status (self->reply),
          g_get_monotonic_time () - usher_exchange_get_started (self->exchange));
  usher_log_pop_scope (&scope);
}

static UsherFraming
choose_framing (UsherConnection *self)
{
  guint status = usher_reply_get_status (self->reply);

  if (status == 204 || status == 304)
    return USHER_FRAMING_NONE;
  if (self->stream == NULL)
    return USHER_FRAMING_LENGTH;

  return self->head.is_old ? USHER_FRAMING_CLOSE : USHER_FRAMING_CHUNKED;
}

static void
append_answer (UsherConnection *self, UsherFraming framing, gboolean has_body)
{
  UsherServerThread *thread = self->thread;
  g_autofree char *cookie = make_cookie (self);
  const UsherReplyHead head = {
    .framing = framing,
    .id = usher_request_get_id (self->request),
    .cookie = cookie,
    .date = usher_server_thread_get_date (thread),
    .is_old = self->head.is_old,
    .closes = self->must_close,
  };
  GBytes *body = usher_reply_get_body (self->reply);

  usher_reply_append_head (self->reply, &head, usher_send_queue_open (&self->out, thread->buffers));
  if (body != NULL && has_body && framing == USHER_FRAMING_LENGTH)
    usher_send_queue_append_bytes (&self->out, thread->buffers, body);
}

void
usher_connection_append_interim (UsherConnection *self)
{
  g_string_append (usher_send_queue_open (&self->out, self->thread->buffers),
                   "HTTP/1.1 100 Continue\r\n\r\n");
}

void
usher_connection_end_request (UsherConnection *self)
{
  if (!self->is_open)
    g_atomic_int_inc (&self->thread->n_open);
  self->n_unsent++;
  self->is_open = FALSE;
}

void
usher_connection_forget_stream (UsherConnection *self)
{
  if (self->stream == NULL)
    return;

  g_queue_unlink (&self->thread->streams, &self->in_streams);
  g_atomic_int_add (&self->thread->n_lasting, -1);
  g_clear_object (&self->stream);
}

/* With the stream's lock. */
static void
on_written (gpointer user_data)
{
  UsherConnection *self = user_data;

  g_atomic_ref_count_inc (&self->ref_count);
  if (!usher_loop_post (self->thread->loop, &self->written))
    usher_connection_unref (self);
}

/* It no more counts as a request that is under way: it may go on for ever. */
static void
begin_stream (UsherConnection *self)
{
  self->state = USHER_CONNECTION_STREAM;
  self->in_streams.data = self->stream;
  g_queue_push_tail_link (&self->thread->streams, &self->in_streams);
  g_atomic_int_inc (&self->thread->n_lasting);
  usher_connection_end_request (self);
  usher_stream_attach (self->stream, on_written, self);
  if (g_atomic_int_get (&self->thread->serving->draining))
    usher_stream_drain (self->stream);
}

/* The answer is whole. */
static void
end_answer (UsherConnection *self)
{
  const UsherHttpLimits *limits = self->parser.limits;

  usher_connection_end_request (self);
  self->has_moved = TRUE;
  usher_http_parser_init (&self->parser, HTTP_REQUEST, limits);
  self->state = self->must_close ? USHER_CONNECTION_LINGER : USHER_CONNECTION_HEAD;
}

void
usher_connection_answer (UsherConnection *self)
{
  gboolean has_body = strcmp (usher_request_get_method (self->request), "HEAD") != 0;
  UsherFraming framing = USHER_FRAMING_NONE;

  self->stream = usher_reply_steal_stream (self->reply);
  framing = choose_framing (self);
  if (g_atomic_int_get (&self->thread->serving->draining) || framing == USHER_FRAMING_CLOSE)
    self->must_close = TRUE;
  append_answer (self, framing, has_body);
  if (g_atomic_int_get (&self->thread->serving->access_log))
    log_access (self);
  usher_connection_forget_request (self);

  if (self->stream != NULL && has_body && framing != USHER_FRAMING_NONE)
    {
      begin_stream (self);
      return;
    }

  if (self->stream != NULL)
    usher_stream_detach (self->stream);
  g_clear_object (&self->stream);
  end_answer (self);
}

static void
append_piece (UsherConnection *self, GString *piece)
{
  GString *out = usher_send_queue_open (&self->out, self->thread->buffers);

  if (!self->head.is_old)
    g_string_append_printf (out, "%zx\r\n", piece->len);
  g_string_append_len (out, piece->str, (gssize) piece->len);
  if (!self->head.is_old)
    g_string_append_len (out, "\r\n", 2);
}

/* Cut, for the reader to see that it is not whole. */
static void
cut_answer (UsherConnection *self)
{
  usher_send_queue_clear (&self->out, self->thread->buffers);
  usher_connection_forget_stream (self);
  self->is_cut = TRUE;
}

void
usher_connection_pump (UsherConnection *self)
{
  UsherStreamState state = USHER_STREAM_OPEN;
  GString *piece = NULL;

  if (!usher_send_queue_is_empty (&self->out))
    return;

  piece = usher_stream_take (self->stream, &state);
  if (state == USHER_STREAM_ABORTED)
    cut_answer (self);
  else if (piece != NULL && piece->len > 0)
    append_piece (self, piece);
  if (piece != NULL)
    g_string_free (piece, TRUE);
  if (state != USHER_STREAM_ENDED)
    return;

  if (!self->head.is_old)
    g_string_append (usher_send_queue_open (&self->out, self->thread->buffers), "0\r\n\r\n");
  usher_connection_forget_stream (self);
  end_answer (self);
}
