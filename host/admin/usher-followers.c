/* usher-followers.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-followers-private.h"

#include "usher-clerk-private.h"
#include "usher-event-question-private.h"
#include "usher-follower-private.h"

/* pages that are asked for at once for those who are behind */
#define MAX_ASKED 4
#define BEAT      (15 * G_TIME_SPAN_SECOND)
/* after an error, or an answer that came too soon */
#define PAUSE    G_TIME_SPAN_SECOND
#define TOO_SOON (500 * G_TIME_SPAN_MILLISECOND)
/* between two looks for who has waited long enough */
#define TICK (20 * G_TIME_SPAN_MILLISECOND)

/* All followers of a process are served by one thread, which sleeps while nothing comes. Who is up to date waits for the one
 * question that is in the hub; who is behind has pages of its own until it is not. The hub answers a member in order, so whoever
 * just had a page is never behind the answer to the question that came before it. */
struct _UsherFollowers
{
  UsherClerk *clerk; /* (owned): its thread is there from the first follower on */
  GMutex mutex;
  gboolean draining; /* (mutex mutex) */

  /* the thread alone */
  UsherBus *bus;       /* (owned) (nullable) */
  GHashTable *all;     /* (owned) (element-type UsherFollower) */
  GQueue asking;       /* (element-type UsherFollower): who waits for a page of its own */
  guint n_asked;       /* such pages that are asked for */
  char *live;          /* (owned) (nullable): a GRefString: where those are who are up to date */
  gboolean is_waiting; /* the question is in the hub */
  gint64 asked;
  gint64 ask_at; /* 0: when there is a reason */
  gint64 beat_at;
};

/* Something for the thread. It holds the followers, since it may come late. */
typedef struct
{
  UsherFollowers *self;
  UsherFollower *follower; /* (owned) (nullable) */
  UsherExchange *exchange; /* (owned) (nullable) */
  UsherBus *bus;           /* (owned) (nullable) */
} Message;

static void ask_pages (UsherFollowers *self);
static void ask_live (UsherFollowers *self);

static Message *
message_new (UsherFollowers *self, UsherFollower *follower)
{
  Message *message = g_new0 (Message, 1);

  g_atomic_rc_box_acquire (self);
  message->self = self;
  message->follower = follower != NULL ? usher_follower_ref (follower) : NULL;

  return message;
}

static void
clear (gpointer data)
{
  UsherFollowers *self = data;

  usher_clerk_unref (self->clerk);
  g_hash_table_unref (self->all);
  g_queue_clear_full (&self->asking, (GDestroyNotify) usher_follower_unref);
  g_clear_pointer (&self->live, g_ref_string_release);
  g_clear_object (&self->bus);
  g_mutex_clear (&self->mutex);
}

static void
message_free (gpointer data)
{
  Message *message = data;

  g_clear_pointer (&message->follower, usher_follower_unref);
  g_clear_object (&message->exchange);
  g_clear_object (&message->bus);
  g_atomic_rc_box_release_full (message->self, clear);
  g_free (message);
}

/* takes ownership of @message */
static void
post (Message *message, UsherClerkFunc func)
{
  usher_clerk_post (message->self->clerk, func, message, message_free);
}

static void
end (UsherFollowers *self, UsherFollower *follower, const GError *error)
{
  if (follower->state != USHER_FOLLOWER_OVER)
    usher_follower_end (follower, error);
  g_hash_table_remove (self->all, follower);
}

static void
ask_page (UsherFollowers *self, UsherFollower *follower)
{
  follower->state = USHER_FOLLOWER_ASKING;
  g_queue_push_tail (&self->asking, usher_follower_ref (follower));
  ask_pages (self);
}

/* Who has what was there a moment ago is live, or asks on. */
static void
join (UsherFollowers *self, UsherFollower *follower)
{
  char *merged = NULL;

  if (self->live == NULL)
    follower->state = USHER_FOLLOWER_JOINING;
  else if (usher_cursor_is_behind (follower->cursor, self->live, follower->channel))
    ask_page (self, follower);
  else
    {
      /* they share the text where they can */
      merged = usher_cursor_merge (follower->cursor, self->live);
      g_ref_string_release (follower->cursor);
      follower->cursor = merged;
      follower->state = USHER_FOLLOWER_LIVE;
    }
}

static void
take_room (gpointer data)
{
  const Message *message = data;
  UsherFollower *follower = message->follower;

  if (follower->state == USHER_FOLLOWER_OVER)
    return;
  if (usher_stream_is_gone (follower->stream))
    end (message->self, follower, NULL);
  else if (follower->state == USHER_FOLLOWER_FULL && usher_follower_flush (follower))
    join (message->self, follower);
}

static void
on_room (UsherStream *stream, gpointer user_data)
{
  const Message *first = user_data;

  post (message_new (first->self, first->follower), take_room);
}

/* The follower has got what there was for it in the page. */
static void
settle (UsherFollowers *self, UsherFollower *follower, const UsherEventPage *page)
{
  if (follower->state == USHER_FOLLOWER_OVER)
    g_hash_table_remove (self->all, follower);
  else if (follower->state != USHER_FOLLOWER_ASKING)
    return;
  /* the hub has nothing more, though there was: another one, or the answers came in disorder after it was lost */
  else if (page->events->len == 0 && self->live != NULL &&
           usher_cursor_is_behind (follower->cursor, self->live, follower->channel))
    {
      follower->state = USHER_FOLLOWER_JOINING;
      usher_clerk_tick_at (self->clerk, g_get_monotonic_time () + PAUSE);
    }
  else
    join (self, follower);
}

static void
take_page (const UsherEventPage *page, const GError *error, gpointer user_data)
{
  const Message *message = user_data;
  UsherFollowers *self = message->self;
  UsherFollower *follower = message->follower;

  self->n_asked--;
  ask_pages (self);
  if (follower->state == USHER_FOLLOWER_OVER)
    return;

  if (page == NULL)
    {
      end (self, follower, error);
      return;
    }

  if (follower->wants_stream && follower->stream == NULL)
    usher_follower_open_stream (follower, on_room, message_new (self, follower), message_free);
  usher_follower_give (follower, page);
  settle (self, follower, page);
}

static void
ask_pages (UsherFollowers *self)
{
  while (self->n_asked < MAX_ASKED && !g_queue_is_empty (&self->asking))
    {
      g_autoptr (UsherFollower) follower = g_queue_pop_head (&self->asking);
      UsherEventsQuery query = { 0 };

      if (follower->state == USHER_FOLLOWER_OVER)
        continue;
      usher_follower_make_query (follower, &query);
      self->n_asked++;
      usher_event_question_put (
          self->bus, &query, self->clerk, take_page, message_new (self, follower), message_free);
    }
}

/* (transfer container) (element-type UsherFollower): while they are told some may go */
static GPtrArray *
list (UsherFollowers *self)
{
  GPtrArray *followers = g_ptr_array_new_with_free_func ((GDestroyNotify) usher_follower_unref);
  GHashTableIter iter;
  gpointer value = NULL;

  g_hash_table_iter_init (&iter, self->all);
  while (g_hash_table_iter_next (&iter, &value, NULL))
    g_ptr_array_add (followers, usher_follower_ref (value));

  return followers;
}

/* The question has failed: pages say so, streams go on when it is answered again. */
static void
take_trouble (UsherFollowers *self, const GError *error)
{
  g_autoptr (GPtrArray) followers = list (self);

  for (guint i = 0; i < followers->len; i++)
    {
      UsherFollower *follower = g_ptr_array_index (followers, i);

      if (follower->exchange != NULL && follower->state != USHER_FOLLOWER_ASKING)
        end (self, follower, error);
    }
  self->ask_at = g_get_monotonic_time () + PAUSE;
  usher_clerk_tick_at (self->clerk, self->ask_at);
}

static void
hand_out (UsherFollowers *self, const UsherEventPage *page)
{
  gboolean is_known = self->live != NULL;
  /* another log counts anew */
  gboolean is_other = is_known && usher_cursor_is_behind (page->cursor, self->live, NULL);
  g_autoptr (GPtrArray) followers = list (self);

  g_clear_pointer (&self->live, g_ref_string_release);
  self->live = g_ref_string_acquire (page->cursor);
  for (guint i = 0; i < followers->len; i++)
    {
      UsherFollower *follower = g_ptr_array_index (followers, i);

      if (follower->state == USHER_FOLLOWER_JOINING)
        join (self, follower);
      else if (is_known && follower->state == USHER_FOLLOWER_LIVE)
        {
          if (is_other)
            g_clear_pointer (&follower->cursor, g_ref_string_release);
          usher_follower_give (follower, page);
          settle (self, follower, page);
        }
    }
}

static void
take_live (const UsherEventPage *page, const GError *error, gpointer user_data)
{
  UsherFollowers *self = ((const Message *) user_data)->self;
  gboolean was_known = self->live != NULL;

  self->is_waiting = FALSE;
  if (page == NULL)
    {
      take_trouble (self, error);
      return;
    }

  hand_out (self, page);
  /* a hub that does not let it wait, or is about to close */
  if (was_known && page->events->len == 0 && g_get_monotonic_time () - self->asked < TOO_SOON)
    {
      self->ask_at = g_get_monotonic_time () + PAUSE;
      usher_clerk_tick_at (self->clerk, self->ask_at);
    }
  ask_live (self);
}

/* The question for all, as long as there is anybody: where the end is, then what comes behind it. */
static void
ask_live (UsherFollowers *self)
{
  UsherEventsQuery query = { .after = -1, .limit = 1 };

  if (self->is_waiting || self->ask_at != 0)
    return;

  /* what nobody follows is not caught up with */
  if (g_hash_table_size (self->all) == 0)
    {
      g_clear_pointer (&self->live, g_ref_string_release);
      return;
    }

  if (self->live != NULL)
    query = (UsherEventsQuery){ .cursor = self->live,
                                .limit = USHER_EVENT_QUESTION_LIMIT,
                                .wait = USHER_EVENT_QUESTION_WAIT };
  self->is_waiting = TRUE;
  self->asked = g_get_monotonic_time ();
  usher_event_question_put (
      self->bus, &query, self->clerk, take_live, message_new (self, NULL), message_free);
}

/* Looks who has waited long enough, and returns when the next one has. */
static gint64
expire (UsherFollowers *self, gint64 now, gboolean beats)
{
  g_autoptr (GPtrArray) followers = list (self);
  gint64 next = G_MAXINT64;

  for (guint i = 0; i < followers->len; i++)
    {
      UsherFollower *follower = g_ptr_array_index (followers, i);
      gboolean is_due = FALSE;

      if (beats)
        usher_follower_beat (follower);
      if (follower->state == USHER_FOLLOWER_JOINING && self->live != NULL)
        join (self, follower);
      /* who has no page yet is answered with that one */
      is_due = follower->exchange != NULL && follower->deadline <= now;
      if (follower->state == USHER_FOLLOWER_OVER || (is_due && follower->cursor != NULL))
        end (self, follower, NULL);
      else if (follower->exchange != NULL && !is_due)
        next = MIN (next, follower->deadline);
    }

  return next;
}

static void
on_tick (gpointer user_data)
{
  UsherFollowers *self = user_data;
  gint64 now = g_get_monotonic_time ();
  gboolean beats = now >= self->beat_at;
  gint64 next = 0;

  if (beats)
    self->beat_at = now + BEAT;
  next = expire (self, now, beats);
  if (self->ask_at != 0 && now >= self->ask_at)
    {
      self->ask_at = 0;
      ask_live (self);
    }

  if (self->ask_at != 0)
    usher_clerk_tick_at (self->clerk, self->ask_at);
  if (g_hash_table_size (self->all) > 0)
    usher_clerk_tick_at (self->clerk, MIN (self->beat_at, MAX (next, now + TICK)));
}

static void
take_follower (gpointer data)
{
  const Message *message = data;
  UsherFollowers *self = message->self;
  UsherFollower *follower = message->follower;

  g_set_object (&self->bus, message->bus);
  if (self->beat_at == 0)
    self->beat_at = g_get_monotonic_time () + BEAT;
  g_hash_table_add (self->all, usher_follower_ref (follower));
  /* in this order, so that its page is not behind the end */
  ask_live (self);
  ask_page (self, follower);
  usher_clerk_tick_at (self->clerk,
                       follower->wants_stream ? self->beat_at
                                              : MIN (self->beat_at, follower->deadline));
}

static void
take_gone (gpointer data)
{
  const Message *message = data;
  g_autoptr (GPtrArray) followers = list (message->self);

  for (guint i = 0; i < followers->len; i++)
    {
      UsherFollower *follower = g_ptr_array_index (followers, i);

      if (follower->exchange == message->exchange)
        end (message->self, follower, NULL);
    }
}

/* on the listener's thread */
static void
on_gone (UsherExchange *exchange, gpointer user_data)
{
  Message *message = message_new (user_data, NULL);

  message->exchange = g_object_ref (exchange);
  post (message, take_gone);
}

static void
take_drain (gpointer data)
{
  UsherFollowers *self = ((const Message *) data)->self;
  g_autoptr (GPtrArray) followers = list (self);

  for (guint i = 0; i < followers->len; i++)
    end (self, g_ptr_array_index (followers, i), NULL);
}

static void
take_stop (gpointer data)
{
  g_clear_object (&((const Message *) data)->self->bus);
}

UsherFollowers *
usher_followers_new (void)
{
  UsherFollowers *self = g_atomic_rc_box_new0 (UsherFollowers);

  g_mutex_init (&self->mutex);
  g_queue_init (&self->asking);
  self->clerk = usher_clerk_new ("usher-followers", on_tick, self);
  self->all = g_hash_table_new_full (NULL, NULL, (GDestroyNotify) usher_follower_unref, NULL);

  return self;
}

void
usher_followers_add (UsherFollowers *self, UsherBus *bus, UsherExchange *exchange, gint64 wait)
{
  g_autoptr (UsherFollower) follower = usher_follower_new (exchange, wait);
  Message *message = message_new (self, follower);
  gboolean is_there = usher_exchange_set_gone_func (exchange, on_gone, self, NULL);
  gboolean taken = FALSE;
  g_autoptr (GError) error = NULL;

  message->bus = g_object_ref (bus);
  g_mutex_lock (&self->mutex);
  taken = is_there && !self->draining && usher_clerk_start (self->clerk, &error);
  if (taken)
    post (message, take_follower);
  g_mutex_unlock (&self->mutex);

  if (taken)
    return;
  message_free (message);
  usher_follower_end (follower, error);
}

void
usher_followers_drain (UsherFollowers *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (self->draining)
    return;

  self->draining = TRUE;
  if (usher_clerk_has_started (self->clerk))
    post (message_new (self, NULL), take_drain);
}

void
usher_followers_stop (UsherFollowers *self)
{
  usher_followers_drain (self);
  if (usher_clerk_has_started (self->clerk))
    post (message_new (self, NULL), take_stop);
  usher_clerk_stop (self->clerk);
}

void
usher_followers_free (UsherFollowers *self)
{
  usher_followers_stop (self);
  usher_clerk_close (self->clerk);
  g_atomic_rc_box_release_full (self, clear);
}
