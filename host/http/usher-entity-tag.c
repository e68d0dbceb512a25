/* usher-entity-tag.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-entity-tag-private.h"

#include <string.h>

#define MAX_ID 32

static char *
put_number (char *at, guint64 number)
{
  char digits[24];
  guint n = 0;

  do
    digits[n++] = (char) ('0' + number % 10);
  while ((number /= 10) > 0);
  while (n > 0)
    *at++ = digits[--n];

  return at;
}

/* By hand, as it is part of every answer with one document. The id is in it for paths that show each user something else. */
void
usher_entity_tag_write (char tag[USHER_ENTITY_TAG], UsherDocument *document)
{
  const char *id = usher_document_get_id (document);
  gsize length = id != NULL ? strlen (id) : 0;
  char *at = tag;

  *at = '\0';
  if (length == 0 || length > MAX_ID)
    return;

  *at++ = '"';
  memcpy (at, id, length);
  at += length;
  *at++ = '-';
  at = put_number (at, (guint64) usher_document_get_version (document));
  if (usher_document_get_level (document) > 0)
    {
      *at++ = '.';
      at = put_number (at, usher_document_get_level (document));
    }
  *at++ = '"';
  *at = '\0';
}

static gboolean
is_tag_char (char c)
{
  return c == '!' || ((guchar) c >= 0x23 && (guchar) c != 0x7f);
}

/* The length of the tag that @text begins with, its quotes included; 0: it begins with none. */
static gsize
measure (const char *text)
{
  gsize length = 1;

  if (*text != '"')
    return 0;
  while (is_tag_char (text[length]))
    length++;

  return text[length] == '"' ? length + 1 : 0;
}

/* RFC 9110, 8.8.3.2: a strong comparison never holds for a weak tag. */
static gboolean
is_same (const char *listed,
         gsize length,
         const char *tag,
         gboolean listed_is_weak,
         gboolean is_weak)
{
  gboolean tag_is_weak = g_str_has_prefix (tag, "W/");
  const char *opaque = tag_is_weak ? tag + 2 : tag;

  return (is_weak || (!listed_is_weak && !tag_is_weak)) && strlen (opaque) == length &&
         memcmp (opaque, listed, length) == 0;
}

UsherTagVerdict
usher_entity_tag_find (const char *list, const char *tag, gboolean is_weak)
{
  gboolean is_found = FALSE;
  guint n = 0;

  if (strcmp (list, "*") == 0)
    return tag != NULL ? USHER_TAG_IS_LISTED : USHER_TAG_IS_NOT_LISTED;

  for (list += strspn (list, ", \t"); *list != '\0'; n++)
    {
      gboolean listed_is_weak = g_str_has_prefix (list, "W/");
      const char *listed = listed_is_weak ? list + 2 : list;
      gsize length = measure (listed);

      list = listed + length;
      list += strspn (list, " \t");
      if (length == 0 || (*list != ',' && *list != '\0'))
        return USHER_TAG_BAD_LIST;
      is_found =
          is_found || (tag != NULL && is_same (listed, length, tag, listed_is_weak, is_weak));
      list += strspn (list, ", \t");
    }

  if (n == 0)
    return USHER_TAG_BAD_LIST;

  return is_found ? USHER_TAG_IS_LISTED : USHER_TAG_IS_NOT_LISTED;
}
