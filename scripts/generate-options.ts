// Writes what comes from ts/option-table.ts: `npm run generate`; with --check it only says whether anything is stale.
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { engineStructures } from './generate/engine.js'
import { referencePage } from './generate/reference.js'
import { typeDeclarations } from './generate/types.js'

const root = path.join(__dirname, '..')
const files = {
  'ts/option-types.ts': typeDeclarations,
  'native/engine/options.hpp': engineStructures,
  'docs/options.md': referencePage,
}

const onlyCheck = process.argv.includes('--check')
for (const [name, generate] of Object.entries(files)) {
  const file = path.join(root, name)
  const wanted = generate()
  if (!onlyCheck) writeFileSync(file, wanted)
  else if (readFileSync(file, 'utf8') !== wanted) {
    console.error(`${name} is stale: run npm run generate`)
    process.exitCode = 1
  }
}
