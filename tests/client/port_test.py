# port_test.py - the port for Emscripten builds every source, with the flags that it needs.
# SPDX-License-Identifier: MIT
#
#   python3 port_test.py PORT CJSON
#
# Emscripten itself is not needed: what it gives to a port is replaced by something that notes what
# it is asked for.
import importlib.util
import os
import sys
import types
import unittest

port_file, cjson = sys.argv[1:3]


def load():
  spec = importlib.util.spec_from_file_location('peerface', port_file)
  port = importlib.util.module_from_spec(spec)
  spec.loader.exec_module(port)
  return port


class Ports:
  def __init__(self):
    self.built = {}

  def build_port(self, src_dir, output_path, port_name, includes=[], flags=[], srcs=[]):
    self.built[port_name] = {'sources': [os.path.join(src_dir, name) for name in srcs],
                             'includes': includes, 'flags': flags}


class Cache:
  def __init__(self):
    self.erased = []

  def get_lib(self, name, create, what):
    create(name)
    return name

  def erase_lib(self, name):
    self.erased.append(name)


def get(port, threads=False):
  ports, cache = Ports(), Cache()
  settings = types.SimpleNamespace(PTHREADS=threads)
  shared = types.SimpleNamespace(cache=cache)
  names = port.get(ports, settings, shared)
  port.clear(ports, settings, shared)
  assert cache.erased == names
  return names, ports.built


class PortTest(unittest.TestCase):
  def setUp(self):
    self.port = load()
    self.port.handle_options({'cjson': cjson}, self.fail)

  def test_every_source_is_built(self):
    wanted = set()
    for folder in 'base', 'protocol', 'core', 'browser', 'client':
      for path, _, names in os.walk(os.path.join(self.port.SRC, folder)):
        inner = os.path.relpath(path, self.port.SRC).split(os.sep)
        if not {'module', 'examples'} & set(inner):
          wanted |= {os.path.join(path, name) for name in names if name.endswith('.c')}
    _, built = get(self.port)
    self.assertEqual(set(built['peerface']['sources']), wanted)
    self.assertEqual(built['peerface-cjson']['sources'], [os.path.join(cjson, 'cJSON.c')])

  def test_headers_are_found(self):
    _, built = get(self.port)
    for lib in built.values():
      for folder in lib['includes']:
        self.assertTrue(os.path.isdir(folder), folder)
    _, folder = self.port.process_args(None)
    self.assertTrue(os.path.exists(os.path.join(folder, 'peerface', 'client.h')))

  def test_threads_have_libraries_of_their_own(self):
    plain, _ = get(self.port)
    threads, built = get(self.port, threads=True)
    self.assertFalse(set(plain) & set(threads))
    for lib in built.values():
      self.assertIn('-pthread', lib['flags'])

  def test_a_wrong_folder_is_told(self):
    said = []
    self.port.handle_options({'cjson': '/nowhere'}, said.append)
    self.assertEqual(len(said), 1)
    with self.assertRaisesRegex(Exception, 'cjson=FOLDER'):
      get(self.port)

  def test_emscripten_finds_what_it_asks_of_a_port(self):
    for name in 'get', 'clear', 'URL', 'DESCRIPTION', 'LICENSE', 'OPTIONS':
      self.assertTrue(hasattr(self.port, name), name)


unittest.main(argv=sys.argv[:1])
