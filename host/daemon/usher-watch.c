/* usher-watch.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-watch.h"

#include <sys/stat.h>

/* milliseconds without a change after which a linker is done */
#define QUIET 300

/* A module that is watched. */
typedef struct
{
  UsherWatch *watch;     /* (unowned) */
  char *service;         /* (owned) */
  char *path;            /* (owned) */
  GFileMonitor *monitor; /* (owned) */
  guint timer;
  struct stat seen;    /* the file that was told of last */
  gboolean is_settled; /* what was done about it is over */
} Module;

struct _UsherWatch
{
  GPtrArray *modules; /* (owned) (element-type Module) */
  UsherWatchFunc func;
  gpointer user_data;
};

static void
free_module (gpointer data)
{
  Module *module = data;

  g_clear_handle_id (&module->timer, g_source_remove);
  g_file_monitor_cancel (module->monitor);
  g_object_unref (module->monitor);
  g_free (module->service);
  g_free (module->path);
  g_free (module);
}

static gboolean
is_another (const struct stat *a, const struct stat *b)
{
  return a->st_ino != b->st_ino || a->st_size != b->st_size ||
         a->st_mtim.tv_sec != b->st_mtim.tv_sec || a->st_mtim.tv_nsec != b->st_mtim.tv_nsec;
}

static gboolean
on_quiet (gpointer user_data)
{
  Module *module = user_data;
  struct stat info;

  module->timer = 0;
  /* while there is none it is being made; what is built meanwhile is looked at when it is settled */
  if (!module->is_settled || stat (module->path, &info) != 0 || !is_another (&info, &module->seen))
    return G_SOURCE_REMOVE;

  module->seen = info;
  module->is_settled = FALSE;
  module->watch->func (module->service, module->watch->user_data);

  return G_SOURCE_REMOVE;
}

static void
look_soon (Module *module)
{
  g_clear_handle_id (&module->timer, g_source_remove);
  module->timer = g_timeout_add (QUIET, on_quiet, module);
}

static void
on_file (GFileMonitor *monitor,
         GFile *file,
         GFile *other,
         GFileMonitorEvent event,
         gpointer user_data)
{
  look_soon (user_data);
}

static void
add_module (const char *name,
            UsherManifest *manifest,
            UsherPluginState state,
            const char *reason,
            gpointer user_data)
{
  UsherWatch *self = user_data;
  g_autoptr (GFile) file = NULL;
  g_autoptr (GFileMonitor) monitor = NULL;
  g_autoptr (GError) error = NULL;
  Module *module = NULL;

  if (manifest == NULL || state == USHER_PLUGIN_FAILED)
    return;

  file = g_file_new_for_path (usher_manifest_get_module (manifest));
  monitor = g_file_monitor_file (file, G_FILE_MONITOR_WATCH_MOVES, NULL, &error);
  if (monitor == NULL)
    {
      g_message ("module “%s” is not watched: %s",
                 usher_manifest_get_module (manifest),
                 error->message);
      return;
    }

  module = g_new0 (Module, 1);
  module->watch = self;
  module->service = g_strdup (name);
  module->path = g_strdup (usher_manifest_get_module (manifest));
  module->monitor = g_steal_pointer (&monitor);
  module->is_settled = TRUE;
  if (stat (module->path, &module->seen) != 0)
    module->seen.st_ino = 0;
  g_signal_connect (module->monitor, "changed", G_CALLBACK (on_file), module);
  g_ptr_array_add (self->modules, module);
}

UsherWatch *
usher_watch_new (UsherCatalog *catalog, UsherWatchFunc func, gpointer user_data)
{
  UsherWatch *self = g_new0 (UsherWatch, 1);

  self->modules = g_ptr_array_new_with_free_func (free_module);
  self->func = func;
  self->user_data = user_data;
  usher_catalog_foreach (catalog, add_module, self);

  return self;
}

void
usher_watch_settle (UsherWatch *self, const char *service, gboolean is_taken)
{
  for (guint i = 0; i < self->modules->len; i++)
    {
      Module *module = g_ptr_array_index (self->modules, i);

      if (!g_str_equal (module->service, service))
        continue;
      module->is_settled = TRUE;
      if (!is_taken)
        module->seen.st_ino = 0;
      look_soon (module);
    }
}

void
usher_watch_free (UsherWatch *self)
{
  g_ptr_array_unref (self->modules);
  g_free (self);
}
