/* test-payload.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <glib/gstdio.h>

#include "usher-fault-private.h"
#include "usher-manual-clock.h"
#include "usher-sqlite-store.h"
#include "usher-unit-run-private.h"

#define START (G_GINT64_CONSTANT (1767225600) * G_USEC_PER_SEC)

typedef struct
{
  char *folder;
  UsherManualClock *clock;
  UsherStore *store;
  UsherUnit *unit;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;

  fixture->folder = g_dir_make_tmp ("usher-payload-XXXXXX", &error);
  g_assert_no_error (error);
  path = g_build_filename (fixture->folder, "a.db", NULL);
  fixture->clock = usher_manual_clock_new (START);
  fixture->store = usher_sqlite_store_new (path, USHER_CLOCK (fixture->clock), NULL, &error);
  g_assert_no_error (error);
  fixture->unit = usher_unit_new (fixture->store, USHER_CLOCK (fixture->clock));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (fixture->folder, "a.db", NULL);

  g_assert_finalize_object (fixture->unit);
  g_assert_true (usher_store_close (fixture->store, &error));
  g_assert_finalize_object (fixture->store);
  g_assert_finalize_object (fixture->clock);
  g_unlink (path);
  g_rmdir (fixture->folder);
  g_free (fixture->folder);
}

static void
assert_event (Fixture *fixture, guint index, const char *channel, const char *payload)
{
  UsherCommit *commit = usher_unit_get_commit (fixture->unit);
  UsherEvent *event = NULL;

  g_assert_cmpuint (usher_commit_get_n_events (commit), >, index);
  event = usher_commit_get_event (commit, index);
  g_assert_cmpstr (usher_event_get_channel (event), ==, channel);
  g_assert_cmpstr (usher_event_get_payload (event, NULL), ==, payload);
}

static void
test_types (Fixture *fixture, gconstpointer data)
{
  UsherPayload *payload = usher_unit_begin_event (fixture->unit, "a:made");

  g_test_summary ("Each type is written as a document writes it.");

  usher_payload_set_string (payload, "text", "“a”\"");
  usher_payload_set_string (payload, "nothing", NULL);
  usher_payload_set_integer (payload, "number", G_MININT64);
  usher_payload_set_money (payload, "price", 1999);
  usher_payload_set_money (payload, "debt", -5);
  usher_payload_set_time (payload, "time", START);
  usher_payload_set_boolean (payload, "yes", TRUE);
  usher_payload_set_boolean (payload, "no", FALSE);
  usher_payload_set_json (payload, "list", "[1,{\"a\":null}]");

  assert_event (fixture,
                0,
                "a:made",
                "{\"text\":\"“a”\\\"\",\"nothing\":null,\"number\":-9223372036854775808,"
                "\"price\":19.99,\"debt\":-0.05,\"time\":\"2026-01-01T00:00:00.000Z\","
                "\"yes\":true,\"no\":false,\"list\":[1,{\"a\":null}]}");
}

static void
test_empty (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("An event may have nothing to tell.");

  usher_unit_begin_event (fixture->unit, "a:made");
  assert_event (fixture, 0, "a:made", "{}");
}

static void
test_nested (Fixture *fixture, gconstpointer data)
{
  UsherPayload *payload = usher_unit_begin_event (fixture->unit, "a:made");

  g_test_summary ("Members of one object are together, whatever was set between.");

  usher_payload_set_string (payload, "ticket.id", "t");
  usher_payload_set_string (payload, "reason", "late");
  usher_payload_set_integer (payload, "ticket.seat.row", 3);
  usher_payload_set_integer (payload, "ticketed", 1);
  usher_payload_set_integer (payload, "ticket.version", 7);
  usher_payload_set_integer (payload, "ticket.seat.number", 4);

  assert_event (fixture,
                0,
                "a:made",
                "{\"ticket\":{\"id\":\"t\",\"seat\":{\"row\":3,\"number\":4},\"version\":7},"
                "\"reason\":\"late\",\"ticketed\":1}");
}

static void
test_again (Fixture *fixture, gconstpointer data)
{
  UsherPayload *payload = usher_unit_begin_event (fixture->unit, "a:made");

  g_test_summary ("What is set twice has the last value, in the first place.");

  usher_payload_set_integer (payload, "a", 1);
  usher_payload_set_integer (payload, "b", 2);
  usher_payload_set_string (payload, "a", "x");

  assert_event (fixture, 0, "a:made", "{\"a\":\"x\",\"b\":2}");
}

static void
test_order (Fixture *fixture, gconstpointer data)
{
  UsherPayload *second = NULL;
  UsherPayload *fourth = NULL;
  UsherPayload *fifth = NULL;

  g_test_summary ("Events are in the order in which they were begun or published.");

  usher_unit_publish (fixture->unit, "first", "{}");
  second = usher_unit_begin_event (fixture->unit, "second");
  usher_unit_publish (fixture->unit, "third", "{}");
  fourth = usher_unit_begin_event (fixture->unit, "fourth");
  fifth = usher_unit_begin_event (fixture->unit, "fifth");
  usher_unit_publish (fixture->unit, "sixth", "{}");
  usher_payload_set_integer (fifth, "n", 5);
  usher_payload_set_integer (second, "n", 2);
  usher_payload_set_integer (fourth, "n", 4);

  assert_event (fixture, 0, "first", "{}");
  assert_event (fixture, 1, "second", "{\"n\":2}");
  assert_event (fixture, 2, "third", "{}");
  assert_event (fixture, 3, "fourth", "{\"n\":4}");
  assert_event (fixture, 4, "fifth", "{\"n\":5}");
  assert_event (fixture, 5, "sixth", "{}");

  usher_unit_begin_event (fixture->unit, "seventh");
  assert_event (fixture, 6, "seventh", "{}");
  g_assert_cmpuint (usher_commit_get_n_events (usher_unit_get_commit (fixture->unit)), ==, 7);
}

static void
test_dropped (Fixture *fixture, gconstpointer data)
{
  UsherUnit *unit = usher_unit_new (fixture->store, USHER_CLOCK (fixture->clock));
  g_autoptr (UsherPayload) kept = usher_payload_ref (usher_unit_begin_event (unit, "a:made"));

  g_test_summary (
      "A payload that somebody keeps outlives its unit, and a unit what it never published.");

  g_assert_finalize_object (unit);
  usher_payload_set_integer (kept, "a", 1);
}

typedef struct
{
  const char *path;
  void (*act) (UsherUnit *unit, UsherPayload *payload);
  const char *reason;
} Fault;

static void
set_no_name (UsherUnit *unit, UsherPayload *payload)
{
  usher_payload_set_integer (payload, "", 1);
}

static void
set_empty_part (UsherUnit *unit, UsherPayload *payload)
{
  usher_payload_set_integer (payload, "a..b", 1);
}

static void
set_first_dot (UsherUnit *unit, UsherPayload *payload)
{
  usher_payload_set_integer (payload, ".a", 1);
}

static void
set_last_dot (UsherUnit *unit, UsherPayload *payload)
{
  usher_payload_set_integer (payload, "a.", 1);
}

static void
set_too_deep (UsherUnit *unit, UsherPayload *payload)
{
  usher_payload_set_integer (payload, "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q", 1);
}

static void
set_member_of_value (UsherUnit *unit, UsherPayload *payload)
{
  usher_payload_set_integer (payload, "a", 1);
  usher_payload_set_integer (payload, "a.b", 1);
}

static void
set_value_of_members (UsherUnit *unit, UsherPayload *payload)
{
  usher_payload_set_integer (payload, "a.b.c", 1);
  usher_payload_set_string (payload, "a.b", "x");
}

static void
set_no_text (UsherUnit *unit, UsherPayload *payload)
{
  usher_payload_set_string (payload, "a", "\xff");
}

static void
set_no_json (UsherUnit *unit, UsherPayload *payload)
{
  usher_payload_set_json (payload, "a", "[1,]");
}

static void
set_late (UsherUnit *unit, UsherPayload *payload)
{
  g_autoptr (UsherPayload) kept = usher_payload_ref (payload);

  usher_unit_get_commit (unit);
  usher_payload_set_integer (kept, "a", 1);
}

static void
begin_no_channel (UsherUnit *unit, UsherPayload *payload)
{
  usher_unit_begin_event (unit, "no channel");
  usher_unit_get_commit (unit);
}

static void
begin_too_large (UsherUnit *unit, UsherPayload *payload)
{
  g_autofree char *text = g_strnfill (USHER_EVENT_MAX_PAYLOAD, 'x');

  usher_payload_set_string (payload, "a", text);
  usher_unit_get_commit (unit);
}

static const Fault faults[] = {
  { "/payload/fault/no-name", set_no_name, "“” is no name for a member*“a:made”" },
  { "/payload/fault/empty-part", set_empty_part, "“a..b” is no name for a member*" },
  { "/payload/fault/first-dot", set_first_dot, "“.a” is no name for a member*" },
  { "/payload/fault/last-dot", set_last_dot, "“a.” is no name for a member*" },
  { "/payload/fault/too-deep", set_too_deep, "“a.b.*” is no name for a member*" },
  { "/payload/fault/member-of-value", set_member_of_value, "members “a” and “a.b”*exclude*" },
  { "/payload/fault/value-of-members", set_value_of_members, "members “a.b.c” and “a.b”*exclude*" },
  { "/payload/fault/no-text", set_no_text, "member “a”*“a:made” is not in UTF-8" },
  { "/payload/fault/no-json", set_no_json, "member “a”*“a:made” is no JSON:*" },
  { "/payload/fault/late", set_late, "member “a”*“a:made” is set after that was published" },
  { "/payload/fault/no-channel", begin_no_channel, "“no channel” is no name for a channel" },
  { "/payload/fault/too-large", begin_too_large, "*“a:made” has * bytes, and may have *" },
};

static void
test_fault (Fixture *fixture, gconstpointer data)
{
  const Fault *fault = data;
  UsherFaultScope scope;
  g_autofree char *reason = NULL;

  g_test_summary ("What no bus could take, or nobody could read, is a fault of the program.");

  usher_fault_push_scope (&scope);
  fault->act (fixture->unit, usher_unit_begin_event (fixture->unit, "a:made"));
  reason = usher_fault_pop_scope (&scope);

  g_assert_nonnull (reason);
  g_test_message ("%s", reason);
  g_assert_true (g_pattern_match_simple (fault->reason, reason));
}

#define ADD(path, func) g_test_add ("/payload/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("types", test_types);
  ADD ("empty", test_empty);
  ADD ("nested", test_nested);
  ADD ("again", test_again);
  ADD ("order", test_order);
  ADD ("dropped", test_dropped);
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    g_test_add (faults[i].path, Fixture, &faults[i], set_up, test_fault, tear_down);

  return g_test_run ();
}
