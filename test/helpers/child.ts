import { spawn } from 'node:child_process'
import path from 'node:path'
import readline from 'node:readline'
import { Collected } from './events.js'

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
  /** How many descriptors it may have. */
  readonly descriptors?: number
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

/** A child that is talked to line by line. */
export interface Running {
  readonly lines: Collected<string>
  readonly outcome: Promise<Outcome>
  /** A line for its standard input. */
  tell(line: string): void
  kill(): void
}

function start(args: readonly string[], options: ChildOptions): Running {
  const own = [...(options.nodeOptions ?? []), '--import=tsx', ...args, ...(options.args ?? [])]
  const limited = ['-c', `ulimit -n ${options.descriptors ?? 0} && exec "$0" "$@"`, process.execPath]
  const [program, words] = options.descriptors ? ['/bin/sh', [...limited, ...own]] : [process.execPath, own]
  const child = spawn(program, words, { cwd: root, env: { ...process.env, ...options.env }, stdio: 'pipe' })
  const lines = new Collected<string>()
  const said = { stdout: '', stderr: '' }
  readline.createInterface({ input: child.stdout }).on('line', lines.add)
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text))
  child.stdin.on('error', () => undefined)
  let late = false
  const limit = setTimeout(() => {
    late = true
    child.kill('SIGKILL')
  }, options.limit ?? 50_000)
  const outcome = new Promise<Outcome>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (status, signal) => {
      clearTimeout(limit)
      resolve({ status, signal, ...said, late })
    })
  })
  return {
    lines,
    outcome,
    tell: (line) => void child.stdin.write(`${line}\n`),
    kill: () => void child.kill('SIGKILL'),
  }
}

/** Starts JavaScript (CommonJS, `await` within `main`) in a process of its own; the prelude above is in scope. */
export function startMain(body: string, options: ChildOptions = {}): Running {
  const main = `;(async () => {\n${body}\n})().catch((error) => { console.error(error); process.exit(70) })`
  return start(['--eval', prelude + main], options)
}

/** The same, to its end. */
export function runMain(body: string, options: ChildOptions = {}): Promise<Outcome> {
  return startMain(body, options).outcome
}

/** Runs a file of the checkout, TypeScript or JavaScript. */
export function runFile(file: string, options: ChildOptions = {}): Promise<Outcome> {
  return start([path.join(root, file)], options).outcome
}
