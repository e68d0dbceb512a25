/* usher-test-traffic.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-traffic.h"

#include <errno.h>
#include <fcntl.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <unistd.h>

#define VARIABLE "USHER_TEST_TRAFFIC"

static void
add_text (JsonBuilder *builder, const char *name, const char *text)
{
  g_autofree char *valid = text != NULL ? g_utf8_make_valid (text, -1) : NULL;

  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, valid);
}

/* (transfer full) */
static char *
make_line (const UsherTestTraffic *traffic)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "admin");
  json_builder_add_boolean_value (builder, traffic->admin);
  add_text (builder, "method", traffic->method);
  add_text (builder, "target", traffic->target);
  add_text (builder, "body", traffic->body);
  json_builder_set_member_name (builder, "status");
  json_builder_add_int_value (builder, traffic->status);
  add_text (builder, "type", traffic->media_type);
  add_text (builder, "answer", traffic->answer);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  text = json_to_string (root, FALSE);

  return g_strconcat (text, "\n", NULL);
}

gboolean
usher_test_traffic_is_noted (void)
{
  return g_getenv (VARIABLE) != NULL;
}

void
usher_test_traffic_note (const UsherTestTraffic *traffic)
{
  static GMutex mutex;
  const char *path = g_getenv (VARIABLE);
  g_autofree char *line = NULL;
  int file;

  if (path == NULL)
    return;

  line = make_line (traffic);
  g_mutex_lock (&mutex);
  file = open (path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0 || write (file, line, strlen (line)) != (gssize) strlen (line))
    g_error ("traffic cannot be noted in “%s”: %s", path, g_strerror (errno));
  close (file);
  g_mutex_unlock (&mutex);
}
