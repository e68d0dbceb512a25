/* usher-gateway-link.c: connections to copies
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#define _GNU_SOURCE
#include "config.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/uio.h>
#include <unistd.h>

#include "usher-gateway-private.h"

#define ROOM 16384
/* what a link keeps between requests */
#define MAX_KEPT 65536
/* milliseconds in which another machine must say that it has our bytes */
#define SILENCE 2000

static gboolean
watch (UsherGatewayLink *link, int operation, gboolean out)
{
  struct epoll_event event = { .events = EPOLLIN | EPOLLRDHUP | (out ? EPOLLOUT : 0),
                               .data.ptr = link };

  link->watches_out = out;

  return epoll_ctl (link->copy->gateway->epoll_fd, operation, link->fd, &event) == 0;
}

/* A process that is just being forked has the descriptor too, so that closing it alone would not end its events. */
static void
close_fd (UsherGatewayLink *link)
{
  if (link->fd < 0)
    return;

  epoll_ctl (link->copy->gateway->epoll_fd, EPOLL_CTL_DEL, link->fd, NULL);
  close (link->fd);
  link->fd = -1;
}

void
usher_gateway_link_free (UsherGatewayLink *link)
{
  close_fd (link);
  if (link->in != NULL)
    g_byte_array_unref (link->in);
  usher_copy_unref (link->copy);
  g_free (link);
}

/* Events of this batch may still name it, so it is freed later. */
static void
bury (UsherGatewayLink *link)
{
  close_fd (link);
  link->node.data = link;
  g_queue_push_tail_link (&link->copy->gateway->dead, &link->node);
}

static void
set_options (int fd, int family)
{
  int one = 1;
  unsigned int silence = SILENCE;

  if (family == AF_UNIX)
    return;

  if (setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) != 0 ||
      setsockopt (fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &silence, sizeof silence) != 0)
    g_debug ("an option of a socket was not set: %s", g_strerror (errno));
}

static UsherGatewayLink *
open_link (UsherCopy *copy)
{
  int fd = socket (copy->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  UsherGatewayLink *link = NULL;

  if (fd < 0)
    return NULL;

  set_options (fd, copy->address.ss_family);
  if (connect (fd, (struct sockaddr *) &copy->address, copy->length) != 0 && errno != EINPROGRESS)
    {
      int reason = errno;

      close (fd);
      errno = reason;
      return NULL;
    }

  link = g_new0 (UsherGatewayLink, 1);
  link->fd = fd;
  link->copy = copy;
  link->is_fresh = TRUE;
  link->in = g_byte_array_sized_new (ROOM);
  link->node.data = link;
  copy->n_refs++;
  if (watch (link, EPOLL_CTL_ADD, FALSE))
    return link;

  usher_gateway_link_free (link);

  return NULL;
}

UsherGatewayLink *
usher_gateway_link_take (UsherCopy *copy)
{
  GList *node = NULL;

  while ((node = g_queue_pop_head_link (&copy->idle)) != NULL)
    {
      UsherGatewayLink *link = node->data;
      char byte = 0;

      /* the other side may have closed it, which an event will tell only later */
      if (recv (link->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN)
        return link;
      bury (link);
    }

  return open_link (copy);
}

/* Whether all bytes went out; if not, more will be sent when there is room. */
static gboolean
push (UsherGatewayLink *link)
{
  UsherForward *forward = link->forward;
  gsize n_head = forward->head->len;
  gsize n_body = forward->body != NULL ? g_bytes_get_size (forward->body) : 0;

  while (link->n_sent < n_head + n_body)
    {
      gsize in_head = MIN (link->n_sent, n_head);
      gsize in_body = link->n_sent - in_head;
      const char *body = n_body > 0 ? g_bytes_get_data (forward->body, NULL) : NULL;
      struct iovec parts[2] = { { forward->head->str + in_head, n_head - in_head },
                                { n_body > 0 ? (char *) body + in_body : NULL, n_body - in_body } };
      struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
      gssize n = sendmsg (link->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);

      if (n < 0)
        return FALSE;
      link->n_sent += (gsize) n;
    }

  return TRUE;
}

/* An error may mean that an answer came early, which is to be read. */
static UsherGatewayLinkState
send_more (UsherGatewayLink *link)
{
  gboolean sent = push (link);
  gboolean waits = !sent && (errno == EAGAIN || errno == ENOTCONN);

  if (!sent && !waits && link->n_sent == 0)
    return USHER_GATEWAY_LINK_UNSENT;
  if (waits != link->watches_out && !watch (link, EPOLL_CTL_MOD, waits))
    return USHER_GATEWAY_LINK_LOST;

  return USHER_GATEWAY_LINK_BUSY;
}

UsherGatewayLinkState
usher_gateway_link_send (UsherGatewayLink *link, UsherForward *forward)
{
  const UsherGatewayAnswer none = { 0 };

  link->forward = forward;
  link->n_sent = 0;
  link->answer = none;
  g_byte_array_set_size (link->in, 0);

  return send_more (link);
}

/* The other side is gone. A socket of this machine tells whether it had read all that we sent. */
static UsherGatewayLinkState
judge_end (UsherGatewayLink *link, int reason)
{
  if (link->n_sent == 0)
    return USHER_GATEWAY_LINK_UNSENT;
  if (link->copy->address.ss_family == AF_UNIX && reason == ECONNRESET && link->in->len == 0)
    return USHER_GATEWAY_LINK_UNSENT;

  return USHER_GATEWAY_LINK_LOST;
}

static UsherGatewayLinkState
receive (UsherGatewayLink *link)
{
  UsherGatewayAnswer *answer = &link->answer;
  guint length = link->in->len;
  gsize room = MAX (ROOM,
                    answer->head_length + answer->body_length -
                        MIN (length, answer->head_length + answer->body_length));
  gssize n = 0;

  g_byte_array_set_size (link->in, length + (guint) MIN (room, 1048576));
  n = recv (link->fd, link->in->data + length, link->in->len - length, MSG_DONTWAIT);
  g_byte_array_set_size (link->in, length + (guint) MAX (n, 0));
  if (n < 0 && errno == EAGAIN)
    return USHER_GATEWAY_LINK_BUSY;
  if (n <= 0)
    return judge_end (link, n < 0 ? errno : 0);

  if (answer->head_length == 0 &&
      !usher_gateway_answer_read (answer,
                                  link->in,
                                  strcmp (link->forward->route->method, "HEAD") != 0))
    {
      g_message ("host “%s” sent no answer that can be read", link->copy->registration->name);
      return USHER_GATEWAY_LINK_LOST;
    }

  if (answer->head_length == 0 || link->in->len < answer->head_length + answer->body_length)
    return USHER_GATEWAY_LINK_BUSY;

  return USHER_GATEWAY_LINK_ANSWERED;
}

UsherGatewayLinkState
usher_gateway_link_go_on (UsherGatewayLink *link, guint events)
{
  UsherGatewayLinkState state = USHER_GATEWAY_LINK_BUSY;

  /* it had nothing to say: it is being closed, perhaps with the process */
  if (link->forward == NULL)
    {
      link->copy->is_away = (events & EPOLLERR) != 0;
      link->copy->gateway->next_scan = link->copy->gateway->now;
      g_queue_unlink (&link->copy->idle, &link->node);
      bury (link);
      return USHER_GATEWAY_LINK_BUSY;
    }

  if ((events & EPOLLOUT) != 0)
    state = send_more (link);
  if (state == USHER_GATEWAY_LINK_BUSY && (events & ~(guint) EPOLLOUT) != 0)
    state = receive (link);

  return state;
}

void
usher_gateway_link_keep (UsherGatewayLink *link)
{
  link->idle_since = link->copy->gateway->now;
  g_queue_push_head_link (&link->copy->idle, &link->node);
}

void
usher_gateway_link_release (UsherGatewayLink *link, gboolean keep)
{
  UsherForward *forward = g_steal_pointer (&link->forward);
  gsize n_all = forward->head->len + (forward->body != NULL ? g_bytes_get_size (forward->body) : 0);

  link->is_fresh = FALSE;
  if (!keep || !link->copy->is_listed || link->n_sent != n_all || link->answer.must_close ||
      link->in->len != link->answer.head_length + link->answer.body_length)
    {
      bury (link);
      return;
    }

  if (link->in->len > MAX_KEPT)
    {
      g_byte_array_unref (link->in);
      link->in = g_byte_array_sized_new (ROOM);
    }
  usher_gateway_link_keep (link);
}

void
usher_gateway_link_close_idle (UsherCopy *copy, gint64 since)
{
  UsherGatewayLink *link = NULL;

  while ((link = g_queue_peek_tail (&copy->idle)) != NULL && link->idle_since <= since)
    {
      g_queue_unlink (&copy->idle, &link->node);
      bury (link);
    }
}
