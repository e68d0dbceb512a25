/* usher-new-name.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-new-name.h"

#include <string.h>

#include "usher-error.h"
#include "usher-setup.h"

/* sockets of a run directory are named after services, and the path of a socket is short */
#define MAX_NAME 32
#define PATTERN  "^[a-z][a-z0-9]*(-[a-z0-9]+)*$"

/* processes of “usher up” that are no service's; groups of settings besides those that the host declares */
static const char *const host_names[] = { "config", "gateway", "host", "hub", "plugin", NULL };

/* targets that Meson has itself */
static const char *const meson_names[] = {
  "all",
  "benchmark",
  "clean",
  "clean-ctlist",
  "clean-gcda",
  "clean-gcno",
  "clang-format",
  "clang-tidy",
  "coverage",
  "coverage-xml",
  "coverage-html",
  "coverage-text",
  "coverage-sonarqube",
  "dist",
  "distcheck",
  "install",
  "install-check",
  "phony",
  "reconfigure",
  "scan-build",
  "test",
  "uninstall",
  NULL,
};

/* A name that is looked for among what is there. */
typedef struct
{
  const char *name;
  char *taken; /* (owned) (nullable): by whom */
} Search;

static void
look_at_setting (const UsherSetting *setting,
                 const char *value,
                 const char *source,
                 gpointer user_data)
{
  Search *search = user_data;

  if (search->taken == NULL && g_str_equal (setting->group, search->name))
    search->taken = g_strdup ("is a name of the host's");
}

/* Whether one is the plural of the other: what “order” publishes would be taken for what “orders” does. */
static gboolean
is_near (const char *name, const char *other)
{
  gsize length = MIN (strlen (name), strlen (other));

  return strncmp (name, other, length) == 0 &&
         (g_str_equal (name + length, "s") || g_str_equal (other + length, "s"));
}

static void
look_at_plugin (const char *name,
                UsherManifest *manifest,
                UsherPluginState state,
                const char *reason,
                gpointer user_data)
{
  Search *search = user_data;

  if (search->taken != NULL || manifest == NULL)
    return;

  if (g_str_equal (name, search->name) ||
      g_strv_contains (usher_manifest_get_provides (manifest), search->name))
    search->taken =
        g_strdup_printf ("is the name of a plugin: “%s”", usher_manifest_get_path (manifest));
  else if (is_near (search->name, name))
    search->taken = g_strdup_printf ("is too near to plugin “%s”, whose events begin alike", name);
}

static gboolean
check_taken (const char *name, const UsherOptions *options, GError **error)
{
  g_autoptr (UsherSetup) setup = usher_setup_new_bare (options, USHER_SETUP_LOOK, FALSE);
  Search search = { name, NULL };
  g_autofree char *taken = NULL;

  usher_settings_foreach (setup->settings, look_at_setting, &search);
  usher_catalog_foreach (setup->catalog, look_at_plugin, &search);
  taken = search.taken;

  return taken == NULL || usher_refuse (error, USHER_ERROR_TAKEN, "“%s” %s", name, taken);
}

gboolean
usher_new_name_check (const char *name, const UsherOptions *options, GError **error)
{
  if (strlen (name) > MAX_NAME || !g_regex_match_simple (PATTERN, name, 0, 0) ||
      g_str_has_suffix (name, "\n"))
    return usher_refuse (
        error,
        USHER_ERROR_INVALID,
        "“%s” cannot be a plugin's name: it wants letters from a to z, digits and “-” "
        "between them, a letter first, at most %d",
        name,
        MAX_NAME);
  if (g_strv_contains (host_names, name) || g_str_has_prefix (name, "profile-"))
    return usher_refuse (error, USHER_ERROR_TAKEN, "“%s” is a name of the host's", name);
  if (g_strv_contains (meson_names, name) || g_str_has_prefix (name, "meson-"))
    return usher_refuse (error,
                         USHER_ERROR_TAKEN,
                         "“%s” is a name of Meson's, which could not build it",
                         name);

  return check_taken (name, options, error);
}
