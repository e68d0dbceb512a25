/* store-child.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "store-child.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "usher-error.h"
#include "usher-sqlite-store.h"
#include "usher-store.h"
#include "usher-unit.h"

#define IN_FLIGHT 8

static const UsherField fields[] = {
  { .name = "name", .type = USHER_FIELD_STRING, .flags = USHER_FIELD_INDEXED },
  { .name = "count", .type = USHER_FIELD_INTEGER, .flags = USHER_FIELD_INDEXED },
  { .name = "number", .type = USHER_FIELD_STRING, .flags = USHER_FIELD_UNIQUE },
};

UsherStore *
store_child_open_store (const char *path, UsherClock *clock)
{
  const UsherStoreOptions options = { .is_shared = TRUE };
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherSchema) schema =
      usher_schema_new ("items", fields, G_N_ELEMENTS (fields), &error);
  UsherStore *store = strstr (path, "://") != NULL
                          ? usher_store_open (path, clock, &options, &error)
                          : usher_sqlite_store_new (path, clock, &options, &error);

  g_assert_no_error (error);
  usher_store_add_collection (store, schema, &error);
  g_assert_no_error (error);

  return store;
}

UsherUnit *
store_child_begin (UsherStore *store, UsherClock *clock, const char *name)
{
  UsherUnit *unit = usher_unit_new (store, clock);
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherDocument) document = usher_unit_new_document (unit, "items", &error);

  g_assert_no_error (error);
  usher_document_set_string (document, "name", name);
  g_assert_true (usher_unit_insert (unit, document, &error));
  usher_unit_publish (unit, name, "{}");

  return unit;
}

/* The child. */
typedef struct
{
  UsherStore *store;
  UsherClock *clock;
  GMutex mutex;
  GCond cond;
  guint n_pending; /* (mutex mutex) */
  gboolean may_fail;
} Server;

static void answer (const char *format, ...) G_GNUC_PRINTF (1, 2);

static void
answer (const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  /* NOLINTNEXTLINE (clang-analyzer-valist.Uninitialized): it is begun in the line above */
  vprintf (format, arguments);
  va_end (arguments);
  putchar ('\n');
  fflush (stdout);
}

static void
insert (Server *self, const char *name)
{
  g_autoptr (UsherUnit) unit = store_child_begin (self->store, self->clock, name);
  g_autoptr (GError) error = NULL;

  usher_store_commit_sync (self->store, usher_unit_get_commit (unit), &error);
  g_assert_no_error (error);
  answer ("%" G_GINT64_FORMAT, g_get_monotonic_time ());
}

static void
try (Server *self, const char *name)
{
  g_autoptr (UsherUnit) unit = store_child_begin (self->store, self->clock, name);
  g_autoptr (GError) error = NULL;

  usher_store_commit_sync (self->store, usher_unit_get_commit (unit), &error);
  answer ("%d", error != NULL ? error->code : -1);
}

static void
count (Server *self, const char *name)
{
  g_autoptr (UsherQuery) query = usher_query_new ("items");
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) found = NULL;

  usher_query_equal (query, "name", name);
  found = usher_store_query (self->store, query, &error);
  g_assert_no_error (error);
  answer ("%u", found->len);
}

static void
tell_figure (Server *self, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) figures = usher_store_describe (self->store, &error);
  gint64 value = 0;

  g_assert_no_error (error);
  g_assert_true (g_variant_lookup (figures, name, "x", &value));
  answer ("%" G_GINT64_FORMAT, value);
}

static void
fire (Server *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) timers = usher_store_list_timers (self->store, G_MAXINT64, 1, &error);
  g_autoptr (UsherUnit) unit = usher_unit_new (self->store, self->clock);

  g_assert_no_error (error);
  g_assert_cmpuint (timers->len, ==, 1);
  usher_commit_set_fired (usher_unit_get_commit (unit), g_ptr_array_index (timers, 0));
  usher_store_commit_sync (self->store, usher_unit_get_commit (unit), &error);
  g_assert_no_error (error);
  answer (usher_commit_was_applied (usher_unit_get_commit (unit)) ? "applied" : "fired");
}

static UsherDocument *
find_counter (Server *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherQuery) query = usher_query_new ("items");
  g_autoptr (GPtrArray) found = NULL;

  usher_query_equal (query, "name", "counter");
  found = usher_store_query (self->store, query, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (found->len, ==, 1);

  return usher_document_ref (g_ptr_array_index (found, 0));
}

static gboolean
increment (Server *self, const char *id)
{
  g_autoptr (UsherUnit) unit = usher_unit_new (self->store, self->clock);
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherDocument) document = usher_unit_find (unit, "items", id, &error);
  gint64 count = usher_document_get_integer (document, "count");

  g_assert_no_error (error);
  usher_document_set_integer (document, "count", count + 1);
  g_assert_true (usher_unit_replace (unit, document, &error));
  if (usher_store_commit_sync (self->store, usher_unit_get_commit (unit), &error))
    return TRUE;

  g_assert_error (error, USHER_ERROR, USHER_ERROR_CONFLICT);
  return FALSE;
}

static void
increment_often (Server *self, guint n)
{
  g_autoptr (UsherDocument) counter = find_counter (self);
  guint n_lost = 0;

  while (n > 0)
    {
      if (increment (self, usher_document_get_id (counter)))
        n--;
      else
        n_lost++;
    }
  answer ("%u", n_lost);
}

static void
insert_unique (Server *self, guint n)
{
  guint n_inserted = 0;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (UsherUnit) unit = usher_unit_new (self->store, self->clock);
      g_autoptr (GError) error = NULL;
      g_autoptr (UsherDocument) document = usher_unit_new_document (unit, "items", &error);
      g_autofree char *number = g_strdup_printf ("N%u", i);

      usher_document_set_string (document, "number", number);
      g_assert_true (usher_unit_insert (unit, document, &error));
      if (usher_store_commit_sync (self->store, usher_unit_get_commit (unit), &error))
        n_inserted++;
      else
        g_assert_error (error, USHER_ERROR, USHER_ERROR_TAKEN);
    }
  answer ("%u", n_inserted);
}

typedef struct
{
  Server *server;
  guint n;
  gint64 start;
} Loaded;

static void
on_committed (UsherCommit *commit, const GError *error, gpointer user_data)
{
  g_autofree Loaded *loaded = user_data;
  Server *self = loaded->server;
  StoreConfirmed confirmed = { loaded->n,
                               (guint) (g_get_monotonic_time () - loaded->start),
                               error != NULL };

  if (!self->may_fail)
    g_assert_no_error (error);
  g_assert_cmpint (write (STDOUT_FILENO, &confirmed, sizeof confirmed), ==, sizeof confirmed);
  g_mutex_lock (&self->mutex);
  self->n_pending--;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
}

static void
load (Server *self, guint first)
{
  for (guint n = first;; n++)
    {
      g_autofree char *name = g_strdup_printf ("%u", n);
      g_autoptr (UsherUnit) unit = store_child_begin (self->store, self->clock, name);
      Loaded *loaded = g_new0 (Loaded, 1);

      g_mutex_lock (&self->mutex);
      while (self->n_pending >= IN_FLIGHT)
        g_cond_wait (&self->cond, &self->mutex);
      self->n_pending++;
      g_mutex_unlock (&self->mutex);

      loaded->server = self;
      loaded->n = n;
      loaded->start = g_get_monotonic_time ();
      usher_store_commit (self->store, usher_unit_get_commit (unit), on_committed, loaded);
    }
}

static void
obey (Server *self, const char *verb, const char *object)
{
  guint number = (guint) g_ascii_strtoull (object, NULL, 10);

  if (g_str_equal (verb, "insert"))
    insert (self, object);
  else if (g_str_equal (verb, "lease"))
    answer ("%d", usher_store_hold_lease (self->store));
  else if (g_str_equal (verb, "release"))
    {
      usher_store_release_lease (self->store);
      answer ("released");
    }
  else if (g_str_equal (verb, "trim"))
    {
      const UsherMark upto = { { number, 0 } };

      usher_store_trim_outbox (self->store, &upto);
      answer ("trimmed");
    }
  else if (g_str_equal (verb, "owner"))
    answer ("%s", usher_store_get_owner (self->store));
  else if (g_str_equal (verb, "fire"))
    fire (self);
  else if (g_str_equal (verb, "increment"))
    increment_often (self, number);
  else if (g_str_equal (verb, "unique"))
    insert_unique (self, number);
  else if (g_str_equal (verb, "try"))
    try (self, object);
  else if (g_str_equal (verb, "count"))
    count (self, object);
  else if (g_str_equal (verb, "figure"))
    tell_figure (self, object);
  else if (g_str_has_prefix (verb, "load"))
    {
      self->may_fail = g_str_equal (verb, "load-or-fail");
      load (self, number);
    }

  usher_store_end_reads (self->store);
}

static void
serve (Server *self)
{
  char line[256];

  while (fgets (line, sizeof line, stdin) != NULL)
    {
      g_auto (GStrv) words = g_strsplit (g_strstrip (line), " ", 2);

      obey (self, words[0], words[1] != NULL ? words[1] : "");
    }
}

gboolean
store_child_run (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  Server self = { 0 };

  if (argc != 3 || !g_str_equal (argv[1], "--child"))
    return FALSE;

  g_mutex_init (&self.mutex);
  g_cond_init (&self.cond);
  self.clock = usher_real_clock_new ();
  self.store = store_child_open_store (argv[2], self.clock);
  answer ("ready");
  serve (&self);
  g_assert_true (usher_store_close (self.store, &error));
  g_object_unref (self.store);
  g_object_unref (self.clock);

  return TRUE;
}

/* The test. */
static StoreChild *
start (GSubprocessLauncher *launcher, const char *program, const char *path)
{
  StoreChild *self = g_new0 (StoreChild, 1);
  g_autoptr (GError) error = NULL;

  g_subprocess_launcher_set_flags (launcher,
                                   G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  self->process = g_subprocess_launcher_spawn (launcher, &error, program, "--child", path, NULL);
  g_assert_no_error (error);
  self->input = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));

  return self;
}

StoreChild *
store_child_new (const char *program, const char *path)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);

  return start (launcher, program, path);
}

StoreChild *
store_child_new_on_disk (const char *program, const char *path, const char *disk)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  const char *options = g_getenv ("ASAN_OPTIONS");
  g_autofree char *asan =
      g_strconcat (options != NULL ? options : "", ":verify_asan_link_order=0", NULL);

  g_subprocess_launcher_setenv (launcher, "ASAN_OPTIONS", asan, TRUE);
  g_subprocess_launcher_setenv (launcher, "LD_PRELOAD", g_getenv ("USHER_TEST_DISK_LIBRARY"), TRUE);
  g_subprocess_launcher_setenv (launcher, "USHER_TEST_DISK", disk, TRUE);

  return start (launcher, program, path);
}

/* ends it by itself */
void
store_child_free (StoreChild *self)
{
  g_output_stream_close (g_subprocess_get_stdin_pipe (self->process), NULL, NULL);
  g_subprocess_wait (self->process, NULL, NULL);
  g_clear_object (&self->input);
  g_clear_object (&self->process);
  g_free (self);
}

void
store_child_say (StoreChild *self, const char *line)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = g_strconcat (line, "\n", NULL);

  g_output_stream_write_all (
      g_subprocess_get_stdin_pipe (self->process), text, strlen (text), NULL, NULL, &error);
  g_assert_no_error (error);
}

char *
store_child_hear (StoreChild *self)
{
  g_autoptr (GError) error = NULL;
  char *line = g_data_input_stream_read_line (self->input, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (line);

  return line;
}

char *
store_child_ask (StoreChild *self, const char *format, ...)
{
  g_autofree char *line = NULL;
  va_list arguments;

  va_start (arguments, format);
  line = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  store_child_say (self, line);

  return store_child_hear (self);
}

void
store_child_load (StoreChild *self, guint first, gboolean may_fail)
{
  g_autofree char *line = g_strdup_printf (may_fail ? "load-or-fail %u" : "load %u", first);

  store_child_say (self, line);
}

gboolean
store_child_next (StoreChild *self, StoreConfirmed *confirmed)
{
  g_autoptr (GError) error = NULL;
  gsize n_read = 0;

  g_input_stream_read_all (
      G_INPUT_STREAM (self->input), confirmed, sizeof *confirmed, &n_read, NULL, &error);
  g_assert_no_error (error);

  return n_read == sizeof *confirmed;
}

void
store_child_signal (StoreChild *self, int number)
{
  g_subprocess_send_signal (self->process, number);
}

gint64
store_child_ask_number (StoreChild *self, const char *line)
{
  g_autofree char *answer = store_child_ask (self, "%s", line);

  return g_ascii_strtoll (answer, NULL, 10);
}
