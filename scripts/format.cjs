'use strict'

const path = require('node:path')
const { cppFiles } = require('./checks/files.cjs')
const { findTool, run, runNode } = require('./checks/process.cjs')

async function format() {
  const prettier = path.join(path.dirname(require.resolve('prettier/package.json')), 'bin', 'prettier.cjs')
  const files = cppFiles()
  const results = [await runNode([prettier, '--write', '--log-level=warn', '.'])]
  if (files.length > 0) results.push(await run(findTool('clang-format'), ['-i', ...files]))
  process.exitCode = results.every(({ ok }) => ok) ? 0 : 1
}

format()
