/* usher-resources.h: what the system must give a process that serves
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* whether a process with so many services, @n_remote of which have their databases on a server, gets the open files and threads that it needs to start; what is missing is told.
 * All files that may be open can be afterwards */
gboolean usher_resources_check (guint n_services, guint n_remote, GError **error);
/* what must be there before GLib and libzmq make anything */
gboolean usher_resources_check_libraries (GError **error);
/* the files alone: threads that cannot be made are an error of whoever makes them, and to try so many takes longer than to
 * open a store */
gboolean usher_resources_check_files (guint n_services, guint n_remote, GError **error);
/* the same of a supervisor with so many processes, of which one has so many services: they get the same limit of open files,
 * and look for themselves at the rest */
gboolean usher_resources_check_children (guint n_children, guint n_services, GError **error);

G_END_DECLS
