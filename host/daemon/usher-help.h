/* usher-help.h: the manual
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A page of the manual that is no command's. */
typedef struct
{
  const char *name;
  const char *page; /* its name and section, “usher.conf.5” */
  const char *summary;
} UsherTopic;

/* all of them; the last has no name */
extern const UsherTopic usher_topics[];

G_END_DECLS
