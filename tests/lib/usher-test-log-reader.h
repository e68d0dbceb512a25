/* usher-test-log-reader.h: what the log of events has
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-test-process.h"

G_BEGIN_DECLS

/* Asks the admin listener for all events, where traffic is noted, so that they are held against their description too. */
void usher_test_note_events (UsherTestProcess *process);

G_END_DECLS
