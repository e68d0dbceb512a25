/* test-bus-quarantine.c: processes that are killed, and events that kill them
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "usher-test-base.h"
#include "usher-test-hub.h"
#include "usher-test-listener.h"
#include "usher-test-publisher.h"

#define CHANNEL     "order:created"
#define MAX_DELIVER 5
/* among all that was out, in a set of those, and alone */
#define N_DEATHS (2 + MAX_DELIVER)
#define N_KILLS  40
/* how far who publishes for long may be ahead of who handles */
#define BACKLOG 1000

static const UsherSubscription wish = { .channel = CHANNEL,
                                        .group = "tickets",
                                        .durable = "tickets",
                                        .max_deliver = MAX_DELIVER };

/* The children: a hub, a member, or both in one process. They end in order when their standard input does. */

/* The killer ends the process; the sequence of any other event goes to the test. */
static void
handle (gpointer data, gpointer user_data)
{
  g_autoptr (UsherDelivery) delivery = data;
  guint64 killer = *(const guint64 *) user_data;
  guint64 sequence = usher_event_get_sequence (usher_delivery_get_event (delivery));

  if (sequence == killer)
    kill (getpid (), SIGKILL);
  if (write (STDOUT_FILENO, &sequence, sizeof sequence) == sizeof sequence)
    usher_delivery_ack (delivery);
}

static void
on_child_delivery (UsherDelivery *delivery, gpointer user_data)
{
  g_thread_pool_push (user_data, delivery, NULL);
}

static void
wait_for_end_of_input (void)
{
  char byte = 0;

  while (read (STDIN_FILENO, &byte, 1) > 0)
    continue;
}

static void
work (const char *endpoint, guint64 killer)
{
  g_autoptr (UsherClock) clock = usher_real_clock_new ();
  GThreadPool *pool = g_thread_pool_new (handle, &killer, 4, FALSE, NULL);
  UsherBus *bus = usher_bus_open (endpoint, "child", clock, NULL, NULL);

  g_assert_cmpuint (usher_bus_subscribe (bus, &wish, on_child_delivery, pool, NULL, NULL), >, 0);
  wait_for_end_of_input ();
  usher_bus_pause (bus, NULL);
  g_thread_pool_free (pool, FALSE, TRUE);
  usher_test_hub_leave (bus);
}

static int
run_child (const char *role, const char *directory, guint64 killer)
{
  gboolean is_pair = g_str_equal (role, "--pair");
  g_autofree char *endpoint = g_strconcat ("ipc://", directory, "/bus", NULL);
  UsherTestHub *hub = NULL;

  if (g_str_equal (role, "--member"))
    {
      work (endpoint, killer);
      return 0;
    }

  hub =
      usher_test_hub_new_in (directory, is_pair ? USHER_TEST_HUB_INPROC : USHER_TEST_HUB_IPC, NULL);
  if (is_pair)
    work (hub->endpoint, killer);
  else
    wait_for_end_of_input ();
  usher_test_hub_free (hub);

  return 0;
}

typedef struct
{
  const char *program;
  char *directory;               /* (owned) */
  UsherTestHub *hub;             /* (owned) (nullable): where no child has it */
  UsherBus *bus;                 /* (owned) (nullable): who publishes, and asks */
  UsherTestPublisher *publisher; /* (owned) */
  guint64 killer;                /* the sequence of an event, 0: there is none */
  GRand *rand;                   /* (owned) */

  GSubprocess *child; /* (owned) (nullable) */
  GThread *reader;    /* (owned) (nullable): of what the child writes */

  GMutex mutex;
  GCond cond;
  GHashTable *handled; /* (mutex mutex): sequences */
  gboolean has_ended;  /* (mutex mutex): the child */
  int stop;            /* (atomic) */
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  self->program = data;
  self->directory = g_dir_make_tmp ("usher-quarantine-XXXXXX", &error);
  g_assert_no_error (error);
  self->publisher = usher_test_publisher_new ();
  self->handled = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->rand = g_rand_new_with_seed (42);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  if (self->bus != NULL)
    usher_test_hub_leave (self->bus);
  g_clear_pointer (&self->hub, usher_test_hub_free);
  usher_test_remove_tree (self->directory);
  g_free (self->directory);
  usher_test_publisher_free (self->publisher);
  g_hash_table_unref (self->handled);
  g_rand_free (self->rand);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
}

/* By the same path as a hub in a child. */
static UsherBus *
join (Fixture *self, const char *client)
{
  g_autofree char *endpoint = g_strconcat ("ipc://", self->directory, "/bus", NULL);
  g_autoptr (UsherClock) clock = usher_real_clock_new ();
  g_autoptr (GError) error = NULL;
  UsherBus *bus = usher_bus_open (endpoint, client, clock, NULL, &error);

  g_assert_no_error (error);

  return bus;
}

static void
open_hub (Fixture *self)
{
  self->hub = usher_test_hub_new_in (self->directory, USHER_TEST_HUB_IPC, NULL);
  self->bus = join (self, "publisher");
}

static void
close_hub (Fixture *self)
{
  usher_test_hub_leave (g_steal_pointer (&self->bus));
  g_clear_pointer (&self->hub, usher_test_hub_free);
}

static void
note (Fixture *self, guint64 sequence)
{
  g_mutex_lock (&self->mutex);
  g_hash_table_add (self->handled, g_memdup2 (&sequence, sizeof sequence));
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
}

static gpointer
read_child (gpointer data)
{
  Fixture *self = data;
  GInputStream *stream = g_subprocess_get_stdout_pipe (self->child);
  guint64 sequence = 0;
  gsize size = 0;

  while (g_input_stream_read_all (stream, &sequence, sizeof sequence, &size, NULL, NULL) &&
         size == sizeof sequence)
    note (self, sequence);

  g_mutex_lock (&self->mutex);
  self->has_ended = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);

  return NULL;
}

static void
start_child (Fixture *self, const char *role)
{
  g_autofree char *killer = g_strdup_printf ("%" G_GUINT64_FORMAT, self->killer);
  g_autoptr (GError) error = NULL;

  self->has_ended = FALSE;
  self->child = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE,
                                  &error,
                                  self->program,
                                  role,
                                  self->directory,
                                  killer,
                                  NULL);
  g_assert_no_error (error);
  self->reader = g_thread_new ("reader", read_child, self);
}

/* The child has ended, or is about to; whether that was in order. */
static gboolean
reap_child (Fixture *self)
{
  gboolean in_order = FALSE;

  g_assert_true (g_subprocess_wait (self->child, NULL, NULL));
  in_order = g_subprocess_get_successful (self->child);
  g_assert_true (in_order || g_subprocess_get_if_signaled (self->child));
  g_thread_join (g_steal_pointer (&self->reader));
  g_clear_object (&self->child);

  return in_order;
}

static void
kill_child (Fixture *self)
{
  g_subprocess_force_exit (self->child);
  g_assert_false (reap_child (self));
}

static void
stop_child (Fixture *self)
{
  g_output_stream_close (g_subprocess_get_stdin_pipe (self->child), NULL, NULL);
  g_assert_true (reap_child (self));
}

static guint
count_handled (Fixture *self)
{
  guint n = 0;

  g_mutex_lock (&self->mutex);
  n = g_hash_table_size (self->handled);
  g_mutex_unlock (&self->mutex);

  return n;
}

/* Waits until @n events are handled; FALSE: the child has ended before. */
static gboolean
try_await_handled (Fixture *self, guint n, gboolean ends_with_child)
{
  gint64 deadline = g_get_monotonic_time () + USHER_TEST_PATIENCE;
  gboolean ok = FALSE;

  g_mutex_lock (&self->mutex);
  while (g_hash_table_size (self->handled) < n && !(ends_with_child && self->has_ended))
    g_assert_true (g_cond_wait_until (&self->cond, &self->mutex, deadline));
  ok = g_hash_table_size (self->handled) >= n;
  g_mutex_unlock (&self->mutex);

  return ok;
}

static void
await_handled (Fixture *self, guint n)
{
  g_assert_true (try_await_handled (self, n, FALSE));
}

static guint
count_parked (Fixture *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) parked = usher_bus_list_parked (self->bus, NULL, 0, G_MAXUINT, &error);

  g_assert_no_error (error);

  return parked->len;
}

/* Starts children until one of them outlives @n events; returns how many died. */
static guint
count_deaths (Fixture *self, const char *role, guint n)
{
  guint n_deaths = 0;

  start_child (self, role);
  while (!try_await_handled (self, n, TRUE))
    {
      g_assert_false (reap_child (self));
      n_deaths++;
      start_child (self, role);
    }

  return n_deaths;
}

static void
test_killer_member (Fixture *self, gconstpointer data)
{
  g_test_summary (
      "An event that kills its process is parked after as many deaths alone as attempts; "
      "those that were out beside it are handled");

  open_hub (self);
  usher_test_publisher_publish (self->publisher, self->bus, CHANNEL, 600);
  self->killer = 300;
  g_assert_cmpuint (count_deaths (self, "--member", 599), ==, N_DEATHS);
  usher_test_until (count_parked (self) == 1);
  stop_child (self);
}

static void
on_delivery (UsherDelivery *delivery, gpointer user_data)
{
  note (user_data, usher_event_get_sequence (usher_delivery_get_event (delivery)));
  usher_delivery_ack (delivery);
  usher_delivery_unref (delivery);
}

static void
subscribe (Fixture *self, UsherBus *bus)
{
  g_autoptr (GError) error = NULL;

  usher_bus_subscribe (bus, &wish, on_delivery, self, NULL, &error);
  g_assert_no_error (error);
}

static void
test_killer_pair (Fixture *self, gconstpointer data)
{
  g_test_summary ("A killer is found where hub and member die together");

  open_hub (self);
  usher_test_publisher_publish (self->publisher, self->bus, CHANNEL, 600);
  close_hub (self);
  self->killer = 300;
  g_assert_cmpuint (count_deaths (self, "--pair", 599), ==, N_DEATHS);
  stop_child (self);

  open_hub (self);
  /* how many attempts are too many is its members' to say */
  subscribe (self, self->bus);
  usher_test_until (count_parked (self) == 1);
  g_assert_cmpuint (count_handled (self), ==, 599);
}

/* (transfer full): the one group */
static UsherBusFigures *
get_figures (Fixture *self, const UsherGroupFigures **group)
{
  g_autoptr (GError) error = NULL;
  UsherBusFigures *figures = usher_bus_get_figures (self->bus, USHER_BUS_PART_GROUPS, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (figures->groups->len, ==, 1);
  *group = g_ptr_array_index (figures->groups, 0);

  return figures;
}

/* Whether @n_out events are out; no event is ever suspect. */
static gboolean
has_out (Fixture *self, guint n_out)
{
  const UsherGroupFigures *group = NULL;
  g_autoptr (UsherBusFigures) figures = get_figures (self, &group);

  g_assert_cmpuint (group->n_suspects, ==, 0);

  return group->n_out == n_out;
}

/* A member that has what it is given and does not answer. */
static UsherTestListener *
hold (Fixture *self)
{
  return usher_test_listener_new (join (self, "member"), &wish, FALSE);
}

static void
let_go (UsherTestListener *listener)
{
  UsherBus *member = listener->bus;

  usher_test_listener_free (listener);
  usher_test_hub_leave (member);
}

static void
test_in_order (Fixture *self, gconstpointer data)
{
  UsherTestListener *listener = NULL;

  g_test_summary ("Neither a member nor a hub that ends in order makes events suspect");

  open_hub (self);
  listener = hold (self);
  usher_test_publisher_publish (self->publisher, self->bus, CHANNEL, 10);
  usher_test_until (has_out (self, 10));
  let_go (listener);
  usher_test_until (has_out (self, 0));

  listener = hold (self);
  usher_test_until (has_out (self, 10));
  usher_test_hub_restart (self->hub);
  usher_test_until (has_out (self, 10));
  let_go (listener);
}

static void
test_acquit (Fixture *self, gconstpointer data)
{
  UsherTestListener *listener = NULL;

  g_test_summary (
      "A process that outlives its hub in a trial has not died of it: nothing is counted");

  start_child (self, "--hub");
  self->bus = join (self, "publisher");
  listener = usher_test_listener_new (self->bus, &wish, FALSE);
  usher_test_publisher_publish (self->publisher, self->bus, CHANNEL, 1);
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (UsherDelivery) delivery = usher_test_listener_take (listener);

      /* of the first hub it is out, of the next ones alone */
      g_assert_cmpuint (usher_delivery_get_attempt (delivery), ==, 1);
      kill_child (self);
      /* one that is dropped is handed back, to nobody now */
      g_clear_pointer (&delivery, usher_delivery_unref);
      start_child (self, "--hub");
    }
  usher_test_listener_expect_ack (listener, 1);
  usher_test_until (has_out (self, 0));
  usher_test_listener_free (listener);
  usher_test_hub_leave (g_steal_pointer (&self->bus));
  stop_child (self);
}

/* Until it is told to stop; there is always something to do, and never too much. */
static gpointer
publish_for_long (gpointer data)
{
  Fixture *self = data;

  while (g_atomic_int_get (&self->stop) == 0)
    {
      usher_test_publisher_publish (self->publisher, self->bus, CHANNEL, 64);
      if (self->publisher->ids->len > BACKLOG)
        await_handled (self, self->publisher->ids->len - BACKLOG);
    }

  return NULL;
}

/* Kills the child once it has done something, or before. */
static void
kill_soon (Fixture *self, guint n_all)
{
  guint n = count_handled (self) + (guint) g_rand_int_range (self->rand, 0, 300);

  await_handled (self, MIN (n, n_all));
  kill_child (self);
}

/* All that was published is handled, and nothing was parked. */
static void
finish (Fixture *self, GThread *publisher)
{
  guint n_published = 0;

  g_atomic_int_set (&self->stop, 1);
  g_thread_join (publisher);
  n_published = self->publisher->ids->len;
  await_handled (self, n_published);
  g_assert_cmpuint (count_handled (self), ==, n_published);
  g_assert_cmpuint (count_parked (self), ==, 0);
  g_test_message ("%u events were handled", n_published);
}

static void
test_kill_members (Fixture *self, gconstpointer data)
{
  GThread *publisher = NULL;

  g_test_summary (
      "Members that are killed under load, again and again, lose nothing and park nothing");

  open_hub (self);
  publisher = g_thread_new ("publisher", publish_for_long, self);
  for (guint i = 0; i < N_KILLS; i++)
    {
      start_child (self, "--member");
      kill_soon (self, G_MAXUINT);
    }
  start_child (self, "--member");
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

  start_child (self, "--hub");
  self->bus = join (self, "publisher");
  member = join (self, "member");
  subscribe (self, member);
  publisher = g_thread_new ("publisher", publish_for_long, self);
  for (guint i = 0; i < N_KILLS; i++)
    {
      kill_soon (self, G_MAXUINT);
      start_child (self, "--hub");
    }
  finish (self, publisher);
  usher_test_hub_leave (member);
  usher_test_hub_leave (g_steal_pointer (&self->bus));
  stop_child (self);
}

static void
test_kill_pair (Fixture *self, gconstpointer data)
{
  const guint n = 6000;

  g_test_summary ("A process with hub and member that is killed again and again parks nothing");

  open_hub (self);
  usher_test_publisher_publish (self->publisher, self->bus, CHANNEL, n);
  close_hub (self);
  for (guint i = 0; i < N_KILLS; i++)
    {
      start_child (self, "--pair");
      kill_soon (self, n);
    }
  start_child (self, "--pair");
  await_handled (self, n);
  stop_child (self);

  open_hub (self);
  g_assert_cmpuint (count_parked (self), ==, 0);
  g_assert_cmpuint (count_handled (self), ==, n);
}

int
main (int argc, char **argv)
{
  if (argc == 4)
    return run_child (argv[1], argv[2], g_ascii_strtoull (argv[3], NULL, 10));

  g_test_init (&argc, &argv, NULL);

#define add(path, func) \
  g_test_add ("/bus/quarantine/" path, Fixture, argv[0], set_up, func, tear_down)
  add ("killer/member", test_killer_member);
  add ("killer/pair", test_killer_pair);
  add ("in-order", test_in_order);
  add ("acquit", test_acquit);
  add ("kill/members", test_kill_members);
  add ("kill/hub", test_kill_hub);
  add ("kill/pair", test_kill_pair);
#undef add

  return g_test_run ();
}
