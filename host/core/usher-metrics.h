/* usher-metrics.h: numbers as Prometheus reads them
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

#include "usher-macros.h"

G_BEGIN_DECLS

/**
 * USHER_METRICS_MEDIA_TYPE:
 *
 * The media type of [method@Metrics.dup_text].
 */
#define USHER_METRICS_MEDIA_TYPE "text/plain; version=0.0.4; charset=utf-8"

/**
 * UsherMetricType:
 * @USHER_METRIC_COUNTER: it only grows; its name ends in `_total`
 * @USHER_METRIC_GAUGE: it goes up and down
 * @USHER_METRIC_HISTOGRAM: how often what was measured was within which bound
 *
 * What a number is.
 */
typedef enum
{
  USHER_METRIC_COUNTER,
  USHER_METRIC_GAUGE,
  USHER_METRIC_HISTOGRAM,
} UsherMetricType;

#define USHER_TYPE_METRICS (usher_metrics_get_type ())

USHER_API
G_DECLARE_FINAL_TYPE (UsherMetrics, usher_metrics, USHER, METRICS, GObject)

/**
 * UsherMetricsFunc:
 * @metrics: where to add
 * @user_data: (closure): data of who gave the function
 *
 * Adds what it knows, each time the numbers are asked for, on the thread that asks. It must not block for long.
 */
typedef void (*UsherMetricsFunc) (UsherMetrics *metrics, gpointer user_data);

USHER_API
UsherMetrics *usher_metrics_new (void);
USHER_API
void usher_metrics_declare (UsherMetrics *self,
                            const char *name,
                            UsherMetricType type,
                            const char *help);
USHER_API
void
usher_metrics_add (UsherMetrics *self, const char *name, const char *const *labels, double value);
USHER_API
void usher_metrics_add_histogram (UsherMetrics *self,
                                  const char *name,
                                  const char *const *labels,
                                  guint n_bounds,
                                  const double *bounds,
                                  const guint64 *counts,
                                  double sum);
USHER_API
void usher_metrics_add_process (UsherMetrics *self);
USHER_API
void
usher_metrics_merge (UsherMetrics *self, const char *text, const char *label, const char *value);
USHER_API
char *usher_metrics_dup_text (UsherMetrics *self);

G_END_DECLS
