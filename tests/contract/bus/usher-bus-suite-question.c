/* usher-bus-suite-question.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-bus-suite-question.h"

/* of the test, and of the bus where the test does not say */
#define PATIENCE (90 * G_TIME_SPAN_SECOND)

static void
on_events (UsherBusEvents *events, const GError *error, gpointer user_data)
{
  UsherBusQuestion *self = user_data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  g_assert_true ((events != NULL) != (error != NULL));
  g_assert_false (self->is_over);
  self->page = events;
  self->error = error != NULL ? g_error_copy (error) : NULL;
  self->n_told++;
}

static void
on_over (gpointer user_data)
{
  UsherBusQuestion *self = user_data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  g_assert_false (self->is_over);
  self->is_over = TRUE;
  g_cond_broadcast (&self->cond);
}

UsherBusQuestion *
usher_bus_question_new (UsherBus *bus, const UsherEventsQuery *query)
{
  UsherBusQuestion *self = g_new0 (UsherBusQuestion, 1);
  UsherEventsQuery patient = *query;

  if (patient.patience == 0)
    patient.patience = PATIENCE;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  usher_bus_read_events (bus, &patient, on_events, self, on_over);

  return self;
}

void
usher_bus_question_free (UsherBusQuestion *self)
{
  usher_bus_question_await (self);
  g_assert_cmpuint (self->n_told, ==, 1);
  g_clear_pointer (&self->page, usher_bus_events_free);
  g_clear_error (&self->error);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  g_free (self);
}

gboolean
usher_bus_question_is_answered (UsherBusQuestion *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->n_told > 0;
}

void
usher_bus_question_await (UsherBusQuestion *self)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  while (!self->is_over)
    g_assert_true (g_cond_wait_until (&self->cond, &self->mutex, deadline));
}

const UsherBusEvents *
usher_bus_question_get_page (UsherBusQuestion *self)
{
  usher_bus_question_await (self);
  g_assert_no_error (self->error);

  return self->page;
}

UsherBusEvents *
usher_bus_question_ask (UsherBus *bus, const UsherEventsQuery *query)
{
  g_autoptr (UsherBusQuestion) question = usher_bus_question_new (bus, query);

  return usher_bus_events_copy (usher_bus_question_get_page (question));
}
