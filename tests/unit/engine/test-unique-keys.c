/* test-unique-keys.c: handlers that run into a unique key
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include "stage.h"
#include "usher-error.h"
#include "usher-test-base.h"

#define ID      "aaaaaaaaaaaaaaaaaaaaaaaa"
#define MESSAGE "You have reviewed this ticket already"

typedef struct _Fixture Fixture;

typedef struct
{
  Fixture *fixture;
  Stage stage;
  int n_runs; /* (atomic) */
} Copy;

struct _Fixture
{
  Copy copies[2];
};

static const UsherField fields[] = {
  { "author", USHER_FIELD_STRING },
  { "ticket", USHER_FIELD_INTEGER },
  { "code", USHER_FIELD_STRING, USHER_FIELD_UNIQUE },
};

static gboolean
insert (UsherUnit *unit, const char *id, gint64 ticket, const char *code, GError **error)
{
  g_autoptr (UsherDocument) review = usher_unit_new_document (unit, "reviews", error);

  if (review == NULL)
    return FALSE;

  if (id != NULL)
    usher_document_set_id (review, id);
  usher_document_set_string (review, "author", "ann");
  if (ticket > 0)
    usher_document_set_integer (review, "ticket", ticket);
  if (code != NULL)
    usher_document_set_string (review, "code", code);

  return usher_unit_insert (unit, review, error);
}

/* as if by another request */
static void
insert_other (Copy *copy, const char *id, gint64 ticket, const char *code)
{
  g_autoptr (UsherUnit) unit = stage_begin (&copy->stage);
  g_autoptr (GError) error = NULL;

  insert (unit, id, ticket, code, &error);
  g_assert_no_error (error);
  stage_commit (&copy->stage, unit);
}

static void
remove_other (Copy *copy)
{
  g_autoptr (UsherUnit) unit = stage_begin (&copy->stage);
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherDocument) review = usher_unit_find (unit, "reviews", ID, &error);

  g_assert_no_error (error);
  usher_unit_remove (unit, review, &error);
  g_assert_no_error (error);
  stage_commit (&copy->stage, unit);
}

/* wants what another has, and looks at nothing */
static gboolean
on_insist (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  g_atomic_int_inc (&((Copy *) data)->n_runs);

  return insert (unit, NULL, 7, NULL, error);
}

static gboolean
on_code (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  g_atomic_int_inc (&((Copy *) data)->n_runs);

  return insert (unit, NULL, 0, "x", error);
}

/* wants another code each time */
static gboolean
on_draw (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  g_autofree char *code = g_strdup_printf ("c%d", g_atomic_int_add (&((Copy *) data)->n_runs, 1));

  return insert (unit, NULL, 0, code, error);
}

/* whose winner goes while it looks */
static gboolean
on_late (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  Copy *copy = data;

  if (g_atomic_int_add (&copy->n_runs, 1) == 1)
    remove_other (copy);

  return insert (unit, NULL, 7, NULL, error);
}

static gboolean
insist_in_step (UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  g_atomic_int_inc (&((Copy *) data)->n_runs);

  return insert (unit, NULL, 7, NULL, error);
}

static gboolean
on_step (UsherRequest *request, UsherUnit *unit, UsherReply *reply, gpointer data, GError **error)
{
  usher_unit_then (unit, insist_in_step, data, NULL);

  return insert (unit, NULL, 8, NULL, error);
}

static gboolean
on_event (UsherEvent *event, UsherUnit *unit, gpointer data, GError **error)
{
  g_atomic_int_inc (&((Copy *) data)->n_runs);

  return insert (unit, NULL, 7, NULL, error);
}

static gboolean
on_ring (UsherTimer *timer, UsherUnit *unit, gpointer data, GError **error)
{
  g_atomic_int_inc (&((Copy *) data)->n_runs);

  return insert (unit, NULL, 7, NULL, error);
}

static void
declare (UsherContext *context, gpointer data)
{
  usher_context_add_collection (context, "reviews", fields, G_N_ELEMENTS (fields));
  usher_context_add_key (context,
                         "reviews",
                         (const char *const[]){ "ticket", "author", NULL },
                         MESSAGE);
  usher_context_add_route (context, "POST", "/insist", 0, on_insist, data, NULL);
  usher_context_add_route (context, "POST", "/code", 0, on_code, data, NULL);
  usher_context_add_route (context, "POST", "/draw", 0, on_draw, data, NULL);
  usher_context_add_route (context, "POST", "/late", 0, on_late, data, NULL);
  usher_context_add_route (context, "POST", "/step", 0, on_step, data, NULL);
  usher_context_add_listener (context, "insist", NULL, on_event, data, NULL);
  usher_context_add_timer (context, "insist", on_ring, data, NULL);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (fixture->copies); i++)
    {
      Copy *copy = &fixture->copies[i];

      copy->fixture = fixture;
      stage_init_shared (&copy->stage, i > 0 ? &fixture->copies[0].stage : NULL, declare, copy);
      stage_start (&copy->stage);
    }
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  for (guint i = G_N_ELEMENTS (fixture->copies); i > 0; i--)
    stage_clear (&fixture->copies[i - 1].stage);
}

static void
assert_post (Fixture *fixture, const char *path, guint status, const char *body)
{
  g_autoptr (UsherReply) reply =
      stage_call (&fixture->copies[0].stage, "POST", path, ID, "key", "{}");
  g_autofree char *found = stage_dup_body (reply);

  stage_assert_status (reply, status);
  if (body != NULL)
    g_assert_cmpstr (found, ==, body);
}

static void
test_insisted (Fixture *fixture, gconstpointer data)
{
  g_test_summary (
      "Who insists on a key that is taken is told so after a second look, whichever copy "
      "the winner is of");

  for (guint i = 0; i < G_N_ELEMENTS (fixture->copies); i++)
    {
      fixture->copies[0].n_runs = 0;
      insert_other (&fixture->copies[i], ID, 7, NULL);
      assert_post (fixture,
                   "/insist",
                   400,
                   "{\"errors\":[{\"message\":\"" MESSAGE "\",\"field\":\"ticket\"}]}");
      g_assert_cmpint (fixture->copies[0].n_runs, ==, 2);
      remove_other (&fixture->copies[i]);
    }
  assert_post (fixture, "/insist", 200, NULL);
}

static void
test_default (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A key without a message names its field");

  insert_other (&fixture->copies[0], ID, 0, "x");
  assert_post (fixture,
               "/code",
               400,
               "{\"errors\":[{\"message\":\"Code is taken\",\"field\":\"code\"}]}");
  g_assert_cmpint (fixture->copies[0].n_runs, ==, 2);
}

static void
test_other_values (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Who tries other values goes on until one is free, or many are not");

  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *code = g_strdup_printf ("c%u", i);

      insert_other (&fixture->copies[0], NULL, 0, code);
    }
  assert_post (fixture, "/draw", 200, NULL);
  g_assert_cmpint (fixture->copies[0].n_runs, ==, 6);
}

static void
test_other_values_limit (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Who has tried 17 values that are taken is told of the last");

  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *code = g_strdup_printf ("c%u", i);

      insert_other (&fixture->copies[0], NULL, 0, code);
    }
  assert_post (fixture,
               "/draw",
               400,
               "{\"errors\":[{\"message\":\"Code is taken\",\"field\":\"code\"}]}");
  g_assert_cmpint (fixture->copies[0].n_runs, ==, 17);
}

static void
test_winner_gone (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Where the winner is removed meanwhile the second run succeeds");

  insert_other (&fixture->copies[0], ID, 7, NULL);
  assert_post (fixture, "/late", 200, NULL);
  g_assert_cmpint (fixture->copies[0].n_runs, ==, 2);
}

static void
test_step (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A step that insists on a key is told so as well");

  insert_other (&fixture->copies[0], ID, 7, NULL);
  assert_post (fixture,
               "/step",
               400,
               "{\"errors\":[{\"message\":\"" MESSAGE "\",\"field\":\"ticket\"}]}");
  g_assert_cmpint (fixture->copies[0].n_runs, ==, 2);
}

static void
test_event (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherEvent) event = stage_event_new ("insist", 1, "{}");
  g_autoptr (FakeAnswer) answer = NULL;

  g_test_summary ("An event whose key stays taken has failed, with the key's message");

  insert_other (&fixture->copies[0], ID, 7, NULL);
  fake_bus_deliver (fixture->copies[0].stage.bus, event, 1, FALSE);
  answer = fake_bus_await_answer (fixture->copies[0].stage.bus);
  g_assert_cmpint (answer->kind, ==, USHER_ANSWER_NAK);
  g_assert_nonnull (strstr (answer->reason, MESSAGE));
  g_assert_cmpint (fixture->copies[0].n_runs, ==, 2);
}

static UsherTimer *
find_timer (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  UsherTimer *timer = NULL;

  usher_store_lookup_timer (
      stage_get_store (&fixture->copies[0].stage), "insist", "k", &timer, &error);
  g_assert_no_error (error);
  usher_store_end_reads (stage_get_store (&fixture->copies[0].stage));

  return timer;
}

static gboolean
has_failed (Fixture *fixture)
{
  g_autoptr (UsherTimer) timer = find_timer (fixture);

  return timer != NULL && usher_timer_get_attempt (timer) == 1;
}

static void
test_timer (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherUnit) unit = stage_begin (&fixture->copies[0].stage);
  g_autoptr (UsherTimer) timer = NULL;

  g_test_summary ("A timer whose key stays taken has failed, with the key's message");

  insert_other (&fixture->copies[0], ID, 7, NULL);
  usher_unit_schedule (unit, "insist", "k", STAGE_TIME, NULL);
  stage_commit (&fixture->copies[0].stage, unit);
  usher_test_until (has_failed (fixture));
  timer = find_timer (fixture);
  g_assert_nonnull (strstr (usher_timer_get_history (timer)->reasons[0], MESSAGE));
}

static void
declare_wrongly (UsherContext *context, gpointer data)
{
  const char *const *names = data;

  usher_context_add_collection (context, "reviews", fields, G_N_ELEMENTS (fields));
  usher_context_add_key (context, names[0], names + 1, NULL);
}

static void
test_declared (void)
{
  static const char *const wrong[][11] = {
    { "reviews", NULL },
    { "raviews", "author", NULL },
    { "reviews", "author", "titcket", NULL },
    { "reviews", "author", "author", NULL },
    { "reviews", "a", "b", "c", "d", "e", "f", "g", "h", "i", NULL },
  };

  Stage stage = { 0 };

  g_test_summary ("A key that cannot be fails the configuration, named");

  stage_init (&stage, NULL, NULL, FALSE, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (stage_add (&stage, "other", declare_wrongly, (gpointer) wrong[i], &error));
      g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
      g_test_message ("%s", error->message);
      g_assert_nonnull (strstr (error->message, wrong[i][0]));
    }
  stage_clear (&stage);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/unique-keys/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("insisted", test_insisted);
  ADD ("default", test_default);
  ADD ("other-values", test_other_values);
  ADD ("other-values/limit", test_other_values_limit);
  ADD ("winner-gone", test_winner_gone);
  ADD ("step", test_step);
  ADD ("event", test_event);
  ADD ("timer", test_timer);
#undef ADD
  g_test_add_func ("/unique-keys/declared", test_declared);

  return g_test_run ();
}
