/* usher-main.h: the program, for who begins its process
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-loader.h"

G_BEGIN_DECLS

/* All that the program does; the exit status. @python: (unowned) (nullable): makes services in Python; NULL: those are for a process of the
 * interpreter, which takes the place of this one. Once a process. */
USHER_API
int usher_main (int argc, char **argv, UsherLoader *python);

G_END_DECLS
