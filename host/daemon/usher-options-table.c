/* usher-options-table.c: the options that several commands have
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-options.h"

#define ADDRESS          "ADDR:PORT|unix:PATH|none"
#define VARIABLE(member) G_STRUCT_OFFSET (UsherOptions, member)

typedef struct
{
  UsherOptionsFlags
      flag;       /* of the commands that take it; USHER_OPTIONS_NONE: all that are not bare */
  gsize variable; /* where it is in UsherOptions */
  GOptionEntry entry;
} Common;

static const Common commons[] = {
  { USHER_OPTIONS_NONE,
    VARIABLE (config),
    { "config", 0, 0, G_OPTION_ARG_FILENAME, NULL, "Read settings from FILE", "FILE" } },
  { USHER_OPTIONS_NONE,
    VARIABLE (assignments),
    { "set",
      's',
      0,
      G_OPTION_ARG_STRING_ARRAY,
      NULL,
      "Set one setting; may be repeated",
      "GROUP.KEY=VALUE" } },
  { USHER_OPTIONS_NONE,
    VARIABLE (data),
    { "data", 0, 0, G_OPTION_ARG_FILENAME, NULL, "Keep the data in DIR", "DIR" } },
  { USHER_OPTIONS_NONE,
    VARIABLE (plugins),
    { "plugins",
      0,
      0,
      G_OPTION_ARG_FILENAME_ARRAY,
      NULL,
      "Look for plugins in DIR too; may be repeated",
      "DIR" } },
  { USHER_OPTIONS_NONE,
    VARIABLE (plugins_only),
    { "plugins-only", 0, 0, G_OPTION_ARG_NONE, NULL, "Look for plugins nowhere else", NULL } },
  { USHER_OPTIONS_LISTEN,
    VARIABLE (listen),
    { "listen",
      0,
      0,
      G_OPTION_ARG_STRING,
      NULL,
      "Serve the public at ADDR:PORT, by default " USHER_OPTIONS_DEFAULT_LISTEN
      "; port 0 takes any",
      ADDRESS } },
  { USHER_OPTIONS_ADMIN,
    VARIABLE (admin),
    { "admin",
      0,
      0,
      G_OPTION_ARG_STRING,
      NULL,
      "The operators' address, by default " USHER_OPTIONS_DEFAULT_ADMIN,
      ADDRESS } },
  { USHER_OPTIONS_PROBE,
    VARIABLE (probe),
    { "probe",
      0,
      0,
      G_OPTION_ARG_STRING,
      NULL,
      "Tell anybody at ADDR:PORT /healthz, /readyz and /metrics; by default none",
      ADDRESS } },
  { USHER_OPTIONS_ADOPT,
    VARIABLE (adopts),
    { "adopt",
      0,
      0,
      G_OPTION_ARG_NONE,
      NULL,
      "Once: go on with the bus's log as it is, though services know another one",
      NULL } },
  { USHER_OPTIONS_BUS,
    VARIABLE (bus),
    { "bus",
      0,
      0,
      G_OPTION_ARG_STRING,
      NULL,
      "The hub's endpoint",
      "ipc://PATH|tcp://HOST:PORT" } },
  { USHER_OPTIONS_RUN,
    VARIABLE (run),
    { "run",
      0,
      0,
      G_OPTION_ARG_FILENAME,
      NULL,
      "Be found by others in DIR; its sockets are there",
      "DIR" } },
  { USHER_OPTIONS_RUN,
    VARIABLE (name),
    { "name", 0, 0, G_OPTION_ARG_STRING, NULL, "How this process is called", "NAME" } },
  { USHER_OPTIONS_RUN,
    VARIABLE (leaves_out),
    { "leave-out",
      0,
      G_OPTION_FLAG_HIDDEN,
      G_OPTION_ARG_NONE,
      NULL,
      "For the children of “usher up”: end with a status of its own when no plugin is left",
      NULL } },
  { USHER_OPTIONS_RUN,
    VARIABLE (elsewhere),
    { "elsewhere",
      0,
      G_OPTION_FLAG_HIDDEN,
      G_OPTION_ARG_STRING_ARRAY,
      NULL,
      "For the children of “usher up”: a service that another one runs by its file",
      "NAME" } },
  { USHER_OPTIONS_PROFILE,
    VARIABLE (profile),
    { "profile", 0, 0, G_OPTION_ARG_STRING, NULL, "Who runs where", "PROFILE" } },
};

static gboolean
is_taken (const UsherOptionsKind *kind, UsherOptionsFlags flag)
{
  if (flag == USHER_OPTIONS_NONE)
    return (kind->flags & USHER_OPTIONS_BARE) == 0;

  return (kind->flags & flag) != 0;
}

GOptionEntry *
usher_options_list_entries (const UsherOptionsKind *kind, UsherOptions *variables)
{
  g_autoptr (GArray) entries = g_array_new (TRUE, TRUE, sizeof (GOptionEntry));

  for (guint i = 0; i < G_N_ELEMENTS (commons); i++)
    {
      GOptionEntry entry = commons[i].entry;

      if (!is_taken (kind, commons[i].flag))
        continue;
      if (variables != NULL)
        entry.arg_data = G_STRUCT_MEMBER_P (variables, commons[i].variable);
      g_array_append_val (entries, entry);
    }
  for (const GOptionEntry *entry = kind->entries; entry != NULL && entry->long_name != NULL;
       entry++)
    g_array_append_vals (entries, entry, 1);

  return (GOptionEntry *) g_array_free (g_steal_pointer (&entries), FALSE);
}

const UsherVerb *
usher_options_find_verb (const UsherOptionsKind *kind, const char *name)
{
  for (const UsherVerb *verb = kind->verbs; verb != NULL && verb->name != NULL; verb++)
    if (g_str_equal (verb->name, name))
      return verb;

  return NULL;
}
