'use strict'
// Checks that read the sources: each is { name, check }, and check() resolves to whether all is well.

const os = require('node:os')
const path = require('node:path')
const { addonTree } = require('./cmake.cjs')
const { cppFiles, filesIn } = require('./files.cjs')
const { findTool, root, run, runNode } = require('./process.cjs')

const bin = (name, file) => path.join(path.dirname(require.resolve(`${name}/package.json`)), file)

const node = async (...args) => (await runNode(args)).ok

async function clangFormat() {
  const files = cppFiles()
  if (files.length === 0) return true
  return (await run(findTool('clang-format'), ['--dry-run', '-Werror', ...files])).ok
}

// Reads the addon's build tree for the flags, so it has to be configured. One process for each file, a core for each.
async function clangTidy() {
  const tool = findTool('clang-tidy')
  // boost_impl.cpp holds nothing but Boost.
  const files = filesIn('native', '.cpp').filter((file) => !file.endsWith('boost_impl.cpp'))
  let ok = true
  async function worker() {
    for (let file = files.shift(); file !== undefined; file = files.shift()) {
      const result = await run(tool, ['--quiet', '-p', addonTree, path.join(root, file)], { quiet: true })
      if (result.ok) continue
      ok = false
      console.log(result.output)
    }
  }
  await Promise.all(Array.from({ length: os.availableParallelism() }, worker))
  return ok
}

const lints = [
  { name: 'type check', check: () => node(bin('typescript', 'bin/tsc'), '-p', 'tsconfig.json') },
  { name: 'eslint', check: () => node(bin('eslint', 'bin/eslint.js'), '--max-warnings=0', '.') },
  {
    name: 'prettier',
    check: () => node(bin('prettier', 'bin/prettier.cjs'), '--check', '--log-level=warn', '.'),
  },
  { name: 'clang-format', check: clangFormat },
]

const tidy = { name: 'clang-tidy', check: clangTidy }

module.exports = { lints, tidy }
