import { spawn } from 'node:child_process'
import path from 'node:path'

export interface Outcome {
  readonly status: number | null
  /** SIGKILL also when the time was up: see `late`. */
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  readonly late: boolean
}

export interface ChildOptions {
  /** Milliseconds until it is killed. */
  readonly limit?: number
  readonly args?: readonly string[]
  readonly nodeOptions?: readonly string[]
  readonly env?: NodeJS.ProcessEnv
}

const root = path.join(__dirname, '..', '..')

/** What a snippet has at hand. The file name is resolved from the root of the checkout. */
const prelude = `
const net = require('node:net')
const millrace = require('./ts/index.ts')
const { StreamSocket, Context } = millrace
const { connect, listen } = require('./test/helpers/far-end.ts')
const { framed, header } = require('./test/helpers/frames.ts')
`

function start(args: readonly string[], options: ChildOptions): Promise<Outcome> {
  const child = spawn(
    process.execPath,
    [...(options.nodeOptions ?? []), '--import=tsx', ...args, ...(options.args ?? [])],
    {
      cwd: root,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  const said = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text))
  let late = false
  const limit = setTimeout(() => {
    late = true
    child.kill('SIGKILL')
  }, options.limit ?? 50_000)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (status, signal) => {
      clearTimeout(limit)
      resolve({ status, signal, ...said, late })
    })
  })
}

/** Runs JavaScript (CommonJS, `await` within `main`) in a process of its own; the prelude above is in scope. */
export function runMain(body: string, options: ChildOptions = {}): Promise<Outcome> {
  const main = `(async () => {\n${body}\n})().catch((error) => { console.error(error); process.exit(70) })`
  return start(['--eval', prelude + main], options)
}

/** Runs a file of the checkout, TypeScript or JavaScript. */
export function runFile(file: string, options: ChildOptions = {}): Promise<Outcome> {
  return start([path.join(root, file)], options)
}
