/* usher-otlp-json-private.h: spans as OpenTelemetry's protocol has them in JSON
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-span-private.h"

G_BEGIN_DECLS

/* (transfer full): an ExportTraceServiceRequest. @spans: (element-type UsherSpan), of any services; @instance: what tells this process
 * from others */
char *usher_otlp_json_print (GPtrArray *spans, const char *instance);

G_END_DECLS
