/* usher-test-host.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-host-private.h"

#include "usher-test-plugins-private.h"
#include "usher-test-wait.h"

#define HUB_TIMEOUT G_TIME_SPAN_SECOND

/**
 * UsherTestHost:
 *
 * Services in a box: the plugins as they are, each on a database of its own, in a temporary folder, with a clock that stands
 * until it is turned.
 *
 * A box is one host without a bus, unless it was made for another [enum@Placement]. Every failure is a failure of the test:
 * it ends the program, as GLib's assertions do. Requests and events may come from any thread; what changes the box itself (to
 * turn the clock, restart, close) is for the thread that made it.
 */
struct _UsherTestHost
{
  GObject parent_instance;

  char *directory; /* (owned): all that the box has; NULL: it is closed */
  char *data;      /* (owned): the data directory */
  char *endpoint;  /* (owned): of the bus */
  UsherTestPlacement placement;
  GPtrArray *settings;       /* (owned) (element-type utf8): NULL at the end */
  GPtrArray *manifests;      /* (owned) (element-type UsherManifest) */
  UsherManualClock *clock;   /* (owned) */
  UsherTestWitness *witness; /* (owned) */
  UsherHub *hub;             /* (owned) (nullable): NULL: by hand */
  UsherBus *bus;             /* (owned) (nullable): whom the hub tells how it is */
  GPtrArray *parcels;        /* (owned) */

  GMutex mutex;
  GPtrArray *places; /* (owned) (mutex mutex) (element-type UsherTestPlace) */
  GHashTable *users; /* (owned) (mutex mutex) (element-type utf8 UsherTestUser): by name */
  guint n_found;     /* (mutex mutex): whose turn it is */
  guint n_crashes;   /* (mutex mutex) */
};

G_DEFINE_FINAL_TYPE (UsherTestHost, usher_test_host, G_TYPE_OBJECT)

static void
start_hub (UsherTestHost *self)
{
  g_autofree char *log = g_build_filename (self->directory, "hub", NULL);
  g_autofree char *bound = NULL;
  g_autoptr (UsherClock) real = usher_real_clock_new ();
  g_autoptr (GError) error = NULL;

  self->hub = usher_hub_new (log, real, NULL, &error);
  g_assert_no_error (error);
  bound = usher_hub_bind (self->hub, self->endpoint, &error);
  g_assert_no_error (error);
  self->bus = usher_bus_open (self->endpoint, "usher-test", real, NULL, &error);
  g_assert_no_error (error);
}

static UsherTestPlace *
make_place (UsherTestHost *self, const char *name, GPtrArray *manifests)
{
  const UsherTestGround ground = {
    .directory = self->data,
    .settings = (const char *const *) self->settings->pdata,
    .clock = USHER_CLOCK (self->clock),
    .endpoint = self->hub != NULL ? self->endpoint : NULL,
    .is_shared = self->placement == USHER_TEST_SPREAD || self->placement == USHER_TEST_PAIRS,
    .manifests = self->manifests,
    .witness = self->witness,
  };

  return usher_test_place_new (&ground, name, manifests);
}

/* a host for each service, or two */
static void
spread (UsherTestHost *self, guint n_copies)
{
  for (guint i = 0; i < self->manifests->len; i++)
    {
      UsherManifest *manifest = g_ptr_array_index (self->manifests, i);
      g_autoptr (GPtrArray) alone = g_ptr_array_new_with_free_func (g_object_unref);

      g_ptr_array_add (alone, g_object_ref (manifest));
      for (guint copy = 0; copy < n_copies; copy++)
        {
          g_autofree char *name =
              g_strdup_printf ("%s-%u", usher_manifest_get_name (manifest), copy + 1);

          g_ptr_array_add (self->places, make_place (self, name, alone));
        }
    }
}

static void
start (UsherTestHost *self)
{
  if (self->placement != USHER_TEST_BY_HAND)
    start_hub (self);

  switch (self->placement)
    {
    case USHER_TEST_SPREAD:
      spread (self, 1);
      break;

    case USHER_TEST_PAIRS:
      spread (self, 2);
      break;

    case USHER_TEST_BY_HAND:
    case USHER_TEST_ONE:
    default:
      g_ptr_array_add (self->places, make_place (self, "all", self->manifests));
      break;
    }
}

static void
stop_hub (UsherTestHost *self)
{
  g_autoptr (GError) error = NULL;

  if (self->hub == NULL)
    return;

  usher_bus_close (self->bus, HUB_TIMEOUT, &error);
  g_assert_no_error (error);
  g_clear_object (&self->bus);
  usher_hub_close (self->hub, HUB_TIMEOUT, &error);
  g_assert_no_error (error);
  g_clear_object (&self->hub);
}

static void
stop (UsherTestHost *self)
{
  g_mutex_lock (&self->mutex);
  for (guint i = 0; i < self->places->len; i++)
    usher_test_place_stop (g_ptr_array_index (self->places, i));
  g_ptr_array_set_size (self->places, 0);
  g_mutex_unlock (&self->mutex);
  stop_hub (self);
}

static void
usher_test_host_dispose (GObject *object)
{
  usher_test_host_close (USHER_TEST_HOST (object));

  G_OBJECT_CLASS (usher_test_host_parent_class)->dispose (object);
}

static void
usher_test_host_finalize (GObject *object)
{
  UsherTestHost *self = USHER_TEST_HOST (object);

  g_clear_pointer (&self->data, g_free);
  g_clear_pointer (&self->endpoint, g_free);
  g_clear_pointer (&self->settings, g_ptr_array_unref);
  g_clear_pointer (&self->manifests, g_ptr_array_unref);
  g_clear_pointer (&self->witness, usher_test_witness_unref);
  g_clear_pointer (&self->parcels, g_ptr_array_unref);
  g_clear_pointer (&self->places, g_ptr_array_unref);
  g_clear_pointer (&self->users, g_hash_table_unref);
  g_clear_object (&self->clock);
  g_mutex_clear (&self->mutex);

  G_OBJECT_CLASS (usher_test_host_parent_class)->finalize (object);
}

static void
usher_test_host_class_init (UsherTestHostClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = usher_test_host_dispose;
  object_class->finalize = usher_test_host_finalize;
}

static void
usher_test_host_init (UsherTestHost *self)
{
  g_mutex_init (&self->mutex);
  self->witness = usher_test_witness_new ();
  self->places = g_ptr_array_new_with_free_func ((GDestroyNotify) usher_test_place_unref);
  self->users = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->clock = usher_manual_clock_new (USHER_TEST_TIME);
}

/**
 * usher_test_host_new:
 * @contents: what is in the box, with spaces between: names of plugins, and settings `group.key=value`
 * @placement: where the services run
 *
 * Makes a box and starts its services.
 *
 * A plugin is looked for in the folders of `$USHER_TEST_PLUGIN_DIR`, with `:` between, or beside the program where it is not
 * set, then where `usher` looks for it; one that is named by the path of its manifest is taken from there. What a plugin
 * requires comes with it. The settings of `$USHER_TEST_SETTINGS`, with spaces between, hold in every box, unless @contents
 * says otherwise.
 *
 * Returns: (transfer full): the box; every failure ends the program
 */
UsherTestHost *
usher_test_host_new (const char *contents, UsherTestPlacement placement)
{
  UsherTestHost *self = NULL;
  g_autoptr (GError) error = NULL;

  g_return_val_if_fail (contents != NULL, NULL);

  self = g_object_new (USHER_TEST_TYPE_HOST, NULL);
  self->directory = g_dir_make_tmp ("usher-test-XXXXXX", &error);
  g_assert_no_error (error);
  self->data = g_build_filename (self->directory, "data", NULL);
  self->endpoint = g_strconcat ("inproc://", self->directory, NULL);
  self->placement = placement;
  self->settings = usher_test_plugins_list_settings (contents);
  self->manifests = usher_test_plugins_find (contents);
  self->parcels = g_ptr_array_new ();
  start (self);

  return self;
}

/**
 * usher_test_host_close:
 * @self: a box
 *
 * Stops the services and removes the folder of the box, as letting go of the last reference does. Nobody asks it anything any
 * more.
 */
void
usher_test_host_close (UsherTestHost *self)
{
  g_autofree char *directory = NULL;

  g_return_if_fail (USHER_TEST_IS_HOST (self));

  directory = g_steal_pointer (&self->directory);
  if (directory == NULL)
    return;

  stop (self);
  usher_test_remove_tree (directory);
}

/**
 * usher_test_host_restart:
 * @self: a box
 *
 * Stops all hosts in order, and the hub, and starts others on the same data. The time stays what it was.
 */
void
usher_test_host_restart (UsherTestHost *self)
{
  g_return_if_fail (USHER_TEST_IS_HOST (self));

  stop (self);
  start (self);
}

/**
 * usher_test_host_set:
 * @self: a box
 * @setting: `group.key=value`
 *
 * Sets a setting, which holds from the next [method@Host.restart] on.
 */
void
usher_test_host_set (UsherTestHost *self, const char *setting)
{
  g_return_if_fail (USHER_TEST_IS_HOST (self));
  g_return_if_fail (setting != NULL);

  g_ptr_array_insert (self->settings, (int) self->settings->len - 1, g_strdup (setting));
}

/**
 * usher_test_host_get_directory:
 * @self: a box
 *
 * Gets the data directory, where the databases are, such as `notes.db`.
 *
 * Returns: (transfer none): its path
 */
const char *
usher_test_host_get_directory (UsherTestHost *self)
{
  g_return_val_if_fail (USHER_TEST_IS_HOST (self), NULL);

  return self->data;
}

/**
 * usher_test_host_get_host:
 * @self: a box
 * @service: (nullable): one of its services, `NULL`: any
 *
 * Gets a host that has a service, for what the box itself does not offer; until the next restart or crash.
 *
 * Returns: (transfer none): the host
 */
UsherHost *
usher_test_host_get_host (UsherTestHost *self, const char *service)
{
  g_autoptr (UsherTestPlace) place = NULL;

  g_return_val_if_fail (USHER_TEST_IS_HOST (self), NULL);

  place = usher_test_host_find_place (self, service);

  return usher_test_place_get_host (place);
}

/**
 * usher_test_host_get_clock:
 * @self: a box
 *
 * Gets the clock of its services, which is at [const@TIME] until it is turned.
 *
 * Returns: (transfer none): the clock
 */
UsherManualClock *
usher_test_host_get_clock (UsherTestHost *self)
{
  g_return_val_if_fail (USHER_TEST_IS_HOST (self), NULL);

  return self->clock;
}

/* takes ownership of @place */
static void
run_timers (UsherTestHost *self, UsherTestPlace *place)
{
  g_autoptr (GError) error = NULL;

  usher_host_run_timers (usher_test_place_get_host (place), &error);
  if (usher_test_host_heed (self, place))
    return;

  g_assert_no_error (error);
}

/**
 * usher_test_host_turn:
 * @self: a box
 * @microseconds: how far, 0: not at all
 *
 * Turns the clock, runs the timers that are due then, and waits for them.
 */
void
usher_test_host_turn (UsherTestHost *self, gint64 microseconds)
{
  UsherTestPlace *place = NULL;

  g_return_if_fail (USHER_TEST_IS_HOST (self));

  usher_manual_clock_advance (self->clock, microseconds);
  for (guint i = 0; (place = usher_test_host_get_place (self, i)) != NULL; i++)
    run_timers (self, place);
}

/**
 * usher_test_host_as:
 * @self: a box
 * @name: (nullable): a name, such as `ann`, or an id, `NULL`: nobody
 *
 * Gets somebody who is signed in. One name is always the same user, with the same id, in every box. `NULL` is not signed in.
 *
 * Any thread.
 *
 * Returns: (transfer none): the user, as long as the box
 */
UsherTestUser *
usher_test_host_as (UsherTestHost *self, const char *name)
{
  g_autoptr (GMutexLocker) locker = NULL;
  const char *key = name != NULL ? name : "";
  UsherTestUser *user = NULL;

  g_return_val_if_fail (USHER_TEST_IS_HOST (self), NULL);

  locker = g_mutex_locker_new (&self->mutex);
  user = g_hash_table_lookup (self->users, key);
  if (user == NULL)
    {
      user = usher_test_user_new (self, name);
      g_hash_table_insert (self->users, g_strdup (key), user);
    }

  return user;
}

/**
 * usher_test_host_count_crashes:
 * @self: a box
 *
 * Counts the hosts that have died so far, so that a test is sure that one did. Any thread.
 *
 * Returns: how many
 */
guint
usher_test_host_count_crashes (UsherTestHost *self)
{
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_val_if_fail (USHER_TEST_IS_HOST (self), 0);

  locker = g_mutex_locker_new (&self->mutex);

  return self->n_crashes;
}

/* The one after the last one that fits. @service, @path: (nullable): what it must have; takes no lock */
static UsherTestPlace *
find (UsherTestHost *self, const char *service, const char *path)
{
  for (guint i = 0; i < self->places->len; i++)
    {
      guint index = (self->n_found + i) % self->places->len;
      UsherTestPlace *place = g_ptr_array_index (self->places, index);

      if ((service != NULL && !usher_test_place_has_service (place, service)) ||
          (path != NULL && !usher_host_has_path (usher_test_place_get_host (place), path)))
        continue;

      self->n_found = index + 1;
      return usher_test_place_ref (place);
    }

  return NULL;
}

UsherTestPlace *
usher_test_host_find_place (UsherTestHost *self, const char *service)
{
  UsherTestPlace *place = NULL;

  g_mutex_lock (&self->mutex);
  place = find (self, service, NULL);
  g_mutex_unlock (&self->mutex);
  if (place == NULL)
    g_error ("there is no service “%s” in the box", service);

  return place;
}

UsherTestPlace *
usher_test_host_find_path (UsherTestHost *self, const char *path)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  UsherTestPlace *place = find (self, NULL, path);

  return place != NULL ? place : find (self, NULL, NULL);
}

UsherTestPlace *
usher_test_host_get_place (UsherTestHost *self, guint index)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return index < self->places->len ? usher_test_place_ref (g_ptr_array_index (self->places, index))
                                   : NULL;
}

/* takes no lock */
static void
replace_dead (UsherTestHost *self, guint index)
{
  UsherTestPlace *place = g_ptr_array_index (self->places, index);
  g_autofree char *name = g_strdup (usher_test_place_get_name (place));
  g_autoptr (GPtrArray) manifests = g_ptr_array_ref (usher_test_place_get_manifests (place));

  usher_test_place_stop (place);
  usher_test_place_unref (place);
  self->places->pdata[index] = make_place (self, name, manifests);
  self->n_crashes++;
}

gboolean
usher_test_host_heed (UsherTestHost *self, UsherTestPlace *place)
{
  gboolean has_died = usher_test_place_has_died (place);

  usher_test_place_unref (place);
  if (!has_died)
    return FALSE;

  g_mutex_lock (&self->mutex);
  for (guint i = 0; i < self->places->len; i++)
    if (usher_test_place_has_died (g_ptr_array_index (self->places, i)))
      replace_dead (self, i);
  g_mutex_unlock (&self->mutex);

  return TRUE;
}

UsherTestWitness *
usher_test_host_get_witness (UsherTestHost *self)
{
  return self->witness;
}

UsherBus *
usher_test_host_get_bus (UsherTestHost *self)
{
  return self->bus;
}

GPtrArray *
usher_test_host_get_parcels (UsherTestHost *self)
{
  return self->parcels;
}
