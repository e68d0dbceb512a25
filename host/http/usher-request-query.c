/* usher-request-query.c: the query of a request
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-request-private.h"

/* A value that cannot be decoded is given as it came: it will not be what anybody asks for. */
static const char *
decode_query (UsherRequest *self, const char *text, gsize length)
{
  const char *decoded = usher_request_decode (self, text, length, TRUE);

  return decoded != NULL ? decoded : usher_text_arena_copy (&self->arena, text, length);
}

gboolean
usher_request_next_part (UsherRequest *self, UsherQueryPart *part)
{
  const char *text = part->text != NULL ? part->text + part->length : self->query;
  const char *equals = NULL;

  if (part->text != NULL && *text == '&')
    text++;
  if (text == NULL || *text == '\0')
    return FALSE;

  part->text = text;
  part->length = strcspn (text, "&");
  equals = memchr (text, '=', part->length);
  part->name_length = equals != NULL ? (gsize) (equals - text) : part->length;

  return TRUE;
}

/* What is not encoded is compared where it stands. */
gboolean
usher_request_is_part (UsherRequest *self, const UsherQueryPart *part, const char *name)
{
  gsize length = part->name_length;

  if (memchr (part->text, '%', length) == NULL && memchr (part->text, '+', length) == NULL)
    return strlen (name) == length && memcmp (part->text, name, length) == 0;

  return strcmp (decode_query (self, part->text, length), name) == 0;
}

const char *
usher_request_get_part_name (UsherRequest *self, const UsherQueryPart *part)
{
  return decode_query (self, part->text, part->name_length);
}

/**
 * usher_request_get_query:
 * @self: a request
 * @name: the name of a query parameter
 *
 * Gets the first value of a query parameter, decoded.
 *
 * Returns: (nullable): the value, `NULL` when it is not there
 */
const char *
usher_request_get_query (UsherRequest *self, const char *name)
{
  UsherQueryPart part = { NULL };

  g_return_val_if_fail (USHER_IS_REQUEST (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  while (usher_request_next_part (self, &part))
    if (usher_request_is_part (self, &part, name))
      return part.name_length < part.length ? decode_query (self,
                                                            part.text + part.name_length + 1,
                                                            part.length - part.name_length - 1)
                                            : "";

  return NULL;
}
