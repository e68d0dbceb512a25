/* usher-test-traffic.h: what clients asked and were answered, in a file
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What one request was answered. */
typedef struct
{
  gboolean admin; /* at the admin listener */
  const char *method;
  const char *target;
  const char *body; /* (nullable) */
  guint status;
  const char *media_type; /* (nullable): of the answer */
  const char *answer;     /* (nullable) */
} UsherTestTraffic;

/* Appends a line of JSON to the file that USHER_TEST_TRAFFIC names, if it does; replayed.py holds it against the description of the
 * services. Any thread. */
void usher_test_traffic_note (const UsherTestTraffic *traffic);
/* whether it does */
gboolean usher_test_traffic_is_noted (void);

G_END_DECLS
