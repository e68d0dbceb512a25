/* usher-process-page.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-process-page.h"

#include "usher-clock.h"
#include "usher-http-client.h"
#include "usher-json-writer.h"

/* seconds */
#define METRICS_TIMEOUT G_USEC_PER_SEC

struct _UsherProcessPage
{
  GMutex mutex;
  char *text;      /* (owned) (mutex mutex) */
  GPtrArray *rows; /* (owned) (mutex mutex) (element-type Row) */
};

/* A process, for who is not on the main thread. */
typedef struct
{
  char *name;     /* (owned) */
  char *instance; /* (owned) (nullable): with the generation; NULL: none runs */
  gboolean is_ready;
  guint n_restarts;
} Row;

static void
free_row (gpointer data)
{
  Row *row = data;

  g_free (row->name);
  g_free (row->instance);
  g_free (row);
}

UsherProcessPage *
usher_process_page_new (void)
{
  UsherProcessPage *self = g_new0 (UsherProcessPage, 1);

  g_mutex_init (&self->mutex);
  self->rows = g_ptr_array_new_with_free_func (free_row);
  usher_process_page_update (self, NULL, NULL, NULL, 0);

  return self;
}

void
usher_process_page_free (UsherProcessPage *self)
{
  g_mutex_clear (&self->mutex);
  g_ptr_array_unref (self->rows);
  g_free (self->text);
  g_free (self);
}

static void
write_process (UsherJsonWriter *writer, const UsherProcessFigures *process)
{
  g_autofree char *since = NULL;

  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer, "name", process->name);
  usher_json_writer_set_string (writer, "state", process->state);
  usher_json_writer_set_string (writer, "reason", process->reason);
  if (process->instance != NULL)
    {
      since = usher_time_format (process->since);
      usher_json_writer_set_string (writer, "instance", process->instance);
      usher_json_writer_set_string (writer, "since", since);
      usher_json_writer_set_integer (writer, "pid", process->pid);
    }
  usher_json_writer_set_unsigned (writer, "generation", process->generation);
  usher_json_writer_set_unsigned (writer, "restarts", process->n_restarts);
  usher_json_writer_add_member (writer, "services");
  usher_json_writer_begin_array (writer);
  for (guint i = 0; process->services != NULL && process->services[i] != NULL; i++)
    usher_json_writer_add_string (writer, process->services[i]);
  usher_json_writer_end_array (writer);
  usher_json_writer_end_object (writer);
}

static Row *
make_row (const UsherProcessFigures *process)
{
  Row *row = g_new0 (Row, 1);

  row->name = g_strdup (process->name);
  row->instance = g_strdup (process->instance);
  row->is_ready = process->is_ready;
  row->n_restarts = process->n_restarts;

  return row;
}

void
usher_process_page_update (UsherProcessPage *self,
                           const char *profile,
                           const char *bus,
                           const UsherProcessFigures *processes,
                           guint n_processes)
{
  g_autoptr (UsherJsonWriter) writer = usher_json_writer_new ();
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  usher_json_writer_begin_object (writer);
  usher_json_writer_set_string (writer, "profile", profile);
  usher_json_writer_set_string (writer, "bus", bus);
  usher_json_writer_add_member (writer, "items");
  usher_json_writer_begin_array (writer);
  g_ptr_array_set_size (self->rows, 0);
  for (guint i = 0; i < n_processes; i++)
    {
      write_process (writer, &processes[i]);
      g_ptr_array_add (self->rows, make_row (&processes[i]));
    }
  usher_json_writer_end_array (writer);
  usher_json_writer_end_object (writer);

  g_free (self->text);
  self->text = usher_json_writer_end (writer);
}

char *
usher_process_page_dup_instance (UsherProcessPage *self, const char *name)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  for (guint i = 0; i < self->rows->len; i++)
    {
      const Row *row = g_ptr_array_index (self->rows, i);

      if (g_str_equal (row->name, name))
        return g_strdup (row->instance);
    }

  return NULL;
}

/* What is known here; returns who can be asked. */
static GPtrArray *
add_states (UsherProcessPage *self, UsherMetrics *metrics)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  usher_metrics_declare (metrics,
                         "usher_process_ready",
                         USHER_METRIC_GAUGE,
                         "Whether a process of the supervisor is ready.");
  usher_metrics_declare (metrics,
                         "usher_process_restarts_total",
                         USHER_METRIC_COUNTER,
                         "How often a process of the supervisor was started again.");
  for (guint i = 0; i < self->rows->len; i++)
    {
      const Row *row = g_ptr_array_index (self->rows, i);
      const char *const labels[] = { "process", row->name, NULL };

      usher_metrics_add (metrics, "usher_process_ready", labels, row->is_ready ? 1 : 0);
      usher_metrics_add (metrics, "usher_process_restarts_total", labels, row->n_restarts);
      if (!row->is_ready)
        continue;
      g_ptr_array_add (names, g_strdup (row->name));
      g_ptr_array_add (names, g_strdup (row->instance));
    }

  return names;
}

void
usher_process_page_add_metrics (UsherProcessPage *self, UsherMetrics *metrics, const char *run)
{
  g_autoptr (GPtrArray) names = add_states (self, metrics);

  for (guint i = 0; i < names->len; i += 2)
    {
      const char *name = g_ptr_array_index (names, i);
      const char *instance = g_ptr_array_index (names, i + 1);
      g_autofree char *path = g_strdup_printf ("%s/%s.admin", run, instance);
      g_autoptr (UsherHttpClient) client = usher_http_client_new_on_socket (path, METRICS_TIMEOUT);
      g_autoptr (GBytes) body = usher_http_client_send (
          client, "GET", "http://localhost/metrics", NULL, NULL, NULL, NULL);
      g_autofree char *text = NULL;

      /* one that hangs is missing, and is told of by its state soon */
      if (body == NULL)
        continue;
      text = g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
      usher_metrics_merge (metrics, text, "process", name);
    }
}

void
usher_process_page_answer (UsherExchange *exchange, gpointer user_data)
{
  g_autoptr (UsherExchange) owned = exchange;
  UsherProcessPage *self = user_data;
  char *text = NULL;

  g_mutex_lock (&self->mutex);
  text = g_strdup (self->text);
  g_mutex_unlock (&self->mutex);

  usher_exchange_answer_json (owned, text);
}
