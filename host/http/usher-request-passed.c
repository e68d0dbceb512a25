/* usher-request-passed.c: a request as it goes to another process
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-head-field-private.h"
#include "usher-request-private.h"

/* What concerns one connection, and what each side says anew. */
static const char *const dropped[] = {
  "Connection",
  "Keep-Alive",
  "Proxy-Connection",
  "Proxy-Authorization",
  "TE",
  "Trailer",
  "Upgrade",
  "Transfer-Encoding",
  "Content-Length",
  "Expect",
  "Host",
  "Forwarded",
  "X-Request-Id",
  "X-Forwarded-For",
  "X-Forwarded-Host",
  "X-Forwarded-Proto",
  "HTTP2-Settings",
};

static gboolean
is_dropped (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (dropped); i++)
    if (g_ascii_strcasecmp (dropped[i], name) == 0)
      return TRUE;

  return FALSE;
}

/* Who asks, in both families: which one counts there is the other side's setting. */
static void
append_origin (GString *head, UsherRequest *request)
{
  const char *address = usher_request_get_address (request);
  gboolean is_v6 = strchr (address, ':') != NULL;
  const char *proto = usher_request_is_secure (request) ? "https" : "http";

  if (*address != '\0')
    usher_head_append_field (head, "X-Forwarded-For", address);
  usher_head_append_field (head, "X-Forwarded-Proto", proto);
  if (request->authority != NULL)
    usher_head_append_field (head, "X-Forwarded-Host", request->authority);

  g_string_append_printf (head, "Forwarded: proto=%s", proto);
  if (*address != '\0')
    g_string_append_printf (head, is_v6 ? ";for=\"[%s]\"" : ";for=%s", address);
  if (request->authority != NULL)
    g_string_append_printf (head, ";host=\"%s\"", request->authority);
  g_string_append_len (head, "\r\n", 2);
}

static void
append_target (GString *head, UsherRequest *request, const char *target)
{
  g_string_append (head, target != NULL ? target : request->path);
  if (target != NULL || request->query == NULL)
    return;

  g_string_append_c (head, '?');
  g_string_append (head, request->query);
}

GString *
usher_request_make_passed_head (UsherRequest *self, const char *method, const char *target)
{
  GString *head = g_string_sized_new (1024);
  const char *host = usher_request_peek_header (self, USHER_HEADER_HOST);
  GBytes *body = usher_request_get_body (self);

  g_string_append (head, method);
  g_string_append_c (head, ' ');
  append_target (head, self, target);
  g_string_append (head, " HTTP/1.1\r\n");
  usher_head_append_field (head, "Host", host != NULL && *host != '\0' ? host : "usher");
  for (guint i = 0; i < self->n_headers; i++)
    if (!is_dropped (self->headers[i].name))
      usher_head_append_field (head, self->headers[i].name, self->headers[i].value);
  usher_head_append_field (head, "X-Request-Id", usher_request_get_id (self));
  append_origin (head, self);
  if (body != NULL)
    usher_head_append_number (head, "Content-Length", g_bytes_get_size (body));
  else if (*method == 'P')
    usher_head_append_number (head, "Content-Length", 0);
  g_string_append_len (head, "\r\n", 2);

  return head;
}
