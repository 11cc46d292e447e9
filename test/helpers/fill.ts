import type { Peer } from '../../ts/index.js'
import { quiet } from './events.js'

const block = Buffer.alloc(64 * 1024, 'x')

/**
 * Sends until the answer is no longer true although the kernel has had the time to take all that it can (I/O threads
 * write while the queue is being filled); how many were taken, and the last answer.
 */
export async function fill(peer: Peer, data = block): Promise<{ taken: number; answer: boolean | null }> {
  for (let taken = 1; ; taken++) {
    const before = peer.bufferedBytes
    const answer = peer.send(data)
    if (answer === null) return { taken: taken - 1, answer }
    if (answer) continue
    await quiet()
    // Nothing has been taken since.
    if (peer.bufferedBytes >= before + data.length) return { taken, answer }
  }
}

/** The same up to a size of the queue. */
export async function fillTo(peer: Peer, bytes: number, next = (): Buffer => block): Promise<void> {
  while (peer.bufferedBytes < bytes) {
    while (peer.bufferedBytes < bytes) peer.send(next())
    await quiet()
  }
}
