/* usher-server-thread.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-server-thread-private.h"

#include <malloc.h>

#include "usher-exchange-private.h"
#include "usher-stream-private.h"

/* connections that leave something behind that is worth a look */
#define CROWD 128
/* objects that are kept for the next requests */
#define MAX_SPARE 32

/* A crowd has left: what it took goes back to the system, as the next one may be long in coming. */
static void
trim (UsherServerThread *self)
{
  int n = g_atomic_int_get (&self->n_connections);

  self->n_most = MAX (self->n_most, n);
  if (self->n_most < CROWD || n > self->n_most / 4)
    return;

  self->n_most = n;
  malloc_trim (0);
}

/* ends what a batch of requests shares, such as a read transaction */
static void
on_batch (gpointer user_data)
{
  UsherServerThread *self = user_data;

  trim (self);
  if (self->n_requests > 0 && self->serving->idle != NULL)
    self->serving->idle (self->serving->idle_data);
  self->n_requests = 0;
}

UsherServerThread *
usher_server_thread_ref (UsherServerThread *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
usher_server_thread_unref (UsherServerThread *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  usher_buffers_free (self->buffers);
  g_free (self->room);
  g_ptr_array_unref (self->spare);
  g_clear_pointer (&self->loop, usher_loop_free);
  g_free (self);
}

UsherServerThread *
usher_server_thread_new (UsherServing *serving, guint number, GError **error)
{
  UsherServerThread *self = g_new0 (UsherServerThread, 1);
  g_autofree char *name = g_strdup_printf ("usher-%s-%u", serving->name, number);

  g_atomic_ref_count_init (&self->ref_count);
  self->serving = serving;
  self->buffers = usher_buffers_new ();
  self->room = g_malloc (USHER_SERVER_READ);
  self->spare = g_ptr_array_new_with_free_func (g_object_unref);
  self->dated_at = G_MININT64;
  self->loop = usher_loop_new (name, on_batch, self, error);
  if (self->loop != NULL)
    return self;

  usher_server_thread_unref (self);

  return NULL;
}

static void
on_drain (UsherTask *task)
{
  UsherServerThread *self = task->data;

  for (GList *node = self->streams.head; node != NULL; node = node->next)
    usher_stream_drain (node->data);
}

void
usher_server_thread_drain (UsherServerThread *self)
{
  self->drain.func = on_drain;
  self->drain.data = self;
  usher_loop_post (self->loop, &self->drain);
}

void
usher_server_thread_stop (UsherServerThread *self)
{
  usher_loop_stop (self->loop);
}

UsherExchange *
usher_server_thread_take_exchange (UsherServerThread *self)
{
  if (self->spare->len > 0)
    return g_ptr_array_steal_index_fast (self->spare, self->spare->len - 1);

  return g_object_new (USHER_TYPE_EXCHANGE, NULL);
}

void
usher_server_thread_give_exchange (UsherServerThread *self, UsherExchange *exchange)
{
  if (self->spare->len < MAX_SPARE && usher_exchange_recycle (exchange))
    g_ptr_array_add (self->spare, exchange);
  else
    g_object_unref (exchange);
}

/* Made once a second. */
const char *
usher_server_thread_get_date (UsherServerThread *self)
{
  gint64 now = usher_loop_get_now (self->loop) / G_USEC_PER_SEC;

  if (now != self->dated_at)
    usher_http_date_write (self->date);
  self->dated_at = now;

  return self->date;
}
