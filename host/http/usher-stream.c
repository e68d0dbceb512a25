/* usher-stream.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-stream.h"

#include <string.h>

#include "usher-error.h"
#include "usher-stream-private.h"

/**
 * UsherStream:
 *
 * The body of an answer that comes piece by piece, from any thread.
 *
 * [method@Reply.stream] makes one. The listener sends what is written as the reader takes it, and keeps 64 KiB at most for a
 * reader that is slow; more is refused until there is room. A reader that stays slow is dropped. Any thread; pieces are
 * sent in the order in which they were written.
 *
 * Who made it ends it, by [method@Stream.end] or [method@Stream.abort]: giving back the reference alone leaves the reader
 * waiting, for a stream may be silent for as long as it likes. When the host stops, the stream's function is called and
 * [method@Stream.is_draining] is true: say the last word and end it. What has not ended after a quarter of a second is cut.
 */
struct _UsherStream
{
  GObject parent_instance;

  UsherStreamFunc func;   /* (nullable) */
  gpointer user_data;     /* (owned by @destroy) */
  GDestroyNotify destroy; /* (nullable) */

  GMutex mutex;
  GString *pending; /* (owned) (nullable) (mutex mutex) */
  UsherStreamState state;
  gboolean wants_room;      /* (mutex mutex) */
  gboolean is_gone;         /* (mutex mutex) */
  gboolean is_draining;     /* (mutex mutex) */
  gboolean is_told;         /* (mutex mutex): the sink knows that there is something */
  UsherStreamSinkFunc sink; /* (nullable) (mutex mutex) */
  gpointer sink_data;       /* (unowned) (mutex mutex) */
};

G_DEFINE_FINAL_TYPE (UsherStream, usher_stream, G_TYPE_OBJECT)

static void
usher_stream_finalize (GObject *object)
{
  UsherStream *self = USHER_STREAM (object);

  if (self->destroy != NULL)
    self->destroy (self->user_data);
  if (self->pending != NULL)
    g_string_free (self->pending, TRUE);
  g_mutex_clear (&self->mutex);

  G_OBJECT_CLASS (usher_stream_parent_class)->finalize (object);
}

static void
usher_stream_class_init (UsherStreamClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = usher_stream_finalize;
}

static void
usher_stream_init (UsherStream *self)
{
  g_mutex_init (&self->mutex);
}

UsherStream *
usher_stream_new (void)
{
  return g_object_new (USHER_TYPE_STREAM, NULL);
}

/**
 * usher_stream_set_func:
 * @self: a stream whose exchange is not finished
 * @func: (scope notified) (closure user_data) (destroy destroy): what is told
 * @user_data: data for @func
 * @destroy: (nullable): frees @user_data with the stream
 *
 * Sets, once, what is called when there is room again after a write that was refused for want of it, when the host stops, and
 * when the reader is gone: [method@Stream.is_draining] and [method@Stream.is_gone] tell which. Set it before the handler returns, a reader may be gone soon after. It runs on a
 * listener's thread and must not block; it may write. It is not called for an end that the writer made.
 *
 * A reader is also gone when there never is one: for `HEAD`, for a status without a body, and when the handler fails, runs
 * again or sets another body. The last calls it in the handler's own thread, which must not hold a lock then that the function
 * takes. A reference to the stream in @user_data keeps both alive, so give it back when the reader is gone and when you end the
 * stream.
 */
void
usher_stream_set_func (UsherStream *self,
                       UsherStreamFunc func,
                       gpointer user_data,
                       GDestroyNotify destroy)
{
  g_return_if_fail (USHER_IS_STREAM (self));
  g_return_if_fail (func != NULL);
  g_return_if_fail (self->func == NULL);

  self->user_data = user_data;
  self->destroy = destroy;
  self->func = func;
}

/* The lock is held. */
static void
tell_sink (UsherStream *self)
{
  if (self->sink == NULL || self->is_told)
    return;

  self->is_told = TRUE;
  self->sink (self->sink_data);
}

/* The lock is held. */
static gboolean
append (UsherStream *self, const char *data, gsize length, GError **error)
{
  gsize waiting = self->pending != NULL ? self->pending->len : 0;

  if (self->is_gone || self->state != USHER_STREAM_OPEN)
    {
      g_set_error_literal (error,
                           USHER_ERROR,
                           USHER_ERROR_UNAVAILABLE,
                           self->is_gone ? "the reader is gone" : "the stream has ended");
      return FALSE;
    }

  if (waiting + length > USHER_STREAM_MAX)
    {
      self->wants_room = TRUE;
      g_set_error_literal (error, USHER_ERROR, USHER_ERROR_BUSY, "the reader has no room now");
      return FALSE;
    }

  if (self->pending == NULL)
    self->pending = g_string_sized_new (length);
  g_string_append_len (self->pending, data, (gssize) length);
  tell_sink (self);

  return TRUE;
}

/**
 * usher_stream_write:
 * @self: a stream
 * @data: (array length=length) (element-type guint8): the piece
 * @length: how many bytes it has, at most 65536; -1: it ends with a NUL
 * @error: return location for a [error@Error]
 *
 * Writes a piece, all of it or nothing.
 *
 * Returns: whether it was taken; `USHER_ERROR_BUSY`: there is no room, the stream's function will be called;
 *   `USHER_ERROR_UNAVAILABLE`: the reader is gone; `USHER_ERROR_TOO_LARGE`: no stream takes such a piece
 */
gboolean
usher_stream_write (UsherStream *self, const char *data, gssize length, GError **error)
{
  g_autoptr (GMutexLocker) locker = NULL;
  gsize n = 0;

  g_return_val_if_fail (USHER_IS_STREAM (self), FALSE);
  g_return_val_if_fail (data != NULL || length == 0, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  n = length < 0 ? strlen (data) : (gsize) length;
  if (n > USHER_STREAM_MAX)
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_TOO_LARGE,
                   "a piece of %" G_GSIZE_FORMAT " bytes is over %d",
                   n,
                   USHER_STREAM_MAX);
      return FALSE;
    }

  locker = g_mutex_locker_new (&self->mutex);

  return append (self, data, n, error);
}

static void
set_state (UsherStream *self, UsherStreamState state)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (self->state != USHER_STREAM_OPEN || self->is_gone)
    return;

  self->state = state;
  tell_sink (self);
}

/**
 * usher_stream_end:
 * @self: a stream
 *
 * Ends the answer in order, behind what was written. Once it is ended or aborted neither does anything.
 */
void
usher_stream_end (UsherStream *self)
{
  g_return_if_fail (USHER_IS_STREAM (self));

  set_state (self, USHER_STREAM_ENDED);
}

/**
 * usher_stream_abort:
 * @self: a stream
 *
 * Cuts the connection, so that the reader knows that the answer is not whole.
 */
void
usher_stream_abort (UsherStream *self)
{
  g_return_if_fail (USHER_IS_STREAM (self));

  set_state (self, USHER_STREAM_ABORTED);
}

/**
 * usher_stream_is_gone:
 * @self: a stream
 *
 * Tells whether nobody reads any more.
 *
 * Returns: whether the reader is gone
 */
gboolean
usher_stream_is_gone (UsherStream *self)
{
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_val_if_fail (USHER_IS_STREAM (self), TRUE);

  locker = g_mutex_locker_new (&self->mutex);

  return self->is_gone;
}

/**
 * usher_stream_is_draining:
 * @self: a stream
 *
 * Tells whether the host stops, so that the stream is to be ended.
 *
 * Returns: whether it does
 */
gboolean
usher_stream_is_draining (UsherStream *self)
{
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_val_if_fail (USHER_IS_STREAM (self), TRUE);

  locker = g_mutex_locker_new (&self->mutex);

  return self->is_draining;
}

void
usher_stream_drain (UsherStream *self)
{
  gboolean was_draining = FALSE;

  g_mutex_lock (&self->mutex);
  was_draining = self->is_draining || self->is_gone;
  self->is_draining = TRUE;
  g_mutex_unlock (&self->mutex);

  if (!was_draining && self->func != NULL)
    self->func (self, self->user_data);
}

void
usher_stream_attach (UsherStream *self, UsherStreamSinkFunc func, gpointer user_data)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->sink = func;
  self->sink_data = user_data;
  if (self->pending != NULL || self->state != USHER_STREAM_OPEN)
    tell_sink (self);
}

GString *
usher_stream_take (UsherStream *self, UsherStreamState *state)
{
  GString *pending = NULL;
  gboolean tells = FALSE;

  g_mutex_lock (&self->mutex);
  pending = g_steal_pointer (&self->pending);
  *state = self->state;
  self->is_told = FALSE;
  tells = self->wants_room;
  self->wants_room = FALSE;
  g_mutex_unlock (&self->mutex);

  if (tells && self->func != NULL)
    self->func (self, self->user_data);

  return pending;
}

void
usher_stream_detach (UsherStream *self)
{
  gboolean was_gone = FALSE;

  g_mutex_lock (&self->mutex);
  was_gone = self->is_gone;
  self->is_gone = TRUE;
  self->sink = NULL;
  if (self->pending != NULL)
    g_string_free (g_steal_pointer (&self->pending), TRUE);
  g_mutex_unlock (&self->mutex);

  if (!was_gone && self->func != NULL)
    self->func (self, self->user_data);
}

void
usher_stream_forget_func (UsherStream *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->func = NULL;
}
