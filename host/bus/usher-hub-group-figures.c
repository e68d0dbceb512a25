/* usher-hub-group-figures.c: a queue group in numbers
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-group-private.h"

static guint
count_out (const UsherHubGroup *self)
{
  guint n = 0;

  for (guint i = 0; i < self->seats->len; i++)
    n += ((const UsherHubSeat *) g_ptr_array_index (self->seats, i))->n_out;

  return n;
}

UsherGroupFigures *
usher_hub_group_describe (const UsherHubGroup *self)
{
  UsherGroupFigures *figures = usher_group_figures_new ();
  guint64 last = usher_hub_channel_get_last (self->channel);

  figures->channel = g_strdup (usher_hub_channel_get_name (self->channel));
  figures->name = g_strdup (self->name);
  figures->is_durable = usher_hub_group_is_durable (self);
  figures->n_members = self->seats->len;
  figures->floor = self->floor;
  figures->last = last;
  figures->lag = last - MIN (self->floor, last);
  figures->n_out = count_out (self);
  figures->n_pending = g_hash_table_size (self->pending);
  figures->n_suspects = self->n_suspects;
  figures->n_redelivered = self->n_redelivered;
  figures->n_missed = self->n_missed;

  return figures;
}

void
usher_hub_group_fill_subscription (const UsherHubGroup *self, UsherSubscriptionFigures *figures)
{
  figures->group = g_strdup (self->name);
  figures->is_durable = usher_hub_group_is_durable (self);
  figures->is_shared = !usher_hub_group_is_position (self);
  figures->ack_wait = self->ack_wait;
  figures->lag = usher_hub_channel_get_last (self->channel) - self->floor;
  figures->n_redelivered = self->n_redelivered;
  figures->n_pending = g_hash_table_size (self->pending);
  figures->n_suspects = self->n_suspects;
}

void
usher_hub_seat_fill_subscription (const UsherHubSeat *self, UsherSubscriptionFigures *figures)
{
  usher_hub_group_fill_subscription (self->group, figures);
  figures->max_in_flight = self->max_in_flight;
  figures->last_sent = self->last_sent;
  figures->n_out = self->n_out;
}
