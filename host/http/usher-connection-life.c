/* usher-connection-life.c: who has a connection, and what goes with its request and with itself
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-connection-private.h"

void
usher_connection_forget_request (UsherConnection *self)
{
  if (self->exchange != NULL)
    usher_server_thread_give_exchange (self->thread, g_steal_pointer (&self->exchange));
  if (self->body != NULL)
    g_string_free (g_steal_pointer (&self->body), TRUE);
  self->parser.body = NULL;
  usher_http_parser_clear (&self->parser);
}

void
usher_connection_unref (UsherConnection *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  usher_connection_forget_request (self);
  usher_server_thread_unref (self->thread);
  g_free (self->address);
  g_free (self);
}
