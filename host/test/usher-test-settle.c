/* usher-test-settle.c: how what was published comes to whoever listens
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-events.h"

#include "usher-test-host-private.h"
#include "usher-test-wait.h"

/* an event on its way to one listener */
typedef struct
{
  UsherEvent *event; /* (owned) */
  char *service;     /* (owned) */
  char *group;       /* (owned) */
} Parcel;

static void
free_parcel (gpointer data)
{
  Parcel *parcel = data;

  usher_event_unref (parcel->event);
  g_free (parcel->service);
  g_free (parcel->group);
  g_free (parcel);
}

/* who is to get an event */
typedef struct
{
  GPtrArray *parcels;
  UsherEvent *event;
} Address;

static void
address (const char *service, const char *channel, const char *group, gpointer user_data)
{
  Address *self = user_data;
  Parcel *parcel = NULL;

  if (!g_str_equal (channel, usher_event_get_channel (self->event)))
    return;

  parcel = g_new0 (Parcel, 1);
  parcel->event = usher_event_ref (self->event);
  parcel->service = g_strdup (service);
  parcel->group = g_strdup (group);
  g_ptr_array_add (self->parcels, parcel);
}

/* by hand there is one place */
static void
collect (UsherTestHost *self, GPtrArray *parcels)
{
  g_autoptr (UsherTestPlace) place = usher_test_host_get_place (self, 0);
  GPtrArray *manifests = usher_test_place_get_manifests (place);

  for (guint i = 0; i < manifests->len; i++)
    {
      const char *service = usher_manifest_get_name (g_ptr_array_index (manifests, i));
      g_autoptr (GPtrArray) events =
          usher_test_witness_take (usher_test_host_get_witness (self), service, USHER_TEST_CARRIED);

      for (guint j = 0; j < events->len; j++)
        {
          Address all = { parcels, g_ptr_array_index (events, j) };

          usher_host_foreach_listener (usher_test_place_get_host (place), address, &all);
        }
    }
}

/* tries each parcel once; how many were taken, or met a host that died of them */
static guint
deliver (UsherTestHost *self, GPtrArray *parcels)
{
  guint n_moved = 0;

  for (guint i = 0; i < parcels->len;)
    {
      Parcel *parcel = g_ptr_array_index (parcels, i);
      guint n_crashes = usher_test_host_count_crashes (self);
      g_autoptr (GError) error = NULL;

      if (usher_test_host_feed (self, parcel->service, parcel->group, parcel->event, &error))
        {
          g_ptr_array_remove_index (parcels, i);
          n_moved++;
          continue;
        }

      if (usher_test_host_count_crashes (self) > n_crashes)
        n_moved++;
      else if (!g_error_matches (error, USHER_ERROR, USHER_ERROR_DEFER))
        g_assert_no_error (error);
      i++;
    }

  return n_moved;
}

static guint
carry (UsherTestHost *self)
{
  GPtrArray *parcels = usher_test_host_get_parcels (self);

  g_ptr_array_set_free_func (parcels, free_parcel);
  do
    collect (self, parcels);
  while (deliver (self, parcels) > 0);

  return parcels->len;
}

/* hosts that have died are replaced; whether the bus has all that was published by the others */
static gboolean
is_sent (UsherTestHost *self)
{
  gboolean is_empty = TRUE;
  UsherTestPlace *place = NULL;

  for (guint i = 0; (place = usher_test_host_get_place (self, i)) != NULL; i++)
    {
      GPtrArray *manifests = usher_test_place_get_manifests (place);
      g_autoptr (GError) error = NULL;

      for (guint j = 0; j < manifests->len && error == NULL; j++)
        {
          const char *service = usher_manifest_get_name (g_ptr_array_index (manifests, j));
          g_autoptr (GPtrArray) outbox =
              usher_host_list_outbox (usher_test_place_get_host (place), service, &error);

          is_empty = is_empty && outbox != NULL && outbox->len == 0;
        }
      if (usher_test_host_heed (self, place))
        is_empty = FALSE;
      else
        g_assert_no_error (error);
    }

  return is_empty;
}

/* (transfer full) (nullable): who has not done yet what the bus has for him */
static char *
dup_behind (UsherTestHost *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherBusFigures) figures =
      usher_bus_get_figures (usher_test_host_get_bus (self), USHER_BUS_PART_GROUPS, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < figures->groups->len; i++)
    {
      const UsherGroupFigures *group = g_ptr_array_index (figures->groups, i);

      if (group->lag > 0 || group->n_pending > 0)
        return g_strdup_printf ("group “%s” has not done %u events of “%s”",
                                group->name,
                                MAX ((guint) group->lag, group->n_pending),
                                group->channel);
    }

  return NULL;
}

static void
await_rest (UsherTestHost *self)
{
  UsherTestWitness *witness = usher_test_host_get_witness (self);
  gint64 deadline = 0;

  for (;;)
    {
      guint n_events = usher_test_witness_count (witness);
      gboolean is_over = is_sent (self);
      g_autofree char *behind = dup_behind (self);

      /* whoever was still at it has published nothing */
      if (is_over && behind == NULL && usher_test_witness_count (witness) == n_events)
        return;

      if (!usher_test_wait (&deadline))
        g_error ("the bus did not come to rest: %s",
                 behind != NULL ? behind : "events of a database did not reach it");
    }
}

/**
 * usher_test_host_settle:
 * @self: a box
 *
 * Lets all that was published come to whoever listens, and what that publishes too, until nothing is new.
 *
 * By hand it carries each event to each listener of the box, one after the other, and what is deferred again and again as long
 * as anything else moves. On a bus it waits until every event was sent, delivered and acknowledged.
 *
 * Returns: by hand how many deliveries are still deferred, which are tried again the next time; on a bus 0
 */
guint
usher_test_host_settle (UsherTestHost *self)
{
  g_return_val_if_fail (USHER_TEST_IS_HOST (self), 0);

  if (usher_test_host_get_bus (self) == NULL)
    return carry (self);

  await_rest (self);

  return 0;
}
