/* usher-options.h: what the command line and the environment say
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char **services;    /* (owned) (nullable): NULL: all that are usable */
  char *config;       /* (owned) (nullable) */
  char **assignments; /* (owned) (nullable): group.key=value */
  char **plugins;     /* (owned): the plugin folders */
  char *data;         /* (owned): the data directory */
  char *listen;       /* (owned): ADDR:PORT */
  char *admin;        /* (owned): ADDR:PORT */
} UsherOptions;

/* @argv: begins with the command; @summary: for --help, which prints and exits. An error is one of usage. */
UsherOptions *usher_options_new (int argc, char **argv, const char *summary, GError **error);
void usher_options_free (UsherOptions *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherOptions, usher_options_free)

G_END_DECLS
