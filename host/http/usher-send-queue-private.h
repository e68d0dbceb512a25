/* usher-send-queue-private.h: bytes that a socket has not taken yet
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  USHER_SEND_DONE,
  USHER_SEND_BLOCKED, /* the socket will tell when it has room */
  USHER_SEND_FAILED,  /* errno tells */
} UsherSendResult;

/* Buffers of a thread, which go back when they are empty: none is larger than 64 KiB while it is kept. */
typedef struct _UsherBuffers UsherBuffers;

UsherBuffers *usher_buffers_new (void);
void usher_buffers_free (UsherBuffers *self);
GString *usher_buffers_take (UsherBuffers *self);
/* @buffer: (transfer full) (nullable) */
void usher_buffers_give (UsherBuffers *self, GString *buffer);

/* What goes out, in order: @text first, then @bytes. One thread. */
typedef struct
{
  GString *text; /* (owned) (nullable) */
  GBytes *bytes; /* (owned) (nullable): too long to be copied */
  gsize n_sent;  /* of both */
} UsherSendQueue;

gboolean usher_send_queue_is_empty (const UsherSendQueue *self);
gsize usher_send_queue_get_length (const UsherSendQueue *self);
/* (transfer none): to be appended to */
GString *usher_send_queue_open (UsherSendQueue *self, UsherBuffers *buffers);
void usher_send_queue_append_bytes (UsherSendQueue *self, UsherBuffers *buffers, GBytes *bytes);
/* @n_sent: how many bytes went out now */
UsherSendResult
usher_send_queue_flush (UsherSendQueue *self, int fd, UsherBuffers *buffers, gsize *n_sent);
void usher_send_queue_clear (UsherSendQueue *self, UsherBuffers *buffers);

G_END_DECLS
