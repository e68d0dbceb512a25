/* test-proxies.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <arpa/inet.h>

#include "usher-error.h"
#include "usher-proxies-private.h"
#include "usher-request-private.h"

static const char *const trusted[] = { "127.0.0.1", "10.0.0.0/8", "2001:db8::/32", NULL };

/* What one request says, and who it is then. */
typedef struct
{
  const char *headers[8]; /* name, value, … */
  const char *address;
  gboolean is_secure;
  const char *authority;
} Case;

static void
assert_origin (const Case *expected, gboolean is_standard)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherProxies) proxies = usher_proxies_new (trusted, is_standard, &error);
  g_autoptr (UsherRequest) request = usher_request_new ("GET", "/");

  g_assert_no_error (error);
  usher_request_add_header (request, "Host", "own.example");
  for (guint i = 0; expected->headers[i] != NULL; i += 2)
    {
      g_test_message ("%s: %s", expected->headers[i], expected->headers[i + 1]);
      usher_request_add_header (request, expected->headers[i], expected->headers[i + 1]);
    }

  usher_proxies_set_origin (proxies, request, "127.0.0.1", FALSE);
  g_assert_cmpstr (usher_request_get_address (request), ==, expected->address);
  g_assert_cmpint (usher_request_is_secure (request), ==, expected->is_secure);
  g_assert_cmpstr (usher_request_get_authority (request),
                   ==,
                   expected->authority != NULL ? expected->authority : "own.example");
}

#define FOR   "X-Forwarded-For"
#define PROTO "X-Forwarded-Proto"
#define HOST  "X-Forwarded-Host"

static void
test_forwarded_for (void)
{
  static const Case cases[] = {
    { { NULL }, "127.0.0.1", FALSE, NULL },
    { { FOR, "192.0.2.1" }, "192.0.2.1", FALSE, NULL },
    { { FOR, "192.0.2.1:1234" }, "192.0.2.1", FALSE, NULL },
    { { FOR, "2001:db9::1" }, "2001:db9::1", FALSE, NULL },
    { { FOR, "[2001:db9::1]" }, "2001:db9::1", FALSE, NULL },
    { { FOR, "[2001:db9::1]:1234" }, "2001:db9::1", FALSE, NULL },
    { { FOR, " 192.0.2.1 ,\t10.1.2.3 " }, "192.0.2.1", FALSE, NULL },
    { { FOR, "192.0.2.1, 2001:db8::7, 10.1.2.3" }, "192.0.2.1", FALSE, NULL },
    { { FOR, "192.0.2.1", FOR, "10.1.2.3" }, "192.0.2.1", FALSE, NULL },
    { { FOR, "10.9.9.9, 10.1.2.3" }, "10.9.9.9", FALSE, NULL },
    { { PROTO, "https", HOST, "shop.example" }, "127.0.0.1", TRUE, "shop.example" },
    { { PROTO, "HTTPS" }, "127.0.0.1", TRUE, NULL },
    { { PROTO, "http", HOST, "" }, "127.0.0.1", FALSE, NULL },
  };

  g_test_summary (
      "The client is the last address that is no proxy of ours, whatever it looks like");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_origin (&cases[i], FALSE);
}

static void
test_forged (void)
{
  static const Case cases[] = {
    { { FOR, "198.51.100.9, 192.0.2.1" }, "192.0.2.1", FALSE, NULL },
    { { FOR, "198.51.100.9", FOR, "192.0.2.1, 10.1.2.3" }, "192.0.2.1", FALSE, NULL },
    { { FOR, "10.0.0.1, 192.0.2.1" }, "192.0.2.1", FALSE, NULL },
    { { FOR, "198.51.100.9, nonsense" }, "127.0.0.1", FALSE, NULL },
    { { FOR, "198.51.100.9, nonsense, 10.1.2.3" }, "10.1.2.3", FALSE, NULL },
    { { FOR, "198.51.100.9, " }, "127.0.0.1", FALSE, NULL },
    { { FOR, "198.51.100.9, \"192.0.2.1" }, "127.0.0.1", FALSE, NULL },
    { { FOR, "\"", FOR, "192.0.2.1" }, "192.0.2.1", FALSE, NULL },
    { { FOR, "\"\\, 192.0.2.1, 10.1.2.3" }, "192.0.2.1", FALSE, NULL },
    { { PROTO, "https", PROTO, "http" }, "127.0.0.1", FALSE, NULL },
    { { HOST, "a\", for=198.51.100.9;host=\"b" }, "127.0.0.1", FALSE, NULL },
    { { HOST, "evil.example", HOST, "shop.example" }, "127.0.0.1", FALSE, "shop.example" },
    { { "Forwarded", "for=198.51.100.9;proto=https;host=evil.example" }, "127.0.0.1", FALSE, NULL },
    { { HOST, "a\", for=198.51.100.9;x=\"" }, "127.0.0.1", FALSE, NULL },
  };

  g_test_summary ("What a client wrote before the proxy added to it is not believed");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_origin (&cases[i], FALSE);
}

#define STANDARD(text) \
  {                    \
    "Forwarded", text  \
  }

static void
test_standard (void)
{
  static const Case cases[] = {
    { STANDARD ("for=192.0.2.1"), "192.0.2.1", FALSE, NULL },
    { STANDARD ("For=\"192.0.2.1:1234\";Proto=HTTPS;Host=shop.example"),
      "192.0.2.1",
      TRUE,
      "shop.example" },
    { STANDARD ("for=\"[2001:db9::1]:1234\""), "2001:db9::1", FALSE, NULL },
    { STANDARD ("proto=https;for=192.0.2.1;host=\"shop.example:8443\""),
      "192.0.2.1",
      TRUE,
      "shop.example:8443" },
    { STANDARD ("for=192.0.2.1;by=10.0.0.1;ext=\"a,b;c=\\\"d\""), "192.0.2.1", FALSE, NULL },
    { STANDARD ("for=192.0.2.1;proto=https;host=a.example, for=10.1.2.3;proto=http;host=inner"),
      "192.0.2.1",
      TRUE,
      "a.example" },
    { { "Forwarded", "for=192.0.2.1;proto=https", "Forwarded", "for=10.1.2.3" },
      "192.0.2.1",
      TRUE,
      NULL },
  };

  g_test_summary ("Forwarded is read as RFC 7239 has it, quoted, in elements and in fields");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_origin (&cases[i], TRUE);
}

static void
test_standard_forged (void)
{
  static const Case cases[] = {
    { STANDARD ("for=198.51.100.9;proto=https;host=evil.example, for=192.0.2.1;proto=http"),
      "192.0.2.1",
      FALSE,
      NULL },
    { { "Forwarded", "for=198.51.100.9;proto=https", "Forwarded", "for=192.0.2.1;proto=http" },
      "192.0.2.1",
      FALSE,
      NULL },
    { STANDARD ("for=198.51.100.9, for=unknown"), "127.0.0.1", FALSE, NULL },
    { STANDARD ("for=198.51.100.9, for=_hidden"), "127.0.0.1", FALSE, NULL },
    { STANDARD ("for=198.51.100.9, for=\"_hidden:_port\", for=10.1.2.3"), "10.1.2.3", FALSE, NULL },
    { STANDARD ("for=192.0.2.1;for=198.51.100.9"), "192.0.2.1", FALSE, NULL },
    { STANDARD ("nonsense"), "127.0.0.1", FALSE, NULL },
    { STANDARD ("for=192.0.2.1;host=\"a\\\", for=198.51.100.9;x=\\\"\""),
      "192.0.2.1",
      FALSE,
      NULL },
    { { "Forwarded", "for=\"", "Forwarded", "for=192.0.2.1" }, "192.0.2.1", FALSE, NULL },
    { { "Forwarded", "x=\"\\", "Forwarded", "for=\"192.0.2.1:7\"" }, "192.0.2.1", FALSE, NULL },
    { STANDARD ("for=192.0.2.1;host=\"a\\\", for=198.51.100.9;host=\\\"b\""),
      "192.0.2.1",
      FALSE,
      NULL },
    { { FOR, "198.51.100.9", PROTO, "https", HOST, "evil.example" }, "127.0.0.1", FALSE, NULL },
  };

  g_test_summary ("Nor is what stands before, or behind one that hides itself");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_origin (&cases[i], TRUE);
}

static void
test_list (void)
{
  static const struct
  {
    const char *address;
    gboolean is_trusted;
  } addresses[] = {
    { "127.0.0.1", TRUE }, { "127.0.0.2", FALSE },       { "10.255.0.1", TRUE },
    { "11.0.0.1", FALSE }, { "2001:db8:ffff::1", TRUE }, { "2001:db9::1", FALSE },
  };
  static const char *const bad[] = { "10.0.0.0/40", NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherProxies) proxies = usher_proxies_new (trusted, FALSE, &error);

  g_test_summary ("Addresses and networks are trusted; what is neither is refused");

  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      g_autoptr (GInetAddress) address = g_inet_address_new_from_string (addresses[i].address);

      g_assert_cmpint (usher_proxies_contains (proxies, address), ==, addresses[i].is_trusted);
    }

  g_assert_null (usher_proxies_new (bad, FALSE, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
}

static void
test_mapped (void)
{
  struct sockaddr_storage storage = { .ss_family = AF_INET6 };
  struct sockaddr_in6 *v6 = (struct sockaddr_in6 *) &storage;
  g_autoptr (GInetAddress) address = NULL;
  g_autofree char *text = NULL;

  g_test_summary ("An IPv4 address that is mapped into IPv6 is an IPv4 address");

  g_assert_cmpint (inet_pton (AF_INET6, "::ffff:192.0.2.1", &v6->sin6_addr), ==, 1);
  address = usher_proxies_make_address (&storage);
  text = g_inet_address_to_string (address);
  g_assert_cmpstr (text, ==, "192.0.2.1");

  storage.ss_family = AF_UNIX;
  g_assert_null (usher_proxies_make_address (&storage));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/proxies/forwarded-for", test_forwarded_for);
  g_test_add_func ("/proxies/forged", test_forged);
  g_test_add_func ("/proxies/standard", test_standard);
  g_test_add_func ("/proxies/standard/forged", test_standard_forged);
  g_test_add_func ("/proxies/list", test_list);
  g_test_add_func ("/proxies/mapped", test_mapped);

  return g_test_run ();
}
