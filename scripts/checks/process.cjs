'use strict'

const { spawn, spawnSync } = require('node:child_process')
const path = require('node:path')

const root = path.join(__dirname, '..', '..')

// Runs a command in the checkout, relays what it prints (unless `quiet`) and resolves to { ok, output }. It never
// rejects: a command that cannot be started is a failed one.
function run(command, args, { env = {}, quiet = false } = {}) {
  return new Promise((resolve) => {
    let output = ''
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const relay = (stream) => (chunk) => {
      output += chunk
      if (!quiet) stream.write(chunk)
    }
    child.stdout.setEncoding('utf8').on('data', relay(process.stdout))
    child.stderr.setEncoding('utf8').on('data', relay(process.stderr))
    child.on('error', (error) => {
      console.error(`${command}: ${error.message}`)
      resolve({ ok: false, output })
    })
    child.on('close', (status) => resolve({ ok: status === 0, output }))
  })
}

const runNode = (args, options) => run(process.execPath, args, options)

// Version 14 is Debian 12's and comes first: another clang-format formats differently.
function findTool(name) {
  const versions = ['-14', '', '-15', '-16', '-17', '-18', '-19', '-20', '-21']
  const found = versions.find(
    (version) => spawnSync(name + version, ['--version'], { stdio: 'ignore' }).status === 0,
  )
  // A missing tool is reported by the attempt to start it.
  return name + (found ?? '')
}

module.exports = { root, run, runNode, findTool }
