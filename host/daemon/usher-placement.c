/* usher-placement.c: the command “usher placement”
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <stdlib.h>

#include "usher-commands.h"
#include "usher-profile.h"
#include "usher-table.h"
#include "usher-terminal.h"

static gboolean as_json;

const GOptionEntry usher_placement_entries[] = {
  { "json", 0, 0, G_OPTION_ARG_NONE, &as_json, "All of it as one JSON object", NULL },
  { NULL },
};

/* (transfer full): who runs where */
static UsherTable *
make_places (const UsherProfile *profile)
{
  static const UsherColumn columns[] = {
    { "process", "PROCESS" },
    { "copies", "COPIES", USHER_COLUMN_NUMBER },
    { "services", "SERVICES", USHER_COLUMN_LIST },
  };
  UsherTable *table = usher_table_new (columns, G_N_ELEMENTS (columns));

  usher_table_add_text (table, "hub");
  usher_table_add_number (table, 1);
  usher_table_add_list (table, NULL);
  for (guint i = 0; i < profile->places->len; i++)
    {
      const UsherPlace *place = g_ptr_array_index (profile->places, i);

      usher_table_add_text (table, place->name);
      usher_table_add_number (table, place->copies);
      usher_table_add_list (table, (const char *const *) place->services);
    }

  return table;
}

static void
print_text (const UsherProfile *profile, const UsherOptions *options)
{
  g_autoptr (UsherTable) places = make_places (profile);

  g_print ("profile %s, %s\n", profile->name, profile->why);
  g_print ("public  %s, the supervisor forwards to whoever has the service\n",
           options->listen != NULL ? options->listen : "nowhere");
  g_print ("admin   %s, the supervisor\n", options->admin != NULL ? options->admin : "nowhere");
  g_print ("bus     %s, the process hub, which has its log\n", profile->bus);
  g_print ("data    %s, shared by all\n", options->data);
  g_print ("run     %s, their sockets\n\n", options->run);
  usher_table_print (places);

  if (profile->absent->len > 0)
    g_print ("\nNo process of their own:\n");
  for (guint i = 0; i < profile->absent->len; i++)
    g_print ("  %s\n", (const char *) g_ptr_array_index (profile->absent, i));
}

/* (transfer full): a text, or that there is none */
static JsonNode *
make_node (const char *text)
{
  g_autofree char *valid = text != NULL ? g_utf8_make_valid (text, -1) : NULL;
  JsonNode *node = json_node_alloc ();

  return valid != NULL ? json_node_init_string (node, valid) : json_node_init_null (node);
}

static void
print_json (const UsherProfile *profile, const UsherOptions *options)
{
  const struct
  {
    const char *name;
    const char *value;
  } members[] = {
    { "profile", profile->name }, { "source", profile->why }, { "public", options->listen },
    { "admin", options->admin },  { "bus", profile->bus },    { "data", options->data },
    { "run", options->run },
  };
  g_autoptr (UsherTable) places = make_places (profile);
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      json_builder_set_member_name (builder, members[i].name);
      json_builder_add_value (builder, make_node (members[i].value));
    }
  json_builder_set_member_name (builder, "items");
  usher_table_build (places, builder);
  json_builder_set_member_name (builder, "absent");
  json_builder_begin_array (builder);
  for (guint i = 0; i < profile->absent->len; i++)
    json_builder_add_value (builder, make_node (g_ptr_array_index (profile->absent, i)));
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  usher_terminal_print_built (builder);
}

int
usher_explain_placement (const UsherOptions *options)
{
  g_autoptr (UsherSetup) setup = NULL;
  g_autoptr (UsherProfile) profile = NULL;
  g_autoptr (GError) error = NULL;
  UsherOptions rest = *options;

  /* the services, if some are named */
  rest.arguments = options->arguments[1] != NULL ? options->arguments + 1 : NULL;
  setup = usher_setup_new_bare (&rest, USHER_SETUP_LOOK, TRUE);
  profile = usher_profile_new (setup, &error);
  usher_setup_print_problems (setup);
  if (profile == NULL)
    g_printerr ("usher: %s\n", error->message);
  if (profile == NULL || setup->problems->len > 0)
    return EXIT_FAILURE;

  if (as_json)
    print_json (profile, options);
  else
    print_text (profile, options);

  return EXIT_SUCCESS;
}
