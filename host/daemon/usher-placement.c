/* usher-placement.c: the command “usher placement”
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <stdlib.h>

#include "usher-commands.h"
#include "usher-profile.h"

static void
print_place (const UsherPlace *place)
{
  g_autofree char *services = g_strjoinv (" ", place->services);

  g_print ("%-12s %6u  %s\n", place->name, place->copies, services);
}

static void
explain (const UsherProfile *profile, const UsherOptions *options)
{
  g_print ("profile %s, %s\n", profile->name, profile->why);
  g_print ("public  %s, the supervisor forwards to whoever has the service\n",
           options->listen != NULL ? options->listen : "nowhere");
  g_print ("admin   %s, the supervisor\n", options->admin != NULL ? options->admin : "nowhere");
  g_print ("bus     %s, the process hub\n", profile->bus);
  g_print ("data    %s, shared by all\n", options->data);
  g_print ("run     %s, their sockets\n\n", options->run);

  g_print ("%-12s %6s  %s\n", "PROCESS", "COPIES", "SERVICES");
  g_print ("%-12s %6u  %s\n", "hub", 1U, "the bus and its log");
  for (guint i = 0; i < profile->places->len; i++)
    print_place (g_ptr_array_index (profile->places, i));

  if (profile->absent->len > 0)
    g_print ("\nNo process of their own:\n");
  for (guint i = 0; i < profile->absent->len; i++)
    g_print ("  %s\n", (const char *) g_ptr_array_index (profile->absent, i));
}

int
usher_explain_placement (const UsherOptions *options)
{
  g_autoptr (UsherSetup) setup = NULL;
  g_autoptr (UsherProfile) profile = NULL;
  g_autoptr (GError) error = NULL;
  UsherOptions rest = *options;

  if (options->arguments == NULL || !g_str_equal (options->arguments[0], "explain"))
    {
      g_printerr ("usher: “usher placement explain” is what there is\n");
      return EXIT_USAGE;
    }

  /* the services, if some are named */
  rest.arguments = options->arguments[1] != NULL ? options->arguments + 1 : NULL;
  setup = usher_setup_new_bare (&rest, USHER_SETUP_LOOK, TRUE);
  profile = usher_profile_new (setup, &error);
  usher_setup_print_problems (setup);
  if (profile == NULL)
    g_printerr ("usher: %s\n", error->message);
  if (profile == NULL || setup->problems->len > 0)
    return EXIT_FAILURE;

  explain (profile, options);

  return EXIT_SUCCESS;
}
