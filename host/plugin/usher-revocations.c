/* usher-revocations.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-revocations-private.h"

#include "usher-error.h"
#include "usher-revocation-writer-private.h"
#include "usher-sessions-private.h"

/* how long nothing may come of what is to be replayed */
#define REPLAY_TIMEOUT (30 * G_TIME_SPAN_SECOND)
/* how often it is asked whether that is kept still */
#define REPLAY_LOOK (250 * G_TIME_SPAN_MILLISECOND)

typedef struct
{
  UsherRevocations *owner; /* (unowned) */
  UsherRevocationRole role;
  char *name;       /* (owned) (nullable): NULL: nobody listens */
  guint64 position; /* what is known without the bus */
  char log
      [USHER_REACH_LOG_SIZE]; /* (mutex owner): the log that the sequences are of; empty: none is known */
  guint64 seen;               /* (mutex owner): the last sequence */
  guint64 wanted;             /* (mutex owner): the one that is waited for; 0: none */
} Channel;

/* The channels are several, so the order of words about a user is told by his version alone. */
struct _UsherRevocations
{
  UsherBus *bus;                 /* (unowned) (nullable) */
  UsherSessions *sessions;       /* (owned) */
  UsherRevocationWriter *writer; /* (owned) */
  GMutex mutex;
  GCond cond;
  GHashTable *versions; /* (owned) (element-type utf8 gint64) (mutex mutex) */
  Channel channels[USHER_REVOCATION_N_ROLES];
};

static gboolean
is_followed (const Channel *channel)
{
  return channel->name != NULL && *channel->name != '\0';
}

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

/* the mutex is held */
static void
apply (const UsherRevocation *revocation, gpointer user_data)
{
  UsherRevocations *self = user_data;

  switch (revocation->kind)
    {
    case USHER_REVOCATION_REFUSE:
      if (is_newer (self, revocation->id, revocation->version))
        usher_sessions_revoke (self->sessions, revocation->id);
      break;

    case USHER_REVOCATION_ACCEPT:
      if (is_newer (self, revocation->id, revocation->version))
        usher_sessions_restore (self->sessions, revocation->id);
      break;

    case USHER_REVOCATION_END:
      usher_sessions_end (self->sessions, revocation->id, revocation->expires);
      break;

    case USHER_REVOCATION_END_ALL:
      usher_sessions_end_all (self->sessions,
                              revocation->id,
                              revocation->before,
                              revocation->expires);
      break;

    case USHER_REVOCATION_NONE:
    default:
      break;
    }
}

/* Whether it is another than before; the mutex is held, or nothing was called yet. */
static gboolean
set_log (Channel *channel)
{
  g_autofree char *before = g_strdup (channel->log);
  UsherReach reach;

  if (!usher_bus_get_reach (channel->owner->bus, &reach) || g_str_equal (reach.log, before))
    return FALSE;

  g_strlcpy (channel->log, reach.log, sizeof channel->log);

  return *before != '\0';
}

static void
on_delivery (UsherDelivery *delivery, gpointer user_data)
{
  g_autoptr (UsherDelivery) owned = delivery;
  Channel *channel = user_data;
  UsherRevocations *self = channel->owner;
  UsherEvent *event = usher_delivery_get_event (owned);
  const guint64 sequence = usher_event_get_sequence (event);
  UsherRevocation revocation;
  gboolean is_other_log = FALSE;

  usher_revocation_read (&revocation, channel->role, event);
  g_mutex_lock (&self->mutex);
  apply (&revocation, self);
  /* one that goes back is of another log, too */
  is_other_log = set_log (channel) || sequence <= channel->seen;
  usher_revocation_writer_take (
      self->writer, channel->name, channel->log, sequence, is_other_log, &revocation);
  channel->seen = sequence;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);

  usher_delivery_ack (owned);
}

/* (nullable): NULL: nothing was ever published on it */
static const UsherChannelFigures *
find_figures (const UsherBusFigures *figures, const char *name)
{
  for (guint i = 0; i < figures->channels->len; i++)
    {
      const UsherChannelFigures *channel = g_ptr_array_index (figures->channels, i);

      if (g_str_equal (channel->name, name))
        return channel;
    }

  return NULL;
}

/* What was dropped before anybody here has seen it. An ended session is dropped when it would be over by itself. */
static void
tell_gap (const Channel *channel, const UsherChannelFigures *figures)
{
  if (channel->role == USHER_REVOCATION_ROLE_ENDED || figures->first <= channel->position + 1)
    return;

  g_message ("channel “%s” of refused users keeps nothing before event %" G_GUINT64_FORMAT
             ", and %" G_GUINT64_FORMAT " is the last that is known here: what it said in between "
             "is lost; a user who was refused then is to be refused again",
             channel->name,
             figures->first,
             channel->position);
}

/* Finds what is to come; nothing does yet. */
static void
begin (Channel *channel, const UsherBusFigures *figures)
{
  const UsherChannelFigures *kept = find_figures (figures, channel->name);
  const UsherRevocation none = { .kind = USHER_REVOCATION_NONE };
  const guint64 last = kept != NULL ? kept->last : 0;
  const gboolean is_empty = kept == NULL || kept->first > last;
  /* it is no continuation of the one that was known, so it is read from its beginning */
  const gboolean is_other_log = set_log (channel) || channel->position > last;

  if (is_other_log)
    channel->position = 0;
  channel->seen = channel->position;
  channel->wanted = is_empty ? 0 : last;
  if (kept != NULL)
    tell_gap (channel, kept);
  if (is_other_log || (is_empty && channel->position < last))
    usher_revocation_writer_take (channel->owner->writer,
                                  channel->name,
                                  channel->log,
                                  is_empty ? last : 0,
                                  is_other_log,
                                  &none);
}

static gboolean
subscribe (Channel *channel, UsherBus *bus, GError **error)
{
  const UsherSubscription subscription = {
    .channel = channel->name,
    .start = channel->position > 0 ? USHER_START_SEQUENCE : USHER_START_ALL,
    .start_sequence = channel->position + 1,
  };

  return usher_bus_subscribe (bus, &subscription, on_delivery, channel, NULL, error) != 0;
}

/* (nullable): a channel of which something is to come; the mutex is held */
static Channel *
find_late (UsherRevocations *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->channels); i++)
    if (self->channels[i].seen < self->channels[i].wanted)
      return &self->channels[i];

  return NULL;
}

/* the mutex is held */
static guint64
count_seen (UsherRevocations *self)
{
  guint64 n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (self->channels); i++)
    n += self->channels[i].seen;

  return n;
}

/* What was waited for may have been dropped for its age. */
static gboolean
look_again (UsherRevocations *self, UsherBus *bus, GError **error)
{
  g_autoptr (UsherBusFigures) figures = usher_bus_get_figures (bus, USHER_BUS_PART_CHANNELS, error);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (figures == NULL)
    return FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (self->channels); i++)
    {
      Channel *channel = &self->channels[i];
      const UsherChannelFigures *kept =
          channel->wanted > 0 ? find_figures (figures, channel->name) : NULL;

      if (kept != NULL && kept->first > channel->wanted)
        channel->wanted = 0;
    }

  return TRUE;
}

/* (nullable): a channel that is still late after a while */
static Channel *
wait_a_while (UsherRevocations *self, gint64 *deadline)
{
  const gint64 end = g_get_monotonic_time () + REPLAY_LOOK;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  const guint64 n_seen = count_seen (self);
  Channel *late = NULL;

  while ((late = find_late (self)) != NULL)
    if (!g_cond_wait_until (&self->cond, &self->mutex, end))
      break;
  if (count_seen (self) > n_seen)
    *deadline = g_get_monotonic_time () + REPLAY_TIMEOUT;

  return late;
}

static gboolean
await_replay (UsherRevocations *self, UsherBus *bus, GError **error)
{
  gint64 deadline = g_get_monotonic_time () + REPLAY_TIMEOUT;
  const Channel *late = NULL;

  while ((late = wait_a_while (self, &deadline)) != NULL)
    {
      if (g_get_monotonic_time () >= deadline)
        {
          g_set_error (error,
                       USHER_ERROR,
                       USHER_ERROR_UNAVAILABLE,
                       "channel “%s” of refused users was not replayed in time",
                       late->name);
          return FALSE;
        }
      if (!look_again (self, bus, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
begin_all (UsherRevocations *self, UsherBus *bus, GError **error)
{
  g_autoptr (UsherBusFigures) figures = usher_bus_get_figures (bus, USHER_BUS_PART_CHANNELS, error);

  if (figures == NULL)
    return FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (self->channels); i++)
    {
      Channel *channel = &self->channels[i];

      if (!is_followed (channel))
        continue;
      begin (channel, figures);
      if (!subscribe (channel, bus, error))
        {
          g_prefix_error (error, "channel “%s” of refused users: ", channel->name);
          return FALSE;
        }
    }

  return TRUE;
}

/* The positions first: what is read after them has all that they tell of. */
static gboolean
load (UsherRevocations *self, const char *path, UsherClock *clock, GError **error)
{
  g_autoptr (UsherRevocationFile) file = usher_revocation_file_new (path, clock, error);
  g_autoptr (GArray) endings = NULL;

  if (file == NULL)
    return FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (self->channels); i++)
    {
      Channel *channel = &self->channels[i];

      if (is_followed (channel) &&
          (!usher_revocation_file_get_position (file, channel->name, &channel->position, error) ||
           !usher_revocation_file_get_log (file, channel->name, channel->log, error)))
        return FALSE;
    }

  endings = usher_revocation_file_read_endings (file, error);
  if (endings == NULL)
    return FALSE;

  /* at once, for there may be many */
  usher_sessions_end_many (self->sessions,
                           (const UsherEnding *) (gpointer) endings->data,
                           endings->len);

  if (!usher_revocation_file_foreach (file, apply, self, error))
    return FALSE;

  self->writer = usher_revocation_writer_new (g_steal_pointer (&file));

  return TRUE;
}

/* No backup of it is better than the log. */
static void
tell_way_out (const char *path, GError **error)
{
  g_autoptr (GError) cause = NULL;

  if (error == NULL || !g_error_matches (*error, USHER_ERROR, USHER_ERROR_CORRUPT))
    return;

  cause = g_steal_pointer (error);
  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_CORRUPT,
               "%s; remove “%s” while nothing runs, with its -wal and -shm: what it had is read "
               "again from the log of the bus",
               cause->message,
               path);
}

UsherRevocations *
usher_revocations_new (const char *path,
                       const char *const *channels,
                       UsherSessions *sessions,
                       UsherClock *clock,
                       GError **error)
{
  g_autoptr (UsherRevocations) self = g_new0 (UsherRevocations, 1);

  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->sessions = g_object_ref (sessions);
  self->versions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  for (guint i = 0; i < G_N_ELEMENTS (self->channels); i++)
    self->channels[i] = (Channel){ .owner = self, .role = i, .name = g_strdup (channels[i]) };

  if (load (self, path, clock, error))
    return g_steal_pointer (&self);

  tell_way_out (path, error);

  return NULL;
}

gboolean
usher_revocations_follow (UsherRevocations *self, UsherBus *bus, GError **error)
{
  self->bus = bus;

  return begin_all (self, bus, error) && await_replay (self, bus, error);
}

gboolean
usher_revocations_are_kept (UsherRevocations *self)
{
  return usher_revocation_writer_is_well (self->writer);
}

void
usher_revocations_free (UsherRevocations *self)
{
  g_clear_pointer (&self->writer, usher_revocation_writer_free);
  for (guint i = 0; i < G_N_ELEMENTS (self->channels); i++)
    g_free (self->channels[i].name);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  g_hash_table_unref (self->versions);
  g_object_unref (self->sessions);
  g_free (self);
}
