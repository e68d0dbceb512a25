/* usher-hub-door-members.c: who is there
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-hub-door-private.h"

#include "usher-error.h"

#define MEMBER_LIMIT (6 * G_TIME_SPAN_SECOND)
#define PROBE_PAUSE  (200 * G_TIME_SPAN_MILLISECOND)
/* how long the member that has a name may be silent when another one comes with it */
#define NAME_PATIENCE (500 * G_TIME_SPAN_MILLISECOND)

void
usher_hub_member_free (UsherHubMember *self)
{
  zsock_destroy (&self->push);
  g_clear_pointer (&self->push_credit, usher_hub_credit_free);
  g_bytes_unref (self->identity);
  g_ptr_array_unref (self->subscriptions);
  usher_hub_worker_free (self->worker);
  g_clear_pointer (&self->held, g_hash_table_unref);
  g_free (self->client);
  g_free (self->user);
  g_free (self->key);
  g_clear_pointer (&self->acl, usher_acl_free);
  g_free (self->endpoint);
  g_free (self);
}

void
usher_hub_door_remove_member (UsherHubDoor *self, UsherHubMember *member, gboolean has_died)
{
  g_autoptr (GBytes) identity = g_bytes_ref (member->identity);

  usher_hub_door_set_moment (self);
  usher_hub_door_drop_subscriptions (self, member, has_died);
  usher_hub_door_drop_waits (self, member);
  g_hash_table_remove (self->members, identity);
}

static void
send_welcome (UsherHubDoor *self, const UsherHubMember *member, const UsherHubEntrance *entrance)
{
  UsherWelcome welcome = { .epoch = self->epoch,
                           .push = member->push != NULL ? member->endpoint : NULL,
                           .live = entrance->live,
                           .session = member->session,
                           .version = USHER_WIRE_VERSION };

  usher_hub_log_get_reach (self->log, &welcome.reach);
  usher_hub_door_send (self, member->identity, usher_welcome_write (&welcome));
}

static UsherHubMember *
new_member (UsherHubDoor *self,
            GBytes *identity,
            const UsherHello *hello,
            const UsherHubEntrance *entrance,
            const UsherHubKey *key,
            GError **error)
{
  UsherHubMember *member = NULL;

  if (g_hash_table_size (self->members) >= self->max_members)
    {
      /* some may be gone */
      self->next_probe = 0;
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_FULL,
                   "the hub has %u members already, see setting bus.max-members",
                   self->max_members);
      return NULL;
    }

  member = g_new0 (UsherHubMember, 1);
  member->identity = g_bytes_ref (identity);
  member->client = g_strdup (hello->client);
  member->heard = g_get_monotonic_time ();
  member->session = hello->session;
  member->instance = hello->instance;
  member->worker = usher_hub_worker_new (hello->instance, member);
  member->subscriptions = g_ptr_array_new ();
  if (!usher_hub_door_set_key (self, member, key, error) ||
      !usher_hub_door_open_push (self, entrance, member, error))
    {
      usher_hub_member_free (member);
      return NULL;
    }
  usher_hub_door_open_credit (self, member);
  g_hash_table_insert (self->members, member->identity, member);

  return member;
}

static UsherHubMember *
find_client (UsherHubDoor *self, const char *client)
{
  GHashTableIter iter;
  gpointer value = NULL;

  g_hash_table_iter_init (&iter, self->members);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (g_str_equal (((UsherHubMember *) value)->client, client))
      return value;

  return NULL;
}

void
usher_hub_door_refuse (UsherHubDoor *self,
                       GBytes *identity,
                       const char *client,
                       const GError *error)
{
  g_message ("the hub refuses member “%s”: %s",
             client != NULL && usher_frame_is_name (client) ? client : "",
             error->message);
  usher_hub_door_try_send (self, identity, usher_refusal_write (error));
}

static void
refuse_name (UsherHubDoor *self, GBytes *identity, const char *client)
{
  g_autoptr (GError) error = g_error_new (USHER_ERROR,
                                          USHER_ERROR_BUSY,
                                          "the name “%s” is in use by another member of the bus",
                                          client);

  usher_hub_door_refuse (self, identity, client, error);
}

void
usher_hub_door_cut_off (UsherHubDoor *self, UsherHubMember *member, guint8 type)
{
  g_autoptr (GError) error =
      g_error_new (USHER_ERROR,
                   USHER_ERROR_INVALID,
                   "it sent a frame of type %u, which this hub does not know",
                   type);

  g_message ("member “%s” is cut off until it comes anew: it sent a frame of unknown type %u",
             member->client,
             type);
  member->is_cut_off = TRUE;
  usher_hub_door_set_moment (self);
  usher_hub_door_drop_subscriptions (self, member, FALSE);
  usher_hub_door_drop_waits (self, member);
  usher_hub_door_send (self, member->identity, usher_refusal_write (error));
}

/* Whether @client may come in: who has the name is asked whether he lives. A process that died has closed its
 * connection; a machine that is gone is silent. */
static gboolean
is_free (UsherHubDoor *self, GBytes *identity, const char *client, guint64 instance)
{
  UsherHubMember *other = find_client (self, client);
  gint64 now = g_get_monotonic_time ();

  if (other == NULL)
    return TRUE;
  /* its own connection from before */
  if (other->instance == instance)
    {
      usher_hub_door_remove_member (self, other, FALSE);
      return TRUE;
    }
  if (!usher_hub_door_send (self, other->identity, usher_frame_new (USHER_FRAME_PING)) ||
      (other->asked > other->heard && now - other->asked > NAME_PATIENCE))
    {
      g_message ("member “%s” is gone: another one has its name", client);
      usher_hub_door_remove_member (self, other, TRUE);
      return TRUE;
    }
  if (other->asked != 0 && other->heard > other->asked)
    {
      other->asked = 0;
      refuse_name (self, identity, client);
    }
  else if (other->asked == 0)
    other->asked = now;

  /* he says hello again until he is answered */
  return FALSE;
}

/* Reads a hello, and says what is wrong with it; @entrance: where it came in */
static gboolean
read_hello (UsherHubDoor *self,
            UsherFrameReader *reader,
            UsherHello *hello,
            const UsherHubEntrance **entrance,
            GError **error)
{
  gboolean is_sound = usher_hello_read (hello, reader) && hello->client != NULL &&
                      usher_frame_is_name (hello->client);

  if (is_sound && !usher_greeting_check_versions (USHER_WIRE_VERSION, hello->version, error))
    return FALSE;

  *entrance = is_sound ? usher_hub_door_find_entrance (self, hello->endpoint) : NULL;
  if (*entrance != NULL)
    return usher_hub_log_check (self->log, &hello->known, error);

  if (is_sound)
    g_set_error (error,
                 USHER_ERROR,
                 USHER_ERROR_INVALID,
                 "the hub has no endpoint like the one that the member came by");
  else
    g_set_error (error,
                 USHER_ERROR,
                 USHER_ERROR_INVALID,
                 "that is no hello of a member, whose name is one line of at most 255 bytes");

  return FALSE;
}

void
usher_hub_door_greet (UsherHubDoor *self,
                      GBytes *identity,
                      const UsherHubKey *key,
                      UsherFrameReader *reader)
{
  g_auto (UsherHello) hello = { 0 };
  const UsherHubEntrance *entrance = NULL;
  UsherHubMember *member = g_hash_table_lookup (self->members, identity);
  g_autoptr (GError) error = NULL;

  if (!read_hello (self, reader, &hello, &entrance, &error))
    {
      usher_hub_door_refuse (self, identity, hello.client, error);
      return;
    }
  /* who had to wait for the answer has said hello more than once */
  if (member != NULL && member->session == hello.session)
    {
      send_welcome (self, member, entrance);
      return;
    }
  if (member != NULL)
    usher_hub_door_remove_member (self, member, FALSE);
  if (!is_free (self, identity, hello.client, hello.instance))
    return;

  member = new_member (self, identity, &hello, entrance, key, &error);
  if (member == NULL)
    {
      usher_hub_door_refuse (self, identity, hello.client, error);
      return;
    }

  usher_hub_groups_acquit (self->groups, hello.instance);
  send_welcome (self, member, entrance);
}

/* A dead process closes its connections, a machine that is gone is silent. Who missed an answer begins anew: all else that it says
 * tells it so. */
static gboolean
is_gone (UsherHubDoor *self, const UsherHubMember *member, gint64 limit)
{
  return member->is_deaf || (member->is_remote && member->heard < limit) ||
         !usher_hub_door_send (self, member->identity, usher_frame_new (USHER_FRAME_PONG));
}

void
usher_hub_door_bury_gone (UsherHubDoor *self)
{
  gint64 now = g_get_monotonic_time ();
  g_autoptr (GPtrArray) gone = NULL;
  GHashTableIter iter;
  gpointer value = NULL;

  /* a good-bye may wait among what was not taken in */
  if (now < self->next_probe || !self->is_drained)
    return;

  self->next_probe = now + PROBE_PAUSE;
  gone = g_ptr_array_new ();

  g_hash_table_iter_init (&iter, self->members);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (is_gone (self, value, now - MEMBER_LIMIT))
      g_ptr_array_add (gone, value);

  for (guint i = 0; i < gone->len; i++)
    {
      UsherHubMember *member = g_ptr_array_index (gone, i);

      g_message (member->is_deaf
                     ? "member “%s” does not read what it is sent: its events go to others"
                     : "member “%s” is gone: its events go to others",
                 member->client);
      usher_hub_door_remove_member (self, member, TRUE);
    }
}
