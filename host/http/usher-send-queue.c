/* usher-send-queue.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-send-queue-private.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define FIRST_SIZE 4096
/* of a buffer that is kept, and of bytes that are worth a copy */
#define MAX_SIZE 65536
#define MAX_KEPT 16

struct _UsherBuffers
{
  GString *kept[MAX_KEPT]; /* (owned) */
  guint n_kept;
};

UsherBuffers *
usher_buffers_new (void)
{
  return g_new0 (UsherBuffers, 1);
}

void
usher_buffers_free (UsherBuffers *self)
{
  for (guint i = 0; i < self->n_kept; i++)
    g_string_free (self->kept[i], TRUE);
  g_free (self);
}

GString *
usher_buffers_take (UsherBuffers *self)
{
  return self->n_kept > 0 ? self->kept[--self->n_kept] : g_string_sized_new (FIRST_SIZE);
}

void
usher_buffers_give (UsherBuffers *self, GString *buffer)
{
  if (buffer == NULL)
    return;

  if (self->n_kept == MAX_KEPT || buffer->allocated_len > MAX_SIZE)
    {
      g_string_free (buffer, TRUE);
      return;
    }

  g_string_truncate (buffer, 0);
  self->kept[self->n_kept++] = buffer;
}

gsize
usher_send_queue_get_length (const UsherSendQueue *self)
{
  return (self->text != NULL ? self->text->len : 0) +
         (self->bytes != NULL ? g_bytes_get_size (self->bytes) : 0) - self->n_sent;
}

gboolean
usher_send_queue_is_empty (const UsherSendQueue *self)
{
  return self->text == NULL && self->bytes == NULL;
}

GString *
usher_send_queue_open (UsherSendQueue *self, UsherBuffers *buffers)
{
  if (self->text == NULL)
    self->text = usher_buffers_take (buffers);

  return self->text;
}

void
usher_send_queue_append_bytes (UsherSendQueue *self, UsherBuffers *buffers, GBytes *bytes)
{
  gsize length = 0;
  gconstpointer data = g_bytes_get_data (bytes, &length);

  if (length > MAX_SIZE && self->bytes == NULL)
    self->bytes = g_bytes_ref (bytes);
  else if (length > 0)
    g_string_append_len (usher_send_queue_open (self, buffers), data, (gssize) length);
}

void
usher_send_queue_clear (UsherSendQueue *self, UsherBuffers *buffers)
{
  usher_buffers_give (buffers, g_steal_pointer (&self->text));
  g_clear_pointer (&self->bytes, g_bytes_unref);
  self->n_sent = 0;
}

static gssize
send_some (UsherSendQueue *self, int fd)
{
  gsize n_text = self->text != NULL ? self->text->len : 0;
  gsize in_text = MIN (self->n_sent, n_text);
  gsize n_bytes = 0;
  const char *bytes = self->bytes != NULL ? g_bytes_get_data (self->bytes, &n_bytes) : NULL;
  struct iovec parts[2] = { { n_text > 0 ? self->text->str + in_text : NULL, n_text - in_text },
                            { NULL, 0 } };
  struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };

  if (bytes == NULL)
    return send (fd, parts[0].iov_base, parts[0].iov_len, MSG_DONTWAIT | MSG_NOSIGNAL);

  parts[1].iov_base = (char *) bytes + (self->n_sent - in_text);
  parts[1].iov_len = n_bytes - (self->n_sent - in_text);

  return sendmsg (fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

UsherSendResult
usher_send_queue_flush (UsherSendQueue *self, int fd, UsherBuffers *buffers, gsize *n_sent)
{
  *n_sent = 0;
  while (usher_send_queue_get_length (self) > 0)
    {
      gssize n = send_some (self, fd);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return errno == EAGAIN || errno == ENOTCONN ? USHER_SEND_BLOCKED : USHER_SEND_FAILED;
      self->n_sent += (gsize) n;
      *n_sent += (gsize) n;
    }

  usher_send_queue_clear (self, buffers);

  return USHER_SEND_DONE;
}
