import { spawnSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import path from 'node:path'

export const root = path.join(__dirname, '..', '..')

const notSources = new Set(['node_modules', 'build', 'dist', 'prebuilds', '.git'])

function tracked(): string[] {
  const { status, stdout } = spawnSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
  return status === 0 ? stdout.split('\0').filter((name) => name !== '') : []
}

function walk(folder: string): string[] {
  const entries = readdirSync(path.join(root, folder), { withFileTypes: true })
  return entries
    .filter((entry) => !notSources.has(entry.name))
    .flatMap((entry) => {
      const name = path.join(folder, entry.name)
      return entry.isDirectory() ? walk(name) : [name]
    })
}

/** What git tracks and the checkout has; without git what lies in the folder and is not built. Relative to `root`. */
export function filesToSend(): string[] {
  const names = tracked()
  const files = (names.length === 0 ? walk('') : names).filter((name) =>
    statSync(path.join(root, name), { throwIfNoEntry: false })?.isFile(),
  )
  if (files.length === 0) throw new Error(`there is no file to send in ${root}`)
  return files
}
