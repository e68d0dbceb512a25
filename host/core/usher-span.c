/* usher-span.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-span-private.h"

#include <string.h>

/* bytes of a name or a value */
#define MAX_LENGTH 256

/* (transfer full): valid, and no longer than is told */
static char *
shorten (const char *text)
{
  gsize length = strnlen (text, MAX_LENGTH + 1);

  if (length > MAX_LENGTH)
    length = (gsize) (g_utf8_find_prev_char (text, text + MAX_LENGTH) - text);

  return g_utf8_make_valid (text, (gssize) length);
}

UsherSpan *
usher_span_new (const UsherTraceContext *context,
                const guint8 *parent,
                UsherSpanKind kind,
                const char *name,
                const char *service)
{
  UsherSpan *self = g_new0 (UsherSpan, 1);

  self->context = *context;
  memcpy (self->parent, parent, sizeof self->parent);
  self->kind = kind;
  self->name = shorten (name);
  self->service = g_strdup (service);
  self->began = g_get_real_time ();

  return self;
}

void
usher_span_free (UsherSpan *self)
{
  for (guint i = 0; i < self->n_attributes; i++)
    g_free (self->attributes[i].text);
  g_free (self->name);
  g_free (self->service);
  g_free (self);
}

/* (nullable): NULL: there is no room for another */
static UsherSpanAttribute *
add (UsherSpan *self, const char *key)
{
  UsherSpanAttribute *attribute = NULL;

  if (self->n_attributes == USHER_SPAN_MAX_ATTRIBUTES)
    return NULL;

  attribute = &self->attributes[self->n_attributes++];
  attribute->key = key;

  return attribute;
}

void
usher_span_set_text (UsherSpan *self, const char *key, const char *value)
{
  UsherSpanAttribute *attribute = value != NULL ? add (self, key) : NULL;

  if (attribute != NULL)
    attribute->text = shorten (value);
}

void
usher_span_set_number (UsherSpan *self, const char *key, gint64 value)
{
  UsherSpanAttribute *attribute = add (self, key);

  if (attribute != NULL)
    attribute->number = value;
}
