/* usher-profile.h: which services run in which process
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-setup.h"

G_BEGIN_DECLS

#define USHER_PROFILE_DEFAULT  "spread"
#define USHER_PROFILE_TOGETHER "one"

/* Services that share a process, and how many such processes there are. */
typedef struct
{
  char *name;      /* (owned) */
  char **services; /* (owned) */
  guint copies;
} UsherPlace;

typedef struct
{
  char *name;        /* (owned) */
  char *why;         /* (owned): where it is from */
  char *bus;         /* (owned): the hub's endpoint */
  GPtrArray *places; /* (owned) (element-type UsherPlace) */
  GPtrArray
      *absent; /* (owned) (element-type utf8): plugins that have no process of their own, and why */
} UsherProfile;

/* The profile that the options choose, for the services that they name, or all that are usable. INVALID and NOT_FOUND say
 * what of it makes no sense. The setup's catalog is put in order by this. */
UsherProfile *usher_profile_new (UsherSetup *setup, GError **error);
void usher_profile_free (UsherProfile *self);

/* the built-in ones, and those of the settings; @why: (nullable) */
void usher_profile_foreach (UsherSettings *settings,
                            void (*func) (const char *name, const char *why, gpointer user_data),
                            gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherProfile, usher_profile_free)

G_END_DECLS
