/* usher-http-link.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#define _GNU_SOURCE
#include "config.h"

#include "usher-http-link-private.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "usher-error.h"
#include "usher-http-parser-private.h"
#include "usher-reply-private.h"
#include "usher-router-private.h"
#include "usher-stream-private.h"

#define ROOM 65536
/* milliseconds in which another machine must say that it has our bytes */
#define SILENCE 2000
#define INPUT   (EPOLLIN | EPOLLRDHUP)
/* in one turn */
#define MAX_READINGS 8

static const UsherHttpLimits limits = { .max_head = 1048576, .max_target = 0, .max_fields = 1000 };

/* Where an answer is. */
typedef enum
{
  STATE_IDLE, /* none is awaited */
  STATE_HEAD,
  STATE_BODY,
  STATE_STREAM, /* the body goes on to a reader */
} State;

struct _UsherHttpLink
{
  UsherLoop *loop; /* (unowned) */
  char *name;      /* (owned) */
  UsherWatch watch;
  gboolean is_path;
  gboolean is_fresh;
  gboolean is_blocked;
  UsherHttpLinkIdleFunc idle;
  gpointer idle_data; /* (unowned) */

  /* of one request */
  State state;
  GString *head; /* (unowned) (nullable) */
  GBytes *body;  /* (unowned) (nullable) */
  gsize n_sent;
  gboolean is_whole; /* all of it went out */
  UsherReply *reply; /* (owned) (nullable) */
  UsherHttpLinkFunc func;
  gpointer user_data; /* (unowned) */

  /* of its answer */
  UsherHttpParser parser;
  GString *in;    /* (owned) (nullable): a head that is not whole */
  GString *piece; /* (owned) (nullable): of the body */
  char *type;     /* (owned) (nullable) */
  gboolean is_draining;
  gboolean is_coded;   /* otherwise than in chunks */
  gboolean has_input;  /* it came while the reader had no room */
  gboolean has_more;   /* than the answer */
  gboolean is_half;    /* the other side will send no more */
  UsherStream *stream; /* (owned) (nullable) */
};

static void
forget_request (UsherHttpLink *self)
{
  self->state = STATE_IDLE;
  usher_http_parser_clear (&self->parser);
  self->head = NULL;
  self->body = NULL;
  self->is_draining = FALSE;
  self->is_coded = FALSE;
  g_clear_object (&self->reply);
  g_clear_pointer (&self->type, g_free);
  if (self->in != NULL)
    g_string_free (g_steal_pointer (&self->in), TRUE);
  if (self->piece != NULL)
    g_string_free (g_steal_pointer (&self->piece), TRUE);
}

/* (transfer full) (nullable): it is nobody's any more who would tell us */
static UsherStream *
steal_stream (UsherHttpLink *self)
{
  if (self->stream != NULL)
    usher_stream_forget_func (self->stream);

  return g_steal_pointer (&self->stream);
}

void
usher_http_link_free (UsherHttpLink *self)
{
  g_autoptr (UsherStream) stream = steal_stream (self);

  if (self->watch.fd >= 0)
    usher_loop_remove (self->loop, &self->watch);
  forget_request (self);
  g_free (self->name);
  g_free (self);
  if (stream != NULL)
    usher_stream_abort (stream);
}

/* The request is its owner's again, and the reply. */
static void
tell (UsherHttpLink *self, UsherHttpLinkResult result)
{
  UsherHttpLinkFunc func = g_steal_pointer (&self->func);
  gsize n_body = self->body != NULL ? g_bytes_get_size (self->body) : 0;

  if (func == NULL)
    return;

  self->is_whole = self->n_sent == self->head->len + n_body;
  self->head = NULL;
  self->body = NULL;
  g_clear_object (&self->reply);
  func (self, result, self->user_data);
}

/* It is of no use any more: whoever waits is told, and the link goes. */
static void
fail (UsherHttpLink *self, UsherHttpLinkResult result)
{
  if (self->reply != NULL)
    usher_reply_reset (self->reply);
  usher_loop_remove (self->loop, &self->watch);
  tell (self, result);
  self->idle (self, TRUE, self->idle_data);
}

/* Whether all bytes went out; if not, more will be sent when there is room. */
static gboolean
push (UsherHttpLink *self)
{
  gsize n_head = self->head->len;
  gsize n_body = self->body != NULL ? g_bytes_get_size (self->body) : 0;

  while (self->n_sent < n_head + n_body)
    {
      gsize in_head = MIN (self->n_sent, n_head);
      gsize in_body = self->n_sent - in_head;
      const char *body = n_body > 0 ? g_bytes_get_data (self->body, NULL) : NULL;
      struct iovec parts[2] = { { self->head->str + in_head, n_head - in_head },
                                { n_body > 0 ? (char *) body + in_body : NULL, n_body - in_body } };
      struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
      gssize n = sendmsg (self->watch.fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return FALSE;
      self->n_sent += (gsize) n;
    }

  return TRUE;
}

/* What holds is told anew. */
static gboolean
listen_on (UsherHttpLink *self)
{
  return usher_loop_change (self->loop, &self->watch, self->is_blocked ? INPUT | EPOLLOUT : INPUT);
}

/* FALSE when nothing went out and nothing will. An error may also mean that an answer came early, which is to be
 * read. */
static gboolean
send_more (UsherHttpLink *self)
{
  gboolean waits = !push (self) && (errno == EAGAIN || errno == ENOTCONN);

  if (self->n_sent == 0 && !waits)
    return FALSE;
  if (waits != self->is_blocked)
    {
      self->is_blocked = waits;
      if (!listen_on (self))
        return FALSE;
    }

  return TRUE;
}

/* The other side is gone. A socket of this machine tells whether it had read all that we sent. */
static UsherHttpLinkResult
judge_end (UsherHttpLink *self, int reason)
{
  gboolean has_answer = self->state != STATE_HEAD || (self->in != NULL && self->in->len > 0);

  if (self->n_sent == 0 || (self->is_path && reason == ECONNRESET && !has_answer))
    return USHER_HTTP_LINK_UNSENT;

  return USHER_HTTP_LINK_LOST;
}

/* What each side says anew, and what concerns one connection. */
static const char *const own_headers[] = {
  "connection", "keep-alive",     "trailer", "transfer-encoding", "upgrade",
  "date",       "content-length", "server",  "x-request-id",      "x-content-type-options",
};

static gboolean
is_text (const UsherHttpText *part, const char *text)
{
  return strlen (text) == part->length && g_ascii_strncasecmp (text, part->text, part->length) == 0;
}

static void
on_field (const UsherHttpText *name, const UsherHttpText *value, gpointer user_data)
{
  UsherHttpLink *self = user_data;

  if (is_text (name, "transfer-encoding") && !is_text (value, "chunked"))
    self->is_coded = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (own_headers); i++)
    if (is_text (name, own_headers[i]))
      return;

  if (is_text (name, "content-type"))
    {
      g_free (self->type);
      self->type = g_strndup (value->text, value->length);
    }
  else if (is_text (name, USHER_DRAINING))
    self->is_draining = TRUE;
  else
    usher_reply_take_header (self->reply,
                             g_strndup (name->text, name->length),
                             g_strndup (value->text, value->length));
}

static void on_stream (UsherStream *stream, gpointer user_data);

/* The head is there, and the body, if there is any, begins. FALSE: it is no answer that our listeners give. */
static gboolean
begin_body (UsherHttpLink *self)
{
  guint status = (guint) llhttp_get_status_code (&self->parser.parser);

  if (status < 200 || status > 599 || self->is_coded ||
      llhttp_message_needs_eof (&self->parser.parser))
    return FALSE;

  usher_reply_set_status (self->reply, status);
  self->is_draining = self->is_draining && status == 503;
  self->state = STATE_BODY;
  if (self->parser.is_over)
    return TRUE;

  self->piece =
      g_string_sized_new (self->parser.length > 0 ? (gsize) MIN (self->parser.length, ROOM) : 512);
  self->parser.body = self->piece;
  if (!self->parser.is_chunked)
    return TRUE;

  self->stream = usher_reply_stream (self->reply, self->type != NULL ? self->type : "");
  usher_stream_set_func (self->stream, on_stream, self, NULL);
  self->state = STATE_STREAM;
  tell (self, USHER_HTTP_LINK_ANSWERED);

  return TRUE;
}

static gboolean
is_interim (UsherHttpLink *self)
{
  return llhttp_get_status_code (&self->parser.parser) < 200;
}

/* Returns how much was used, -1 when it is no answer. */
static gssize
read_head (UsherHttpLink *self, char *data, gsize length)
{
  UsherRefusal refusal = USHER_REFUSAL_NONE;
  gssize n = usher_http_parser_find_head (&self->parser, data, length, &refusal);

  if (n <= 0)
    return n;
  if (!usher_http_parser_read_head (&self->parser, data, (gsize) n, on_field, self, &refusal))
    return -1;

  if (is_interim (self))
    {
      usher_reply_reset (self->reply);
      usher_http_parser_init (&self->parser, HTTP_RESPONSE, &limits);
      return n;
    }

  return begin_body (self) ? n : -1;
}

/* The answer is whole. What was not taken of the request, or came besides, spoils the connection. */
static void
finish (UsherHttpLink *self, gboolean has_more)
{
  UsherHttpLinkResult result =
      self->is_draining ? USHER_HTTP_LINK_DRAINING : USHER_HTTP_LINK_ANSWERED;
  g_autoptr (UsherStream) stream = steal_stream (self);

  if (stream != NULL)
    usher_stream_end (stream);
  else if (self->is_draining)
    usher_reply_reset (self->reply);
  else if (self->piece != NULL)
    {
      g_autoptr (GBytes) body = g_string_free_to_bytes (g_steal_pointer (&self->piece));

      usher_reply_set_body (self->reply,
                            body,
                            self->type != NULL ? self->type : "application/octet-stream");
    }

  tell (self, result);
  self->is_fresh = FALSE;
  forget_request (self);
  /* the end came with the answer, and is not told again */
  self->idle (self,
              has_more || self->is_half || !self->parser.keeps_alive || !self->is_whole,
              self->idle_data);
}

/* What came of a streamed body goes on to its reader. FALSE: he has no room, or is gone. */
static gboolean
pass_on (UsherHttpLink *self)
{
  g_autoptr (GError) error = NULL;

  if (self->piece->len == 0)
    return TRUE;
  if (!usher_stream_write (self->stream, self->piece->str, (gssize) self->piece->len, &error))
    return FALSE;

  g_string_truncate (self->piece, 0);

  return TRUE;
}

/* FALSE: it is no answer. */
static gboolean
feed_some (UsherHttpLink *self, char *data, gsize length, gsize *used)
{
  gssize n = self->state == STATE_HEAD ? read_head (self, data, length)
                                       : usher_http_parser_read_body (&self->parser, data, length);

  *used = (gsize) MAX (n, 0);
  if (n >= 0 && self->state == STATE_STREAM && self->stream != NULL)
    pass_on (self);

  return n >= 0;
}

static gboolean
is_passed_on (UsherHttpLink *self)
{
  return self->state != STATE_STREAM || self->piece->len == 0;
}

/* Returns FALSE when the link is gone, or free for another request; else what is not used of it comes again, with more. */
static gboolean
feed (UsherHttpLink *self, char *data, gsize length, gsize *used)
{
  gsize n = length;

  *used = 0;
  while (*used < length && n > 0 && !self->parser.is_over)
    {
      if (!feed_some (self, data + *used, length - *used, &n))
        {
          g_message ("“%s” sent no answer that can be read", self->name);
          fail (self, USHER_HTTP_LINK_LOST);
          return FALSE;
        }
      *used += n;
    }

  if (!self->parser.is_over)
    return TRUE;

  self->has_more = *used < length;
  *used = length;
  if (!is_passed_on (self))
    return TRUE;

  finish (self, self->has_more);

  return FALSE;
}

static gboolean
feed_all (UsherHttpLink *self, char *data, gsize length)
{
  GString *kept = g_steal_pointer (&self->in);
  gsize used = 0;
  gboolean goes_on = FALSE;

  if (kept == NULL)
    {
      goes_on = feed (self, data, length, &used);
      if (goes_on && used < length)
        self->in = g_string_new_len (data + used, (gssize) (length - used));
      return goes_on;
    }

  g_string_append_len (kept, data, (gssize) length);
  goes_on = feed (self, kept->str, kept->len, &used);
  if (goes_on && used < kept->len)
    self->in = g_string_erase (kept, 0, (gssize) used);
  else
    g_string_free (kept, TRUE);

  return goes_on;
}

/* Reads until there is no more, or the reader has no room. */
static void
receive (UsherHttpLink *self)
{
  char room[ROOM];
  guint n_left = MAX_READINGS;
  gboolean goes_on = TRUE;

  while (goes_on)
    {
      gssize n = 0;

      if (!is_passed_on (self))
        {
          self->has_input = TRUE;
          return;
        }

      /* who floods us is told of again, after the others */
      if (n_left-- == 0)
        {
          if (!listen_on (self))
            fail (self, USHER_HTTP_LINK_LOST);
          return;
        }

      n = recv (self->watch.fd, room, sizeof room, MSG_DONTWAIT);
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0 && errno == EAGAIN)
        return;
      if (n <= 0)
        {
          fail (self, judge_end (self, n < 0 ? errno : 0));
          return;
        }
      goes_on = feed_all (self, room, (gsize) n) && (n == ROOM || self->is_half);
    }
}

/* Server-Sent Events may end anywhere: their reader comes again. */
static gboolean
is_endless (UsherHttpLink *self)
{
  return self->type != NULL && g_str_has_prefix (self->type, "text/event-stream");
}

/* There is room for the reader again, or he is gone. */
static void
on_stream (UsherStream *stream, gpointer user_data)
{
  UsherHttpLink *self = user_data;

  if (self->stream != stream)
    return;
  if (usher_stream_is_gone (stream))
    {
      g_object_unref (steal_stream (self));
      fail (self, USHER_HTTP_LINK_LOST);
      return;
    }

  if (usher_stream_is_draining (stream) && is_endless (self))
    {
      g_autoptr (UsherStream) ended = steal_stream (self);

      usher_stream_end (ended);
      fail (self, USHER_HTTP_LINK_LOST);
      return;
    }

  if (!pass_on (self))
    return;
  if (self->parser.is_over)
    finish (self, self->has_more);
  else if (self->has_input)
    {
      self->has_input = FALSE;
      receive (self);
    }
}

static gboolean
on_events (UsherWatch *watch, guint events)
{
  UsherHttpLink *self = watch->data;

  /* it had nothing to say: it is being closed, perhaps with the process */
  if (self->state == STATE_IDLE || (events & USHER_WATCH_ENDS) != 0)
    {
      fail (self, USHER_HTTP_LINK_LOST);
      return TRUE;
    }

  if ((events & EPOLLOUT) != 0 && self->head != NULL && !send_more (self))
    {
      fail (self, USHER_HTTP_LINK_UNSENT);
      return TRUE;
    }
  if ((events & EPOLLRDHUP) != 0)
    self->is_half = TRUE;
  if ((events & ~(guint) EPOLLOUT) != 0)
    receive (self);

  return TRUE;
}

static void
set_options (int fd, int family)
{
  int one = 1;
  unsigned int silence = SILENCE;

  if (family != AF_UNIX &&
      (setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) != 0 ||
       setsockopt (fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &silence, sizeof silence) != 0))
    g_debug ("an option of a socket was not set: %s", g_strerror (errno));
}

UsherHttpLink *
usher_http_link_new (UsherLoop *loop,
                     const char *name,
                     const struct sockaddr_storage *address,
                     socklen_t length,
                     UsherHttpLinkIdleFunc idle,
                     gpointer user_data)
{
  int fd = socket (address->ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  UsherHttpLink *self = NULL;
  int reason = 0;

  if (fd < 0)
    return NULL;

  set_options (fd, address->ss_family);
  self = g_new0 (UsherHttpLink, 1);
  self->loop = loop;
  self->name = g_strdup (name);
  self->is_path = address->ss_family == AF_UNIX;
  self->is_fresh = TRUE;
  self->idle = idle;
  self->idle_data = user_data;
  self->watch.fd = fd;
  self->watch.func = on_events;
  self->watch.data = self;
  if ((connect (fd, (const struct sockaddr *) address, length) == 0 || errno == EINPROGRESS) &&
      usher_loop_add (loop, &self->watch, INPUT))
    return self;

  reason = errno;
  close (fd);
  g_free (self->name);
  g_free (self);
  errno = reason;

  return NULL;
}

gboolean
usher_http_link_is_usable (UsherHttpLink *self)
{
  char byte = 0;

  /* to a path that is closed nothing can be sent by mistake */
  return self->is_path ||
         (recv (self->watch.fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN);
}

gboolean
usher_http_link_is_fresh (UsherHttpLink *self)
{
  return self->is_fresh;
}

gboolean
usher_http_link_send (UsherHttpLink *self,
                      GString *head,
                      GBytes *body,
                      UsherReply *reply,
                      UsherHttpLinkFunc func,
                      gpointer user_data)
{
  self->head = head;
  self->body = body;
  self->n_sent = 0;
  self->has_input = FALSE;
  if (!send_more (self))
    {
      forget_request (self);
      return FALSE;
    }

  self->state = STATE_HEAD;
  self->reply = g_object_ref (reply);
  self->func = func;
  self->user_data = user_data;
  usher_http_parser_init (&self->parser, HTTP_RESPONSE, &limits);

  return TRUE;
}
