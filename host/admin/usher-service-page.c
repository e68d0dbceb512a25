/* usher-service-page.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-service-page-private.h"

#include "usher-host-view-private.h"
#include "usher-json-writer.h"

static const struct
{
  const char *name;
  UsherCount count;
} counts[] = {
  { "commits", USHER_COUNT_COMMITS },
  { "conflicts", USHER_COUNT_CONFLICTS },
  { "timersFired", USHER_COUNT_FIRED },
  { "timersFailed", USHER_COUNT_MISFIRED },
};

static void
add_store (UsherJsonWriter *writer, UsherLane *lane)
{
  gint64 next_due = 0;
  g_autoptr (GVariant) figures = usher_lane_describe_store (lane, &next_due);
  GVariantIter iter;
  const char *figure = NULL;
  gint64 value = 0;

  usher_json_writer_add_member (writer, "store");
  usher_json_writer_begin_object (writer);
  if (figures != NULL)
    g_variant_iter_init (&iter, figures);
  while (figures != NULL && g_variant_iter_next (&iter, "{&sx}", &figure, &value))
    usher_json_writer_set_integer (writer, figure, value);
  usher_json_writer_end_object (writer);
}

static void
add_lane (UsherJsonWriter *writer, UsherLane *lane)
{
  UsherLaneFigures figures;

  usher_lane_get_figures (lane, &figures);
  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer, "service", usher_lane_get_name (lane));
  for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
    usher_json_writer_set_unsigned (writer,
                                    counts[i].name,
                                    usher_lane_get_count (lane, counts[i].count));
  usher_json_writer_set_unsigned (writer, "waiting", figures.n_waiting);
  usher_json_writer_set_unsigned (writer, "deferred", figures.n_deferred);
  usher_json_writer_set_unsigned (writer, "queued", figures.n_queued);
  usher_json_writer_set_unsigned (writer, "unconfirmed", figures.n_unconfirmed);
  add_store (writer, lane);
  usher_json_writer_add_member (writer, "events");
  usher_lane_write_events (lane, writer);
  usher_json_writer_end_object (writer);
}

char *
usher_service_page_make (UsherHost *host)
{
  g_autoptr (UsherJsonWriter) writer = usher_json_writer_new ();

  usher_json_writer_begin_object (writer);
  usher_json_writer_add_member (writer, "items");
  usher_json_writer_begin_array (writer);
  for (guint i = 0; i < usher_host_get_n_lanes (host); i++)
    add_lane (writer, usher_host_get_lane (host, i));
  usher_json_writer_end_array (writer);
  usher_json_writer_end_object (writer);

  return usher_json_writer_end (writer);
}
