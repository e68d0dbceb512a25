/* usher-request-page.c: which page of a list a request asks for
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-id.h"
#include "usher-request-private.h"
#include "usher-text-private.h"

#define MAX_PAGE 100
/* what a target may hold as it is: all but what would end a link, or is none of RFC 3986 */
#define PLAIN "!$&'()*+,;=:@/?%"

static guint
read_limit (UsherRequest *self)
{
  const char *text = usher_request_get_query (self, "limit");
  guint64 number = MAX_PAGE;

  if (text != NULL && !g_ascii_string_to_unsigned (text, 10, 1, MAX_PAGE, &number, NULL))
    usher_problems_add (usher_request_get_problems (self),
                        "limit",
                        "Limit must be a number from 1 to 100");

  return (guint) number;
}

static gboolean
read_oldest_first (UsherRequest *self)
{
  const char *order = usher_request_get_query (self, "order");
  gboolean is_oldest_first = g_strcmp0 (order, "oldest") == 0;

  if (order != NULL && !is_oldest_first && !g_str_equal (order, "newest"))
    usher_problems_add (usher_request_get_problems (self),
                        "order",
                        "Order must be newest or oldest");

  return is_oldest_first;
}

/* What is given twice is meant otherwise than it is taken. The first one found is enough. */
static void
check_doubles (UsherRequest *self)
{
  g_autoptr (GHashTable) names = NULL;
  UsherQueryPart part = { NULL };

  /* of one there is no second */
  if (strchr (self->query, '&') == NULL)
    return;

  names = g_hash_table_new (g_str_hash, g_str_equal);
  while (usher_request_next_part (self, &part))
    {
      const char *name = usher_request_get_part_name (self, &part);
      g_autofree char *label = NULL;
      g_autofree char *message = NULL;

      if (part.length == 0 || g_hash_table_add (names, (gpointer) name))
        continue;

      label = usher_text_capitalize (name);
      message = g_strdup_printf ("%s must be given once", label);
      usher_problems_add (usher_request_get_problems (self), name, message);
      return;
    }
}

/**
 * usher_request_get_page:
 * @self: a request
 * @limit: (out): how many documents were asked for, from 1 to 100, which is the default
 * @after: (out) (nullable) (transfer none): the id after which the page begins
 * @is_oldest_first: (out): whether the oldest documents come first, and not the newest
 * @error: return location for a [error@Error]
 *
 * Reads `?limit=`, `?after=` and `?order=`. [func@list_answer] does it for lists of documents.
 *
 * Returns: `FALSE` with `USHER_ERROR_INVALID` when one is malformed, or any parameter of the query is there twice
 */
gboolean
usher_request_get_page (UsherRequest *self,
                        guint *limit,
                        const char **after,
                        gboolean *is_oldest_first,
                        GError **error)
{
  const char *id = NULL;

  g_return_val_if_fail (USHER_IS_REQUEST (self), FALSE);
  g_return_val_if_fail (limit != NULL, FALSE);
  g_return_val_if_fail (after != NULL, FALSE);
  g_return_val_if_fail (is_oldest_first != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (self->query != NULL)
    check_doubles (self);
  id = usher_request_get_query (self, "after");
  if (id != NULL && !usher_id_is_valid (id))
    usher_problems_add (usher_request_get_problems (self), "after", "After must be an id");

  *limit = read_limit (self);
  *after = id;
  *is_oldest_first = read_oldest_first (self);

  return usher_request_check (self, error);
}

/* Most targets are: what would be escaped is searched for first. */
static gboolean
is_plain (const char *target)
{
  while (g_ascii_isalnum (*target) || (*target != '\0' && strchr (PLAIN "-._~", *target) != NULL))
    target++;

  return *target == '\0';
}

/* “after” stays in its place, if it was there; “at” goes to the end. */
char *
usher_request_make_next_target (UsherRequest *self, const char *after, const char *at)
{
  g_autoptr (GString) target = g_string_new (self->path);
  UsherQueryPart part = { NULL };
  gboolean has_after = FALSE;
  char separator = '?';

  while (usher_request_next_part (self, &part))
    {
      gboolean is_after = usher_request_is_part (self, &part, "after");

      if ((is_after && has_after) || usher_request_is_part (self, &part, "at"))
        continue;

      g_string_append_c (target, separator);
      if (is_after)
        g_string_append_printf (target, "after=%s", after);
      else
        g_string_append_len (target, part.text, (gssize) part.length);
      has_after |= is_after;
      separator = '&';
    }

  if (!has_after)
    g_string_append_printf (target, "%cafter=%s", separator, after);
  if (at != NULL)
    {
      g_string_append (target, "&at=");
      g_string_append_uri_escaped (target, at, NULL, FALSE);
    }

  if (is_plain (target->str))
    return g_string_free (g_steal_pointer (&target), FALSE);

  return g_uri_escape_string (target->str, PLAIN, FALSE);
}
