# peerface.py - a port for Emscripten 3.1.69 or later: peerface/client.h without CMake.
# SPDX-License-Identifier: MIT
#
#   emcc --use-port=PEERFACE/src/client/port/peerface.py game.c -o game.html
#
# builds the library from the tree that this file is in, once for each state of the sources and each
# set of flags that matters, into Emscripten's cache. cJSON 1.7.19 is where emsdk-env.sh puts it,
# or in a folder that is named: --use-port=.../peerface.py:cjson=FOLDER
import glob
import hashlib
import os

URL = 'https://github.com/DaveGamble/cJSON'  # all that it needs beside the tree around it
DESCRIPTION = 'Video calls for programs in C and C++: people, their pictures and voices, messages'
LICENSE = 'MIT license'

OPTIONS = {
  'cjson': 'The folder with cJSON.c and cJSON.h',
}

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), '..', '..', '..'))
SRC = os.path.join(ROOT, 'src')

# As in the CMakeLists.txt of these folders.
SOURCES = ['base/*.c', 'protocol/*.c', 'core/*.c', 'core/*/*.c', 'browser/*.c', 'client/*.c',
           'client/browser/*.c']
CJSON_FLAGS = ['-DCJSON_NESTING_LIMIT=16', '-DCJSON_HIDE_SYMBOLS']
FLAGS = ['-std=gnu11', '-Oz', '-mbulk-memory', '-mnontrapping-fptoint', '-DPF_ASSERT_TRAP']

opts = {
  'cjson': os.path.join(ROOT, 'build', 'third_party', 'cjson'),
}


def sources():
  """The files of the library, relative to SRC."""
  found = [name for pattern in SOURCES for name in glob.glob(os.path.join(SRC, pattern))]
  return sorted(os.path.relpath(name, SRC) for name in found)


def digest():
  """Changes with any source or header that the library is made of, and with cJSON."""
  names = [os.path.join(SRC, name) for name in sources()]
  for folder in 'base', 'protocol', 'core', 'browser', 'client':
    names += glob.glob(os.path.join(SRC, folder, '**', '*.h'), recursive=True)
  names += glob.glob(os.path.join(opts['cjson'], 'cJSON.[ch]'))
  state = hashlib.sha256()
  for name in sorted(names):
    with open(name, 'rb') as file:
      state.update(file.read())
  return state.hexdigest()[:12]


def lib_name(part, settings):
  threads = '-mt' if settings.PTHREADS else ''
  return f'lib{part}-{digest()}{threads}.a'


def get(ports, settings, shared):
  if not os.path.exists(os.path.join(opts['cjson'], 'cJSON.c')):
    raise Exception(f'peerface: there is no cJSON.c in {opts["cjson"]}; name a folder by '
                    '--use-port=.../peerface.py:cjson=FOLDER')
  threads = ['-pthread'] if settings.PTHREADS else []

  def create(final):
    ports.build_port(SRC, final, 'peerface', includes=[os.path.join(SRC, 'client'), opts['cjson']],
                     flags=FLAGS + CJSON_FLAGS + threads, srcs=sources())

  def create_cjson(final):
    numbers = os.path.join(SRC, 'protocol', 'cjson_number.h')
    ports.build_port(opts['cjson'], final, 'peerface-cjson', includes=[SRC], srcs=['cJSON.c'],
                     flags=FLAGS + CJSON_FLAGS + threads +
                     ['-w', '-DPF_CJSON_NUMBER_REPLACE', '-include', numbers])

  return [shared.cache.get_lib(lib_name('peerface', settings), create, what='port'),
          shared.cache.get_lib(lib_name('peerface-cjson', settings), create_cjson, what='port')]


def clear(ports, settings, shared):
  for part in 'peerface', 'peerface-cjson':
    shared.cache.erase_lib(lib_name(part, settings))


def process_args(ports):
  return ['-isystem', os.path.join(SRC, 'client')]


def handle_options(options, error_handler):
  folder = os.path.realpath(options['cjson'])
  if not os.path.exists(os.path.join(folder, 'cJSON.c')):
    error_handler(f'there is no cJSON.c in {folder}')
  opts['cjson'] = folder
