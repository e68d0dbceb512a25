/* usher-alarm.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-alarm-private.h"

struct _UsherAlarm
{
  char *name; /* (owned) */
  UsherTimerHandler handler;
  gpointer user_data; /* (owned by @destroy) */
  GDestroyNotify destroy;
};

UsherAlarm *
usher_alarm_new (const char *name,
                 UsherTimerHandler handler,
                 gpointer user_data,
                 GDestroyNotify destroy)
{
  UsherAlarm *self = g_new0 (UsherAlarm, 1);

  self->name = g_strdup (name);
  self->handler = handler;
  self->user_data = user_data;
  self->destroy = destroy;

  return self;
}

void
usher_alarm_free (UsherAlarm *self)
{
  if (self->destroy != NULL)
    self->destroy (self->user_data);
  g_free (self->name);
  g_free (self);
}

const char *
usher_alarm_get_name (const UsherAlarm *self)
{
  return self->name;
}

gboolean
usher_alarm_run (const UsherAlarm *self, UsherTimer *timer, UsherUnit *unit, GError **error)
{
  return self->handler (timer, unit, self->user_data, error);
}
