/* usher-gateway-page.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-gateway-page.h"

#include "usher-json-writer.h"

static void
write_copy (UsherJsonWriter *writer, const UsherGatewayCopy *copy)
{
  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer, "name", copy->name);
  usher_json_writer_set_integer (writer, "pid", copy->pid);
  usher_json_writer_set_string (writer, "state", copy->state);
  usher_json_writer_set_unsigned (writer, "in_flight", copy->n_in_flight);
  usher_json_writer_set_unsigned (writer, "requests", copy->n_requests);
  usher_json_writer_set_unsigned (writer, "errors", copy->n_errors);
  usher_json_writer_add_member (writer, "services");
  usher_json_writer_begin_array (writer);
  for (guint i = 0; copy->services[i] != NULL; i++)
    usher_json_writer_add_string (writer, copy->services[i]);
  usher_json_writer_end_array (writer);
  usher_json_writer_end_object (writer);
}

void
usher_gateway_page_answer (UsherExchange *exchange, gpointer user_data)
{
  g_autoptr (UsherExchange) owned = exchange;
  g_autoptr (GPtrArray) copies = usher_gateway_list (user_data);
  g_autoptr (UsherJsonWriter) writer = usher_json_writer_new ();

  usher_json_writer_begin_object (writer);
  usher_json_writer_add_member (writer, "items");
  usher_json_writer_begin_array (writer);
  for (guint i = 0; i < copies->len; i++)
    write_copy (writer, g_ptr_array_index (copies, i));
  usher_json_writer_end_array (writer);
  usher_json_writer_end_object (writer);

  usher_exchange_answer_json (owned, usher_json_writer_end (writer));
}

static void
add_copy (UsherMetrics *metrics, const UsherGatewayCopy *copy)
{
  const char *const labels[] = { "copy", copy->name, NULL };

  usher_metrics_add (metrics, "usher_gateway_requests_in_flight", labels, copy->n_in_flight);
  usher_metrics_add (metrics, "usher_gateway_requests_total", labels, (double) copy->n_requests);
  usher_metrics_add (metrics, "usher_gateway_errors_total", labels, (double) copy->n_errors);
}

void
usher_gateway_page_add_metrics (UsherMetrics *metrics, gpointer user_data)
{
  UsherGateway *gateway = user_data;
  g_autoptr (GPtrArray) copies = usher_gateway_list (gateway);

  usher_metrics_declare (metrics,
                         "usher_gateway_requests_in_flight",
                         USHER_METRIC_GAUGE,
                         "Requests that a process has and has not answered.");
  usher_metrics_declare (metrics,
                         "usher_gateway_requests_total",
                         USHER_METRIC_COUNTER,
                         "Requests that a process has answered.");
  usher_metrics_declare (metrics,
                         "usher_gateway_errors_total",
                         USHER_METRIC_COUNTER,
                         "Requests that a process took and did not answer.");
  for (guint i = 0; i < copies->len; i++)
    add_copy (metrics, g_ptr_array_index (copies, i));

  usher_gateway_add_metrics (gateway, metrics);
}
