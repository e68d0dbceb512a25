/* test-gateway-stream.c: streams, and clients that leave, through a gateway
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "gateway-stage.h"
#include "usher-error.h"

#define STREAM "GET /tickets/stream HTTP/1.1\r\nHost: a\r\n\r\n"
#define LATER  "GET /tickets/later HTTP/1.1\r\nHost: a\r\n\r\n"
#define GET    "GET /tickets HTTP/1.1\r\nHost: a\r\n\r\n"

static GSocket *
begin (GatewayStage *stage, GatewayCopy *copy, UsherStream **stream)
{
  GSocket *socket = http_peer_connect_uri (usher_gateway_get_uri (stage->gateway));
  g_autoptr (Answer) answer = NULL;

  http_peer_send (socket, STREAM);
  *stream = http_streams_pop (&copy->streams);
  answer = http_peer_receive (socket, FALSE);
  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_nonnull (strstr (answer->head, "\r\nTransfer-Encoding: chunked\r\n"));
  g_assert_nonnull (strstr (answer->head, "\r\nContent-Type: text/plain\r\n"));

  return socket;
}

static void
test_pieces (GatewayStage *stage, gconstpointer data)
{
  GatewayCopy *copy = gateway_stage_add (stage, "one", "tickets");
  g_autoptr (UsherStream) stream = NULL;
  g_autoptr (GSocket) socket = begin (stage, copy, &stream);
  g_autoptr (Answer) next = NULL;
  g_autofree char *rest = NULL;

  g_test_summary ("Each piece is passed on when it comes, and the connections go on after the end");

  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *piece = g_strdup_printf ("piece %u\n", i);
      g_autofree char *text = NULL;

      http_stream_write_patiently (stream, piece);
      text = http_stream_read (socket, 1);
      g_assert_cmpstr (text, ==, piece);
    }
  usher_stream_end (stream);
  rest = http_stream_read_to_end (socket);
  g_assert_cmpstr (rest, ==, "");

  http_peer_send (socket, GET);
  next = http_peer_receive (socket, TRUE);
  g_assert_cmpstr (next->body, ==, "one");
}

static gpointer
run_writer (gpointer data)
{
  UsherStream *stream = data;
  g_autofree char *piece = g_strnfill (10000, 'x');

  piece[9999] = '\n';
  for (guint i = 0; i < 2000; i++)
    http_stream_write_patiently (stream, piece);
  usher_stream_end (stream);

  return NULL;
}

static void
test_large (GatewayStage *stage, gconstpointer data)
{
  GatewayCopy *copy = gateway_stage_add_tcp (stage, "one", "tickets");
  g_autoptr (UsherStream) stream = NULL;
  g_autoptr (GSocket) socket = begin (stage, copy, &stream);
  GThread *writer = g_thread_new ("writer", run_writer, stream);
  g_autofree char *text = NULL;

  g_test_summary ("20 MB go through whole");

  text = http_stream_read_to_end (socket);
  g_thread_join (writer);
  g_assert_nonnull (text);
  g_assert_cmpuint (strlen (text), ==, 20000000);
}

static void
test_back_pressure (GatewayStage *stage, gconstpointer data)
{
  GatewayCopy *copy = gateway_stage_add (stage, "one", "tickets");
  g_autoptr (UsherStream) stream = NULL;
  g_autoptr (GSocket) socket = begin (stage, copy, &stream);
  g_autofree char *text = NULL;
  g_autofree char *rest = NULL;
  int n_room = 0;
  gsize n = 0;

  g_test_summary ("A reader that is slow holds up the writer behind the gateway");

  n = http_streams_fill (&copy->streams, stream, &n_room);
  g_assert_cmpuint (n, <, 32 * 1024 * 1024);
  text = http_stream_read_bytes (socket, n);
  http_streams_await (&copy->streams.n_room, n_room + 1);
  g_assert_cmpuint (strspn (text, "x"), ==, n);
  g_assert_true (usher_stream_write (stream, "end", -1, NULL));
  usher_stream_end (stream);
  rest = http_stream_read_to_end (socket);
  g_assert_cmpstr (rest, ==, "end");
}

static void
test_abort (GatewayStage *stage, gconstpointer data)
{
  GatewayCopy *copy = gateway_stage_add (stage, "one", "tickets");
  g_autoptr (UsherStream) stream = NULL;
  g_autoptr (GSocket) socket = begin (stage, copy, &stream);
  g_autofree char *text = NULL;

  g_test_summary ("A stream that is cut behind the gateway is cut before it");

  g_assert_true (usher_stream_write (stream, "one", -1, NULL));
  usher_stream_abort (stream);
  text = http_stream_read_to_end (socket);
  g_assert_null (text);
}

static void
test_killed (GatewayStage *stage, gconstpointer data)
{
  GatewayCopy *copy = gateway_stage_add (stage, "one", "tickets");
  g_autoptr (UsherStream) stream = NULL;
  g_autoptr (GSocket) socket = begin (stage, copy, &stream);
  g_autofree char *text = NULL;

  g_test_summary ("A stream whose host is killed is cut");

  gateway_stage_kill (copy);
  text = http_stream_read_to_end (socket);
  g_assert_null (text);
}

static void
test_malformed (GatewayStage *stage, gconstpointer data)
{
  g_autoptr (GatewayImpostor) impostor = gateway_stage_add_impostor (
      stage,
      "one",
      "tickets",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\nnonsense\r\n",
      FALSE);
  g_autoptr (GSocket) socket = http_peer_connect_uri (usher_gateway_get_uri (stage->gateway));
  g_autoptr (Answer) answer = NULL;
  g_autofree char *text = NULL;

  g_test_summary ("A stream with chunks that are none is cut");

  http_peer_send (socket, GET);
  answer = http_peer_receive (socket, FALSE);
  text = answer->status == 200 ? http_stream_read_to_end (socket) : NULL;
  g_assert_null (text);
}

static void
test_reader_gone (GatewayStage *stage, gconstpointer data)
{
  GatewayCopy *copy = gateway_stage_add (stage, "one", "tickets");
  g_autoptr (UsherStream) stream = NULL;
  GSocket *socket = begin (stage, copy, &stream);

  g_test_summary ("A reader that leaves the gateway leaves the writer behind it");

  g_object_unref (socket);
  usher_test_until (!usher_stream_write (stream, "x", 1, NULL));
  http_streams_await (&copy->streams.n_gone, 1);
  gateway_stage_expect (stage, GET, 200, "one");
}

static void
on_gone (UsherExchange *exchange, gpointer user_data)
{
  g_atomic_int_inc ((int *) user_data);
}

static void
test_client_gone (GatewayStage *stage, gconstpointer data)
{
  GatewayCopy *copy = gateway_stage_add (stage, "one", "tickets");
  GSocket *socket = http_peer_connect_uri (usher_gateway_get_uri (stage->gateway));
  g_autoptr (UsherExchange) exchange = NULL;
  int n_gone = 0;

  g_test_summary ("A client that leaves the gateway ends the wait behind it");

  http_peer_send (socket, LATER);
  exchange = usher_test_pop (copy->later);
  g_assert_nonnull (exchange);
  g_assert_true (usher_exchange_set_gone_func (exchange, on_gone, &n_gone, NULL));
  g_object_unref (socket);
  http_streams_await (&n_gone, 1);
  usher_exchange_finish (exchange);
  gateway_stage_expect (stage, GET, 200, "one");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  gateway_stage_add_test ("/gateway/stream/pieces", NULL, test_pieces);
  gateway_stage_add_test ("/gateway/stream/large", NULL, test_large);
  gateway_stage_add_test ("/gateway/stream/back-pressure", NULL, test_back_pressure);
  gateway_stage_add_test ("/gateway/stream/abort", NULL, test_abort);
  gateway_stage_add_test ("/gateway/stream/killed", NULL, test_killed);
  gateway_stage_add_test ("/gateway/stream/malformed", NULL, test_malformed);
  gateway_stage_add_test ("/gateway/stream/reader-gone", NULL, test_reader_gone);
  gateway_stage_add_test ("/gateway/client-gone", NULL, test_client_gone);

  return g_test_run ();
}
