import type { Mailbox } from './mailbox.js'
import type { NativeAddress } from './native.js'
import type { Peer } from './peer.js'
import type { CloseOptions, Payload, PeerStats, SendOptions, SendResult } from './types.js'

/** What a Peer asks of the socket that it belongs to. */
export interface PeerHost {
  sendTo(peer: Peer, data: Payload, options: SendOptions | undefined): SendResult
  /** Whether a send would meet `onBufferFull` now. */
  wouldTrip(peer: Peer): boolean
  copy(data: Payload): Payload
  flushPeer(peer: Peer): void
  queued(peer: Peer): number
  localAddress(peer: Peer): NativeAddress | undefined
  peerStats(peer: Peer): PeerStats
  disconnect(peer: Peer, options?: CloseOptions): Promise<void>
  destroyPeer(peer: Peer): void
  mailbox(peer: Peer): Mailbox
  pausePeer(peer: Peer, wanted: boolean): void
}
