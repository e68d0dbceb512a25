/* usher-test-process.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-process.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "usher-test-base.h"
#include "usher-test-program.h"

#define STORE_URI "store.uri="

struct _UsherTestProcess
{
  UsherTestPlacement placement;
  char *directory;          /* (owned) */
  char *endpoint;           /* (owned) (nullable): of the bus */
  GPtrArray *services;      /* (owned) (element-type utf8): none: all */
  GPtrArray *settings;      /* (owned) (element-type utf8) */
  GPtrArray *plugins;       /* (owned) (element-type utf8): folders */
  GHashTable *environment;  /* (owned) (element-type utf8 utf8) */
  UsherTestMongodb *server; /* (owned) (nullable) */
  char *base;               /* (owned) (nullable): what the names of databases there begin with */
  int is_on_server;         /* (atomic): the databases are, on this one or on another */
  GSubprocess *child;       /* (owned) (nullable) */

  GMutex mutex;
  GCond cond;
  char *address;       /* (owned) (nullable) (mutex mutex) */
  char *admin_address; /* (owned) (nullable) (mutex mutex) */
  gboolean running;    /* (mutex mutex) */
  guint generation;    /* (mutex mutex) */
};

/* hashes as cheap as they may be, and as many people as a test has from one address: the tests are not about them */
static const char *const default_settings[] = {
  "auth.hash-memory-kib=1024",
  "auth.hash-passes=1",
  "auth.max-sign-ups-per-address=100000",
  "session.revoke-channel=user:banned",
  "session.restore-channel=user:unbanned",
  "session.ended-channel=session:ended",
  NULL,
};

static void
make_keys (UsherTestProcess *self)
{
  g_autofree char *keys = g_build_filename (self->directory, "keys", NULL);
  g_autofree char *setting = g_strconcat ("bus.keys=", keys, NULL);

  usher_test_program_run ("keys", keys, NULL);
  usher_test_process_add_setting (self, setting);
}

/* FALSE: files in the data directory */
static gboolean
find_server (UsherTestMongodbFlags *flags)
{
  static const struct
  {
    const char *name;
    guint flags;
  } servers[] = {
    { "mongodb", USHER_TEST_MONGODB_STANDALONE },
    { "mongodb-set", USHER_TEST_MONGODB_REPLICA_SET },
    { "mongodb-guarded",
      USHER_TEST_MONGODB_REPLICA_SET | USHER_TEST_MONGODB_AUTH | USHER_TEST_MONGODB_TLS },
  };
  const char *name = g_getenv ("USHER_TEST_STORE");

  if (name == NULL || g_str_equal (name, "sqlite"))
    return FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (servers); i++)
    if (g_str_equal (name, servers[i].name))
      {
        *flags = servers[i].flags;
        return TRUE;
      }
  g_error ("USHER_TEST_STORE is “%s”, which is no store", name);
}

/* what USHER_TEST_STORE says, else files */
static void
choose_store (UsherTestProcess *self)
{
  UsherTestMongodbFlags flags = USHER_TEST_MONGODB_STANDALONE;
  g_autofree char *uri = NULL;
  g_autofree char *setting = NULL;

  if (!find_server (&flags))
    return;

  self->server = usher_test_mongodb_new (flags);
  self->base = usher_test_mongodb_make_name (self->server);
  g_atomic_int_set (&self->is_on_server, TRUE);
  uri = usher_test_mongodb_make_uri (self->server, self->base);
  setting = g_strconcat (STORE_URI, uri, NULL);
  /* a password is not for everybody who lists processes */
  if ((flags & USHER_TEST_MONGODB_AUTH) != 0)
    usher_test_process_set_variable (self, "USHER_STORE__URI", uri);
  else
    usher_test_process_add_setting (self, setting);
}

static UsherTestProcess *
make_process (UsherTestPlacement placement)
{
  UsherTestProcess *self = g_new0 (UsherTestProcess, 1);
  g_autoptr (GError) error = NULL;

  self->placement = placement;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->directory = g_dir_make_tmp ("usher-test-XXXXXX", &error);
  g_assert_no_error (error);
  self->services = g_ptr_array_new_with_free_func (g_free);
  self->settings = g_ptr_array_new_with_free_func (g_free);
  self->plugins = g_ptr_array_new_with_free_func (g_free);
  self->environment = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  return self;
}

UsherTestProcess *
usher_test_process_new (const char *const *settings)
{
  return usher_test_process_new_placed (usher_test_placement_get_default (), settings);
}

UsherTestProcess *
usher_test_process_new_placed (UsherTestPlacement placement, const char *const *settings)
{
  UsherTestProcess *self = make_process (placement);

  g_assert_nonnull (g_getenv ("USHER_TEST_PLUGIN_DIR"));
  usher_test_process_add_plugins (self, g_getenv ("USHER_TEST_PLUGIN_DIR"));
  for (guint i = 0; default_settings[i] != NULL; i++)
    usher_test_process_add_setting (self, default_settings[i]);
  choose_store (self);
  for (guint i = 0; settings != NULL && settings[i] != NULL; i++)
    usher_test_process_add_setting (self, settings[i]);
  if (placement == USHER_TEST_PAIRS)
    {
      make_keys (self);
      self->endpoint = g_strdup_printf ("tcp://127.0.0.1:%u", usher_test_find_port ());
    }

  return self;
}

/* the key of the sessions is one for all machines */
static void
copy_key (UsherTestProcess *self, UsherTestProcess *other)
{
  g_autofree char *from = g_build_filename (other->directory, "session.key", NULL);
  g_autofree char *to = g_build_filename (self->directory, "session.key", NULL);
  g_autofree char *key = NULL;
  g_autoptr (GError) error = NULL;
  gsize length = 0;

  g_file_get_contents (from, &key, &length, &error);
  g_assert_no_error (error);
  g_file_set_contents_full (to, key, (gssize) length, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error);
  g_assert_no_error (error);
}

UsherTestProcess *
usher_test_process_new_joined (UsherTestProcess *other, const char *const *services)
{
  UsherTestProcess *self = make_process (USHER_TEST_ONE);

  g_assert_nonnull (other->endpoint);
  self->endpoint = g_strdup (other->endpoint);
  copy_key (self, other);
  for (guint i = 0; services[i] != NULL; i++)
    g_ptr_array_add (self->services, g_strdup (services[i]));
  for (guint i = 0; i < other->plugins->len; i++)
    usher_test_process_add_plugins (self, g_ptr_array_index (other->plugins, i));
  for (guint i = 0; i < other->settings->len; i++)
    usher_test_process_add_setting (self, g_ptr_array_index (other->settings, i));

  return self;
}

void
usher_test_process_free (UsherTestProcess *self)
{
  if (self->child != NULL)
    usher_test_process_kill (self);
  usher_test_remove_tree (self->directory);
  g_clear_pointer (&self->server, usher_test_mongodb_free);

  g_ptr_array_unref (self->services);
  g_ptr_array_unref (self->settings);
  g_ptr_array_unref (self->plugins);
  g_hash_table_unref (self->environment);
  g_free (self->directory);
  g_free (self->endpoint);
  g_free (self->base);
  g_free (self->address);
  g_free (self->admin_address);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  g_free (self);
}

void
usher_test_process_add_setting (UsherTestProcess *self, const char *setting)
{
  if (g_str_has_prefix (setting, STORE_URI))
    g_atomic_int_set (&self->is_on_server, !g_str_has_prefix (setting, STORE_URI "sqlite:"));
  g_ptr_array_add (self->settings, g_strdup (setting));
}

void
usher_test_process_add_plugins (UsherTestProcess *self, const char *directory)
{
  g_ptr_array_add (self->plugins, g_strdup (directory));
}

void
usher_test_process_put_plugins (UsherTestProcess *self, const char *directory)
{
  g_ptr_array_insert (self->plugins, 0, g_strdup (directory));
}

void
usher_test_process_set_variable (UsherTestProcess *self, const char *name, const char *value)
{
  g_hash_table_insert (self->environment, g_strdup (name), g_strdup (value));
}

static void
add_option (GStrvBuilder *arguments, const char *option, const char *value)
{
  g_strv_builder_add (arguments, option);
  g_strv_builder_add (arguments, value);
}

static char **
make_arguments (UsherTestProcess *self)
{
  const char *program = g_getenv ("USHER_TEST_PROGRAM");
  g_autoptr (GStrvBuilder) arguments = g_strv_builder_new ();

  g_assert_nonnull (program);
  if (self->placement == USHER_TEST_ONE)
    add_option (arguments, program, "run");
  else
    {
      add_option (arguments, program, "up");
      add_option (arguments, "--profile", usher_test_placement_get_name (self->placement));
    }
  for (guint i = 0; i < self->services->len; i++)
    g_strv_builder_add (arguments, g_ptr_array_index (self->services, i));
  if (self->endpoint != NULL)
    add_option (arguments, "--bus", self->endpoint);
  add_option (arguments, "--data", self->directory);
  add_option (arguments, "--listen", "127.0.0.1:0");
  add_option (arguments, "--admin", "127.0.0.1:0");
  for (guint i = 0; i < self->plugins->len; i++)
    add_option (arguments, "--plugins", g_ptr_array_index (self->plugins, i));
  /* whatever is installed here */
  g_strv_builder_add (arguments, "--plugins-only");
  for (guint i = 0; i < self->settings->len; i++)
    add_option (arguments, "-s", g_ptr_array_index (self->settings, i));

  return g_strv_builder_end (arguments);
}

/* (nullable): NULL when it has ended instead */
static char *
read_address (GDataInputStream *output, const char *prefix)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *line = g_data_input_stream_read_line (output, NULL, NULL, &error);

  g_assert_no_error (error);
  if (line == NULL)
    return NULL;

  g_assert_true (g_str_has_prefix (line, prefix));

  return g_strdup (line + strlen (prefix));
}

static void
spawn (UsherTestProcess *self)
{
  g_autoptr (GSubprocessLauncher) launcher =
      usher_test_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_auto (GStrv) arguments = make_arguments (self);
  g_autoptr (GError) error = NULL;
  GHashTableIter iter;
  gpointer name = NULL;
  gpointer value = NULL;

  g_assert_null (self->child);
  g_hash_table_iter_init (&iter, self->environment);
  while (g_hash_table_iter_next (&iter, &name, &value))
    g_subprocess_launcher_setenv (launcher, name, value, TRUE);
  self->child = g_subprocess_launcher_spawnv (launcher, (const char *const *) arguments, &error);
  g_assert_no_error (error);
}

gboolean
usher_test_process_try_start (UsherTestProcess *self)
{
  g_autoptr (GDataInputStream) output = NULL;
  g_autofree char *address = NULL;
  g_autofree char *admin_address = NULL;

  spawn (self);
  output = usher_test_program_read_lines (g_subprocess_get_stdout_pipe (self->child));
  address = read_address (output, "listening on http://");
  admin_address = read_address (output, "admin on http://");
  if (admin_address == NULL)
    {
      g_subprocess_wait (self->child, NULL, NULL);
      g_clear_object (&self->child);
      return FALSE;
    }

  g_mutex_lock (&self->mutex);
  g_free (self->address);
  g_free (self->admin_address);
  self->address = g_steal_pointer (&address);
  self->admin_address = g_steal_pointer (&admin_address);
  self->running = TRUE;
  self->generation++;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);

  return TRUE;
}

void
usher_test_process_start (UsherTestProcess *self)
{
  if (!usher_test_process_try_start (self))
    g_error ("the host ended before it was ready");
}

static void
set_stopped (UsherTestProcess *self)
{
  g_mutex_lock (&self->mutex);
  self->running = FALSE;
  self->generation++;
  g_mutex_unlock (&self->mutex);
}

void
usher_test_process_await_unused (UsherTestProcess *self)
{
  g_autofree char *path = g_build_filename (self->directory, "lock", NULL);
  int fd = open (path, O_RDWR | O_CLOEXEC);

  if (fd < 0)
    return;
  usher_test_until (flock (fd, LOCK_EX | LOCK_NB) == 0);
  close (fd);
}

void
usher_test_process_kill (UsherTestProcess *self)
{
  set_stopped (self);
  usher_test_subprocess_end (self->child, SIGKILL);
  g_clear_object (&self->child);
  usher_test_process_await_unused (self);
}

void
usher_test_process_signal_stop (UsherTestProcess *self)
{
  set_stopped (self);
  g_subprocess_send_signal (self->child, SIGTERM);
}

int
usher_test_process_await_exit (UsherTestProcess *self)
{
  g_autoptr (GSubprocess) child = g_steal_pointer (&self->child);

  return usher_test_subprocess_await_end (child);
}

int
usher_test_process_stop (UsherTestProcess *self)
{
  usher_test_process_signal_stop (self);

  return usher_test_process_await_exit (self);
}

UsherTestPlacement
usher_test_process_get_placement (UsherTestProcess *self)
{
  return self->placement;
}

GPid
usher_test_process_get_pid (UsherTestProcess *self)
{
  const char *pid = self->child != NULL ? g_subprocess_get_identifier (self->child) : NULL;

  return pid != NULL ? (GPid) g_ascii_strtoll (pid, NULL, 10) : 0;
}

const char *
usher_test_process_get_directory (UsherTestProcess *self)
{
  return self->directory;
}

UsherTestMongodb *
usher_test_process_get_server (UsherTestProcess *self)
{
  return self->server;
}

gboolean
usher_test_process_is_on_server (UsherTestProcess *self)
{
  return g_atomic_int_get (&self->is_on_server);
}

char *
usher_test_process_dup_server_uri (UsherTestProcess *self)
{
  return self->server != NULL ? usher_test_mongodb_make_uri (self->server, NULL) : NULL;
}

const char *
usher_test_process_get_base (UsherTestProcess *self)
{
  return self->base;
}

char *
usher_test_process_dup_database (UsherTestProcess *self, const char *service)
{
  return g_strconcat (self->base, "-", service, NULL);
}

char *
usher_test_process_dup_address (UsherTestProcess *self, gboolean admin)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return g_strdup (admin ? self->admin_address : self->address);
}

guint
usher_test_process_get_generation (UsherTestProcess *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->generation;
}

void
usher_test_process_assert_alive (UsherTestProcess *self)
{
  g_assert_nonnull (self->child);
  if (g_subprocess_get_identifier (self->child) != NULL)
    return;

  g_subprocess_wait (self->child, NULL, NULL);
  if (g_subprocess_get_if_signaled (self->child))
    g_error ("the host died of signal %d", g_subprocess_get_term_sig (self->child));
  g_error ("the host ended by itself, exit status %d", g_subprocess_get_exit_status (self->child));
}

guint
usher_test_process_revive (UsherTestProcess *self)
{
  guint n_deaths = 0;

  while (self->child == NULL || g_subprocess_get_identifier (self->child) == NULL)
    {
      set_stopped (self);
      n_deaths++;
      if (self->child != NULL)
        g_subprocess_wait (self->child, NULL, NULL);
      g_clear_object (&self->child);
      usher_test_process_try_start (self);
    }

  return n_deaths;
}

guint
usher_test_process_await_running (UsherTestProcess *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  while (!self->running)
    g_cond_wait (&self->cond, &self->mutex);

  return self->generation;
}

guint
usher_test_scale (guint count)
{
  const char *scale = g_getenv ("USHER_TEST_SCALE");
  guint64 divisor = scale != NULL ? g_ascii_strtoull (scale, NULL, 10) : 1;

  return MAX (1, count / (guint) MAX (1, divisor));
}

static guint
read_number (const char *name, guint fallback)
{
  const char *value = g_getenv (name);

  return value != NULL ? (guint) g_ascii_strtoull (value, NULL, 10) : fallback;
}

void
usher_test_add_seeds (const char *prefix, guint n_seeds, GTestDataFunc func)
{
  guint first = read_number ("USHER_TEST_SEED", 1);
  guint last = first;

  if (g_getenv ("USHER_TEST_SEED") == NULL)
    last = read_number ("USHER_TEST_SEEDS", usher_test_scale (n_seeds));

  for (guint seed = first; seed <= last; seed++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%u", prefix, seed);

      g_test_add_data_func (path, GUINT_TO_POINTER (seed), func);
    }
}
