/* usher-hub-door-waits.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-door-private.h"

#include "usher-error.h"

#define MAX_WAIT   G_TIME_SPAN_MINUTE
#define MAX_WAITS  1024
#define MAX_OF_ONE 16

typedef struct
{
  UsherHubMember *member; /* (unowned) */
  guint request;
  char *channel; /* (owned) (nullable) */
  char *cursor;  /* (owned): behind which there was nothing */
  guint limit;
  guint64 seen; /* how much had been made durable then */
  gint64 due;   /* monotonic */
} Wait;

void
usher_hub_door_free_wait (gpointer data)
{
  Wait *wait = data;

  wait->member->n_waits--;
  g_free (wait->channel);
  g_free (wait->cursor);
  g_free (wait);
}

/* How much there is of what a question is for: only when that grows it is worth to look. */
static guint64
count_durable (UsherHubDoor *self, const char *name)
{
  const UsherHubChannel *channel = NULL;

  if (name == NULL)
    return usher_hub_log_get_n_durable (self->log);

  channel = usher_hub_log_find_channel (self->log, name);

  return channel != NULL ? usher_hub_channel_get_last (channel) : 0;
}

static void
reply (UsherHubDoor *self, UsherHubMember *member, guint request, const UsherBusEvents *page)
{
  GByteArray *frame = usher_hub_door_begin_reply (request);

  usher_record_write (&usher_bus_events_type, page, frame);
  usher_hub_door_send_reply (self, member, request, frame);
}

static void
add_wait (UsherHubDoor *self,
          UsherHubMember *member,
          guint request,
          const UsherEventsQuery *query,
          const char *cursor)
{
  Wait *wait = g_new0 (Wait, 1);

  wait->member = member;
  wait->request = request;
  wait->channel = g_strdup (query->channel);
  wait->cursor = g_strdup (cursor);
  wait->limit = query->limit;
  wait->seen = count_durable (self, query->channel);
  wait->due = g_get_monotonic_time () + MIN (query->wait, MAX_WAIT);
  member->n_waits++;
  g_ptr_array_add (self->waits, wait);
}

gboolean
usher_hub_door_answer_events (UsherHubDoor *self,
                              UsherHubMember *member,
                              guint request,
                              const UsherEventsQuery *query,
                              GError **error)
{
  g_autoptr (UsherBusEvents) page = usher_hub_log_read_events (self->log, query, error);

  if (page == NULL)
    return FALSE;

  if (page->events->len > 0 || query->wait <= 0 || self->is_closing)
    reply (self, member, request, page);
  else if (self->waits->len < MAX_WAITS && member->n_waits < MAX_OF_ONE)
    add_wait (self, member, request, query, page->cursor);
  else
    {
      g_set_error (error, USHER_ERROR, USHER_ERROR_BUSY, "too many questions wait for events");
      return FALSE;
    }

  return TRUE;
}

/* Whether it was answered. */
static gboolean
serve (UsherHubDoor *self, Wait *wait, gboolean is_over)
{
  const UsherEventsQuery query = { .channel = wait->channel,
                                   .cursor = wait->cursor,
                                   .limit = wait->limit };
  guint64 n = count_durable (self, wait->channel);
  g_autoptr (UsherBusEvents) page = NULL;

  if (!is_over && n == wait->seen)
    return FALSE;

  wait->seen = n;
  page = usher_hub_log_read_events (self->log, &query, NULL);
  if (!is_over && page != NULL && page->events->len == 0)
    return FALSE;

  if (page != NULL)
    reply (self, wait->member, wait->request, page);

  return TRUE;
}

void
usher_hub_door_serve_waits (UsherHubDoor *self, gboolean all)
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
usher_hub_door_drop_waits (UsherHubDoor *self, const UsherHubMember *member)
{
  for (guint i = self->waits->len; i > 0; i--)
    if (((Wait *) g_ptr_array_index (self->waits, i - 1))->member == member)
      g_ptr_array_remove_index (self->waits, i - 1);
}
