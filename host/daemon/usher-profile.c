/* usher-profile.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-profile.h"

#include <string.h>

#include "usher-error.h"
#include "usher-settings-private.h"

#define MAX_COPIES   64
#define GROUP_PREFIX "profile-"
#define IPC          "ipc://"
#define TCP          "tcp://"

static const struct
{
  const char *name;
  const char *why;
  guint copies; /* of each service's process; 0: all are in one */
} built_in[] = {
  { "one", "built in: all services in one process, but for each in Python", 0 },
  { "pairs", "built in: two processes a service", 2 },
  { "spread", "built in: one process a service", 1 },
};

static void
free_place (gpointer data)
{
  UsherPlace *place = data;

  g_free (place->name);
  g_strfreev (place->services);
  g_free (place);
}

void
usher_profile_free (UsherProfile *self)
{
  g_free (self->name);
  g_free (self->why);
  g_free (self->bus);
  g_ptr_array_unref (self->places);
  g_ptr_array_unref (self->absent);
  g_free (self);
}

static void
add_place (UsherProfile *self, const char *name, GPtrArray *services, guint copies)
{
  UsherPlace *place = g_new0 (UsherPlace, 1);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < services->len; i++)
    g_strv_builder_add (builder, g_ptr_array_index (services, i));
  place->name = g_strdup (name);
  place->services = g_strv_builder_end (builder);
  place->copies = copies;
  g_ptr_array_add (self->places, place);
}

static void
add_own_place (UsherProfile *self, const char *service, guint copies)
{
  g_autoptr (GPtrArray) services = g_ptr_array_new ();

  g_ptr_array_add (services, (gpointer) service);
  add_place (self, service, services, copies);
}

/* Whether a plugin runs in the process of another that requires it. */
static gboolean
is_required (GPtrArray *manifests, UsherManifest *manifest)
{
  const char *name = usher_manifest_get_name (manifest);

  for (guint i = 0; i < manifests->len; i++)
    {
      const char *const *requires = usher_manifest_get_requires (g_ptr_array_index (manifests, i));

      for (guint j = 0; requires[j] != NULL; j++)
        if (strncmp (requires[j], name, strlen (name)) == 0 &&
            strcspn (requires[j], " <>=") == strlen (name))
          return TRUE;
    }

  return FALSE;
}

static void
fill_built_in (UsherProfile *self, GPtrArray *manifests, guint copies)
{
  g_autoptr (GPtrArray) together = g_ptr_array_new ();

  for (guint i = 0; i < manifests->len; i++)
    {
      UsherManifest *manifest = g_ptr_array_index (manifests, i);

      if (is_required (manifests, manifest))
        continue;
      if (copies == 0 && !usher_manifest_is_python (manifest))
        g_ptr_array_add (together, (gpointer) usher_manifest_get_name (manifest));
      else
        add_own_place (self, usher_manifest_get_name (manifest), MAX (copies, 1));
    }
  if (together->len > 0)
    add_place (self, "host", together, 1);
}

static gboolean
is_in (GPtrArray *manifests, const char *name)
{
  for (guint i = 0; i < manifests->len; i++)
    if (g_str_equal (usher_manifest_get_name (g_ptr_array_index (manifests, i)), name))
      return TRUE;

  return FALSE;
}

static gboolean
runs_somewhere (UsherProfile *self, const char *service)
{
  for (guint i = 0; i < self->places->len; i++)
    {
      const UsherPlace *place = g_ptr_array_index (self->places, i);

      if (g_strv_contains ((const char *const *) place->services, service))
        return TRUE;
    }

  return FALSE;
}

static gboolean
parse_copies (UsherProfile *self, char *text, guint *copies, GError **error)
{
  char *star = strchr (text, '*');
  guint64 n = 1;

  if (star != NULL)
    {
      *star = '\0';
      if (!g_ascii_string_to_unsigned (g_strstrip (star + 1), 10, 1, MAX_COPIES, &n, NULL))
        {
          g_set_error (error,
                       USHER_ERROR,
                       USHER_ERROR_INVALID,
                       "profile “%s” wants “%s” copies of “%s”, but 1 to %d can be",
                       self->name,
                       star + 1,
                       text,
                       MAX_COPIES);
          return FALSE;
        }
    }
  *copies = (guint) n;

  return TRUE;
}

static gboolean
check_service (UsherProfile *self, UsherCatalog *catalog, const char *service, GError **error)
{
  g_autofree char *reason = NULL;

  if (runs_somewhere (self, service))
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_INVALID,
                   "profile “%s” has “%s” in two processes; “%s*2” makes two copies",
                   self->name,
                   service,
                   service);
      return FALSE;
    }

  if (usher_catalog_get_state (catalog, service, &reason) != USHER_PLUGIN_FAILED)
    return TRUE;

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_NOT_FOUND,
               "profile “%s” has “%s”, which cannot run: %s",
               self->name,
               service,
               reason);

  return FALSE;
}

/* “auth+tickets*2”: services that share a process, and the copies of it. */
static gboolean
parse_place (UsherProfile *self,
             UsherCatalog *catalog,
             GPtrArray *manifests,
             const char *text,
             GError **error)
{
  g_autofree char *copy = g_strdup (text);
  g_autoptr (GPtrArray) services = g_ptr_array_new ();
  g_auto (GStrv) names = NULL;
  guint copies = 0;

  if (!parse_copies (self, copy, &copies, error))
    return FALSE;

  names = g_strsplit (copy, "+", -1);
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_strstrip (names[i]);
      if (!check_service (self, catalog, names[i], error))
        return FALSE;
      if (is_in (manifests, names[i]))
        g_ptr_array_add (services, names[i]);
    }
  if (services->len > 0)
    add_place (self, g_ptr_array_index (services, 0), services, copies);

  return TRUE;
}

static gboolean
fill_from_settings (UsherProfile *self, UsherSetup *setup, GPtrArray *manifests, GError **error)
{
  g_autofree char *group = g_strconcat (GROUP_PREFIX, self->name, NULL);
  g_auto (GStrv) processes = usher_settings_dup_list (setup->settings, group, "processes");

  if (processes[0] == NULL)
    {
      g_set_error (error,
                   USHER_ERROR,
                   USHER_ERROR_NOT_FOUND,
                   "there is no profile “%s”: built in are “one”, “pairs” and “spread”, others "
                   "are settings such as %s.processes=auth+tickets;orders*2",
                   self->name,
                   group);
      return FALSE;
    }

  for (guint i = 0; processes[i] != NULL; i++)
    if (!parse_place (self, setup->catalog, manifests, processes[i], error))
      return FALSE;

  if (self->places->len > 0)
    return TRUE;

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_INVALID,
               "profile “%s” runs none of the services that were named",
               self->name);

  return FALSE;
}

/* (transfer full): why a plugin that could run has no process of its own. */
static char *
tell_absence (UsherProfile *self, GPtrArray *manifests, UsherManifest *manifest)
{
  if (is_required (manifests, manifest))
    return g_strdup ("it runs in the process of what requires it");
  if (is_in (manifests, usher_manifest_get_name (manifest)))
    return g_strdup_printf ("profile “%s” does not have it", self->name);

  return g_strdup ("it was not named");
}

typedef struct
{
  UsherProfile *profile;
  GPtrArray *manifests;
} Absence;

static void
note_absent (const char *name,
             UsherManifest *manifest,
             UsherPluginState state,
             const char *reason,
             gpointer user_data)
{
  const Absence *absence = user_data;
  g_autofree char *why = NULL;

  if (manifest != NULL && runs_somewhere (absence->profile, name))
    return;

  if (manifest == NULL || state == USHER_PLUGIN_FAILED)
    why = g_strdup (reason);
  else
    why = tell_absence (absence->profile, absence->manifests, manifest);
  g_ptr_array_add (absence->profile->absent, g_strdup_printf ("%s: %s", name, why));
}

static gboolean
declare (UsherSettings *settings, const char *name, GError **error)
{
  g_autofree char *group = g_strconcat (GROUP_PREFIX, name, NULL);
  const UsherSetting profile_settings[] = {
    { group,
      "processes",
      USHER_SETTING_LIST,
      "",
      0,
      0,
      "services that share a process by +, and copies by *, such as auth+tickets;orders*2" },
    { group,
      "bus",
      USHER_SETTING_STRING,
      "",
      0,
      0,
      "the hub's endpoint; empty: a socket in the run directory" },
  };

  return usher_settings_declare (settings,
                                 profile_settings,
                                 G_N_ELEMENTS (profile_settings),
                                 error);
}

static gboolean
fill (UsherProfile *self, UsherSetup *setup, GPtrArray *manifests, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (built_in); i++)
    if (g_str_equal (built_in[i].name, self->name))
      {
        self->why = g_strdup (built_in[i].why);
        fill_built_in (self, manifests, built_in[i].copies);
        return TRUE;
      }

  self->why = g_strdup_printf ("by the settings of group profile-%s", self->name);

  return fill_from_settings (self, setup, manifests, error);
}

/* Members must know where to go before the hub is there. */
static gboolean
check_bus (UsherProfile *self, const char *public, GError **error)
{
  const char *colon = strrchr (self->bus, ':');

  if (g_str_has_prefix (self->bus, IPC) && self->bus[strlen (IPC)] != '\0')
    return TRUE;
  if (g_str_has_prefix (self->bus, TCP) && colon > self->bus + strlen (TCP) &&
      g_ascii_string_to_unsigned (colon + 1, 10, 1, G_MAXUINT16, NULL, NULL))
    return TRUE;

  g_set_error (error,
               USHER_ERROR,
               USHER_ERROR_INVALID,
               "the bus of profile “%s” is “%s”, but is to be ipc://PATH or tcp://HOST:PORT with a "
               "port that is not 0",
               self->name,
               public);

  return FALSE;
}

/* By option, else the profile's, else a socket in the run directory. */
static gboolean
choose_bus (UsherProfile *self, UsherSetup *setup, GError **error)
{
  g_autofree char *group = g_strconcat (GROUP_PREFIX, self->name, NULL);
  g_autofree char *public = usher_settings_dup_public (setup->settings, group, "bus");
  const char *bus = usher_settings_get_string (setup->settings, group, "bus");

  if (setup->options->bus != NULL)
    self->bus = g_strdup (setup->options->bus);
  else if (*bus != '\0')
    self->bus = g_strdup (bus);
  else
    self->bus = g_strdup_printf (IPC "%s/bus", setup->options->run);

  return check_bus (self, setup->options->bus != NULL ? setup->options->bus : public, error);
}

UsherProfile *
usher_profile_new (UsherSetup *setup, GError **error)
{
  const UsherOptions *options = setup->options;
  g_autoptr (UsherProfile) self = g_new0 (UsherProfile, 1);
  g_autoptr (GPtrArray) manifests = NULL;
  Absence absence = { NULL };

  self->name = g_strdup (options->profile != NULL ? options->profile : USHER_PROFILE_DEFAULT);
  self->places = g_ptr_array_new_with_free_func (free_place);
  self->absent = g_ptr_array_new_with_free_func (g_free);

  manifests = usher_catalog_resolve (setup->catalog, (const char *const *) setup->services, error);
  if (manifests == NULL || !declare (setup->settings, self->name, error) ||
      !fill (self, setup, manifests, error))
    return NULL;

  if (self->places->len == 0 || manifests->len == 0)
    {
      g_set_error (error, USHER_ERROR, USHER_ERROR_NOT_FOUND, "there is no plugin that can run");
      return NULL;
    }

  absence = (Absence){ self, manifests };
  usher_catalog_foreach (setup->catalog, note_absent, &absence);
  if (!choose_bus (self, setup, error))
    return NULL;

  return g_steal_pointer (&self);
}

void
usher_profile_foreach (UsherSettings *settings,
                       void (*func) (const char *name, const char *why, gpointer user_data),
                       gpointer user_data)
{
  g_auto (GStrv) groups = usher_settings_list_strangers (settings, GROUP_PREFIX);

  for (guint i = 0; i < G_N_ELEMENTS (built_in); i++)
    func (built_in[i].name, built_in[i].why, user_data);
  for (guint i = 0; groups[i] != NULL; i++)
    func (groups[i] + strlen (GROUP_PREFIX), "By the settings", user_data);
}
