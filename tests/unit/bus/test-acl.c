/* test-acl.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "usher-error.h"
#include "usher-keys.h"
#include "usher-test-base.h"
#include "usher-test-hub.h"
#include "usher-test-listener.h"
#include "usher-test-publisher.h"

#define HOST "host-b"

typedef struct
{
  UsherTestHub *hub;             /* (owned) */
  char *keys;                    /* (owned): of the member with rights */
  UsherBus *bus;                 /* (owned) (nullable): that member */
  UsherTestPublisher *publisher; /* (owned) */
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) made = NULL;

  self->hub = usher_test_hub_new (USHER_TEST_HUB_CURVE, NULL);
  made = usher_keys_make (self->hub->keys, HOST, &error);
  g_assert_no_error (error);
  self->keys = g_build_filename (self->hub->keys, HOST, NULL);
  self->publisher = usher_test_publisher_new ();
}

static void
leave (Fixture *self)
{
  if (self->bus != NULL)
    usher_test_hub_leave (g_steal_pointer (&self->bus));
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  leave (self);
  usher_test_hub_free (self->hub);
  usher_test_publisher_free (self->publisher);
  g_free (self->keys);
}

static void
write_acl (Fixture *self, const char *text)
{
  g_autofree char *path = g_build_filename (self->hub->keys, HOST ".acl", NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

/* The member joins, with what its key may do now. */
static void
join (Fixture *self)
{
  g_autoptr (GError) error = NULL;

  self->bus = usher_bus_open (self->hub->endpoint, "b", self->hub->clock, self->keys, &error);
  g_assert_no_error (error);
}

/* What becomes of an event of the member; -1: it is stored. */
static int
publish (Fixture *self, const char *channel)
{
  guint n_before = self->publisher->n_confirmed;
  guint n_answers = n_before + self->publisher->n_refused;

  usher_test_publisher_post (self->publisher, self->bus, channel, 1);
  usher_test_publisher_await (self->publisher, n_answers + 1);

  return self->publisher->n_confirmed > n_before ? -1 : self->publisher->code;
}

static void
drop_delivery (UsherDelivery *delivery, gpointer user_data)
{
  usher_delivery_ack (delivery);
  usher_delivery_unref (delivery);
}

/* (transfer full) (nullable): why it may not */
static GError *
subscribe (Fixture *self, const char *channel)
{
  const UsherSubscription wish = { .channel = channel, .group = "b", .durable = "b" };
  GError *error = NULL;

  usher_bus_subscribe (self->bus, &wish, drop_delivery, NULL, NULL, &error);

  return error;
}

static void
assert_forbidden (const GError *error, const char *words)
{
  g_assert_error (error, USHER_ERROR, USHER_ERROR_FORBIDDEN);
  g_assert_nonnull (strstr (error->message, "“" HOST "”"));
  g_assert_nonnull (strstr (error->message, words));
}

static void
on_page (UsherBusEvents *events, const GError *error, gpointer user_data)
{
  g_async_queue_push (user_data, error != NULL ? g_error_copy (error) : (gpointer) "");
  g_clear_pointer (&events, usher_bus_events_free);
}

/* Whether the member may read what a channel has, or all, NULL. */
static gboolean
may_read (Fixture *self, const char *channel)
{
  const UsherEventsQuery query = {
    .channel = channel, .after = 0, .limit = 10, .patience = G_TIME_SPAN_MINUTE
  };
  g_autoptr (GAsyncQueue) answers = g_async_queue_new ();
  gpointer answer = NULL;

  usher_bus_read_events (self->bus, &query, on_page, answers, NULL);
  answer = g_async_queue_pop (answers);
  if (*(const char *) answer == '\0')
    return TRUE;

  g_assert_error ((GError *) answer, USHER_ERROR, USHER_ERROR_FORBIDDEN);
  g_error_free (answer);

  return FALSE;
}

static void
test_none (Fixture *self, gconstpointer data)
{
  g_test_summary ("A key of which no file speaks may do all");

  join (self);
  g_assert_cmpint (publish (self, "payment:created"), ==, -1);
  g_assert_null (subscribe (self, "payment:created"));
  g_assert_true (may_read (self, NULL));
}

static void
test_rights (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) other = NULL;

  g_test_summary ("A key may do what its file names, and nothing else; others may do all");

  write_acl (self,
             "# of the second machine\n\npublish order:* ticket:created # two\nsubscribe "
             "payment:created\n");
  join (self);
  g_assert_cmpint (publish (self, "order:created"), ==, -1);
  g_assert_cmpint (publish (self, "ticket:created"), ==, -1);
  g_assert_cmpint (publish (self, "ticket:created:no"), ==, USHER_ERROR_FORBIDDEN);
  g_assert_cmpint (publish (self, "payment:created"), ==, USHER_ERROR_FORBIDDEN);
  g_assert_null (subscribe (self, "payment:created"));
  other = subscribe (self, "order:created");
  assert_forbidden (other, "subscribe to channel “order:created”");
  g_assert_true (may_read (self, "payment:created"));
  g_assert_false (may_read (self, "order:created"));
  g_assert_false (may_read (self, NULL));
  leave (self);

  self->bus = usher_test_hub_join (self->hub, "first");
  g_assert_cmpint (publish (self, "payment:created"), ==, -1);
}

static UsherDelivery *
nak (Fixture *self, UsherTestListener *listener)
{
  UsherDelivery *delivery = usher_test_listener_take (listener);

  usher_delivery_nak (delivery, 0, "no");

  return delivery;
}

/* (transfer full) (nullable): what is parked, if something is */
static GPtrArray *
list_parked (Fixture *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = usher_bus_list_parked (self->bus, NULL, 0, 1, &error);

  g_assert_no_error (error);

  return list->len > 0 ? g_steal_pointer (&list) : NULL;
}

static void
test_parked (Fixture *self, gconstpointer data)
{
  const UsherSubscription wish = {
    .channel = "secret", .group = "a", .durable = "a", .max_deliver = 1
  };
  UsherBus *first = usher_test_hub_join (self->hub, "first");
  g_autoptr (UsherTestListener) listener = usher_test_listener_new (first, &wish, FALSE);
  g_autoptr (UsherDelivery) delivery = NULL;
  g_autoptr (GPtrArray) list = NULL;
  g_autoptr (GError) error = NULL;
  const char *id = NULL;

  g_test_summary ("What is parked of a channel is for those who may subscribe to it");

  write_acl (self, "subscribe order:*\n");
  join (self);
  usher_test_publisher_publish (self->publisher, first, "secret", 1);
  delivery = nak (self, listener);
  usher_test_until ((list = list_parked (self)) != NULL);
  id = ((UsherParkedEvent *) g_ptr_array_index (list, 0))->id;
  g_assert_null (usher_bus_find_parked (self->bus, id, &error));
  assert_forbidden (error, "“secret”");
  g_clear_error (&error);
  g_assert_false (usher_bus_drop_parked (self->bus, id, &error));
  assert_forbidden (error, "“secret”");
  g_clear_error (&error);
  g_assert_true (usher_bus_drop_parked (first, id, &error));

  g_clear_pointer (&listener, usher_test_listener_free);
  usher_test_hub_leave (first);
}

static void
test_later (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary (
      "A file that changes counts for who comes again; one that is wrong lets nobody in");

  write_acl (self, "publish a\n");
  join (self);
  g_assert_cmpint (publish (self, "b"), ==, USHER_ERROR_FORBIDDEN);
  leave (self);
  write_acl (self, "publish b\n");
  join (self);
  g_assert_cmpint (publish (self, "b"), ==, -1);
  leave (self);

  write_acl (self, "publish b\nsubscrbe a\n");
  join (self);
  error = subscribe (self, "a");
  g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, HOST ".acl”, line 2: "));
}

static void
test_wrong (Fixture *self, gconstpointer data)
{
  static const char *const wrong[] = {
    "subscrbe a\n",   "publish\n", "a\n", "publish a*b\n", "publish a\nsubscribe **\n",
    "publish \001\n",
  };

  g_test_summary ("A file that cannot be read keeps the hub from its start, with file and line");

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autofree char *data_folder = g_strdup_printf ("%s/other-%u", self->hub->directory, i);
      g_autoptr (GError) error = NULL;
      g_autoptr (UsherHub) hub = usher_hub_new (data_folder, self->hub->clock, NULL, &error);
      guint line = strstr (wrong[i], "**") != NULL ? 2 : 1;
      g_autofree char *place = g_strdup_printf (HOST ".acl”, line %u: ", line);

      g_assert_no_error (error);
      write_acl (self, wrong[i]);
      g_assert_false (usher_hub_set_keys (hub, self->hub->keys, &error));
      g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, place));
      usher_hub_close (hub, 0, NULL);
    }
}

static void
test_misplaced (Fixture *self, gconstpointer data)
{
  g_autofree char *data_folder = g_build_filename (self->hub->directory, "other", NULL);
  g_autofree char *path = g_build_filename (self->hub->keys, "members", HOST ".acl", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherHub) hub = usher_hub_new (data_folder, self->hub->clock, NULL, &error);

  g_test_summary ("A file among the halves of keys, where it would limit nobody, keeps the hub "
                  "from its start");

  g_assert_no_error (error);
  g_assert_true (g_file_set_contents (path, "publish a\n", -1, NULL));
  g_assert_false (usher_hub_set_keys (hub, self->hub->keys, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "members/" HOST ".acl” would limit nobody"));
  usher_hub_close (hub, 0, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define add(path, func) g_test_add ("/acl/" path, Fixture, NULL, set_up, func, tear_down)
  add ("none", test_none);
  add ("rights", test_rights);
  add ("parked", test_parked);
  add ("later", test_later);
  add ("wrong", test_wrong);
  add ("misplaced", test_misplaced);
#undef add

  return g_test_run ();
}
