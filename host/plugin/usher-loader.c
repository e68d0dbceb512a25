/* usher-loader.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-loader.h"

#include "usher-error.h"

/**
 * UsherLoader:
 *
 * What makes the service of a plugin that is no shared object, in a process that can.
 *
 * A manifest says with `Loader=` what its plugin is. A shared object is opened by [func@module_load], in whichever process. A file in
 * Python wants an interpreter: the program runs a process of `/usr/bin/python3` for it, where an object of Python's that implements this
 * makes the service.
 */
G_DEFINE_INTERFACE (UsherLoader, usher_loader, G_TYPE_OBJECT)

static void
usher_loader_default_init (UsherLoaderInterface *iface)
{
}

/**
 * usher_loader_load: (virtual load)
 * @self: a loader
 * @manifest: the manifest of a plugin that it is for
 * @error: return location for a [error@Error]
 *
 * Makes the service of a plugin. Code of the plugin runs.
 *
 * Returns: (transfer full): the service, or `NULL` with an error that says what is wrong with the plugin
 */
UsherService *
usher_loader_load (UsherLoader *self, UsherManifest *manifest, GError **error)
{
  UsherLoaderInterface *iface = NULL;
  UsherService *service = NULL;

  g_return_val_if_fail (USHER_IS_LOADER (self), NULL);
  g_return_val_if_fail (USHER_IS_MANIFEST (manifest), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  iface = USHER_LOADER_GET_IFACE (self);
  if (iface->load == NULL)
    {
      usher_refuse (error,
                    USHER_ERROR_INVALID,
                    "type “%s” does not implement load()",
                    G_OBJECT_TYPE_NAME (self));
      return NULL;
    }

  service = iface->load (self, manifest, error);
  /* a binding may fail without an error */
  if (service == NULL && error != NULL && *error == NULL)
    usher_refuse (error,
                  USHER_ERROR_FAILED,
                  "“%s” was not loaded, without an error",
                  usher_manifest_get_module (manifest));

  return service;
}
