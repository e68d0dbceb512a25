/* usher-lines.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-lines.h"

#include <string.h>

/* bytes of a line that come at once */
#define MAX_LINE 8192

typedef struct
{
  UsherLineFunc func;
  gpointer user_data;
} Reader;

static void read_more (GBufferedInputStream *stream, Reader *reader);

/* Returns: how much of @text was a line, with its end; 0: the rest of it is to come */
static gsize
take_line (Reader *reader, const char *text, gsize length, gboolean is_all)
{
  const char *end = memchr (text, '\n', length);
  g_autofree char *line = NULL;
  gsize n = end != NULL ? (gsize) (end - text) : length;

  if (length == 0 || (end == NULL && !is_all && length < MAX_LINE))
    return 0;

  line = g_strndup (text, n);
  reader->func (line, reader->user_data);

  return end != NULL ? n + 1 : n;
}

static void
take_lines (GBufferedInputStream *stream, Reader *reader, gboolean is_all)
{
  gsize n = 0;

  do
    {
      gsize length = 0;
      const char *text = g_buffered_input_stream_peek_buffer (stream, &length);

      n = take_line (reader, text, length, is_all);
      /* no more than is there, so it does not block */
      g_input_stream_skip (G_INPUT_STREAM (stream), n, NULL, NULL);
    }
  while (n > 0);
}

static void
on_filled (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GBufferedInputStream *stream = G_BUFFERED_INPUT_STREAM (source);
  gssize n = g_buffered_input_stream_fill_finish (stream, result, NULL);
  Reader *reader = user_data;

  take_lines (stream, reader, n <= 0);
  if (n > 0)
    {
      read_more (stream, reader);
      return;
    }

  reader->func (NULL, reader->user_data);
  g_free (reader);
}

static void
read_more (GBufferedInputStream *stream, Reader *reader)
{
  g_buffered_input_stream_fill_async (stream, -1, G_PRIORITY_DEFAULT, NULL, on_filled, reader);
}

void
usher_lines_read (GInputStream *stream, UsherLineFunc func, gpointer user_data)
{
  g_autoptr (GInputStream) buffered = g_buffered_input_stream_new_sized (stream, MAX_LINE);
  Reader *reader = g_new0 (Reader, 1);

  reader->func = func;
  reader->user_data = user_data;
  read_more (G_BUFFERED_INPUT_STREAM (buffered), reader);
}
