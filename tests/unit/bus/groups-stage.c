/* groups-stage.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "groups-stage.h"

static gboolean
is_ready (gpointer worker, gpointer user_data)
{
  return !((Stage *) user_data)->is_closed;
}

static gboolean
send_slice (gpointer name, const UsherHubSlice *slice, gpointer user_data)
{
  Stage *self = user_data;
  guint64 last = slice->first + slice->count - 1;

  if (self->is_full)
    return FALSE;

  g_assert_cmpuint (slice->first, >=, slice->frame->base);
  g_assert_cmpuint (last, <, slice->frame->base + slice->frame->count);
  g_string_append_printf (self->sent,
                          "%s%s%s %" G_GUINT64_FORMAT,
                          self->sent->len > 0 ? "; " : "",
                          slice->is_redelivered ? "again " : "",
                          (const char *) name,
                          slice->first);
  if (slice->count > 1)
    g_string_append_printf (self->sent, "-%" G_GUINT64_FORMAT, last);
  if (slice->attempt > 1)
    g_string_append_printf (self->sent, " (%u)", slice->attempt);
  for (guint64 sequence = slice->first; sequence <= last; sequence++)
    g_array_append_val (self->out, sequence);

  return TRUE;
}

static void
park (UsherParked *parked, gpointer user_data)
{
  g_ptr_array_add (((Stage *) user_data)->parked, parked);
}

static void
save (const UsherHubChannel *channel, const char *name, GBytes *state, gpointer user_data)
{
  Stage *self = user_data;

  g_clear_pointer (&self->state, g_bytes_unref);
  self->state = state != NULL ? g_bytes_ref (state) : NULL;
}

static const UsherHubGroupsFuncs funcs = { is_ready, send_slice, park, save };

static void
free_groups (Stage *self)
{
  usher_hub_groups_free (self->groups);
  g_ptr_array_set_size (self->workers, 0);
}

void
stage_set_up (Stage *self, gconstpointer data)
{
  self->moment.now = G_TIME_SPAN_HOUR;
  self->moment.wall = G_TIME_SPAN_DAY;
  self->sent = g_string_new (NULL);
  self->out = g_array_new (FALSE, FALSE, sizeof (guint64));
  self->parked = g_ptr_array_new_with_free_func ((GDestroyNotify) usher_parked_free);
  self->workers = g_ptr_array_new_with_free_func ((GDestroyNotify) usher_hub_worker_free);
  self->channel = usher_hub_channel_new (STAGE_CHANNEL, NULL);
  self->groups = usher_hub_groups_new (&funcs, self);
  usher_hub_groups_set_moment (self->groups, &self->moment);
  self->group =
      usher_hub_groups_add (self->groups, self->channel, STAGE_GROUP, USHER_HUB_GROUP_DURABLE, 1);
}

void
stage_tear_down (Stage *self, gconstpointer data)
{
  free_groups (self);
  usher_hub_channel_free (self->channel);
  g_ptr_array_unref (self->workers);
  g_ptr_array_unref (self->parked);
  g_string_free (self->sent, TRUE);
  g_array_unref (self->out);
  g_clear_pointer (&self->state, g_bytes_unref);
}

void
stage_publish (Stage *self, guint n)
{
  g_autoptr (GBytes) events = g_bytes_new_static ("events", 6);

  usher_hub_channel_accept (self->channel, usher_hub_channel_number (self->channel, n, 0, events));
}

static UsherHubSeat *
take_seat (Stage *self,
           UsherHubGroup *group,
           const char *name,
           guint64 instance,
           guint max_in_flight)
{
  UsherHubWorker *worker = usher_hub_worker_new (instance, (gpointer) name);

  g_ptr_array_add (self->workers, worker);
  usher_hub_group_set_limits (group, STAGE_ACK_WAIT, STAGE_MAX_DELIVER, STAGE_DEFER_LIMIT);

  return usher_hub_seat_new (group, worker, max_in_flight, (gpointer) name);
}

UsherHubSeat *
stage_add_group (Stage *self, UsherHubGroupKind kind, const char *name)
{
  return take_seat (
      self, usher_hub_groups_add (self->groups, self->channel, name, kind, 1), name, 1, 10);
}

UsherHubSeat *
stage_join_as (Stage *self, const char *name, guint64 instance, guint max_in_flight)
{
  return take_seat (self, self->group, name, instance, max_in_flight);
}

UsherHubSeat *
stage_join (Stage *self, const char *name, guint max_in_flight)
{
  return stage_join_as (self, name, 100 + self->workers->len, max_in_flight);
}

void
stage_leave (Stage *self, UsherHubSeat *seat, gboolean has_died)
{
  usher_hub_groups_leave (self->groups, seat, has_died);
}

void
stage_kill (Stage *self)
{
  GPtrArray *seats = usher_hub_group_peek_seats (self->group);

  while (seats->len > 0)
    stage_leave (self, g_ptr_array_index (seats, 0), TRUE);
  g_array_set_size (self->out, 0);
}

gint64
stage_serve (Stage *self)
{
  usher_hub_groups_set_moment (self->groups, &self->moment);

  return usher_hub_groups_serve (self->groups);
}

void
stage_save (Stage *self, gboolean is_written)
{
  usher_hub_groups_set_moment (self->groups, &self->moment);
  usher_hub_groups_save (self->groups);
  usher_hub_groups_take_saved (self->groups, is_written);
}

void
stage_run (Stage *self)
{
  do
    {
      stage_serve (self);
      stage_save (self, TRUE);
      stage_serve (self);
    }
  while (usher_hub_groups_is_urgent (self->groups));
}

void
stage_pass (Stage *self, gint64 time)
{
  self->moment.now += time;
  self->moment.wall += time;
  stage_run (self);
}

void
stage_restart (Stage *self, gboolean in_order)
{
  gsize size = 0;
  gconstpointer state = NULL;

  self->moment.is_closing = in_order;
  if (in_order)
    stage_save (self, TRUE);
  self->moment.is_closing = FALSE;
  g_array_set_size (self->out, 0);

  free_groups (self);
  self->groups = usher_hub_groups_new (&funcs, self);
  usher_hub_groups_set_moment (self->groups, &self->moment);
  state = g_bytes_get_data (self->state, &size);
  usher_hub_groups_load (self->groups, self->channel, STAGE_GROUP, state, size);
  self->group = usher_hub_groups_find (self->groups, self->channel, STAGE_GROUP);
}

void
stage_answer (UsherHubSeat *seat, guint64 sequence, UsherAnswerKind kind)
{
  usher_hub_seat_answer (seat, sequence, kind, 0, NULL);
}

void
stage_nak (UsherHubSeat *seat, guint64 sequence, gint64 delay, const char *reason)
{
  usher_hub_seat_answer (seat, sequence, USHER_ANSWER_NAK, delay, reason);
}

void
stage_ack (UsherHubSeat *seat, guint64 first, guint64 last)
{
  for (guint64 sequence = first; sequence <= last; sequence++)
    stage_answer (seat, sequence, USHER_ANSWER_ACK);
}

gboolean
stage_handle (Stage *self, UsherHubSeat *seat, guint64 killer)
{
  for (guint i = 0; i < self->out->len; i++)
    if (g_array_index (self->out, guint64, i) == killer)
      return FALSE;

  for (guint i = 0; i < self->out->len; i++)
    stage_answer (seat, g_array_index (self->out, guint64, i), USHER_ANSWER_ACK);
  g_array_set_size (self->out, 0);

  return TRUE;
}

void
stage_assert_sent (Stage *self, const char *expected)
{
  g_assert_cmpstr (self->sent->str, ==, expected);
  g_string_truncate (self->sent, 0);
}

void
stage_assert_done (Stage *self)
{
  g_autoptr (UsherGroupFigures) figures = usher_hub_group_describe (self->group);

  g_assert_cmpuint (figures->lag, ==, 0);
  g_assert_cmpuint (figures->n_pending, ==, 0);
}

guint
stage_count_suspects (Stage *self)
{
  g_autoptr (UsherGroupFigures) figures = usher_hub_group_describe (self->group);

  return figures->n_suspects;
}
