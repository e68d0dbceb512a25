/* usher-test-children.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-test-children.h"

#include <signal.h>
#include <string.h>

#include "usher-test-client.h"
#include "usher-test-json.h"
#include "usher-test-shop.h"

void
usher_test_child_free (UsherTestChild *child)
{
  g_free (child->name);
  g_free (child->state);
  g_strfreev (child->services);
  g_free (child);
}

static char **
dup_services (JsonNode *row)
{
  g_autoptr (GStrvBuilder) services = g_strv_builder_new ();
  guint n = usher_test_json_get_length (row, "services");

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *path = g_strdup_printf ("services.%u", i);

      g_strv_builder_add (services, usher_test_json_get_string (row, path));
    }

  return g_strv_builder_end (services);
}

/* @row: of /processes */
static UsherTestChild *
read_child (JsonNode *row)
{
  UsherTestChild *child = g_new0 (UsherTestChild, 1);
  JsonNode *pid = usher_test_json_find (row, "pid");

  child->name = g_strdup (usher_test_json_get_string (row, "name"));
  child->state = g_strdup (usher_test_json_get_string (row, "state"));
  child->services = dup_services (row);
  child->pid = pid != NULL && !json_node_is_null (pid) ? (GPid) json_node_get_int (pid) : 0;
  child->generation = usher_test_json_get_integer (row, "generation");
  child->n_restarts = usher_test_json_get_integer (row, "restarts");
  g_assert_nonnull (child->name);
  g_assert_nonnull (child->state);

  return child;
}

GPtrArray *
usher_test_children_list (UsherTestProcess *process)
{
  g_autoptr (UsherTestClient) admin = usher_test_client_new_admin (process);
  g_autoptr (GPtrArray) children =
      g_ptr_array_new_with_free_func ((GDestroyNotify) usher_test_child_free);
  JsonArray *rows = NULL;

  if (usher_test_process_get_placement (process) == USHER_TEST_ONE)
    return g_steal_pointer (&children);

  if (usher_test_client_send (admin, "GET", "/processes", NULL) != 200)
    g_error ("/processes: %u %s",
             usher_test_client_get_status (admin),
             usher_test_client_get_body (admin));
  rows = json_node_get_array (usher_test_json_find (usher_test_client_get_json (admin), "items"));
  for (guint i = 0; i < json_array_get_length (rows); i++)
    g_ptr_array_add (children, read_child (json_array_get_element (rows, i)));

  return g_steal_pointer (&children);
}

static gboolean
has_service (UsherTestChild *child, const char *service)
{
  if (g_str_equal (service, USHER_TEST_HUB))
    return g_str_equal (child->name, USHER_TEST_HUB);

  return g_strv_contains ((const char *const *) child->services, service);
}

GPtrArray *
usher_test_children_find (UsherTestProcess *process, const char *service)
{
  g_autoptr (GPtrArray) children = usher_test_children_list (process);

  for (guint i = children->len; i > 0; i--)
    if (!has_service (g_ptr_array_index (children, i - 1), service))
      g_ptr_array_remove_index (children, i - 1);

  return g_steal_pointer (&children);
}

typedef struct
{
  UsherTestProcess *process; /* (unowned) */
  GPid gone;                 /* who must not be among them; 0: nobody */
} Expectation;

static gboolean
are_ready (UsherTestClient *client, gpointer user_data)
{
  Expectation *expectation = user_data;
  g_autoptr (GPtrArray) children = usher_test_children_list (expectation->process);

  for (guint i = 0; i < children->len; i++)
    {
      UsherTestChild *child = g_ptr_array_index (children, i);

      if (!g_str_equal (child->state, "ready") || child->pid == expectation->gone)
        return FALSE;
    }

  return TRUE;
}

void
usher_test_children_await_ready (UsherTestProcess *process)
{
  usher_test_children_await_replaced (process, 0);
}

void
usher_test_children_await_replaced (UsherTestProcess *process, GPid pid)
{
  g_autoptr (UsherTestClient) client = usher_test_client_new_admin (process);
  Expectation expectation = { process, pid };

  usher_test_client_until (client, are_ready, &expectation);
}

GPid
usher_test_children_signal (UsherTestProcess *process, const char *service, guint index, int signum)
{
  g_autoptr (GPtrArray) children = usher_test_children_find (process, service);
  UsherTestChild *child = NULL;

  if (children->len == 0)
    return 0;

  child = g_ptr_array_index (children, index % children->len);
  if (child->pid <= 0 || kill (child->pid, signum) != 0)
    return 0;

  return child->pid;
}
