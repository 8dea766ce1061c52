// JSON Schemas of the SDK's own types, made when the tests run: none of Auth0's text is kept in this repository.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createGenerator } from 'ts-json-schema-generator';

const require = createRequire(import.meta.url);

// One interface with a member for each type: the generator reads the SDK's declarations once instead of once per type.
export function schemasOf(types, folder) {
  const sdk = path.join(path.dirname(require.resolve('auth0/package.json')), 'dist/cjs/management/api/index.js');
  return schemasIn(sdk, types, folder);
}

// The same of a module of Qlik's API client.
export function qlikSchemasOf(types, folder, module = 'groups') {
  return schemasIn(require.resolve(`@qlik/api/${module}`), types, folder);
}

function schemasIn(module, types, folder) {
  const members = types.map((type) => `  ${type}: Management.${type};`);
  const source = path.join(folder, 'answers.ts');
  fs.writeFileSync(
    source,
    `import type * as Management from ${JSON.stringify(module)};\nexport interface Answers {\n${members.join('\n')}\n}\n`,
  );
  fs.writeFileSync(
    path.join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { module: 'nodenext', strict: true }, include: ['answers.ts'] }),
  );
  return createGenerator({
    path: source,
    type: 'Answers',
    tsconfig: path.join(folder, 'tsconfig.json'),
    skipTypeCheck: true,
    topRef: false,
  }).createSchema('Answers');
}
