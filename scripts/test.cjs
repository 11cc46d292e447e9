'use strict'
// Everything of `npm test`. The last line is "N passed, N failed". With --tidy also clang-tidy, which takes minutes.

const { addonTree } = require('./checks/cmake.cjs')
const { fuzz } = require('./checks/fuzz.cjs')
const { lints, tidy } = require('./checks/lint.cjs')
const { runNode } = require('./checks/process.cjs')
const { asStep, runSteps } = require('./checks/report.cjs')
const { avaTests, benchSmoke, cppTests } = require('./checks/suites.cjs')

const packageBuild = {
  name: 'package build',
  check: async () => (await runNode(['scripts/build-ts.cjs'])).ok,
}

const sources = [packageBuild, ...lints, ...(process.argv.includes('--tidy') ? [tidy] : [])]

runSteps([
  { name: 'C++ tests', run: () => cppTests(addonTree, {}) },
  ...sources.map(asStep),
  { name: 'ava', run: () => avaTests({}) },
  { name: 'fuzz', run: () => fuzz(5) },
  { name: 'bench smoke', run: benchSmoke },
])
