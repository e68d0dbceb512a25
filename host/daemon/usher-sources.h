/* usher-sources.h: where settings are read from, at the start and again
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-options.h"
#include "usher-settings.h"

G_BEGIN_DECLS

/* Files, environment and command line, later ones win. What is wrong is added to @problems (element-type utf8). */
void usher_sources_load (const UsherOptions *options, UsherSettings *settings, GPtrArray *problems);
/* (transfer full) (element-type utf8): the files among them that are there, in order */
GPtrArray *usher_sources_list_files (const UsherOptions *options);

/* Reads all again beside @settings, which are in use, and takes over what can change while a host runs. What cannot is
 * told with a message, and nothing changes when anything is wrong. On the thread that loaded @settings. */
void usher_sources_read_again (const UsherOptions *options, UsherSettings *settings);

/* whether it can change while a host runs */
gboolean usher_sources_is_live (const UsherSetting *setting);

G_END_DECLS
