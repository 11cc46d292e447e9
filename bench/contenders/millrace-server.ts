import { existsSync } from 'node:fs'
import path from 'node:path'
import { fromRoot, serverFile } from '../paths.js'
import type { Contender } from './contender.js'

/** Options of the Context, if it is not the default one, and who takes the messages. */
interface How {
  readonly spinMicros?: number
  readonly ioThreads?: number
  readonly consume?: 'await' | 'batches' | 'peers'
}

type Description = Pick<Contender, 'name' | 'about' | 'loads'> & { readonly how?: How }

export function millraceServer(description: Description, root = fromRoot()): Contender {
  const { how = {}, ...shown } = description
  const entry = path.join(root, 'dist', 'index.js')
  return {
    ...shown,
    needs: 'package',
    missing: () => (existsSync(entry) ? undefined : `${path.relative(fromRoot(), entry)} is not built`),
    command: () => [process.execPath, serverFile('millrace.cjs'), entry, JSON.stringify(how)],
    at: (otherRoot, name) => millraceServer({ ...description, name }, otherRoot),
  }
}
