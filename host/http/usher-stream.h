/* usher-stream.h: the body of an answer, piece by piece
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

#include "usher-macros.h"

G_BEGIN_DECLS

#define USHER_TYPE_STREAM (usher_stream_get_type ())

USHER_API
G_DECLARE_FINAL_TYPE (UsherStream, usher_stream, USHER, STREAM, GObject)

/**
 * UsherStreamFunc:
 * @stream: a stream
 * @user_data: (closure): data of who gave the function
 *
 * Is told that there is room again, that the host stops, or that the reader is gone: see [method@Stream.set_func].
 */
typedef void (*UsherStreamFunc) (UsherStream *stream, gpointer user_data);

USHER_API
void usher_stream_set_func (UsherStream *self,
                            UsherStreamFunc func,
                            gpointer user_data,
                            GDestroyNotify destroy);
USHER_API
gboolean usher_stream_write (UsherStream *self, const char *data, gssize length, GError **error);
USHER_API
void usher_stream_end (UsherStream *self);
USHER_API
void usher_stream_abort (UsherStream *self);
USHER_API
gboolean usher_stream_is_gone (UsherStream *self);
USHER_API
gboolean usher_stream_is_draining (UsherStream *self);

G_END_DECLS
