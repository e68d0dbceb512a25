/* usher-relay.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-relay-private.h"

#include "usher-error.h"

/* how many events may be at the bus without its word */
#define MAX_PENDING 4096
/* how many are read from the outbox at once */
#define READ_EVENTS 512
/* how long the holder of the lease may take to tell a new database of its log, and how often that is looked for */
#define FIRST_WORD (2 * G_TIME_SPAN_SECOND)
#define FIRST_LOOK (50 * G_TIME_SPAN_MILLISECOND)

typedef struct
{
  UsherRelay *relay; /* (unowned) */
  UsherEvent *event; /* (owned) */
  UsherMark mark;    /* in the outbox */
  UsherSpan *span;   /* (owned) (nullable): its way to the bus */
  guint turn;        /* of the relay when it was sent */
  gboolean confirmed;
  gboolean refused; /* the bus has no room: it is sent again later */
} Pending;

/*
 * Commits hand their events over in memory. Where the bus is slow or away they are left in the outbox
 * beyond MAX_PENDING and read from it when there is room again. The outbox is trimmed up to the
 * first event that is not confirmed.
 *
 * Of the processes that share a store the one with the lease relays. It begins with the first event of the outbox
 * (the hub knows by their ids those that were sent before) and reads what the others commit, so that all go in
 * the order of their commits.
 *
 * A store that blocks is read by its ticker alone, which does not hold the mutex while it waits: commits, the bus and operators
 * go on meanwhile.
 */
struct _UsherRelay
{
  UsherStore *store;   /* (owned) */
  UsherBus *bus;       /* (owned) */
  UsherTicker *ticker; /* (unowned) (nullable) */
  UsherTracer *tracer; /* (unowned) (nullable) */
  const char *service; /* (unowned) (nullable): whose spans these are */
  gboolean is_told;    /* (of who reads the outbox): that it cannot be read */

  GMutex mutex;
  gboolean is_active; /* (mutex mutex): the lease is ours */
  guint turn;         /* (mutex mutex): how often it was lost */
  GHashTable
      *orphans; /* (owned) (mutex mutex) (element-type Pending): at the bus since an earlier turn */
  GHashTable
      *refusing;     /* (owned) (mutex mutex) (element-type utf8): channels that refused an event:
                           what comes behind it waits with it */
  GHashTable *full;  /* (owned) (mutex mutex) (element-type utf8): channels that had no room for the
                       last event which they answered */
  GQueue pending;    /* (element-type Pending) (mutex mutex): in the order of the outbox */
  UsherMark last;    /* (mutex mutex): of the last event that was taken up */
  gboolean behind;   /* (mutex mutex): there are later ones in the outbox */
  gboolean has_news; /* (mutex mutex): or may be since it was read last */
};

static void
free_pending (gpointer data)
{
  Pending *pending = data;

  usher_event_unref (pending->event);
  g_clear_pointer (&pending->span, usher_span_free);
  g_free (pending);
}

UsherRelay *
usher_relay_new (UsherStore *store, UsherBus *bus, UsherTicker *ticker)
{
  UsherRelay *self = g_new0 (UsherRelay, 1);

  g_mutex_init (&self->mutex);
  g_queue_init (&self->pending);
  self->orphans = g_hash_table_new_full (NULL, NULL, free_pending, NULL);
  self->refusing = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->full = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->ticker = ticker;
  self->store = g_object_ref (store);
  self->bus = g_object_ref (bus);

  return self;
}

void
usher_relay_set_tracer (UsherRelay *self, UsherTracer *tracer, const char *service)
{
  self->tracer = tracer;
  self->service = service;
}

void
usher_relay_free (UsherRelay *self)
{
  g_queue_clear_full (&self->pending, free_pending);
  g_hash_table_unref (self->orphans);
  g_hash_table_unref (self->refusing);
  g_hash_table_unref (self->full);
  g_mutex_clear (&self->mutex);
  g_object_unref (self->store);
  g_object_unref (self->bus);
  g_free (self);
}

static void on_published (UsherEvent *event, const GError *error, gpointer user_data);

/* (transfer full) (nullable): of an event that goes to the bus now, NULL: it is of no trace that is kept */
static UsherSpan *
open_span (UsherRelay *self, UsherEvent *event)
{
  const char *channel = usher_event_get_channel (event);
  UsherTraceContext parent;
  UsherTraceContext context;
  g_autofree char *name = NULL;
  UsherSpan *span = NULL;

  if (self->tracer == NULL ||
      !usher_trace_context_parse (&parent, usher_event_get_traceparent (event)) ||
      !parent.is_sampled)
    return NULL;

  usher_trace_context_continue (&context, &parent);
  name = g_strconcat ("send ", channel, NULL);
  span = usher_span_new (&context, parent.span, USHER_SPAN_PRODUCER, name, self->service);
  usher_span_set_text (span, "messaging.system", "usher");
  usher_span_set_text (span, "messaging.operation.name", "send");
  usher_span_set_text (span, "messaging.operation.type", "send");
  usher_span_set_text (span, "messaging.destination.name", channel);
  usher_span_set_text (span, "messaging.message.id", usher_event_get_id (event));
  usher_span_set_text (span,
                       "messaging.message.conversation_id",
                       usher_event_get_correlation (event));

  return span;
}

static void
close_span (UsherRelay *self, Pending *pending, const GError *error)
{
  UsherSpan *span = g_steal_pointer (&pending->span);

  if (span == NULL)
    return;

  span->has_failed = error != NULL;
  usher_tracer_add (self->tracer, span);
}

/* The mutex is held, so that the bus gets the events in the order of the outbox. */
static void
send (UsherRelay *self, UsherEvent *event, const UsherMark *mark)
{
  Pending *pending = g_new0 (Pending, 1);

  pending->relay = self;
  pending->event = usher_event_ref (event);
  pending->mark = *mark;
  pending->turn = self->turn;
  pending->refused = g_hash_table_contains (self->refusing, usher_event_get_channel (event));
  g_queue_push_tail (&self->pending, pending);
  self->last = *mark;
  if (pending->refused)
    return;

  pending->span = open_span (self, event);
  usher_bus_publish (self->bus, event, on_published, pending, NULL);
}

/* The mutex is held, but not while a store is read that blocks. (nullable): NULL on error */
static GPtrArray *
list_outbox (UsherRelay *self, GArray *marks, GError **error)
{
  const UsherMark last = self->last;
  GPtrArray *events = NULL;

  if (self->ticker != NULL)
    g_mutex_unlock (&self->mutex);
  events = usher_store_list_outbox (self->store, &last, READ_EVENTS, marks, error);
  if (self->ticker != NULL)
    g_mutex_lock (&self->mutex);

  return events;
}

/* Reads what was left in the outbox, one thread at a time; the mutex is held. FALSE: it does not know all of it. What is committed
 * meanwhile falls behind. */
static gboolean
read_outbox (UsherRelay *self, GError **error)
{
  gboolean more = TRUE;

  self->behind = TRUE;
  self->has_news = FALSE;
  while (more && g_queue_get_length (&self->pending) < MAX_PENDING)
    {
      g_autoptr (GArray) marks = g_array_new (FALSE, FALSE, sizeof (UsherMark));
      g_autoptr (GPtrArray) events = list_outbox (self, marks, error);

      if (events == NULL)
        return FALSE;
      for (guint i = 0; i < events->len; i++)
        send (self, g_ptr_array_index (events, i), &g_array_index (marks, UsherMark, i));
      more = events->len == READ_EVENTS;
    }
  self->behind = more || self->has_news;

  return TRUE;
}

/* The mutex is held; whether the outbox may be trimmed up to @upto. */
static gboolean
take_confirmed (UsherRelay *self, UsherMark *upto)
{
  gboolean has_more = FALSE;
  Pending *pending = NULL;

  while ((pending = g_queue_peek_head (&self->pending)) != NULL && pending->confirmed)
    {
      has_more = TRUE;
      *upto = pending->mark;
      free_pending (g_queue_pop_head (&self->pending));
    }

  return has_more;
}

/* The mutex is held; whether the outbox may be trimmed up to @upto. */
static gboolean
take_answer (UsherRelay *self, Pending *pending, const GError *error, UsherMark *upto)
{
  const char *channel = usher_event_get_channel (pending->event);

  if (pending->turn != self->turn)
    {
      g_hash_table_remove (self->orphans, pending);
      return FALSE;
    }

  if (error == NULL)
    {
      pending->confirmed = TRUE;
      g_hash_table_remove (self->full, channel);
      return take_confirmed (self, upto);
    }

  pending->refused = TRUE;
  g_hash_table_add (self->refusing, g_strdup (channel));
  if (g_error_matches (error, USHER_ERROR, USHER_ERROR_FULL))
    g_hash_table_add (self->full, g_strdup (channel));

  return FALSE;
}

/* The mutex is held. */
static gboolean
wants_more (UsherRelay *self)
{
  return self->behind && g_queue_get_length (&self->pending) < MAX_PENDING / 2;
}

/* Reads on when there is room; the mutex is held. */
static void
catch_up (UsherRelay *self)
{
  g_autoptr (GError) error = NULL;

  if (!wants_more (self))
    return;

  if (read_outbox (self, &error))
    self->is_told = FALSE;
  /* a store that is away says so itself, and what cannot be read is tried again soon */
  else if (!self->is_told && !usher_store_is_away (self->store))
    {
      self->is_told = TRUE;
      g_message ("the outbox cannot be read: %s", error->message);
    }
}

static void
keep_reach (UsherRelay *self)
{
  UsherReach reach;

  if (usher_bus_get_reach (self->bus, &reach))
    usher_store_keep_reach (self->store, &reach);
}

static void
on_published (UsherEvent *event, const GError *error, gpointer user_data)
{
  Pending *pending = user_data;
  UsherRelay *self = pending->relay;
  gboolean is_late = FALSE;
  gboolean may_trim = FALSE;
  UsherMark upto;

  if (error != NULL)
    g_debug ("event “%s” stays in the outbox: %s", usher_event_get_id (event), error->message);

  close_span (self, pending, error);
  g_mutex_lock (&self->mutex);
  may_trim = take_answer (self, pending, error, &upto);
  is_late = self->ticker != NULL && wants_more (self);
  if (self->ticker == NULL)
    catch_up (self);
  g_mutex_unlock (&self->mutex);

  /* a store that blocks is not read on the bus's thread */
  if (is_late)
    usher_ticker_notice (self->ticker, G_MININT64);

  if (!may_trim)
    return;

  keep_reach (self);
  usher_store_trim_outbox (self->store, &upto);
}

static gboolean
read_reach (UsherRelay *self, UsherReach *known, GError **error)
{
  gboolean ok = usher_store_lookup_reach (self->store, known, error);

  usher_store_end_reads (self->store);

  return ok;
}

/* A database on a server is open to hosts with whatever hub. Who begins one that knows no log yet beside another host waits until
 * that has told it of its own. */
static gboolean
await_reach (UsherRelay *self, UsherReach *known, GError **error)
{
  gint64 deadline = g_get_monotonic_time () + FIRST_WORD;

  while (*known->log == '\0' && self->ticker != NULL && g_get_monotonic_time () < deadline &&
         !usher_store_hold_lease (self->store))
    {
      g_usleep (FIRST_LOOK);
      if (!read_reach (self, known, error))
        return FALSE;
    }

  return TRUE;
}

/* What the outbox has let go is in the log, and no other log has it. */
static gboolean
check_log (UsherRelay *self, GError **error)
{
  UsherReach known;

  if (!read_reach (self, &known, error) || !await_reach (self, &known, error))
    return FALSE;

  if (!usher_bus_check_log (self->bus, &known, error))
    {
      g_prefix_error (error, "its database and the log of the bus do not fit: ");
      return FALSE;
    }
  keep_reach (self);

  return TRUE;
}

gboolean
usher_relay_start (UsherRelay *self, GError **error)
{
  g_autoptr (GMutexLocker) locker = NULL;
  gboolean is_active = FALSE;

  if (!check_log (self, error))
    return FALSE;

  is_active = usher_store_hold_lease (self->store);
  locker = g_mutex_locker_new (&self->mutex);
  self->is_active = is_active;

  return !self->is_active || read_outbox (self, error);
}

/* Goes on by the outbox itself, which has all in order; the mutex is held. */
static void
fall_behind (UsherRelay *self)
{
  self->behind = TRUE;
  self->has_news = TRUE;
  if (self->ticker != NULL)
    usher_ticker_notice (self->ticker, G_MININT64);
  else
    catch_up (self);
}

void
usher_relay_add (UsherRelay *self, UsherCommit *commit)
{
  guint n_events = usher_commit_get_n_events (commit);
  g_autoptr (GMutexLocker) locker = NULL;

  if (n_events == 0)
    return;

  locker = g_mutex_locker_new (&self->mutex);

  /* a reading of the outbox may have met them first */
  if (!self->is_active ||
      usher_mark_equal (usher_commit_get_mark (commit, n_events - 1), &self->last))
    return;

  /* or it has met later ones too, or another process's stand between */
  if (self->behind || !usher_mark_equal (usher_commit_get_before (commit), &self->last) ||
      g_queue_get_length (&self->pending) >= MAX_PENDING)
    {
      fall_behind (self);
      usher_store_end_reads (self->store);
      return;
    }

  for (guint i = 0; i < n_events; i++)
    send (self, usher_commit_get_event (commit, i), usher_commit_get_mark (commit, i));
}

/* What is at the bus stays there until that answers; the mutex is held. */
static void
begin_turn (UsherRelay *self, gboolean is_active)
{
  Pending *pending = NULL;

  while ((pending = g_queue_pop_head (&self->pending)) != NULL)
    {
      if (pending->confirmed || pending->refused)
        free_pending (pending);
      else
        g_hash_table_add (self->orphans, pending);
    }

  self->turn++;
  g_hash_table_remove_all (self->refusing);
  g_hash_table_remove_all (self->full);
  self->last = (UsherMark){ 0 };
  self->is_active = is_active;
  /* a new holder begins with the first event there is */
  self->behind = is_active;
}

/* The mutex is held. */
static void
send_refused (UsherRelay *self)
{
  if (g_hash_table_size (self->refusing) == 0)
    return;

  g_hash_table_remove_all (self->refusing);
  for (GList *link = self->pending.head; link != NULL; link = link->next)
    {
      Pending *pending = link->data;

      if (!pending->refused)
        continue;
      pending->refused = FALSE;
      pending->span = open_span (self, pending->event);
      usher_bus_publish (self->bus, pending->event, on_published, pending, NULL);
    }
}

void
usher_relay_tend (UsherRelay *self, gboolean has_lease)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  /* events of others that were applied here */
  keep_reach (self);
  if (has_lease != self->is_active)
    begin_turn (self, has_lease);

  send_refused (self);
  catch_up (self);
}

void
usher_relay_look (UsherRelay *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (self->is_active)
    fall_behind (self);
}

guint
usher_relay_get_n_pending (UsherRelay *self, gboolean *behind)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  *behind = self->behind;

  return g_queue_get_length (&self->pending);
}

char *
usher_relay_dup_full (UsherRelay *self, guint *n)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  GHashTableIter iter;
  gpointer channel = NULL;

  if (n != NULL)
    *n = g_hash_table_size (self->full);
  g_hash_table_iter_init (&iter, self->full);

  return g_hash_table_iter_next (&iter, &channel, NULL) ? g_strdup (channel) : NULL;
}

gboolean
usher_relay_is_idle (UsherRelay *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return g_queue_is_empty (&self->pending) && !self->behind;
}
