'use strict'
// Compiles ts/ to dist/, or to the folder that is named (CommonJS and declarations), and adds the ES module that
// re-exports it: import and require share one set of classes.

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')

const root = path.join(__dirname, '..')
const dist = path.resolve(root, process.argv[2] ?? 'dist')

fs.rmSync(dist, { recursive: true, force: true })
const tsc = require.resolve('typescript/bin/tsc')
const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', dist], {
  cwd: root,
  stdio: 'inherit',
})
if (status === 0) {
  for (const name of ['index.mjs', 'index.d.mts']) {
    fs.writeFileSync(path.join(dist, name), "export * from './index.js'\n")
  }
}
process.exitCode = status ?? 1
