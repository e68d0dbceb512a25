/* usher-otlp-exporter-private.h: tells a collector of spans, by OTLP over HTTP
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-metrics.h"
#include "usher-tracer-private.h"

G_BEGIN_DECLS

/* On a thread of its own. Whatever the collector does, those who have spans do not wait: the tracer drops what is too much. */
typedef struct _UsherOtlpExporter UsherOtlpExporter;

/* @endpoint: an address such as http://127.0.0.1:4318 */
UsherOtlpExporter *usher_otlp_exporter_new (UsherTracer *tracer, const char *endpoint);
/* what tells this process from others; before the start */
void usher_otlp_exporter_set_instance (UsherOtlpExporter *self, const char *instance);
gboolean usher_otlp_exporter_start (UsherOtlpExporter *self, GError **error);
/* tells what is left, within two seconds */
void usher_otlp_exporter_stop (UsherOtlpExporter *self);
void usher_otlp_exporter_free (UsherOtlpExporter *self);
void usher_otlp_exporter_add_metrics (UsherOtlpExporter *self, UsherMetrics *metrics);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherOtlpExporter, usher_otlp_exporter_free)

G_END_DECLS
