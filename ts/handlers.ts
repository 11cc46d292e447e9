import type { EventEmitter } from 'node:events'
import type { MessageHandler } from './consumers.js'
import { Monitor } from './monitor.js'
import { report } from './report.js'
import type { Application } from './socket-core.js'
import type { StreamEvents, StreamHandlers } from './types.js'

type Events = StreamEvents<unknown>

/** Calls the handlers of a socket and its listeners; an exception of the one does not keep the others from being called. */
export class Handlers {
  readonly #given: StreamHandlers<unknown>
  readonly #emitter: EventEmitter

  constructor(given: StreamHandlers<unknown>, emitter: EventEmitter) {
    this.#given = given
    this.#emitter = emitter
  }

  /** Whether messages are taken by a handler that was given to the constructor. */
  get hasMessage(): boolean {
    return this.#given.message !== undefined
  }

  get listens(): boolean {
    return this.#emitter.listenerCount('message') !== 0
  }

  /** The one function that messages go to; undefined while there is none. */
  message(listens: boolean): MessageHandler | undefined {
    const handler = this.#given.message?.bind(this.#given) as MessageHandler | undefined
    if (!listens) return handler
    return (peer, data, info) => {
      let result: unknown
      this.#call(() => (result = handler?.(peer, data, info)), 'message', peer, data, info)
      return result
    }
  }

  application(): Application {
    const given = this.#given
    return {
      connected: (peer) => this.#call(() => given.connect?.(peer), 'connect', peer),
      drained: (peer) => this.#call(() => given.drain?.(peer), 'drain', peer),
      disconnected: (peer, reason) =>
        this.#call(() => given.disconnect?.(peer, reason), 'disconnect', peer, reason),
      monitor: new Monitor(
        this.#emitter,
        () => this.#emitter.listenerCount('monitor') !== 0,
        (event) => this.#call(() => undefined, 'monitor', event),
      ),
    }
  }

  #call(handler: () => unknown, name: keyof Events, ...what: unknown[]): void {
    try {
      handler()
    } catch (error) {
      report(error)
    }
    try {
      this.#emitter.emit(name, ...what)
    } catch (error) {
      report(error)
    }
  }
}
