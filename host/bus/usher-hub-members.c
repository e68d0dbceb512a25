/* usher-hub-members.c: who is there, and what they have asked for
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-private.h"

#include <errno.h>
#include <string.h>

#include "usher-bus.h"
#include "usher-error.h"

#define DEFAULT_IN_FLIGHT 1024
/* how long the member that has a name may be silent when another one comes with it */
#define NAME_PATIENCE (500 * G_TIME_SPAN_MILLISECOND)

void
usher_hub_free_member (gpointer data)
{
  UsherMember *member = data;

  zsock_destroy (&member->push);
  g_bytes_unref (member->identity);
  g_ptr_array_unref (member->seats);
  g_clear_pointer (&member->held, g_hash_table_unref);
  g_free (member->client);
  g_free (member->key);
  g_free (member->endpoint);
  g_free (member);
}

static const UsherEntrance *
find_entrance (UsherHub *self, const char *endpoint)
{
  for (guint i = 0; i < self->entrances->len; i++)
    {
      const UsherEntrance *entrance = g_ptr_array_index (self->entrances, i);

      if (g_strcmp0 (entrance->endpoint, endpoint) == 0)
        return entrance;
    }

  /* the same way by another name */
  for (guint i = 0; i < self->entrances->len; i++)
    {
      const UsherEntrance *entrance = g_ptr_array_index (self->entrances, i);
      gsize length = (gsize) (strstr (entrance->endpoint, "://") - entrance->endpoint);

      if (endpoint != NULL && strncmp (entrance->endpoint, endpoint, length + 1) == 0)
        return entrance;
    }

  return NULL;
}

GPtrArray *
usher_hub_get_followers (UsherHub *self, UsherHubChannel *channel)
{
  GPtrArray *followers = g_hash_table_lookup (self->followers, channel);

  if (followers == NULL)
    {
      followers = g_ptr_array_new ();
      g_hash_table_insert (self->followers, channel, followers);
    }

  return followers;
}

static void
free_seat (UsherHub *self, UsherSeat *seat, gboolean died)
{
  UsherGroup *group = seat->group;

  if (group != NULL)
    usher_hub_vacate (self, seat, died);
  if (group == NULL || group->live)
    g_ptr_array_remove (usher_hub_get_followers (self, seat->channel), seat);
  /* a group without a durable name goes with its last member */
  if (group != NULL && !group->durable && group->seats->len == 0)
    usher_hub_forget_group (self, group);
  g_hash_table_remove (self->seats, GUINT_TO_POINTER (seat->id));
  g_free (seat);
}

void
usher_hub_remove_member (UsherHub *self, UsherMember *member, gboolean died)
{
  g_autoptr (GBytes) identity = g_bytes_ref (member->identity);

  while (member->seats->len > 0)
    free_seat (self, g_ptr_array_steal_index (member->seats, member->seats->len - 1), died);
  usher_hub_drop_waits (self, member);
  g_hash_table_remove (self->members, identity);
}

static void
send_welcome (UsherHub *self, const UsherMember *member, const UsherEntrance *entrance)
{
  GByteArray *welcome = usher_frame_new (USHER_FRAME_WELCOME);

  usher_frame_add_text (welcome, self->epoch);
  usher_frame_add_text (welcome, member->push != NULL ? member->endpoint : NULL);
  usher_frame_add_text (welcome, entrance->live);
  usher_frame_add_u32 (welcome, member->session);
  usher_hub_send (self, member->identity, welcome);
}

static UsherMember *
new_member (UsherHub *self, GBytes *identity, const char *client, const UsherEntrance *entrance)
{
  UsherMember *member = g_new0 (UsherMember, 1);

  member->identity = g_bytes_ref (identity);
  member->client = g_strdup (client);
  member->heard = g_get_monotonic_time ();
  member->seats = g_ptr_array_new ();
  if (!usher_hub_open_push (self, entrance, member))
    {
      g_message ("member “%s” has no way for its deliveries: %s",
                 client,
                 zmq_strerror (zmq_errno ()));
      usher_hub_free_member (member);
      return NULL;
    }
  g_hash_table_insert (self->members, member->identity, member);

  return member;
}

static UsherMember *
find_client (UsherHub *self, const char *client)
{
  GHashTableIter iter;
  gpointer value = NULL;

  g_hash_table_iter_init (&iter, self->members);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (g_str_equal (((UsherMember *) value)->client, client))
      return value;

  return NULL;
}

static void
refuse (UsherHub *self, GBytes *identity, const char *client)
{
  GByteArray *refusal = usher_frame_new (USHER_FRAME_REFUSED);
  g_autofree char *reason =
      g_strdup_printf ("the name “%s” is in use by another member of the bus", client);

  usher_frame_add_text (refusal, reason);
  usher_hub_send (self, identity, refusal);
}

/* Whether @client may come in: who has the name is asked whether he lives. A process that died has closed its
 * connection; a machine that is gone is silent. */
static gboolean
is_free (UsherHub *self, GBytes *identity, const char *client, guint64 instance)
{
  UsherMember *other = find_client (self, client);
  gint64 now = g_get_monotonic_time ();

  if (other == NULL)
    return TRUE;
  /* its own connection from before */
  if (other->instance == instance)
    {
      usher_hub_remove_member (self, other, FALSE);
      return TRUE;
    }
  if (!usher_hub_send (self, other->identity, usher_frame_new (USHER_FRAME_PING)) ||
      (other->asked > other->heard && now - other->asked > NAME_PATIENCE))
    {
      g_message ("member “%s” is gone: another one has its name", client);
      usher_hub_remove_member (self, other, TRUE);
      return TRUE;
    }
  if (other->asked != 0 && other->heard > other->asked)
    {
      other->asked = 0;
      refuse (self, identity, client);
    }
  else if (other->asked == 0)
    other->asked = now;

  /* he says hello again until he is answered */
  return FALSE;
}

void
usher_hub_greet (UsherHub *self, GBytes *identity, const char *key, UsherFrameReader *reader)
{
  g_autofree char *client = usher_frame_read_text (reader);
  g_autofree char *came_by = usher_frame_read_text (reader);
  guint session = usher_frame_read_u32 (reader);
  guint64 instance = usher_frame_read_u64 (reader);
  const UsherEntrance *entrance = find_entrance (self, came_by);
  UsherMember *member = g_hash_table_lookup (self->members, identity);

  if (reader->failed || client == NULL || entrance == NULL)
    return;
  /* who had to wait for the answer has said hello more than once */
  if (member != NULL && member->session == session)
    {
      send_welcome (self, member, entrance);
      return;
    }
  if (member != NULL)
    usher_hub_remove_member (self, member, FALSE);
  if (!is_free (self, identity, client, instance))
    return;

  member = new_member (self, identity, client, entrance);
  if (member == NULL)
    return;

  member->key = g_strdup (key);
  member->session = session;
  member->instance = instance;
  usher_hub_acquit (self, instance);
  send_welcome (self, member, entrance);
}

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

static void
clear_wish (Wish *wish)
{
  g_free (wish->channel);
  g_free (wish->group);
  g_free (wish->durable);
}

/* The first sequence of a new position, as NATS Streaming has it: too low is the first, too high is new ones only. */
static guint64
find_start (UsherHub *self, UsherHubChannel *channel, const Wish *wish)
{
  guint64 end = usher_hub_channel_get_last (channel) + 1;
  guint64 found = 0;

  switch (wish->start)
    {
    case USHER_START_NEW:
      return end;

    case USHER_START_LAST:
      return MAX (usher_hub_channel_get_first (channel), usher_hub_channel_get_last (channel));

    case USHER_START_SEQUENCE:
      return CLAMP (wish->sequence, usher_hub_channel_get_first (channel), end);

    case USHER_START_TIME:
      found = usher_hub_log_find_time (self->log, channel, wish->time);
      return found != 0 ? found : end;

    case USHER_START_ALL:
    default:
      return usher_hub_channel_get_first (channel);
    }
}

static void
set_limits (UsherGroup *group, const Wish *wish)
{
  if (wish->ack_wait > 0)
    group->ack_wait = MIN (wish->ack_wait, USHER_HUB_MAX_DELAY);
  if (wish->max_deliver > 0)
    group->max_deliver = wish->max_deliver;
  if (wish->defer_limit > 0)
    group->defer_limit = wish->defer_limit;
  group->was_joined = TRUE;
  /* what has used up its attempts by now */
  group->next_due = 0;
}

/* The position of the wish, if it has one, old or new. */
static UsherGroup *
find_position (UsherHub *self, UsherMember *member, UsherHubChannel *channel, const Wish *wish)
{
  g_autofree char *name = NULL;
  UsherGroup *group = NULL;

  if (wish->group == NULL && wish->durable == NULL)
    return NULL;

  name = wish->group != NULL ? g_strdup (wish->group)
                             : g_strconcat (member->client, ".", wish->durable, NULL);
  group = usher_hub_find_group (self, channel, name);
  if (group == NULL)
    {
      group = usher_hub_add_group (
          self, channel, name, wish->durable != NULL, find_start (self, channel, wish));
      group->live = wish->group == NULL;
    }
  set_limits (group, wish);

  return group;
}

static UsherSeat *
add_seat (UsherHub *self, UsherMember *member, UsherHubChannel *channel, const Wish *wish)
{
  UsherSeat *seat = g_new0 (UsherSeat, 1);

  seat->id = ++self->last_seat;
  seat->member = member;
  seat->channel = channel;
  seat->max_in_flight = wish->max_in_flight > 0 ? wish->max_in_flight : DEFAULT_IN_FLIGHT;
  seat->group = find_position (self, member, channel, wish);
  if (seat->group != NULL)
    {
      g_ptr_array_add (seat->group->seats, seat);
      usher_hub_feed (seat->group);
    }
  if (seat->group == NULL || seat->group->live)
    g_ptr_array_add (usher_hub_get_followers (self, channel), seat);
  g_ptr_array_add (member->seats, seat);
  g_hash_table_insert (self->seats, GUINT_TO_POINTER (seat->id), seat);

  return seat;
}

void
usher_hub_subscribe (UsherHub *self, UsherMember *member, UsherFrameReader *reader)
{
  Wish wish = { 0 };
  UsherHubChannel *channel = NULL;
  UsherSeat *seat = NULL;
  g_autofree char *id = NULL;
  g_autoptr (GError) error = NULL;
  guint64 next = 0;

  if (read_wish (reader, &wish))
    {
      channel = usher_hub_log_get_channel (self->log, wish.channel);
      seat = add_seat (self, member, channel, &wish);
      next = seat->group != NULL ? seat->group->floor + 1 : find_start (self, channel, &wish);
      id = g_strdup_printf ("%u", seat->id);
      usher_hub_reply (self, member->identity, wish.request, NULL, id, next);
    }
  else
    {
      g_set_error (&error, USHER_ERROR, USHER_ERROR_INVALID, "no subscription of this hub");
      usher_hub_reply (self, member->identity, wish.request, error, NULL, 0);
    }
  clear_wish (&wish);
}

void
usher_hub_leave (UsherHub *self, UsherMember *member, UsherFrameReader *reader)
{
  guint request = usher_frame_read_u32 (reader);
  guint id = usher_frame_read_u32 (reader);
  gboolean forget = usher_frame_read_u8 (reader) != 0;
  UsherSeat *seat = g_hash_table_lookup (self->seats, GUINT_TO_POINTER (id));
  UsherGroup *group = NULL;
  g_autoptr (GError) error = NULL;

  if (reader->failed)
    return;

  if (seat == NULL || seat->member != member)
    g_set_error (&error, USHER_ERROR, USHER_ERROR_NOT_FOUND, "no subscription %u", id);
  else
    {
      group = seat->group;
      forget = forget && group != NULL && group->durable && group->seats->len == 1;
      g_ptr_array_remove (member->seats, seat);
      free_seat (self, seat, FALSE);
      if (forget)
        usher_hub_forget_group (self, group);
    }
  usher_hub_reply (self, member->identity, request, error, NULL, 0);
}
