import { spawn, type ChildProcessByStdio } from 'node:child_process'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { until, within } from './events.js'

export const root = path.join(__dirname, '..', '..')

/** A program that goes on until it is told to end. */
export class Running {
  readonly #child: ChildProcessByStdio<null, Readable, Readable>
  readonly #ended: Promise<number | null>
  #output = ''

  /** What `node` is told on its command line. */
  constructor(args: readonly string[], cwd = root) {
    this.#child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    const add = (text: string): void => void (this.#output += text)
    this.#child.stdout.setEncoding('utf8').on('data', add)
    this.#child.stderr.setEncoding('utf8').on('data', add)
    this.#ended = new Promise((resolve) => this.#child.once('close', resolve))
  }

  get output(): string {
    return this.#output
  }

  /** Waits until what it has printed matches; the first group of the pattern, if it has one. */
  async says(pattern: RegExp): Promise<string> {
    const match = (): RegExpExecArray | null => pattern.exec(this.#output)
    try {
      await until(() => match() !== null || this.#child.exitCode !== null, String(pattern))
    } catch (error) {
      throw new Error(`${(error as Error).message}; said: ${this.#output}`, { cause: error })
    }
    const found = match()
    if (!found) throw new Error(`ended without ${String(pattern)}; said: ${this.#output}`)
    return found[1] ?? found[0]
  }

  /** Its status after a signal, or after it ended by itself; null when the signal ended it. */
  async end(signal?: NodeJS.Signals): Promise<number | null> {
    if (signal !== undefined) this.#child.kill(signal)
    return within(this.#ended, 'the program ends')
  }

  /** At once, if it still runs. */
  kill(): void {
    this.#child.kill('SIGKILL')
  }
}
