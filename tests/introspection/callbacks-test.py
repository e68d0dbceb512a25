#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""callbacks-test: functions of a binding are called, and let go of with whom they were given to"""
import gc
import tempfile
import unittest
import weakref

import gi

gi.require_version('Usher', '1')
from gi.repository import GLib, GObject, Usher  # noqa: E402


class Observed(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        clock = Usher.RealClock.new()
        self.store = Usher.Store.open(f'sqlite:{self.directory.name}/a.db', clock, None)
        self.schema = Usher.Schema.new('things', [Usher.Field.new('name', Usher.FieldType.STRING, 0, 0, 0, None)])
        self.store.add_collection(self.schema)
        self.unit = Usher.Unit.new(self.store, clock)

    def test_store_tells_what_was_written(self):
        seen = []

        def observe(store, commit, *data):
            change = commit.get_change(0)
            seen.append((change.kind, change.document.get_string('name'), commit.get_timer(0).key))

        self.store.set_observer(observe)
        document = self.unit.new_document('things')
        document.set_string('name', 'a')
        self.unit.insert(document)
        self.unit.schedule('soon', 'k', 1, None)
        self.assertEqual(self.unit.get_commit().find_change('things', document.get_id()).kind, Usher.ChangeKind.INSERT)
        self.assertIsNone(self.unit.get_commit().find_change('things', 'x'))
        self.store.commit_sync(self.unit.get_commit())
        self.store.close()
        self.assertEqual(seen, [(Usher.ChangeKind.INSERT, 'a', 'k')])

        kept = weakref.ref(observe)
        del observe
        self.assertIsNotNone(kept())
        self.unit = self.store = None
        gc.collect()
        self.assertIsNone(kept())

    def test_payload_is_built(self):
        payload = self.unit.begin_event('thing:made')
        payload.set_string('thing.id', 'a')
        self.unit.publish('thing:lost', '{}')
        payload.set_money('price', 1999)
        payload.set_time('at', 0)
        payload.set_boolean('new', True)
        payload.set_integer('thing.version', 3)
        payload.set_json('list', '[]')
        commit = self.unit.get_commit()
        self.assertEqual(
            [commit.get_event(i).get_payload()[0] for i in range(commit.get_n_events())],
            ['{"thing":{"id":"a","version":3},"price":19.99,"at":"1970-01-01T00:00:00.000Z","new":true,"list":[]}', '{}'],
        )

    def test_traits(self):
        self.assertFalse(self.store.get_traits().blocks)
        self.assertTrue(self.store.get_traits().shared_by_copies)

    def test_defer_is_an_error(self):
        with self.assertRaisesRegex(GLib.Error, 'the ticket is not known yet') as caught:
            self.unit.defer('the ticket is not known yet')
        self.assertTrue(caught.exception.matches(Usher.error_quark(), Usher.Error.DEFER))


class Refused(unittest.TestCase):
    def test_refusal_is_an_error(self):
        with self.assertRaisesRegex(GLib.Error, 'the ticket is sold') as caught:
            Usher.refuse(Usher.Error.INVALID, 'the ticket is sold')
        self.assertTrue(caught.exception.matches(Usher.error_quark(), Usher.Error.INVALID))


class Service(GObject.Object, Usher.Service):
    def do_configure(self, context):
        context.add_route('GET', '/hello', Usher.RouteFlags.NONE, self.answer)
        context.add_settings([Usher.Setting.new(None, 'word', Usher.SettingType.STRING, 'hello', 'what is said')])
        context.add_event('thing:made', [Usher.Field.new('price', Usher.FieldType.MONEY, Usher.FieldFlags.REQUIRED, 0, 0, None)])
        self.context = context
        return True

    def answer(self, request, unit, reply, *data):
        reply.take_json(f'"{self.context.get_string("word")} {request.get_user_id()}"')
        return True


class Hosted(unittest.TestCase):
    def test_host_tells_how_far_a_service_has_come(self):
        with tempfile.TemporaryDirectory() as directory:
            settings = Usher.Settings.new()
            Usher.Host.declare_settings(settings)
            host = Usher.Host.new(directory, settings, Usher.RealClock.new())
            seen = []
            host.connect('service-changed::greeter', lambda host, name: seen.append(host.get_service_state(name)[0]))
            host.connect('notify::ready', lambda host, _: seen.append(host.props.ready))
            host.add_service('greeter', Service())
            host.start(None)
            reply = host.call(Usher.Request.new('GET', '/hello'), False)
            self.assertEqual(reply.get_body().get_data(), b'"hello None"')
            host.stop(GLib.USEC_PER_SEC)
        states = Usher.PluginState
        self.assertEqual(
            seen,
            [states.CONFIGURED, states.STARTING, states.READY, True, False, states.DRAINING, states.STOPPED],
        )


if __name__ == '__main__':
    unittest.main()
