/* usher-test-old-mongodb.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-old-mongodb.h"

#include <bson/bson.h>
#include <gio/gio.h>

#define MAX_MESSAGE 65536
/* of the wire, as MongoDB's documentation names them */
#define OP_REPLY 1
#define OP_QUERY 2004
#define OP_MSG   2013

struct _UsherTestOldMongodb
{
  GSocketListener *listener; /* (owned) */
  GCancellable *end;         /* (owned) */
  GThread *thread;           /* (owned): that accepts; each connection has one more */
  guint16 port;
};

typedef struct
{
  GSocketConnection *connection; /* (owned) */
  GCancellable *end;             /* (owned) */
} Guest;

static void
put (GOutputStream *out, gint32 number)
{
  gint32 wire = GINT32_TO_LE (number);

  g_output_stream_write_all (out, &wire, sizeof wire, NULL, NULL, NULL);
}

/* what 4.0 says of itself */
static bson_t *
make_answer (void)
{
  return BCON_NEW ("ismaster",
                   BCON_BOOL (true),
                   "isWritablePrimary",
                   BCON_BOOL (true),
                   "maxBsonObjectSize",
                   BCON_INT32 (16777216),
                   "maxMessageSizeBytes",
                   BCON_INT32 (48000000),
                   "maxWriteBatchSize",
                   BCON_INT32 (100000),
                   "minWireVersion",
                   BCON_INT32 (0),
                   "maxWireVersion",
                   BCON_INT32 (7),
                   "version",
                   BCON_UTF8 ("4.0.28"),
                   "versionArray",
                   "[",
                   BCON_INT32 (4),
                   BCON_INT32 (0),
                   BCON_INT32 (28),
                   BCON_INT32 (0),
                   "]",
                   "ok",
                   BCON_DOUBLE (1));
}

/* @head: of the question: its size, number, what it answers, kind */
static void
answer (GOutputStream *out, const gint32 *head, GError **error)
{
  gboolean is_query = GINT32_FROM_LE (head[3]) == OP_QUERY;
  bson_t *body = make_answer ();
  g_autoptr (GOutputStream) message = g_memory_output_stream_new_resizable ();
  GMemoryOutputStream *memory = G_MEMORY_OUTPUT_STREAM (message);

  put (message, 16 + (is_query ? 20 : 5) + (gint32) body->len);
  put (message, 1);
  put (message, GINT32_FROM_LE (head[1]));
  put (message, is_query ? OP_REPLY : OP_MSG);
  put (message, 0);
  if (is_query)
    {
      put (message, 0);
      put (message, 0);
      put (message, 0);
      put (message, 1);
    }
  else
    g_output_stream_write_all (message, "", 1, NULL, NULL, NULL);
  g_output_stream_write_all (message, bson_get_data (body), body->len, NULL, NULL, NULL);
  g_output_stream_write_all (out,
                             g_memory_output_stream_get_data (memory),
                             g_memory_output_stream_get_data_size (memory),
                             NULL,
                             NULL,
                             error);
  bson_destroy (body);
}

static gpointer
serve (gpointer data)
{
  Guest *guest = data;
  GInputStream *in = g_io_stream_get_input_stream (G_IO_STREAM (guest->connection));
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (guest->connection));
  g_autofree char *rest = g_malloc (MAX_MESSAGE);
  g_autoptr (GError) error = NULL;
  gint32 head[4];
  gsize n_read = 0;

  while (error == NULL &&
         g_input_stream_read_all (in, head, sizeof head, &n_read, guest->end, NULL) &&
         n_read == sizeof head)
    {
      gint32 size = GINT32_FROM_LE (head[0]) - (gint32) sizeof head;

      if (size < 0 || size > MAX_MESSAGE ||
          !g_input_stream_read_all (in, rest, (gsize) size, NULL, guest->end, NULL))
        break;
      answer (out, head, &error);
    }
  g_object_unref (guest->connection);
  g_object_unref (guest->end);
  g_free (guest);

  return NULL;
}

static gpointer
accept_all (gpointer data)
{
  UsherTestOldMongodb *self = data;
  GSocketConnection *connection = NULL;

  while ((connection = g_socket_listener_accept (self->listener, NULL, self->end, NULL)) != NULL)
    {
      Guest *guest = g_new0 (Guest, 1);

      guest->connection = connection;
      guest->end = g_object_ref (self->end);
      g_thread_unref (g_thread_new ("old-mongodb", serve, guest));
    }

  return NULL;
}

UsherTestOldMongodb *
usher_test_old_mongodb_new (void)
{
  UsherTestOldMongodb *self = g_new0 (UsherTestOldMongodb, 1);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GError) error = NULL;

  self->end = g_cancellable_new ();
  self->listener = g_socket_listener_new ();
  g_socket_listener_add_address (
      self->listener, any, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL, &address, &error);
  g_assert_no_error (error);
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
  self->thread = g_thread_new ("old-mongodb", accept_all, self);

  return self;
}

void
usher_test_old_mongodb_free (UsherTestOldMongodb *self)
{
  g_cancellable_cancel (self->end);
  g_thread_join (self->thread);
  g_socket_listener_close (self->listener);
  g_object_unref (self->listener);
  g_object_unref (self->end);
  g_free (self);
}

guint16
usher_test_old_mongodb_get_port (UsherTestOldMongodb *self)
{
  return self->port;
}
