/* usher-test-client.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-client.h"

#include <string.h>

#include "usher-test-base.h"
#include "usher-test-json.h"
#include "usher-test-traffic.h"

/* seconds without a byte */
#define TIMEOUT (USHER_TEST_PATIENCE / G_TIME_SPAN_SECOND)

struct _UsherTestClient
{
  UsherTestProcess *process; /* (unowned) */
  gboolean admin;
  char *source;        /* (owned) (nullable) */
  char *session;       /* (owned) (nullable) */
  GHashTable *headers; /* (owned) (element-type utf8 utf8) */

  GSocketConnection *connection; /* (owned) (nullable) */
  GDataInputStream *input;       /* (owned) (nullable) */

  guint status;
  GHashTable *answer_headers; /* (owned) (element-type utf8 utf8): lower case */
  char *body;                 /* (owned) (nullable) */
  JsonNode *json;             /* (owned) (nullable) */
};

static UsherTestClient *
client_new (UsherTestProcess *process, gboolean admin)
{
  UsherTestClient *self = g_new0 (UsherTestClient, 1);

  self->process = process;
  self->admin = admin;
  self->headers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->answer_headers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  return self;
}

UsherTestClient *
usher_test_client_new (UsherTestProcess *process)
{
  return client_new (process, FALSE);
}

UsherTestClient *
usher_test_client_new_admin (UsherTestProcess *process)
{
  return client_new (process, TRUE);
}

UsherTestClient *
usher_test_client_copy (UsherTestClient *self)
{
  UsherTestClient *copy = client_new (self->process, self->admin);

  copy->session = g_strdup (self->session);

  return copy;
}

void
usher_test_client_disconnect (UsherTestClient *self)
{
  if (self->connection != NULL)
    g_io_stream_close (G_IO_STREAM (self->connection), NULL, NULL);
  g_clear_object (&self->input);
  g_clear_object (&self->connection);
}

static void
clear_answer (UsherTestClient *self)
{
  self->status = 0;
  g_hash_table_remove_all (self->answer_headers);
  g_clear_pointer (&self->body, g_free);
  g_clear_pointer (&self->json, json_node_unref);
}

void
usher_test_client_free (UsherTestClient *self)
{
  usher_test_client_disconnect (self);
  clear_answer (self);
  g_hash_table_unref (self->headers);
  g_hash_table_unref (self->answer_headers);
  g_free (self->source);
  g_free (self->session);
  g_free (self);
}

/* A kept connection that the host has closed meanwhile can be read from: of its end. */
static gboolean
is_closed (UsherTestClient *self)
{
  GSocket *socket = g_socket_connection_get_socket (self->connection);

  return g_socket_condition_check (socket, G_IO_IN | G_IO_HUP | G_IO_ERR) != 0;
}

static gboolean
ensure_connection (UsherTestClient *self)
{
  g_autoptr (GSocketClient) connector = NULL;
  g_autofree char *address = NULL;

  if (self->connection != NULL && is_closed (self))
    usher_test_client_disconnect (self);
  if (self->connection != NULL)
    return TRUE;

  connector = g_socket_client_new ();
  g_socket_client_set_enable_proxy (connector, FALSE);
  g_socket_client_set_timeout (connector, TIMEOUT);
  if (self->source != NULL)
    {
      g_autoptr (GSocketAddress) source = g_inet_socket_address_new_from_string (self->source, 0);

      g_socket_client_set_local_address (connector, source);
    }
  address = usher_test_process_dup_address (self->process, self->admin);
  self->connection = g_socket_client_connect_to_host (connector, address, 80, NULL, NULL);
  if (self->connection == NULL)
    return FALSE;

  g_tcp_connection_set_graceful_disconnect (G_TCP_CONNECTION (self->connection), FALSE);
  self->input =
      g_data_input_stream_new (g_io_stream_get_input_stream (G_IO_STREAM (self->connection)));
  g_data_input_stream_set_newline_type (self->input, G_DATA_STREAM_NEWLINE_TYPE_CR_LF);

  return TRUE;
}

static GString *
make_request (UsherTestClient *self, const char *method, const char *path, const char *body)
{
  GString *text = g_string_new (NULL);
  GHashTableIter iter;
  gpointer name = NULL;
  gpointer value = NULL;

  g_string_append_printf (text, "%s %s HTTP/1.1\r\nHost: localhost\r\n", method, path);
  if (self->session != NULL)
    g_string_append_printf (text, "Cookie: session=%s\r\n", self->session);
  if (body != NULL && !g_hash_table_contains (self->headers, "Content-Type"))
    g_string_append (text, "Content-Type: application/json\r\n");
  if (body != NULL || g_str_equal (method, "POST") || g_str_equal (method, "PUT"))
    g_string_append_printf (text,
                            "Content-Length: %" G_GSIZE_FORMAT "\r\n",
                            body != NULL ? strlen (body) : 0);

  g_hash_table_iter_init (&iter, self->headers);
  while (g_hash_table_iter_next (&iter, &name, &value))
    g_string_append_printf (text, "%s: %s\r\n", (char *) name, (char *) value);
  g_string_append (text, "\r\n");
  g_string_append (text, body != NULL ? body : "");

  return text;
}

static void
keep_session (UsherTestClient *self, const char *cookie)
{
  const char *end = NULL;

  if (!g_str_has_prefix (cookie, "session="))
    return;

  cookie += strlen ("session=");
  end = strchr (cookie, ';');
  g_free (self->session);
  self->session = end != NULL ? g_strndup (cookie, end - cookie) : g_strdup (cookie);
  if (*self->session == '\0')
    g_clear_pointer (&self->session, g_free);
}

static gboolean
read_head (UsherTestClient *self, guint *status)
{
  g_autofree char *first = g_data_input_stream_read_line (self->input, NULL, NULL, NULL);
  char *line = NULL;

  if (first == NULL || strlen (first) < strlen ("HTTP/1.1 200"))
    return FALSE;

  *status = (guint) g_ascii_strtoull (first + strlen ("HTTP/1.1 "), NULL, 10);
  while ((line = g_data_input_stream_read_line (self->input, NULL, NULL, NULL)) != NULL &&
         *line != '\0')
    {
      g_autofree char *owned = line;
      char *colon = strchr (line, ':');

      if (colon == NULL)
        return FALSE;
      *colon = '\0';
      g_strstrip (colon + 1);
      if (g_ascii_strcasecmp (line, "Set-Cookie") == 0)
        keep_session (self, colon + 1);
      g_hash_table_insert (self->answer_headers, g_ascii_strdown (line, -1), g_strdup (colon + 1));
    }
  g_free (line);

  return line != NULL;
}

static gboolean
read_body (UsherTestClient *self, const char *method, guint status)
{
  const char *length = g_hash_table_lookup (self->answer_headers, "content-length");
  gsize size = length != NULL ? g_ascii_strtoull (length, NULL, 10) : 0;
  gsize n_read = 0;

  /* no listener of the host answers in chunks */
  g_assert_false (g_hash_table_contains (self->answer_headers, "transfer-encoding"));
  if (g_str_equal (method, "HEAD") || status == 204)
    size = 0;

  self->body = g_malloc0 (size + 1);

  return g_input_stream_read_all (
             G_INPUT_STREAM (self->input), self->body, size, &n_read, NULL, NULL) &&
         n_read == size;
}

static guint
read_answer (UsherTestClient *self, const char *method)
{
  const char *connection = NULL;
  guint status = 0;

  if (!read_head (self, &status) || !read_body (self, method, status))
    {
      usher_test_client_disconnect (self);
      clear_answer (self);
      return 0;
    }

  connection = g_hash_table_lookup (self->answer_headers, "connection");
  if (connection != NULL && g_ascii_strcasecmp (connection, "close") == 0)
    usher_test_client_disconnect (self);
  self->status = status;

  return status;
}

static guint
exchange (UsherTestClient *self, const char *method, const char *bytes, gsize length)
{
  GOutputStream *output = NULL;

  clear_answer (self);
  if (!ensure_connection (self))
    return 0;

  /* a host that refuses a body answers before it has read all: so a failure to write is no end yet */
  output = g_io_stream_get_output_stream (G_IO_STREAM (self->connection));
  g_output_stream_write_all (output, bytes, length, NULL, NULL, NULL);

  return read_answer (self, method);
}

static void
note (UsherTestClient *self, const char *method, const char *path, const char *body)
{
  const UsherTestTraffic traffic = {
    .admin = self->admin,
    .method = method,
    .target = path,
    .body = body,
    .status = self->status,
    .media_type = g_hash_table_lookup (self->answer_headers, "content-type"),
    .answer = self->body,
  };

  if (self->status != 0)
    usher_test_traffic_note (&traffic);
}

guint
usher_test_client_send (UsherTestClient *self,
                        const char *method,
                        const char *path,
                        const char *body)
{
  g_autoptr (GString) text = make_request (self, method, path, body);
  guint status = exchange (self, method, text->str, text->len);

  note (self, method, path, body);

  return status;
}

guint
usher_test_client_sendf (UsherTestClient *self,
                         const char *method,
                         const char *path,
                         const char *format,
                         ...)
{
  g_autofree char *body = NULL;
  va_list arguments;

  va_start (arguments, format);
  body = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  return usher_test_client_send (self, method, path, body);
}

guint
usher_test_client_send_raw (UsherTestClient *self, const char *bytes, gssize length)
{
  guint status = 0;

  usher_test_client_disconnect (self);
  status = exchange (self, "GET", bytes, length < 0 ? strlen (bytes) : (gsize) length);
  usher_test_client_disconnect (self);

  return status;
}

void
usher_test_client_set_source (UsherTestClient *self, const char *address)
{
  g_free (self->source);
  self->source = g_strdup (address);
}

GSocketConnection *
usher_test_client_connect (UsherTestClient *self)
{
  return ensure_connection (self) ? self->connection : NULL;
}

void
usher_test_client_set_header (UsherTestClient *self, const char *name, const char *value)
{
  if (value == NULL)
    g_hash_table_remove (self->headers, name);
  else
    g_hash_table_insert (self->headers, g_strdup (name), g_strdup (value));
}

void
usher_test_client_set_session (UsherTestClient *self, const char *token)
{
  g_free (self->session);
  self->session = g_strdup (token);
}

const char *
usher_test_client_get_session (UsherTestClient *self)
{
  return self->session;
}

guint
usher_test_client_get_status (UsherTestClient *self)
{
  return self->status;
}

const char *
usher_test_client_get_body (UsherTestClient *self)
{
  return self->body != NULL ? self->body : "";
}

const char *
usher_test_client_get_header (UsherTestClient *self, const char *name)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);

  return g_hash_table_lookup (self->answer_headers, lower);
}

JsonNode *
usher_test_client_get_json (UsherTestClient *self)
{
  if (self->json == NULL && self->body != NULL)
    self->json = json_from_string (self->body, NULL);

  return self->json;
}

const char *
usher_test_client_get_string (UsherTestClient *self, const char *path)
{
  JsonNode *json = usher_test_client_get_json (self);

  return json != NULL ? usher_test_json_get_string (json, path) : NULL;
}

void
usher_test_client_until (UsherTestClient *self, UsherTestCondition condition, gpointer user_data)
{
  gint64 deadline = 0;

  while (!condition (self, user_data))
    if (!usher_test_wait (&deadline))
      g_error ("waited in vain; last answer: %u %s",
               usher_test_client_get_status (self),
               usher_test_client_get_body (self));
}
