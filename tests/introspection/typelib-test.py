#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Usher authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""typelib-test: all that is public can be had by a binding, says who owns what, and is documented"""
import collections
import os
import unittest
import xml.etree.ElementTree as ElementTree

import gi

gi.require_version('GIRepository', '2.0')
gi.require_version('Usher', '1')
from gi.repository import GIRepository, Usher  # noqa: E402

CORE = '{http://www.gtk.org/introspection/core/1.0}'
C = '{http://www.gtk.org/introspection/c/1.0}'
GLIB = '{http://www.gtk.org/introspection/glib/1.0}'

# what C alone has, by how its names begin, and why
C_ONLY = {
    'USHER_DEFINE_SERVICE': 'a macro that defines the symbol of a module',
    'USHER_PLUGIN_DEFINE': 'a macro that defines the symbol of a module',
    'UsherAnswerEntry': 'a binding calls usher_context_add_answer() for each',
    'UsherConfigureFunc': 'bindings have classes of their own',
    'UsherEventEntry': 'a binding calls usher_context_add_event() for each',
    'UsherListenerEntry': 'a binding calls usher_context_add_listener() for each',
    'UsherListView': 'a table of functions of C; usher_list_answer() shows documents as they are',
    'UsherRouteEntry': 'a binding calls usher_context_add_route() for each',
    'usher_context_add_answers': 'a binding calls usher_context_add_answer() for each',
    'usher_context_add_events': 'a binding calls usher_context_add_event() for each',
    'usher_context_add_listeners': 'a binding calls usher_context_add_listener() for each',
    'usher_context_add_routes': 'a binding calls usher_context_add_route() for each',
    'usher_list_answer_view': 'a table of functions of C; usher_list_answer() shows documents as they are',
    'usher_metrics_add_histogram': 'an array has one element more than the other, which no annotation says',
    'usher_refuse': 'it is variadic; usher_refuse_literal() has its name in bindings',
    'usher_service_register_type': 'bindings have classes of their own',
    'usher_sqlite_': 'bindings have SQLite of their own',
    'usher_unit_defer': 'it is variadic; usher_unit_defer_literal() has its name in bindings',
    'UsherSqliteConnection': 'bindings have SQLite of their own',
    'UsherSqliteRowFunc': 'bindings have SQLite of their own',
    'UsherSqliteStatement': 'bindings have SQLite of their own',
    'UsherSweep': 'a constant with a function of C; a binding goes on by a timer',
    'usher_sweep_': 'a constant with a function of C; a binding goes on by a timer',
}
CALLABLES = ('function', 'method', 'constructor', 'virtual-method', 'callback', 'function-macro')
DOCUMENTED = (*CALLABLES, 'property', f'{GLIB}signal', 'class', 'interface', 'record', 'enumeration', 'bitfield', 'constant')


def get_tag(element):
    return element.tag.replace(CORE, '')


def get_identifier(element, path):
    return element.get(C + 'identifier') or element.get(C + 'type') or '.'.join(path)


def walk(element, path=()):
    """Each element with a name, what it is called in C, and the element that has it."""
    for child in element:
        name = child.get('name')
        inside = (*path, name) if name else path
        if name and get_tag(child) not in ('parameter', 'instance-parameter', 'type', 'array'):
            yield child, get_identifier(child, inside), element
        yield from walk(child, inside)


class Gir(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        root = ElementTree.parse(os.environ['USHER_GIR']).getroot()
        cls.namespace = root.find(CORE + 'namespace')
        cls.elements = list(walk(cls.namespace))
        cls.callbacks = {each.get('name') for each in cls.namespace.findall(CORE + 'callback')}
        # what C alone has is listed above, and owes a binding nothing
        cls.offered = [each for each in cls.elements if each[0].get('introspectable') != '0']

    def assertNone(self, found):
        self.assertEqual(sorted(found), [])

    def list_parameters(self):
        for element, name, _ in self.offered:
            for parameter in element.findall(f'{CORE}parameters/{CORE}parameter'):
                yield element, f'{name}({parameter.get("name")})', parameter

    def test_callbacks_say_how_long_they_live(self):
        found = []
        for element, name, parameter in self.list_parameters():
            kind = parameter.find(CORE + 'type')
            if kind is None or kind.get('name') not in self.callbacks:
                continue
            scopes = {'call', 'async', 'notified'}
            # who implements a role gets what the method takes care of
            if get_tag(element) in ('virtual-method', 'callback'):
                scopes.add('forever')
            scope = parameter.get('scope')
            if scope not in scopes:
                found.append(f'{name}: scope {scope}')
            if parameter.get('closure') is None:
                found.append(f'{name}: no closure')
            if scope == 'notified' and parameter.get('destroy') is None:
                found.append(f'{name}: no destroy')
        self.assertNone(found)

    def test_arrays_free_what_is_in_them(self):
        found = []
        for element, name, _ in self.offered:
            returned = element.find(f'{CORE}return-value')
            array = returned.find(CORE + 'array') if returned is not None else None
            # they all have a function for that, so a binding that took the elements would free them again
            if array is not None and array.get('name') == 'GLib.PtrArray' and returned.get('transfer-ownership') == 'full':
                found.append(name)
        self.assertNone(found)

    def test_callbacks_have_a_closure(self):
        found = []
        for callback, name, _ in self.offered:
            if name != callback.get(C + 'type') or callback.get('name') not in self.callbacks:
                continue
            parameters = callback.findall(f'{CORE}parameters/{CORE}parameter')
            if not any(each.get('closure') for each in parameters):
                found.append(callback.get('name'))
        self.assertNone(found)

    def test_type_names_are_unique(self):
        names = collections.Counter(each.get(GLIB + 'type-name') for each, _, _ in self.elements)
        del names[None]
        self.assertNone(name for name, count in names.items() if count > 1)

    def test_what_c_alone_has(self):
        hidden = {name for element, name, _ in self.elements if element.get('introspectable') == '0'}
        for begin in C_ONLY:
            self.assertTrue(any(name.startswith(begin) for name in hidden), begin)
        self.assertNone(name for name in hidden if not name.startswith(tuple(C_ONLY)))

    def test_everything_is_documented(self):
        found = set()
        for element, name, parent in self.elements:
            is_slot = get_tag(parent) == 'field' or element.get(GLIB + 'is-gtype-struct-for')
            if get_tag(element) in DOCUMENTED and not is_slot and element.find(CORE + 'doc') is None:
                found.add(name)
        self.assertNone(found)

    def test_values_are_documented(self):
        self.assertNone(name for element, name, _ in self.elements if get_tag(element) == 'member' and element.find(CORE + 'doc') is None)


class Typelib(unittest.TestCase):
    def setUp(self):
        self.infos = GIRepository.Repository.get_default()
        n = self.infos.get_n_infos('Usher')
        infos = [self.infos.get_info('Usher', i) for i in range(n)]
        # Python has no values of these
        self.names = [info.get_name() for info in infos if info.get_type() != GIRepository.InfoType.CALLBACK]

    def test_every_name_can_be_had(self):
        self.assertGreater(len(self.names), 100)
        for name in self.names:
            with self.subTest(name=name):
                loaded = getattr(Usher, name)
                for member in dir(loaded):
                    getattr(loaded, member, None)

    def test_every_type_is_registered_as_one(self):
        types = collections.Counter()
        for name in self.names:
            kind = getattr(getattr(Usher, name), '__gtype__', None)
            if kind is not None and kind.name.startswith('Usher'):
                types[kind.name] += 1
        self.assertGreater(len(types), 50)
        self.assertEqual([name for name, count in types.items() if count > 1], [])


if __name__ == '__main__':
    unittest.main()
