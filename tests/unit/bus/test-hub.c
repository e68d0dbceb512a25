/* test-hub.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "usher-bus.h"
#include "usher-error.h"
#include "usher-hub.h"
#include "usher-id.h"
#include "usher-json.h"
#include "usher-test-base.h"
#include "usher-test-hub.h"

#define CHANNEL  "order:created"
#define PATIENCE (20 * G_TIME_SPAN_SECOND)

typedef struct
{
  UsherTestHub *test; /* (owned) */
  char *directory;    /* (owned): of the log */
  UsherClock *clock;  /* (unowned): these three are the hub's */
  UsherHub *hub;      /* (unowned) */
  char *endpoint;     /* (unowned) */
  UsherBus *bus;      /* (owned) */

  GMutex mutex;
  GCond cond;
  guint n_confirmed; /* (mutex mutex) */
  guint n_refused;   /* (mutex mutex) */
  guint n_delivered; /* (mutex mutex) */
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->test = usher_test_hub_new (USHER_TEST_HUB_TCP, NULL);
  self->directory = g_build_filename (self->test->directory, "log", NULL);
  self->clock = self->test->clock;
  self->hub = self->test->hub;
  self->endpoint = self->test->endpoint;
  self->bus = usher_test_hub_join (self->test, "first");
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  usher_bus_close (self->bus, 0, NULL);
  g_assert_finalize_object (self->bus);
  usher_test_hub_free (self->test);
  g_free (self->directory);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
}

static void
on_published (UsherEvent *event, const GError *error, gpointer user_data)
{
  Fixture *self = user_data;

  g_mutex_lock (&self->mutex);
  if (error == NULL)
    self->n_confirmed++;
  else
    self->n_refused++;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
}

static void
on_delivery (UsherDelivery *delivery, gpointer user_data)
{
  Fixture *self = user_data;

  g_mutex_lock (&self->mutex);
  self->n_delivered++;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
  usher_delivery_ack (delivery);
  usher_delivery_unref (delivery);
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

static void
publish (Fixture *self, guint n, gsize size)
{
  g_autofree char *filler = g_strnfill (size, 'x');
  g_autofree char *payload = g_strdup_printf ("{\"filler\":\"%s\"}", filler);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *id = usher_uuid_new (self->clock);
      g_autoptr (UsherEvent) event = usher_event_new (id, CHANNEL, 0, payload, -1);

      usher_bus_publish (self->bus, event, on_published, self, NULL);
    }
}

static void
test_in_use (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *pid = g_strdup_printf ("process, %d", (int) getpid ());
  g_autoptr (UsherHub) second = usher_hub_new (self->directory, self->clock, NULL, &error);

  g_test_summary ("A second hub on a directory is refused and told who has it");

  g_assert_null (second);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_BUSY);
  g_assert_nonnull (strstr (error->message, pid));
}

static void
test_not_writable (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (self->directory, "log.db", "below-a-file", NULL);
  g_autoptr (UsherHub) hub = usher_hub_new (path, self->clock, NULL, &error);

  g_test_summary ("A directory that cannot be made is named");

  g_assert_null (hub);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE);
  g_assert_nonnull (strstr (error->message, path));
}

static void
test_bind_beyond (Fixture *self, gconstpointer data)
{
  static const char *const endpoints[] = {
    "tcp://0.0.0.0:*",      "tcp://*:4223",          "tcp://192.168.0.1:4223",
    "tcp://[::]:4223",      "tcp://example.com:80",  "udp://127.0.0.1:4223",
    "tcp://127.evil.com:1", "tcp://127.0.0.1.com:1", "nothing",
  };

  g_test_summary ("A hub without keys listens on this machine alone");

  for (guint i = 0; i < G_N_ELEMENTS (endpoints); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *bound = usher_hub_bind (self->hub, endpoints[i], &error);

      g_assert_null (bound);
      g_assert_error (error, USHER_ERROR, USHER_ERROR_FORBIDDEN);
    }
}

static void
test_bind_busy (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *bound = usher_hub_bind (self->hub, self->endpoint, &error);

  g_test_summary ("A port that is in use is said to be so");

  g_assert_null (bound);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_BUSY);
}

static void
test_bind_path (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *other = g_build_filename (self->directory, "other", NULL);
  g_autofree char *endpoint = g_strconcat ("ipc://", self->directory, "/bus", NULL);
  g_autofree char *bound = usher_hub_bind (self->hub, endpoint, &error);
  g_autofree char *second = NULL;
  UsherHub *hub = NULL;
  GStatBuf info;

  g_test_summary ("A hub takes the path of its socket from no other hub, and lets nobody else in");

  g_assert_no_error (error);
  g_assert_cmpint (g_stat (endpoint + strlen ("ipc://"), &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
  hub = usher_hub_new (other, self->clock, NULL, &error);
  g_assert_no_error (error);
  second = usher_hub_bind (hub, endpoint, &error);
  g_assert_null (second);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_BUSY);
  usher_hub_close (hub, 0, NULL);
  g_assert_finalize_object (hub);
  usher_test_remove_tree (other);

  /* it is the first one's still */
  usher_bus_close (self->bus, 0, NULL);
  g_assert_finalize_object (self->bus);
  g_clear_error (&error);
  self->bus = usher_bus_open (endpoint, "first", self->clock, NULL, &error);
  g_assert_no_error (error);
  publish (self, 1, 1);
  await (self, &self->n_confirmed, 1);
}

static void
test_bind_file (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (self->directory, "precious", NULL);
  g_autofree char *endpoint = g_strconcat ("ipc://", path, NULL);
  g_autofree char *bound = NULL;

  g_test_summary ("A file that is no socket stays where it is");

  g_assert_true (g_file_set_contents (path, "precious", -1, NULL));
  bound = usher_hub_bind (self->hub, endpoint, &error);
  g_assert_null (bound);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_BUSY);
  g_assert_true (g_file_test (path, G_FILE_TEST_IS_REGULAR));
}

static void
test_bind_folder (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *endpoint = g_strconcat ("ipc://", self->directory, "/bus", NULL);
  g_autofree char *bound = NULL;

  g_test_summary ("A socket is not made where others could replace it");

  g_assert_cmpint (g_chmod (self->directory, 0770), ==, 0);
  bound = usher_hub_bind (self->hub, endpoint, &error);
  g_assert_null (bound);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_FORBIDDEN);
  g_assert_nonnull (strstr (error->message, self->directory));
  g_assert_cmpint (g_chmod (self->directory, 0700), ==, 0);
}

static void
drop_it (gpointer user_data)
{
  g_atomic_int_inc ((int *) user_data);
}

static void
test_subscribe_closed (Fixture *self, gconstpointer data)
{
  UsherSubscription wish = { .channel = CHANNEL };
  g_autoptr (GError) error = NULL;
  int n_dropped = 0;

  g_test_summary ("A subscription that fails lets its data go, once");

  usher_bus_close (self->bus, 0, NULL);
  g_assert_cmpuint (
      usher_bus_subscribe (self->bus, &wish, on_delivery, &n_dropped, drop_it, &error), ==, 0);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE);
  g_assert_cmpint (n_dropped, ==, 1);
}

static void
set_file_limit (rlim_t size)
{
  struct rlimit limit;

  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  limit.rlim_cur = size;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
}

static void
assert_failing (Fixture *self, gboolean expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherBusFigures) figures = usher_bus_get_figures (self->bus, 0, &error);

  g_assert_no_error (error);
  g_assert_cmpint (figures->is_failing, ==, expected);
}

/* Returns how many are confirmed by then. */
static guint
publish_one (Fixture *self)
{
  publish (self, 1, 10);

  return self->n_confirmed;
}

/* what follows is a process of its own: its files may not grow */
static void
test_full_disk (Fixture *self, gconstpointer data)
{
  UsherSubscription wish = { .channel = CHANNEL, .group = "tickets", .durable = "tickets" };
  g_autoptr (GError) error = NULL;
  guint stored = 0;

  g_test_summary (
      "Where the disk is full publishers are told, stored events go on, and all goes on with room");
  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, 0);
      g_test_trap_assert_passed ();
      return;
    }

  signal (SIGXFSZ, SIG_IGN);
  publish (self, 100, 100);
  await (self, &self->n_confirmed, 100);
  set_file_limit (1024 * 1024);
  publish (self, 1000, 10000);
  await (self, &self->n_refused, 1);
  stored = self->n_confirmed;
  g_assert_cmpuint (stored, >=, 100);
  assert_failing (self, TRUE);
  usher_bus_subscribe (self->bus, &wish, on_delivery, self, NULL, &error);
  g_assert_no_error (error);
  await (self, &self->n_delivered, stored);

  set_file_limit (RLIM_INFINITY);
  /* the hub tries again by itself now and then */
  usher_test_until (publish_one (self) > stored);
  assert_failing (self, FALSE);
  await (self, &self->n_delivered, stored + 1);
}

static void
test_full_disk_close (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  UsherSubscription wish = { .channel = CHANNEL, .group = "tickets", .durable = "tickets" };

  g_test_summary ("A hub whose disk is full closes, and says that it could not write");
  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 10 * G_TIME_SPAN_SECOND, 0);
      g_test_trap_assert_passed ();
      return;
    }

  signal (SIGXFSZ, SIG_IGN);
  publish (self, 10, 100);
  await (self, &self->n_confirmed, 10);
  set_file_limit (4096);
  publish (self, 100, 10000);
  await (self, &self->n_refused, 1);
  usher_bus_subscribe (self->bus, &wish, on_delivery, self, NULL, &error);
  g_assert_no_error (error);
  await (self, &self->n_delivered, 10);
  g_assert_false (usher_hub_close (self->hub, 0, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE);
}

/* How often the log said that a hub is missing, and that it came. */
typedef struct
{
  GMutex mutex;
  GCond cond;
  guint n_missing; /* (mutex mutex) */
  guint n_there;   /* (mutex mutex) */
} Witness;

static GLogWriterOutput
witness_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  Witness *witness = user_data;

  for (gsize i = 0; i < n_fields; i++)
    if (g_str_equal (fields[i].key, "MESSAGE"))
      {
        g_mutex_lock (&witness->mutex);
        witness->n_missing += strstr (fields[i].value, "is not there") != NULL ? 1 : 0;
        witness->n_there += g_str_has_suffix (fields[i].value, "is there") ? 1 : 0;
        g_cond_broadcast (&witness->cond);
        g_mutex_unlock (&witness->mutex);
      }

  return g_log_writer_default (level, fields, n_fields, NULL);
}

static void
await_word (Witness *witness, const guint *number)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;

  g_mutex_lock (&witness->mutex);
  while (*number == 0)
    g_assert_true (g_cond_wait_until (&witness->cond, &witness->mutex, deadline));
  g_mutex_unlock (&witness->mutex);
}

/* what follows is a process of its own: its log is listened to */
static void
test_before_hub (Fixture *self, gconstpointer data)
{
  UsherSubscription wish = { .channel = CHANNEL, .group = "tickets", .durable = "tickets" };
  static Witness witness;
  g_autoptr (GError) error = NULL;
  g_autofree char *endpoint = g_strconcat ("ipc://", self->directory, "/bus", NULL);
  g_autofree char *bound = NULL;

  g_test_summary (
      "A member that comes before its hub says so once, and goes on when the hub is there");
  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, 0);
      g_test_trap_assert_passed ();
      return;
    }

  g_log_set_writer_func (witness_log, &witness, NULL);
  usher_bus_close (self->bus, 0, NULL);
  g_assert_finalize_object (self->bus);
  self->bus = usher_bus_open (endpoint, "first", self->clock, NULL, &error);
  g_assert_no_error (error);
  publish (self, 1, 1);
  await_word (&witness, &witness.n_missing);
  bound = usher_hub_bind (self->hub, endpoint, &error);
  g_assert_no_error (error);
  usher_bus_subscribe (self->bus, &wish, on_delivery, self, NULL, &error);
  g_assert_no_error (error);
  await (self, &self->n_delivered, 1);
  await_word (&witness, &witness.n_there);
  g_assert_cmpuint (witness.n_missing, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define add(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  add ("/hub/in-use", test_in_use);
  add ("/hub/not-writable", test_not_writable);
  add ("/hub/bind/beyond", test_bind_beyond);
  add ("/hub/bind/busy", test_bind_busy);
  add ("/hub/bind/path", test_bind_path);
  add ("/hub/bind/file", test_bind_file);
  add ("/hub/bind/folder", test_bind_folder);
  add ("/hub/before", test_before_hub);
  add ("/hub/subscribe-closed", test_subscribe_closed);
  add ("/hub/full-disk", test_full_disk);
  add ("/hub/full-disk/close", test_full_disk_close);
#undef add

  return g_test_run ();
}
