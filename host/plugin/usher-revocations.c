/* usher-revocations.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-revocations-private.h"

#include "usher-error.h"
#include "usher-json.h"

#define REPLAY_TIMEOUT (30 * G_TIME_SPAN_SECOND)

typedef struct
{
  UsherRevocations *owner; /* (unowned) */
  gboolean revokes;
  guint64 seen; /* (mutex owner): the last sequence */
} Channel;

/* The channels are two, so their order is told by the user's version alone. */
struct _UsherRevocations
{
  UsherSessions *sessions; /* (owned) */
  GMutex mutex;
  GCond cond;
  GHashTable *versions; /* (owned) (element-type utf8 gint64) (mutex mutex) */
  Channel channels[2];
};

/* TRUE when this is the newest word about the user; the mutex is held. */
static gboolean
is_newer (UsherRevocations *self, const char *user, gint64 version)
{
  gint64 *known = g_hash_table_lookup (self->versions, user);

  if (known != NULL && *known >= version)
    return FALSE;

  if (known == NULL)
    {
      known = g_new (gint64, 1);
      g_hash_table_insert (self->versions, g_strdup (user), known);
    }
  *known = version;

  return TRUE;
}

static void
apply (Channel *channel, UsherEvent *event)
{
  UsherRevocations *self = channel->owner;
  g_autoptr (GError) error = NULL;
  UsherJson *json = usher_event_get_json (event, &error);
  const char *user = json != NULL ? usher_json_get_string (json, "id") : NULL;
  gint64 version = 0;

  if (user == NULL || !usher_json_get_integer (json, "version", &version))
    g_message ("event “%s” on “%s” names no user and version",
               usher_event_get_id (event),
               usher_event_get_channel (event));
  else if (is_newer (self, user, version))
    {
      if (channel->revokes)
        usher_sessions_revoke (self->sessions, user);
      else
        usher_sessions_restore (self->sessions, user);
    }
}

static void
on_delivery (UsherDelivery *delivery, gpointer user_data)
{
  g_autoptr (UsherDelivery) owned = delivery;
  Channel *channel = user_data;
  UsherRevocations *self = channel->owner;
  UsherEvent *event = usher_delivery_get_event (owned);

  g_mutex_lock (&self->mutex);
  apply (channel, event);
  channel->seen = usher_event_get_sequence (event);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);

  usher_delivery_ack (owned);
}

static gboolean
wait_until_seen (Channel *channel, guint64 last)
{
  UsherRevocations *self = channel->owner;
  gint64 deadline = g_get_monotonic_time () + REPLAY_TIMEOUT;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  while (channel->seen < last)
    if (!g_cond_wait_until (&self->cond, &self->mutex, deadline))
      return FALSE;

  return TRUE;
}

static gboolean
follow (Channel *channel, UsherBus *bus, const char *name, GError **error)
{
  UsherSubscription subscription = { .channel = name, .start = USHER_START_ALL };
  guint64 last = 0;

  if (name == NULL || *name == '\0')
    return TRUE;

  if (usher_bus_subscribe (bus, &subscription, on_delivery, channel, NULL, error) == 0 ||
      !usher_bus_get_last_sequence (bus, name, &last, error))
    {
      g_prefix_error (error, "channel “%s” of refused users: ", name);
      return FALSE;
    }

  if (!wait_until_seen (channel, last))
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_UNAVAILABLE,
                   "channel “%s” of refused users was not replayed in time",
                   name);
      return FALSE;
    }

  return TRUE;
}

UsherRevocations *
usher_revocations_new (UsherBus *bus,
                       UsherSessions *sessions,
                       const char *revoke_channel,
                       const char *restore_channel,
                       GError **error)
{
  UsherRevocations *self = g_new0 (UsherRevocations, 1);

  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->sessions = g_object_ref (sessions);
  self->versions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->channels[0] = (Channel){ .owner = self, .revokes = TRUE };
  self->channels[1] = (Channel){ .owner = self, .revokes = FALSE };

  /* on failure the bus may still call: the host closes it before it frees this */
  if (!follow (&self->channels[0], bus, revoke_channel, error) ||
      !follow (&self->channels[1], bus, restore_channel, error))
    g_debug ("refused users are not followed");

  return self;
}

void
usher_revocations_free (UsherRevocations *self)
{
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  g_hash_table_unref (self->versions);
  g_object_unref (self->sessions);
  g_free (self);
}
