'use strict'
// The C++ tests and the ava suite with AddressSanitizer, LeakSanitizer and UBSan in the native code.

const { execFileSync, spawnSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const { build } = require('./checks/cmake.cjs')
const { root } = require('./checks/process.cjs')
const { runSteps } = require('./checks/report.cjs')
const { avaTests, cppTests } = require('./checks/suites.cjs')

const tree = path.join('build', 'asan')
const logs = path.join(root, tree, 'log')
const addonRoot = path.join(root, tree, 'root')
const definitions = { CMAKE_BUILD_TYPE: 'Debug', MILLRACE_SANITIZE: 'address,undefined' }

const suppressions = (of) => path.join(root, 'test', 'asan', `${of}.supp`)

// Reports go to files: what a child of a child prints may be seen by nobody. Beside AddressSanitizer's runtime UBSan's
// writes to stderr whatever its log_path says; the abort is what cannot be overlooked.
const sanitizers = {
  ASAN_OPTIONS: `detect_leaks=1:log_path=${path.join(logs, 'asan')}`,
  UBSAN_OPTIONS: [
    'print_stacktrace=1:halt_on_error=1:abort_on_error=1',
    `log_path=${path.join(logs, 'ubsan')}:suppressions=${suppressions('ubsan')}`,
  ].join(':'),
  LSAN_OPTIONS: `suppressions=${suppressions('lsan')}:print_suppressions=0`,
}

// Node itself is not built with the sanitizer, so the runtime has to be there before the addon is.
const inNode = () => ({
  ...sanitizers,
  LD_PRELOAD: execFileSync('c++', ['-print-file-name=libasan.so'], { encoding: 'utf8' }).trim(),
  MILLRACE_PREBUILD: addonRoot,
})

async function sanitizedAva() {
  if (!(await build(tree, definitions, 'millrace_addon'))) return { passed: 0, failed: 1 }
  // node-gyp-build looks below the directory that MILLRACE_PREBUILD names.
  const place = path.join(addonRoot, 'build', 'Release')
  fs.mkdirSync(place, { recursive: true })
  fs.copyFileSync(path.join(root, tree, 'Debug', 'millrace.node'), path.join(place, 'millrace.node'))
  return avaTests(inNode(), '--timeout=300s')
}

// The runtime knows the functions, not the lines.
function withLines(report) {
  return report.replace(/\((\S*millrace[._]\w+)\+(0x[0-9a-f]+)\)/g, (place, file, offset) => {
    const { status, stdout } = spawnSync('addr2line', ['-e', file, offset], { encoding: 'utf8' })
    return status === 0 ? stdout.trim() : place
  })
}

// One failure for each report.
async function reports() {
  const found = fs.readdirSync(logs)
  for (const name of found) console.log(withLines(fs.readFileSync(path.join(logs, name), 'utf8')))
  return { passed: 0, failed: found.length }
}

fs.rmSync(logs, { recursive: true, force: true })
fs.mkdirSync(logs, { recursive: true })
runSteps([
  { name: 'C++ tests', run: () => cppTests(tree, definitions, sanitizers) },
  { name: 'ava', run: sanitizedAva },
  { name: 'sanitizer reports', run: reports },
])
