/* usher-slot.h: a process that shall always run, and what becomes of it
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "usher-child.h"

G_BEGIN_DECLS

/* One of the supervisor's: the hub, or a copy of some services. It is started again when it ends, after a pause that grows, until
 * that has happened too often. All on the main thread. */
typedef struct _UsherSlot UsherSlot;

/* What holds for all slots. */
typedef struct
{
  const char *notify;   /* path of the notify socket */
  guint start_timeout;  /* seconds until a process must be ready */
  guint stop_timeout;   /* seconds until one that was told to stop must have ended */
  guint max_restarts;   /* as many in */
  guint restart_window; /* as many seconds, and no more */
  guint watchdog;       /* seconds, 0: none */
  gboolean leaves_out;  /* the operator named no services: others do without those that fail */
  /* (transfer full): how to start a process of this name */
  char **(*make_arguments) (UsherSlot *slot, const char *name, gpointer user_data);
  /* its process of this name is no more */
  void (*ended) (UsherSlot *slot, const char *name, gpointer user_data);
  void (*changed) (UsherSlot *slot, gpointer user_data);
  gpointer user_data;
} UsherSlotPolicy;

typedef enum
{
  USHER_SLOT_STARTING,
  USHER_SLOT_READY,
  USHER_SLOT_RELOADING, /* ready, and a new process is being started */
  USHER_SLOT_WAITING,   /* until the next start */
  USHER_SLOT_FAILED,
  USHER_SLOT_STOPPING,
  USHER_SLOT_STOPPED,
} UsherSlotState;

const char *usher_slot_state_to_string (UsherSlotState state);

/* @error: NULL: the new process has taken over; else the old one goes on */
typedef void (*UsherReloadedFunc) (UsherSlot *slot, const GError *error, gpointer user_data);

/* @services: (nullable): what runs in it, NULL: the hub */
UsherSlot *
usher_slot_new (const UsherSlotPolicy *policy, const char *name, const char *const *services);
void usher_slot_free (UsherSlot *self);
void usher_slot_start (UsherSlot *self);
void usher_slot_stop (UsherSlot *self);
void usher_slot_reload (UsherSlot *self, UsherReloadedFunc func, gpointer user_data);
gboolean usher_slot_take_notice (UsherSlot *self, GPid pid, const char *text);
/* ends a process that is late. @gap: microseconds in which nobody could hear it */
void usher_slot_check (UsherSlot *self, gint64 gap);
/* puts another process in the place of the one that serves, first stopping that one */
void usher_slot_replace (UsherSlot *self, const char *why);

const char *usher_slot_get_name (UsherSlot *self);
const char *const *usher_slot_get_services (UsherSlot *self);
gboolean usher_slot_has_service (UsherSlot *self, const char *service);
UsherSlotState usher_slot_get_state (UsherSlot *self);
/* a process of it serves, whether a new one is being started or not */
gboolean usher_slot_is_ready (UsherSlot *self);
const char *usher_slot_get_reason (UsherSlot *self);
/* (nullable): that serves, or is to */
UsherChild *usher_slot_get_child (UsherSlot *self);
guint usher_slot_get_n_restarts (UsherSlot *self);
guint usher_slot_get_generation (UsherSlot *self);
/* (nullable): how the last process that ended did, when and with which words; @time: (out): in microseconds */
const char *usher_slot_get_last_end (UsherSlot *self, gint64 *time);
/* its services have failed in a way that shall not matter to others */
gboolean usher_slot_is_left_out (UsherSlot *self);
/* its first process could not do what it was told, and no other will */
gboolean usher_slot_gave_up (UsherSlot *self);

G_END_DECLS
