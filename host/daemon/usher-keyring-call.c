/* usher-keyring-call.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-keyring-call.h"

/* milliseconds: for all that one look-up asks, and for it to end when that is over */
#define PATIENCE 2000
#define GRACE    500

struct _UsherKeyringCall
{
  GMainContext *context;     /* (owned) */
  GCancellable *cancellable; /* (owned) */
  GAsyncResult *result;      /* (owned) (nullable) */
  gint64 deadline;           /* monotonic */
  gboolean is_lost;
};

UsherKeyringCall *
usher_keyring_call_new (void)
{
  UsherKeyringCall *self = g_new0 (UsherKeyringCall, 1);

  self->context = g_main_context_new ();
  self->cancellable = g_cancellable_new ();
  self->deadline = g_get_monotonic_time () + PATIENCE * G_TIME_SPAN_MILLISECOND;
  g_main_context_push_thread_default (self->context);

  return self;
}

void
usher_keyring_call_free (UsherKeyringCall *self, const UsherLibsecret *library)
{
  /* it holds what was asked, whose watches end only in this context */
  g_clear_object (&self->result);
  library->disconnect ();
  /* what it has left to say, such as that a watch is over */
  while (g_main_context_iteration (self->context, FALSE))
    continue;
  g_main_context_pop_thread_default (self->context);
  /* its answer may still come */
  if (self->is_lost)
    return;

  g_object_unref (self->cancellable);
  g_main_context_unref (self->context);
  g_free (self);
}

GCancellable *
usher_keyring_call_get_cancellable (UsherKeyringCall *self)
{
  return self->cancellable;
}

void
usher_keyring_call_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  UsherKeyringCall *self = user_data;

  g_set_object (&self->result, result);
}

static gboolean
on_timeout (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* Until there is a result, or @deadline. */
static void
iterate (UsherKeyringCall *self, gint64 deadline)
{
  g_autoptr (GSource) source = g_timeout_source_new (
      (guint) (MAX (0, deadline - g_get_monotonic_time ()) / G_TIME_SPAN_MILLISECOND) + 1);

  g_source_set_callback (source, on_timeout, NULL, NULL);
  g_source_attach (source, self->context);
  while (self->result == NULL && g_get_monotonic_time () < deadline)
    g_main_context_iteration (self->context, TRUE);
  g_source_destroy (source);
}

GAsyncResult *
usher_keyring_call_await (UsherKeyringCall *self)
{
  g_clear_object (&self->result);
  iterate (self, self->deadline);
  if (self->result == NULL)
    {
      g_cancellable_cancel (self->cancellable);
      iterate (self, g_get_monotonic_time () + GRACE * G_TIME_SPAN_MILLISECOND);
    }
  self->is_lost = self->result == NULL;

  return self->result;
}

gboolean
usher_keyring_call_is_late (UsherKeyringCall *self)
{
  return g_cancellable_is_cancelled (self->cancellable);
}
