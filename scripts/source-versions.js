// Writes down beside the build what writes drafts and what checks them, by the sources that it was made from.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DRAFTING } from '../dist/drafting/drafting-version.provider.js';
import { versionOfSources } from '../dist/platform/source-version.js';
import { CHECKS } from '../dist/risk/checks-version.provider.js';

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

const { dependencies } = JSON.parse(readFileSync(at('package.json'), 'utf8'));
for (const making of [CHECKS, DRAFTING]) {
  const version = versionOfSources(making, at('src'), dependencies);
  // Where the service looks for it.
  writeFileSync(at(`dist/${making.kept}`), `${JSON.stringify({ version })}\n`);
}
