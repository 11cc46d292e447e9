import { fork, type ChildProcess } from 'node:child_process'
import path from 'node:path'
import type { ThreadMode, Transport } from './matrix.js'

/** A millrace server in a process of its own, so that its clients do not take its time. */
export class EchoProcess {
  readonly #child: ChildProcess
  readonly endpoint: string
  #stopping = false

  private constructor(child: ChildProcess, endpoint: string) {
    this.#child = child
    this.endpoint = endpoint
  }

  static async start(transport: Transport, mode: ThreadMode): Promise<EchoProcess> {
    const file = path.join(__dirname, 'server.ts')
    const child = fork(file, [transport.name, mode.name], { execArgv: ['--import=tsx'] })
    const endpoint = await new Promise<string>((resolve, reject) => {
      child.once('message', (message) => resolve(message as string))
      child.once('error', reject)
      child.once('exit', (status, signal) => reject(new Error(ending(status, signal))))
    })
    return new EchoProcess(child, endpoint)
  }

  /** Rejects when the server ends before it is told to. */
  async watch(): Promise<never> {
    return new Promise((_resolve, reject) => {
      this.#child.once('exit', (status, signal) => {
        if (!this.#stopping) reject(new Error(ending(status, signal)))
      })
    })
  }

  async stop(): Promise<void> {
    this.#stopping = true
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.disconnect()
    await ended
  }
}

function ending(status: number | null, signal: string | null): string {
  return `the server ended with ${signal ?? `status ${String(status)}`}`
}
