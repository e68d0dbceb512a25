/* usher-options.h: what the command line and the environment say
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define USHER_OPTIONS_DEFAULT_LISTEN "127.0.0.1:3000"
#define USHER_OPTIONS_DEFAULT_ADMIN  "127.0.0.1:8222"

/* What a command takes besides settings, plugins and the data directory. */
typedef enum
{
  USHER_OPTIONS_NONE = 0,
  USHER_OPTIONS_LISTEN = 1 << 0,  /* --listen */
  USHER_OPTIONS_ADMIN = 1 << 1,   /* --admin */
  USHER_OPTIONS_BUS = 1 << 2,     /* --bus */
  USHER_OPTIONS_RUN = 1 << 3,     /* --run, --name */
  USHER_OPTIONS_PROFILE = 1 << 4, /* --profile */
  USHER_OPTIONS_PROBE = 1 << 5,   /* --probe */
  USHER_OPTIONS_ADOPT = 1 << 6,   /* --adopt */
  USHER_OPTIONS_BARE = 1 << 7,    /* not even settings, plugins and the data directory */
} UsherOptionsFlags;

typedef struct
{
  char **arguments;      /* (owned) (nullable): what is no option, such as services; NULL: none */
  char *config;          /* (owned) (nullable) */
  char **assignments;    /* (owned) (nullable): group.key=value */
  char **plugins;        /* (owned): the plugin folders, those of the command line first */
  gboolean plugins_only; /* those of the command line alone */
  char *data;            /* (owned): the data directory */
  char *listen;          /* (owned) (nullable): ADDR:PORT, unix:PATH; NULL: not at all */
  char *admin;           /* (owned) (nullable): likewise */
  char *probe;           /* (owned) (nullable): likewise, by default not at all */
  char *bus;             /* (owned) (nullable): an endpoint; NULL: the command's default */
  char *name;            /* (owned) (nullable): of this process; NULL: the command's default */
  char *run;             /* (owned): the run directory */
  gboolean has_run;      /* it was asked for, so that the process is to be found there */
  char *profile;         /* (owned) (nullable) */
  char **elsewhere;      /* (owned) (nullable): services of other processes that no folder has */
  gboolean adopts;       /* the log of the bus is right as it is */
  gboolean leaves_out;   /* a plugin that fails is left out although it is named */
} UsherOptions;

/* One of the things that a command does. */
typedef struct
{
  const char *name;
  const char *arguments; /* (nullable): as of UsherOptionsKind */
  const char *summary;
} UsherVerb;

/* All that is known of a command line beforehand: --help, the check, the completion and the manual are made from it. A word
 * in capitals says what kind of value it is; usher-complete-kinds.c has them all. */
typedef struct
{
  const char *summary;
  /* (nullable): what it takes besides options, such as “DIR”, “[SERVICE…]” or “ID…”; NULL: nothing, or what its verbs take */
  const char *arguments;
  UsherOptionsFlags flags;
  const GOptionEntry
      *entries;           /* (nullable): more options, which fill variables of the command's file */
  const UsherVerb *verbs; /* (nullable): the first word is one of them; the last has no name */
} UsherOptionsKind;

/* @argv: begins with the command; --help prints and exits. An error is one of usage. */
UsherOptions *
usher_options_new (int argc, char **argv, const UsherOptionsKind *kind, GError **error);
/* likewise, of one that is being written: words may be missing */
UsherOptions *
usher_options_new_unfinished (int argc, char **argv, const UsherOptionsKind *kind, GError **error);
void usher_options_free (UsherOptions *self);

/* (transfer full): all options of the command, for --help and for who describes it; the last has no name. They fill
 * @variables. (nullable) */
GOptionEntry *usher_options_list_entries (const UsherOptionsKind *kind, UsherOptions *variables);
/* (nullable): the verb of that name */
const UsherVerb *usher_options_find_verb (const UsherOptionsKind *kind, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherOptions, usher_options_free)

G_END_DECLS
