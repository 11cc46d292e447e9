import { createHistogram } from 'node:perf_hooks'
import type { Client, Connection } from './clients/client.js'
import type { Load, Messages } from './loads.js'

const longestSilence = 10_000

export interface Figures {
  readonly messages: number
  /** Of payload, one way. */
  readonly bytes: number
  readonly seconds: number
  /** Nanoseconds that a round trip takes at most, by percentage of them. */
  roundTrip(percentage: number): number
}

/** Sends the messages of a load over one connection, checks each reply and takes the time. */
export class Exchange {
  readonly #messages: Messages
  readonly #window: number
  readonly #sentAt: Float64Array
  readonly #roundTrips = createHistogram()
  readonly #done: Promise<void>
  #resolve: () => void = () => undefined
  #reject: (error: Error) => void = () => undefined
  #connection: Connection | undefined
  #waiting = false
  #exhausted = false
  #sent = 0
  #received = 0
  #bytes = 0

  constructor(load: Load) {
    this.#messages = load.start(load.window)
    this.#window = load.window
    this.#sentAt = new Float64Array(load.window)
    this.#done = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  get received(): number {
    return this.#received
  }

  /** Rejects when a reply is wrong, does not come, or the connection ends. */
  async run(client: Client, endpoint: string): Promise<Figures> {
    const connection = await client.connect(endpoint, {
      message: (reply) => this.#onReply(reply),
      ended: (why) => this.#reject(new Error(why)),
    })
    this.#connection = connection
    const begun = performance.now()
    this.#send()
    await this.#watched()
    const seconds = (performance.now() - begun) / 1000
    await connection.close()
    const roundTrip = (percentage: number): number => this.#roundTrips.percentile(percentage)
    return { messages: this.#received, bytes: this.#bytes, seconds, roundTrip }
  }

  #send(): void {
    while (!this.#waiting && !this.#exhausted && this.#sent - this.#received < this.#window) {
      const message = this.#messages.next()
      if (message) this.#sendOne(message)
      else this.#exhausted = true
    }
    if (this.#exhausted && this.#sent === this.#received) this.#resolve()
  }

  #sendOne(message: Buffer): void {
    this.#sentAt[this.#sent++ % this.#window] = performance.now()
    this.#bytes += message.length
    if (this.#connection?.send(message) === false) void this.#waitForRoom(this.#connection)
  }

  async #waitForRoom(connection: Connection): Promise<void> {
    this.#waiting = true
    await connection.drained()
    this.#waiting = false
    this.#send()
  }

  #onReply(reply: Buffer): void {
    const milliseconds = performance.now() - (this.#sentAt[this.#received++ % this.#window] ?? 0)
    this.#roundTrips.record(Math.max(1, Math.round(milliseconds * 1e6)))
    const wrong = this.#messages.check(reply)
    if (wrong === undefined) this.#send()
    else this.#reject(new Error(wrong))
  }

  async #watched(): Promise<void> {
    let last = -1
    const watch = setInterval(() => {
      if (this.#received === last) this.#reject(new Error(`no reply for ${longestSilence / 1000} s`))
      last = this.#received
    }, longestSilence)
    try {
      await this.#done
    } finally {
      clearInterval(watch)
    }
  }
}
