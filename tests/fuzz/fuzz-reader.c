/* fuzz-reader.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "fuzz-reader.h"

#include <string.h>

#define TCHAR "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

typedef struct
{
  const char *at;
  const char *end;
  guint64 length;
  guint n_lengths;
  guint n_codings;
  gboolean in_trailers;
  FuzzMessage *message; /* (unowned) */
} Reader;

static void
message_free (gpointer data)
{
  FuzzMessage *message = data;

  g_free (message->method);
  g_free (message->path);
  g_string_free (message->body, TRUE);
  g_free (message);
}

/* (transfer full) (nullable): the line up to CRLF, without anything that no line has */
static char *
read_line (Reader *reader)
{
  const char *end = memchr (reader->at, '\n', (gsize) (reader->end - reader->at));
  char *line = NULL;

  if (end == NULL || end == reader->at || end[-1] != '\r')
    return NULL;

  line = g_strndup (reader->at, (gsize) (end - 1 - reader->at));
  if (strlen (line) != (gsize) (end - 1 - reader->at) || strpbrk (line, "\r\n") != NULL)
    g_clear_pointer (&line, g_free);
  reader->at = end + 1;

  return line;
}

static gboolean
take_length (Reader *reader, const char *value)
{
  reader->n_lengths++;

  return strspn (value, "0123456789") == strlen (value) &&
         g_ascii_string_to_unsigned (value, 10, 0, G_MAXINT64, &reader->length, NULL);
}

static gboolean
take_field (Reader *reader, char *line)
{
  char *colon = strchr (line, ':');
  char *value = NULL;

  if (colon == NULL || colon == line || strspn (line, TCHAR) != (gsize) (colon - line))
    return FALSE;

  *colon = '\0';
  value = colon + 1 + strspn (colon + 1, " \t");
  while (*value != '\0' && strchr (" \t", value[strlen (value) - 1]) != NULL)
    value[strlen (value) - 1] = '\0';
  for (const char *sign = value; *sign != '\0'; sign++)
    if (*sign == 0x7f || (*sign > 0 && *sign < ' ' && *sign != '\t'))
      return FALSE;

  if (reader->in_trailers)
    return TRUE;
  if (g_ascii_strcasecmp (line, "Content-Length") == 0)
    return take_length (reader, value);
  if (g_ascii_strcasecmp (line, "Transfer-Encoding") == 0)
    {
      reader->n_codings++;
      return g_ascii_strcasecmp (value, "chunked") == 0;
    }
  if (g_ascii_strcasecmp (line, "Expect") == 0)
    reader->message->expects = TRUE;
  if (g_ascii_strcasecmp (line, "Connection") == 0 && g_ascii_strcasecmp (value, "close") == 0)
    reader->message->closes = TRUE;

  return TRUE;
}

static gboolean
read_fields (Reader *reader)
{
  for (;;)
    {
      g_autofree char *line = read_line (reader);

      if (line == NULL)
        return FALSE;
      if (*line == '\0')
        return TRUE;
      if (!take_field (reader, line))
        return FALSE;
    }
}

static gboolean
read_bytes (Reader *reader, guint64 length)
{
  if (length > (guint64) (reader->end - reader->at))
    return FALSE;

  g_string_append_len (reader->message->body, reader->at, (gssize) length);
  reader->at += length;

  return TRUE;
}

static gboolean
read_chunks (Reader *reader)
{
  for (;;)
    {
      g_autofree char *line = read_line (reader);
      gsize n_digits = line != NULL ? strspn (line, "0123456789abcdefABCDEF") : 0;
      guint64 length = 0;

      if (n_digits == 0 || (line[n_digits] != '\0' && strchr ("; \t", line[n_digits]) == NULL))
        return FALSE;
      line[n_digits] = '\0';
      if (!g_ascii_string_to_unsigned (line, 16, 0, G_MAXINT64, &length, NULL))
        return FALSE;
      reader->in_trailers = length == 0;
      if (length == 0)
        return read_fields (reader);
      if (!read_bytes (reader, length) || reader->end - reader->at < 2 ||
          memcmp (reader->at, "\r\n", 2) != 0)
        return FALSE;
      reader->at += 2;
    }
}

static gboolean
read_request_line (Reader *reader)
{
  g_autofree char *line = read_line (reader);
  g_auto (GStrv) words = line != NULL ? g_strsplit (line, " ", -1) : NULL;

  if (line == NULL || g_strv_length (words) != 3 || *words[0] == '\0' || *words[1] == '\0' ||
      strspn (words[0], TCHAR) != strlen (words[0]) ||
      (strcmp (words[2], "HTTP/1.1") != 0 && strcmp (words[2], "HTTP/1.0") != 0))
    return FALSE;
  for (const char *sign = words[1]; *sign != '\0'; sign++)
    if (*sign <= ' ' || *sign >= 0x7f)
      return FALSE;

  reader->message->is_old = words[2][7] == '0';
  reader->message->method = g_strdup (words[0]);
  if (*words[1] != '/' && strstr (words[1], "://") != NULL)
    {
      const char *host = strstr (words[1], "://") + 3;

      host += strcspn (host, "/?");
      reader->message->path = *host == '/' ? g_strdup (host) : g_strconcat ("/", host, NULL);
    }
  else
    reader->message->path = g_strdup (words[1]);
  reader->message->path[strcspn (reader->message->path, "?")] = '\0';

  return TRUE;
}

static gboolean
read_request (Reader *reader)
{
  if (!read_request_line (reader) || !read_fields (reader) || reader->n_lengths > 1 ||
      reader->n_codings > 1 ||
      (reader->n_codings > 0 && (reader->n_lengths > 0 || reader->message->is_old)))
    return FALSE;

  return reader->n_codings > 0 ? read_chunks (reader) : read_bytes (reader, reader->length);
}

static FuzzMessage *
begin (Reader *reader, GPtrArray *messages)
{
  FuzzMessage *message = g_new0 (FuzzMessage, 1);

  message->body = g_string_new (NULL);
  reader->message = message;
  reader->length = 0;
  reader->n_lengths = 0;
  reader->n_codings = 0;
  reader->in_trailers = FALSE;
  g_ptr_array_add (messages, message);

  return message;
}

GPtrArray *
fuzz_read_requests (const char *data, gsize length)
{
  Reader reader = { .at = data, .end = data + length };
  GPtrArray *messages = g_ptr_array_new_with_free_func (message_free);

  for (;;)
    {
      while (reader.end - reader.at >= 2 && memcmp (reader.at, "\r\n", 2) == 0)
        reader.at += 2;
      if (reader.at == reader.end)
        return messages;

      begin (&reader, messages);
      if (!read_request (&reader))
        {
          reader.message->is_broken = TRUE;
          return messages;
        }
    }
}

static gboolean
read_status_line (Reader *reader)
{
  g_autofree char *line = read_line (reader);

  if (line == NULL)
    return FALSE;

  g_assert_true (g_str_has_prefix (line, "HTTP/1.1 "));
  g_assert_cmpuint (strspn (line + 9, "0123456789"), ==, 3);
  g_assert_true (line[12] == ' ');
  reader->message->status = (guint) g_ascii_strtoull (line + 9, NULL, 10);

  return TRUE;
}

/* FALSE: it is cut off. */
static gboolean
read_answer (Reader *reader, const FuzzMessage *request)
{
  FuzzMessage *answer = reader->message;
  gboolean is_head = request != NULL && g_strcmp0 (request->method, "HEAD") == 0;
  gboolean ends = FALSE;

  if (!read_status_line (reader) || !read_fields (reader))
    return FALSE;
  ends = answer->status < 200 || answer->status == 204 || answer->status == 304;

  g_assert_cmpuint (reader->n_lengths + reader->n_codings, <=, 1);
  answer->is_framed = reader->n_lengths + reader->n_codings > 0;
  if (ends)
    {
      g_assert_false (answer->is_framed);
      return TRUE;
    }
  /* what is refused before it is known to be a HEAD is answered in full, and closed */
  if (is_head && (answer->status < 400 || !answer->closes || reader->at == reader->end))
    return TRUE;
  if (!answer->is_framed)
    {
      g_assert_true (answer->closes && request != NULL && request->is_old);
      return read_bytes (reader, (guint64) (reader->end - reader->at));
    }

  return reader->n_codings > 0 ? read_chunks (reader) : read_bytes (reader, reader->length);
}

GPtrArray *
fuzz_read_answers (const char *data, gsize length, const GPtrArray *requests, gboolean is_cut)
{
  Reader reader = { .at = data, .end = data + length };
  GPtrArray *answers = g_ptr_array_new_with_free_func (message_free);

  while (reader.at < reader.end)
    {
      guint i = answers->len;
      const FuzzMessage *request = i < requests->len ? g_ptr_array_index (requests, i) : NULL;
      FuzzMessage *answer = begin (&reader, answers);
      gboolean is_whole = read_answer (&reader, request);

      g_assert_true (is_whole || is_cut);
      g_assert_true (!answer->closes || !is_whole || reader.at == reader.end);
      if (!is_whole || answer->status == 100)
        g_ptr_array_remove_index (answers, i);
      if (!is_whole)
        return answers;
    }

  return answers;
}
