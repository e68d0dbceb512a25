# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""guest-book: what tests/plugins/guest-book does, in Python"""

import usher


class GuestBook(usher.Service):
    entries = usher.Collection(
        text=usher.String(input=True, required=True, text=True, min=1, max=200, message="Text must have 1 to 200 characters"),
        userId=usher.Id(required=True),
    )
    signed = usher.Channel("guest-book:signed", entries)

    @usher.route("POST", "/api/guest-book", signed_in=True)
    def sign(self, request, unit):
        entry = request.read(self.entries)
        entry["userId"] = request.user_id
        return 201, unit.create(entry, self.signed)
