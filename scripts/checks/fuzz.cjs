'use strict'

const fs = require('node:fs')
const path = require('node:path')
const { build } = require('./cmake.cjs')
const { filesIn } = require('./files.cjs')
const { findTool, root, run } = require('./process.cjs')

const tree = path.join('build', 'fuzz')

const targets = () =>
  filesIn('test/fuzz', '.cpp')
    .filter((file) => path.dirname(file) === path.join('test', 'fuzz'))
    .map((file) => path.basename(file, '.cpp'))

// What a run finds interesting stays in build/fuzz/corpus; test/fuzz/corpus/<target> holds the seeds, if any.
function corpora(target) {
  const found = path.join(tree, 'corpus', target)
  fs.mkdirSync(path.join(root, found), { recursive: true })
  const seeds = path.join('test', 'fuzz', 'corpus', target)
  return fs.existsSync(path.join(root, seeds)) ? [found, seeds] : [found]
}

async function fuzzTarget(target, seconds) {
  const limits = [`-max_total_time=${seconds}`, '-timeout=10', '-rss_limit_mb=1024']
  const report = ['-print_final_stats=1', `-artifact_prefix=${path.join(tree, `${target}-`)}`]
  const { ok, output } = await run(
    path.join(root, tree, 'fuzz', target),
    [...limits, ...report, ...corpora(target)],
    { quiet: true },
  )
  const executions = /stat::number_of_executed_units: +(\d+)/.exec(output)?.[1] ?? 'unknown'
  console.log(ok ? `${target}: ${executions} executions, nothing found` : output)
  return ok
}

// Runs every target of test/fuzz for some seconds. Resolves to { passed, failed }, one for each target.
async function fuzz(seconds) {
  const names = targets()
  if (names.length === 0) return { passed: 0, failed: 0 }
  const definitions = {
    CMAKE_CXX_COMPILER: findTool('clang++'),
    CMAKE_BUILD_TYPE: 'Debug',
    MILLRACE_FUZZ: 'ON',
  }
  if (!(await build(tree, definitions, 'millrace_fuzz'))) return { passed: 0, failed: names.length }
  let passed = 0
  for (const name of names) {
    if (await fuzzTarget(name, seconds)) passed += 1
  }
  return { passed, failed: names.length - passed }
}

module.exports = { fuzz }
