/* usher-origin.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-origin-private.h"

#include <string.h>

#include "usher-request-private.h"

/* bytes of a header in the log */
#define MAX_SHOWN 128

/* of an authority, without the port that a browser leaves out */
static gsize
get_length (const char *authority, gboolean is_secure)
{
  gsize length = strlen (authority);

  if (!g_str_has_suffix (authority, is_secure ? ":443" : ":80"))
    return length;

  return length - (is_secure ? 4 : 3);
}

/* Compares `scheme://name[:port]` with what a client took this server for. */
static gboolean
is_of (const char *origin, gboolean is_secure, const char *authority)
{
  const char *scheme = is_secure ? "https://" : "http://";
  gsize length = 0;

  if (authority == NULL || g_ascii_strncasecmp (origin, scheme, strlen (scheme)) != 0)
    return FALSE;

  origin += strlen (scheme);
  length = get_length (authority, is_secure);

  return length > 0 && get_length (origin, is_secure) == length &&
         g_ascii_strncasecmp (origin, authority, length) == 0;
}

gboolean
usher_origin_is_own (UsherRequest *request)
{
  const char *site = usher_request_peek_header (request, USHER_HEADER_SEC_FETCH_SITE);
  const char *origin = usher_request_peek_header (request, USHER_HEADER_ORIGIN);

  /* no browser contradicts itself */
  if (usher_request_has_twice (request, USHER_HEADER_SEC_FETCH_SITE) ||
      usher_request_has_twice (request, USHER_HEADER_ORIGIN))
    return FALSE;
  if (site != NULL)
    return strcmp (site, "same-origin") == 0 || strcmp (site, "none") == 0;

  return origin == NULL ||
         is_of (origin, usher_request_is_secure (request), usher_request_get_authority (request));
}

static char *
dup_shown (const char *text)
{
  g_autofree char *head = g_strndup (text != NULL ? text : "", MAX_SHOWN);

  return g_utf8_make_valid (head, -1);
}

/* Whether it would be our own, if who sent the request were believed what he says of it. */
static gboolean
is_claimed (UsherRequest *request, UsherProxies *proxies, const char *origin)
{
  g_autofree char *authority = NULL;
  gboolean is_secure = FALSE;

  if (origin == NULL || usher_request_peek_header (request, USHER_HEADER_SEC_FETCH_SITE) != NULL)
    return FALSE;

  is_secure = usher_proxies_read_claim (proxies, request, &authority);

  return is_of (origin, is_secure, authority);
}

char *
usher_origin_explain (UsherRequest *request, UsherProxies *proxies)
{
  const char *site = usher_request_peek_header (request, USHER_HEADER_SEC_FETCH_SITE);
  const char *origin = usher_request_peek_header (request, USHER_HEADER_ORIGIN);
  g_autofree char *said = dup_shown (origin);
  g_autofree char *own = dup_shown (usher_request_get_authority (request));
  g_autofree char *where = dup_shown (site);
  GString *text = g_string_new (NULL);

  g_string_append_printf (text,
                          "it is from the origin “%s” and for “%s://%s”",
                          said,
                          usher_request_is_secure (request) ? "https" : "http",
                          own);
  if (site != NULL)
    g_string_append_printf (text, ", says Sec-Fetch-Site: “%s”", where);
  if (proxies != NULL && is_claimed (request, proxies, origin))
    g_string_append (text,
                     ", and so says who sent it: if that is a proxy of yours, its address belongs "
                     "into http.trusted-proxies");

  return g_string_free (text, FALSE);
}
