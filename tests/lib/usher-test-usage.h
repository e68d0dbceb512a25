/* usher-test-usage.h: what a host takes of the machine, all its processes together
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-test-process.h"

G_BEGIN_DECLS

typedef struct
{
  guint n_processes;
  guint n_descriptors;
  double cpu;    /* seconds, since each began */
  double memory; /* MiB, what is shared counted by share */
} UsherTestUsage;

/* of the host, or of the supervisor and its children, as they are now */
void usher_test_usage_read (UsherTestUsage *usage, UsherTestProcess *process);

G_END_DECLS
