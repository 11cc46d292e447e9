import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'

type Child = ChildProcessByStdio<Writable, Readable, Readable>

/** A program of the benchmark that runs on one core and ends when its stdin does. */
export class PinnedProcess {
  readonly #child: Child
  readonly #lines: AsyncIterator<string>
  readonly #ended: Promise<void>
  #complaint = ''

  constructor(command: readonly string[], core: number) {
    this.#child = spawn('bash', ['-c', raiseLimit, 'bench', ...pinned(command, core)])
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]()
    this.#child.stderr.on('data', (chunk: Buffer) => {
      this.#complaint = (this.#complaint + chunk.toString()).slice(-2000)
    })
    // A program that has ended does not read what is written.
    this.#child.stdin.on('error', () => undefined)
    this.#ended = new Promise((resolve) => {
      this.#child.on('close', () => {
        resolve()
      })
    })
  }

  /** The shell and taskset make way for the program, which keeps their id. */
  get pid(): number {
    return this.#child.pid ?? 0
  }

  /** The next line of stdout. A program that ends, or says nothing for so long, is an error. */
  async line(seconds: number): Promise<string> {
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), seconds * 1000)
    const next = await this.#lines.next()
    clearTimeout(timer)
    if (next.done !== true) return next.value
    await this.#ended
    const how = this.#child.signalCode === 'SIGKILL' ? `said nothing for ${seconds} s` : 'ended'
    throw new Error(`${how}${this.#complaint === '' ? '' : `: ${gist(this.#complaint)}`}`)
  }

  async stop(): Promise<void> {
    this.#child.stdin.end()
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 5000)
    await this.#ended
    clearTimeout(timer)
  }
}

// Thousands of connections need as many descriptors, on both sides.
const raiseLimit = 'ulimit -n "$(ulimit -H -n)"; exec "$@"'

export const canPin = existsSync('/usr/bin/taskset') || existsSync('/bin/taskset')

function pinned(command: readonly string[], core: number): string[] {
  return canPin ? ['taskset', '-c', String(core), ...command] : [...command]
}

// Of a stack the line that says what happened, else the last ones.
function gist(complaint: string): string {
  const lines = complaint.trim().split('\n')
  return lines.find((line) => /error/i.test(line)) ?? lines.slice(-3).join(' / ')
}

export interface Server {
  readonly process: PinnedProcess
  readonly port: number
}

export async function startServer(command: readonly string[], core: number): Promise<Server> {
  const process = new PinnedProcess(command, core)
  const line = await process.line(20)
  const port = Number(/^listening (\d+)$/.exec(line)?.[1])
  if (port > 0) return { process, port }
  await process.stop()
  throw new Error(`said "${line}" and not where it listens`)
}
