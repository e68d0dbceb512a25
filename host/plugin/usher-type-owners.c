/* usher-type-owners.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-type-owners-private.h"

#include <glib-object.h>
#include <string.h>

#include "usher-log-catch-private.h"

#define HOST "the host"

static G_DEFINE_QUARK (usher_type_owner, owner);

static void
note_below (GType type, const char *owner)
{
  guint n_children = 0;
  g_autofree GType *children = g_type_children (type, &n_children);

  if (g_type_get_qdata (type, owner_quark ()) == NULL)
    g_type_set_qdata (type, owner_quark (), (gpointer) owner);
  for (guint i = 0; i < n_children; i++)
    note_below (children[i], owner);
}

void
usher_type_owners_note (const char *owner)
{
  const GType roots[] = { G_TYPE_INTERFACE, G_TYPE_ENUM,  G_TYPE_FLAGS,
                          G_TYPE_BOXED,     G_TYPE_PARAM, G_TYPE_OBJECT };

  for (guint i = 0; i < G_N_ELEMENTS (roots); i++)
    note_below (roots[i], g_intern_string (owner != NULL ? owner : HOST));
}

char *
usher_type_owners_explain (const char *message)
{
  const char *name = message + strlen (USHER_LOG_TYPE_TAKEN);
  g_autofree char *type = NULL;
  const char *owner = NULL;

  if (!g_str_has_prefix (message, USHER_LOG_TYPE_TAKEN))
    return NULL;

  type = g_strndup (name, strcspn (name, "'"));
  owner = g_type_get_qdata (g_type_from_name (type), owner_quark ());
  if (owner != NULL && !g_str_equal (owner, HOST))
    return g_strdup_printf ("plugin “%s” has a type “%s” already; the types of all plugins are in "
                            "one process, so let the name of each begin with its plugin's",
                            owner,
                            type);

  return g_strdup_printf ("the host has a type “%s” already; give yours another name, and if it is "
                          "not yours, the module has a second copy of libusher in it: link it with "
                          "what “pkg-config --libs usher-1” prints, and no more of Usher",
                          type);
}
