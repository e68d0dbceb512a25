/* usher-manual-clock.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-manual-clock.h"

/**
 * UsherManualClock:
 *
 * A clock that stands still until it is turned. Any thread.
 */
struct _UsherManualClock
{
  GObject parent_instance;

  GMutex mutex;
  gint64 time;      /* (mutex mutex) */
  gint64 monotonic; /* (mutex mutex): how far it was turned */
};

static gint64
usher_manual_clock_get_time (UsherClock *clock)
{
  UsherManualClock *self = USHER_MANUAL_CLOCK (clock);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->time;
}

static gint64
usher_manual_clock_get_monotonic (UsherClock *clock)
{
  UsherManualClock *self = USHER_MANUAL_CLOCK (clock);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->monotonic;
}

static void
clock_iface_init (UsherClockInterface *iface)
{
  iface->get_time = usher_manual_clock_get_time;
  iface->get_monotonic = usher_manual_clock_get_monotonic;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (UsherManualClock,
                               usher_manual_clock,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (USHER_TYPE_CLOCK, clock_iface_init))

static void
usher_manual_clock_finalize (GObject *object)
{
  UsherManualClock *self = USHER_MANUAL_CLOCK (object);

  g_mutex_clear (&self->mutex);

  G_OBJECT_CLASS (usher_manual_clock_parent_class)->finalize (object);
}

static void
usher_manual_clock_class_init (UsherManualClockClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = usher_manual_clock_finalize;
}

static void
usher_manual_clock_init (UsherManualClock *self)
{
  g_mutex_init (&self->mutex);
}

/**
 * usher_manual_clock_new:
 * @time: microseconds since 1970
 *
 * Makes a clock that shows @time.
 *
 * Returns: (transfer full): the clock
 */
UsherManualClock *
usher_manual_clock_new (gint64 time)
{
  UsherManualClock *self = g_object_new (USHER_TYPE_MANUAL_CLOCK, NULL);

  self->time = time;

  return self;
}

/**
 * usher_manual_clock_advance:
 * @self: a clock
 * @microseconds: how far
 *
 * Lets time pass and emits [signal@Clock::turned].
 */
void
usher_manual_clock_advance (UsherManualClock *self, gint64 microseconds)
{
  g_return_if_fail (USHER_IS_MANUAL_CLOCK (self));

  g_mutex_lock (&self->mutex);
  self->time += microseconds;
  self->monotonic += microseconds;
  g_mutex_unlock (&self->mutex);

  g_signal_emit_by_name (self, "turned");
}

/**
 * usher_manual_clock_set_time:
 * @self: a clock
 * @time: microseconds since 1970
 *
 * Sets the time of day, forward or back, as an administrator does: no time passes. Emits [signal@Clock::turned].
 */
void
usher_manual_clock_set_time (UsherManualClock *self, gint64 time)
{
  g_return_if_fail (USHER_IS_MANUAL_CLOCK (self));

  g_mutex_lock (&self->mutex);
  self->time = time;
  g_mutex_unlock (&self->mutex);

  g_signal_emit_by_name (self, "turned");
}
