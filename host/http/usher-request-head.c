/* usher-request-head.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-request-head-private.h"

#include <string.h>

#include "usher-request-private.h"

/* headers that Connection may name */
#define MAX_NAMED 128

/* The fields of a head, as they are met. */
typedef struct
{
  UsherRequest *request; /* (unowned) */
  char *end; /* (unowned) (nullable): of the last value; what stands there is yet to be parsed */
} Fields;

static void
end_text (Fields *fields)
{
  if (fields->end != NULL)
    *fields->end = '\0';
}

static void
on_field (const UsherHttpText *name, const UsherHttpText *value, gpointer user_data)
{
  Fields *fields = user_data;

  end_text (fields);
  name->text[name->length] = '\0';
  fields->end = value->text + value->length;
  usher_request_take_header (fields->request, name->text, name->length, value->text);
}

gboolean
usher_request_is_authority (const char *text)
{
  const char *colon = NULL;
  const char *name = text;

  if (*text == '[')
    {
      gsize length = strspn (text + 1, "0123456789abcdefABCDEF:.");

      if (length == 0 || text[length + 1] != ']')
        return FALSE;
      colon = text + length + 2;
    }
  else
    {
      while (g_ascii_isalnum (*name) ||
             (*name != '\0' && strchr ("-._~%!$&'()*+;=", *name) != NULL))
        name++;
      colon = name;
      if (name == text && *name == ':')
        return FALSE;
    }

  if (*colon == '\0')
    return TRUE;

  return *colon == ':' && strspn (colon + 1, "0123456789") == strlen (colon + 1) &&
         strlen (colon + 1) <= 5;
}

static UsherRefusal
check_host (UsherRequest *request, gboolean is_old)
{
  const char *host = request->known[USHER_HEADER_HOST];

  if (host == NULL)
    return is_old ? USHER_REFUSAL_NONE : USHER_REFUSAL_MALFORMED;
  if ((request->twice & (1U << USHER_HEADER_HOST)) != 0 || !usher_request_is_authority (host))
    return USHER_REFUSAL_MALFORMED;

  return request->authority == NULL ||
                 (*request->authority != '\0' && usher_request_is_authority (request->authority))
             ? USHER_REFUSAL_NONE
             : USHER_REFUSAL_MALFORMED;
}

static UsherRefusal
check_length (UsherRequest *request, gboolean is_old)
{
  const char *coding = request->known[USHER_HEADER_TRANSFER_ENCODING];
  guint single = (1U << USHER_HEADER_CONTENT_LENGTH) | (1U << USHER_HEADER_TRANSFER_ENCODING);

  if ((request->twice & single) != 0)
    return USHER_REFUSAL_MALFORMED;
  if (coding == NULL)
    return USHER_REFUSAL_NONE;
  if (is_old || request->known[USHER_HEADER_CONTENT_LENGTH] != NULL)
    return USHER_REFUSAL_MALFORMED;

  return g_ascii_strcasecmp (coding, "chunked") == 0 ? USHER_REFUSAL_NONE : USHER_REFUSAL_CODING;
}

/* llhttp says only that it is none; “chunked” that is not the last, or comes twice, is no coding that is missing here. */
static UsherRefusal
judge_coding (UsherRequest *request, UsherRefusal refusal)
{
  const char *coding = request->known[USHER_HEADER_TRANSFER_ENCODING];
  g_autofree char *lower = coding != NULL ? g_ascii_strdown (coding, -1) : NULL;

  if (refusal == USHER_REFUSAL_CODING &&
      (lower == NULL || *lower == '\0' || strstr (lower, "chunked") != NULL))
    return USHER_REFUSAL_MALFORMED;

  return refusal;
}

static gboolean
is_option (const char *option, gsize length, const char *name)
{
  return strlen (name) == length && g_ascii_strncasecmp (name, option, length) == 0;
}

/* What means nothing here, whether it is named or not. */
static gboolean
is_own (const char *option, gsize length)
{
  static const char *const own[] = {
    "upgrade", "te", "trailer", "http2-settings", "proxy-connection"
  };

  for (guint i = 0; i < G_N_ELEMENTS (own); i++)
    if (is_option (option, length, own[i]))
      return TRUE;

  return FALSE;
}

static gboolean
drop_named (UsherRequest *request, const char *option, gsize length)
{
  g_autofree char *name = g_strndup (option, length);

  return usher_request_drop_header (request, name);
}

/* A header that Connection names is for one connection alone. Naming one that the host acts on would make it count
 * here and not behind a gateway. Each name is looked for among all headers, so there are not many of them. */
static UsherRefusal
take_connection (UsherRequest *request, UsherRequestHead *head)
{
  const char *next = usher_request_peek_header (request, USHER_HEADER_CONNECTION);
  guint n_named = 0;
  gboolean keeps = FALSE;
  gboolean closes = FALSE;

  while (next != NULL && *next != '\0')
    {
      const char *option = next + strspn (next, ", \t");
      gsize length = strcspn (option, ",");

      next = option + length;
      while (length > 0 && strchr (" \t", option[length - 1]) != NULL)
        length--;
      if (is_option (option, length, "close"))
        closes = TRUE;
      else if (is_option (option, length, "keep-alive"))
        keeps = TRUE;
      else if (length > 0 && !is_own (option, length) &&
               (++n_named > MAX_NAMED || !drop_named (request, option, length)))
        return USHER_REFUSAL_MALFORMED;
    }
  head->keeps_alive = !closes && (keeps || !head->is_old);

  return USHER_REFUSAL_NONE;
}

static UsherRefusal
check_expectation (UsherRequest *request, UsherRequestHead *head)
{
  const char *expectation = request->known[USHER_HEADER_EXPECT];

  if (expectation == NULL)
    return USHER_REFUSAL_NONE;
  if (g_ascii_strcasecmp (expectation, "100-continue") != 0)
    return USHER_REFUSAL_EXPECTATION;

  /* who speaks HTTP/1.0 does not know the answer */
  head->expects = !head->is_old && head->length != 0;

  return USHER_REFUSAL_NONE;
}

static UsherRefusal
check (UsherRequest *request, UsherRequestHead *head)
{
  UsherRefusal refusal = check_host (request, head->is_old);

  if (refusal == USHER_REFUSAL_NONE)
    refusal = check_length (request, head->is_old);
  if (refusal == USHER_REFUSAL_NONE)
    refusal = take_connection (request, head);
  if (refusal == USHER_REFUSAL_NONE)
    refusal = check_expectation (request, head);

  return refusal;
}

gboolean
usher_request_read_head (UsherRequest *request,
                         UsherHttpParser *parser,
                         const char *data,
                         gsize length,
                         UsherRequestHead *head,
                         UsherRefusal *refusal)
{
  char *copy = usher_text_arena_copy (&request->arena, data, length);
  Fields fields = { .request = request };
  gboolean ok = usher_http_parser_read_head (parser, copy, length, on_field, &fields, refusal);

  end_text (&fields);
  if (!ok)
    {
      *refusal = judge_coding (request, *refusal);
      return FALSE;
    }

  parser->target.text[parser->target.length] = '\0';
  request->method = llhttp_method_name (llhttp_get_method (&parser->parser));
  usher_request_take_target (request, parser->target.text);

  head->is_old = llhttp_get_http_minor (&parser->parser) == 0;
  head->expects = FALSE;
  head->length = parser->length;
  *refusal = check (request, head);

  return *refusal == USHER_REFUSAL_NONE;
}
