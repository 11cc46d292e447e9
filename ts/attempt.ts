import type { LookupFunction } from 'node:net'
import { placesOf } from './endpoint.js'
import { fromNative } from './errors.js'
import type { Lookups } from './lookups.js'
import type { NativePlace, NativeSocket, NumbersOf, ParsedEndpoint } from './native.js'

/** Where to connect, and how. */
export interface Target {
  readonly parsed: ParsedEndpoint
  /** Of one attempt: the look-up and all addresses. */
  readonly timeout: number
  readonly lookup: LookupFunction | undefined
  readonly native: NumbersOf<string>
  /** Kept for the connection. */
  readonly routingId: number
}

export interface AttemptHost {
  readonly native: NativeSocket
  readonly lookups: Lookups
  /** Nobody waits for the end of this attempt any more. */
  stopped(token: number): void
}

/** How it goes on: the engine tells with the token how it ends. */
interface AttemptOwner {
  underWay(token: number): void
  failed(error: unknown): void
}

/** One attempt to connect: a look-up, then its addresses one after the other. */
export class Attempt {
  readonly #host: AttemptHost
  readonly #target: Target
  #stopLookup: ((error: Error) => void) | undefined
  #token: number | undefined
  #over = false

  constructor(host: AttemptHost, target: Target, owner: AttemptOwner) {
    this.#host = host
    this.#target = target
    void this.#run(owner)
  }

  /** Gives up without a word. A connection that was made but not told yet goes with it. */
  stop(error: Error): void {
    this.#over = true
    this.#stopLookup?.(error)
    if (this.#token === undefined) return
    this.#host.stopped(this.#token)
    this.#host.native.stopConnecting(this.#token)
    this.#host.native.destroy(this.#target.routingId)
  }

  async #run(owner: AttemptOwner): Promise<void> {
    try {
      const left = await this.#lookUp()
      if (this.#over) return
      this.#token = this.#connect(left.places, left.timeout)
      owner.underWay(this.#token)
    } catch (error) {
      if (!this.#over) owner.failed(error)
    }
  }

  async #lookUp(): Promise<{ places: NativePlace[]; timeout: number }> {
    const { parsed, lookup, timeout } = this.#target
    const started = performance.now()
    const stoppedBy = (stop: (error: Error) => void): void => void (this.#stopLookup = stop)
    const { lookups } = this.#host
    const places = await placesOf(parsed, (host) => lookups.resolve(host, { lookup, timeout, stoppedBy }))
    return { places, timeout: Math.max(1, Math.floor(timeout - (performance.now() - started))) }
  }

  #connect(places: readonly NativePlace[], timeout: number): number {
    const { routingId, native } = this.#target
    const token = this.#host.native.connect(places, timeout, routingId, native)
    if (typeof token !== 'number') throw fromNative(token.error, 'connect')
    return token
  }
}
