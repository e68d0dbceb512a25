/* usher-hub-waits.c: questions for events that wait until there are some
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-private.h"

#include <string.h>

#include "usher-error.h"
#include "usher-json.h"

#define MAX_SECONDS 60
#define MAX_WAITS   1024
#define MAX_OF_ONE  16

typedef struct
{
  UsherMember *member; /* (unowned) */
  guint request;
  char *channel; /* (owned) (nullable) */
  char *limit;   /* (owned) (nullable) */
  char *cursor;  /* (owned): behind which there was nothing */
  guint64 seen;  /* how much had been made durable then */
  gint64 due;    /* monotonic */
} Wait;

void
usher_hub_free_wait (gpointer data)
{
  Wait *wait = data;

  wait->member->n_waits--;
  g_free (wait->channel);
  g_free (wait->limit);
  g_free (wait->cursor);
  g_free (wait);
}

static gboolean
has_events (const char *page)
{
  return !g_str_has_prefix (page, "{\"events\":[]");
}

/* How much there is of what @wait is for: only when that grows it is worth to look. */
static guint64
count_durable (UsherHub *self, const Wait *wait)
{
  const UsherChannel *channel = NULL;

  if (wait->channel == NULL)
    return self->n_durable;

  channel = g_hash_table_lookup (self->channels, wait->channel);

  return channel != NULL ? channel->committed : 0;
}

gboolean
usher_hub_wait (UsherHub *self,
                UsherMember *member,
                guint request,
                const char *what,
                const char *page,
                GError **error)
{
  g_autoptr (GHashTable) values = NULL;
  g_autoptr (UsherJson) json = NULL;
  guint64 seconds = 0;
  const char *text = NULL;
  Wait *wait = NULL;

  if (!g_str_has_prefix (what, "events?") || has_events (page))
    return FALSE;

  values = g_uri_parse_params (what + strlen ("events?"), -1, "&", G_URI_PARAMS_NONE, NULL);
  text = values != NULL ? g_hash_table_lookup (values, "wait") : NULL;
  if (text == NULL || self->is_closing ||
      !g_ascii_string_to_unsigned (text, 10, 1, G_MAXINT32, &seconds, NULL))
    return FALSE;

  if (self->waits->len >= MAX_WAITS || member->n_waits >= MAX_OF_ONE)
    {
      g_set_error (error, USHER_ERROR, USHER_ERROR_BUSY, "too many questions wait for events");
      return FALSE;
    }

  json = usher_json_parse (page, -1, NULL);
  wait = g_new0 (Wait, 1);
  wait->member = member;
  wait->request = request;
  wait->channel = g_strdup (g_hash_table_lookup (values, "channel"));
  wait->limit = g_strdup (g_hash_table_lookup (values, "limit"));
  wait->cursor = g_strdup (json != NULL ? usher_json_get_string (json, "cursor") : "");
  wait->seen = count_durable (self, wait);
  wait->due = g_get_monotonic_time () + (gint64) MIN (seconds, MAX_SECONDS) * G_TIME_SPAN_SECOND;
  member->n_waits++;
  g_ptr_array_add (self->waits, wait);

  return TRUE;
}

static char *
look_again (UsherHub *self, const Wait *wait)
{
  g_autoptr (GString) what = g_string_new ("events?cursor=");

  g_string_append_uri_escaped (what, wait->cursor, NULL, FALSE);
  if (wait->limit != NULL)
    {
      g_string_append (what, "&limit=");
      g_string_append_uri_escaped (what, wait->limit, NULL, FALSE);
    }
  if (wait->channel != NULL)
    {
      g_string_append (what, "&channel=");
      g_string_append_uri_escaped (what, wait->channel, NULL, FALSE);
    }

  return usher_hub_describe (self, what->str, NULL);
}

/* Whether it was answered. */
static gboolean
serve (UsherHub *self, Wait *wait, gboolean is_over)
{
  guint64 n = count_durable (self, wait);
  g_autofree char *page = NULL;

  if (!is_over && n == wait->seen)
    return FALSE;

  wait->seen = n;
  page = look_again (self, wait);
  if (!is_over && page != NULL && !has_events (page))
    return FALSE;

  usher_hub_reply (self, wait->member->identity, wait->request, NULL, page, 0);

  return TRUE;
}

void
usher_hub_serve_waits (UsherHub *self, gboolean all)
{
  gint64 now = g_get_monotonic_time ();

  for (guint i = 0; i < self->waits->len;)
    {
      Wait *wait = g_ptr_array_index (self->waits, i);

      if (serve (self, wait, all || now >= wait->due))
        g_ptr_array_remove_index (self->waits, i);
      else
        i++;
    }
}

void
usher_hub_drop_waits (UsherHub *self, const UsherMember *member)
{
  for (guint i = self->waits->len; i > 0; i--)
    if (((Wait *) g_ptr_array_index (self->waits, i - 1))->member == member)
      g_ptr_array_remove_index (self->waits, i - 1);
}
