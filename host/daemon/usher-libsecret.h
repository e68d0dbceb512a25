/* usher-libsecret.h: libsecret, which is loaded when a keyring is asked
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <libsecret/secret.h>

G_BEGIN_DECLS

/* its functions, of their own types */
typedef struct
{
  __typeof__ (secret_item_get_locked) *item_get_locked;
  __typeof__ (secret_item_get_type) *item_get_type;
  __typeof__ (secret_password_clear_finish) *clear_finish;
  __typeof__ (secret_password_clearv) *clear;
  __typeof__ (secret_password_search_finish) *search_finish;
  __typeof__ (secret_password_searchv) *search;
  __typeof__ (secret_password_store_finish) *store_finish;
  __typeof__ (secret_password_storev) *store;
  __typeof__ (secret_retrievable_get_attributes) *get_attributes;
  __typeof__ (secret_retrievable_retrieve_secret) *retrieve;
  __typeof__ (secret_retrievable_retrieve_secret_finish) *retrieve_finish;
  __typeof__ (secret_service_disconnect) *disconnect;
  __typeof__ (secret_value_get) *value_get;
  __typeof__ (secret_value_unref) *value_unref;
} UsherLibsecret;

/* (nullable): NULL: it is not installed. The first call loads it, for good. */
const UsherLibsecret *usher_libsecret_get (void);

G_END_DECLS
