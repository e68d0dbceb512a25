/* usher-test-metrics.h: whether a text is what Prometheus reads, strictly
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* (transfer full) (nullable): what is wrong with @text by the text format 0.0.4 and its customs: each family told once and
 * together, with help and type before its samples; no series twice; counters that end in _total and are not negative;
 * histograms whose buckets grow and end with +Inf, which is their count; labels and help escaped. NULL: nothing */
char *usher_test_metrics_find_fault (const char *text);
/* of the series, exactly as it is written before its value; NaN: there is none */
double usher_test_metrics_get (const char *text, const char *series);
/* the series is there and has this value */
#define usher_test_metrics_assert(text, series, value) \
  g_assert_cmpfloat_with_epsilon (usher_test_metrics_get (text, series), value, 1e-6)

G_END_DECLS
