#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""values-test: what C writes as static tables can be made by a binding"""
import gc
import unittest

import gi

gi.require_version('Usher', '1')
from gi.repository import GLib, Usher  # noqa: E402


class Fields(unittest.TestCase):
    def make(self, names):
        flags = Usher.FieldFlags.INPUT | Usher.FieldFlags.REQUIRED
        return [Usher.Field.new(name, Usher.FieldType.STRING, flags, 1, 100, f'{name} must be said') for name in names]

    def test_schema_keeps_its_rows(self):
        schema = Usher.Schema.new('tickets', self.make(['title', 'place.city']))
        gc.collect()
        self.assertEqual([field.name for field in schema.get_fields()], ['title', 'place.city'])
        self.assertEqual(schema.get_fields()[0].message, 'title must be said')
        self.assertEqual(schema.find_field('place.city'), 1)

    def test_a_bad_row_is_an_error_that_names_it(self):
        with self.assertRaisesRegex(GLib.Error, '“id” of collection “tickets”'):
            Usher.Schema.new('tickets', self.make(['id']))

    def test_without_a_message(self):
        field = Usher.Field.new('n', Usher.FieldType.INTEGER, Usher.FieldFlags.NONE, 0, 0, None)
        self.assertIsNone(field.copy().message)

    def test_what_is_too_much(self):
        field = self.make(['title'])[0]
        field.set_max_message('title is too long')
        schema = Usher.Schema.new('tickets', [field])
        del field
        gc.collect()
        self.assertEqual(schema.get_fields()[0].max_message, 'title is too long')


class Settings(unittest.TestCase):
    def test_declare_and_read(self):
        setting = Usher.Setting.new('orders', 'hold-seconds', Usher.SettingType.INTEGER, '900', 'how long')
        setting.set_range(1, 1000)
        settings = Usher.Settings.new()
        settings.declare([setting])
        del setting
        gc.collect()
        self.assertEqual(settings.get_integer('orders', 'hold-seconds'), 900)

    def test_a_value_out_of_range_is_an_error_that_names_it(self):
        setting = Usher.Setting.new('orders', 'hold-seconds', Usher.SettingType.INTEGER, '900', 'how long')
        setting.set_range(1, 1000)
        settings = Usher.Settings.new()
        settings.assign('orders.hold-seconds=1001', 'a test')
        with self.assertRaisesRegex(GLib.Error, 'orders.hold-seconds.*a test'):
            settings.declare([setting])


class Subscriptions(unittest.TestCase):
    def test_strings_are_kept(self):
        subscription = Usher.Subscription.new('order:created', ''.join(['pay', 'ments']), None)
        subscription.start = Usher.Start.NEW
        subscription.max_in_flight = 8
        copy = subscription.copy()
        del subscription
        gc.collect()
        self.assertEqual((copy.channel, copy.group, copy.durable), ('order:created', 'payments', None))
        self.assertEqual((copy.start, copy.max_in_flight), (Usher.Start.NEW, 8))

    def test_question(self):
        query = Usher.EventsQuery.new(None, 'order:created:7')
        query.limit = 10
        self.assertEqual((query.channel, query.copy().cursor, query.limit), (None, 'order:created:7', 10))


if __name__ == '__main__':
    unittest.main()
