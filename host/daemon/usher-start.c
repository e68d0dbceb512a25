/* usher-start.c: the program “usher”, which is a process of its own but where services are in Python
 *
 * SPDX-FileCopyrightText: 2026 The Usher authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "usher-main.h"

int
main (int argc, char **argv)
{
  return usher_main (argc, argv, NULL);
}
