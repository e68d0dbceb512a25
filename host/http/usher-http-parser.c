/* usher-http-parser.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#define _GNU_SOURCE
#include "config.h"

#include "usher-http-parser-private.h"

#include <string.h>

/* the longest method that llhttp knows has 11 */
#define MAX_METHOD 32
/* what stands behind a target that is not too long, “ HTTP/1.1\r” */
#define AFTER_TARGET 10
/* bytes that may frame a body: these, and so many for each byte of it */
#define MAX_FRAMING    16384
#define FRAMING_A_BYTE 16

/* RFC 9110, 5.6.2 */
static const gboolean token_bytes[256] = {
  ['0' ... '9'] = TRUE, ['A' ... 'Z'] = TRUE, ['a' ... 'z'] = TRUE, ['!'] = TRUE,  ['#'] = TRUE,
  ['$'] = TRUE,         ['%'] = TRUE,         ['&'] = TRUE,         ['\''] = TRUE, ['*'] = TRUE,
  ['+'] = TRUE,         ['-'] = TRUE,         ['.'] = TRUE,         ['^'] = TRUE,  ['_'] = TRUE,
  ['`'] = TRUE,         ['|'] = TRUE,         ['~'] = TRUE,
};

static gboolean
is_token (const char *text, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (!token_bytes[(guchar) text[i]])
      return FALSE;

  return length > 0;
}

static gboolean
is_visible (const char *text, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (text[i] <= ' ' || text[i] >= '\x7f')
      return FALSE;

  return length > 0;
}

/* Takes up what is contiguous, as it comes in pieces. */
static int
extend (UsherHttpText *text, const char *at, gsize length)
{
  if (text->text == NULL)
    text->text = (char *) at;
  text->length = (gsize) (at - text->text) + length;

  return HPE_OK;
}

static int
on_url (llhttp_t *parser, const char *at, size_t length)
{
  return extend (&((UsherHttpParser *) parser->data)->target, at, length);
}

static int
on_field (llhttp_t *parser, const char *at, size_t length)
{
  return extend (&((UsherHttpParser *) parser->data)->name, at, length);
}

static int
on_value (llhttp_t *parser, const char *at, size_t length)
{
  return extend (&((UsherHttpParser *) parser->data)->value, at, length);
}

static int
on_value_complete (llhttp_t *parser)
{
  UsherHttpParser *self = parser->data;
  const UsherHttpText none = { NULL, 0 };
  UsherHttpText name = self->name;
  UsherHttpText value = self->value;

  self->name = none;
  self->value = none;
  while (value.length > 0 && strchr (" \t", value.text[value.length - 1]) != NULL)
    value.length--;
  /* llhttp finds the begin of none behind the line, in the next name */
  if (value.length == 0)
    value.text = name.text + name.length;
  self->field_func (&name, &value, self->field_data);

  return HPE_OK;
}

/* RFC 9112, 6.3: whatever its head says. */
static gboolean
is_bodiless (llhttp_t *parser)
{
  guint status = (guint) llhttp_get_status_code (parser);

  return parser->type == HTTP_RESPONSE && (status < 200 || status == 204 || status == 304);
}

/* An upgrade that is asked for is not made: what follows is HTTP. */
static int
on_head (llhttp_t *parser)
{
  UsherHttpParser *self = parser->data;

  parser->upgrade = 0;
  self->keeps_alive = llhttp_should_keep_alive (parser) != 0;
  self->is_chunked = (parser->flags & F_CHUNKED) != 0;
  self->length = self->is_chunked ? -1 : (gint64) MIN (parser->content_length, G_MAXINT64);

  return self->skips_body || is_bodiless (parser) ? 1 : 0;
}

static int
on_body (llhttp_t *parser, const char *at, size_t length)
{
  UsherHttpParser *self = parser->data;

  self->n_body += length;
  if (self->body != NULL)
    g_string_append_len (self->body, at, (gssize) length);

  return HPE_OK;
}

/* The last chunk is followed by trailers, which are ours. */
static int
on_chunk (llhttp_t *parser)
{
  UsherHttpParser *self = parser->data;

  self->n_announced = self->n_body + MIN (parser->content_length, G_MAXINT64);
  if (parser->content_length > 0)
    return HPE_OK;

  self->trailers = g_string_new (NULL);
  self->n_looked = 0;
  self->line = 0;
  self->n_lines = 1;
  self->n_added = 0;
  self->n_added_lines = 0;

  return HPE_PAUSED;
}

/* What stands behind is another message. */
static int
on_complete (llhttp_t *parser)
{
  UsherHttpParser *self = parser->data;

  self->is_over = TRUE;

  return HPE_PAUSED;
}

static const llhttp_settings_t settings = {
  .on_url = on_url,
  .on_header_field = on_field,
  .on_header_value = on_value,
  .on_header_value_complete = on_value_complete,
  .on_headers_complete = on_head,
  .on_body = on_body,
  .on_chunk_header = on_chunk,
  .on_message_complete = on_complete,
};

void
usher_http_parser_init (UsherHttpParser *self, llhttp_type_t type, const UsherHttpLimits *limits)
{
  memset (self, 0, sizeof *self);
  llhttp_init (&self->parser, type, &settings);
  self->parser.data = self;
  self->limits = limits;
}

static UsherRefusal
check_target (const UsherHttpParser *self,
              const char *method,
              gsize n_method,
              const char *target,
              gsize length)
{
  gboolean is_star = length == 1 && *target == '*';

  if (length > self->limits->max_target)
    return USHER_REFUSAL_TARGET_SIZE;
  if (!is_visible (target, length) || memchr (target, '#', length) != NULL)
    return USHER_REFUSAL_MALFORMED;
  if (n_method == 7 && memcmp (method, "CONNECT", 7) == 0)
    return USHER_REFUSAL_METHOD;
  if (*target == '/' || (is_star && n_method == 7 && memcmp (method, "OPTIONS", 7) == 0) ||
      (length > 7 && g_ascii_strncasecmp (target, "http://", 7) == 0) ||
      (length > 8 && g_ascii_strncasecmp (target, "https://", 8) == 0))
    return USHER_REFUSAL_NONE;

  return USHER_REFUSAL_MALFORMED;
}

/* METHOD SP target SP HTTP/1.x, and nothing else. */
static UsherRefusal
check_request_line (const UsherHttpParser *self, const char *line, gsize length)
{
  const char *first = memchr (line, ' ', length);
  const char *last = memrchr (line, ' ', length);
  const char *version = NULL;

  if (first == NULL || first == last || !is_token (line, (gsize) (first - line)))
    return USHER_REFUSAL_MALFORMED;

  version = last + 1;
  if (line + length - version != 8 || memcmp (version, "HTTP/", 5) != 0 ||
      !g_ascii_isdigit (version[5]) || version[6] != '.' || !g_ascii_isdigit (version[7]))
    return USHER_REFUSAL_MALFORMED;
  if (version[5] != '1' || version[7] > '1')
    return USHER_REFUSAL_VERSION;

  return check_target (self, line, (gsize) (first - line), first + 1, (gsize) (last - first - 1));
}

/* What a gateway says besides its client. */
static gboolean
is_added (const char *name, gsize length)
{
  static const char *const added[] = {
    "Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Request-Id",
  };

  for (guint i = 0; i < G_N_ELEMENTS (added); i++)
    if (strlen (added[i]) == length && g_ascii_strncasecmp (added[i], name, length) == 0)
      return TRUE;

  return FALSE;
}

/* RFC 9110, 5.5: no control byte but the tab */
static gboolean
is_value (const char *text, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (((guchar) text[i] < ' ' && text[i] != '\t') || text[i] == '\x7f')
      return FALSE;

  return TRUE;
}

/* Nothing folded, no white space in a name or before its colon, no line without a name. */
static UsherRefusal
check_field_line (UsherHttpParser *self, const char *line, gsize length)
{
  const char *colon = memchr (line, ':', length);

  if (colon == NULL || !is_token (line, (gsize) (colon - line)))
    return USHER_REFUSAL_MALFORMED;
  /* in a head llhttp looks at it */
  if (self->trailers != NULL && !is_value (colon, (gsize) (line + length - colon)))
    return USHER_REFUSAL_MALFORMED;

  if (self->n_added + length < self->limits->max_added && is_added (line, (gsize) (colon - line)))
    {
      self->n_added += length + 2;
      self->n_added_lines++;
    }

  return self->n_lines - 1 - self->n_added_lines > self->limits->max_fields ? USHER_REFUSAL_FIELDS
                                                                            : USHER_REFUSAL_NONE;
}

static UsherRefusal
check_line (UsherHttpParser *self, const char *line, gsize length)
{
  if (self->n_lines++ > 0)
    return check_field_line (self, line, length);
  if (self->parser.type == HTTP_REQUEST)
    return check_request_line (self, line, length);

  return length < 12 || memcmp (line, "HTTP/1.", 7) != 0 ? USHER_REFUSAL_MALFORMED
                                                         : USHER_REFUSAL_NONE;
}

/* Who speaks something else is not waited for. */
static UsherRefusal
check_request_begin (const UsherHttpParser *self, const char *line, gsize length)
{
  const char *space = memchr (line, ' ', MIN (length, MAX_METHOD + 1));
  gsize n_method = space != NULL ? (gsize) (space - line) : MIN (length, MAX_METHOD + 1);

  if (length == 0 || *line == '\r')
    return USHER_REFUSAL_NONE;
  if (!is_token (line, n_method))
    return USHER_REFUSAL_MALFORMED;
  if (n_method > MAX_METHOD)
    return USHER_REFUSAL_METHOD;

  return space != NULL && length - n_method - 1 > self->limits->max_target + AFTER_TARGET
             ? USHER_REFUSAL_TARGET_SIZE
             : USHER_REFUSAL_NONE;
}

/* What is wrong with the line that begins, before its end has come. It is looked at where it has, too, so that the same is
 * said whatever pieces a head comes in. */
static UsherRefusal
check_begin (const UsherHttpParser *self, const char *data, gsize length)
{
  gsize max = self->limits->max_head + self->limits->max_added;
  UsherRefusal refusal = USHER_REFUSAL_NONE;

  if (self->n_lines == 0 && self->parser.type == HTTP_REQUEST)
    refusal = check_request_begin (self, data + self->line, MIN (length, max) - self->line);
  if (refusal == USHER_REFUSAL_NONE && length > max)
    refusal = USHER_REFUSAL_HEAD_SIZE;

  return refusal;
}

gssize
usher_http_parser_find_head (UsherHttpParser *self,
                             const char *data,
                             gsize length,
                             UsherRefusal *refusal)
{
  const char *end = NULL;

  while ((end = memchr (data + self->n_looked, '\n', length - self->n_looked)) != NULL)
    {
      const char *line = data + self->line;

      *refusal = check_begin (self, data, (gsize) (end - data));
      if (*refusal != USHER_REFUSAL_NONE)
        return -1;
      *refusal = USHER_REFUSAL_MALFORMED;
      if (end == line || end[-1] != '\r')
        return -1;

      self->n_looked = (gsize) (end + 1 - data);
      self->line = self->n_looked;
      *refusal = USHER_REFUSAL_NONE;
      if (end - 1 > line)
        *refusal = check_line (self, line, (gsize) (end - 1 - line));
      if (*refusal == USHER_REFUSAL_NONE && self->n_looked - self->n_added > self->limits->max_head)
        *refusal = USHER_REFUSAL_HEAD_SIZE;
      if (*refusal != USHER_REFUSAL_NONE)
        return -1;
      if (end - 1 == line && self->n_lines > 0)
        return (gssize) self->n_looked;
    }

  self->n_looked = length;
  *refusal = check_begin (self, data, length);

  return *refusal != USHER_REFUSAL_NONE ? -1 : 0;
}

static UsherRefusal
judge (llhttp_errno_t error)
{
  if (error == HPE_INVALID_METHOD)
    return USHER_REFUSAL_METHOD;
  if (error == HPE_INVALID_TRANSFER_ENCODING)
    return USHER_REFUSAL_CODING;

  return USHER_REFUSAL_MALFORMED;
}

gboolean
usher_http_parser_read_head (UsherHttpParser *self,
                             char *head,
                             gsize length,
                             UsherHttpFieldFunc func,
                             gpointer user_data,
                             UsherRefusal *refusal)
{
  llhttp_errno_t error = HPE_OK;

  self->field_func = func;
  self->field_data = user_data;
  error = llhttp_execute (&self->parser, head, length);
  self->field_func = NULL;
  if (error == HPE_OK || (error == HPE_PAUSED && self->is_over))
    return TRUE;

  *refusal = judge (error);

  return FALSE;
}

/* Trailers are held to the form of fields, and dropped. */
static gssize
read_trailers (UsherHttpParser *self, const char *data, gsize length)
{
  UsherRefusal refusal = USHER_REFUSAL_NONE;
  gsize n_before = self->trailers->len;
  gsize used = 0;
  gssize n = 0;

  g_string_append_len (self->trailers, data, (gssize) length);
  n = usher_http_parser_find_head (self, self->trailers->str, self->trailers->len, &refusal);
  used = n > 0 ? (gsize) n - n_before : length;
  if (n < 0)
    return -1;
  if (n == 0)
    return (gssize) length;

  self->is_over = TRUE;
  g_string_free (g_steal_pointer (&self->trailers), TRUE);

  return (gssize) used;
}

static gssize
read_chunks (UsherHttpParser *self, const char *data, gsize length)
{
  guint64 n_body = self->n_body;
  llhttp_errno_t error = llhttp_execute (&self->parser, data, length);
  gsize n = length;

  if (error == HPE_PAUSED)
    n = (gsize) (llhttp_get_error_pos (&self->parser) - data);
  else if (error != HPE_OK)
    return -1;

  self->n_framing += n - (self->n_body - n_body);

  return self->n_framing <= MAX_FRAMING + FRAMING_A_BYTE * self->n_body ? (gssize) n : -1;
}

gssize
usher_http_parser_read_body (UsherHttpParser *self, const char *data, gsize length)
{
  gsize used = 0;
  gssize n = 0;

  if (self->trailers == NULL)
    n = read_chunks (self, data, length);
  if (n < 0 || self->trailers == NULL)
    return n;

  used = (gsize) n;
  n = read_trailers (self, data + used, length - used);

  return n < 0 ? -1 : (gssize) used + n;
}

void
usher_http_parser_clear (UsherHttpParser *self)
{
  if (self->trailers != NULL)
    g_string_free (g_steal_pointer (&self->trailers), TRUE);
}
