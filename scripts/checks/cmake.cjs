'use strict'

const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { root, run } = require('./process.cjs')

// The tree of scripts/native.cjs: the C++ tests link the libraries that the addon was made of.
const addonTree = path.join('build', `cmake-${process.platform}-${process.arch}`)

// Configures `tree` with plain CMake, or only sets the definitions where it exists, and builds the targets.
async function build(tree, definitions, ...targets) {
  const exists = fs.existsSync(path.join(root, tree, 'build.ninja'))
  const where = exists ? [tree] : ['-S', '.', '-B', tree, '-G', 'Ninja']
  const options = Object.entries(definitions).map(([name, value]) => `-D${name}=${value}`)
  const configured = await run('cmake', [...where, ...options], { quiet: exists })
  if (!configured.ok) return false
  const parallel = ['--parallel', String(os.availableParallelism())]
  const built = await run('cmake', ['--build', tree, ...parallel, '--target', ...targets])
  return built.ok
}

module.exports = { addonTree, build }
