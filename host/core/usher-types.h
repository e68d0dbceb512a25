/* usher-types.h: types that are named before they are known
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-macros.h"

/* a header that needs a pointer alone, and may not include the folder of the type */
typedef struct _UsherReply UsherReply;
typedef struct _UsherStore UsherStore;
