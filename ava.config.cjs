'use strict'

// Processes, not worker threads: what a test does to the process (exit, a crash) stays in its file.
module.exports = {
  files: ['test/**/*.test.ts'],
  extensions: { ts: 'module' },
  nodeArguments: ['--import=tsx'],
  workerThreads: false,
  timeout: '60s',
}
