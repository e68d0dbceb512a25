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

/* (nullable): why a process that is ready cannot serve */
static const char *
get_trouble (UsherSlot *slot)
{
  UsherChild *child = usher_slot_get_child (slot);

  return usher_slot_is_ready (slot) && child != NULL ? usher_child_get_trouble (child) : NULL;
}

/* A service is served when one of its copies is ready, and has all that it needs. */
static gboolean
is_served (GPtrArray *slots, const char *service)
{
  for (guint i = 0; i < slots->len; i++)
    {
      UsherSlot *slot = g_ptr_array_index (slots, i);

      if (usher_slot_is_ready (slot) && get_trouble (slot) == NULL &&
          usher_slot_has_service (slot, service))
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
      const char *trouble = get_trouble (slot);

      if (!is_served (slots, service) && !usher_slots_leave_out (slots, service))
        return g_strdup_printf ("service “%s” has no process that is ready; “%s” is %s: %s",
                                service,
                                usher_slot_get_name (slot),
                                trouble != NULL
                                    ? "running"
                                    : usher_slot_state_to_string (usher_slot_get_state (slot)),
                                trouble != NULL ? trouble : usher_slot_get_reason (slot));
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
