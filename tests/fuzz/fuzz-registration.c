/* fuzz-registration.c: a host's file in the run directory is refused, or read as it is written again
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "fuzz.h"
#include "usher-error.h"
#include "usher-registration-private.h"
#include "usher-route-private.h"

#define NAME "tickets-1"

const char *const fuzz_tokens[] = {
  "{",
  "}",
  "[",
  "]",
  ",",
  "\"name\":\"tickets-1\"",
  "\"pid\":1",
  "\"pid\":-1",
  "\"listen\":\"unix:/a\"",
  "\"admin\":null",
  "\"services\":[\"tickets\"]",
  "\"routes\":[{\"service\":\"tickets\",\"method\":\"GET\",\"pattern\":\"/a/:id\"}]",
  "\"admin\":true",
  "\"signed_in\":true",
  "\"\\u0000\"",
  "\"\\n\"",
  "/:",
  "/*",
  "\xc3\xa9",
  NULL,
};

static void
assert_same (UsherRegistration *self, UsherRegistration *other)
{
  g_assert_cmpint (self->pid, ==, other->pid);
  g_assert_cmpstr (self->listen, ==, other->listen);
  g_assert_cmpstr (self->admin, ==, other->admin);
  g_assert_cmpuint (self->services->len, ==, other->services->len);
  for (guint i = 0; i < self->services->len; i++)
    g_assert_cmpstr (g_ptr_array_index (self->services, i),
                     ==,
                     g_ptr_array_index (other->services, i));
  g_assert_cmpuint (self->routes->len, ==, other->routes->len);
  for (guint i = 0; i < self->routes->len; i++)
    {
      const UsherRoute *route = g_ptr_array_index (self->routes, i);
      const UsherRoute *same = g_ptr_array_index (other->routes, i);

      g_assert_cmpstr (usher_route_get_service (route), ==, usher_route_get_service (same));
      g_assert_cmpstr (usher_route_get_method (route), ==, usher_route_get_method (same));
      g_assert_cmpstr (usher_route_get_pattern (route), ==, usher_route_get_pattern (same));
      g_assert_cmpint (usher_route_get_flags (route), ==, usher_route_get_flags (same));
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *path = fuzz_write_file (NAME ".json", data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (UsherRegistration) registration =
      usher_registration_read (fuzz_directory (), NAME, &error);
  g_autoptr (UsherRegistration) again = NULL;

  if (registration == NULL)
    {
      g_assert_error (error, USHER_ERROR, USHER_ERROR_INVALID);
      return 0;
    }

  g_assert_no_error (error);
  g_assert_true (usher_registration_write (registration, fuzz_directory (), &error));
  again = usher_registration_read (fuzz_directory (), NAME, &error);
  g_assert_no_error (error);
  assert_same (registration, again);

  return 0;
}
