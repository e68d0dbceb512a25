/* usher-test-json-private.h: a member of a JSON value, as tests are told of it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <usher.h>

G_BEGIN_DECLS

/* (transfer full) (nullable): a string without its quotes, any other value as it is written; NULL: missing */
char *usher_test_dup_text (UsherJson *json, const char *path);

G_END_DECLS
