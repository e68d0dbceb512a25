/* usher-proxies.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-proxies-private.h"

#include <netinet/in.h>
#include <string.h>

#include "usher-error.h"
#include "usher-listen-address-private.h"
#include "usher-request-head-private.h"
#include "usher-request-private.h"

struct _UsherProxies
{
  GPtrArray *masks; /* (owned) (element-type GInetAddressMask) */
  gboolean is_standard;
};

UsherProxies *
usher_proxies_new (const char *const *list, gboolean is_standard, GError **error)
{
  g_autoptr (UsherProxies) self = g_new0 (UsherProxies, 1);

  self->is_standard = is_standard;
  self->masks = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; list[i] != NULL; i++)
    {
      g_autoptr (GError) local_error = NULL;
      GInetAddressMask *mask = g_inet_address_mask_new_from_string (list[i], &local_error);

      if (mask == NULL)
        {
          g_set_error (error,
                       USHER_ERROR,
                       USHER_ERROR_INVALID,
                       "trusted proxy “%s” is no address: %s",
                       list[i],
                       local_error->message);
          return NULL;
        }
      g_ptr_array_add (self->masks, mask);
    }

  return g_steal_pointer (&self);
}

void
usher_proxies_free (UsherProxies *self)
{
  g_ptr_array_unref (self->masks);
  g_free (self);
}

gboolean
usher_proxies_contains (UsherProxies *self, GInetAddress *address)
{
  for (guint i = 0; i < self->masks->len; i++)
    if (g_inet_address_mask_matches (g_ptr_array_index (self->masks, i), address))
      return TRUE;

  return FALSE;
}

/* What one proxy said. */
typedef struct
{
  const char *client; /* (unowned) (nullable) */
  const char *proto;  /* (unowned) (nullable) */
  const char *host;   /* (unowned) (nullable) */
} Hop;

/* The next piece of a text that @separator ends, where it stands in no quotes. */
static char *
take_piece (char **text, char separator)
{
  char *piece = *text;
  gboolean quoted = FALSE;
  char *end = piece;

  for (; *end != '\0' && (quoted || *end != separator); end++)
    if (*end == '"')
      quoted = !quoted;
    else if (quoted && *end == '\\' && end[1] != '\0')
      end++;

  *text = *end != '\0' ? end + 1 : NULL;
  *end = '\0';

  return g_strstrip (piece);
}

/* Whether a backslash takes from the byte at @at what it means. */
static gboolean
is_escaped (const char *text, gsize at)
{
  gsize n = 0;

  while (n < at && text[at - n - 1] == '\\')
    n++;

  return n % 2 == 1;
}

/* The last element of a list, which ends there. The nearest proxy wrote it: quotes that somebody before it did not close are
 * none of its own. */
static char *
take_last (char *list, gsize *length, gboolean has_quotes)
{
  gboolean quoted = FALSE;

  for (gsize i = *length; i > 0; i--)
    if (has_quotes && list[i - 1] == '"' && !(quoted && is_escaped (list, i - 1)))
      quoted = !quoted;
    else if (list[i - 1] == ',' && !quoted)
      {
        list[i - 1] = '\0';
        *length = i - 1;
        return g_strstrip (list + i);
      }

  return g_strstrip (list);
}

/* In place. */
static const char *
unquote (char *value)
{
  char *end = value;

  if (*value != '"')
    return value;

  for (const char *next = value + 1; *next != '\0' && *next != '"'; next++)
    {
      if (*next == '\\' && next[1] != '\0')
        next++;
      *end++ = *next;
    }
  *end = '\0';

  return value;
}

/* `for=ADDR;proto=https;host=NAME`, RFC 7239 */
static Hop
parse_element (char *element)
{
  Hop hop = { NULL };

  while (element != NULL)
    {
      char *pair = take_piece (&element, ';');
      char *value = strchr (pair, '=');
      const char **to = NULL;

      if (value == NULL)
        continue;
      *value++ = '\0';
      if (g_ascii_strcasecmp (pair, "for") == 0)
        to = &hop.client;
      else if (g_ascii_strcasecmp (pair, "proto") == 0)
        to = &hop.proto;
      else if (g_ascii_strcasecmp (pair, "host") == 0)
        to = &hop.host;
      if (to != NULL && *to == NULL)
        *to = unquote (value);
    }

  return hop;
}

static Hop
parse_hop (UsherProxies *self, char *element)
{
  Hop hop = { .client = element };

  return self->is_standard ? parse_element (element) : hop;
}

/* The client is the last address that is no proxy of ours; what stands before it anybody may have written. @hop: says what
 * counts of him, and lies in @list. */
static void
choose_hop (UsherProxies *self, char *list, Hop *hop, char **client)
{
  gsize length = strlen (list);
  char *element = NULL;

  while (element != list)
    {
      g_autofree char *name = NULL;
      g_autoptr (GInetAddress) address = NULL;
      Hop next = { NULL };

      element = take_last (list, &length, self->is_standard);
      next = parse_hop (self, element);
      name = next.client != NULL ? usher_listen_address_dup_host (next.client) : NULL;
      address = name != NULL ? g_inet_address_new_from_string (name) : NULL;
      if (address != NULL || *client == NULL)
        *hop = next;
      if (address == NULL)
        return;

      g_free (*client);
      *client = g_steal_pointer (&name);
      if (!usher_proxies_contains (self, address))
        return;
    }
}

/* What the proxies say; it lies in @list, a copy of who says it. */
static void
read_hop (UsherProxies *self, UsherRequest *request, char *list, Hop *hop, char **client)
{
  if (list != NULL)
    choose_hop (self, list, hop, client);
  if (!self->is_standard)
    {
      hop->proto = usher_request_peek_header (request, USHER_HEADER_FORWARDED_PROTO);
      hop->host = usher_request_peek_header (request, USHER_HEADER_FORWARDED_HOST);
    }
  /* it goes on in quotes */
  if (hop->host != NULL && (*hop->host == '\0' || !usher_request_is_authority (hop->host)))
    hop->host = NULL;
}

static char *
dup_list (UsherProxies *self, UsherRequest *request)
{
  return g_strdup (usher_request_peek_header (request,
                                              self->is_standard ? USHER_HEADER_FORWARDED
                                                                : USHER_HEADER_FORWARDED_FOR));
}

static gboolean
is_https (const char *proto)
{
  return g_ascii_strcasecmp (proto, "https") == 0;
}

void
usher_proxies_set_origin (UsherProxies *self,
                          UsherRequest *request,
                          const char *address,
                          gboolean is_secure)
{
  g_autofree char *list = dup_list (self, request);
  g_autofree char *client = NULL;
  Hop hop = { NULL };

  read_hop (self, request, list, &hop, &client);
  usher_request_set_origin (request,
                            client != NULL ? client : address,
                            hop.proto != NULL ? is_https (hop.proto) : is_secure);
  if (hop.host != NULL)
    usher_request_set_authority (request, hop.host);
}

gboolean
usher_proxies_read_claim (UsherProxies *self, UsherRequest *request, char **authority)
{
  g_autofree char *list = dup_list (self, request);
  g_autofree char *client = NULL;
  Hop hop = { NULL };

  read_hop (self, request, list, &hop, &client);
  *authority = g_strdup (hop.host != NULL ? hop.host : usher_request_get_authority (request));

  return hop.proto != NULL ? is_https (hop.proto) : usher_request_is_secure (request);
}

GInetAddress *
usher_proxies_make_address (const struct sockaddr_storage *address)
{
  const struct sockaddr_in *v4 = (const struct sockaddr_in *) address;
  const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *) address;

  if (address->ss_family == AF_INET)
    return g_inet_address_new_from_bytes ((const guint8 *) &v4->sin_addr, G_SOCKET_FAMILY_IPV4);
  if (address->ss_family != AF_INET6)
    return NULL;
  if (IN6_IS_ADDR_V4MAPPED (&v6->sin6_addr))
    return g_inet_address_new_from_bytes (v6->sin6_addr.s6_addr + 12, G_SOCKET_FAMILY_IPV4);

  return g_inet_address_new_from_bytes (v6->sin6_addr.s6_addr, G_SOCKET_FAMILY_IPV6);
}
