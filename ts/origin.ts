import type { Link } from './link.js'
import type { Transport } from './types.js'

/** Where a peer came from, and what holds for it there: one object for all peers of an endpoint. */
export interface Origin {
  readonly endpoint: string
  readonly transport: Transport
  readonly linger: number
  readonly maxBufferedBytes: number
  /** Of a peer that was connected to with `reconnect` or a signal. */
  readonly link?: Link
}

export function policies(
  native: Readonly<Record<string, number>>,
): Pick<Origin, 'linger' | 'maxBufferedBytes'> {
  return { linger: native['linger'] ?? 0, maxBufferedBytes: native['maxBufferedBytes'] ?? 0 }
}
