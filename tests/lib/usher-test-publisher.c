/* usher-test-publisher.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-publisher.h"

#include "usher-error.h"
#include "usher-id.h"

#define PATIENCE G_TIME_SPAN_MINUTE

UsherTestPublisher *
usher_test_publisher_new (void)
{
  UsherTestPublisher *self = g_new0 (UsherTestPublisher, 1);

  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->clock = usher_real_clock_new ();
  self->ids = g_ptr_array_new_with_free_func (g_free);

  return self;
}

void
usher_test_publisher_free (UsherTestPublisher *self)
{
  g_object_unref (self->clock);
  g_ptr_array_unref (self->ids);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  g_free (self);
}

UsherEvent *
usher_test_publisher_make_event (UsherTestPublisher *self, const char *channel)
{
  g_autofree char *id = usher_uuid_new (self->clock);
  g_autofree char *payload = g_strdup_printf ("{\"n\":%u}", self->ids->len);
  UsherEvent *event =
      usher_event_new (id, channel, usher_clock_get_time (self->clock), payload, -1);

  g_ptr_array_add (self->ids, g_steal_pointer (&id));

  return event;
}

static void
on_published (UsherEvent *event, const GError *error, gpointer user_data)
{
  UsherTestPublisher *self = user_data;

  g_mutex_lock (&self->mutex);
  if (error == NULL)
    self->n_confirmed++;
  else
    {
      g_assert_true (error->domain == USHER_ERROR);
      self->n_refused++;
      self->code = error->code;
    }
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
}

void
usher_test_publisher_post_event (UsherTestPublisher *self, UsherBus *bus, UsherEvent *event)
{
  usher_bus_publish (bus, event, on_published, self, NULL);
}

void
usher_test_publisher_post (UsherTestPublisher *self, UsherBus *bus, const char *channel, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (UsherEvent) event = usher_test_publisher_make_event (self, channel);

      usher_test_publisher_post_event (self, bus, event);
    }
}

void
usher_test_publisher_await (UsherTestPublisher *self, guint n)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;

  g_mutex_lock (&self->mutex);
  while (self->n_confirmed + self->n_refused < n)
    g_assert_true (g_cond_wait_until (&self->cond, &self->mutex, deadline));
  g_assert_cmpuint (self->n_confirmed + self->n_refused, ==, n);
  g_mutex_unlock (&self->mutex);
}

void
usher_test_publisher_publish (UsherTestPublisher *self, UsherBus *bus, const char *channel, guint n)
{
  guint before = self->n_confirmed + self->n_refused;
  guint n_refused = self->n_refused;

  usher_test_publisher_post (self, bus, channel, n);
  usher_test_publisher_await (self, before + n);
  g_assert_cmpuint (self->n_refused, ==, n_refused);
}
