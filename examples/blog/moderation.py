# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""moderation: approves or rejects each comment"""

import usher


class Moderation(usher.Service):
    word = usher.Setting("orange", "the word that no comment may have")
    moderated = usher.Channel("comment:moderated", id=usher.Id(required=True), status=usher.String(required=True))

    @usher.listen("comment:created")
    def moderate(self, event, unit):
        is_bad = self.word.lower() in event.data["content"].lower()
        unit.publish(self.moderated, {"id": event.data["id"], "status": "rejected" if is_bad else "approved"})
