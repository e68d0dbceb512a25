/* test-proxy-protocol.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "http-peer.h"
#include "usher-proxies-private.h"
#include "usher-proxy-protocol-private.h"

#define V2       "\r\n\r\n\0\r\nQUIT\n"
#define TCP4     V2 "\x21\x11"
#define TCP6     V2 "\x21\x21"
#define PORTS    "\x10\x00\x00\x50"
#define FROM     "\xc0\x00\x02\x01"
#define TO       "\x7f\x00\x00\x01"
#define FROM6    "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01"
#define LINE     "PROXY TCP4 192.0.2.1 127.0.0.1 4096 80\r\n"
#define ADDRESS  "GET /address HTTP/1.1\r\nHost: a\r\n\r\n"
#define BYTES(s) s, sizeof s - 1

typedef struct
{
  const char *bytes;
  gsize length;
  const char *address; /* (nullable): it is the proxy's own */
  gboolean is_secure;
} Case;

static const Case good[] = {
  { BYTES (LINE), "192.0.2.1", FALSE },
  { BYTES ("PROXY TCP4 192.0.2.1 127.0.0.1 4096 443\r\n"), "192.0.2.1", TRUE },
  { BYTES ("PROXY TCP6 2001:db8::1 ::1 4096 80\r\n"), "2001:db8::1", FALSE },
  { BYTES ("PROXY UNKNOWN\r\n"), NULL, FALSE },
  { BYTES ("PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n"), NULL, FALSE },
  { BYTES (TCP4 "\0\x0c" FROM TO PORTS), "192.0.2.1", FALSE },
  { BYTES (TCP4 "\0\x0c" FROM TO "\x10\0\x01\xbb"), "192.0.2.1", TRUE },
  { BYTES (TCP6 "\0\x24" FROM6 FROM6 PORTS), "2001:db8::1", FALSE },
  { BYTES (TCP4 "\0\x14" FROM TO PORTS "\x20\0\x05\x01\0\0\0\0"), "192.0.2.1", TRUE },
  { BYTES (TCP4 "\0\x14" FROM TO "\x10\0\x01\xbb\x20\0\x05\0\0\0\0\0"), "192.0.2.1", FALSE },
  { BYTES (TCP4 "\0\x18" FROM TO PORTS "\x04\0\x01\0\x20\0\x05\x01\0\0\0\0"), "192.0.2.1", TRUE },
  { BYTES (TCP4 "\0\x0f" FROM TO PORTS "\x04\0\0"), "192.0.2.1", FALSE },
  { BYTES (V2 "\x20\0\0\0"), NULL, FALSE },
  { BYTES (V2 "\x20\x11\0\x0c" FROM TO PORTS), NULL, FALSE },
  { BYTES (V2 "\x21\0\0\x03"
              "abc"),
    NULL,
    FALSE },
};

static const Case bad[] = {
  { BYTES ("GET / HTTP/1.1\r\n") },
  { BYTES ("PROXY\r\n") },
  { BYTES ("PROXY TCP4\r\n") },
  { BYTES ("PROXY TCP5 192.0.2.1 127.0.0.1 1 2\r\n") },
  { BYTES ("PROXY TCP4 192.0.2.1 127.0.0.1 4096\r\n") },
  { BYTES ("PROXY TCP4 192.0.2.1 127.0.0.1 4096 80 1\r\n") },
  { BYTES ("PROXY TCP4  192.0.2.1 127.0.0.1 4096 80\r\n") },
  { BYTES ("PROXY TCP4 192.0.2.256 127.0.0.1 4096 80\r\n") },
  { BYTES ("PROXY TCP4 ::1 ::1 4096 80\r\n") },
  { BYTES ("PROXY TCP6 192.0.2.1 127.0.0.1 4096 80\r\n") },
  { BYTES ("PROXY TCP4 192.0.2.1 127.0.0.1 65536 80\r\n") },
  { BYTES ("PROXY TCP4 192.0.2.1 127.0.0.1 -1 80\r\n") },
  { BYTES ("PROXY TCP4 192.0.2.1 127.0.0.1 4096 080\r\n") },
  { BYTES ("PROXY TCP4 192.0.2.1 127.0.0.1 4096 80\n") },
  { BYTES ("PROXY TCP4 192.0.2.1\0 127.0.0.1 4096 80\r\n") },
  { BYTES ("proxy TCP4 192.0.2.1 127.0.0.1 4096 80\r\n") },
  { BYTES ("PROXY UNKNOWN "
           "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
           "aaaaaa"
           "a") },
  { BYTES (V2 "\x11\x11\0\x0c" FROM TO PORTS) },
  { BYTES (V2 "\x22\x11\0\x0c" FROM TO PORTS) },
  { BYTES (V2 "\x21\x41\0\x0c" FROM TO PORTS) },
  { BYTES (TCP4 "\0\x0b" FROM TO "\x10\0\0") },
  { BYTES (TCP6 "\0\x0c" FROM TO PORTS) },
  { BYTES (TCP4 "\0\x0f" FROM TO PORTS "\x04\xff\xff") },
  { BYTES (TCP4 "\0\x0e" FROM TO PORTS "\x04\0") },
  { BYTES (TCP4 "\xff\xff" FROM) },
  { BYTES ("\r\n\r\nGET / HTTP/1.1\r\n") },
};

static void
assert_source (const UsherProxySource *source, const Case *expected)
{
  g_autoptr (GInetAddress) address = NULL;
  g_autofree char *text = NULL;

  g_assert_cmpint (source->is_local, ==, expected->address == NULL);
  if (expected->address == NULL)
    return;

  address = usher_proxies_make_address (&source->address);
  text = g_inet_address_to_string (address);
  g_assert_cmpstr (text, ==, expected->address);
  g_assert_cmpint (source->is_secure, ==, expected->is_secure);
}

/* On the heap and no longer than told, so that a reading behind its end is seen. */
static gssize
read_header (const char *bytes, gsize length, UsherProxySource *source)
{
  g_autofree char *copy = g_memdup2 (bytes, length);

  return usher_proxy_protocol_read (copy, length, source);
}

static void
test_good (void)
{
  g_test_summary (
      "A header is read when it is whole, whatever stands behind, and waited for till then");

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GString) more = g_string_new_len (good[i].bytes, (gssize) good[i].length);
      UsherProxySource source;

      g_test_message ("header %u", i);
      for (gsize n = 1; n < good[i].length; n++)
        g_assert_cmpint (read_header (good[i].bytes, n, &source), ==, 0);
      g_assert_cmpint (read_header (good[i].bytes, good[i].length, &source), ==, good[i].length);
      assert_source (&source, &good[i]);
      g_string_append (more, ADDRESS);
      g_assert_cmpint (read_header (more->str, more->len, &source), ==, good[i].length);
      assert_source (&source, &good[i]);
    }
}

static void
test_bad (void)
{
  g_test_summary ("What is no header is refused, and never taken for one");

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      UsherProxySource source;

      g_test_message ("header %u", i);
      for (gsize n = 1; n < bad[i].length; n++)
        g_assert_cmpint (read_header (bad[i].bytes, n, &source), <=, 0);
      g_assert_cmpint (read_header (bad[i].bytes, bad[i].length, &source), ==, -1);
    }
}

static void
ask (GSocket *socket, const char *header, gsize length, const char *text)
{
  http_peer_send_bytes (socket, header, length);
  http_peer_send (socket, text);
}

static void
test_front (Fixture *fixture, gconstpointer data)
{
  static const char *const expected[] = {
    "192.0.2.1 plain", "192.0.2.1 secure", "2001:db8::1 plain", "127.0.0.1 plain"
  };

  g_test_summary ("A request is of the client that the header names, on all of its connection");

  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_autoptr (GSocket) socket = http_peer_connect (fixture);

      for (guint n = 0; n < 2; n++)
        {
          g_autoptr (Answer) answer = NULL;

          ask (socket, good[i].bytes, n == 0 ? good[i].length : 0, ADDRESS);
          answer = http_peer_receive (socket, TRUE);
          g_assert_cmpstr (answer->body, ==, expected[i]);
        }
    }
}

static void
test_front_without (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Answer) answer = http_peer_ask (fixture, ADDRESS);

  g_test_summary ("A connection without the header is closed without an answer");

  g_assert_cmpuint (answer->status, ==, 0);
}

static void
test_front_forged (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocket) socket = http_peer_connect (fixture);
  g_autoptr (Answer) answer = NULL;

  g_test_summary ("A client that is no proxy himself is not believed by his headers");

  ask (socket,
       BYTES (LINE),
       "GET /address HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 198.51.100.9\r\n\r\n");
  answer = http_peer_receive (socket, TRUE);
  g_assert_cmpstr (answer->body, ==, "192.0.2.1 plain");
}

static void
test_front_untrusted (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocket) socket = http_peer_connect (fixture);
  g_autoptr (Answer) answer = NULL;

  g_test_summary ("Who is no trusted proxy is not answered, header or not");

  ask (socket, BYTES (LINE), ADDRESS);
  answer = http_peer_receive (socket, TRUE);
  g_assert_cmpuint (answer->status, ==, 0);
}

static void
test_front_twice (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSocket) socket = http_peer_connect (fixture);
  g_autoptr (Answer) answer = NULL;

  g_test_summary ("A second header is no request");

  ask (socket, BYTES (LINE), LINE ADDRESS);
  answer = http_peer_receive (socket, TRUE);
  g_assert_cmpuint (answer->status, ==, 400);
}

static void
test_front_limits (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) sockets = g_ptr_array_new_with_free_func (g_object_unref);
  static const guint statuses[] = { 200, 200, 503 };
  g_autoptr (GSocket) other = http_peer_connect (fixture);
  g_autoptr (Answer) of_other = NULL;

  g_test_summary ("Connections are counted by the address that the header names");

  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      GSocket *socket = http_peer_connect (fixture);
      g_autoptr (Answer) answer = NULL;

      g_ptr_array_add (sockets, socket);
      ask (socket, BYTES (LINE), ADDRESS);
      answer = http_peer_receive (socket, TRUE);
      g_assert_cmpuint (answer->status, ==, statuses[i]);
    }

  ask (other, good[2].bytes, good[2].length, ADDRESS);
  of_other = http_peer_receive (other, TRUE);
  g_assert_cmpuint (of_other->status, ==, 200);
}

#define test(path, settings, func) \
  g_test_add (path, Fixture, settings, http_peer_set_up, func, http_peer_tear_down)

int
main (int argc, char **argv)
{
  static const char *const proxied[] = { "http.proxy-protocol=true",
                                         "http.trusted-proxies=127.0.0.1",
                                         NULL };
  static const char *const untrusted[] = { "http.proxy-protocol=true",
                                           "http.trusted-proxies=10.0.0.0/8",
                                           NULL };
  static const char *const two[] = { "http.proxy-protocol=true",
                                     "http.trusted-proxies=127.0.0.1",
                                     "http.max-connections-per-address=2",
                                     NULL };

  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/proxy-protocol/good", test_good);
  g_test_add_func ("/proxy-protocol/bad", test_bad);
  test ("/proxy-protocol/front", proxied, test_front);
  test ("/proxy-protocol/front/without", proxied, test_front_without);
  test ("/proxy-protocol/front/forged", proxied, test_front_forged);
  test ("/proxy-protocol/front/twice", proxied, test_front_twice);
  test ("/proxy-protocol/front/untrusted", untrusted, test_front_untrusted);
  test ("/proxy-protocol/front/limits", two, test_front_limits);

  return g_test_run ();
}
