'use strict'
// The C++ tests with ThreadSanitizer. They include sockets on I/O threads with an application on another one
// (test/native/engine/threads); everything in that program is instrumented, which inside Node it would not be.

const path = require('node:path')
const { runSteps } = require('./checks/report.cjs')
const { cppTests } = require('./checks/suites.cjs')

const tree = path.join('build', 'tsan')
const definitions = { CMAKE_BUILD_TYPE: 'Debug', MILLRACE_SANITIZE: 'thread' }

runSteps([
  {
    name: 'C++ tests',
    run: () => cppTests(tree, definitions, { TSAN_OPTIONS: 'halt_on_error=1:second_deadlock_stack=1' }),
  },
])
