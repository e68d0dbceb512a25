/* usher-store-module.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* of dladdr() */
#define _GNU_SOURCE

#include "config.h"

#include "usher-store-module-private.h"

#include <dlfcn.h>
#include <gmodule.h>

#include "usher-error.h"
#include "usher-mongo-module-private.h"

#define FILE_NAME "usher-mongodb.so"

/* (transfer full): beside this library, as it is built, or in the folder that is named after it, as it is installed */
static char *
find_file (void)
{
  Dl_info info;
  g_autofree char *folder = NULL;
  g_autofree char *installed = NULL;

  if (dladdr ((gconstpointer) find_file, &info) == 0)
    return g_strdup (FILE_NAME);

  folder = g_path_get_dirname (info.dli_fname);
  installed = g_build_filename (folder, "usher-1", FILE_NAME, NULL);
  if (g_file_test (installed, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&installed);

  return g_build_filename (folder, FILE_NAME, NULL);
}

/* (nullable) */
static const UsherMongoModule *
load (GError **error)
{
  g_autofree char *path = find_file ();
  GModule *module = g_module_open (path, G_MODULE_BIND_LAZY | G_MODULE_BIND_LOCAL);
  gpointer found = NULL;

  if (module == NULL || !g_module_symbol (module, USHER_MONGO_MODULE_SYMBOL, &found))
    {
      usher_refuse (error,
                    USHER_ERROR_INVALID,
                    "databases on MongoDB need the module “%s”, which cannot be loaded: %s",
                    path,
                    g_module_error ());
      return NULL;
    }

  /* its types stay */
  g_module_make_resident (module);

  return found;
}

static const UsherMongoModule *
get_module (GError **error)
{
  static GMutex mutex;
  static const UsherMongoModule *module = NULL;
  const UsherMongoModule *loaded = NULL;

  g_mutex_lock (&mutex);
  if (module == NULL)
    module = load (error);
  loaded = module;
  g_mutex_unlock (&mutex);

  return loaded;
}

UsherStore *
usher_store_module_open (const char *uri,
                         UsherClock *clock,
                         const UsherStoreOptions *options,
                         GError **error)
{
  const UsherMongoModule *module = get_module (error);

  return module != NULL ? module->open (uri, clock, options, error) : NULL;
}

UsherStoreTransfer *
usher_store_module_open_transfer (const char *uri, gboolean is_target, GError **error)
{
  const UsherMongoModule *module = get_module (error);

  return module != NULL ? module->open_transfer (uri, is_target, error) : NULL;
}

GPtrArray *
usher_store_module_list_services (const char *uri, GError **error)
{
  const UsherMongoModule *module = get_module (error);

  return module != NULL ? module->list_services (uri, error) : NULL;
}
