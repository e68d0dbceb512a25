/* test-bus-quarantine.c: events that kill their process, and processes that are killed
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "usher-bus.h"
#include "usher-hub.h"

#define CHANNEL     "order:created"
#define GROUP       "tickets"
#define KILLER      7777777
#define PATIENCE    (60 * G_TIME_SPAN_SECOND)
#define MAX_DELIVER 5
/* among all that was out, in a set of those, and alone */
#define N_DEATHS (2 + MAX_DELIVER)
#define REASON   "its process ended while it handled this event alone"

/* the number of an event is in its id, so that a line of the ledger is one number */
static UsherEvent *
make_event (guint n)
{
  g_autofree char *id = g_strdup_printf ("01900000-0000-7000-8000-0000%08x", n);

  return usher_event_new (id, CHANNEL, n, "{\"crash\":true}", -1);
}

static guint
read_id (UsherEvent *event)
{
  const char *id = usher_event_get_id (event);

  return (guint) g_ascii_strtoull (id + strlen (id) - 8, NULL, 16);
}

/* what a child does with an event: the killer ends it at once, of the others it writes the number */
static void
handle (gpointer data, gpointer user_data)
{
  g_autoptr (UsherDelivery) delivery = data;
  guint n = read_id (usher_delivery_get_event (delivery));

  if (n == KILLER)
    kill (getpid (), SIGKILL);
  /* the others are under way meanwhile */
  g_usleep (200);
  if (write (STDOUT_FILENO, &n, sizeof n) == sizeof n)
    usher_delivery_ack (delivery);
}

static void
on_child_delivery (UsherDelivery *delivery, gpointer user_data)
{
  g_thread_pool_push (user_data, delivery, NULL);
}

static UsherHub *
open_hub (const char *directory, const char *endpoint)
{
  g_autoptr (UsherClock) clock = usher_real_clock_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *bound = NULL;
  UsherHub *hub = usher_hub_new (directory, clock, NULL, &error);

  g_assert_no_error (error);
  bound = usher_hub_bind (hub, endpoint, &error);
  g_assert_no_error (error);

  return hub;
}

static UsherBus *
join (const char *endpoint, const char *client)
{
  g_autoptr (UsherClock) clock = usher_real_clock_new ();
  g_autoptr (GError) error = NULL;
  UsherBus *bus = usher_bus_open (endpoint, client, clock, NULL, &error);

  g_assert_no_error (error);

  return bus;
}

static void
close_bus (UsherBus *bus)
{
  g_autoptr (GError) error = NULL;

  usher_bus_close (bus, PATIENCE, &error);
  g_assert_no_error (error);
  g_assert_finalize_object (bus);
}

static void
close_hub (UsherHub *hub)
{
  g_autoptr (GError) error = NULL;

  usher_hub_close (hub, PATIENCE, &error);
  g_assert_no_error (error);
  g_assert_finalize_object (hub);
}

static void
subscribe (UsherBus *bus, UsherDeliveryFunc func, gpointer user_data)
{
  UsherSubscription wish = {
    .channel = CHANNEL, .group = GROUP, .durable = GROUP, .max_deliver = MAX_DELIVER
  };
  g_autoptr (GError) error = NULL;

  usher_bus_subscribe (bus, &wish, func, user_data, NULL, &error);
  g_assert_no_error (error);
}

static void
wait_for_end_of_input (void)
{
  char byte = 0;

  while (read (STDIN_FILENO, &byte, 1) > 0)
    continue;
}

/* The children. They end in order when their standard input does. */

static int
run_member (const char *endpoint)
{
  GThreadPool *pool = g_thread_pool_new (handle, NULL, 4, FALSE, NULL);
  UsherBus *bus = join (endpoint, "child");

  subscribe (bus, on_child_delivery, pool);
  wait_for_end_of_input ();
  usher_bus_pause (bus, NULL);
  g_thread_pool_free (pool, FALSE, TRUE);
  close_bus (bus);

  return 0;
}

static void
write_delivery (UsherDelivery *delivery, gpointer user_data)
{
  guint n = read_id (usher_delivery_get_event (delivery));

  g_assert_cmpint (write (STDOUT_FILENO, &n, sizeof n), ==, sizeof n);
}

/* takes events and never answers */
static int
run_idler (const char *endpoint)
{
  UsherBus *bus = join (endpoint, "child");

  subscribe (bus, write_delivery, NULL);
  wait_for_end_of_input ();
  close_bus (bus);

  return 0;
}

static int
run_hub (const char *directory, const char *endpoint)
{
  UsherHub *hub = open_hub (directory, endpoint);

  wait_for_end_of_input ();
  close_hub (hub);

  return 0;
}

static int
run_pair (const char *directory)
{
  UsherHub *hub = open_hub (directory, "inproc://pair");

  run_member ("inproc://pair");
  close_hub (hub);

  return 0;
}

typedef struct
{
  char *directory;
  char *endpoint;
  const char *program;
  UsherHub *hub; /* (nullable) */
  UsherBus *bus; /* (nullable) */
  GRand *rand;

  GPid child;
  int to_child;
  int from_child;
  GThread *thread; /* reads what the child writes */

  GMutex mutex;
  GCond cond;
  GHashTable *ledger; /* (mutex mutex): numbers of what was handled */
  guint n_published;
  guint n_confirmed; /* (mutex mutex) */
  int stop;          /* (atomic) */
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  self->program = data;
  self->directory = g_dir_make_tmp ("usher-quarantine-XXXXXX", &error);
  g_assert_no_error (error);
  self->endpoint = g_strconcat ("ipc://", self->directory, "/bus", NULL);
  self->ledger = g_hash_table_new (NULL, NULL);
  self->rand = g_rand_new_with_seed (42);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (self->directory, 0, NULL);
  const char *name = NULL;

  if (self->bus != NULL)
    close_bus (self->bus);
  if (self->hub != NULL)
    close_hub (self->hub);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (self->directory, name, NULL);

      g_unlink (path);
    }
  g_assert_cmpint (g_rmdir (self->directory), ==, 0);
  g_free (self->directory);
  g_free (self->endpoint);
  g_hash_table_unref (self->ledger);
  g_rand_free (self->rand);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
}

static void
note (Fixture *self, guint n)
{
  g_mutex_lock (&self->mutex);
  g_hash_table_add (self->ledger, GUINT_TO_POINTER (n));
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
}

static gpointer
read_child (gpointer data)
{
  Fixture *self = data;
  guint n = 0;

  while (read (self->from_child, &n, sizeof n) == sizeof n)
    note (self, n);

  return NULL;
}

static void
start_child (Fixture *self, const char *what, const char *first, const char *second)
{
  const char *const argv[] = { self->program, what, first, second, NULL };
  g_autoptr (GError) error = NULL;

  g_spawn_async_with_pipes (NULL,
                            (char **) argv,
                            NULL,
                            G_SPAWN_DO_NOT_REAP_CHILD,
                            NULL,
                            NULL,
                            &self->child,
                            &self->to_child,
                            &self->from_child,
                            NULL,
                            &error);
  g_assert_no_error (error);
  self->thread = g_thread_new ("ledger", read_child, self);
}

/* Returns how it ended. */
static int
reap_child (Fixture *self)
{
  int status = 0;

  g_assert_cmpint (waitpid (self->child, &status, 0), ==, self->child);
  close (self->to_child);
  g_thread_join (self->thread);
  close (self->from_child);

  return status;
}

static void
stop_child (Fixture *self)
{
  int status = 0;

  close (self->to_child);
  g_assert_cmpint (waitpid (self->child, &status, 0), ==, self->child);
  g_assert_cmpint (status, ==, 0);
  g_thread_join (self->thread);
  close (self->from_child);
}

static void
kill_child (Fixture *self)
{
  g_assert_cmpint (kill (self->child, SIGKILL), ==, 0);
  g_assert_true (WIFSIGNALED (reap_child (self)));
}

static void
on_published (UsherEvent *event, const GError *error, gpointer user_data)
{
  Fixture *self = user_data;

  g_assert_no_error (error);
  g_mutex_lock (&self->mutex);
  self->n_confirmed++;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
}

static void
publish (Fixture *self, guint n)
{
  g_autoptr (UsherEvent) event = make_event (n);

  usher_bus_publish (self->bus, event, on_published, self, NULL);
  self->n_published++;
}

static void
await (Fixture *self, const guint *number, guint least)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;

  g_mutex_lock (&self->mutex);
  while (*number < least)
    g_assert_true (g_cond_wait_until (&self->cond, &self->mutex, deadline));
  g_mutex_unlock (&self->mutex);
}

/* numbers from 1 on, with the killer amidst them */
static void
publish_with_killer (Fixture *self, guint n)
{
  for (guint i = 1; i <= n; i++)
    {
      if (i == n / 2)
        publish (self, KILLER);
      publish (self, i);
    }
  await (self, &self->n_confirmed, n + 1);
}

static void
await_handled (Fixture *self, guint n)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;

  g_mutex_lock (&self->mutex);
  while (g_hash_table_size (self->ledger) < n)
    g_assert_true (g_cond_wait_until (&self->cond, &self->mutex, deadline));
  g_assert_cmpuint (g_hash_table_size (self->ledger), ==, n);
  g_mutex_unlock (&self->mutex);
}

/* (transfer full) (element-type UsherParkedEvent) */
static GPtrArray *
list_parked (Fixture *self)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *parked = usher_bus_list_parked (self->bus, NULL, 0, G_MAXUINT, &error);

  g_assert_no_error (error);

  return parked;
}

static guint
count_parked (Fixture *self)
{
  g_autoptr (GPtrArray) parked = list_parked (self);

  return parked->len;
}

static void
check_parked_killer (Fixture *self)
{
  g_autoptr (GPtrArray) list = list_parked (self);
  const UsherParkedEvent *parked = NULL;

  g_assert_cmpuint (list->len, ==, 1);
  parked = g_ptr_array_index (list, 0);
  g_assert_cmpuint (parked->attempts, ==, MAX_DELIVER);
  g_assert_cmpuint (g_strv_length (parked->reasons), ==, MAX_DELIVER);
  for (guint i = 0; i < MAX_DELIVER; i++)
    g_assert_cmpstr (parked->reasons[i], ==, REASON);
}

static gboolean
has_died (Fixture *self)
{
  siginfo_t info = { 0 };

  g_assert_cmpint (waitid (P_PID, (id_t) self->child, &info, WEXITED | WNOHANG | WNOWAIT), ==, 0);

  return info.si_pid != 0;
}

static gboolean
is_done (Fixture *self, guint n)
{
  gboolean handled = FALSE;

  g_mutex_lock (&self->mutex);
  handled = g_hash_table_size (self->ledger) >= n;
  g_mutex_unlock (&self->mutex);

  /* where the child has the hub nobody can be asked yet */
  return handled && (self->bus == NULL || count_parked (self) > 0);
}

/* Starts children until one of them has handled @n events; returns how many died. */
static guint
count_deaths (Fixture *self, const char *what, const char *where, guint n)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;
  guint deaths = 0;

  start_child (self, what, where, NULL);
  while (!is_done (self, n))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      if (has_died (self))
        {
          g_assert_true (WIFSIGNALED (reap_child (self)));
          deaths++;
          start_child (self, what, where, NULL);
        }
      g_usleep (G_TIME_SPAN_MILLISECOND);
    }

  return deaths;
}

static void
await_parked (Fixture *self)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;

  while (count_parked (self) == 0)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_usleep (5 * G_TIME_SPAN_MILLISECOND);
    }
}

/* A killer is among @n events of a group whose members are children. */
static void
check_killer (Fixture *self, guint n)
{
  self->hub = open_hub (self->directory, self->endpoint);
  self->bus = join (self->endpoint, "publisher");
  publish_with_killer (self, n);
  g_assert_cmpuint (count_deaths (self, "--member", self->endpoint, n), ==, N_DEATHS);
  check_parked_killer (self);
  await_handled (self, n);
  stop_child (self);
}

static void
test_killer_few (Fixture *self, gconstpointer data)
{
  g_test_summary (
      "An event that kills its process is parked after as many deaths alone as attempts; "
      "those that were out beside it are handled");

  check_killer (self, 20);
}

static void
test_killer_many (Fixture *self, gconstpointer data)
{
  g_test_summary ("A killer is found as soon where many are out beside it");

  check_killer (self, 600);
}

static gint64
read_group (Fixture *self, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherBusFigures) figures =
      usher_bus_get_figures (self->bus, USHER_BUS_PART_GROUPS, &error);
  const UsherGroupFigures *group = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (figures->groups->len, >, 0);
  group = g_ptr_array_index (figures->groups, 0);
  if (g_str_equal (name, "out"))
    return group->n_out;
  if (g_str_equal (name, "lag"))
    return (gint64) group->lag;

  return group->n_suspects;
}

static void
await_group (Fixture *self, const char *name, gint64 value)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;

  while (read_group (self, name) != value)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_usleep (G_TIME_SPAN_MILLISECOND);
    }
}

static void
keep_delivery (UsherDelivery *delivery, gpointer user_data)
{
  g_async_queue_push (user_data, delivery);
}

/* what it was given keeps a member, until it is dropped */
static void
close_holder (UsherBus *bus, GAsyncQueue *queue)
{
  UsherDelivery *delivery = NULL;

  usher_bus_close (bus, PATIENCE, NULL);
  while ((delivery = g_async_queue_try_pop (queue)) != NULL)
    usher_delivery_unref (delivery);
  g_assert_finalize_object (bus);
}

static void
test_clean (Fixture *self, gconstpointer data)
{
  g_autoptr (GAsyncQueue) queue = g_async_queue_new ();
  UsherBus *member = NULL;

  g_test_summary ("Neither a member nor a hub that ends in order makes events suspect");

  self->hub = open_hub (self->directory, self->endpoint);
  self->bus = join (self->endpoint, "publisher");
  member = join (self->endpoint, "member");
  subscribe (member, keep_delivery, queue);
  for (guint i = 1; i <= 10; i++)
    publish (self, i);
  await_group (self, "out", 10);
  close_holder (member, queue);
  await_group (self, "out", 0);
  g_assert_cmpint (read_group (self, "suspects"), ==, 0);

  member = join (self->endpoint, "member");
  subscribe (member, keep_delivery, queue);
  await_group (self, "out", 10);
  close_hub (g_steal_pointer (&self->hub));
  self->hub = open_hub (self->directory, self->endpoint);
  await_group (self, "out", 10);
  g_assert_cmpint (read_group (self, "suspects"), ==, 0);
  close_holder (member, queue);
}

static UsherDelivery *
pop_delivery (GAsyncQueue *queue)
{
  UsherDelivery *delivery = g_async_queue_timeout_pop (queue, PATIENCE);

  g_assert_nonnull (delivery);

  return delivery;
}

static void
test_alone (Fixture *self, gconstpointer data)
{
  g_autoptr (GAsyncQueue) queue = g_async_queue_new ();
  g_autoptr (UsherDelivery) first = NULL;
  g_autoptr (UsherDelivery) second = NULL;

  g_test_summary (
      "A process that tries a suspect gets nothing else; a nak counts, and ends the suspicion");

  self->hub = open_hub (self->directory, self->endpoint);
  self->bus = join (self->endpoint, "publisher");
  start_child (self, "--idler", self->endpoint, NULL);
  publish (self, 1);
  await_handled (self, 1);
  kill_child (self);

  subscribe (self->bus, keep_delivery, queue);
  first = pop_delivery (queue);
  g_assert_cmpuint (read_id (usher_delivery_get_event (first)), ==, 1);
  g_assert_cmpuint (usher_delivery_get_attempt (first), ==, 1);
  g_assert_cmpint (read_group (self, "suspects"), ==, 1);
  publish (self, 2);
  await (self, &self->n_confirmed, 2);
  await_group (self, "lag", 2);
  g_assert_cmpint (read_group (self, "out"), ==, 1);

  usher_delivery_nak (first, 0, "no");
  for (guint i = 0; i < 2; i++)
    {
      g_clear_pointer (&second, usher_delivery_unref);
      second = pop_delivery (queue);
      if (read_id (usher_delivery_get_event (second)) == 1)
        g_assert_cmpuint (usher_delivery_get_attempt (second), ==, 2);
      g_assert_cmpint (read_group (self, "suspects"), ==, 0);
      usher_delivery_ack (second);
    }
  await_group (self, "lag", 0);
}

static void
test_acquit (Fixture *self, gconstpointer data)
{
  g_autoptr (GAsyncQueue) queue = g_async_queue_new ();

  g_test_summary (
      "A process that outlives its hub in a trial has not died of it: nothing is counted");

  start_child (self, "--hub", self->directory, self->endpoint);
  self->bus = join (self->endpoint, "publisher");
  subscribe (self->bus, keep_delivery, queue);
  publish (self, 1);
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (UsherDelivery) delivery = pop_delivery (queue);

      g_assert_cmpuint (usher_delivery_get_attempt (delivery), ==, 1);
      /* of the first hub it is out, of the next ones alone: a delivery that is dropped is an answer */
      kill_child (self);
      g_clear_pointer (&delivery, usher_delivery_unref);
      start_child (self, "--hub", self->directory, self->endpoint);
    }
  {
    g_autoptr (UsherDelivery) delivery = pop_delivery (queue);

    g_assert_cmpuint (usher_delivery_get_attempt (delivery), ==, 1);
    usher_delivery_ack (delivery);
  }
  await_group (self, "lag", 0);
  close_bus (g_steal_pointer (&self->bus));
  stop_child (self);
}

static void
on_own_delivery (UsherDelivery *delivery, gpointer user_data)
{
  note (user_data, read_id (usher_delivery_get_event (delivery)));
  usher_delivery_ack (delivery);
  usher_delivery_unref (delivery);
}

static void
test_killer_pair (Fixture *self, gconstpointer data)
{
  const guint n = 600;

  g_test_summary ("A killer is found where hub and member die together");

  self->hub = open_hub (self->directory, "inproc://quarantine");
  self->bus = join ("inproc://quarantine", "publisher");
  publish_with_killer (self, n);
  close_bus (g_steal_pointer (&self->bus));
  close_hub (g_steal_pointer (&self->hub));

  g_assert_cmpuint (count_deaths (self, "--pair", self->directory, n), ==, N_DEATHS);
  stop_child (self);

  self->hub = open_hub (self->directory, "inproc://quarantine");
  self->bus = join ("inproc://quarantine", "publisher");
  /* how many attempts are too many is its members' to say */
  subscribe (self->bus, on_own_delivery, self);
  await_parked (self);
  check_parked_killer (self);
}

/* Publishes until it is told to stop. */
static gpointer
publish_for_long (gpointer data)
{
  Fixture *self = data;
  guint n = 0;

  while (g_atomic_int_get (&self->stop) == 0)
    {
      publish (self, ++n);
      if (n % 64 == 0)
        {
          await (self, &self->n_confirmed, n - 64);
          g_usleep (4 * G_TIME_SPAN_MILLISECOND);
        }
    }

  return NULL;
}

static void
finish (Fixture *self, GThread *publisher)
{
  g_atomic_int_set (&self->stop, 1);
  g_thread_join (publisher);
  await (self, &self->n_confirmed, self->n_published);
  await_handled (self, self->n_published);
  g_assert_cmpuint (count_parked (self), ==, 0);
  g_test_message ("%u events were handled", self->n_published);
}

static void
test_kill_members (Fixture *self, gconstpointer data)
{
  GThread *publisher = NULL;

  g_test_summary (
      "Members that are killed under load, again and again, lose nothing and park nothing");

  self->hub = open_hub (self->directory, self->endpoint);
  self->bus = join (self->endpoint, "publisher");
  publisher = g_thread_new ("publisher", publish_for_long, self);
  for (guint i = 0; i < 40; i++)
    {
      start_child (self, "--member", self->endpoint, NULL);
      g_usleep ((gulong) g_rand_int_range (self->rand, 0, 60) * 1000);
      kill_child (self);
    }
  start_child (self, "--member", self->endpoint, NULL);
  finish (self, publisher);
  stop_child (self);
}

static void
test_kill_hub (Fixture *self, gconstpointer data)
{
  GThread *publisher = NULL;
  UsherBus *member = NULL;

  g_test_summary (
      "A hub that is killed under load, again and again, loses nothing and parks nothing");

  start_child (self, "--hub", self->directory, self->endpoint);
  self->bus = join (self->endpoint, "publisher");
  member = join (self->endpoint, "member");
  subscribe (member, on_own_delivery, self);
  publisher = g_thread_new ("publisher", publish_for_long, self);
  for (guint i = 0; i < 40; i++)
    {
      g_usleep ((gulong) g_rand_int_range (self->rand, 0, 120) * 1000);
      kill_child (self);
      start_child (self, "--hub", self->directory, self->endpoint);
    }
  finish (self, publisher);
  close_bus (member);
  close_bus (g_steal_pointer (&self->bus));
  stop_child (self);
}

static void
test_kill_pair (Fixture *self, gconstpointer data)
{
  const guint n = 6000;
  guint left = 0;
  gint64 start = 0;

  g_test_summary ("A process with hub and member that is killed again and again parks nothing");

  self->hub = open_hub (self->directory, "inproc://quarantine");
  self->bus = join ("inproc://quarantine", "publisher");
  for (guint i = 1; i <= n; i++)
    publish (self, i);
  await (self, &self->n_confirmed, n);
  close_bus (g_steal_pointer (&self->bus));
  close_hub (g_steal_pointer (&self->hub));

  for (guint i = 0; i < 40; i++)
    {
      start_child (self, "--pair", self->directory, NULL);
      g_usleep ((gulong) g_rand_int_range (self->rand, 0, 60) * 1000);
      kill_child (self);
    }
  left = n - g_hash_table_size (self->ledger);
  start = g_get_monotonic_time ();
  start_child (self, "--pair", self->directory, NULL);
  await_handled (self, n);
  g_test_message ("the last %u of %u took %d ms",
                  left,
                  n,
                  (int) ((g_get_monotonic_time () - start) / 1000));
  stop_child (self);
  self->hub = open_hub (self->directory, "inproc://quarantine");
  self->bus = join ("inproc://quarantine", "publisher");
  g_assert_cmpuint (count_parked (self), ==, 0);
}

int
main (int argc, char **argv)
{
  if (argc == 3 && g_str_equal (argv[1], "--member"))
    return run_member (argv[2]);
  if (argc == 3 && g_str_equal (argv[1], "--idler"))
    return run_idler (argv[2]);
  if (argc == 3 && g_str_equal (argv[1], "--pair"))
    return run_pair (argv[2]);
  if (argc == 4 && g_str_equal (argv[1], "--hub"))
    return run_hub (argv[2], argv[3]);

  g_test_init (&argc, &argv, NULL);

#define add(path, func) g_test_add (path, Fixture, argv[0], set_up, func, tear_down)
  add ("/bus/quarantine/killer/few", test_killer_few);
  add ("/bus/quarantine/killer/many", test_killer_many);
  add ("/bus/quarantine/killer/pair", test_killer_pair);
  add ("/bus/quarantine/clean", test_clean);
  add ("/bus/quarantine/alone", test_alone);
  add ("/bus/quarantine/acquit", test_acquit);
  add ("/bus/quarantine/kill/members", test_kill_members);
  add ("/bus/quarantine/kill/hub", test_kill_hub);
  add ("/bus/quarantine/kill/pair", test_kill_pair);
#undef add

  return g_test_run ();
}
