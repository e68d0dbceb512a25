/* usher-proxy-protocol.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-proxy-protocol-private.h"

#include <arpa/inet.h>
#include <string.h>

/* https://www.haproxy.org/download/2.9/doc/proxy-protocol.txt */
#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"
#define N_FIXED   16
#define MAX_LINE  107
/* more than all that is defined */
#define MAX_BLOCK 4096
#define TYPE_SSL  0x20
#define HTTPS     443

static guint
get_16 (const char *data)
{
  return (guint) (guchar) data[0] << 8 | (guchar) data[1];
}

/* Where the bytes of an address go. */
static gpointer
get_room (UsherProxySource *source, int family)
{
  struct sockaddr_in *v4 = (struct sockaddr_in *) &source->address;
  struct sockaddr_in6 *v6 = (struct sockaddr_in6 *) &source->address;

  source->address.ss_family = (sa_family_t) family;

  return family == AF_INET ? (gpointer) &v4->sin_addr : &v6->sin6_addr;
}

static gboolean
parse_port (const char *text, guint64 *port)
{
  return (text[0] != '0' || text[1] == '\0') &&
         g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT16, port, NULL);
}

/* “PROXY TCP4 from to port port” */
static gboolean
read_words (char **words, UsherProxySource *source)
{
  guint n = g_strv_length (words);
  int family = AF_UNSPEC;
  guint64 port = 0;

  if (n >= 2 && strcmp (words[1], "UNKNOWN") == 0)
    {
      source->is_local = TRUE;
      return TRUE;
    }

  if (n != 6)
    return FALSE;
  if (strcmp (words[1], "TCP4") == 0)
    family = AF_INET;
  else if (strcmp (words[1], "TCP6") == 0)
    family = AF_INET6;
  if (family == AF_UNSPEC || inet_pton (family, words[3], get_room (source, family)) != 1 ||
      inet_pton (family, words[2], get_room (source, family)) != 1 ||
      !parse_port (words[4], &port) || !parse_port (words[5], &port))
    return FALSE;

  source->is_secure = port == HTTPS;

  return TRUE;
}

static gssize
read_line (const char *data, gsize length, UsherProxySource *source)
{
  const char *end = memchr (data, '\n', MIN (length, MAX_LINE));
  g_autofree char *line = NULL;
  g_auto (GStrv) words = NULL;

  if (end == NULL)
    return length < MAX_LINE ? 0 : -1;
  if (end[-1] != '\r' || memchr (data, '\0', (gsize) (end - data)) != NULL)
    return -1;

  line = g_strndup (data, (gsize) (end - data - 1));
  words = g_strsplit (line, " ", -1);

  return read_words (words, source) ? end + 1 - data : -1;
}

/* Looks in the values behind the addresses whether the client spoke TLS. FALSE: they are malformed. */
static gboolean
read_values (const char *data, gsize length, UsherProxySource *source)
{
  while (length > 0)
    {
      gsize n = length >= 3 ? get_16 (data + 1) : length;

      if (length < 3 || n > length - 3)
        return FALSE;
      if (*data == TYPE_SSL && n >= 1)
        source->is_secure = (data[3] & 1) != 0;
      data += 3 + n;
      length -= 3 + n;
    }

  return TRUE;
}

static gssize
read_block (const char *data, gsize length, UsherProxySource *source)
{
  gsize n = get_16 (data + 14);
  guint family = (guchar) data[13] >> 4;
  gsize n_addresses = family == 1 ? 12 : 36;
  gsize n_address = family == 1 ? 4 : 16;

  if ((guchar) data[12] >> 4 != 2 || (data[12] & 15) > 1 || n > MAX_BLOCK)
    return -1;
  if (length < N_FIXED + n)
    return 0;

  data += N_FIXED;
  source->is_local = (data[12 - N_FIXED] & 15) == 0 || family == 0 || family == 3;
  if (source->is_local)
    return (gssize) (N_FIXED + n);
  if (family > 3 || n < n_addresses)
    return -1;

  memcpy (get_room (source, family == 1 ? AF_INET : AF_INET6), data, n_address);
  source->is_secure = get_16 (data + 2 * n_address + 2) == HTTPS;

  return read_values (data + n_addresses, n - n_addresses, source) ? (gssize) (N_FIXED + n) : -1;
}

gssize
usher_proxy_protocol_read (const char *data, gsize length, UsherProxySource *source)
{
  static const char line[] = "PROXY ";

  memset (source, 0, sizeof *source);
  if (memcmp (data, SIGNATURE, MIN (length, 12)) == 0)
    return length >= N_FIXED ? read_block (data, length, source) : 0;
  if (memcmp (data, line, MIN (length, sizeof line - 1)) == 0)
    return length >= sizeof line - 1 ? read_line (data, length, source) : 0;

  return -1;
}
