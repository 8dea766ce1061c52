/** Paths of Windows, which the other tests of the packages cannot see: `node --test packages/npm/`. */

import assert from 'node:assert/strict';
import { posix, win32 } from 'node:path';
import { test } from 'node:test';
import { translate } from './wasi.mjs';

const CWD = 'C:\\Users\\anna\\maps';

function check(args, expected, roots = {}) {
  const exists = (path) => ['C:\\Users\\anna\\maps', 'C:\\Users\\anna\\maps\\organizations'].includes(path);
  const translated = translate(args, CWD, win32, exists);
  assert.deepEqual(translated.args, expected);
  assert.equal(translated.folder, '/C:/Users/anna/maps');
  assert.deepEqual(translated.roots, { '/C:': 'C:\\', ...roots });
}

test('paths of Windows have slashes', () => {
  check(['validate', 'organizations\\acme.yaml'], ['validate', 'organizations/acme.yaml']);
  check(['validate', '..\\maps'], ['validate', '../maps']);
  check(['validate', '--format', 'json', 'mappings'], ['validate', '--format', 'json', 'mappings']);
  check(['bundle', '--out', 'a\\b'], ['bundle', '--out', 'a/b']);
  check(['bundle', '--out=a\\b'], ['bundle', '--out=a/b']);
});

test('paths with a drive have its name, and other drives are opened', () => {
  check(['validate', 'C:\\maps'], ['validate', '/C:/maps']);
  check(['validate', '\\maps\\all.yaml'], ['validate', '/C:/maps/all.yaml']);
  check(['validate', 'D:\\maps'], ['validate', '/D:/maps'], { '/D:': 'D:\\' });
  check(['validate', '\\\\host\\share\\maps'], ['validate', '/host/share/maps'], {
    '/host/share': '\\\\host\\share\\',
  });
});

test('groups keep their backslashes', () => {
  check(['explain', '--group', 'CORP\\admins'], ['explain', '--group', 'CORP\\admins']);
  check(['explain', '--group=CORP\\admins'], ['explain', '--group=CORP\\admins']);
  check(['test', '--only', 'C:\\maps'], ['test', '--only', 'C:\\maps']);
  check(['help', 'a\\b'], ['help', 'a\\b']);
});

test('elsewhere nothing is translated', () => {
  const args = ['validate', 'a\\b', '/maps'];
  assert.deepEqual(
    translate(args, '/home/anna', posix, () => true),
    { args, folder: '/home/anna', roots: { '/': '/' } },
  );
});
