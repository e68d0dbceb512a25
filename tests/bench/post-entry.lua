-- SPDX-FileCopyrightText: 2026 The Usher authors
-- SPDX-License-Identifier: LGPL-2.1-or-later
-- post-entry.lua COOKIE: signs the guest book
function init (args)
  wrk.method = "POST"
  wrk.headers["Cookie"] = args[1]
  wrk.headers["Content-Type"] = "application/json"
  wrk.body = '{"text":"It was very nice here"}'
end
