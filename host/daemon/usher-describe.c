/* usher-describe.c: the services by what they declare
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <stdlib.h>

#include "usher-commands.h"
#include "usher-comparison.h"
#include "usher-setup.h"

/* of a comparison that could not be made */
#define EXIT_NO_COMPARISON 2

static gboolean as_openapi;
static gboolean as_asyncapi;
static gboolean as_json;
static char *old;

const GOptionEntry usher_describe_entries[] = {
  { "openapi", 0, 0, G_OPTION_ARG_NONE, &as_openapi, "The routes, as OpenAPI 3.1", NULL },
  { "asyncapi", 0, 0, G_OPTION_ARG_NONE, &as_asyncapi, "The events, as AsyncAPI 3", NULL },
  { "json", 0, 0, G_OPTION_ARG_NONE, &as_json, "All that is declared", NULL },
  { "compare",
    0,
    0,
    G_OPTION_ARG_FILENAME,
    &old,
    "Tell what breaks a client or listener of what --json printed into FILE",
    "FILE" },
  { NULL },
};

static void
print_failed (const char *name,
              UsherManifest *manifest,
              UsherPluginState state,
              const char *reason,
              gpointer user_data)
{
  gboolean *has_failed = user_data;

  if (state != USHER_PLUGIN_FAILED)
    return;

  g_printerr ("usher: plugin “%s”: %s\n", name, reason);
  *has_failed = TRUE;
}

/* A part must not pass for the whole. What is wrong besides, such as a secret that is not here, says nothing of routes and events. */
static gboolean
is_whole (UsherSetup *setup)
{
  gboolean has_failed = FALSE;

  usher_setup_print_problems (setup);
  usher_catalog_foreach (setup->catalog, print_failed, &has_failed);

  return !has_failed && (setup->n_services > 0 || setup->has_no_plugins);
}

static int
print (UsherHost *host)
{
  UsherDescriptionFormat format = as_openapi    ? USHER_DESCRIPTION_OPENAPI
                                  : as_asyncapi ? USHER_DESCRIPTION_ASYNCAPI
                                                : USHER_DESCRIPTION_JSON;
  g_autofree char *text = usher_host_describe (host, format);

  g_print ("%s", text);

  return EXIT_SUCCESS;
}

static int
compare (UsherHost *host, char **services)
{
  g_autofree char *now = usher_host_describe (host, USHER_DESCRIPTION_JSON);
  g_autoptr (GPtrArray) breaks = NULL;
  g_autoptr (GError) error = NULL;

  breaks = usher_comparison_make (old, now, (const char *const *) services, &error);
  if (breaks == NULL)
    {
      g_printerr ("usher: %s\n", error->message);
      return EXIT_NO_COMPARISON;
    }

  for (guint i = 0; i < breaks->len; i++)
    g_print ("%s\n", (const char *) g_ptr_array_index (breaks, i));
  if (breaks->len > 0)
    return EXIT_FAILURE;

  g_print ("nothing breaks\n");

  return EXIT_SUCCESS;
}

int
usher_describe (const UsherOptions *options)
{
  g_autoptr (UsherSetup) setup = NULL;

  if (!!as_openapi + !!as_asyncapi + !!as_json + (old != NULL) != 1)
    {
      g_printerr ("usher: one of --openapi, --asyncapi, --json and --compare is wanted\n");
      return EXIT_USAGE;
    }

  setup = usher_setup_new (options, USHER_SETUP_LOOK);
  if (!is_whole (setup) || setup->host == NULL)
    return old != NULL ? EXIT_NO_COMPARISON : EXIT_FAILURE;

  return old != NULL ? compare (setup->host, setup->services) : print (setup->host);
}
