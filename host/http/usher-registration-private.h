/* usher-registration-private.h: what a host process tells of itself in the run directory
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "usher-route-private.h"

G_BEGIN_DECLS

/* `DIRECTORY/NAME.json`: it is there from READY on until the stop begins. Who is killed leaves it behind. */
typedef struct
{
  char *name; /* (owned) */
  gint64 pid;
  char *listen;        /* (owned) (nullable): `unix:PATH` or `http://ADDR:PORT` */
  char *admin;         /* (owned) (nullable) */
  GPtrArray *services; /* (owned) (element-type utf8) */
  GPtrArray
      *routes; /* (owned) (element-type UsherRoute): of their flags ADMIN and SIGNED_IN are told */
} UsherRegistration;

UsherRegistration *usher_registration_new (const char *name);
void usher_registration_free (UsherRegistration *self);
/* as an id of a request, but with no dot at the front */
gboolean usher_registration_is_name (const char *name);
/* (transfer full) */
char *usher_registration_make_path (const char *directory, const char *name);
/* appears at once or not at all */
gboolean usher_registration_write (UsherRegistration *self, const char *directory, GError **error);
/* what was written to @path; that it cannot be is logged */
void usher_registration_remove (const char *path);
/* INVALID: not one, or of another name */
UsherRegistration *
usher_registration_read (const char *directory, const char *name, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherRegistration, usher_registration_free)

G_END_DECLS
