/* usher-hidden-module.c: a module that hides its descriptor
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <usher.h>

extern const UsherPlugin usher_plugin;
__attribute__ ((visibility ("hidden"), used)) const UsherPlugin usher_plugin = {
  .magic = USHER_PLUGIN_MAGIC,
  .abi = USHER_PLUGIN_ABI,
};
