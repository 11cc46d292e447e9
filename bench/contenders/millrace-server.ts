import { existsSync } from 'node:fs'
import path from 'node:path'
import { fromRoot, serverFile } from '../paths.js'
import type { Contender } from './contender.js'

type Description = Pick<Contender, 'name' | 'about' | 'loads'> & { spinMicros: number }

export function millraceServer(description: Description, root = fromRoot()): Contender {
  const { spinMicros, ...shown } = description
  const entry = path.join(root, 'dist', 'index.js')
  return {
    ...shown,
    needs: 'package',
    missing: () => (existsSync(entry) ? undefined : `${path.relative(fromRoot(), entry)} is not built`),
    command: () => [process.execPath, serverFile('millrace.cjs'), entry, String(spinMicros)],
    at: (otherRoot, name) => millraceServer({ ...description, name }, otherRoot),
  }
}
