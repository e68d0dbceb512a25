/* usher-test-process.h: the program “usher run” or “usher up” as a child of the test
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "usher-test-mongodb.h"
#include "usher-test-placement.h"

G_BEGIN_DECLS

/* A data directory of its own, a server for its databases where USHER_TEST_STORE says so, and a host on it that may be started, killed and started again: in one process, or under a
 * supervisor whose children go with it. The verbs are the main thread's; the getters and await_running may be called by any. What goes wrong ends the test. */
typedef struct _UsherTestProcess UsherTestProcess;

/* @settings: (nullable) “group.key=value”, NULL at the end; they come after the harness's own */
UsherTestProcess *usher_test_process_new (const char *const *settings);
/* other than USHER_TEST_PLACEMENT says */
UsherTestProcess *usher_test_process_new_placed (UsherTestPlacement placement,
                                                 const char *const *settings);
/* Another machine: one process of @services (NULL at the end) with a data directory of its own, on the bus and the databases
 * of @other, which is spread in pairs, has run, and lives longer. */
UsherTestProcess *usher_test_process_new_joined (UsherTestProcess *other,
                                                 const char *const *services);
/* kills a host that runs, removes the data */
void usher_test_process_free (UsherTestProcess *self);

/* returns when the host has said where it listens */
void usher_test_process_start (UsherTestProcess *self);
/* FALSE when it has ended instead */
gboolean usher_test_process_try_start (UsherTestProcess *self);
/* SIGKILL; returns when the data directory is free again */
void usher_test_process_kill (UsherTestProcess *self);
/* until no process holds the data directory */
void usher_test_process_await_unused (UsherTestProcess *self);
/* SIGTERM; the exit status, or 128 and the signal that it died of */
int usher_test_process_stop (UsherTestProcess *self);
/* SIGTERM without waiting, and the waiting apart */
void usher_test_process_signal_stop (UsherTestProcess *self);
int usher_test_process_await_exit (UsherTestProcess *self);
/* before the next start; @directory: plugins besides those of the build */
void usher_test_process_add_plugins (UsherTestProcess *self, const char *directory);
/* likewise, before those that are there, so that its plugins take the place of theirs */
void usher_test_process_put_plugins (UsherTestProcess *self, const char *directory);
/* before the next start; @setting: “group.key=value” */
void usher_test_process_add_setting (UsherTestProcess *self, const char *setting);
/* before the next start: of its environment */
void usher_test_process_set_variable (UsherTestProcess *self, const char *name, const char *value);

UsherTestPlacement usher_test_process_get_placement (UsherTestProcess *self);
/* of the host, or of the supervisor; 0 when it does not run */
GPid usher_test_process_get_pid (UsherTestProcess *self);
const char *usher_test_process_get_directory (UsherTestProcess *self);
/* (nullable): the one of its own, where USHER_TEST_STORE says so */
UsherTestMongodb *usher_test_process_get_server (UsherTestProcess *self);
/* whether the databases are on a server, be it this or what the setting “store.uri” says since; any thread */
gboolean usher_test_process_is_on_server (UsherTestProcess *self);
/* (transfer full) (nullable): where that is */
char *usher_test_process_dup_server_uri (UsherTestProcess *self);
/* what the names of databases there begin with */
const char *usher_test_process_get_base (UsherTestProcess *self);
/* (transfer full): the name of the database that @service has there */
char *usher_test_process_dup_database (UsherTestProcess *self, const char *service);
/* (transfer full): host and port as they are now, which a new start changes */
char *usher_test_process_dup_address (UsherTestProcess *self, gboolean admin);
/* changes with each start and each end: an answer that did not come is a fault unless this changed */
guint usher_test_process_get_generation (UsherTestProcess *self);
/* ends the test when the host that was started has died by itself */
void usher_test_process_assert_alive (UsherTestProcess *self);
/* starts a host that died by itself again, until it is ready; how often it had died */
guint usher_test_process_revive (UsherTestProcess *self);
/* blocks until the host runs; its generation */
guint usher_test_process_await_running (UsherTestProcess *self);

/* @count scaled down where the build is slow (USHER_TEST_SCALE divides), at least 1 */
guint usher_test_scale (guint count);
/* A test PREFIX/SEED for each of the first @n_seeds, scaled, or of USHER_TEST_SEEDS; or USHER_TEST_SEED alone. @func gets
 * the seed as a pointer. */
void usher_test_add_seeds (const char *prefix, guint n_seeds, GTestDataFunc func);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UsherTestProcess, usher_test_process_free)

G_END_DECLS
