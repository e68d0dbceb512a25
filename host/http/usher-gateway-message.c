/* usher-gateway-message.c: requests and answers as they go between processes
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#define _GNU_SOURCE
#include "config.h"

#include <string.h>

#include "usher-gateway-private.h"
#include "usher-reply-private.h"
#include "usher-request-private.h"
#include "usher-router-private.h"

#define MAX_HEAD 65536
#define MAX_BODY G_GUINT64_CONSTANT (1073741824)

/* What concerns one connection, and what each side says anew. */
static const char *const dropped[] = {
  "Connection", "Keep-Alive",        "Proxy-Connection", "Proxy-Authorization", "TE",
  "Trailer",    "Transfer-Encoding", "Upgrade",          "Content-Length",      "Expect",
  "Host",       "X-Request-Id",      "X-Forwarded-For",  "X-Forwarded-Host",    "X-Forwarded-Proto",
};

/* likewise, in an answer; the listener adds its own */
static const char *const dropped_answers[] = {
  "Connection",     "Keep-Alive", "Trailer",      "Transfer-Encoding",
  "Upgrade",        "Date",       "Content-Type", "X-Content-Type-Options",
  "Content-Length", "Server",     "X-Request-Id", USHER_DRAINING,
};

static gboolean
is_in (const char *name, gsize length, const char *const *list, guint n)
{
  for (guint i = 0; i < n; i++)
    if (g_ascii_strncasecmp (list[i], name, length) == 0 && list[i][length] == '\0')
      return TRUE;

  return FALSE;
}

/* Whether a Connection header names this one as the connection's own. */
static gboolean
is_named (UsherRequest *request, const char *name)
{
  for (guint i = 0; i < request->n_headers; i++)
    {
      g_auto (GStrv) tokens = NULL;

      if (g_ascii_strcasecmp (request->headers[i].name, "Connection") != 0)
        continue;
      tokens = g_strsplit (request->headers[i].value, ",", -1);
      for (guint j = 0; tokens[j] != NULL; j++)
        if (g_ascii_strcasecmp (g_strstrip (tokens[j]), name) == 0)
          return TRUE;
    }

  return FALSE;
}

static gboolean
names_headers (UsherRequest *request)
{
  for (guint i = 0; i < request->n_headers; i++)
    if (g_ascii_strcasecmp (request->headers[i].name, "Connection") == 0 &&
        g_ascii_strcasecmp (request->headers[i].value, "close") != 0 &&
        g_ascii_strcasecmp (request->headers[i].value, "keep-alive") != 0)
      return TRUE;

  return FALSE;
}

static void
append (GString *head, const char *name, const char *value)
{
  g_string_append (head, name);
  g_string_append_len (head, ": ", 2);
  g_string_append (head, value);
  g_string_append_len (head, "\r\n", 2);
}

/* FALSE when a header would be more than one to the other side. */
static gboolean
append_headers (GString *head, UsherRequest *request)
{
  gboolean looks = names_headers (request);

  for (guint i = 0; i < request->n_headers; i++)
    {
      const UsherPair *header = &request->headers[i];

      if (strpbrk (header->name, "\r\n:") != NULL || strpbrk (header->value, "\r\n") != NULL)
        return FALSE;
      if (!is_in (header->name, strlen (header->name), dropped, G_N_ELEMENTS (dropped)) &&
          (!looks || !is_named (request, header->name)))
        append (head, header->name, header->value);
    }

  return TRUE;
}

GString *
usher_forward_make_head (UsherRequest *request, const char *method)
{
  GString *head = g_string_sized_new (1024);
  const char *host = usher_request_peek_header (request, USHER_HEADER_HOST);
  GBytes *body = usher_request_get_body (request);

  g_string_append_printf (head, "%s %s", method, request->path);
  if (request->query != NULL)
    g_string_append_printf (head, "?%s", request->query);
  g_string_append (head, " HTTP/1.1\r\n");
  append (head, "Host", host != NULL ? host : "usher");

  if (!append_headers (head, request))
    {
      g_string_free (head, TRUE);
      return NULL;
    }

  append (head, "X-Request-Id", usher_request_get_id (request));
  if (*usher_request_get_address (request) != '\0')
    append (head, "X-Forwarded-For", usher_request_get_address (request));
  if (usher_request_is_secure (request))
    append (head, "X-Forwarded-Proto", "https");
  if (request->authority != NULL)
    append (head, "X-Forwarded-Host", request->authority);
  if (body != NULL)
    g_string_append_printf (head,
                            "Content-Length: %" G_GSIZE_FORMAT "\r\n",
                            g_bytes_get_size (body));
  else if (*method == 'P')
    append (head, "Content-Length", "0");
  g_string_append_len (head, "\r\n", 2);

  return head;
}

/* A header of an answer, in the buffer. */
typedef struct
{
  char *name;
  char *value;
  gsize name_length;
  gsize value_length;
} Line;

/* @cursor: behind the line before. FALSE at the end, and for a line that is none: then the name is NULL. */
static gboolean
next_line (char **cursor, const char *end, Line *line)
{
  char *stop = memmem (*cursor, (gsize) (end - *cursor), "\r\n", 2);
  char *colon = NULL;

  line->name = NULL;
  if (stop == NULL || stop == *cursor)
    return FALSE;

  colon = memchr (*cursor, ':', (gsize) (stop - *cursor));
  if (colon == NULL || colon == *cursor || memchr (*cursor, '\0', (gsize) (stop - *cursor)) != NULL)
    return FALSE;

  line->name = *cursor;
  line->name_length = (gsize) (colon - *cursor);
  for (line->value = colon + 1; *line->value == ' ' || *line->value == '\t';)
    line->value++;
  line->value_length = (gsize) (stop - line->value);
  *cursor = stop + 2;

  return TRUE;
}

static gboolean
is_header (const Line *line, const char *name)
{
  return strlen (name) == line->name_length &&
         g_ascii_strncasecmp (line->name, name, line->name_length) == 0;
}

static char *
get_first_line_end (GByteArray *in, gsize head_length)
{
  return (char *) memmem (in->data, head_length, "\r\n", 2) + 2;
}

static gboolean
read_length (const Line *line, gsize *length)
{
  g_autofree char *text = g_strndup (line->value, line->value_length);
  guint64 number = 0;

  if (!g_ascii_string_to_unsigned (text, 10, 0, MAX_BODY, &number, NULL))
    return FALSE;

  *length = (gsize) number;

  return TRUE;
}

/* Our own listeners always tell the length. */
static gboolean
read_headers (UsherGatewayAnswer *self, GByteArray *in, gboolean has_body)
{
  char *cursor = get_first_line_end (in, self->head_length);
  const char *end = (const char *) in->data + self->head_length;
  gboolean has_length = FALSE;
  gsize length = 0;
  Line line = { NULL };

  while (next_line (&cursor, end, &line))
    if (is_header (&line, "Content-Length"))
      {
        if (has_length || !read_length (&line, &length))
          return FALSE;
        has_length = TRUE;
      }
    else if (is_header (&line, "Connection"))
      self->must_close =
          line.value_length == 5 && g_ascii_strncasecmp (line.value, "close", 5) == 0;
    else if (is_header (&line, USHER_DRAINING))
      self->is_draining = self->status == 503;
    else if (is_header (&line, "Transfer-Encoding"))
      return FALSE;

  has_body = has_body && self->status != 204 && self->status != 304;
  self->body_length = has_body ? length : 0;

  /* all but the empty line was read */
  return cursor + 2 == end && (has_length || !has_body);
}

static gboolean
read_status (UsherGatewayAnswer *self, GByteArray *in)
{
  const char *text = (const char *) in->data;

  if (in->len < 12 || memcmp (text, "HTTP/1.1 ", 9) != 0 || !g_ascii_isdigit (text[9]) ||
      !g_ascii_isdigit (text[10]) || !g_ascii_isdigit (text[11]))
    return FALSE;

  self->status =
      (guint) (text[9] - '0') * 100 + (guint) (text[10] - '0') * 10 + (guint) (text[11] - '0');

  return self->status >= 100 && self->status < 600;
}

gboolean
usher_gateway_answer_read (UsherGatewayAnswer *self, GByteArray *in, gboolean has_body)
{
  for (;;)
    {
      char *end = memmem (in->data, in->len, "\r\n\r\n", 4);

      if (end == NULL)
        return in->len <= MAX_HEAD;
      if (!read_status (self, in))
        return FALSE;

      self->head_length = (gsize) (end - (char *) in->data) + 4;
      if (self->status >= 200)
        return read_headers (self, in, has_body);

      g_byte_array_remove_range (in, 0, (guint) self->head_length);
      self->head_length = 0;
    }
}

void
usher_gateway_answer_fill (const UsherGatewayAnswer *self, GByteArray *in, UsherReply *reply)
{
  char *cursor = get_first_line_end (in, self->head_length);
  const char *end = (const char *) in->data + self->head_length;
  const char *type = "application/octet-stream";
  Line line = { NULL };

  usher_reply_set_status (reply, self->status);
  while (next_line (&cursor, end, &line))
    {
      line.name[line.name_length] = '\0';
      line.value[line.value_length] = '\0';
      if (is_header (&line, "Content-Type"))
        type = line.value;
      else if (!is_in (
                   line.name, line.name_length, dropped_answers, G_N_ELEMENTS (dropped_answers)))
        usher_reply_add_header (reply, line.name, line.value);
    }

  if (self->body_length > 0)
    {
      g_autoptr (GBytes) body = g_bytes_new (in->data + self->head_length, self->body_length);

      usher_reply_set_body (reply, body, type);
    }
}
