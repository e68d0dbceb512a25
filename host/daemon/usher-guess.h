/* usher-guess.h: what somebody may have meant by a word
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* (transfer full): the end of a message that refuses @word: “, did you mean “run”?”, or nothing when none is near. @names:
 * (element-type utf8) */
char *usher_guess (const char *word, GPtrArray *names);

G_END_DECLS
