/* usher-make-keys.c: the command “keys”
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <stdlib.h>

#include "usher-commands.h"
#include "usher-keys.h"

static char *member = NULL;

const GOptionEntry usher_make_keys_entries[] = {
  { "member",
    0,
    0,
    G_OPTION_ARG_STRING,
    &member,
    "Make the keys of one more member, in DIR/NAME",
    "NAME" },
  { NULL },
};

/* What is to be done with the files that were made. */
static void
explain (const char *directory, char **made)
{
  for (guint i = 0; made[i] != NULL; i++)
    g_print ("%s\n", made[i]);

  if (member != NULL)
    g_print ("\nMove %s/%s to the machine of “%s”, where setting bus.keys names it. The hub knows "
             "the member from now on; %s/%s.acl, where there is one, says which channels it may "
             "publish and subscribe.\n",
             directory,
             member,
             member,
             directory,
             member);
  else
    g_print ("\nSetting bus.keys=%s is for the hub and for members on this machine. For each other "
             "machine run “usher keys %s --member NAME”. Files that end in “_secret” are for "
             "nobody else; hub.key_secret never leaves this machine.\n",
             directory,
             directory);
}

int
usher_make_keys (const UsherOptions *options)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *directory = NULL;
  g_auto (GStrv) made = NULL;

  directory = g_canonicalize_filename (options->arguments[0], NULL);
  made = usher_keys_make (directory, member, &error);
  if (made == NULL)
    {
      g_printerr ("usher: %s\n", error->message);
      return EXIT_FAILURE;
    }

  explain (directory, made);

  return EXIT_SUCCESS;
}
