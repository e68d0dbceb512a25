/* fuzz-proxy.c: what a proxy says of a client is read the same by a gateway and by the host behind it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "fuzz.h"
#include "usher-http-parser-private.h"
#include "usher-proxies-private.h"
#include "usher-proxy-protocol-private.h"
#include "usher-request-head-private.h"
#include "usher-request-private.h"

#define PROXY "127.0.0.1"

static const UsherHttpLimits limits = { .max_head = 65536,
                                        .max_target = 1024,
                                        .max_fields = 1000,
                                        .max_added = 65536 };

/* It waits for more until it is whole, and then says the same whatever follows. */
static void
try_protocol (const char *data, gsize length)
{
  UsherProxySource source;
  gssize n = usher_proxy_protocol_read (data, length, &source);

  g_assert_cmpint (n, <=, (gssize) length);
  for (gsize cut = 1; cut < length; cut++)
    {
      UsherProxySource other;
      g_autofree char *begin = g_memdup2 (data, cut);
      gssize n_cut = usher_proxy_protocol_read (begin, cut, &other);

      if (n_cut != 0)
        {
          g_assert_cmpint (n_cut, ==, n);
          if (n > 0)
            g_assert_cmpmem (&other, sizeof other, &source, sizeof source);
        }
      else
        g_assert_true (n <= 0 || cut < (gsize) n);
    }

  if (n > 0 && !source.is_local)
    {
      g_autoptr (GInetAddress) address = usher_proxies_make_address (&source.address);

      g_assert_nonnull (address);
    }
}

/* (transfer full) (nullable) */
static UsherRequest *
read_request (const char *text, gsize length)
{
  g_autoptr (UsherRequest) request = usher_request_new ("GET", "/");
  UsherHttpParser parser;
  UsherRequestHead head;
  UsherRefusal refusal = USHER_REFUSAL_NONE;
  gboolean ok = FALSE;

  usher_request_clear (request);
  usher_http_parser_init (&parser, HTTP_REQUEST, &limits);
  ok = usher_http_parser_find_head (&parser, text, length, &refusal) == (gssize) length &&
       usher_request_read_head (request, &parser, text, length, &head, &refusal);
  usher_http_parser_clear (&parser);

  return ok ? g_steal_pointer (&request) : NULL;
}

/* The host sees whom the gateway saw. */
static void
try_headers (UsherProxies *proxies, const char *text, gsize length)
{
  g_autoptr (UsherRequest) request = read_request (text, length);
  g_autoptr (UsherRequest) passed = NULL;
  g_autoptr (GInetAddress) address = NULL;
  g_autoptr (GString) head = NULL;
  const char *authority = NULL;

  if (request == NULL)
    return;

  usher_request_adopt_id (request);
  usher_proxies_set_origin (proxies, request, PROXY, FALSE);
  address = g_inet_address_new_from_string (usher_request_get_address (request));
  g_assert_nonnull (address);

  head = usher_request_make_passed_head (request, usher_request_get_method (request), NULL);
  passed = read_request (head->str, head->len);
  g_assert_nonnull (passed);
  usher_proxies_set_origin (proxies, passed, "", FALSE);
  g_assert_cmpstr (usher_request_get_address (passed), ==, usher_request_get_address (request));
  g_assert_cmpint (usher_request_is_secure (passed), ==, usher_request_is_secure (request));

  /* there must be one in what is passed on */
  authority = usher_request_get_authority (request);
  if (authority == NULL || *authority == '\0')
    authority = "usher";
  g_assert_cmpstr (usher_request_get_authority (passed), ==, authority);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const char *const list[] = { PROXY, "10.0.0.0/8", "fd00::/8", NULL };
  static const char begin[] = "GET / HTTP/1.1\r\nHost: a\r\n";
  g_autoptr (GString) text = g_string_new (begin);
  g_autoptr (GArray) steps = fuzz_steps_new ((const char *) data, size);
  g_autoptr (GString) all = fuzz_steps_join (steps, FALSE);

  try_protocol ((const char *) data, MIN (size, 1024));

  g_string_append_len (text, all->str, (gssize) all->len);
  g_string_append (text, "\r\n\r\n");
  for (int is_standard = 0; is_standard < 2; is_standard++)
    {
      g_autoptr (UsherProxies) proxies = usher_proxies_new (list, is_standard, NULL);

      try_headers (proxies, text->str, text->len);
      if (all->len > 4)
        try_headers (proxies, all->str, all->len);
    }

  return 0;
}
