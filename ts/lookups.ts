import type { LookupFunction } from 'node:net'
import { resolveHost } from './endpoint.js'
import { MillraceError } from './errors.js'

export interface LookupOptions {
  readonly lookup?: LookupFunction | undefined
  readonly timeout?: number | undefined
  /** Given what ends this look-up with an error. */
  readonly stoppedBy?: (stop: (error: Error) => void) => void
}

/** The look-ups of a socket that are under way. */
export class Lookups {
  readonly #changed: () => void
  /** Each ends one of them with an error. */
  readonly #stops = new Set<(error: Error) => void>()

  constructor(changed: () => void) {
    this.#changed = changed
  }

  get busy(): boolean {
    return this.#stops.size !== 0
  }

  stopAll(error: Error): void {
    this.#stops.forEach((stop) => stop(error))
  }

  /** What a look-up finds, unless it is stopped or the time is up before. */
  async resolve(host: string, options: LookupOptions = {}): Promise<string[]> {
    const { lookup, timeout } = options
    let stop!: (error: Error) => void
    const stopped = new Promise<never>((_resolve, reject) => (stop = reject))
    options.stoppedBy?.(stop)
    // Whether the process waits is for livenessChanged to say.
    const timer =
      timeout === undefined ? undefined : setTimeout(() => stop(lookupTimedOut(host)), timeout).unref()
    this.#stops.add(stop)
    this.#changed()
    try {
      return await Promise.race([resolveHost(host, lookup), stopped])
    } finally {
      clearTimeout(timer)
      this.#stops.delete(stop)
      this.#changed()
    }
  }
}

function lookupTimedOut(host: string): MillraceError {
  const sentence = `connect ETIMEDOUT: the look-up of ${host} took too long`
  return new MillraceError('ETIMEDOUT', sentence, { syscall: 'getaddrinfo' })
}
