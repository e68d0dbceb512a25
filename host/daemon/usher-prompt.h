/* usher-prompt.h: asks for what nobody may see
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-secret.h"

G_BEGIN_DECLS

/* (transfer full): a line that somebody types at the terminal which is standard input, without an echo; a signal that would end the program
 * does so when the terminal is as it was. INVALID: there is no terminal, or nothing was typed */
UsherSecret *usher_prompt_read (const char *question, GError **error);

G_END_DECLS
