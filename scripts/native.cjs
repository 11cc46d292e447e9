#!/usr/bin/env node
'use strict'
// Builds the addon with CMake and puts it at build/Release/millrace.node. npm scripts, node-gyp (through binding.gyp) and
// prebuildify (as its --node-gyp) all come here. Understands --arch=<arch> and -D<name>=<value>; prebuildify's other
// arguments belong to node-gyp and are ignored.

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')

const root = path.join(__dirname, '..')
const args = process.argv.slice(2)
const arch = args.findLast((arg) => arg.startsWith('--arch='))?.slice('--arch='.length) ?? process.arch
const definitions = args.filter((arg) => arg.startsWith('-D'))
// node-gyp keeps its Makefile in build/ itself, and cmake-js does not reconfigure a tree for another architecture.
const tree = path.join(root, 'build', `cmake-${process.platform}-${arch}`)

// make's job server does not survive the way through node to ninja.
const env = { ...process.env }
for (const name of ['MAKEFLAGS', 'MFLAGS', 'MAKELEVEL']) delete env[name]

function run(command, ...parameters) {
  const { status, error } = spawnSync(command, parameters, { cwd: root, env, stdio: 'inherit' })
  if (error?.code === 'ENOENT')
    throw new Error(`${command} is not installed; scripts/setup.sh installs what the build needs`)
  if (error) throw error
  if (status !== 0) throw new Error(`${path.basename(command)} ${parameters[0]} ended with status ${status}`)
}

function has(command) {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0
}

function cmakeJs() {
  try {
    return require.resolve('cmake-js/bin/cmake-js')
  } catch {
    return undefined
  }
}

function configure() {
  const tool = cmakeJs()
  if (tool !== undefined) {
    const custom = definitions.map((definition) => `--CD${definition.slice(2)}`)
    run(process.execPath, tool, 'configure', '--log-level=warn', '-O', tree, '-a', arch, ...custom)
    return
  }
  const generator = has('ninja') ? ['-G', 'Ninja'] : []
  run('cmake', '-S', root, '-B', tree, ...generator, ...definitions)
}

function prepare() {
  const cache = path.join(tree, 'CMakeCache.txt')
  if (fs.existsSync(cache)) {
    if (definitions.length > 0) run('cmake', ...definitions, tree)
    return
  }
  try {
    configure()
  } catch (error) {
    // A cache without build files would pass for a configured tree.
    fs.rmSync(cache, { force: true })
    throw error
  }
}

function publish() {
  const built = path.join(tree, 'Release', 'millrace.node')
  const target = path.join(root, 'build', 'Release', 'millrace.node')
  // A running process may have the old file mapped: it keeps it, the name moves on.
  fs.mkdirSync(path.dirname(target), { recursive: true })
  fs.copyFileSync(built, `${target}.new`)
  fs.renameSync(`${target}.new`, target)
}

try {
  prepare()
  run(
    'cmake',
    '--build',
    tree,
    '--config',
    'Release',
    '--target',
    'millrace_addon',
    '--parallel',
    String(os.availableParallelism()),
  )
  publish()
} catch (error) {
  console.error(`millrace: ${error.message}`)
  process.exitCode = 1
}
