#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""kit-test: a plugin in C is tested from Python, in a box"""
import json
import os
import unittest
import xml.etree.ElementTree as ElementTree

import gi

gi.require_version('Usher', '1')
gi.require_version('UsherTest', '1')
from gi.repository import GLib, Usher, UsherTest  # noqa: E402

CORE = '{http://www.gtk.org/introspection/core/1.0}'
PLACEMENTS = (UsherTest.Placement.BY_HAND, UsherTest.Placement.ONE, UsherTest.Placement.SPREAD, UsherTest.Placement.PAIRS)
MINUTE = 60 * 1000000


def ask(user, verb, *arguments):
    """The status of an answer, and what is in it."""
    reply = getattr(user, verb)(*arguments)
    return reply.get_status(), json.loads(UsherTest.dup_body(reply))


class Kit(unittest.TestCase):
    def make(self, placement=UsherTest.Placement.BY_HAND):
        host = UsherTest.Host.new('toll', placement)
        self.addCleanup(host.close)
        return host

    def test_requests(self):
        host = self.make()
        ann = host.as_('ann')
        status, passage = ask(ann, 'post', '/api/passages', '{"road":"A1"}')
        self.assertEqual((status, passage['road'], passage['userId']), (201, 'A1', ann.get_id()))
        self.assertEqual(ask(ann, 'get', '/api/passages/' + passage['id'])[0], 200)
        self.assertEqual(ask(host.as_(None), 'post', '/api/passages', '{"road":"A1"}')[0], 401)

    def test_events(self):
        host = self.make()
        event = host.make_event('passage:paid', json.dumps({'id': UsherTest.NOTHING}))
        host.deliver('toll', None, event)
        host.deliver('toll', None, event)
        self.assertIsNotNone(host.dup_document('toll', 'receipts', UsherTest.NOTHING))
        with self.assertRaises(GLib.Error) as caught:
            host.feed('toll', None, host.make_event('passage:stamped', json.dumps({'id': '1' * 24})))
        self.assertEqual(caught.exception.code, Usher.Error.DEFER)

    def test_crash(self):
        host = self.make()
        host.crash('toll', UsherTest.Crash.AFTER_COMMIT, 1)
        self.assertIsNone(host.as_('ann').post('/api/passages', '{"road":"A1"}'))
        self.assertEqual(host.count_crashes(), 1)
        created = host.take_event('toll', 'passage:created')
        passage = UsherTest.dup_event_member(created, 'id')
        host.turn(MINUTE)
        self.assertEqual(host.dup_field('toll', 'passages', passage, 'paid'), 'true')

    def test_placements(self):
        for placement in PLACEMENTS:
            with self.subTest(placement=placement.value_nick):
                host = self.make(placement)
                passage = host.as_('ann').create('/api/passages', '{"road":"A1"}')
                self.assertEqual(host.settle(), 0)
                self.assertIsNotNone(host.dup_document('toll', 'receipts', passage))
                self.assertEqual([each.get_channel() for each in host.take_events('toll')], ['passage:created', 'passage:paid'])

    def test_what_a_binding_gets_is_documented(self):
        root = ElementTree.parse(os.environ['USHER_TEST_GIR']).getroot()
        kinds = ('function', 'method', 'constructor', 'class', 'enumeration', 'record', 'callback', 'constant', 'member')
        found = [element.get('name') for element in root.iter() if element.tag.replace(CORE, '') in kinds
                 and element.get('introspectable') != '0' and not element.get('{http://www.gtk.org/introspection/glib/1.0}is-gtype-struct-for')
                 and element.find(CORE + 'doc') is None]
        self.assertEqual(found, [])


if __name__ == '__main__':
    unittest.main()
