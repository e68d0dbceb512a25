/* usher-tool.h: another program that is asked something
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* (transfer full) (nullable): what it prints, without blanks around; NULL: nothing, or it is not there. @command: found in $PATH */
char *usher_tool_ask (const char *const *command);

G_END_DECLS
