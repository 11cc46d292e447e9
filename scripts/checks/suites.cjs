'use strict'
// The test programs. Each function resolves to { passed, failed }.

const fs = require('node:fs')
const path = require('node:path')
const { build } = require('./cmake.cjs')
const { root, run, runNode } = require('./process.cjs')

const count = (output, pattern) => Number(pattern.exec(output)?.[1] ?? 0)

// A program that ends badly has at least one failure, whatever it counted.
const settle = (passed, failed, ok) => ({ passed, failed: ok ? failed : Math.max(failed, 1) })

async function cppTests(tree, definitions, env) {
  if (!(await build(tree, { ...definitions, MILLRACE_TESTS: 'ON' }, 'millrace_tests'))) {
    return settle(0, 1, false)
  }
  const { ok, output } = await run(path.join(root, tree, 'millrace_tests'), ['--no-colors=true'], { env })
  return settle(count(output, /test cases:.*?(\d+) passed/), count(output, /test cases:.*?(\d+) failed/), ok)
}

async function avaTests(env, ...args) {
  const ava = path.join('node_modules', 'ava', 'entrypoints', 'cli.mjs')
  const { ok, output } = await runNode([ava, '--tap', ...args], { env })
  return settle(count(output, /^# pass (\d+)/m), count(output, /^# fail (\d+)/m), ok)
}

async function benchSmoke() {
  if (!fs.existsSync(path.join(root, 'bench', 'run.ts'))) return settle(0, 0, true)
  const { ok } = await runNode(['--import=tsx', 'bench/run.ts', '--smoke'])
  return settle(ok ? 1 : 0, 0, ok)
}

module.exports = { cppTests, avaTests, benchSmoke, settle }
