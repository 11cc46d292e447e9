'use strict'
// Compiles ts/ to dist/ (CommonJS and declarations) and adds the ES module that re-exports it: import and require share
// one set of classes.

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')

const root = path.join(__dirname, '..')
const dist = path.join(root, 'dist')

fs.rmSync(dist, { recursive: true, force: true })
const tsc = require.resolve('typescript/bin/tsc')
const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
})
if (status === 0) {
  for (const name of ['index.mjs', 'index.d.mts']) {
    fs.writeFileSync(path.join(dist, name), "export * from './index.js'\n")
  }
}
process.exitCode = status ?? 1
