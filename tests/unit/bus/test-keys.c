/* test-keys.c: who may join over tcp, and who may not
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <czmq.h>

#include "usher-bus.h"
#include "usher-error.h"
#include "usher-hub.h"
#include "usher-id.h"
#include "usher-json.h"
#include "usher-keys.h"
#include "usher-test-base.h"

#define ANY      "tcp://127.0.0.1:*"
#define PATIENCE (20 * G_TIME_SPAN_SECOND)

typedef struct
{
  char *directory;
  char *keys;   /* of the hub and of a member */
  char *others; /* keys of another hub */
  UsherClock *clock;
  UsherHub *hub;

  GMutex mutex;
  GCond cond;
  GString *log; /* (mutex mutex) */
  guint n_confirmed;
} Fixture;

static void
on_log (const char *domain, GLogLevelFlags level, const char *message, gpointer user_data)
{
  Fixture *self = user_data;

  g_mutex_lock (&self->mutex);
  g_string_append_printf (self->log, "%s\n", message);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
}

static void
make_keys (const char *directory, const char *member)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) made = usher_keys_make (directory, member, &error);

  g_assert_no_error (error);
  g_assert_nonnull (made);
}

static void
open_hub (Fixture *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *data = g_build_filename (self->directory, "hub", NULL);

  self->hub = usher_hub_new (data, self->clock, NULL, &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->log = g_string_new (NULL);
  g_log_set_handler ("usher-bus", G_LOG_LEVEL_MASK, on_log, self);
  self->clock = usher_real_clock_new ();
  self->directory = g_dir_make_tmp ("usher-keys-XXXXXX", &error);
  g_assert_no_error (error);
  self->keys = g_build_filename (self->directory, "keys", NULL);
  self->others = g_build_filename (self->directory, "others", NULL);
  make_keys (self->keys, NULL);
  make_keys (self->others, NULL);
  open_hub (self);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  usher_hub_close (self->hub, 0, NULL);
  g_assert_finalize_object (self->hub);
  g_assert_finalize_object (self->clock);
  usher_test_remove_tree (self->directory);
  g_free (self->directory);
  g_free (self->keys);
  g_free (self->others);
  g_string_free (self->log, TRUE);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
}

static char *
bind_guarded (Fixture *self)
{
  g_autoptr (GError) error = NULL;
  char *endpoint = NULL;

  usher_hub_set_keys (self->hub, self->keys, &error);
  g_assert_no_error (error);
  endpoint = usher_hub_bind (self->hub, ANY, &error);
  g_assert_no_error (error);

  return endpoint;
}

static UsherBus *
join (Fixture *self, const char *endpoint, const char *keys)
{
  g_autoptr (GError) error = NULL;
  UsherBus *bus = usher_bus_open (endpoint, "member", self->clock, keys, &error);

  g_assert_no_error (error);

  return bus;
}

static void
leave (UsherBus *bus)
{
  usher_bus_close (bus, 0, NULL);
  g_assert_finalize_object (bus);
}

static void
await_word (Fixture *self, const char *words)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;

  g_mutex_lock (&self->mutex);
  while (strstr (self->log->str, words) == NULL)
    g_assert_true (g_cond_wait_until (&self->cond, &self->mutex, deadline));
  g_mutex_unlock (&self->mutex);
}

/* A good member can work at the hub. */
static void
assert_works (Fixture *self, const char *endpoint, const char *keys)
{
  UsherBus *bus = join (self, endpoint, keys);
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherBusFigures) figures = usher_bus_get_figures (bus, 0, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (figures->n_clients, ==, 1);
  leave (bus);
}

static guint
get_mode (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  struct stat info;

  g_assert_cmpint (stat (path, &info), ==, 0);

  return info.st_mode & 07777;
}

static char *
read_text (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);

  return text;
}

static void
test_make (Fixture *self, gconstpointer data)
{
  g_autofree char *folder = g_build_filename (self->keys, "host-b", NULL);
  g_autofree char *hub = read_text (self->keys, "hub.key");
  g_autofree char *secret = read_text (self->keys, "hub.key_secret");
  g_autofree char *copy = NULL;
  g_autofree char *own = NULL;
  g_autofree char *shown = NULL;

  g_test_summary ("Secrets are for their owner alone; a new member gets a directory to carry away");

  g_assert_cmpuint (get_mode (self->keys, "."), ==, 0700);
  g_assert_cmpuint (get_mode (self->keys, "members"), ==, 0700);
  g_assert_cmpuint (get_mode (self->keys, "hub.key_secret"), ==, 0600);
  g_assert_cmpuint (get_mode (self->keys, "member.key_secret"), ==, 0600);
  g_assert_null (strstr (hub, "secret-key"));
  g_assert_nonnull (strstr (secret, "secret-key"));

  make_keys (self->keys, "host-b");
  copy = read_text (folder, "hub.key");
  own = read_text (folder, "member.key");
  shown = read_text (self->keys, "members/host-b.key");
  g_assert_cmpstr (copy, ==, hub);
  g_assert_cmpstr (own, ==, shown);
  g_assert_nonnull (strstr (own, "host-b"));
  g_assert_cmpuint (get_mode (folder, "."), ==, 0700);
  g_assert_cmpuint (get_mode (folder, "member.key_secret"), ==, 0600);
}

static void
test_make_again (Fixture *self, gconstpointer data)
{
  static const char *const names[] = { NULL, "host-b" };

  g_test_summary ("No key is ever overwritten");

  make_keys (self->keys, "host-b");
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *before = read_text (self->keys, "member.key_secret");
      g_autofree char *host = read_text (self->keys, "host-b/member.key_secret");
      g_autofree char *after = NULL;
      g_autofree char *host_after = NULL;
      g_autoptr (GError) error = NULL;
      g_auto (GStrv) made = usher_keys_make (self->keys, names[i], &error);

      g_assert_null (made);
      g_assert_error (error, USHER_ERROR, USHER_ERROR_CONFLICT);
      after = read_text (self->keys, "member.key_secret");
      host_after = read_text (self->keys, "host-b/member.key_secret");
      g_assert_cmpstr (before, ==, after);
      g_assert_cmpstr (host, ==, host_after);
    }
}

static void
test_make_names (Fixture *self, gconstpointer data)
{
  static const char *const names[] = { "",       "../b", "a/b", ".hidden", "members", "hub",
                                       "member", "a\"b", "a b", "a\nb",    "ä" };

  g_test_summary ("A member's name cannot lead out of the directory, nor hide another file");

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GError) error = NULL;
      g_auto (GStrv) made = usher_keys_make (self->keys, names[i], &error);

      g_assert_null (made);
      g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
    }
}

static void
test_make_member_first (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *empty = g_build_filename (self->directory, "empty", NULL);
  g_auto (GStrv) made = usher_keys_make (empty, "host-b", &error);

  g_test_summary ("A member wants the keys of a hub to be there");

  g_assert_null (made);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_NOT_FOUND);
}

static void
assert_refused (Fixture *self, UsherError code, const char *words)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *bound = NULL;

  g_assert_false (usher_hub_set_keys (self->hub, self->keys, &error));
  g_assert_error (error, USHER_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, words));
  g_clear_error (&error);

  /* who wanted keys gets no port without */
  bound = usher_hub_bind (self->hub, ANY, &error);
  g_assert_null (bound);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_FORBIDDEN);
}

static void
test_modes (Fixture *self, gconstpointer data)
{
  static const struct
  {
    const char *name;
    int wrong;
    int right;
  } cases[] = {
    { ".", 0750, 0700 },
    { "members", 0702, 0700 },
    { "hub.key_secret", 0640, 0600 },
    { "hub.key_secret", 0604, 0600 },
  };
  g_autofree char *endpoint = NULL;

  g_test_summary ("Keys that others can reach are refused, with the mode and what helps");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_build_filename (self->keys, cases[i].name, NULL);
      g_autofree char *mode = g_strdup_printf ("mode %04o", (guint) cases[i].wrong);

      g_assert_cmpint (g_chmod (path, cases[i].wrong), ==, 0);
      assert_refused (self, USHER_ERROR_FORBIDDEN, mode);
      assert_refused (self, USHER_ERROR_FORBIDDEN, "chmod");
      g_assert_cmpint (g_chmod (path, cases[i].right), ==, 0);
    }

  endpoint = bind_guarded (self);
  assert_works (self, endpoint, self->keys);
}

static void
test_member_modes (Fixture *self, gconstpointer data)
{
  g_autofree char *path = g_build_filename (self->keys, "member.key_secret", NULL);
  g_autofree char *hub = g_build_filename (self->keys, "hub.key", NULL);
  g_autoptr (GError) error = NULL;
  UsherBus *bus = NULL;

  g_test_summary ("A member looks after its keys too, and misses the hub's");

  g_assert_cmpint (g_chmod (path, 0644), ==, 0);
  bus = usher_bus_open ("tcp://127.0.0.1:1", "member", self->clock, self->keys, &error);
  g_assert_null (bus);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_FORBIDDEN);
  g_assert_nonnull (strstr (error->message, path));
  g_clear_error (&error);

  g_assert_cmpint (g_chmod (path, 0600), ==, 0);
  g_assert_cmpint (g_unlink (hub), ==, 0);
  bus = usher_bus_open ("tcp://127.0.0.1:1", "member", self->clock, self->keys, &error);
  g_assert_null (bus);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, hub));
}

static void
test_missing (Fixture *self, gconstpointer data)
{
  g_autofree char *path = g_build_filename (self->keys, "hub.key_secret", NULL);

  g_test_summary ("A key that is missing is named");

  g_assert_cmpint (g_unlink (path), ==, 0);
  assert_refused (self, USHER_ERROR_NOT_FOUND, path);
}

static void
test_mixed (Fixture *self, gconstpointer data)
{
  g_autofree char *path = g_build_filename (self->keys, "hub.key_secret", NULL);
  g_autofree char *public = read_text (self->others, "hub.key");
  g_autofree char *secret = read_text (self->keys, "hub.key_secret");
  g_autofree char *mixed = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Two halves that are not of one key are noticed, and a file that is none");

  mixed = g_strconcat (public, strstr (secret, "    secret-key"), NULL);
  g_file_set_contents_full (path, mixed, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error);
  g_assert_no_error (error);
  assert_refused (self, USHER_ERROR_CORRUPT, path);
  g_file_set_contents_full (path, "key\n", -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error);
  g_assert_no_error (error);
  assert_refused (self, USHER_ERROR_CORRUPT, path);
}

static void
test_beyond (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *bound = usher_hub_bind (self->hub, "tcp://0.0.0.0:*", &error);
  g_autofree char *local = NULL;
  UsherBus *bus = NULL;

  g_test_summary ("Beyond this machine neither hub nor member does without keys");

  g_assert_null (bound);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_FORBIDDEN);
  g_assert_nonnull (strstr (error->message, "usher keys"));
  g_clear_error (&error);
  bus = usher_bus_open ("tcp://192.0.2.1:4223", "member", self->clock, NULL, &error);
  g_assert_null (bus);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_FORBIDDEN);
  g_assert_nonnull (strstr (error->message, "usher keys"));
  g_clear_error (&error);

  usher_hub_set_keys (self->hub, self->keys, &error);
  g_assert_no_error (error);
  bound = usher_hub_bind (self->hub, "tcp://0.0.0.0:*", &error);
  g_assert_no_error (error);
  local = g_strconcat ("tcp://127.0.0.1", strrchr (bound, ':'), NULL);
  assert_works (self, local, self->keys);
}

static void
test_ipv6 (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *endpoint = NULL;
  g_autofree char *local = NULL;
  int fd = socket (AF_INET6, SOCK_STREAM, 0);
  struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
  gboolean has_ipv6 = fd >= 0 && bind (fd, (struct sockaddr *) &address, sizeof address) == 0;

  g_test_summary ("An address of IPv6 is one too, in brackets");

  if (fd >= 0)
    close (fd);
  if (!has_ipv6)
    {
      g_test_skip ("this machine has no IPv6");
      return;
    }

  endpoint = usher_hub_bind (self->hub, "tcp://[::]:*", &error);
  g_assert_null (endpoint);
  g_assert_error (error, USHER_ERROR, USHER_ERROR_FORBIDDEN);
  g_clear_error (&error);
  usher_hub_set_keys (self->hub, self->keys, &error);
  g_assert_no_error (error);
  endpoint = usher_hub_bind (self->hub, "tcp://[::1]:*", &error);
  g_assert_no_error (error);
  assert_works (self, endpoint, self->keys);
  local = usher_hub_bind (self->hub, ANY, &error);
  g_assert_no_error (error);
  assert_works (self, local, self->keys);
}

static void
test_known (Fixture *self, gconstpointer data)
{
  g_autofree char *endpoint = bind_guarded (self);
  g_autofree char *folder = g_build_filename (self->keys, "host-b", NULL);
  g_autoptr (UsherBusFigures) figures = NULL;
  const UsherClientFigures *client = NULL;
  g_autoptr (GError) error = NULL;
  UsherBus *bus = NULL;

  g_test_summary ("A member that was made while the hub runs is let in, and known by its key");

  make_keys (self->keys, "host-b");
  bus = join (self, endpoint, folder);
  figures = usher_bus_get_figures (bus, USHER_BUS_PART_CLIENTS, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (figures->clients->len, ==, 1);
  client = g_ptr_array_index (figures->clients, 0);
  g_assert_cmpstr (client->key, ==, "host-b");
  leave (bus);
}

static void
test_unknown (Fixture *self, gconstpointer data)
{
  g_autofree char *endpoint = bind_guarded (self);
  g_autofree char *hub = read_text (self->keys, "hub.key");
  g_autofree char *shown = read_text (self->others, "member.key");
  g_autofree char *path = g_build_filename (self->others, "hub.key", NULL);
  g_autofree char *added = g_build_filename (self->keys, "members", "late.key", NULL);
  g_autoptr (GError) error = NULL;
  UsherBus *bus = NULL;

  g_test_summary ("A member with an unknown key is told so, and let in once its key is there");

  g_file_set_contents (path, hub, -1, &error);
  g_assert_no_error (error);
  bus = join (self, endpoint, self->others);
  await_word (self, "does not know this member's key");
  await_word (self, "who has no key in");
  g_assert_false (usher_bus_is_connected (bus));
  assert_works (self, endpoint, self->keys);

  g_file_set_contents (added, shown, -1, &error);
  g_assert_no_error (error);
  usher_test_until (usher_bus_is_connected (bus));
  leave (bus);
}

static void
test_wrong_hub (Fixture *self, gconstpointer data)
{
  g_autofree char *endpoint = bind_guarded (self);
  g_autofree char *known = g_build_filename (self->keys, "members", "other.key", NULL);
  g_autofree char *shown = read_text (self->others, "member.key");
  g_autoptr (GError) error = NULL;
  UsherBus *bus = NULL;

  g_test_summary ("A member does not talk to a hub with another key than it expects");

  g_file_set_contents (known, shown, -1, &error);
  g_assert_no_error (error);
  bus = join (self, endpoint, self->others);
  await_word (self, "“hub.key” may be another hub's");
  g_assert_false (usher_bus_is_connected (bus));
  assert_works (self, endpoint, self->keys);
  leave (bus);
}

static void
test_plain_member (Fixture *self, gconstpointer data)
{
  g_autofree char *endpoint = bind_guarded (self);
  UsherBus *bus = join (self, endpoint, NULL);

  g_test_summary ("A member without keys is not let in where keys are wanted, and says so");

  await_word (self, "wants keys");
  g_assert_false (usher_bus_is_connected (bus));
  assert_works (self, endpoint, self->keys);
  leave (bus);
}

static void
test_plain_hub (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *endpoint = usher_hub_bind (self->hub, ANY, &error);
  UsherBus *bus = NULL;

  g_test_summary ("A member with keys does not talk to a hub without, and says so");

  g_assert_no_error (error);
  bus = join (self, endpoint, self->keys);
  await_word (self, "has no keys");
  g_assert_false (usher_bus_is_connected (bus));
  assert_works (self, endpoint, NULL);
  leave (bus);
}

/* Once one hub has the keys, other ways need none. */
static void
test_other_ways (Fixture *self, gconstpointer data)
{
  g_autofree char *endpoint = bind_guarded (self);
  g_autofree char *path = g_strconcat ("ipc://", self->directory, "/bus", NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *ipc = usher_hub_bind (self->hub, path, &error);
  g_autofree char *inproc = NULL;
  UsherBus *bus = NULL;

  g_test_summary ("Keys are for tcp; ways that do not leave the machine have file modes");

  g_assert_no_error (error);
  inproc = usher_hub_bind (self->hub, "inproc://keys", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (get_mode (self->directory, "bus"), ==, 0600);
  g_assert_cmpuint (get_mode (self->directory, "bus.live"), ==, 0600);
  assert_works (self, ipc, self->keys);
  assert_works (self, inproc, self->keys);
  assert_works (self, endpoint, self->keys);

  /* a stranger still has no way in by tcp */
  bus = join (self, endpoint, NULL);
  await_word (self, "wants keys");
  g_assert_false (usher_bus_is_connected (bus));
  leave (bus);
}

static void
test_folder_of_socket (Fixture *self, gconstpointer data)
{
  g_autofree char *open = g_build_filename (self->directory, "open", NULL);
  g_autofree char *path = g_strconcat ("ipc://", open, "/bus", NULL);
  const char *endpoints[] = { path, "ipc://@abstract" };

  g_test_summary ("A socket that others could put another in place of is refused");

  g_assert_cmpint (g_mkdir (open, 0700), ==, 0);
  g_assert_cmpint (g_chmod (open, 0777), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (endpoints); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *bound = usher_hub_bind (self->hub, endpoints[i], &error);

      g_assert_null (bound);
      g_assert_error (error, USHER_ERROR, USHER_ERROR_FORBIDDEN);
    }
}

static void
test_two_hubs (Fixture *self, gconstpointer data)
{
  g_autofree char *endpoint = bind_guarded (self);
  g_autofree char *folder = g_build_filename (self->directory, "second", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherHub) second = usher_hub_new (folder, self->clock, NULL, &error);

  g_test_summary ("A second hub with keys in a process is refused, and the first goes on");

  g_assert_no_error (error);
  g_assert_false (usher_hub_set_keys (second, self->others, &error));
  g_assert_error (error, USHER_ERROR, USHER_ERROR_UNAVAILABLE);
  assert_works (self, endpoint, self->keys);

  /* and gets its turn when the first has closed */
  g_clear_error (&error);
  usher_hub_close (self->hub, 0, NULL);
  usher_hub_set_keys (second, self->others, &error);
  g_assert_no_error (error);
}

static void
test_oversize (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *endpoint = usher_hub_bind (self->hub, ANY, &error);
  g_autofree char *much = g_malloc0 (17 * 1024 * 1024);
  zsock_t *dealer = zsock_new (ZMQ_DEALER);
  zsock_t *monitor = zsock_new (ZMQ_PAIR);
  zmq_pollitem_t item = { zsock_resolve (monitor), 0, ZMQ_POLLIN, 0 };

  g_test_summary ("A message over the limit costs its sender the connection, and nobody else");

  g_assert_no_error (error);
  g_assert_cmpint (zmq_socket_monitor (zsock_resolve (dealer),
                                       "inproc://oversize",
                                       ZMQ_EVENT_DISCONNECTED),
                   ==,
                   0);
  g_assert_cmpint (zsock_connect (monitor, "inproc://oversize"), ==, 0);
  zsock_set_linger (dealer, 0);
  g_assert_cmpint (zsock_connect (dealer, "%s", endpoint), ==, 0);
  zmq_send (zsock_resolve (dealer), much, 17 * 1024 * 1024, 0);
  g_assert_cmpint (zmq_poll (&item, 1, PATIENCE / 1000), ==, 1);
  assert_works (self, endpoint, NULL);

  zmq_socket_monitor (zsock_resolve (dealer), NULL, 0);
  zsock_destroy (&monitor);
  zsock_destroy (&dealer);
}

static void
on_published (UsherEvent *event, const GError *error, gpointer user_data)
{
  Fixture *self = user_data;

  g_mutex_lock (&self->mutex);
  if (error == NULL)
    self->n_confirmed++;
  else
    g_assert_error (error, USHER_ERROR, USHER_ERROR_TOO_LARGE);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
}

static void
test_large_events (Fixture *self, gconstpointer data)
{
  static const gsize sizes[] = { 8 * 1024 * 1024 + 1, 8 * 1024 * 1024, 10 };
  g_autofree char *endpoint = bind_guarded (self);
  UsherBus *bus = join (self, endpoint, self->keys);
  gint64 deadline = g_get_monotonic_time () + PATIENCE;

  g_test_summary ("The largest event comes through, a larger one is refused before it is sent");

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *id = usher_uuid_new (self->clock);
      g_autofree char *filler = g_strnfill (sizes[i] - 2, 'x');
      g_autofree char *payload = g_strconcat ("\"", filler, "\"", NULL);
      g_autoptr (UsherEvent) event = usher_event_new (id, "order:created", 0, payload, -1);

      usher_bus_publish (bus, event, on_published, self, NULL);
    }
  g_mutex_lock (&self->mutex);
  while (self->n_confirmed < 2)
    g_assert_true (g_cond_wait_until (&self->cond, &self->mutex, deadline));
  g_mutex_unlock (&self->mutex);
  leave (bus);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define add(path, func) g_test_add ("/keys/" path, Fixture, NULL, set_up, func, tear_down)
  add ("make", test_make);
  add ("make/again", test_make_again);
  add ("make/names", test_make_names);
  add ("make/member-first", test_make_member_first);
  add ("modes", test_modes);
  add ("modes/member", test_member_modes);
  add ("missing", test_missing);
  add ("mixed", test_mixed);
  add ("beyond", test_beyond);
  add ("ipv6", test_ipv6);
  add ("known", test_known);
  add ("unknown", test_unknown);
  add ("wrong-hub", test_wrong_hub);
  add ("plain-member", test_plain_member);
  add ("plain-hub", test_plain_hub);
  add ("other-ways", test_other_ways);
  add ("folder-of-socket", test_folder_of_socket);
  add ("two-hubs", test_two_hubs);
  add ("oversize", test_oversize);
  add ("large-events", test_large_events);
#undef add

  return g_test_run ();
}
