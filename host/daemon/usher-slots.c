/* usher-slots.c
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-slots.h"

gboolean
usher_slots_have_ended (GPtrArray *slots)
{
  for (guint i = 0; i < slots->len; i++)
    if (usher_slot_get_state (g_ptr_array_index (slots, i)) != USHER_SLOT_STOPPED)
      return FALSE;

  return TRUE;
}

gboolean
usher_slots_are_complete (GPtrArray *slots)
{
  for (guint i = 0; i < slots->len; i++)
    {
      UsherSlot *slot = g_ptr_array_index (slots, i);

      if (!usher_slot_is_ready (slot) && !usher_slot_is_left_out (slot))
        return FALSE;
    }

  return TRUE;
}

gboolean
usher_slots_are_settled (GPtrArray *slots)
{
  for (guint i = 0; i < slots->len; i++)
    {
      UsherSlot *slot = g_ptr_array_index (slots, i);

      if (usher_slot_get_state (slot) == USHER_SLOT_STARTING &&
          usher_slot_get_n_restarts (slot) == 0)
        return FALSE;
    }

  return TRUE;
}

gboolean
usher_slots_leave_out (GPtrArray *slots, const char *service)
{
  for (guint i = 0; i < slots->len; i++)
    {
      UsherSlot *slot = g_ptr_array_index (slots, i);

      if (usher_slot_has_service (slot, service) && !usher_slot_is_left_out (slot))
        return FALSE;
    }

  return TRUE;
}

/* A service is served when one of its copies is ready. */
static gboolean
is_served (GPtrArray *slots, const char *service)
{
  for (guint i = 0; i < slots->len; i++)
    {
      UsherSlot *slot = g_ptr_array_index (slots, i);

      if (usher_slot_is_ready (slot) && usher_slot_has_service (slot, service))
        return TRUE;
    }

  return FALSE;
}

char *
usher_slots_dup_trouble (GPtrArray *slots)
{
  for (guint i = 0; i < slots->len; i++)
    {
      UsherSlot *slot = g_ptr_array_index (slots, i);
      const char *service = usher_slot_get_services (slot)[0];

      if (!is_served (slots, service) && !usher_slots_leave_out (slots, service))
        return g_strdup_printf ("service “%s” has no process that is ready; “%s” is %s: %s",
                                service,
                                usher_slot_get_name (slot),
                                usher_slot_state_to_string (usher_slot_get_state (slot)),
                                usher_slot_get_reason (slot));
    }

  return NULL;
}

char *
usher_slots_dup_defeat (GPtrArray *slots)
{
  for (guint i = 0; i < slots->len; i++)
    {
      UsherSlot *slot = g_ptr_array_index (slots, i);

      if (usher_slot_gave_up (slot))
        return g_strdup_printf ("process “%s” cannot run: %s",
                                usher_slot_get_name (slot),
                                usher_slot_get_reason (slot));
    }

  return NULL;
}
