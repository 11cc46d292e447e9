import { AsyncResource } from 'node:async_hooks'
import { channel } from 'node:diagnostics_channel'
import type { MillraceError } from './errors.js'
import type { DisconnectReason, MonitorEvent } from './types.js'

type Type = MonitorEvent['type']
/** What an event says beside its type and where it happened. */
interface Details {
  disconnected: { reason: DisconnectReason }
  retrying: { error: MillraceError; delay: number }
  acceptFailed: { error: MillraceError }
  handshakeFailed: { error: MillraceError }
  dropped: { bytes: number }
}
/** Where it happened; a Peer is one. */
export interface Place {
  readonly endpoint: string
  readonly remoteAddress?: string | undefined
  readonly remotePort?: number | undefined
  readonly routingId?: number | undefined
}

const channels = {
  listening: channel('millrace:listening'),
  accepted: channel('millrace:accepted'),
  connected: channel('millrace:connected'),
  disconnected: channel('millrace:disconnected'),
  retrying: channel('millrace:retrying'),
  acceptFailed: channel('millrace:acceptFailed'),
  refused: channel('millrace:refused'),
  dropped: channel('millrace:dropped'),
  closed: channel('millrace:closed'),
  handshakeFailed: channel('millrace:handshakeFailed'),
} as const satisfies Readonly<Record<Type, unknown>>

/** Tells listeners of `monitor` and subscribers of node:diagnostics_channel what happens to a socket. */
export class Monitor {
  readonly #socket: object
  readonly #watched: () => boolean
  readonly #tell: (event: MonitorEvent) => void
  readonly #context = new AsyncResource('millrace.Monitor')

  constructor(socket: object, watched: () => boolean, tell: (event: MonitorEvent) => void) {
    this.#socket = socket
    this.#watched = watched
    this.#tell = tell
  }

  /** The event is made only if somebody wants it. */
  report<T extends Type>(
    type: T,
    where: Place,
    ...details: T extends keyof Details ? [make: () => Details[T]] : []
  ): void {
    if (!this.#watched() && !channels[type].hasSubscribers) return
    const event = { type, ...placed(where), ...details[0]?.() } as unknown as MonitorEvent
    this.#context.runInAsyncScope(() => {
      if (this.#watched()) this.#tell(event)
      if (channels[type].hasSubscribers) channels[type].publish({ socket: this.#socket, event })
    })
  }
}

/** Only what is known is a property. */
function placed({ endpoint, remoteAddress, remotePort, routingId }: Place): Place {
  return {
    endpoint,
    ...(remoteAddress === undefined ? {} : { remoteAddress }),
    ...(remotePort === undefined ? {} : { remotePort }),
    ...(routingId === undefined ? {} : { routingId }),
  }
}
