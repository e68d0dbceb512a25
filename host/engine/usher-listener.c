/* usher-listener.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-listener-private.h"

#include "usher-tally-private.h"

struct _UsherListener
{
  char *channel;     /* (owned) */
  char *group;       /* (owned) */
  UsherTally *tally; /* (owned): by UsherEventCount */
  UsherEventHandler handler;
  gpointer user_data; /* (owned by @destroy) */
  GDestroyNotify destroy;
};

UsherListener *
usher_listener_new (const char *channel,
                    const char *group,
                    UsherEventHandler handler,
                    gpointer user_data,
                    GDestroyNotify destroy)
{
  UsherListener *self = g_new0 (UsherListener, 1);

  self->channel = g_strdup (channel);
  self->group = g_strdup (group);
  self->tally = usher_tally_new (USHER_N_EVENT_COUNTS);
  self->handler = handler;
  self->user_data = user_data;
  self->destroy = destroy;

  return self;
}

void
usher_listener_free (UsherListener *self)
{
  if (self->destroy != NULL)
    self->destroy (self->user_data);
  g_free (self->channel);
  g_free (self->group);
  usher_tally_free (self->tally);
  g_free (self);
}

const char *
usher_listener_get_channel (const UsherListener *self)
{
  return self->channel;
}

const char *
usher_listener_get_group (const UsherListener *self)
{
  return self->group;
}

gboolean
usher_listener_run (const UsherListener *self, UsherEvent *event, UsherUnit *unit, GError **error)
{
  return self->handler (event, unit, self->user_data, error);
}

void
usher_listener_count (const UsherListener *self, UsherEventCount count)
{
  usher_tally_add (self->tally, count, 1);
}

guint64
usher_listener_get_count (const UsherListener *self, UsherEventCount count)
{
  return usher_tally_sum (self->tally, count);
}
