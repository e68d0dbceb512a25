/* test-copy.c: copies of others' documents, whatever order their events come in
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "stage.h"
#include "usher-copy.h"
#include "usher-error.h"
#include "usher-event-find.h"
#include "usher-event-members.h"

#define ID      "aaaaaaaaaaaaaaaaaaaaaaaa"
#define CHANNEL "toy:changed"
#define LATEST  "toy:seen"

/* The field “count” of a thing is the version of what it is a copy of. */
typedef struct
{
  Stage stage;
  int n_applied;     /* (atomic) */
  gboolean is_raced; /* another process takes over the same event while this one does */
} Fixture;

static gboolean
take_name (UsherDocument *copy, UsherEvent *event, gpointer user_data, GError **error)
{
  const char *name = usher_event_read_string (event, "name", error);

  if (name == NULL)
    return FALSE;

  usher_document_set_string (copy, "name", name);

  return TRUE;
}

/* what another process does with the same event */
static void
race (Fixture *fixture, UsherEvent *event)
{
  g_autoptr (UsherUnit) unit = stage_begin (&fixture->stage);
  g_autoptr (GError) error = NULL;

  fixture->is_raced = FALSE;
  usher_copy_apply (event, unit, "things", "count", take_name, NULL, &error);
  g_assert_no_error (error);
  stage_commit (&fixture->stage, unit);
}

static gboolean
apply (UsherDocument *copy, UsherEvent *event, gpointer user_data, GError **error)
{
  Fixture *fixture = user_data;
  gint64 version = -1;

  g_assert_cmpstr (usher_document_get_id (copy), ==, ID);
  g_assert_true (usher_event_read_integer (event, "version", &version, error));
  g_assert_cmpint (usher_document_get_integer (copy, "count"), ==, version);
  g_atomic_int_inc (&fixture->n_applied);
  if (fixture->is_raced)
    race (fixture, event);

  return take_name (copy, event, NULL, error);
}

static gboolean
on_changed (UsherEvent *event, UsherUnit *unit, gpointer user_data, GError **error)
{
  return usher_copy_apply (event, unit, "things", "count", apply, user_data, error);
}

static gboolean
on_unknown (UsherEvent *event, UsherUnit *unit, gpointer user_data, GError **error)
{
  return usher_copy_apply (event, unit, "thongs", "count", apply, user_data, error);
}

static gboolean
on_unversioned (UsherEvent *event, UsherUnit *unit, gpointer user_data, GError **error)
{
  return usher_copy_apply (event, unit, "things", "cuont", apply, user_data, error);
}

static gboolean
on_named (UsherEvent *event, UsherUnit *unit, gpointer user_data, GError **error)
{
  g_autoptr (UsherDocument) thing = usher_event_find (event, "thing.id", unit, "things", error);

  return thing != NULL;
}

static gboolean
on_latest (UsherEvent *event, UsherUnit *unit, gpointer user_data, GError **error)
{
  return usher_copy_apply_latest (event, unit, "things", "count", apply, user_data, error);
}

static void
declare (UsherContext *context, gpointer user_data)
{
  usher_context_add_listener (context, CHANNEL, NULL, on_changed, user_data, NULL);
  usher_context_add_listener (context, "toy:named", NULL, on_named, user_data, NULL);
  usher_context_add_listener (context, LATEST, NULL, on_latest, user_data, NULL);
  usher_context_add_listener (context, "toy:unknown", NULL, on_unknown, user_data, NULL);
  usher_context_add_listener (context, "toy:unversioned", NULL, on_unversioned, user_data, NULL);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  stage_init (&fixture->stage, declare, fixture, TRUE, NULL);
  stage_start (&fixture->stage);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  stage_clear (&fixture->stage);
}

/* (transfer full): how an event is answered that has this payload */
static FakeAnswer *
deliver (Fixture *fixture, const char *channel, const char *payload)
{
  static guint64 sequence = 0;
  g_autoptr (UsherEvent) event = stage_event_new (channel, ++sequence, payload);

  fake_bus_deliver (fixture->stage.bus, event, 1, FALSE);

  return fake_bus_await_answer (fixture->stage.bus);
}

static FakeAnswer *
deliver_on (Fixture *fixture, const char *channel, gint64 version, const char *name)
{
  g_autofree char *payload =
      g_strdup_printf ("{\"id\":\"" ID "\",\"version\":%" G_GINT64_FORMAT ",\"name\":\"%s\"}",
                       version,
                       name);

  return deliver (fixture, channel, payload);
}

static FakeAnswer *
deliver_version (Fixture *fixture, gint64 version, const char *name)
{
  return deliver_on (fixture, CHANNEL, version, name);
}

static void
assert_taken (Fixture *fixture, gint64 version, const char *name)
{
  g_autoptr (FakeAnswer) answer = deliver_version (fixture, version, name);

  g_assert_cmpint (answer->kind, ==, USHER_ANSWER_ACK);
}

static void
assert_refused (FakeAnswer *answer, UsherAnswerKind kind, const char *reason)
{
  g_assert_cmpint (answer->kind, ==, kind);
  g_test_message ("%s", answer->reason);
  g_assert_true (g_pattern_match_simple (reason, answer->reason));
}

/* @count: the version that the copy has, -1: there is none; @n_applied: how often an event was taken over */
static void
assert_copy (Fixture *fixture, gint64 count, const char *name, int n_applied)
{
  g_autoptr (UsherUnit) unit = stage_begin (&fixture->stage);
  g_autoptr (UsherDocument) copy = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (usher_unit_lookup (unit, "things", ID, &copy, &error));
  usher_store_end_reads (stage_get_store (&fixture->stage));
  g_assert_cmpint (copy != NULL, ==, count >= 0);
  if (copy != NULL)
    {
      g_assert_cmpint (usher_document_get_integer (copy, "count"), ==, count);
      g_assert_cmpstr (usher_document_get_string (copy, "name"), ==, name);
    }
  g_assert_cmpint (g_atomic_int_get (&fixture->n_applied), ==, n_applied);
}

static void
test_first (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("The first version makes the copy, under the id of the original.");

  assert_taken (fixture, 0, "a");
  assert_copy (fixture, 0, "a", 1);
}

static void
test_next (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Each version that is next is taken over.");

  assert_taken (fixture, 0, "a");
  assert_taken (fixture, 1, "b");
  assert_taken (fixture, 2, "c");
  assert_copy (fixture, 2, "c", 3);
}

static void
test_known (Fixture *fixture, gconstpointer data)
{
  g_test_summary (
      "Of the same version and of older ones nothing is done, and they are acknowledged.");

  assert_taken (fixture, 0, "a");
  assert_taken (fixture, 1, "b");
  assert_taken (fixture, 1, "x");
  assert_taken (fixture, 0, "y");
  assert_copy (fixture, 1, "b", 2);
}

static void
test_latest (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    gint64 version;
    const char *name;
  } cases[] = { { 3, "d" }, { 1, "b" }, { 3, "x" }, { 7, "h" }, { 6, "g" } };

  g_test_summary ("Where not each version is told a later one is taken over, and no other.");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (FakeAnswer) answer = deliver_on (fixture, LATEST, cases[i].version, cases[i].name);

      g_assert_cmpint (answer->kind, ==, USHER_ANSWER_ACK);
    }
  assert_copy (fixture, 7, "h", 2);
}

static void
test_redelivered (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherEvent) event =
      stage_event_new (CHANNEL, 1, "{\"id\":\"" ID "\",\"version\":0,\"name\":\"a\"}");

  g_test_summary ("An event that comes again changes nothing.");

  for (guint i = 1; i <= 3; i++)
    {
      g_autoptr (FakeAnswer) answer = NULL;

      fake_bus_deliver (fixture->stage.bus, event, i, i > 1);
      answer = fake_bus_await_answer (fixture->stage.bus);
      g_assert_cmpint (answer->kind, ==, USHER_ANSWER_ACK);
    }
  assert_copy (fixture, 0, "a", 1);
}

static void
test_gap (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FakeAnswer) early = NULL;

  g_test_summary ("A version behind a gap says which it waits for, and is taken over after it.");

  assert_taken (fixture, 0, "a");
  early = deliver_version (fixture, 3, "d");
  assert_refused (early,
                  USHER_ANSWER_DEFER,
                  "version 3 of “" ID "” waits for version 1 in “things”");
  assert_copy (fixture, 0, "a", 1);

  assert_taken (fixture, 1, "b");
  assert_taken (fixture, 2, "c");
  assert_taken (fixture, 3, "d");
  assert_copy (fixture, 3, "d", 4);
}

static void
test_never_made (Fixture *fixture, gconstpointer data)
{
  g_autoptr (FakeAnswer) early = NULL;
  g_autoptr (FakeAnswer) last = NULL;

  g_test_summary ("A first event that is not of version 0 waits for the copy to be made.");

  early = deliver_version (fixture, 1, "b");
  assert_refused (early,
                  USHER_ANSWER_DEFER,
                  "version 1 of “" ID "” waits for version 0 in “things”");
  last = deliver_version (fixture, G_MAXINT64, "z");
  assert_refused (last, USHER_ANSWER_DEFER, "* waits for version 0 in “things”");
  assert_copy (fixture, -1, NULL, 0);
}

static void
test_not_of_events (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UsherUnit) unit = stage_begin (&fixture->stage);
  g_autoptr (UsherDocument) thing = usher_unit_new_document (unit, "things", NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A document that stands there without a version takes the first one.");

  usher_document_set_id (thing, ID);
  g_assert_true (usher_unit_insert (unit, thing, &error));
  stage_commit (&fixture->stage, unit);

  assert_taken (fixture, 0, "a");
  assert_copy (fixture, 0, "a", 1);
}

static void
test_last_version (Fixture *fixture, gconstpointer data)
{
  g_test_summary (
      "The greatest version that a copy can have is the last, and no sum of it overflows.");

  stage_insert (&fixture->stage, ID, "a", G_MAXINT64 - 1);
  assert_taken (fixture, G_MAXINT64, "b");
  assert_taken (fixture, G_MAXINT64, "c");
  assert_copy (fixture, G_MAXINT64, "b", 1);
}

static void
test_race_to_make (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Of two processes that make one copy the second finds it made.");

  fixture->is_raced = TRUE;
  assert_taken (fixture, 0, "a");
  assert_copy (fixture, 0, "a", 1);
}

static void
test_race_to_change (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Of two processes that have one version the second finds it taken over.");

  assert_taken (fixture, 0, "a");
  fixture->is_raced = TRUE;
  assert_taken (fixture, 1, "b");
  assert_copy (fixture, 1, "b", 2);
}

static void
test_find (Fixture *fixture, gconstpointer data)
{
  const char *payload = "{\"thing\":{\"id\":\"" ID "\"}}";
  g_autoptr (FakeAnswer) nameless = deliver (fixture, "toy:named", "{\"thing\":{}}");
  g_autoptr (FakeAnswer) unknown = deliver (fixture, "toy:named", payload);
  g_autoptr (FakeAnswer) known = NULL;

  g_test_summary ("The document that an event names is found, or the event fails with why not.");

  assert_refused (nameless, USHER_ANSWER_NAK, "event “*” on “toy:named” has no string “thing.id”");
  assert_refused (unknown, USHER_ANSWER_NAK, "collection “things” has no document “" ID "”");
  stage_insert (&fixture->stage, ID, "a", 0);
  known = deliver (fixture, "toy:named", payload);
  g_assert_cmpint (known->kind, ==, USHER_ANSWER_ACK);
}

static void
test_malformed (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *payload;
    const char *reason;
  } cases[] = {
    { "{\"version\":0}", "event “*” on “toy:changed” has no string “id”" },
    { "{\"id\":\"a\",\"version\":0}", "event “*” on “toy:changed” has no id “id”" },
    { "{\"id\":\"" ID "\"}", "event “*” on “toy:changed” has no integer “version”" },
    { "{\"id\":\"" ID "\",\"version\":\"0\"}", "event “*” has no integer “version”" },
    { "{\"id\":\"" ID "\",\"version\":-1}", "event “*” has version -1, and no document has" },
    { "{\"id\":\"" ID "\",\"version\":0}", "event “*” on “toy:changed” has no string “name”" },
    { "[]", "payload of event “*” is no JSON object" },
  };

  g_test_summary ("An event that is none of a document fails with what it lacks.");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (FakeAnswer) answer = deliver (fixture, CHANNEL, cases[i].payload);

      assert_refused (answer, USHER_ANSWER_NAK, cases[i].reason);
    }
  assert_copy (fixture, -1, NULL, 1);
}

static void
test_faults (Fixture *fixture, gconstpointer data)
{
  const char *payload = "{\"id\":\"" ID "\",\"version\":0,\"name\":\"a\"}";
  g_autoptr (FakeAnswer) unknown = NULL;
  g_autoptr (FakeAnswer) unversioned = NULL;

  g_test_summary ("A collection or a field that is not declared is a fault of the program.");

  unknown = deliver (fixture, "toy:unknown", payload);
  assert_refused (unknown, USHER_ANSWER_NAK, "service “stage”*“thongs”*");
  unversioned = deliver (fixture, "toy:unversioned", payload);
  assert_refused (unversioned, USHER_ANSWER_NAK, "service “stage”*“cuont”*");
  assert_copy (fixture, -1, NULL, 1);
}

#define ADD(path, func) g_test_add ("/copy/apply/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("first", test_first);
  ADD ("next", test_next);
  ADD ("known", test_known);
  ADD ("latest", test_latest);
  ADD ("find", test_find);
  ADD ("redelivered", test_redelivered);
  ADD ("gap", test_gap);
  ADD ("never-made", test_never_made);
  ADD ("not-of-events", test_not_of_events);
  ADD ("last-version", test_last_version);
  ADD ("race/to-make", test_race_to_make);
  ADD ("race/to-change", test_race_to_change);
  ADD ("malformed", test_malformed);
  ADD ("faults", test_faults);

  return g_test_run ();
}
