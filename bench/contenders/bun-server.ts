import { readFileSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fromRoot, serverFile } from '../paths.js'
import type { Contender } from './contender.js'

interface Package {
  readonly version: string
  readonly bin: { readonly bun: string }
}

interface Installed {
  readonly version: string
  readonly program: string
}

// The npm package's program itself: a script in between would be what is pinned and measured.
function find(): Installed | undefined {
  try {
    const file = createRequire(fromRoot('package.json')).resolve('bun/package.json')
    const { version, bin } = JSON.parse(readFileSync(file, 'utf8')) as Package
    return { version, program: realpathSync(path.join(path.dirname(file), bin.bun)) }
  } catch {
    return undefined
  }
}

const installed = find()

export const bunVersion = installed?.version

export function bunServer(file: string, shown: Pick<Contender, 'name' | 'about' | 'loads'>): Contender {
  return {
    ...shown,
    needs: undefined,
    missing: () => (installed ? undefined : 'the npm package bun is not installed'),
    command: () => [installed?.program ?? 'bun', serverFile(file)],
  }
}
