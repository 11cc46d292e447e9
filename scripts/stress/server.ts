// The server of a stress run: checks every message of every stream and sends it back. Talks to its parent by IPC. Its
// arguments: where to bind, how many I/O threads, how to take messages.
import { isNumbered } from '../../test/helpers/numbered.js'
import { Context, type Peer } from '../../ts/index.js'
import { ways, type Way } from './ways.js'

export interface ServerReport {
  readonly messages: number
  readonly wrong: number
  readonly refused: number
}

interface Stream {
  readonly index: number
  next: number
}

let messages = 0
let wrong = 0
let refused = 0

/** The first message of a connection is the number of its stream. */
function take(peer: Peer<Stream>, data: Buffer): void {
  if (!peer.data) {
    peer.data = { index: data.readUInt32BE(), next: 0 }
    return
  }
  messages++
  if (!isNumbered(data, peer.data.index, peer.data.next++)) wrong++
  if (peer.send(data) === null) refused++
}

async function main(): Promise<void> {
  const [endpoint = '', threads, way] = process.argv.slice(2)
  const options = {
    context: new Context({ ioThreads: Number(threads) }),
    maxBufferedBytes: 256 * 1024 * 1024,
    maxTotalBufferedBytes: 8 * 1024 ** 3,
  }
  const socket = ways[way as Way]<Stream>(options, take)
  const listener = await socket.bind(endpoint)
  process.once('message', () => {
    process.send?.({ messages, wrong, refused } satisfies ServerReport)
    void socket.close({ linger: 0 }).then(() => process.disconnect())
  })
  process.once('disconnect', () => process.exit())
  process.send?.({ endpoint: listener.endpoint })
}

void main()
