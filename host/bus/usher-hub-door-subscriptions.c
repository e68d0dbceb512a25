/* usher-hub-door-subscriptions.c: what members have asked for
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-door-private.h"

#include "usher-bus.h"
#include "usher-error.h"

#define DEFAULT_IN_FLIGHT 1024
/* what one member may ask for, and what all may bring about */
#define MAX_IN_FLIGHT     65536u
#define MAX_SUBSCRIPTIONS 1000
#define MAX_GROUPS        10000

/* What a SUBSCRIBE frame says. */
typedef struct
{
  guint request;
  char *channel;
  char *group;
  char *durable;
  guint start;
  guint64 sequence;
  gint64 time;
  guint max_in_flight;
  gint64 ack_wait;
  guint max_deliver;
  gint64 defer_limit;
} Wish;

static gboolean
read_wish (UsherFrameReader *reader, Wish *wish)
{
  wish->request = usher_frame_read_u32 (reader);
  wish->channel = usher_frame_read_text (reader);
  wish->group = usher_frame_read_text (reader);
  wish->durable = usher_frame_read_text (reader);
  wish->start = usher_frame_read_u8 (reader);
  wish->sequence = usher_frame_read_u64 (reader);
  wish->time = (gint64) usher_frame_read_u64 (reader);
  wish->max_in_flight = usher_frame_read_u32 (reader);
  wish->ack_wait = (gint64) usher_frame_read_u64 (reader);
  wish->max_deliver = usher_frame_read_u32 (reader);
  wish->defer_limit = (gint64) usher_frame_read_u64 (reader);

  return !reader->failed && wish->channel != NULL && usher_frame_is_name (wish->channel) &&
         (wish->group == NULL || usher_frame_is_name (wish->group)) &&
         (wish->durable == NULL || usher_frame_is_name (wish->durable));
}

static gboolean
check_wish (UsherHubDoor *self, const UsherHubMember *member, const Wish *wish, GError **error)
{
  if (wish->max_in_flight > MAX_IN_FLIGHT || wish->ack_wait < 0 || wish->defer_limit < 0)
    g_set_error (error,
                 USHER_ERROR,
                 USHER_ERROR_INVALID,
                 "a subscription has at most %u events out, and waits for no negative time",
                 MAX_IN_FLIGHT);
  else if (member->subscriptions->len >= MAX_SUBSCRIPTIONS)
    g_set_error (error,
                 USHER_ERROR,
                 USHER_ERROR_FULL,
                 "the member has %u subscriptions already",
                 member->subscriptions->len);
  else if (usher_hub_groups_peek (self->groups)->len >= MAX_GROUPS &&
           (wish->group != NULL || wish->durable != NULL))
    g_set_error (error,
                 USHER_ERROR,
                 USHER_ERROR_FULL,
                 "the hub has %u groups and durable subscriptions already",
                 usher_hub_groups_peek (self->groups)->len);
  else
    return usher_hub_door_allows (member, USHER_ACL_SUBSCRIBE, wish->channel, error) &&
           usher_hub_log_check_channel (self->log, wish->channel, error);

  return FALSE;
}

static void
clear_wish (Wish *wish)
{
  g_free (wish->channel);
  g_free (wish->group);
  g_free (wish->durable);
}

/* The first sequence of a new position, as NATS Streaming has it: too low is the first, too high is new ones only. */
static guint64
find_start (UsherHubDoor *self, const UsherHubChannel *channel, const Wish *wish)
{
  guint64 first = usher_hub_channel_get_first (channel);
  guint64 last = usher_hub_channel_get_last (channel);
  guint64 found = 0;

  switch (wish->start)
    {
    case USHER_START_NEW:
      return last + 1;

    case USHER_START_LAST:
      return MAX (first, last);

    case USHER_START_SEQUENCE:
      return CLAMP (wish->sequence, first, last + 1);

    case USHER_START_TIME:
      found = usher_hub_log_find_time (self->log, channel, wish->time);
      return found != 0 ? found : last + 1;

    case USHER_START_ALL:
    default:
      return first;
    }
}

static UsherHubGroupKind
get_kind (const Wish *wish)
{
  if (wish->group == NULL)
    return USHER_HUB_GROUP_POSITION;

  return wish->durable != NULL ? USHER_HUB_GROUP_DURABLE : USHER_HUB_GROUP_PASSING;
}

/* The position of the wish, if it has one, old or new. */
static UsherHubGroup *
find_position (UsherHubDoor *self,
               const UsherHubMember *member,
               UsherHubChannel *channel,
               const Wish *wish)
{
  g_autofree char *name = NULL;
  UsherHubGroup *group = NULL;

  if (wish->group == NULL && wish->durable == NULL)
    return NULL;

  name = wish->group != NULL ? g_strdup (wish->group)
                             : g_strconcat (member->client, ".", wish->durable, NULL);
  group = usher_hub_groups_find (self->groups, channel, name);
  if (group == NULL)
    group = usher_hub_groups_add (
        self->groups, channel, name, get_kind (wish), find_start (self, channel, wish));
  usher_hub_group_set_limits (group, wish->ack_wait, wish->max_deliver, wish->defer_limit);

  return group;
}

static void
add_follower (UsherHubDoor *self, UsherHubSubscription *subscription)
{
  GPtrArray *followers = g_hash_table_lookup (self->followers, subscription->channel);

  if (followers == NULL)
    {
      followers = g_ptr_array_new ();
      g_hash_table_insert (self->followers, subscription->channel, followers);
    }
  subscription->is_follower = TRUE;
  g_ptr_array_add (followers, subscription);
}

static UsherHubSubscription *
add_subscription (UsherHubDoor *self, UsherHubMember *member, const Wish *wish)
{
  UsherHubSubscription *subscription = g_new0 (UsherHubSubscription, 1);
  UsherHubGroup *group = NULL;

  subscription->id = ++self->last_subscription;
  subscription->member = member;
  subscription->channel = usher_hub_log_get_channel (self->log, wish->channel);
  subscription->max_in_flight = wish->max_in_flight > 0 ? wish->max_in_flight : DEFAULT_IN_FLIGHT;
  group = find_position (self, member, subscription->channel, wish);
  if (group != NULL)
    subscription->seat =
        usher_hub_seat_new (group, member->worker, subscription->max_in_flight, subscription);
  if (group == NULL || usher_hub_group_is_position (group))
    add_follower (self, subscription);
  g_ptr_array_add (member->subscriptions, subscription);
  g_hash_table_insert (self->subscriptions, GUINT_TO_POINTER (subscription->id), subscription);

  return subscription;
}

void
usher_hub_door_subscribe (UsherHubDoor *self, UsherHubMember *member, UsherFrameReader *reader)
{
  Wish wish = { 0 };
  const UsherHubSubscription *subscription = NULL;
  g_autofree char *id = NULL;
  g_autoptr (GError) error = NULL;
  guint64 next = 0;

  if (!read_wish (reader, &wish))
    g_set_error (&error, USHER_ERROR, USHER_ERROR_INVALID, "no subscription of this hub");
  else if (check_wish (self, member, &wish, &error))
    {
      subscription = add_subscription (self, member, &wish);
      next = subscription->seat != NULL
                 ? usher_hub_group_get_next (usher_hub_seat_get_group (subscription->seat))
                 : find_start (self, subscription->channel, &wish);
      id = g_strdup_printf ("%u", subscription->id);
    }
  usher_hub_door_reply (self, member->identity, wish.request, error, id, next);
  clear_wish (&wish);
}

UsherHubSubscription *
usher_hub_door_find_subscription (UsherHubDoor *self, const UsherHubMember *member, guint id)
{
  UsherHubSubscription *subscription =
      g_hash_table_lookup (self->subscriptions, GUINT_TO_POINTER (id));

  return subscription != NULL && subscription->member == member ? subscription : NULL;
}

/* It has no seat any more. */
static void
remove_subscription (UsherHubDoor *self, UsherHubSubscription *subscription)
{
  if (subscription->is_follower)
    g_ptr_array_remove (g_hash_table_lookup (self->followers, subscription->channel), subscription);
  if (subscription->fetch_from != 0)
    g_ptr_array_remove_fast (self->fetchers, subscription);
  g_ptr_array_remove (subscription->member->subscriptions, subscription);
  g_hash_table_remove (self->subscriptions, GUINT_TO_POINTER (subscription->id));
}

void
usher_hub_door_drop_subscriptions (UsherHubDoor *self, UsherHubMember *member, gboolean has_died)
{
  while (member->subscriptions->len > 0)
    {
      UsherHubSubscription *subscription =
          g_ptr_array_index (member->subscriptions, member->subscriptions->len - 1);

      if (subscription->seat != NULL)
        usher_hub_groups_leave (self->groups, subscription->seat, has_died);
      remove_subscription (self, subscription);
    }
}

void
usher_hub_door_leave (UsherHubDoor *self, UsherHubMember *member, UsherFrameReader *reader)
{
  guint request = usher_frame_read_u32 (reader);
  guint id = usher_frame_read_u32 (reader);
  gboolean forgets = usher_frame_read_u8 (reader) != 0;
  UsherHubSubscription *subscription = usher_hub_door_find_subscription (self, member, id);
  g_autoptr (GError) error = NULL;

  if (reader->failed)
    return;

  if (subscription == NULL)
    g_set_error (&error, USHER_ERROR, USHER_ERROR_NOT_FOUND, "no subscription %u", id);
  else
    {
      if (subscription->seat != NULL && forgets)
        usher_hub_groups_forget (self->groups, subscription->seat);
      else if (subscription->seat != NULL)
        usher_hub_groups_leave (self->groups, subscription->seat, FALSE);
      remove_subscription (self, subscription);
    }
  usher_hub_door_reply (self, member->identity, request, error, NULL, 0);
}
