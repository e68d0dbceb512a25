-- SPDX-FileCopyrightText: 2026 The Usher authors
-- SPDX-License-Identifier: LGPL-2.1-or-later
-- post-ticket.lua COOKIE: sells tickets
function init (args)
  wrk.method = "POST"
  wrk.headers["Cookie"] = args[1]
  wrk.headers["Content-Type"] = "application/json"
  wrk.body = '{"title":"A seat in the first row of the circle","price":19.99}'
end
