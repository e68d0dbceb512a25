/* usher-reply-head.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-reply-head-private.h"

#include <string.h>
#include <time.h>

#include "usher-head-field-private.h"
#include "usher-reply-private.h"

#define END "\r\n"

/* clang-format off */
static const struct
{
  guint status;
  const char *line;
} lines[] = {
  { 200, "HTTP/1.1 200 OK" END },
  { 201, "HTTP/1.1 201 Created" END },
  { 202, "HTTP/1.1 202 Accepted" END },
  { 204, "HTTP/1.1 204 No Content" END },
  { 206, "HTTP/1.1 206 Partial Content" END },
  { 301, "HTTP/1.1 301 Moved Permanently" END },
  { 302, "HTTP/1.1 302 Found" END },
  { 303, "HTTP/1.1 303 See Other" END },
  { 304, "HTTP/1.1 304 Not Modified" END },
  { 307, "HTTP/1.1 307 Temporary Redirect" END },
  { 308, "HTTP/1.1 308 Permanent Redirect" END },
  { 400, "HTTP/1.1 400 Bad Request" END },
  { 401, "HTTP/1.1 401 Unauthorized" END },
  { 402, "HTTP/1.1 402 Payment Required" END },
  { 403, "HTTP/1.1 403 Forbidden" END },
  { 404, "HTTP/1.1 404 Not Found" END },
  { 405, "HTTP/1.1 405 Method Not Allowed" END },
  { 408, "HTTP/1.1 408 Request Timeout" END },
  { 409, "HTTP/1.1 409 Conflict" END },
  { 410, "HTTP/1.1 410 Gone" END },
  { 412, "HTTP/1.1 412 Precondition Failed" END },
  { 413, "HTTP/1.1 413 Content Too Large" END },
  { 414, "HTTP/1.1 414 URI Too Long" END },
  { 415, "HTTP/1.1 415 Unsupported Media Type" END },
  { 417, "HTTP/1.1 417 Expectation Failed" END },
  { 421, "HTTP/1.1 421 Misdirected Request" END },
  { 422, "HTTP/1.1 422 Unprocessable Content" END },
  { 428, "HTTP/1.1 428 Precondition Required" END },
  { 429, "HTTP/1.1 429 Too Many Requests" END },
  { 431, "HTTP/1.1 431 Request Header Fields Too Large" END },
  { 500, "HTTP/1.1 500 Internal Server Error" END },
  { 501, "HTTP/1.1 501 Not Implemented" END },
  { 502, "HTTP/1.1 502 Bad Gateway" END },
  { 503, "HTTP/1.1 503 Service Unavailable" END },
  { 504, "HTTP/1.1 504 Gateway Timeout" END },
  { 505, "HTTP/1.1 505 HTTP Version Not Supported" END },
};
/* clang-format on */

/* (nullable) */
static const char *
find_line (guint status)
{
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    if (lines[i].status == status)
      return lines[i].line;

  return NULL;
}

static void
append_text (GString *out, const char *text)
{
  g_string_append_len (out, text, (gssize) strlen (text));
}

static void
append_header (const char *name, const char *value, gpointer user_data)
{
  usher_head_append_field (user_data, name, value);
}

static void
append_framing (UsherReply *self, const UsherReplyHead *head, GString *out)
{
  GBytes *body = usher_reply_get_body (self);

  if (head->framing == USHER_FRAMING_CHUNKED)
    append_text (out, "Transfer-Encoding: chunked" END);
  else if (head->framing == USHER_FRAMING_LENGTH)
    usher_head_append_number (out, "Content-Length", body != NULL ? g_bytes_get_size (body) : 0);
}

/* What has a tag may be kept by who got it, who asks each time whether it still holds. */
static void
append_caching (UsherReply *self, GString *out)
{
  if (usher_reply_get_header (self, "Cache-Control") != NULL)
    return;

  if (usher_reply_shows_tag (self))
    append_text (out, "Cache-Control: private, no-cache" END);
  else
    append_text (out, "Cache-Control: no-store" END);
}

static void
append_status (GString *out, guint status)
{
  const char *line = find_line (status);

  if (line != NULL)
    append_text (out, line);
  else
    g_string_append_printf (out, "HTTP/1.1 %u Unknown" END, status);
}

void
usher_reply_append_head (UsherReply *self, const UsherReplyHead *head, GString *out)
{
  const char *type = usher_reply_get_media_type (self);

  append_status (out, usher_reply_get_status (self));
  if (head->date != NULL)
    usher_head_append_field (out, "Date", head->date);
  if (head->id != NULL)
    usher_head_append_field (out, "X-Request-Id", head->id);
  append_text (out, "X-Content-Type-Options: nosniff" END);
  if (type != NULL)
    usher_head_append_field (out, "Content-Type", type);
  append_caching (self, out);
  usher_reply_foreach_header (self, append_header, out);
  if (head->cookie != NULL)
    usher_head_append_field (out, "Set-Cookie", head->cookie);
  append_framing (self, head, out);
  if (head->closes)
    append_text (out, "Connection: close" END);
  else if (head->is_old)
    append_text (out, "Connection: keep-alive" END);
  g_string_append_len (out, END, 2);
}

void
usher_refusal_append_answer (UsherRefusal refusal, const char *date, GString *out)
{
  g_autoptr (UsherReply) reply = usher_reply_new ();
  const UsherReplyHead head = { .framing = USHER_FRAMING_LENGTH, .date = date, .closes = TRUE };
  GBytes *body = NULL;

  usher_reply_refuse (reply,
                      usher_refusal_get_status (refusal),
                      usher_refusal_get_message (refusal));
  if (refusal == USHER_REFUSAL_CONNECTIONS)
    usher_reply_set_header (reply, "Retry-After", "1");
  usher_reply_append_head (reply, &head, out);
  body = usher_reply_get_body (reply);
  g_string_append_len (out, g_bytes_get_data (body, NULL), (gssize) g_bytes_get_size (body));
}

void
usher_http_date_write (char date[USHER_HTTP_DATE])
{
  static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
  static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
  time_t now = time (NULL);
  struct tm parts;

  gmtime_r (&now, &parts);
  g_snprintf (date,
              USHER_HTTP_DATE,
              "%s, %02d %s %04d %02d:%02d:%02d GMT",
              days[parts.tm_wday],
              parts.tm_mday,
              months[parts.tm_mon],
              parts.tm_year + 1900,
              parts.tm_hour,
              parts.tm_min,
              parts.tm_sec);
}
