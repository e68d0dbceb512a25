/* http-stream.h: handlers that answer with streams, and clients that read them
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "http-peer.h"

/* What a handler made, and what its writers were told. */
typedef struct
{
  GAsyncQueue *made; /* (owned) (element-type UsherStream) */
  int n_room;        /* (atomic) */
  int n_gone;        /* (atomic) */
  int n_draining;    /* (atomic) */
} HttpStreams;

void http_streams_init (HttpStreams *self);
void http_streams_clear (HttpStreams *self);
/* answers with a stream of text/plain; @exchange: (transfer full) */
void http_streams_take (HttpStreams *self, UsherExchange *exchange);
/* (transfer full): the next that was made */
UsherStream *http_streams_pop (HttpStreams *self);
/* until @counter is @value, which it must not pass */
void http_streams_await (const int *counter, int value);

/* waits for room */
void http_stream_write_patiently (UsherStream *stream, const char *piece);
/* writes “x” until there is no room; returns how many. @n_room: (out): how often the writer had been told of room when it
 * asked for the last time */
gsize http_streams_fill (HttpStreams *self, UsherStream *stream, int *n_room);
/* until there are so many lines, or bytes; the head is read already */
char *http_stream_read (GSocket *socket, guint n_lines);
char *http_stream_read_bytes (GSocket *socket, gsize n);
/* (nullable): NULL when it is cut */
char *http_stream_read_to_end (GSocket *socket);

/* (element-type int): descriptors of clients that have asked @text, and do not read */
GArray *http_streams_open_many (Fixture *peer, const char *text, guint n);
/* each has got @text, as a piece */
void http_streams_close_many (GArray *sockets, const char *text);
