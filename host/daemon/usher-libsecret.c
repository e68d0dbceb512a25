/* usher-libsecret.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-libsecret.h"

#include <gmodule.h>

#define LIBRARY "libsecret-1.so.0"

/* in the order of UsherLibsecret */
static const char *const names[] = {
  "secret_item_get_locked",
  "secret_item_get_type",
  "secret_password_clear_finish",
  "secret_password_clearv",
  "secret_password_search_finish",
  "secret_password_searchv",
  "secret_password_store_finish",
  "secret_password_storev",
  "secret_retrievable_get_attributes",
  "secret_retrievable_retrieve_secret",
  "secret_retrievable_retrieve_secret_finish",
  "secret_service_disconnect",
  "secret_value_get",
  "secret_value_unref",
};

G_STATIC_ASSERT (sizeof (UsherLibsecret) == G_N_ELEMENTS (names) * sizeof (gpointer));

static gpointer
load (gpointer data)
{
  GModule *module = g_module_open (LIBRARY, G_MODULE_BIND_LAZY);
  gpointer *functions = g_new0 (gpointer, G_N_ELEMENTS (names));

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (module == NULL || !g_module_symbol (module, names[i], &functions[i]))
      {
        g_free (functions);
        return NULL;
      }

  /* its types stay */
  g_module_make_resident (module);

  return functions;
}

const UsherLibsecret *
usher_libsecret_get (void)
{
  static GOnce once = G_ONCE_INIT;

  return g_once (&once, load, NULL);
}
