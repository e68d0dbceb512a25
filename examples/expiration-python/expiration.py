# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""expiration: tells when the time of an order is over, as the plugin in C does"""

import usher


class Expiration(usher.Service):
    complete = usher.Channel("expiration:complete", orderId=usher.Id(required=True))

    @usher.listen("order:created")
    def on_created(self, event, unit):
        """Seen again, or after its cancel, it sets a timer that orders does not heed: the order has moved on."""
        unit.schedule("order", event.read_id("id"), event.read_time("expiresAt"))

    @usher.listen("order:cancelled")
    def on_cancelled(self, event, unit):
        unit.unschedule("order", event.read_id("id"))

    @usher.timer("order")
    def on_time_over(self, timer, unit):
        unit.publish(self.complete, {"orderId": timer.key})
