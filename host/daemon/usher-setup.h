/* usher-setup.h: a host with its plugins, before it starts
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-catalog.h"
#include "usher-host-class.h"
#include "usher-keyring.h"
#include "usher-options.h"

G_BEGIN_DECLS

/* What each command begins with. What is wrong is collected, not answered by the first. */
typedef struct
{
  const UsherOptions *options; /* (unowned) */
  UsherClock *clock;           /* (owned) */
  UsherSettings *settings;     /* (owned) */
  UsherKeyring *keyring;       /* (owned) (nullable): among the secrets of @settings */
  UsherCatalog *catalog;       /* (owned) */
  char **services;             /* (owned) (nullable): that are to run; NULL: all that can */
  GError *no_python;           /* (owned) (nullable): why those in Python cannot */
  UsherHost *host;             /* (owned) (nullable) */
  guint n_services;            /* that are configured */
  gboolean has_no_plugins;     /* there is none in any folder */
  GPtrArray *problems;         /* (owned) (element-type utf8): what keeps the host from starting */
  char *trouble;               /* (owned) (nullable): what keeps it from being ready */
  gboolean is_left_out; /* all its plugins have failed, which the supervisor knows how to take */
} UsherSetup;

typedef enum
{
  USHER_SETUP_LOOK,   /* nothing is locked or left */
  USHER_SETUP_ALONE,  /* a host that has the data directory for itself */
  USHER_SETUP_SHARED, /* one of several */
  /* alone, after waiting for the processes of one that was killed */
  USHER_SETUP_TAKE_OVER,
} UsherSetupUse;

UsherSetup *usher_setup_new (const UsherOptions *options, UsherSetupUse use);
/* without services: settings of plugins that are found are not looked at. @needs_plugins: FALSE: on a machine without a
 * plugin folder too */
UsherSetup *
usher_setup_new_bare (const UsherOptions *options, UsherSetupUse use, gboolean needs_plugins);
/* neither host nor plugins, for who only wants to know what was set */
UsherSetup *usher_setup_new_settings (const UsherOptions *options);
void usher_setup_free (UsherSetup *self);

/* (transfer full): by which a command line names a service: its name, or the path of its file */
char *usher_setup_dup_word (UsherSetup *self, const char *service);

/* each on a line of its own on standard error */
void usher_setup_print_problems (UsherSetup *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherSetup, usher_setup_free)

G_END_DECLS
