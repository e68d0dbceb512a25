/* usher-trace-context.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-trace-context-private.h"

#include <string.h>

/* 00-TRACE-SPAN-FLAGS */
#define AT_TRACE 3
#define AT_SPAN  36
#define AT_FLAGS 53
#define LENGTH   (USHER_TRACEPARENT_SIZE - 1)
/* no later version may be longer than a header */
#define MAX_LENGTH 512
#define SAMPLED    0x01

/* upper-case digits are refused: the standard wants each id to have one form */
static gboolean
read_hex (const char *text, guint8 *bytes, gsize length)
{
  for (gsize i = 0; i < 2 * length; i++)
    if (!g_ascii_isxdigit (text[i]) || g_ascii_isupper (text[i]))
      return FALSE;

  for (gsize i = 0; i < length; i++)
    bytes[i] =
        (guint8) (g_ascii_xdigit_value (text[2 * i]) << 4 | g_ascii_xdigit_value (text[2 * i + 1]));

  return TRUE;
}

static gboolean
is_zero (const guint8 *bytes, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (bytes[i] != 0)
      return FALSE;

  return TRUE;
}

/* Whether it has the dashes where they belong, and nothing behind, but for a version to come. */
static gboolean
has_shape (const char *text)
{
  gsize length = strnlen (text, MAX_LENGTH);
  guint8 version = 0;

  if (length < LENGTH || length == MAX_LENGTH || !read_hex (text, &version, 1) || version == 0xff)
    return FALSE;
  if (text[AT_TRACE - 1] != '-' || text[AT_SPAN - 1] != '-' || text[AT_FLAGS - 1] != '-')
    return FALSE;

  return length == LENGTH || (version > 0 && text[LENGTH] == '-');
}

gboolean
usher_trace_context_parse (UsherTraceContext *self, const char *text)
{
  UsherTraceContext read = { 0 };
  guint8 flags = 0;

  memset (self, 0, sizeof *self);
  if (text == NULL || !has_shape (text) ||
      !read_hex (text + AT_TRACE, read.trace, sizeof read.trace) ||
      !read_hex (text + AT_SPAN, read.span, sizeof read.span) ||
      !read_hex (text + AT_FLAGS, &flags, 1))
    return FALSE;
  if (is_zero (read.trace, sizeof read.trace) || is_zero (read.span, sizeof read.span))
    return FALSE;

  read.is_sampled = (flags & SAMPLED) != 0;
  *self = read;

  return TRUE;
}

/* never zero, which is no id */
static void
fill_random (guint8 *bytes, gsize length)
{
  do
    for (gsize i = 0; i < length; i += sizeof (guint32))
      {
        guint32 number = g_random_int ();

        memcpy (bytes + i, &number, sizeof number);
      }
  while (is_zero (bytes, length));
}

void
usher_trace_context_begin (UsherTraceContext *self)
{
  fill_random (self->trace, sizeof self->trace);
  fill_random (self->span, sizeof self->span);
  self->is_sampled = FALSE;
}

void
usher_trace_context_continue (UsherTraceContext *self, const UsherTraceContext *parent)
{
  *self = *parent;
  fill_random (self->span, sizeof self->span);
}

gboolean
usher_trace_context_is_set (const UsherTraceContext *self)
{
  return !is_zero (self->span, sizeof self->span);
}

void
usher_trace_context_format_id (const guint8 *id, gsize length, char *text)
{
  static const char digits[] = "0123456789abcdef";

  for (gsize i = 0; i < length; i++)
    {
      text[2 * i] = digits[id[i] >> 4];
      text[2 * i + 1] = digits[id[i] & 0xf];
    }
  text[2 * length] = '\0';
}

void
usher_trace_context_format (const UsherTraceContext *self, char *text)
{
  g_strlcpy (text, "00-", AT_TRACE + 1);
  usher_trace_context_format_id (self->trace, sizeof self->trace, text + AT_TRACE);
  text[AT_SPAN - 1] = '-';
  usher_trace_context_format_id (self->span, sizeof self->span, text + AT_SPAN);
  text[AT_FLAGS - 1] = '-';
  g_strlcpy (text + AT_FLAGS, self->is_sampled ? "01" : "00", 3);
}
