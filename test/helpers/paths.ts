import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import test from 'ava'

let folder: string | undefined
let count = 0

/** In a folder that this test file alone has, and that is removed when its tests have run. */
export function freshPath(): string {
  folder ??= mkdtempSync(path.join(os.tmpdir(), 'millrace-'))
  return path.join(folder, `${++count}.sock`)
}

test.after.always(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
})
