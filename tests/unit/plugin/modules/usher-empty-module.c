/* usher-empty-module.c: a module without the symbol
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib.h>

extern const guint usher_nothing;
__attribute__ ((visibility ("default"))) const guint usher_nothing = 0;
