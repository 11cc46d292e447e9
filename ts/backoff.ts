import { optionTable } from './option-table.js'
import type { ReconnectOptions } from './option-types.js'

/** How often to try again, and after what waits: each twice as long as the one before it. */
export class Backoff {
  readonly #first: number
  readonly #longest: number
  readonly #maxAttempts: number
  #last = 0
  #failures = 0

  constructor(options: ReconnectOptions) {
    const { minDelay, maxDelay } = optionTable
    this.#first = options.minDelay ?? minDelay.default
    this.#longest = Math.max(this.#first, options.maxDelay ?? maxDelay.default)
    this.#maxAttempts = options.maxAttempts ?? Infinity
  }

  /** Whether to try again after one more failure in a row. */
  failed(): boolean {
    return ++this.#failures < this.#maxAttempts
  }

  succeeded(): void {
    this.#failures = 0
  }

  /** A server that accepts and closes at once does not make the waits short again. */
  lived(milliseconds: number): void {
    if (milliseconds > this.#last) this.#last = 0
  }

  /** Milliseconds, cut short at random by up to a half: clients that lost their server together come back one by one. */
  next(): number {
    this.#last = this.#last === 0 ? this.#first : Math.min(2 * this.#last, this.#longest)
    return Math.max(1, Math.round(this.#last * (1 - Math.random() / 2)))
  }
}
