/* usher-write-private.h: writes bytes whole
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

#include "usher-macros.h"

G_BEGIN_DECLS

USHER_API
gboolean usher_write_all (int fd, gconstpointer bytes, gsize size);

G_END_DECLS
