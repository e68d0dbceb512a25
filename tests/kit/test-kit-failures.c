/* test-kit-failures.c: a test that fails says what it found, and where it looked
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <stdlib.h>
#include <usher-test.h>

#define TOLL "toll"
#define PATH "/api/passages"
#define PASS "{\"road\":\"A1\"}"

/* what must fail, each of them in a program of its own */
static void
fail_status (UsherTestHost *host, UsherReply *reply)
{
  usher_test_assert_status (reply, 200);
}

static void
fail_member (UsherTestHost *host, UsherReply *reply)
{
  usher_test_assert_member (reply, "road", "A2");
}

static void
fail_missing (UsherTestHost *host, UsherReply *reply)
{
  usher_test_assert_member (reply, "road", NULL);
}

static void
fail_refused (UsherTestHost *host, UsherReply *reply)
{
  usher_test_assert_refused (reply, 400, NULL, "No");
}

static void
fail_unanswered (UsherTestHost *host, UsherReply *reply)
{
  usher_test_assert_status (NULL, 201);
}

static void
fail_quiet (UsherTestHost *host, UsherReply *reply)
{
  usher_test_assert_quiet (host, TOLL);
}

static void
fail_event (UsherTestHost *host, UsherReply *reply)
{
  usher_test_host_skip_events (host, TOLL);
  usher_test_assert_event (host, TOLL, "passage:paid");
}

static void
fail_event_member (UsherTestHost *host, UsherReply *reply)
{
  g_autoptr (GPtrArray) events = usher_test_host_take_events (host, TOLL);

  usher_test_assert_event_member (events->pdata[0], "road", "A2");
}

static void
fail_delivery (UsherTestHost *host, UsherReply *reply)
{
  usher_test_host_give (host, TOLL, NULL, "passage:stamped", "{\"id\":\"" USHER_TEST_NOTHING "\"}");
}

static void
fail_service (UsherTestHost *host, UsherReply *reply)
{
  usher_test_host_give (host, "tol", NULL, "passage:paid", "{}");
}

static void
fail_document (UsherTestHost *host, UsherReply *reply)
{
  g_free (usher_test_host_dup_field (host, TOLL, "passages", USHER_TEST_NOTHING, "paid"));
}

static void
fail_plugin (UsherTestHost *host, UsherReply *reply)
{
  usher_test_host_new ("tol", USHER_TEST_BY_HAND);
}

static void
fail_setting (UsherTestHost *host, UsherReply *reply)
{
  usher_test_host_new ("toll toll.road=A1", USHER_TEST_BY_HAND);
}

static const struct
{
  const char *name;
  void (*func) (UsherTestHost *host, UsherReply *reply);
  const char *said;     /* on stderr */
  gboolean names_place; /* this file, and the function */
} rows[] = {
  { "status", fail_status, "*status is 201, not 200: {*\"road\":\"A1\"*", TRUE },
  { "member", fail_member, "*road* is A1, not A2: {*", TRUE },
  { "missing", fail_missing, "*road* is A1, not missing: {*", TRUE },
  { "refused", fail_refused, "*status is 201, not 400: {*", TRUE },
  { "unanswered", fail_unanswered, "*there is no answer*", TRUE },
  { "quiet", fail_quiet, "*published was passage:created {*, not nothing*", TRUE },
  { "event", fail_event, "*published was nothing, not passage:paid*", TRUE },
  { "event-member", fail_event_member, "*road* is A1, not A2: {*", TRUE },
  { "delivery", fail_delivery, "*there is no receipt*", FALSE },
  { "service", fail_service, "*no service *tol*", FALSE },
  { "document", fail_document, "*has no *passages* with the id*", FALSE },
  { "plugin", fail_plugin, "*no plugin is named *tol*did you mean *toll*", FALSE },
  { "setting", fail_setting, "*toll.road*", FALSE },
};

static void
test_failure (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autofree char *left = NULL;
  g_autofree char *place = g_strdup_printf ("*test-kit-failures.c:*fail_%s*", rows[i].name);

  g_test_summary ("An assertion that does not hold ends the test, and says why and where.");

  if (g_test_subprocess ())
    {
      UsherTestHost *host = usher_test_host_new (TOLL, USHER_TEST_BY_HAND);
      UsherReply *reply = usher_test_user_post (usher_test_host_as (host, "ann"), PATH, PASS);

      rows[i].func (host, reply);
      exit (0);
    }

  /* what a program that ends so leaves */
  left = g_dir_make_tmp ("usher-failure-XXXXXX", NULL);
  g_assert_nonnull (left);
  g_setenv ("TMPDIR", left, TRUE);
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr (rows[i].said);
  if (rows[i].names_place)
    g_test_trap_assert_stderr (g_strdelimit (place, "-", '?'));
  usher_test_remove_tree (left);
}

int
main (int argc, char **argv)
{
  usher_test_init (&argc, &argv);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/kit/failures/", rows[i].name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_failure);
    }

  return g_test_run ();
}
