/* usher-about-page.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-about-page-private.h"

#include <unistd.h>

#include "usher-clock.h"
#include "usher-json-writer.h"

static void
set_time (UsherJsonWriter *writer, const char *name, gint64 value)
{
  g_autofree char *text = usher_time_format (value);

  usher_json_writer_set_string (writer, name, text);
}

char *
usher_about_page_make (const char *directory, gboolean has_bus, gint64 since, gint64 now)
{
  g_autoptr (UsherJsonWriter) writer = usher_json_writer_new ();
  g_autofree char *host = g_utf8_make_valid (g_get_host_name (), -1);
  g_autofree char *shown = directory != NULL ? g_filename_display_name (directory) : NULL;

  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer, "host", host);
  usher_json_writer_set_string (writer, "data", shown);
  usher_json_writer_set_boolean (writer, "bus", has_bus);
  usher_json_writer_set_string (writer, "version", PACKAGE_VERSION);
  usher_json_writer_set_integer (writer, "pid", getpid ());
  set_time (writer, "since", since);
  set_time (writer, "now", now);
  usher_json_writer_end_object (writer);

  return usher_json_writer_end (writer);
}
